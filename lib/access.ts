import type { Expression, SqlBool } from 'kysely';
import type { Db } from './db/database.ts';
import type { SystemRole } from './db/tables/installation.ts';
import type { Role } from './db/tables/tenants.ts';
import { Failure } from './failure.ts';
import { findLostRole, isHeldBy, type Person } from './identity/claims.ts';
import { listAllowedRepositories } from './members/allowed.ts';
import { notFound } from './request.ts';

type AnyRole = SystemRole | Role;

const system: AnyRole[] = ['administrator', 'maintainer'];

/** Who may do what: the roles that have each right. A system role counts in every tenant, a member's role in its own. */
const rights = {
  seeTraffic: [...system, 'manager', 'viewer', 'repository viewer'],
  seeAllTraffic: [...system, 'manager', 'viewer'],
  changeDashboards: [...system, 'manager'],
  changeAnnotations: [...system, 'manager'],
  changeAlerts: ['administrator', 'manager'],
  seeRuns: [...system, 'manager', 'viewer'],
  startRuns: [...system, 'manager'],
  changeRepositories: [...system, 'manager'],
  seeTenant: [...system, 'manager'],
  changeTenant: ['administrator', 'manager'],
  seeMembers: [...system, 'manager'],
  changeMembers: ['administrator', 'manager'],
  changeGroups: ['administrator', 'manager'],
  changeImports: ['administrator', 'manager'],
  changeChannels: ['administrator', 'manager'],
  changeKeys: ['administrator', 'manager'],
  changeShares: ['administrator', 'manager'],
  manageTenants: ['administrator'],
  seeSystemRoles: system,
  changeSystemRoles: ['administrator'],
  seeServers: system,
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

/** Somebody with a role in a tenant, in the system, or both. */
interface RoleHolder {
  tenantId: number;
  email: string;
  role: Role | null;
  systemRole: SystemRole | null;
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

function selectRoles(db: Db, person: Person, tenantId: number) {
  return db
    .selectFrom('tenant')
    .leftJoin('member', (join) =>
      join.onRef('member.tenantId', '=', 'tenant.tenantId').on(isHeldBy('member', person)),
    )
    .leftJoin('systemRole', (join) => join.on(isHeldBy('systemRole', person)))
    .select(['member.role as role', 'systemRole.role as systemRole'])
    .where('tenant.tenantId', '=', tenantId);
}

/**
 * What the person may see in the tenant. Throws 404 `tenant_not_found` if there is no such tenant or they have no role there,
 * 403 `forbidden` if their role lacks the right, and `role_claimed` or `address_changed` if their role does not count.
 */
export async function requireTenantAccess(
  db: Db,
  person: Person,
  tenantId: number,
  right: Right,
): Promise<TenantAccess> {
  const roles = await selectRoles(db, person, tenantId).executeTakeFirst();
  if (!roles || (roles.role === null && roles.systemRole === null))
    throw (await findLostRole(db, person, tenantId)) ?? notFound('tenant');
  if (!has(right, roles.systemRole) && !has(right, roles.role)) throw forbidden(right);
  return toTenantAccess(db, { tenantId, email: person.email, ...roles });
}

/** What somebody with these roles may see in the tenant. */
export async function toTenantAccess(
  db: Db,
  { tenantId, email, role, systemRole }: RoleHolder,
): Promise<TenantAccess> {
  const seesAll = has('seeAllTraffic', systemRole) || has('seeAllTraffic', role);
  return { tenantId, repositoryIds: seesAll ? null : await listAllowedRepositories(db, { tenantId, email }) };
}

/** Whether the person has the right in the tenant, and `onlyIf`, a condition of its own, holds. */
export async function hasTenantRight(
  db: Db,
  person: Person,
  tenantId: number,
  right: Right,
  onlyIf?: Expression<SqlBool>,
): Promise<boolean> {
  const query = selectRoles(db, person, tenantId);
  const roles = await (onlyIf ? query.where(onlyIf) : query).executeTakeFirst();
  return has(right, roles?.systemRole) || has(right, roles?.role);
}

/** The person's system role, or null. */
export async function findSystemRole(db: Db, person: Person): Promise<SystemRole | null> {
  const row = await db
    .selectFrom('systemRole')
    .select('role')
    .where(isHeldBy('systemRole', person))
    .executeTakeFirst();
  return row?.role ?? null;
}

/** Throws 403 `forbidden` unless the person's system role has the right; `role_claimed` or `address_changed` if it does not count. */
export async function requireSystemAccess(db: Db, person: Person, right: Right): Promise<void> {
  const role = await findSystemRole(db, person);
  if (has(right, role)) return;
  throw (role === null && (await findLostRole(db, person))) || forbidden(right);
}

/** Those of the tenants where the person has the right. */
export async function listAllowedTenants(
  db: Db,
  person: Person,
  right: Right,
  tenantIds: number[],
): Promise<number[]> {
  if (tenantIds.length === 0 || has(right, await findSystemRole(db, person))) return tenantIds;
  const rows = await db
    .selectFrom('member')
    .select(['tenantId', 'role'])
    .where(isHeldBy('member', person))
    .where('tenantId', 'in', tenantIds)
    .execute();
  return rows.filter(({ role }) => has(right, role)).map(({ tenantId }) => tenantId);
}

/**
 * The tenants where the person has the right. Null means all tenants, because their system role has it. Throws 403
 * `forbidden` if there is no such tenant, and `role_claimed` or `address_changed` if that is because a role does not count.
 */
export async function requireAnyTenant(db: Db, person: Person, right: Right): Promise<number[] | null> {
  if (has(right, await findSystemRole(db, person))) return null;
  const rows = await db
    .selectFrom('member')
    .select(['tenantId', 'role'])
    .where(isHeldBy('member', person))
    .execute();
  const tenantIds = rows.filter(({ role }) => has(right, role)).map(({ tenantId }) => tenantId);
  if (tenantIds.length === 0) throw (await findLostRole(db, person)) ?? forbidden(right);
  return tenantIds;
}
