import type { Db } from './db/database.ts';
import type { SystemRole } from './db/tables/installation.ts';
import type { Role } from './db/tables/tenants.ts';
import { Failure } from './failure.ts';
import type { Principal } from './identity.ts';
import { notFound } from './request.ts';

type AnyRole = SystemRole | Role;

const system: AnyRole[] = ['administrator', 'maintainer'];

/** Who may do what. System roles reach every tenant, the others only the tenant they are given in. */
const rights = {
  seeTraffic: [...system, 'manager', 'viewer', 'repository viewer'],
  seeAllTraffic: [...system, 'manager', 'viewer'],
  changeDashboards: [...system, 'manager'],
  seeRuns: [...system, 'manager', 'viewer'],
  startRuns: [...system, 'manager'],
  changeRepositories: [...system, 'manager'],
  seeTenant: [...system, 'manager'],
  changeTenant: ['administrator', 'manager'],
  seeMembers: [...system, 'manager'],
  changeMembers: ['administrator', 'manager'],
  changeChannels: ['administrator', 'manager'],
  manageTenants: ['administrator'],
  seeSystemRoles: system,
  changeSystemRoles: ['administrator'],
  seeServers: [...system, 'manager'],
  changeServers: ['administrator'],
  seeAllRuns: system,
  startAllRuns: system,
} satisfies Record<string, AnyRole[]>;

/** One thing that may be done, by its name in `rights`: in a tenant, or over all of them by a system role. */
export type Right = keyof typeof rights;

/** What a principal may see in a tenant. */
export interface TenantAccess {
  tenantId: number;
  /** The only repositories it may see; null: all. */
  repositoryIds: number[] | null;
}

function forbidden(right: Right): Failure {
  const allowed: AnyRole[] = rights[right];
  return new Failure('forbidden', `This needs the role ${allowed.join(' or ')}.`, { roles: allowed });
}

function has(right: Right, role: AnyRole | null | undefined): boolean {
  const allowed: AnyRole[] = rights[right];
  return role != null && allowed.includes(role);
}

async function findRoles(db: Db, email: string, tenantId: number) {
  return db
    .selectFrom('tenant')
    .leftJoin('member', (join) =>
      join.onRef('member.tenantId', '=', 'tenant.tenantId').on('member.email', '=', email),
    )
    .leftJoin('systemRole', (join) => join.on('systemRole.email', '=', email))
    .select(['member.role as role', 'systemRole.role as systemRole'])
    .where('tenant.tenantId', '=', tenantId)
    .executeTakeFirst();
}

async function listAllowedRepositories(db: Db, email: string, tenantId: number): Promise<number[]> {
  const rows = await db
    .selectFrom('memberRepository')
    .select('repositoryId')
    .where('tenantId', '=', tenantId)
    .where('email', '=', email)
    .execute();
  return rows.map(({ repositoryId }) => repositoryId);
}

/**
 * What the principal may see in the tenant, when it has the right there. Throws 404 `tenant_not_found` when the tenant
 * does not exist or the principal does not belong to it, and 403 `forbidden` when its role is too low.
 */
export async function requireTenantAccess(
  db: Db,
  { email }: Principal,
  tenantId: number,
  right: Right,
): Promise<TenantAccess> {
  const roles = await findRoles(db, email, tenantId);
  if (!roles || (roles.role === null && roles.systemRole === null)) throw notFound('tenant');
  if (!has(right, roles.systemRole) && !has(right, roles.role)) throw forbidden(right);
  if (roles.systemRole !== null || roles.role !== 'repository viewer')
    return { tenantId, repositoryIds: null };
  return { tenantId, repositoryIds: await listAllowedRepositories(db, email, tenantId) };
}

/** Whether the principal has the right in the tenant. */
export async function hasTenantRight(
  db: Db,
  { email }: Pick<Principal, 'email'>,
  tenantId: number,
  right: Right,
): Promise<boolean> {
  const roles = await findRoles(db, email, tenantId);
  return has(right, roles?.systemRole) || has(right, roles?.role);
}

/** The principal's system role; null where it has none. */
export async function findSystemRole(db: Db, { email }: Principal): Promise<SystemRole | null> {
  const row = await db.selectFrom('systemRole').select('role').where('email', '=', email).executeTakeFirst();
  return row?.role ?? null;
}

/** Throws 403 `forbidden` unless the principal has the right by its system role. */
export async function requireSystemAccess(db: Db, principal: Principal, right: Right): Promise<void> {
  if (!has(right, await findSystemRole(db, principal))) throw forbidden(right);
}

/**
 * The tenants in which the principal has the right: null for all of them, by its system role. Throws 403 `forbidden`
 * when there is none.
 */
export async function requireAnyTenant(db: Db, principal: Principal, right: Right): Promise<number[] | null> {
  if (has(right, await findSystemRole(db, principal))) return null;
  const rows = await db
    .selectFrom('member')
    .select(['tenantId', 'role'])
    .where('email', '=', principal.email)
    .execute();
  const tenantIds = rows.filter(({ role }) => has(right, role)).map(({ tenantId }) => tenantId);
  if (tenantIds.length === 0) throw forbidden(right);
  return tenantIds;
}
