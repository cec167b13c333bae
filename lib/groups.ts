import type { TenantAccess } from './access.ts';
import type { Db } from './db/database.ts';
import { listStoredGroups, readContents } from './groups/contents.ts';
import { notFound } from './request.ts';

/**
 * The access narrowed to the repositories of a group, as they are now; the access itself without a group. Never more than it
 * was. Throws `group_not_found`, also if the access has repositories of its own and the group has none of them.
 */
export async function inGroup(
  db: Db,
  access: TenantAccess,
  groupId: number | undefined,
): Promise<TenantAccess> {
  if (groupId === undefined) return access;
  const groups = await listStoredGroups(db, access.tenantId, [groupId]);
  const repositoryIds = (await readContents(db, access, groups)).get(groupId)?.repositoryIds;
  const isHidden = access.repositoryIds !== null && repositoryIds?.length === 0;
  if (!repositoryIds || isHidden) throw notFound('group');
  return { tenantId: access.tenantId, repositoryIds };
}
