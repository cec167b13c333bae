import { useState } from 'preact/hooks';
import type { RunDetail, RunStarted } from '../../lib/answers/runs.ts';
import { mayInTenant } from '../access.ts';
import { useApp, useMe } from '../app-context.ts';
import { Notice } from '../controls/notice.tsx';
import { useSubmission } from '../controls/submit.ts';
import { paths } from '../routes.ts';
import { differencesIn, RunProgress, sentenceOf } from './run-summary.tsx';

/** The current run: the one just started here, or the one that the page's answer names. */
export interface FollowedRun {
  runId: number | null;
  follow: (runId: number) => void;
  ended: (detail: RunDetail) => void;
  /** The last verification that ended on this page. */
  verified: RunDetail | undefined;
}

/** Follows a run; `reload` fetches what it has changed. */
export function useActiveRun(answered: number | null | undefined, reload: () => void): FollowedRun {
  const [started, setStarted] = useState<number | null>(null);
  const [verified, setVerified] = useState<RunDetail>();
  return {
    runId: started ?? answered ?? null,
    verified,
    follow(runId) {
      setVerified(undefined);
      setStarted(runId);
    },
    ended(detail) {
      setStarted(null);
      setVerified(detail.run.reason === 'verify' ? detail : undefined);
      reload();
    },
  };
}

/** The run's progress, and what a verification found, if you may see runs. */
export function ActiveRun({ tenantId, run }: { tenantId: number; run: FollowedRun }) {
  const { me } = useMe();
  if (!mayInTenant(me, tenantId, 'seeRuns')) return null;
  if (run.runId !== null) return <RunProgress tenantId={tenantId} runId={run.runId} onDone={run.ended} />;
  return run.verified ? <Verified detail={run.verified} /> : null;
}

function Verified({ detail }: { detail: RunDetail }) {
  const { tenantId, runId, state } = detail.run;
  return (
    <Notice kind={state === 'succeeded' ? 'success' : 'warning'}>
      <p>
        {sentenceOf(detail)} It found {differencesIn(detail.run)}.{' '}
        <a href={paths.run(tenantId, runId)}>Details</a>
      </p>
    </Notice>
  );
}

/** What to collect; `verify` also compares what is stored. */
interface RunRequest {
  repositoryIds?: number[];
  verify?: true;
}

/** Starts runs of a tenant; calls `onStarted` with each, or with the one that was at work already. */
export function useRunStart(tenantId: number, onStarted: (runId: number) => void) {
  const { api } = useApp();
  const submission = useSubmission();
  return {
    ...submission,
    begin: (request: RunRequest) =>
      void submission.run(async () =>
        onStarted((await api.send<RunStarted>('POST', `runs/${tenantId}`, request)).runId),
      ),
  };
}

interface CollectNowProps {
  tenantId: number;
  /** `verify` also compares what is stored. The default is `collect`. */
  purpose?: 'collect' | 'verify';
  disabled: boolean;
  onStarted: (runId: number) => void;
}

/** Starts a collection or verification of all repositories, or joins the current run. */
export function CollectNow({ tenantId, purpose = 'collect', disabled, onStarted }: CollectNowProps) {
  const { begin, busy, error } = useRunStart(tenantId, onStarted);
  return (
    <>
      <button
        type="button"
        class={purpose === 'verify' ? 'button small' : 'button small primary'}
        onClick={() => begin(purpose === 'verify' ? { verify: true } : {})}
        disabled={disabled || busy}
      >
        {purpose === 'verify' ? 'Verify' : disabled ? 'Collecting…' : 'Collect now'}
      </button>
      {error && (
        <span class="field-error" role="alert">
          {error.message}
        </span>
      )}
    </>
  );
}
