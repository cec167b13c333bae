import type { Transaction } from 'kysely';
import type { Member, MemberList, SystemMember } from './answers/members.ts';
import { type Actor, recordAudit } from './audit.ts';
import type { Db } from './db/database.ts';
import { isOrphan } from './db/errors.ts';
import { given, inTransaction, type Merge, mergeRows } from './db/portable.ts';
import type { SystemRole } from './db/tables/installation.ts';
import type { Role } from './db/tables/tenants.ts';
import type { Tables } from './db/tables.ts';
import { Failure } from './failure.ts';
import { listGroupChoices, requireGroups } from './groups.ts';
import { toRoleState } from './identity/claims.ts';
import { type Allowance, readAllowance } from './members/allowed.ts';
import { plural } from './number-format.ts';
import { requireRepositories } from './repositories/repository.ts';
import { notFound } from './request.ts';
import { deleteSubscriptionsOf } from './subscriptions.ts';

/** A tenant's members by e-mail address, and its repositories and groups by name. `issuer` is today's sign-in provider. */
export async function listMembers(db: Db, tenantId: number, issuer: string): Promise<MemberList> {
  const members = await selectMembers(db, tenantId).orderBy('member.email').execute();
  const allowed = await db
    .selectFrom('memberRepository')
    .select(['email', 'repositoryId'])
    .where('tenantId', '=', tenantId)
    .orderBy('repositoryId')
    .execute();
  const repositories = await db
    .selectFrom('repository')
    .select(['repositoryId', 'owner', 'name'])
    .where('tenantId', '=', tenantId)
    .orderBy('owner')
    .orderBy('name')
    .execute();
  const givenGroups = await db
    .selectFrom('memberGroup')
    .select(['email', 'groupId'])
    .where('tenantId', '=', tenantId)
    .orderBy('groupId')
    .execute();
  const allowanceOf = (email: string): Allowance => ({
    repositoryIds: allowed.filter((one) => one.email === email).map(({ repositoryId }) => repositoryId),
    groupIds: givenGroups.filter((one) => one.email === email).map(({ groupId }) => groupId),
  });
  return {
    members: members.map((row) => toMember(row, allowanceOf(row.email), issuer)),
    repositories: repositories.map(({ repositoryId, owner, name }) => ({
      repositoryId,
      fullName: `${owner}/${name}`,
    })),
    groups: await listGroupChoices(db, { tenantId, repositoryIds: null }),
  };
}

function selectMembers(db: Db, tenantId: number) {
  return db
    .selectFrom('member')
    .leftJoin('principal', (join) =>
      join.onRef('principal.issuer', '=', 'member.issuer').onRef('principal.subject', '=', 'member.subject'),
    )
    .select(['member.email', 'member.role', 'member.addedAt', 'member.issuer', 'member.subject'])
    .select('principal.email as accountEmail')
    .where('member.tenantId', '=', tenantId);
}

type MemberRow = Awaited<ReturnType<ReturnType<typeof selectMembers>['executeTakeFirstOrThrow']>>;

function toMember(row: MemberRow, { repositoryIds, groupIds }: Allowance, issuer: string): Member {
  const { email, role, addedAt } = row;
  return { email, role, repositoryIds, groupIds, addedAt, state: toRoleState(row, issuer) };
}

const memberships: Merge<'member'> = {
  into: 'member',
  key: ['tenantId', 'email'],
  update: { role: given('role') },
};

const allowances: Merge<'memberRepository'> = {
  into: 'memberRepository',
  key: ['tenantId', 'email', 'repositoryId'],
};

const groupAllowances: Merge<'memberGroup'> = { into: 'memberGroup', key: ['tenantId', 'email', 'groupId'] };

/** A role in words, with how many repositories and groups it is for. */
function describeRole(role: Role, { repositoryIds, groupIds }: Allowance): string {
  if (role !== 'repository viewer') return role;
  const repositories = plural(repositoryIds.length, 'repository', 'repositories');
  return `${role} of ${groupIds.length === 0 ? repositories : `${repositories} and ${plural(groupIds.length, 'group')}`}`;
}

async function replaceAllowance(
  trx: Transaction<Tables>,
  { tenantId, email }: { tenantId: number; email: string },
  { repositoryIds, groupIds }: Allowance,
): Promise<void> {
  for (const table of ['memberRepository', 'memberGroup'] as const)
    await trx.deleteFrom(table).where('tenantId', '=', tenantId).where('email', '=', email).execute();
  await mergeRows(
    trx,
    allowances,
    repositoryIds.map((repositoryId) => ({ tenantId, email, repositoryId })),
  );
  await mergeRows(
    trx,
    groupAllowances,
    groupIds.map((groupId) => ({ tenantId, email, groupId })),
  );
}

const toIds = (ids: readonly number[]) => [...new Set(ids)].sort((a, b) => a - b);

/**
 * Invites a member, or changes their role. `repositoryIds` and `groupIds` are for repository viewers only. `issuer` is today's
 * sign-in provider. Throws `tenant_not_found`, and `repository_not_found` or `group_not_found` if the tenant lacks one of them.
 */
export async function putMember(
  db: Db,
  tenantId: number,
  { email, role, ...given }: { email: string; role: Role } & Allowance,
  by: Actor,
  issuer: string,
): Promise<{ member: Member; added: boolean }> {
  const { now } = by;
  const key = { tenantId, email };
  const allowance = { repositoryIds: toIds(given.repositoryIds), groupIds: toIds(given.groupIds) };
  const find = (trx: Db) => selectMembers(trx, tenantId).where('member.email', '=', email);
  return inTransaction(db, async (trx) => {
    await requireRepositories(trx, tenantId, allowance.repositoryIds);
    await requireGroups(trx, tenantId, allowance.groupIds);
    const before = await find(trx).executeTakeFirst();
    const allowedBefore = await readAllowance(trx, key);
    await mergeRows(trx, memberships, [{ ...key, role, addedAt: now.toISOString() }]);
    await replaceAllowance(trx, key, allowance);
    const detail = describeRole(role, allowance);
    const isSame = before?.role === role && isSameAllowance(allowance, allowedBefore);
    if (!before) await recordAudit(trx, by, { tenantId, kind: 'member_added', subject: email, detail });
    else if (!isSame)
      await recordAudit(trx, by, {
        tenantId,
        kind: 'member_changed',
        subject: email,
        detail: `${describeRole(before.role, allowedBefore)} to ${detail}`,
      });
    const after = await find(trx).executeTakeFirstOrThrow();
    return { member: toMember(after, allowance, issuer), added: !before };
  }).catch((error: unknown) => {
    throw isOrphan(error) ? notFound('tenant') : error;
  });
}

function isSameAllowance(one: Allowance, other: Allowance): boolean {
  return (
    one.repositoryIds.join() === other.repositoryIds.join() && one.groupIds.join() === other.groupIds.join()
  );
}

/** Removes a member from the tenant. Throws `member_not_found`. */
export async function removeMember(db: Db, tenantId: number, email: string, by: Actor): Promise<void> {
  await inTransaction(db, async (trx) => {
    const before = await selectMembers(trx, tenantId).where('member.email', '=', email).executeTakeFirst();
    if (!before) throw notFound('member');
    const detail = describeRole(before.role, await readAllowance(trx, { tenantId, email }));
    const { numDeletedRows } = await trx
      .deleteFrom('member')
      .where('tenantId', '=', tenantId)
      .where('email', '=', email)
      .executeTakeFirst();
    if (numDeletedRows === 0n) throw notFound('member');
    const { issuer, subject } = before;
    if (issuer !== null && subject !== null) await deleteSubscriptionsOf(trx, tenantId, { issuer, subject });
    await recordAudit(trx, by, { tenantId, kind: 'member_removed', subject: email, detail });
  });
}

function selectSystemMembers(db: Db) {
  return db
    .selectFrom('systemRole')
    .leftJoin('principal', (join) =>
      join
        .onRef('principal.issuer', '=', 'systemRole.issuer')
        .onRef('principal.subject', '=', 'systemRole.subject'),
    )
    .select(['systemRole.email', 'systemRole.role', 'systemRole.grantedAt', 'systemRole.issuer'])
    .select('principal.email as accountEmail');
}

type SystemMemberRow = Awaited<ReturnType<ReturnType<typeof selectSystemMembers>['executeTakeFirstOrThrow']>>;

function toSystemMember(row: SystemMemberRow, issuer: string): SystemMember {
  const { email, role, grantedAt } = row;
  return { email, role, grantedAt, state: toRoleState(row, issuer) };
}

/** Everybody with a system role, by e-mail address. `issuer` is today's sign-in provider. */
export async function listSystemMembers(db: Db, issuer: string): Promise<SystemMember[]> {
  const rows = await selectSystemMembers(db).orderBy('systemRole.email').execute();
  return rows.map((row) => toSystemMember(row, issuer));
}

/** Locks the administrators' rows, so that two cannot demote each other at once. Throws `last_administrator`. */
async function requireOtherAdministrator(trx: Transaction<Tables>, email: string): Promise<void> {
  const administrators = await trx
    .selectFrom('systemRole')
    .select('email')
    .where('role', '=', 'administrator')
    .orderBy('email')
    .forUpdate()
    .execute();
  const others = administrators.filter((one) => one.email !== email);
  if (others.length > 0 || administrators.length === 0) return;
  throw new Failure('last_administrator');
}

/**
 * Gives somebody a system role, or changes it. `issuer` is today's sign-in provider. Throws `last_administrator` if that would
 * demote the last administrator.
 */
export async function putSystemMember(
  db: Db,
  { email, role }: { email: string; role: SystemRole },
  by: Actor,
  issuer: string,
): Promise<{ member: SystemMember; added: boolean }> {
  const find = (trx: Db) => selectSystemMembers(trx).where('systemRole.email', '=', email);
  return inTransaction(db, async (trx) => {
    if (role !== 'administrator') await requireOtherAdministrator(trx, email);
    const before = await find(trx).executeTakeFirst();
    if (before?.role === role) return { member: toSystemMember(before, issuer), added: false };
    const given = { email, role, grantedAt: by.now.toISOString() };
    if (before) await trx.updateTable('systemRole').set(given).where('email', '=', email).execute();
    else await trx.insertInto('systemRole').values(given).execute();
    await recordAudit(trx, by, { tenantId: null, kind: 'system_role_given', subject: email, detail: role });
    const after = await find(trx).executeTakeFirstOrThrow();
    return { member: toSystemMember(after, issuer), added: !before };
  });
}

/** Removes a system role. Throws `member_not_found` and `last_administrator`. */
export async function removeSystemMember(db: Db, email: string, by: Actor): Promise<void> {
  await inTransaction(db, async (trx) => {
    await requireOtherAdministrator(trx, email);
    const before = await trx
      .selectFrom('systemRole')
      .select('role')
      .where('email', '=', email)
      .executeTakeFirst();
    if (!before) throw notFound('member');
    const { numDeletedRows } = await trx
      .deleteFrom('systemRole')
      .where('email', '=', email)
      .executeTakeFirst();
    if (numDeletedRows === 0n) throw notFound('member');
    const detail = before.role;
    await recordAudit(trx, by, { tenantId: null, kind: 'system_role_removed', subject: email, detail });
  });
}
