import { findSystemRole, rightsOf } from './access.ts';
import type { Me, OwnTenant } from './answers/me.ts';
import type { Database, Db } from './db/database.ts';
import type { SystemRole } from './db/tables/installation.ts';
import { findLostRole, isHeldBy, type Person } from './identity/claims.ts';
import type { Principal } from './identity.ts';

/** The tenants in which the person has a role. */
async function listTenantIds(db: Db, person: Person): Promise<number[]> {
  const rows = await db.selectFrom('member').select('tenantId').where(isHeldBy('member', person)).execute();
  return rows.map(({ tenantId }) => tenantId);
}

async function listOwnTenants(db: Db, person: Person, systemRole: SystemRole | null): Promise<OwnTenant[]> {
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
        .selectFrom('memberRepository')
        .select((inner) => inner.fn.countAll<number>().as('count'))
        .whereRef('memberRepository.tenantId', '=', 'tenant.tenantId')
        .where('memberRepository.email', '=', person.email)
        .as('givenCount'),
    ])
    .$if(systemRole === null, (query) => query.where('member.role', 'is not', null))
    .orderBy('tenant.name')
    .execute();
  return rows.map(({ tenantId, name, role, allCount, givenCount }) => {
    const own = rightsOf(role);
    const seesAll = own.includes('seeAllTraffic') || rightsOf(systemRole).includes('seeAllTraffic');
    return { tenantId, name, role, rights: own, repositoryCount: (seesAll ? allCount : givenCount) ?? 0 };
  });
}

/** The principal's name, roles, rights and tenants, and why a role of theirs does not count if they have no other. */
export async function describeMe({ dbFor }: Pick<Database, 'dbFor'>, principal: Principal): Promise<Me> {
  const { email, displayName, issuer, subject } = principal;
  const ofAccount = dbFor({ account: principal });
  const systemRole = await findSystemRole(ofAccount, principal);
  const isEverywhere = systemRole !== null;
  const db = dbFor(isEverywhere ? 'all tenants' : { tenants: await listTenantIds(ofAccount, principal) });
  const tenants = await listOwnTenants(db, principal, systemRole);
  const { displayName: installation } = await db
    .selectFrom('installation')
    .select('displayName')
    .executeTakeFirstOrThrow();
  const isNobody = systemRole === null && tenants.length === 0;
  const lost = isNobody ? await findLostRole(ofAccount, principal) : null;
  return {
    email,
    displayName,
    issuer,
    subject,
    installation,
    systemRole,
    rights: rightsOf(systemRole),
    tenants,
    lostRole: lost && { code: lost.code, message: lost.message },
  };
}
