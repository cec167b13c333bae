import type { Transaction } from 'kysely';
import type { TenantAccess } from '../access.ts';
import { type Actor, recordAudit } from '../audit.ts';
import type { Db } from '../db/database.ts';
import { inTransaction } from '../db/portable.ts';
import type { Tables } from '../db/tables.ts';
import { plural } from '../number-format.ts';
import { notFound } from '../request.ts';
import { readStored, requireRepositoryRow, toFullName } from './repository.ts';

/** Removes a repository with everything stored for it. Returns how much that was. Throws `repository_not_found`. */
export async function removeRepository(db: Db, access: TenantAccess, repositoryId: number, by: Actor) {
  const { tenantId } = access;
  return inTransaction(db, async (trx) => {
    const row = await requireRepositoryRow(trx, access, repositoryId);
    const deleted = await readStored(trx, tenantId, repositoryId);
    const removed = await deleteRows(trx, tenantId, repositoryId);
    if (removed === 0) throw notFound('repository');
    const fullName = toFullName(row);
    const detail = plural(deleted.trafficDays, 'traffic day');
    await recordAudit(trx, by, { tenantId, kind: 'repository_removed', subject: fullName, detail });
    return { repositoryId, fullName, deleted };
  });
}

/**
 * Deletes a repository and everything stored for it; returns 0 if it is gone already. The log of past runs stays, but
 * runs no longer wait for it. Locks the repository's row first, as a collection does.
 */
async function deleteRows(trx: Transaction<Tables>, tenantId: number, repositoryId: number): Promise<number> {
  await trx
    .updateTable('repository')
    .set({ schedule: 'paused' })
    .where('tenantId', '=', tenantId)
    .where('repositoryId', '=', repositoryId)
    .execute();
  await trx
    .deleteFrom('runRepository')
    .where('tenantId', '=', tenantId)
    .where('repositoryId', '=', repositoryId)
    .where('state', '=', 'waiting')
    .execute();
  const { numDeletedRows } = await trx
    .deleteFrom('repository')
    .where('tenantId', '=', tenantId)
    .where('repositoryId', '=', repositoryId)
    .executeTakeFirst();
  return Number(numDeletedRows);
}
