import { sql, type Transaction } from 'kysely';
import { toDay } from '../day.ts';
import type { Db } from '../db/database.ts';
import { inTransaction } from '../db/portable.ts';
import type { RunState } from '../db/tables/runs.ts';
import type { Tables } from '../db/tables.ts';
import type { Failure } from '../failure.ts';
import { toStoredFailure } from '../storable.ts';
import { daysUntilLoss } from '../traffic/window.ts';

/** Which run of which tenant. */
export interface RunKey {
  tenantId: number;
  runId: number;
}

/** Without a lease a run is at work for so long at most: repositories that were just added are few. */
export const UNLEASED_MS = 15 * 60_000;

/**
 * Closes a run that is at work and frees its tenant: succeeded, partial or failed, as its repositories went; with a
 * failure, what still waits fails for that reason and the run as a whole names it. Closing it again changes nothing.
 */
export async function closeRun(db: Db, run: RunKey, now: Date, failure?: Failure): Promise<void> {
  await inTransaction(db, (trx) => closeRunWithin(trx, run, now, failure));
}

/** As `closeRun`, within a transaction. */
export async function closeRunWithin(
  db: Transaction<Tables>,
  run: RunKey,
  now: Date,
  failure?: Failure,
): Promise<void> {
  // First, as where a run begins: two that take the same rows in another order would wait for each other.
  await db
    .updateTable('tenant')
    .set({ leasedRunId: null, leasedUntil: null })
    .where('tenantId', '=', run.tenantId)
    .where('leasedRunId', '=', run.runId)
    .execute();
  if (failure) await failWaiting(db, run, now, failure);
  const counts = await db
    .selectFrom('runRepository')
    .select(({ fn }) => [
      fn.countAll<number>().as('all'),
      sql<number | null>`sum(case when state = 'succeeded' then 1 else 0 end)`.as('succeeded'),
    ])
    .where('tenantId', '=', run.tenantId)
    .where('runId', '=', run.runId)
    .executeTakeFirstOrThrow();
  const stored = failure && toStoredFailure(failure);
  await db
    .updateTable('collectionRun')
    .set({
      state: toState(counts.all, counts.succeeded ?? 0, failure),
      finishedAt: now.toISOString(),
      failureCode: stored?.code ?? null,
      failureMessage: stored?.message ?? null,
    })
    .where('tenantId', '=', run.tenantId)
    .where('runId', '=', run.runId)
    .where('state', '=', 'running')
    .execute();
}

/** What still waits in a run fails for one reason, each with the days that are left to it. */
async function failWaiting(db: Transaction<Tables>, run: RunKey, now: Date, failure: Failure): Promise<void> {
  const waiting = await db
    .selectFrom('runRepository as w')
    .innerJoin('repository as r', (join) =>
      join.onRef('r.tenantId', '=', 'w.tenantId').onRef('r.repositoryId', '=', 'w.repositoryId'),
    )
    .select('r.lastCoveredDate')
    .distinct()
    .where('w.tenantId', '=', run.tenantId)
    .where('w.runId', '=', run.runId)
    .where('w.state', '=', 'waiting')
    .execute();
  for (const { lastCoveredDate } of waiting)
    await db
      .updateTable('runRepository')
      .set({ state: 'failed', ...toStoredFailure(failure), finishedAt: now.toISOString() })
      .set({ daysUntilLoss: daysUntilLoss(lastCoveredDate, toDay(now)) })
      .where('tenantId', '=', run.tenantId)
      .where('runId', '=', run.runId)
      .where('state', '=', 'waiting')
      .where('repositoryId', 'in', (eb) =>
        eb
          .selectFrom('repository')
          .select('repositoryId')
          .where('tenantId', '=', run.tenantId)
          .where('lastCoveredDate', lastCoveredDate === null ? 'is' : '=', lastCoveredDate),
      )
      .execute();
}

function toState(all: number, succeeded: number, failure: Failure | undefined): RunState {
  if (succeeded === all && !failure) return 'succeeded';
  return succeeded === 0 ? 'failed' : 'partial';
}
