import { useMemo } from 'preact/hooks';
import type { Overview } from '../../lib/answers/stats.ts';
import type { ChartModel, Layer } from '../../lib/charts/model.ts';
import { marksOf, partlyLost } from '../../lib/charts/traffic-model.ts';
import { chartViewOf } from '../charts/actions.ts';
import { Multiples } from '../charts/multiples.tsx';
import { DayBones, DayPanel, useDayPanelCode } from '../day/day-slot.tsx';
import { FiguresCard } from '../figures/figures-card.tsx';
import { beforeLine, knownDaysOf, repositoryColor } from '../figures/models.ts';
import { tileMetricOf, tilesOf } from '../figures/tiles.ts';
import { totalModel } from '../figures/total-model.ts';
import { plural } from '../format.ts';
import { usePlace } from '../location.ts';
import { paths } from '../routes.ts';

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
  const canSplit = metric === 'viewCount' || metric === 'cloneCount';
  const isStacked = canSplit && split === 'stacked';
  const isSideBySide = canSplit && split === 'multiples';
  const model = useMemo(() => {
    if (!answer) return undefined;
    if (isStacked) return stackedModel(answer, metric);
    return isSideBySide ? linesModel(answer, metric) : totalModel(answer, metric);
  }, [answer, metric, isStacked, isSideBySide]);
  const multiples = useMemo(
    () => (answer && isSideBySide ? toMultiples(answer, metric) : null),
    [answer, metric, isSideBySide],
  );
  const tiles = useMemo(() => answer && overviewTiles(answer), [answer]);
  return (
    <FiguresCard
      label="Traffic of all repositories"
      tiles={tiles}
      comparison={answer?.comparison}
      model={model}
      isStale={isStale}
      splits={canSplit ? ['total', 'stacked', 'multiples'] : undefined}
      instead={multiples && <Multiples items={multiples} />}
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

const MAX_NAMED = 7;

/** The largest repositories of the current page, and the sum of all others. */
function stackedModel(answer: Overview, metric: 'viewCount' | 'cloneCount'): ChartModel {
  const { range, buckets, events, series, comparisonSeries } = answer;
  const layers: Layer[] = largest(answer, metric)
    .slice(0, MAX_NAMED)
    .map((repository) => ({
      label: repository.fullName,
      color: repositoryColor(repository.colorIndex),
      values: repository[metric],
    }));
  const others = series[metric].map((total, index) => {
    const named = layers.reduce((amount, layer) => amount + (layer.values[index] ?? 0), 0);
    return total === null ? null : Math.max(0, total - named);
  });
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

const largest = ({ repositories }: Overview, metric: 'viewCount' | 'cloneCount') =>
  repositories.toSorted((a, b) => (b.totals[metric] ?? 0) - (a.totals[metric] ?? 0));

/** What the charts side by side show, for the table and the files. */
function linesModel(answer: Overview, metric: 'viewCount' | 'cloneCount'): ChartModel {
  const { range, buckets, events } = answer;
  const layers = largest(answer, metric).map(({ fullName, colorIndex, ...repository }) => ({
    label: fullName,
    color: repositoryColor(colorIndex),
    values: repository[metric],
  }));
  return { kind: 'line', range, buckets, layers, marks: marksOf(answer, metric), events };
}

function toMultiples(answer: Overview, metric: 'viewCount' | 'cloneCount') {
  const { tenantId, range, buckets } = answer;
  return largest(answer, metric).map(({ repositoryId, fullName, colorIndex, ...repository }) => ({
    name: fullName,
    href: paths.repository(tenantId, repositoryId),
    model: {
      kind: 'nested',
      range,
      buckets,
      layers: [
        {
          label: metric === 'viewCount' ? 'Views' : 'Clones',
          color: repositoryColor(colorIndex),
          values: repository[metric],
        },
      ],
      marks: buckets.map(() => 'known'),
      events: [],
    } satisfies ChartModel,
  }));
}
