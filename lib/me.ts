import { findSystemRole, rightsOf } from './access.ts';
import type { Me, OwnTenant } from './answers/me.ts';
import type { Db } from './db/database.ts';
import type { SystemRole } from './db/tables/installation.ts';
import type { Principal } from './identity.ts';

async function listOwnTenants(db: Db, email: string, systemRole: SystemRole | null): Promise<OwnTenant[]> {
  const rows = await db
    .selectFrom('tenant')
    .leftJoin('member', (join) =>
      join.onRef('member.tenantId', '=', 'tenant.tenantId').on('member.email', '=', email),
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
        .where('memberRepository.email', '=', email)
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

/** The principal's name, roles, rights and tenants. */
export async function describeMe(db: Db, principal: Principal): Promise<Me> {
  const systemRole = await findSystemRole(db, principal);
  const tenants = await listOwnTenants(db, principal.email, systemRole);
  const { displayName: installation } = await db
    .selectFrom('installation')
    .select('displayName')
    .executeTakeFirstOrThrow();
  return { ...principal, installation, systemRole, rights: rightsOf(systemRole), tenants };
}
