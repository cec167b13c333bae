import type { Transaction } from 'kysely';
import type { Db } from '../db/database.ts';
import type { Tables } from '../db/tables.ts';
import { Failure } from '../failure.ts';
import { notFound } from '../request.ts';
import { closeRunWithin, type RunKey, UNLEASED_MS } from './end.ts';

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
  const message =
    'The collection stopped before its end. What it did not collect is collected by the next one.';
  for (const { runId } of stale)
    await closeRunWithin(trx, { tenantId, runId }, now, new Failure(503, 'abandoned', message));
}
