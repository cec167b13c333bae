import type { Run, RunOutcome } from '../../lib/answers/runs.ts';

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
