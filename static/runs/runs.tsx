import { mayInTenant } from '../access.ts';
import { useAnswer } from '../answers.ts';
import { useMe } from '../app-context.ts';
import { Failure } from '../controls/notice.tsx';
import { PageHead } from '../controls/page-head.tsx';
import { usePlace } from '../location.ts';
import { reads } from '../reads.ts';
import { ActiveRun, CollectNow, useActiveRun } from './active-run.tsx';
import { RunTable } from './run-table.tsx';

/** The collection runs of a tenant. */
export function Runs({ tenantId }: { tenantId: number }) {
  const { me } = useMe();
  const place = usePlace();
  const list = useAnswer(reads.runs(tenantId, place.query.get('cursor')));
  const atWork = list.answer?.runs.find((run) => run.state === 'running')?.runId ?? null;
  const run = useActiveRun(atWork, list.reload);

  return (
    <div class="page" aria-busy={list.loading}>
      <PageHead
        title="Collection"
        below={<p class="lead">Daily at 08:00 UTC, and on demand.</p>}
        actions={
          mayInTenant(me, tenantId, 'startRuns') && (
            <>
              <CollectNow
                tenantId={tenantId}
                purpose="verify"
                disabled={run.runId !== null}
                onStarted={run.follow}
              />
              <CollectNow tenantId={tenantId} disabled={run.runId !== null} onStarted={run.follow} />
            </>
          )
        }
      />
      <ActiveRun tenantId={tenantId} run={run} />
      {list.error && <Failure error={list.error} retry={list.reload} />}
      {!(list.error && !list.answer) && <RunTable title="Runs" list={list.answer} />}
    </div>
  );
}
