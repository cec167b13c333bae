import { useMemo } from 'preact/hooks';
import type { RepositoryStats } from '../../lib/answers/stats.ts';
import { Chart } from '../charts/chart.tsx';
import { type ChartModel, type Layer, markOf } from '../charts/model.ts';
import { CsvButton } from '../controls/download.tsx';
import { formatShortDay, plural } from '../format.ts';
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

/** How many workflow runs there were at least, and how many of the clones are CI's, as far as known. */
function ciNote(answer: RepositoryStats): string {
  const isCut = answer.workflowRuns?.runsAtLeast.some(Boolean);
  return isCut
    ? `${estimateNote(answer)} On busy days there were at least as many workflow runs as shown: GitHub counts up to 1,000.`
    : estimateNote(answer);
}

function estimateNote({ workflowRuns }: RepositoryStats): string {
  if (!workflowRuns) return 'Workflow runs appear after the next collection.';
  const { estimate, reason, problem } = workflowRuns;
  if (problem) return `${problem.message} It is retried the next day.`;
  if (estimate) {
    const { clonesPerRun, days, ciClones } = estimate;
    const sum = ciClones.reduce<number>((total, count) => total + (count ?? 0), 0);
    return `CI estimate: ${plural(sum, 'clone')} (about ${clonesPerRun.toFixed(1)} clones per run, over ${plural(days, 'day')}). On a day with runs, about one unique cloner is CI.`;
  }
  if (reason === 'too_few_days')
    return 'The CI estimate needs 28 final days with known clones and workflow runs.';
  if (reason === 'no_runs') return 'No workflow ran in this repository.';
  return 'No CI estimate: clones don’t follow workflow runs.';
}

function runsFile({ tenantId, repository, range: { from, to, by } }: RepositoryStats) {
  return reads.repositoryStats(tenantId, repository.repositoryId, { of: 'workflow-runs', from, to, by });
}

/** Workflow runs and the CI estimate as lines over the clones, if there are any. */
function toCiLines({ workflowRuns }: RepositoryStats): Layer[] {
  if (!workflowRuns?.runs.some((runs) => runs)) return [];
  const runs = { label: 'Workflow runs', color: '--series-3', values: workflowRuns.runs };
  if (!workflowRuns.estimate) return [runs];
  const { ciClones } = workflowRuns.estimate;
  return [runs, { label: 'Clones by CI (estimate)', color: '--series-4', values: ciClones }];
}

function uniquesNote({ range, series }: RepositoryStats, who: 'visitors' | 'cloners'): string {
  if (range.by === 'day') return `Unique ${who} are exact for each day, but do not add up over several.`;
  const exact = series.uniquesExact.filter(Boolean).length;
  if (range.by === 'week' && exact > 0)
    return `Unique ${who} are GitHub’s own for ${plural(exact, 'week')}; the others add daily ${who}, so people who return count again.`;
  return `Adds daily ${who}; people who return count again.`;
}

function lostNote({ lostDays, rememberedFrom }: RepositoryStats): string {
  const remembered = `GitHub itself still shows data from ${formatShortDay(rememberedFrom)}.`;
  return lostDays.length ? `${plural(lostDays.length, 'day')} lost in this range. ${remembered}` : remembered;
}

function toModel(answer: RepositoryStats, metric: 'views' | 'clones'): ChartModel {
  const { series, buckets, range } = answer;
  const count = metric === 'views' ? series.viewCount : series.cloneCount;
  const uniques = metric === 'views' ? series.viewUniques : series.cloneUniques;
  const exact = range.by === 'day' ? '' : ' (max)';
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
    events: answer.events,
  };
}
