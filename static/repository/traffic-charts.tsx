import { useMemo } from 'preact/hooks';
import type { RepositoryStats } from '../../lib/answers/stats.ts';
import { Chart } from '../charts/chart.tsx';
import { type ChartModel, indexOf, type Layer, markOf } from '../charts/model.ts';
import { CsvButton } from '../controls/download.tsx';
import { formatCount, formatDay, plural } from '../format.ts';
import { reads } from '../reads.ts';

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
        note={answer && `Clones include CI checkouts. ${ciNote(answer)} ${uniquesNote(answer, 'cloners')}`}
        controls={
          answer?.workflowRuns?.runs.some((runs) => runs !== null) && (
            <CsvButton
              read={runsFile(answer)}
              label="CSV with workflow runs"
              fileName={`workflow-runs-${answer.repository.name}.csv`}
            />
          )
        }
      />
    </>
  );
}

/** What is known of the part that CI has in the clones. */
function ciNote({ workflowRuns }: RepositoryStats): string {
  if (!workflowRuns) return 'Workflow runs are read with the next collection.';
  const { estimate, reason, problem } = workflowRuns;
  if (problem) return `${problem.message} It is asked for again the next day.`;
  if (estimate) {
    const { clonesPerRun, days, ciClones } = estimate;
    const sum = ciClones.reduce<number>((total, count) => total + (count ?? 0), 0);
    return `An estimate: ${formatCount(sum)} of them are CI’s, because on ${plural(days, 'settled day')} of this repository each workflow run came with ${clonesPerRun.toFixed(1)} more clones.`;
  }
  if (reason === 'too_few_days')
    return 'How many are CI’s is estimated once clones and workflow runs of 28 settled days are known.';
  if (reason === 'no_runs') return 'No workflow of this repository ran.';
  return 'Its workflow runs do not explain the clones, so the part of CI is not estimated.';
}

function runsFile({ tenantId, repository, range: { from, to, by } }: RepositoryStats) {
  return reads.repositoryStats(tenantId, repository.repositoryId, { of: 'workflow-runs', from, to, by });
}

/** Workflow runs and the estimate as lines over the clones, where there are any. */
function toCiLines({ workflowRuns }: RepositoryStats): Layer[] {
  if (!workflowRuns?.runs.some((runs) => runs)) return [];
  const runs = { label: 'Workflow runs', color: '--series-3', values: workflowRuns.runs };
  if (!workflowRuns.estimate) return [runs];
  const { ciClones } = workflowRuns.estimate;
  return [runs, { label: 'Clones by CI (estimate)', color: '--series-4', values: ciClones }];
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
    lines: metric === 'clones' ? toCiLines(answer) : [],
    marks: buckets.map((_, index) => markOf(series.state[index] ?? 'before', count[index] ?? null)),
    events: answer.events
      .map((event) => ({
        index: indexOf(buckets, event.occurredAt.slice(0, 10)),
        label: `${event.kind[0]?.toUpperCase()}${event.kind.slice(1)} on ${formatDay(event.occurredAt.slice(0, 10))}`,
      }))
      .filter((event) => event.index >= 0),
  };
}
