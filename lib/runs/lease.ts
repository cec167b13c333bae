import type { Transaction } from 'kysely';
import type { Db } from '../db/database.ts';
import type { Tables } from '../db/tables.ts';
import { notFound } from '../request.ts';

/** Which run of which tenant. */
export interface RunKey {
  tenantId: number;
  runId: number;
}

/** Without a lease a run is at work for so long at most: repositories that were just added are few. */
export const UNLEASED_MS = 15 * 60_000;

/** How long a tenant is held for a run before its activation begins or after it has handed over. */
export const LEASE_MS = 10 * 60_000;

/** Keeps the tenant for the run until an instant, if it is the run's. */
export async function renewLease(db: Db, { tenantId, runId }: RunKey, until: Date): Promise<void> {
  await db
    .updateTable('tenant')
    .set({ leasedUntil: until.toISOString() })
    .where('tenantId', '=', tenantId)
    .where('leasedRunId', '=', runId)
    .execute();
}

/** Holds the tenant for a new run: null, or the run that has it. Throws `tenant_not_found`. */
export async function takeLease(
  trx: Transaction<Tables>,
  tenantId: number,
  now: Date,
): Promise<{ runId: number; repositoryCount: number } | null> {
  const taken = await trx
    .updateTable('tenant')
    .set({ leasedUntil: new Date(now.getTime() + LEASE_MS).toISOString() })
    .where('tenantId', '=', tenantId)
    .where(({ eb, or }) => or([eb('leasedUntil', 'is', null), eb('leasedUntil', '<=', now.toISOString())]))
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

/** Gives the lease that was taken to a run, or back. */
export async function setLease(
  trx: Transaction<Tables>,
  tenantId: number,
  lease: { leasedRunId: number; leasedUntil: string } | { leasedRunId: null; leasedUntil: null },
): Promise<void> {
  await trx.updateTable('tenant').set(lease).where('tenantId', '=', tenantId).execute();
}

/** For how many tenants a run is at work, each in one activation. */
export async function countAtWork(db: Db, now: Date): Promise<number> {
  const row = await db
    .selectFrom('tenant')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('leasedUntil', '>', now.toISOString())
    .executeTakeFirstOrThrow();
  return row.count;
}
