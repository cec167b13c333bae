import { useMemo } from 'preact/hooks';
import type { Overview, TrafficSeries } from '../../lib/answers/stats.ts';
import type { ChartModel, Layer } from '../../lib/charts/model.ts';
import { marksOf, partlyLost } from '../../lib/charts/traffic-model.ts';
import { knownDaysOf } from '../../lib/stats/buckets.ts';
import { useAnswer } from '../answers.ts';
import { chartViewOf } from '../charts/actions.ts';
import { Multiples } from '../charts/multiples.tsx';
import { Failure } from '../controls/notice.tsx';
import { DayBones, DayPanel, useDayPanelCode } from '../day/day-slot.tsx';
import { FiguresCard } from '../figures/figures-card.tsx';
import { beforeLine, repositoryColor } from '../figures/models.ts';
import { tileMetricOf, tilesOf } from '../figures/tiles.ts';
import { totalModel } from '../figures/total-model.ts';
import { formatCount, plural } from '../format.ts';
import { usePlace } from '../location.ts';
import { reads } from '../reads.ts';
import { paths } from '../routes.ts';
import { viewOf } from '../view.ts';

/** Only what adds up can be split. */
type SplitMetric = 'viewCount' | 'cloneCount';

interface OverviewCardProps {
  answer: Overview | undefined;
  isStale: boolean;
}

/** The figures of all repositories together, and their chart: in total, stacked, or side by side. */
export function OverviewCard({ answer, isStale }: OverviewCardProps) {
  const { query } = usePlace();
  const metric = tileMetricOf(query);
  useDayPanelCode();
  const { split } = chartViewOf(query);
  const splitMetric = metric === 'viewCount' || metric === 'cloneCount' ? metric : null;
  const isSplit = splitMetric !== null && split !== 'total';
  const { parts, error, reload } = useLargest(answer, isSplit ? splitMetric : null);
  const model = useMemo(() => {
    if (!answer) return undefined;
    if (!isSplit) return totalModel(answer, metric);
    if (!parts) return undefined;
    return split === 'stacked'
      ? stackedModel(answer, parts, splitMetric)
      : linesModel(answer, parts, splitMetric);
  }, [answer, parts, metric, splitMetric, isSplit, split]);
  const tiles = useMemo(() => answer && overviewTiles(answer), [answer]);
  return (
    <FiguresCard
      label="Traffic of all repositories"
      tiles={tiles}
      comparison={answer?.comparison}
      model={model}
      isStale={isStale}
      splits={splitMetric ? ['total', 'stacked', 'multiples'] : undefined}
      instead={
        error ? (
          <Failure error={error} retry={reload} />
        ) : (
          isSplit &&
          split === 'multiples' &&
          answer &&
          parts && <Beside answer={answer} parts={parts} metric={splitMetric} />
        )
      }
      dayPanel={({ day, left }) =>
        answer ? (
          <DayPanel tenantId={answer.tenantId} date={day} left={left} range={answer.range} />
        ) : (
          <DayBones />
        )
      }
      notes={answer && <LostNote {...answer.totals} />}
    />
  );
}

function LostNote({ lostDays }: { lostDays: number }) {
  if (lostDays === 0) return null;
  return <span>{plural(lostDays, 'repository day')} lost: not collected before GitHub deleted them.</span>;
}

const overviewTiles = ({ range, totals, comparison, buckets, series, stars, forks, downloads }: Overview) =>
  tilesOf({
    range,
    totals,
    comparison,
    knownDays: knownDaysOf(range, buckets, series.viewCount),
    stars,
    forks,
    downloads,
    cloneNote: 'CI included',
  });

const MAX_NAMED = 6;
/** As many as an answer has. */
const MAX_BESIDE = 8;

/** The largest repositories of the whole group, and not only of the listed page; undefined until they are read. */
function useLargest(
  answer: Overview | undefined,
  metric: SplitMetric | null,
): { parts: TrafficSeries | undefined; error: Error | undefined; reload: () => void } {
  const { query } = usePlace();
  const { range, from, to, by, group } = viewOf(query);
  const request = { range, from, to, by, group, top: String(MAX_BESIDE), metric, compare: 'none' };
  const read = answer && metric ? reads.series(answer.tenantId, request) : null;
  const { answer: series, error, reload } = useAnswer(read);
  const isOfRange = series?.range.from === answer?.range.from && series?.range.to === answer?.range.to;
  return { parts: read && isOfRange ? series : undefined, error: read ? error : undefined, reload };
}

/** The largest repositories, and the sum of all others. */
function stackedModel(answer: Overview, parts: TrafficSeries, metric: SplitMetric): ChartModel {
  const { range, buckets, events, comparisonSeries } = answer;
  const layers = layersOf(parts, metric).slice(0, MAX_NAMED);
  const others = othersOf(answer, layers, metric);
  if (others.some((value) => value !== null && value > 0))
    layers.push({ label: 'All others', color: '--series-other', values: others });
  return {
    kind: 'stacked',
    range,
    buckets,
    layers,
    marks: marksOf(answer, metric),
    before: beforeLine(comparisonSeries, range, metric),
    partialLabel: partlyLost(answer),
    events,
  };
}

const layersOf = ({ repositories }: TrafficSeries, metric: SplitMetric): Layer[] =>
  repositories.map(({ fullName, colorIndex, series }) => ({
    label: fullName,
    color: repositoryColor(colorIndex),
    values: series[metric],
  }));

function othersOf({ series }: Overview, layers: readonly Layer[], metric: SplitMetric): (number | null)[] {
  return series[metric].map((total, index) => {
    const named = layers.reduce((amount, layer) => amount + (layer.values[index] ?? 0), 0);
    return total === null ? null : Math.max(0, total - named);
  });
}

/** What the charts side by side show, for the table and the files. */
function linesModel(answer: Overview, parts: TrafficSeries, metric: SplitMetric): ChartModel {
  const { range, buckets, events } = answer;
  return {
    kind: 'line',
    range,
    buckets,
    layers: layersOf(parts, metric),
    marks: marksOf(answer, metric),
    events,
  };
}

interface BesideProps {
  answer: Overview;
  parts: TrafficSeries;
  metric: SplitMetric;
}

/** The largest repositories, each in a chart of its own. All others are a sum in words. */
function Beside({ answer, parts, metric }: BesideProps) {
  const { tenantId, range, buckets } = answer;
  const label = metric === 'viewCount' ? 'Views' : 'Clones';
  const layers = layersOf(parts, metric);
  const others = answer.repositoryCount - layers.length;
  const sum = othersOf(answer, layers, metric).reduce<number>((total, value) => total + (value ?? 0), 0);
  const items = parts.repositories.map(({ repositoryId, fullName, colorIndex, series }) => ({
    name: fullName,
    href: paths.repository(tenantId, repositoryId),
    model: {
      kind: 'nested',
      range,
      buckets,
      layers: [{ label, color: repositoryColor(colorIndex), values: series[metric] }],
      marks: buckets.map(() => 'known'),
      events: [],
    } satisfies ChartModel,
  }));
  return (
    <>
      <Multiples items={items} />
      {others > 0 && (
        <p class="basis">
          All {plural(others, 'other repository', 'other repositories')}: {formatCount(sum)}{' '}
          {label.toLowerCase()}
        </p>
      )}
    </>
  );
}
