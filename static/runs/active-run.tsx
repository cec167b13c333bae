import { useState } from 'preact/hooks';
import { tenantRightsOf } from '../access.ts';
import { useMe } from '../app-context.ts';
import { RunProgress } from './progress.tsx';

/** The run that is at work: the one just started here, or the one that the page's answer names. */
export interface FollowedRun {
  runId: number | null;
  follow: (runId: number) => void;
  ended: () => void;
}

/** Follows a run; `reload` fetches what it has changed. */
export function useActiveRun(answered: number | null | undefined, reload: () => void): FollowedRun {
  const [started, setStarted] = useState<number | null>(null);
  return {
    runId: started ?? answered ?? null,
    follow: setStarted,
    ended() {
      setStarted(null);
      reload();
    },
  };
}

/** Its progress, for those who may see runs. */
export function ActiveRun({ tenantId, run }: { tenantId: number; run: FollowedRun }) {
  const { me } = useMe();
  if (run.runId === null || !tenantRightsOf(me, tenantId).seeRuns) return null;
  return <RunProgress tenantId={tenantId} runId={run.runId} onDone={run.ended} />;
}
