import type { Transaction } from 'kysely';
import type { TenantAccess } from '../access.ts';
import { deleteAnnotationsOnlyOf } from '../annotations.ts';
import { type Actor, recordAudit } from '../audit.ts';
import type { Db } from '../db/database.ts';
import { inTransaction, type Merge, mergeRows } from '../db/portable.ts';
import type { Tables } from '../db/tables.ts';
import { plural } from '../number-format.ts';
import { notFound } from '../request.ts';
import { matchesRule } from '../tracking/definition.ts';
import { listStoredRules } from '../tracking/rows.ts';
import { type RepositoryRow, readStored, requireRepositoryRow, toFullName } from './repository.ts';

/**
 * Removes a repository with everything stored for it, and keeps rules from adding it again. Returns how much that was. Throws
 * `repository_not_found`.
 */
export async function removeRepository(db: Db, access: TenantAccess, repositoryId: number, by: Actor) {
  const { tenantId } = access;
  return inTransaction(db, async (trx) => {
    const row = await requireRepositoryRow(trx, access, repositoryId);
    const deleted = await readStored(trx, tenantId, repositoryId);
    const removed = await deleteRows(trx, tenantId, repositoryId);
    if (removed === 0) throw notFound('repository');
    await excludeFromRules(trx, row, by);
    const fullName = toFullName(row);
    const detail = plural(deleted.trafficDays, 'traffic day');
    await recordAudit(trx, by, { tenantId, kind: 'repository_removed', subject: fullName, detail });
    return { repositoryId, fullName, deleted };
  });
}

/** Remembers the removal if a rule would add the repository again. */
async function excludeFromRules(trx: Transaction<Tables>, row: RepositoryRow, by: Actor): Promise<void> {
  const { tenantId, githubId, owner, name } = row;
  const rules = await listStoredRules(trx, tenantId);
  const isMatched = rules.some((rule) =>
    matchesRule(
      { ...rule, forks: 'included', archived: 'included', visibility: 'any' },
      { owner, name, visibility: row.visibility, fork: false, archived: false },
    ),
  );
  if (!isMatched) return;
  const excluded = { excludedAt: by.now.toISOString(), excludedBy: by.email };
  await mergeRows(trx, exclusions, [{ tenantId, githubId, owner, name, ...excluded }]);
}

const exclusions: Merge<'trackingExclusion'> = { into: 'trackingExclusion', key: ['tenantId', 'githubId'] };

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
  await deleteAnnotationsOnlyOf(trx, tenantId, repositoryId);
  const { numDeletedRows } = await trx
    .deleteFrom('repository')
    .where('tenantId', '=', tenantId)
    .where('repositoryId', '=', repositoryId)
    .executeTakeFirst();
  return Number(numDeletedRows);
}
