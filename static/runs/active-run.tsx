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

interface CollectNowProps {
  tenantId: number;
  /** Absent for the whole tenant. */
  repositoryIds?: number[];
  /** `verify` also compares what is stored. The default is `collect`. */
  purpose?: 'collect' | 'verify';
  disabled: boolean;
  onStarted: (runId: number) => void;
}

/** Starts a collection or verification, or joins the current run. */
export function CollectNow({
  tenantId,
  repositoryIds,
  purpose = 'collect',
  disabled,
  onStarted,
}: CollectNowProps) {
  const { api } = useApp();
  const submission = useSubmission();
  function start() {
    void submission.run(async () => {
      const which = repositoryIds ? { repositoryIds } : {};
      const body = purpose === 'verify' ? { ...which, verify: true } : which;
      onStarted((await api.send<RunStarted>('POST', `runs/${tenantId}`, body)).runId);
    });
  }
  return (
    <>
      <button
        type="button"
        class={purpose === 'verify' ? 'button small' : 'button small primary'}
        onClick={start}
        disabled={disabled || submission.busy}
      >
        {purpose === 'verify' ? 'Verify' : disabled ? 'Collecting…' : 'Collect now'}
      </button>
      {submission.error && (
        <span class="field-error" role="alert">
          {submission.error.message}
        </span>
      )}
    </>
  );
}
