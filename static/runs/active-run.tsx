import { useState } from 'preact/hooks';
import type { RunDetail } from '../../lib/answers/runs.ts';
import { mayInTenant } from '../access.ts';
import { useMe } from '../app-context.ts';
import { Notice } from '../controls/notice.tsx';
import { paths } from '../routes.ts';
import { differencesIn } from './differences-in.ts';
import { RunProgress, sentenceOf } from './progress.tsx';

/** The run that is at work: the one just started here, or the one that the page's answer names. */
export interface FollowedRun {
  runId: number | null;
  follow: (runId: number) => void;
  ended: (detail: RunDetail) => void;
  /** The verification that ended here last. */
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

/** Its progress, and what a verification found, for those who may see runs. */
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
