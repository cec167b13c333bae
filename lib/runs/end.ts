import { sql, type Transaction } from 'kysely';
import { toDay } from '../day.ts';
import type { Db } from '../db/database.ts';
import { inTransaction } from '../db/portable.ts';
import type { RunState } from '../db/tables/runs.ts';
import type { Tables } from '../db/tables.ts';
import { Failure } from '../failure.ts';
import { logsKeptSince } from '../retention.ts';
import { toStoredFailure } from '../storable.ts';
import { daysUntilLoss } from '../traffic/window.ts';
import { type RunKey, setLease, takeLease, UNLEASED_MS } from './lease.ts';

/**
 * Closes a run that is at work and frees its tenant: succeeded, partial or failed, as its repositories went; with a
 * failure, what still waits fails for that reason and the run as a whole names it. Closing it again changes nothing.
 */
export async function closeRun(db: Db, run: RunKey, now: Date, failure?: Failure): Promise<void> {
  await inTransaction(db, (trx) => closeRunWithin(trx, run, now, failure));
}

/** As `closeRun`, within a transaction. */
async function closeRunWithin(
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

/** Closes the runs that no activation works on any more; what they did not collect is due again. */
export async function sweep(trx: Transaction<Tables>, tenantId: number, now: Date): Promise<void> {
  const stale = await trx
    .selectFrom('collectionRun')
    .select('runId')
    .where('tenantId', '=', tenantId)
    .where('state', '=', 'running')
    .where(({ eb, or }) =>
      or([
        eb('reason', '<>', 'added'),
        eb('startedAt', '<=', new Date(now.getTime() - UNLEASED_MS).toISOString()),
      ]),
    )
    .execute();
  for (const { runId } of stale)
    await closeRunWithin(trx, { tenantId, runId }, now, new Failure('abandoned'));
}

/** The tenants with a run that is written down as at work, though nothing works on it any more. */
async function listAbandoned(db: Db, now: Date): Promise<number[]> {
  const rows = await db
    .selectFrom('collectionRun as c')
    .innerJoin('tenant as t', 't.tenantId', 'c.tenantId')
    .select('c.tenantId')
    .distinct()
    .where('c.state', '=', 'running')
    .where('c.startedAt', '<=', new Date(now.getTime() - UNLEASED_MS).toISOString())
    .where(({ eb, or }) =>
      or([eb('t.leasedUntil', 'is', null), eb('t.leasedUntil', '<=', now.toISOString())]),
    )
    .orderBy('c.tenantId')
    .execute();
  return rows.map(({ tenantId }) => tenantId);
}

/**
 * Closes the runs of all tenants that no activation works on any more, and frees their tenants. Answers for how many
 * tenants. What they did not collect is due again.
 */
export async function closeAbandoned(db: Db, now: Date): Promise<number> {
  let closed = 0;
  for (const tenantId of await listAbandoned(db, now)) {
    const isFree = await inTransaction(db, async (trx) => {
      if ((await takeLease(trx, tenantId, now)) !== null) return false;
      await sweep(trx, tenantId, now);
      await setLease(trx, tenantId, { leasedRunId: null, leasedUntil: null });
      return true;
    });
    if (isFree) closed += 1;
  }
  return closed;
}

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
