import { type Expression, expressionBuilder, type SqlBool } from 'kysely';
import { INSTALLATION, recordAudit, recordAuditOfTenants } from '../audit.ts';
import type { Database, Db } from '../db/database.ts';
import { inTransaction } from '../db/portable.ts';
import type { Tables } from '../db/tables.ts';
import { Failure } from '../failure.ts';
import type { Account } from './session.ts';

/** The tables whose roles are given to an address. */
type RoleTable = 'member' | 'systemRole';

/** An account, and the address that the provider has verified for it. */
export interface Person extends Account {
  email: string;
}

/**
 * A condition on the rows of a table of roles: the account holds the role, and the address it was given to is still the
 * account's.
 */
export function isHeldBy(table: RoleTable, { issuer, subject, email }: Person): Expression<SqlBool> {
  const eb = expressionBuilder<Tables, RoleTable>();
  return eb.and([
    eb(`${table}.email`, '=', email),
    eb(`${table}.issuer`, '=', issuer),
    eb(`${table}.subject`, '=', subject),
  ]);
}

/** The same for an account of the joined table `principal`. */
export function isHeldByPrincipal(table: RoleTable): Expression<SqlBool> {
  const eb = expressionBuilder<Tables, RoleTable | 'principal'>();
  return eb.and([
    eb(`${table}.email`, '=', eb.ref('principal.email')),
    eb(`${table}.issuer`, '=', eb.ref('principal.issuer')),
    eb(`${table}.subject`, '=', eb.ref('principal.subject')),
  ]);
}

/**
 * A condition on the rows of a table of roles: nobody holds the role. An account of another provider than `issuer` does not
 * count: since `ISSUER` was changed, nobody can sign in with it.
 */
export function isUnclaimed(table: RoleTable, issuer: string): Expression<SqlBool> {
  const eb = expressionBuilder<Tables, RoleTable>();
  return eb.or([eb(`${table}.subject`, 'is', null), eb(`${table}.issuer`, '<>', issuer)]);
}

/**
 * Gives the account every role that waits for its address, and logs each. If two accounts come with the same address, the
 * first one gets the roles.
 */
export async function claimRoles(
  { dbFor }: Pick<Database, 'dbFor'>,
  { issuer, subject, email }: Person,
  now: Date,
): Promise<void> {
  const account = { issuer, subject };
  const invited = { issuer, email };
  const unclaimed = toIds(await selectUnclaimed(dbFor({ account }), invited).execute());
  const holder = { ...account, claimedAt: now.toISOString() };
  const by = { email, now };
  const claim = { subject: email, detail: `${subject} at ${issuer}` };
  await inTransaction(dbFor({ tenants: [...unclaimed, INSTALLATION] }), async (trx) => {
    // Locked, so that another account waits, and then finds none.
    const tenantIds =
      unclaimed.length > 0 ? toIds(await selectUnclaimed(trx, invited).forUpdate().execute()) : [];
    if (tenantIds.length > 0) {
      await trx
        .updateTable('member')
        .set(holder)
        .where('email', '=', email)
        .where('tenantId', 'in', tenantIds)
        .execute();
      await recordAuditOfTenants(trx, by, tenantIds, { kind: 'member_claimed', ...claim });
    }
    const { numUpdatedRows } = await trx
      .updateTable('systemRole')
      .set(holder)
      .where('email', '=', email)
      .where(isUnclaimed('systemRole', issuer))
      .executeTakeFirstOrThrow();
    if (numUpdatedRows > 0n)
      await recordAudit(trx, by, { tenantId: null, kind: 'system_role_claimed', ...claim });
  });
}

const selectUnclaimed = (db: Db, { issuer, email }: Pick<Person, 'issuer' | 'email'>) =>
  db.selectFrom('member').select('tenantId').where('email', '=', email).where(isUnclaimed('member', issuer));

const toIds = (rows: { tenantId: number }[]) => rows.map(({ tenantId }) => tenantId);

/** A condition on the rows of a table of roles: the role is for the person's address or account, but not for both. */
function isLost(table: RoleTable, { issuer, subject, email }: Person): Expression<SqlBool> {
  const eb = expressionBuilder<Tables, RoleTable>();
  const isAtIssuer = eb(`${table}.issuer`, '=', issuer);
  const isOfOther = eb.and([eb(`${table}.email`, '=', email), eb(`${table}.subject`, '<>', subject)]);
  const isOfAccount = eb.and([eb(`${table}.subject`, '=', subject), eb(`${table}.email`, '<>', email)]);
  return eb.and([isAtIssuer, eb.or([isOfOther, isOfAccount])]);
}

/**
 * Why a role that the person might expect does not count: `role_claimed`, `address_changed`, or null if there is no such
 * role. Looks at system roles and at one tenant, or at all.
 */
export async function findLostRole(db: Db, person: Person, tenantId?: number): Promise<Failure | null> {
  let members = db.selectFrom('member').select('email').where(isLost('member', person));
  if (tenantId !== undefined) members = members.where('tenantId', '=', tenantId);
  const system = db.selectFrom('systemRole').select('email').where(isLost('systemRole', person));
  const lost = (await system.executeTakeFirst()) ?? (await members.executeTakeFirst());
  if (!lost) return null;
  if (lost.email === person.email) return new Failure('role_claimed');
  const message = `Your role was given to ${lost.email}, which is no longer your address at the sign-in service. Ask an administrator, or a manager of the tenant, to remove that role and to give one to ${person.email}.`;
  return new Failure('address_changed', message);
}

/** What has become of a role: nobody has signed in with the address, an account holds it, or that account's address changed. */
export type RoleState = 'invited' | 'active' | 'address changed';

/** The state of a role. `accountEmail` is the current address of the account that holds it. */
export function toRoleState(
  role: { email: string; issuer: string | null; accountEmail: string | null },
  issuer: string,
): RoleState {
  if (role.issuer !== issuer) return 'invited';
  return role.accountEmail === role.email ? 'active' : 'address changed';
}
