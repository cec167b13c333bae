import { type Expression, expressionBuilder, type SqlBool, type Transaction } from 'kysely';
import type { Db } from '../db/database.ts';
import type { Tables } from '../db/tables.ts';
import { notFound } from '../request.ts';

/** Which run of which tenant. */
export interface RunKey {
  tenantId: number;
  runId: number;
}

/** How long a tenant is leased to a run before its activation begins, and after one has handed over. */
const LEASE_MS = 10 * 60_000;
/** How long a run for repositories that were just added may take: it holds no lease, and they are few. */
const UNLEASED_MS = 15 * 60_000;

/** No lease is that long: one that ends later was given by a clock that was ahead. */
const MAX_LEASE_MS = 86_400_000;

/** When a lease ends that is given or renewed while no activation works on its run. */
export function toLeaseEnd(now: Date): Date {
  return new Date(now.getTime() + LEASE_MS);
}

/** A condition on the rows of `tenant`: the tenant is leased to no run, or the lease has run out. Never null. */
export function isFree(now: Date): Expression<SqlBool> {
  const eb = expressionBuilder<Tables, 'tenant'>();
  const latest = new Date(now.getTime() + MAX_LEASE_MS).toISOString();
  return eb.or([
    eb('tenant.leasedUntil', 'is', null),
    eb('tenant.leasedUntil', '<=', now.toISOString()),
    eb('tenant.leasedUntil', '>', latest),
  ]);
}

/**
 * A condition on the rows of `collectionRun` joined with their `tenant`: the run is open, and an activation works on it
 * or will soon. Its tenant is leased to it, or it holds no lease and began a short while ago. Never null. An open run
 * that is not at work is abandoned.
 */
export function isAtWork(now: Date): Expression<SqlBool> {
  const eb = expressionBuilder<Tables, 'collectionRun' | 'tenant'>();
  const holdsLease = eb.and([
    eb('tenant.leasedRunId', 'is not', null),
    eb('tenant.leasedRunId', '=', eb.ref('collectionRun.runId')),
    eb.not(isFree(now)),
  ]);
  const needsNoLease = eb.and([
    eb('collectionRun.reason', '=', 'added'),
    eb('collectionRun.startedAt', '>', new Date(now.getTime() - UNLEASED_MS).toISOString()),
  ]);
  return eb.and([eb('collectionRun.state', '=', 'running'), eb.or([holdsLease, needsNoLease])]);
}

/** How many tenants are leased to a run. Each keeps one activation busy. */
export async function countBusyTenants(db: Db, now: Date): Promise<number> {
  const row = await db
    .selectFrom('tenant')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where(({ not }) => not(isFree(now)))
    .executeTakeFirstOrThrow();
  return row.count;
}

/**
 * Leases a free tenant to the run that this transaction is about to write, and returns null; `giveLease` or `dropLease`
 * must follow. Returns the run that holds the tenant if it is not free. Throws `tenant_not_found`.
 */
export async function takeLease(
  trx: Transaction<Tables>,
  tenantId: number,
  now: Date,
): Promise<{ runId: number; repositoryCount: number } | null> {
  const taken = await trx
    .updateTable('tenant')
    .set({ leasedRunId: null, leasedUntil: toLeaseEnd(now).toISOString() })
    .where('tenantId', '=', tenantId)
    .where(isFree(now))
    .executeTakeFirst();
  if (taken.numUpdatedRows > 0n) return null;
  const run = await trx
    .selectFrom('tenant as t')
    .innerJoin('collectionRun as c', (join) =>
      join.onRef('c.tenantId', '=', 't.tenantId').onRef('c.runId', '=', 't.leasedRunId'),
    )
    .select(['c.runId', 'c.repositoryCount'])
    .where('t.tenantId', '=', tenantId)
    .executeTakeFirst();
  if (!run) throw notFound('tenant');
  return run;
}

/** Gives the lease that this transaction took to a run. */
export async function giveLease(trx: Transaction<Tables>, run: RunKey, now: Date): Promise<void> {
  await trx
    .updateTable('tenant')
    .set({ leasedRunId: run.runId, leasedUntil: toLeaseEnd(now).toISOString() })
    .where('tenantId', '=', run.tenantId)
    .execute();
}

/** Frees the tenant whose lease this transaction took. */
export async function dropLease(trx: Transaction<Tables>, tenantId: number): Promise<void> {
  await trx
    .updateTable('tenant')
    .set({ leasedRunId: null, leasedUntil: null })
    .where('tenantId', '=', tenantId)
    .execute();
}

/** Extends a run's lease to an instant. Does nothing for a run without the lease. */
export async function renewLease(db: Db, { tenantId, runId }: RunKey, until: Date): Promise<void> {
  await db
    .updateTable('tenant')
    .set({ leasedUntil: until.toISOString() })
    .where('tenantId', '=', tenantId)
    .where('leasedRunId', '=', runId)
    .execute();
}

/** Frees the tenant of a run that has ended. Does nothing for a run without the lease. */
export async function endLease(trx: Transaction<Tables>, { tenantId, runId }: RunKey): Promise<void> {
  await trx
    .updateTable('tenant')
    .set({ leasedRunId: null, leasedUntil: null })
    .where('tenantId', '=', tenantId)
    .where('leasedRunId', '=', runId)
    .execute();
}
