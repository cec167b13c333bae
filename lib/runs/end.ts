import { sql, type Transaction } from 'kysely';
import { toDay } from '../day.ts';
import type { Db } from '../db/database.ts';
import { inTransaction } from '../db/portable.ts';
import type { RunState } from '../db/tables/runs.ts';
import type { Tables } from '../db/tables.ts';
import { Failure } from '../failure.ts';
import { stalledColumn } from '../repositories/repository.ts';
import { logsKeptSince } from '../retention.ts';
import { toStoredFailure } from '../storable.ts';
import { daysUntilLoss } from '../traffic/window.ts';
import { dropLease, endLease, isAtWork, isFree, type RunKey, takeLease } from './lease.ts';

/** Runs deleted in one transaction: each has a row for every repository. */
const MAX_DELETED = 20;

/**
 * Closes an open run and frees its tenant. The run succeeded, partly succeeded or failed as its repositories did. With a
 * failure, the repositories still waiting fail for that reason, and the run shows it. Closing a run twice changes nothing.
 */
export async function closeRun(db: Db, run: RunKey, now: Date, failure?: Failure): Promise<void> {
  await inTransaction(db, (trx) => closeRunWithin(trx, run, now, failure));
}

async function closeRunWithin(
  trx: Transaction<Tables>,
  run: RunKey,
  now: Date,
  failure?: Failure,
): Promise<void> {
  // The tenant's row comes first, as it does when a run starts; another order could deadlock.
  await endLease(trx, run);
  if (failure) await failWaiting(trx, run, now, failure);
  const counts = await trx
    .selectFrom('runRepository')
    .select(({ fn }) => [
      fn.countAll<number>().as('all'),
      sql<number | null>`sum(case when state = 'succeeded' then 1 else 0 end)`.as('succeeded'),
    ])
    .where('tenantId', '=', run.tenantId)
    .where('runId', '=', run.runId)
    .executeTakeFirstOrThrow();
  const stored = failure && toStoredFailure(failure);
  await trx
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

/** Fails the repositories still waiting in a run, each with its own days until loss. */
async function failWaiting(
  trx: Transaction<Tables>,
  run: RunKey,
  now: Date,
  failure: Failure,
): Promise<void> {
  const waiting = await trx
    .selectFrom('runRepository as w')
    .innerJoin('repository as r', (join) =>
      join.onRef('r.tenantId', '=', 'w.tenantId').onRef('r.repositoryId', '=', 'w.repositoryId'),
    )
    .innerJoin('tenant as t', 't.tenantId', 'r.tenantId')
    .leftJoin('publication as p', (join) =>
      join.onRef('p.serverId', '=', 't.serverId').onRef('p.visibility', '=', 'r.visibility'),
    )
    .select(['r.visibility', 'r.lastCoveredDate', 'r.publishedThrough'])
    .select(stalledColumn)
    .distinct()
    .where('w.tenantId', '=', run.tenantId)
    .where('w.runId', '=', run.runId)
    .where('w.state', '=', 'waiting')
    .execute();
  for (const standpoint of waiting)
    await trx
      .updateTable('runRepository')
      .set({ state: 'failed', ...toStoredFailure(failure), finishedAt: now.toISOString() })
      .set({ daysUntilLoss: daysUntilLoss(standpoint, toDay(now)) })
      .where('tenantId', '=', run.tenantId)
      .where('runId', '=', run.runId)
      .where('state', '=', 'waiting')
      .where('repositoryId', 'in', (eb) =>
        eb
          .selectFrom('repository')
          .select('repositoryId')
          .where('tenantId', '=', run.tenantId)
          .where('visibility', '=', standpoint.visibility)
          .where(
            'lastCoveredDate',
            standpoint.lastCoveredDate === null ? 'is' : '=',
            standpoint.lastCoveredDate,
          )
          .where(
            'publishedThrough',
            standpoint.publishedThrough === null ? 'is' : '=',
            standpoint.publishedThrough,
          ),
      )
      .execute();
}

function toState(all: number, succeeded: number, failure: Failure | undefined): RunState {
  if (succeeded === all && !failure) return 'succeeded';
  return succeeded === 0 ? 'failed' : 'partial';
}

/**
 * Closes the abandoned runs of one tenant, whose lease the caller took in this transaction. What they did not collect is
 * due again.
 */
export async function closeAbandonedOf(trx: Transaction<Tables>, tenantId: number, now: Date): Promise<void> {
  const abandoned = await selectAbandoned(trx, now)
    .select('collectionRun.runId')
    .where('collectionRun.tenantId', '=', tenantId)
    .execute();
  for (const { runId } of abandoned)
    await closeRunWithin(trx, { tenantId, runId }, now, new Failure('abandoned'));
}

/** Closes the abandoned runs of every free tenant. Returns the number of tenants. */
export async function closeAbandoned(db: Db, now: Date): Promise<number> {
  const tenants = await selectAbandoned(db, now)
    .select('collectionRun.tenantId')
    .distinct()
    .where(isFree(now))
    .orderBy('collectionRun.tenantId')
    .execute();
  let closed = 0;
  for (const { tenantId } of tenants) {
    const isClosed = await inTransaction(db, async (trx) => {
      if ((await takeLease(trx, tenantId, now)) !== null) return false;
      await closeAbandonedOf(trx, tenantId, now);
      await dropLease(trx, tenantId);
      return true;
    });
    if (isClosed) closed += 1;
  }
  return closed;
}

function selectAbandoned(db: Db, now: Date) {
  return db
    .selectFrom('collectionRun')
    .innerJoin('tenant', 'tenant.tenantId', 'collectionRun.tenantId')
    .where('collectionRun.state', '=', 'running')
    .where(({ not }) => not(isAtWork(now)));
}

/**
 * Deletes closed runs that are older than logs are kept, with their details, while `isTime` says there is time. The next
 * call deletes the rest. Returns the number of runs.
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
    if (runs.length < MAX_DELETED) break;
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
    .limit(MAX_DELETED)
    .execute();
}

async function deleteRuns(db: Db, tenantId: number, runIds: readonly number[]): Promise<void> {
  await db
    .deleteFrom('collectionRun')
    .where('tenantId', '=', tenantId)
    .where('runId', 'in', [...runIds])
    .execute();
}
