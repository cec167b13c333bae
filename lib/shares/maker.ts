import { requireTenantAccess, type TenantAccess } from '../access.ts';
import { builtInDashboards } from '../dashboards/built-in.ts';
import type { Db } from '../db/database.ts';
import type { ShareSubject } from '../db/tables/shares.ts';
import { Failure } from '../failure.ts';
import { listStoredGroups, readContents } from '../groups/contents.ts';
import { toFullName } from '../repositories/repository.ts';
import { toId } from '../request.ts';

/** What is shared, and by which account. */
export interface Shared {
  tenantId: number;
  subject: ShareSubject;
  repositoryId: number | null;
  groupId: number | null;
  dashboardId: string | null;
  makerIssuer: string;
  makerSubject: string;
}

/** What a share may show now: never more than its maker may see. `gone`: that what was shared is no longer there. */
export type Sight =
  | { standing: 'live'; name: string; access: TenantAccess }
  | { standing: 'gone' }
  | { standing: 'no access' };

/** What a share may show now. */
export async function readSight(db: Db, share: Shared): Promise<Sight> {
  const access = await findAccess(db, share);
  if (access === null) return { standing: 'no access' };
  switch (share.subject) {
    case 'portfolio':
      return { standing: 'live', name: 'Overview', access };
    case 'repository':
      return seeRepository(db, access, share.repositoryId ?? 0);
    case 'group':
      return seeGroup(db, access, share.groupId ?? 0);
    case 'dashboard': {
      const name = await findDashboardName(db, share.tenantId, share.dashboardId ?? '');
      return name === null ? { standing: 'gone' } : { standing: 'live', name, access };
    }
  }
}

/** What the maker's account may see in the tenant now; null: nothing. Their address is the one that they have now. */
async function findAccess(
  db: Db,
  { tenantId, makerIssuer: issuer, makerSubject: subject }: Shared,
): Promise<TenantAccess | null> {
  const account = await db
    .selectFrom('principal')
    .select('email')
    .where('issuer', '=', issuer)
    .where('subject', '=', subject)
    .executeTakeFirst();
  if (!account) return null;
  try {
    return await requireTenantAccess(db, { issuer, subject, email: account.email }, tenantId, 'seeTraffic');
  } catch (error) {
    if (error instanceof Failure) return null;
    throw error;
  }
}

async function seeRepository(db: Db, access: TenantAccess, repositoryId: number): Promise<Sight> {
  const row = await db
    .selectFrom('repository')
    .select(['owner', 'name'])
    .where('tenantId', '=', access.tenantId)
    .where('repositoryId', '=', repositoryId)
    .executeTakeFirst();
  if (!row) return { standing: 'gone' };
  if (access.repositoryIds?.includes(repositoryId) === false) return { standing: 'no access' };
  const own = { tenantId: access.tenantId, repositoryIds: [repositoryId] };
  return { standing: 'live', name: toFullName(row), access: own };
}

async function seeGroup(db: Db, access: TenantAccess, groupId: number): Promise<Sight> {
  const groups = await listStoredGroups(db, access.tenantId, [groupId]);
  const [group] = groups;
  if (!group) return { standing: 'gone' };
  const repositoryIds = (await readContents(db, access, groups)).get(groupId)?.repositoryIds ?? [];
  if (access.repositoryIds !== null && repositoryIds.length === 0) return { standing: 'no access' };
  return { standing: 'live', name: group.name, access: { tenantId: access.tenantId, repositoryIds } };
}

async function findDashboardName(db: Db, tenantId: number, dashboardId: string): Promise<string | null> {
  if (Object.hasOwn(builtInDashboards, dashboardId)) return builtInDashboards[dashboardId]?.name ?? null;
  const id = toId(dashboardId);
  if (id === undefined) return null;
  const row = await db
    .selectFrom('dashboard')
    .select('name')
    .where('tenantId', '=', tenantId)
    .where('dashboardId', '=', id)
    .executeTakeFirst();
  return row?.name ?? null;
}
