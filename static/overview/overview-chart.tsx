import { useMemo } from 'preact/hooks';
import type { Overview } from '../../lib/answers/stats.ts';
import { Chart } from '../charts/chart.tsx';
import type { ChartModel, Layer, Mark } from '../charts/model.ts';
import { Segments } from '../controls/segments.tsx';
import { usePlace } from '../location.ts';
import { type Metric, metricOf } from './view.ts';

const MAX_NAMED = 7;

/** All repositories together, as a sum or stacked by repository (the default by month). */
export function OverviewChart({ answer }: { answer: Overview | undefined }) {
  const place = usePlace();
  const metric = metricOf(place.query);
  const asked = place.query.get('stack');
  const stacked = asked ? asked === 'repository' : answer?.range.by === 'month';
  const model = useMemo(
    () => answer && (stacked ? stack(answer, metric) : sum(answer, metric)),
    [answer, metric, stacked],
  );
  const title = metric === 'clones' ? 'Clones of all repositories' : 'Views of all repositories';
  return (
    <Chart
      title={title}
      model={model}
      note={noteOf(metric, stacked)}
      controls={
        <>
          <Segments
            label="Figures"
            current={metric}
            segments={[
              { value: 'views', label: 'Views', changes: { show: null } },
              { value: 'clones', label: 'Clones', changes: { show: 'clones' } },
            ]}
          />
          <Segments
            label="Columns"
            current={stacked ? 'repository' : 'total'}
            segments={[
              { value: 'total', label: 'Total', changes: { stack: 'total' } },
              { value: 'repository', label: 'By repository', changes: { stack: 'repository' } },
            ]}
          />
        </>
      }
    />
  );
}

function noteOf(metric: Metric, stacked: boolean): string {
  const clones = metric === 'clones' ? 'Clones include CI checkouts. ' : '';
  return stacked
    ? clones
    : `${clones}Adds daily ${metric === 'clones' ? 'cloners' : 'visitors'}; people who return count again.`;
}

const DAYS = { day: 1, week: 7, month: 30 };
/** A week or month is provisional or suspect if this share of it is. */
const NOTABLE = 0.1;

function marksOf({ series, buckets, range, repositoryCount }: Overview, metric: Metric): Mark[] {
  const values = metric === 'clones' ? series.cloneCount : series.viewCount;
  const notable = range.by === 'day' ? 1 : DAYS[range.by] * repositoryCount * NOTABLE;
  return buckets.map((_, index) => {
    const lost = (series.lostDays[index] ?? 0) > 0;
    const pending = series.pendingDays[index] ?? 0;
    const provisional = pending + (series.provisionalDays[index] ?? 0);
    if (values[index] == null) return lost ? 'lost' : provisional > 0 ? 'unread' : 'before';
    if ((series.suspectDays[index] ?? 0) >= notable) return 'suspect';
    if (provisional >= notable) return 'provisional';
    return lost ? 'partial' : 'known';
  });
}

function sum(answer: Overview, metric: Metric): ChartModel {
  const { series } = answer;
  const layers: Layer[] =
    metric === 'clones'
      ? [
          { label: 'Clones', color: '--clones', values: series.cloneCount },
          { label: 'Unique cloners (max)', color: '--clones-inner', values: series.cloneUniques },
        ]
      : [
          { label: 'Views', color: '--views', values: series.viewCount },
          { label: 'Unique visitors (max)', color: '--views-inner', values: series.viewUniques },
        ];
  return {
    kind: 'nested',
    range: answer.range,
    buckets: answer.buckets,
    layers,
    marks: marksOf(answer, metric),
    events: [],
  };
}

/** The largest repositories of the current page, and the sum of all others. */
function stack(answer: Overview, metric: Metric): ChartModel {
  const field = metric === 'clones' ? 'cloneCount' : 'viewCount';
  const largest = answer.repositories
    .toSorted((a, b) => (b.totals[field] ?? 0) - (a.totals[field] ?? 0))
    .slice(0, MAX_NAMED);
  const layers: Layer[] = largest.map((repository, index) => ({
    label: repository.fullName,
    color: `--series-${index + 1}`,
    values: repository[field],
  }));
  const others = answer.series[field].map((total, index) => {
    const named = layers.reduce((amount, layer) => amount + (layer.values[index] ?? 0), 0);
    return total === null ? null : Math.max(0, total - named);
  });
  if (others.some((value) => value !== null && value > 0))
    layers.push({ label: 'All others', color: '--series-other', values: others });
  return {
    kind: 'stacked',
    range: answer.range,
    buckets: answer.buckets,
    layers,
    marks: marksOf(answer, metric),
    events: [],
  };
}
