import { useEffect } from 'preact/hooks';
import type { Run, RunDetail, RunOutcome } from '../../lib/answers/runs.ts';
import { plural } from '../format.ts';
import { paths } from '../routes.ts';
import { useRun } from './use-run.ts';

interface RunProgressProps {
  tenantId: number;
  runId: number;
  /** Called once when the run has ended, with its outcome. */
  onDone: (detail: RunDetail) => void;
}

/** A running collection: its progress, and what failed. */
export function RunProgress({ tenantId, runId, onDone }: RunProgressProps) {
  const { detail, error } = useRun(tenantId, runId, { size: '1' });
  const ended = detail !== undefined && detail.run.state !== 'running';
  useEffect(() => {
    if (ended) onDone(detail);
  }, [ended, runId]);
  return (
    <section class="progress-box" aria-label="Collection">
      <ProgressBar detail={detail} />
      <p role="status">
        {error ? error.message : sentenceOf(detail)} <a href={paths.run(tenantId, runId)}>Details</a>
      </p>
    </section>
  );
}

export function ProgressBar({ detail }: { detail: RunDetail | undefined }) {
  const done = detail ? detail.run.succeededCount + detail.run.failedCount : 0;
  return (
    <progress
      class="progress"
      aria-label="Repositories collected"
      max={Math.max(1, detail?.run.repositoryCount ?? 1)}
      value={detail?.run.state === 'running' || !detail ? done : detail.run.repositoryCount || 1}
    />
  );
}

/** The run in a sentence. */
export function sentenceOf(detail: RunDetail | undefined): string {
  if (!detail) return 'Starting the collection…';
  const { state, reason, repositoryCount, succeededCount, failedCount } = detail.run;
  const verifies = reason === 'verify';
  const all = (count: number) => plural(count, 'repository', 'repositories');
  const done = succeededCount + failedCount;
  const failed = failedCount > 0 ? `, ${failedCount} failed` : '';
  if (state === 'running')
    return `${verifies ? 'Verifying' : 'Collecting'}: ${done} of ${all(repositoryCount)}${failed}.`;
  if (state === 'succeeded') return `${verifies ? 'Verified' : 'Collected'} ${all(succeededCount)}.`;
  const [what, participle] = verifies ? ['verification', 'verified'] : ['collection', 'collected'];
  return `The ${what} ended: ${succeededCount} of ${repositoryCount} ${participle}${failed}.`;
}

const STATES: Record<Run['state'] | RunOutcome['state'], { label: string; kind: string }> = {
  waiting: { label: 'Waiting', kind: '' },
  running: { label: 'Running', kind: '' },
  succeeded: { label: 'Succeeded', kind: 'success' },
  partial: { label: 'Partly failed', kind: 'warning' },
  failed: { label: 'Failed', kind: 'danger' },
};

export function RunState({ state }: { state: Run['state'] | RunOutcome['state'] }) {
  const { label, kind } = STATES[state];
  return <span class={`tag ${kind}`}>{label}</span>;
}

/** How many differences a verification found, in words; null for other runs. */
export function differencesIn({ differenceCount }: Run): string | null {
  if (differenceCount === null) return null;
  return differenceCount === 0 ? 'no differences' : plural(differenceCount, 'difference');
}
