import { useMemo } from 'preact/hooks';
import type { Totals } from '../../lib/answers/figures.ts';
import type { RepositoryStats } from '../../lib/answers/stats.ts';
import { type ChartModel, type Mark, markOf } from '../../lib/charts/model.ts';
import { withPeople } from '../../lib/charts/traffic-model.ts';
import { addDays } from '../../lib/day.ts';
import { bucketDays, knownDaysOf } from '../../lib/stats/buckets.ts';
import { DayBones, DayPanel } from '../day/day-slot.tsx';
import { FiguresCard } from '../figures/figures-card.tsx';
import { beforeLine, colorOf } from '../figures/models.ts';
import { type TileMetric, tileMetricOf, tilesOf } from '../figures/tiles.ts';
import { formatShare, formatShortDay, plural } from '../format.ts';
import { usePlace } from '../location.ts';

interface RepositoryCardProps {
  answer: RepositoryStats | undefined;
  isStale: boolean;
}

/** The figures of one repository, and their chart. */
export function RepositoryCard({ answer, isStale }: RepositoryCardProps) {
  const metric = tileMetricOf(usePlace().query);
  const model = useMemo(() => answer && modelOf(answer, metric), [answer, metric]);
  const tiles = useMemo(() => answer && repositoryTiles(answer), [answer]);
  return (
    <FiguresCard
      label="Traffic of the repository"
      tiles={tiles}
      comparison={answer?.comparison}
      model={model}
      isStale={isStale}
      dayPanel={({ day, left }) =>
        answer ? (
          <DayPanel
            tenantId={answer.tenantId}
            repositoryId={answer.repository.repositoryId}
            date={day}
            left={left}
            range={answer.range}
            highest={highestOf(answer, metric)}
          />
        ) : (
          <DayBones />
        )
      }
      notes={
        answer && (
          <>
            {answer.lostDays.length > 0 && (
              <span>{plural(answer.lostDays.length, 'day')} lost in this range.</span>
            )}
            <span>GitHub itself still shows data from {formatShortDay(answer.rememberedFrom)}.</span>
          </>
        )
      }
    />
  );
}

/** The day with the highest figure of a range by day. */
function highestOf({ range, buckets, series }: RepositoryStats, metric: TileMetric): string | null {
  if (range.by !== 'day' || metric === 'stars' || metric === 'downloads') return null;
  const values = series[metric].map((value) => value ?? 0);
  const top = Math.max(0, ...values);
  return top === 0 ? null : (buckets[values.indexOf(top)] ?? null);
}

const WINDOW_DAYS = 14;

/**
 * GitHub's own 14 days count everyone once. If they lie in the range, at least as many people came in it. They end the day before
 * they were read, or on that day.
 */
function withWindow({ totals, window, range }: RepositoryStats): Totals {
  if (!window || addDays(window.observedDate, -WINDOW_DAYS) < range.from) return totals;
  const more = (upper: number | null, lower: number | null, own: number) =>
    upper === null || lower === null ? lower : Math.min(upper, Math.max(lower, own));
  return {
    ...totals,
    viewUniquesLower: more(totals.viewUniquesUpper, totals.viewUniquesLower, window.viewUniques),
    cloneUniquesLower: more(totals.cloneUniquesUpper, totals.cloneUniquesLower, window.cloneUniques),
  };
}

const sumOf = (values: readonly (number | null)[]) =>
  values.reduce<number | null>((sum, value) => (value === null ? sum : (sum ?? 0) + value), null);

function repositoryTiles(answer: RepositoryStats) {
  const { range, comparison, buckets, series, facts, releases } = answer;
  const newest = facts.stars.findLastIndex((count) => count !== null);
  return tilesOf({
    range,
    totals: withWindow(answer),
    comparison,
    knownDays: knownDaysOf(range, buckets, series.viewCount),
    stars: {
      total: facts.stars[newest] ?? null,
      asOf: buckets[newest] ? bucketDays(buckets[newest], range).to : null,
      gained: sumOf(facts.starsGained),
    },
    downloads: { total: releases?.downloadCount ?? null, gained: releases && sumOf(releases.downloads) },
    cloneNote: cloneNote(answer),
  });
}

function cloneNote({ workflowRuns, totals }: RepositoryStats): string {
  const byCi = workflowRuns?.estimate && sumOf(workflowRuns.estimate.ciClones);
  if (byCi == null || !totals.cloneCount) return 'CI included';
  return `CI included, about ${formatShare(Math.min(1, byCi / totals.cloneCount))}`;
}

function modelOf(answer: RepositoryStats, metric: TileMetric): ChartModel {
  const { range, buckets, series, comparisonSeries, events, facts, releases } = answer;
  const base = { range, buckets, events };
  if (metric === 'stars') {
    const layer = { label: 'Stars', color: colorOf('stars'), values: facts.stars };
    return { ...base, kind: 'line', layers: [layer], marks: buckets.map(() => 'known') };
  }
  const before = beforeLine(comparisonSeries, range, metric);
  if (metric === 'downloads') {
    const values = releases?.downloads ?? buckets.map(() => null);
    const marks = values.map((count, index): Mark => {
      if (releases?.spreadUnknown[index]) return 'unspread';
      return count === null ? 'unread' : 'known';
    });
    const layer = { label: 'Downloads', color: colorOf('downloads'), values };
    return { ...base, kind: 'nested', layers: [layer], marks, before, unreadLabel: 'Not read' };
  }
  const marks = buckets.map((_, index) =>
    markOf(series.state[index] ?? 'before', series[metric][index] ?? null),
  );
  const imported = series.state.map((state) => state === 'imported');
  const bound = range.by === 'day' ? '' : ' (at most)';
  if (metric === 'viewCount' || metric === 'cloneCount')
    return { ...base, kind: 'nested', layers: withPeople(series, metric, bound), marks, before, imported };
  const label = metric === 'viewUniques' ? `Visitors${bound}` : `Cloners${bound}`;
  return {
    ...base,
    kind: 'nested',
    layers: [{ label, color: colorOf(metric), values: series[metric] }],
    marks,
    before,
    imported,
  };
}
