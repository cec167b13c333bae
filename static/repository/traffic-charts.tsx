import { useMemo } from 'preact/hooks';
import type { RepositoryStats } from '../../lib/answers/stats.ts';
import { type ChartModel, type Layer, markOf } from '../../lib/charts/model.ts';
import { withPeople } from '../../lib/charts/traffic-model.ts';
import { Chart } from '../charts/chart.tsx';
import { CsvButton } from '../controls/download.tsx';
import { beforeLine } from '../figures/models.ts';
import { plural } from '../format.ts';
import { reads } from '../reads.ts';

interface ClonesChartProps {
  answer: RepositoryStats | undefined;
  isStale: boolean;
}

/** Clones, with what is known of those by CI. */
export function ClonesChart({ answer, isStale }: ClonesChartProps) {
  const clones = useMemo(() => answer && toModel(answer), [answer]);
  return (
    <Chart
      title={answer ? `Clones by ${answer.range.by}` : 'Clones'}
      model={clones}
      isStale={isStale}
      note={answer && `Clones include CI checkouts. ${ciNote(answer)} ${uniquesNote(answer)}`}
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

function uniquesNote({ range, series }: RepositoryStats): string {
  if (range.by === 'day') return 'Cloners are exact for each day, but do not add up over several.';
  const exact = series.uniquesExact.filter(Boolean).length;
  if (range.by === 'week' && exact > 0)
    return `Cloners are GitHub’s own for ${plural(exact, 'week')}; the others add daily cloners, so people who return count again.`;
  return 'Adds daily cloners; people who return count again.';
}

function toModel(answer: RepositoryStats): ChartModel {
  const { series, buckets, range, comparisonSeries, events } = answer;
  const bound = range.by === 'day' ? '' : ' (at most)';
  return {
    kind: 'nested',
    range,
    buckets,
    layers: withPeople(series, 'cloneCount', bound),
    lines: toCiLines(answer),
    before: beforeLine(comparisonSeries, range, 'cloneCount'),
    marks: buckets.map((_, index) =>
      markOf(series.state[index] ?? 'before', series.cloneCount[index] ?? null),
    ),
    events,
  };
}
