import type { Db } from './db/database.ts';
import type { SystemRole } from './db/tables/installation.ts';
import type { Role } from './db/tables/tenants.ts';
import { Failure } from './failure.ts';
import type { Principal } from './identity.ts';
import { notFound } from './request.ts';

type AnyRole = SystemRole | Role;

const system: AnyRole[] = ['administrator', 'maintainer'];

/** Who may do what: the roles that have each right. A system role counts in every tenant, a member's role in its own. */
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
  seeAudit: ['administrator', 'manager'],
  seeAllAudit: ['administrator'],
} satisfies Record<string, AnyRole[]>;

/** The name of something that somebody may do, in a tenant or in the whole installation. */
export type Right = keyof typeof rights;

/** All rights, by name. */
export const RIGHTS = Object.keys(rights) as Right[];

/** What a principal may see in a tenant. */
export interface TenantAccess {
  tenantId: number;
  /** The repositories it may see; null means all. */
  repositoryIds: number[] | null;
}

/** The roles that have a right, the most powerful first. */
export function rolesWith(right: Right): readonly AnyRole[] {
  return rights[right];
}

/** The rights of a role; none without a role. */
export function rightsOf(role: AnyRole | null): Right[] {
  return RIGHTS.filter((right) => has(right, role));
}

function forbidden(right: Right): Failure {
  const allowed = rolesWith(right);
  return new Failure('forbidden', `This needs the role ${allowed.join(' or ')}.`, { roles: allowed });
}

function has(right: Right, role: AnyRole | null | undefined): boolean {
  return role != null && rolesWith(right).includes(role);
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
 * What the principal may see in the tenant. Throws 404 `tenant_not_found` if there is no such tenant or the principal has
 * no role there, and 403 `forbidden` if its role lacks the right.
 */
export async function requireTenantAccess(
  db: Db,
  { email }: Principal,
  tenantId: number,
  right: Right,
): Promise<TenantAccess> {
  const roles = await findRoles(db, email, tenantId);
  if (!roles || (roles.role === null && roles.systemRole === null)) throw notFound('tenant');
  const may = (one: Right) => has(one, roles.systemRole) || has(one, roles.role);
  if (!may(right)) throw forbidden(right);
  const repositoryIds = may('seeAllTraffic') ? null : await listAllowedRepositories(db, email, tenantId);
  return { tenantId, repositoryIds };
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

/** The principal's system role, or null. */
export async function findSystemRole(db: Db, { email }: Principal): Promise<SystemRole | null> {
  const row = await db.selectFrom('systemRole').select('role').where('email', '=', email).executeTakeFirst();
  return row?.role ?? null;
}

/** Throws 403 `forbidden` unless the principal's system role has the right. */
export async function requireSystemAccess(db: Db, principal: Principal, right: Right): Promise<void> {
  if (!has(right, await findSystemRole(db, principal))) throw forbidden(right);
}

/**
 * The tenants where the principal has the right. Null means all tenants, because its system role has it. Throws 403
 * `forbidden` if there is no such tenant.
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
