import type { Transaction } from 'kysely';
import type { TenantAccess } from '../access.ts';
import type { Activations } from '../activations.ts';
import type { RunStarted } from '../answers/runs.ts';
import type { Db } from '../db/database.ts';
import { inTransaction, type Merge, mergeRows } from '../db/portable.ts';
import type { RunReason } from '../db/tables/runs.ts';
import type { Tables } from '../db/tables.ts';
import { Failure } from '../failure.ts';
import type { Instant } from '../instant.ts';
import { listStandings, stalledColumn, toFullName } from '../repositories/repository.ts';
import { dueLimits, isAskedAgain, isDue, wasRefusedLately } from '../repositories/schedule.ts';
import { notFound } from '../request.ts';
import { isRuleDue } from '../tracking/due.ts';
import { listSample } from '../traffic/publication.ts';
import { hasAlarmRunSince } from './due-tenants.ts';
import { closeAbandonedOf, closeRun } from './end.ts';
import { dropLease, giveLease, type RunKey, renewLease, takeLease, toLeaseEnd } from './lease.ts';

/** What a run is started with. */
export interface RunStarter {
  db: Db;
  activations: Activations;
  now: Date;
}

/** Which repositories of a tenant to collect, why, and for whom. */
export interface RunOrder {
  tenantId: number;
  reason: Exclude<RunReason, 'added'>;
  /** E-mail address; null for the alarm. */
  startedBy: string | null;
  /**
   * `due`: those that are due or asked again, but for the alarm not those GitHub refused lately. `all`: all but paused ones. Or ids, which
   * may be of paused ones.
   */
  repositories: 'due' | 'all' | readonly number[];
  /** Start no run if an alarm started one at or after this instant. */
  since?: Instant;
}

/**
 * The repositories that somebody asks to collect: those with these ids, or else all that they may see and that are not paused.
 * Throws `repository_not_found` for one that they may not see, and `nothing_to_collect` if they see none.
 */
export async function toRunRepositories(
  db: Db,
  access: TenantAccess,
  asked: readonly number[] | undefined,
): Promise<RunOrder['repositories']> {
  if (access.repositoryIds === null) return asked ?? 'all';
  const standings = await listStandings(db, access);
  const visible = new Set(standings.map(({ repositoryId }) => repositoryId));
  if (asked?.some((repositoryId) => !visible.has(repositoryId))) throw notFound('repository');
  const unpaused = standings.filter(({ schedule }) => schedule !== 'paused');
  const chosen = asked ?? unpaused.map(({ repositoryId }) => repositoryId);
  if (chosen.length === 0) throw new Failure('nothing_to_collect');
  return chosen;
}

/**
 * Starts a run for one tenant, or returns the run at work. Throws `repository_not_found`, `nothing_to_collect`,
 * `tenant_not_found`, and `start_failed` if the platform does not start it.
 */
export async function startRun(starter: RunStarter, order: RunOrder): Promise<RunStarted> {
  const started = await openRun(starter.db, order, starter.now);
  if (started && !started.already)
    await startCollecting(starter, { tenantId: order.tenantId, runId: started.runId });
  if (started) return started;
  throw new Failure('nothing_to_collect');
}

/**
 * Writes a run for one tenant and leases the tenant to it, or returns the run at work. Returns undefined when there is
 * nothing to collect. The caller starts a new run. Throws `tenant_not_found` and `repository_not_found`.
 */
export async function openRun(db: Db, order: RunOrder, now: Date): Promise<RunStarted | undefined> {
  return inTransaction(db, (trx) => writeRun(trx, order, now));
}

/**
 * Starts a run for repositories that were just added. It takes no lease, so another run may be at work. Returns its id.
 * Throws `start_failed`.
 */
export async function startAddedRun(
  starter: RunStarter,
  {
    tenantId,
    startedBy,
    repositoryIds,
  }: { tenantId: number; startedBy: string; repositoryIds: readonly number[] },
): Promise<number> {
  const runId = await inTransaction(starter.db, async (trx) => {
    const work = { tenantId, reason: 'added', repositories: repositoryIds } as const;
    const repositories = await listForRun(trx, work, starter.now);
    return insertRun(trx, { tenantId, reason: 'added', startedBy }, repositories, starter.now);
  });
  await startCollecting(starter, { tenantId, runId });
  return runId;
}

/** Starts the action that works through a run. Closes the run and throws `start_failed` if the platform refuses. */
export async function startCollecting({ db, activations, now }: RunStarter, run: RunKey): Promise<void> {
  try {
    await renewLease(db, run, toLeaseEnd(now));
    await activations.start('collect-tenant', { ...run });
  } catch (error) {
    if (error instanceof Failure) await closeRun(db, run, now, error);
    throw error;
  }
}

/** Takes the tenant's lease and writes the run with its repositories. */
async function writeRun(
  trx: Transaction<Tables>,
  order: RunOrder,
  now: Date,
): Promise<RunStarted | undefined> {
  const { tenantId } = order;
  const atWork = await takeLease(trx, tenantId, now);
  if (atWork !== null) return { ...atWork, already: true };
  await closeAbandonedOf(trx, tenantId, now);
  const isDone = order.since !== undefined && (await hasAlarmRunSince(trx, tenantId, order.since));
  const repositories = isDone ? [] : await listForRun(trx, order, now);
  // An alarm's run evaluates the tenant's rules first, which may add repositories to it.
  const isForRules = !isDone && order.reason === 'alarm' && (await isRuleDue(trx, tenantId, dueLimits(now)));
  if (repositories.length === 0 && !isForRules) {
    await dropLease(trx, tenantId);
    return undefined;
  }
  const runId = await insertRun(trx, order, repositories, now);
  await giveLease(trx, { tenantId, runId }, now);
  return { runId, repositoryCount: repositories.length, already: false };
}

type Work = { repositoryId: number; owner: string; name: string };

/** The repositories of a run, those collected longest ago first. Throws `repository_not_found` if a given one is missing. */
async function listForRun(
  trx: Transaction<Tables>,
  {
    tenantId,
    reason,
    repositories: which,
  }: Pick<RunOrder, 'tenantId' | 'repositories'> & { reason: RunReason },
  now: Date,
): Promise<Work[]> {
  const rows = await trx
    .selectFrom('repository as r')
    .innerJoin('tenant as t', 't.tenantId', 'r.tenantId')
    .leftJoin('publication as p', (join) =>
      join.onRef('p.serverId', '=', 't.serverId').onRef('p.visibility', '=', 'r.visibility'),
    )
    .select(['r.repositoryId', 'r.owner', 'r.name', 'r.schedule', 'r.lastSuccessAt', 'r.failureAt'])
    .select(['r.publishedThrough', 'r.oldCopyThrough', 'r.readsToday', 'r.refusedAt'])
    .select(stalledColumn)
    .where('r.tenantId', '=', tenantId)
    .$if(typeof which !== 'string', (query) => query.where('r.repositoryId', 'in', [...which] as number[]))
    .execute();
  const sample = rows.some(({ stalledThrough }) => stalledThrough !== null) ? await listSample(trx) : [];
  if (typeof which !== 'string' && rows.length < new Set(which).size) throw notFound('repository');
  const chosen = rows.filter((row) => {
    if (which === 'due') {
      if (reason === 'alarm' && wasRefusedLately(row, now)) return false;
      const isHeld = reason === 'alarm' && row.stalledThrough !== null && !sample.includes(row.repositoryId);
      return isDue(row, now) || isAskedAgain({ ...row, isHeld }, now);
    }
    return which !== 'all' || row.schedule !== 'paused';
  });
  return chosen.sort((one, other) => ((one.lastSuccessAt ?? '') < (other.lastSuccessAt ?? '') ? -1 : 1));
}

const runRepositories: Merge<'runRepository'> = {
  into: 'runRepository',
  key: ['tenantId', 'runId', 'repositoryId'],
};

async function insertRun(
  trx: Transaction<Tables>,
  { tenantId, reason, startedBy }: { tenantId: number; reason: RunReason; startedBy: string | null },
  repositories: readonly Work[],
  now: Date,
): Promise<number> {
  const inserted = await trx
    .insertInto('collectionRun')
    .values({
      tenantId,
      reason,
      startedBy,
      state: 'running',
      startedAt: now.toISOString(),
      repositoryCount: repositories.length,
    })
    .returning('runId')
    .executeTakeFirstOrThrow();
  const { runId } = inserted;
  await insertWork(trx, { tenantId, runId }, repositories);
  return runId;
}

/** Adds repositories to an open run, which collects them too. */
export async function extendRun(
  trx: Transaction<Tables>,
  run: RunKey,
  repositories: readonly Work[],
): Promise<void> {
  await insertWork(trx, run, repositories);
  await trx
    .updateTable('collectionRun')
    .set((eb) => ({ repositoryCount: eb('repositoryCount', '+', repositories.length) }))
    .where('tenantId', '=', run.tenantId)
    .where('runId', '=', run.runId)
    .execute();
}

async function insertWork(
  trx: Transaction<Tables>,
  { tenantId, runId }: RunKey,
  repositories: readonly Work[],
): Promise<void> {
  const rows = repositories.map(({ repositoryId, owner, name }) => ({
    tenantId,
    runId,
    repositoryId,
    fullName: toFullName({ owner, name }),
    state: 'waiting' as const,
    requestCount: 0,
  }));
  await mergeRows(trx, runRepositories, rows);
}
