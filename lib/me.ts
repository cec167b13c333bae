import { type Expression, expressionBuilder, type SqlBool, sql } from 'kysely';
import { findSystemRole, RIGHTS, rightsOf } from './access.ts';
import type { Me, OwnTenant, OwnTenantList } from './answers/me.ts';
import type { Database, Db } from './db/database.ts';
import type { SystemRole } from './db/tables/installation.ts';
import type { Role } from './db/tables/tenants.ts';
import type { Tables } from './db/tables.ts';
import { findLostRole, isHeldBy, type Person } from './identity/claims.ts';
import type { Principal } from './identity.ts';
import { listAllowedRepositories } from './members/allowed.ts';
import { sqlGivesTraffic } from './repositories/repository.ts';
import { readTenantPage, type TenantPageRequest } from './tenants/page.ts';

/** How many tenants `/me` lists. With the longest names and the most rights they take 30 kB. */
const MAX_TENANTS = 50;

/** The person's roles in tenants, the newest first, but the one in the tenant `asked` before all. One more than `/me` lists. */
async function listMemberships(db: Db, person: Person, asked: number | undefined) {
  return db
    .selectFrom('member')
    .select(['tenantId', 'role'])
    .where(isHeldBy('member', person))
    .orderBy(sql`case when ${sql.ref('tenantId')} = ${asked ?? 0} then 0 else 1 end`)
    .orderBy('addedAt', 'desc')
    .orderBy('tenantId')
    .limit(MAX_TENANTS + 1)
    .execute();
}

async function listRoles(db: Db, person: Person): Promise<Role[]> {
  const rows = await db
    .selectFrom('member')
    .select('role')
    .distinct()
    .where(isHeldBy('member', person))
    .execute();
  return rows.map(({ role }) => role);
}

/** The tenants with these ids, as the person sees them, by name. */
async function readOwnTenants(
  db: Db,
  person: Person,
  systemRole: SystemRole | null,
  tenantIds: number[],
): Promise<OwnTenant[]> {
  if (tenantIds.length === 0) return [];
  const rows = await db
    .selectFrom('tenant')
    .leftJoin('member', (join) =>
      join.onRef('member.tenantId', '=', 'tenant.tenantId').on(isHeldBy('member', person)),
    )
    .select((eb) => [
      'tenant.tenantId',
      'tenant.name',
      'member.role as role',
      eb
        .selectFrom('repository')
        .select((inner) => inner.fn.countAll<number>().as('count'))
        .whereRef('repository.tenantId', '=', 'tenant.tenantId')
        .as('allCount'),
      eb
        .selectFrom('repository as r')
        .select((inner) => inner.fn.countAll<number>().as('count'))
        .whereRef('r.tenantId', '=', 'tenant.tenantId')
        .where('r.failureCode', 'is not', null)
        .where(sqlGivesTraffic)
        .where('r.schedule', '<>', 'paused')
        .as('failingCount'),
      eb
        .selectFrom('memberRepository')
        .select((inner) => inner.fn.countAll<number>().as('count'))
        .whereRef('memberRepository.tenantId', '=', 'tenant.tenantId')
        .where('memberRepository.email', '=', person.email)
        .as('givenCount'),
      eb
        .selectFrom('memberGroup')
        .select((inner) => inner.fn.countAll<number>().as('count'))
        .whereRef('memberGroup.tenantId', '=', 'tenant.tenantId')
        .where('memberGroup.email', '=', person.email)
        .as('groupCount'),
    ])
    .where('tenant.tenantId', 'in', tenantIds)
    .orderBy('tenant.name')
    .orderBy('tenant.tenantId')
    .execute();
  const tenants: OwnTenant[] = [];
  for (const { tenantId, name, role, allCount, failingCount, givenCount, groupCount } of rows) {
    const own = rightsOf(role);
    const seesAll = own.includes('seeAllTraffic') || rightsOf(systemRole).includes('seeAllTraffic');
    const readCount = async () =>
      groupCount ? (await listAllowedRepositories(db, { tenantId, email: person.email })).length : givenCount;
    const repositoryCount = (seesAll ? allCount : await readCount()) ?? 0;
    const problemCount = (seesAll ? failingCount : 0) ?? 0;
    tenants.push({ tenantId, name, role, rights: own, repositoryCount, problemCount });
  }
  return tenants;
}

/** As many of the tenants without the person's role as `/me` has room for; of others, only the one that was asked for. */
async function pickOthers(db: Db, own: number[], asked: number | undefined) {
  const eb = expressionBuilder<Tables, 'tenant'>();
  const isOther = own.length === 0 ? null : eb('tenantId', 'not in', own);
  const limit = Math.max(1, MAX_TENANTS - own.length);
  const { tenantIds, nextCursor } = await readTenantPage(db, isOther, { limit });
  const picked = new Set(asked === undefined ? tenantIds : [...tenantIds, asked]);
  return { tenantIds: [...picked], more: nextCursor !== null };
}

/**
 * The principal's name, roles, rights and tenants, the tenant `asked` among them, and why a role of theirs does not count if
 * they have no other.
 */
export async function describeMe(
  { dbFor }: Pick<Database, 'dbFor'>,
  principal: Principal,
  asked?: number,
): Promise<Me> {
  const { email, displayName, issuer, subject } = principal;
  const ofAccount = dbFor({ account: principal });
  const { installation, systemRole } = await ofAccount
    .selectFrom('installation')
    .select((eb) => [
      'displayName as installation',
      eb.selectFrom('systemRole').select('role').where(isHeldBy('systemRole', principal)).as('systemRole'),
    ])
    .executeTakeFirstOrThrow();
  const memberships = await listMemberships(ofAccount, principal, asked);
  const hasMore = memberships.length > MAX_TENANTS;
  const roles = hasMore ? await listRoles(ofAccount, principal) : memberships.map(({ role }) => role);
  const own = memberships.slice(0, MAX_TENANTS).map(({ tenantId }) => tenantId);
  const db = dbFor(systemRole === null ? { tenants: own } : 'all tenants');
  const others = systemRole === null ? { tenantIds: [], more: false } : await pickOthers(db, own, asked);
  const tenantIds = [...new Set([...own, ...others.tenantIds])];
  const tenants = await readOwnTenants(db, principal, systemRole, tenantIds);
  const isNobody = systemRole === null && tenants.length === 0;
  const lost = isNobody ? await findLostRole(ofAccount, principal) : null;
  const inTenants = new Set(roles.flatMap(rightsOf));
  return {
    email,
    displayName,
    issuer,
    subject,
    installation,
    systemRole,
    rights: rightsOf(systemRole),
    tenants,
    moreTenants: hasMore || others.more,
    tenantRights: RIGHTS.filter((right) => inTenants.has(right)),
    lostRole: lost && { code: lost.code, message: lost.message },
  };
}

/** The person has a role in the tenant. */
function isMember(person: Person): Expression<SqlBool> {
  const { exists, selectFrom } = expressionBuilder<Tables, 'tenant'>();
  return exists(
    selectFrom('member')
      .select('member.role')
      .whereRef('member.tenantId', '=', 'tenant.tenantId')
      .where(isHeldBy('member', person)),
  );
}

async function listTenantIds(db: Db, person: Person): Promise<number[]> {
  const rows = await db.selectFrom('member').select('tenantId').where(isHeldBy('member', person)).execute();
  return rows.map(({ tenantId }) => tenantId);
}

/** A page of the tenants that the principal may see, by name. Throws `invalid_input` for an unknown cursor. */
export async function listOwnTenants(
  { dbFor }: Pick<Database, 'dbFor'>,
  principal: Principal,
  request: TenantPageRequest,
): Promise<OwnTenantList> {
  const ofAccount = dbFor({ account: principal });
  const systemRole = await findSystemRole(ofAccount, principal);
  const own = systemRole === null ? await listTenantIds(ofAccount, principal) : null;
  const db = dbFor(own ? { tenants: own } : 'all tenants');
  const { tenantIds, nextCursor } = await readTenantPage(db, own && isMember(principal), request);
  return { tenants: await readOwnTenants(db, principal, systemRole, tenantIds), nextCursor };
}
