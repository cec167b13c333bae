import type { Db } from '../db/database.ts';
import { inTransaction } from '../db/portable.ts';
import { listAbandoned } from './due-tenants.ts';
import { setLease, sweep, takeLease } from './lease.ts';

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
