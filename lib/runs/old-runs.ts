import type { Db } from '../db/database.ts';
import { inTransaction } from '../db/portable.ts';
import { logsKeptSince } from '../retention.ts';
import type { RunKey } from './end.ts';

/** A run has a row for each repository: a transaction with more runs would be long. */
const CONCURRENCY = 20;

/**
 * Deletes runs that are over and began longer ago than logs are kept, with all that their logs say, while there is time;
 * what is left waits for the next call. Answers how many.
 */
export async function deleteOldRuns(
  db: Db,
  { now, isTime }: { now: Date; isTime: () => boolean },
): Promise<number> {
  let deleted = 0;
  while (isTime()) {
    const runs = await listOldRuns(db, now);
    for (const tenantId of new Set(runs.map((run) => run.tenantId)))
      await deleteRuns(
        db,
        tenantId,
        runs.filter((run) => run.tenantId === tenantId).map(({ runId }) => runId),
      );
    deleted += runs.length;
    if (runs.length < CONCURRENCY) break;
  }
  return deleted;
}

function listOldRuns(db: Db, now: Date): Promise<RunKey[]> {
  return db
    .selectFrom('collectionRun')
    .select(['tenantId', 'runId'])
    .where('startedAt', '<', logsKeptSince(now))
    .where('state', '<>', 'running')
    .orderBy('startedAt')
    .orderBy('runId')
    .limit(CONCURRENCY)
    .execute();
}

async function deleteRuns(db: Db, tenantId: number, runIds: readonly number[]): Promise<void> {
  await inTransaction(db, async (trx) => {
    for (const table of ['runDifference', 'runRepository', 'collectionRun'] as const)
      await trx
        .deleteFrom(table)
        .where('tenantId', '=', tenantId)
        .where('runId', 'in', [...runIds])
        .execute();
  });
}
