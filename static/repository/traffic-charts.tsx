import { useMemo } from 'preact/hooks';
import type { RepositoryStats } from '../../actions/openapi/stats.ts';
import { Chart } from '../charts/chart.tsx';
import { type ChartModel, indexOf, markOf } from '../charts/model.ts';
import { formatDay, plural } from '../format.ts';

/** Views and clones, with uniques inside, lost days as gaps and events as lines. */
export function TrafficCharts({ answer }: { answer: RepositoryStats | undefined }) {
  const views = useMemo(() => answer && toModel(answer, 'views'), [answer]);
  const clones = useMemo(() => answer && toModel(answer, 'clones'), [answer]);
  return (
    <>
      <Chart
        title="Views"
        model={views}
        note={answer && `${uniquesNote(answer, 'visitors')} ${lostNote(answer)}`}
      />
      <Chart
        title="Clones"
        model={clones}
        note={answer && `Clones include CI checkouts. ${uniquesNote(answer, 'cloners')}`}
      />
    </>
  );
}

function uniquesNote({ range, series }: RepositoryStats, who: 'visitors' | 'cloners'): string {
  if (range.by === 'day') return `Unique ${who} of a day are exact; those of several days are not their sum.`;
  const exact = series.uniquesExact.filter(Boolean).length;
  if (range.by === 'week' && exact > 0)
    return `Uniques are GitHub’s own for ${plural(exact, 'week')}, and an upper bound (the sum of days) for the others.`;
  return 'Uniques are sums of days: an upper bound.';
}

function lostNote({ lostDays, rememberedFrom }: RepositoryStats): string {
  const remembered = `GitHub remembers ${formatDay(rememberedFrom)} and later.`;
  return lostDays.length
    ? `${plural(lostDays.length, 'day')} of the range are lost. ${remembered}`
    : remembered;
}

function toModel(answer: RepositoryStats, metric: 'views' | 'clones'): ChartModel {
  const { series, buckets, range } = answer;
  const count = metric === 'views' ? series.viewCount : series.cloneCount;
  const uniques = metric === 'views' ? series.viewUniques : series.cloneUniques;
  const exact = range.by === 'day' ? '' : ' (at most)';
  return {
    kind: 'nested',
    range,
    buckets,
    layers: [
      { label: metric === 'views' ? 'Views' : 'Clones', color: `--${metric}`, values: count },
      {
        label: `${metric === 'views' ? 'Unique visitors' : 'Unique cloners'}${exact}`,
        color: `--${metric}-inner`,
        values: uniques,
      },
    ],
    marks: buckets.map((_, index) => markOf(series.state[index] ?? 'before', count[index] ?? null)),
    events: answer.events
      .map((event) => ({
        index: indexOf(buckets, event.occurredAt.slice(0, 10)),
        label: `${event.kind[0]?.toUpperCase()}${event.kind.slice(1)} on ${formatDay(event.occurredAt.slice(0, 10))}`,
      }))
      .filter((event) => event.index >= 0),
  };
}
