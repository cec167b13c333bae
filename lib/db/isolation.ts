import { createHash } from 'node:crypto';
import { type RawBuilder, sql, type Transaction } from 'kysely';
import { Failure } from '../failure.ts';
import type { Db, DialectName } from './database.ts';
import { type ActingRole, type DatabaseRole, GRANTS } from './grants.ts';
import { ALL, SETTINGS } from './scope.ts';
import { TABLES, type Tables } from './tables.ts';

/** A database user, as an address names it. */
interface DatabaseUser {
  name: string;
  password: string;
}

/** The users of the roles that do not own the tables. Without one, the owner does its work too. */
export type ActingUsers = Partial<Record<ActingRole, DatabaseUser>>;

/** The user that an address names; undefined for Db2, which has no isolation. */
function toUser(url: string): DatabaseUser | undefined {
  if (!/^postgres(ql)?:/.test(url)) return undefined;
  const { username, password } = new URL(url);
  return { name: decodeURIComponent(username), password: decodeURIComponent(password) };
}

/** The users who own nothing, of the addresses for each role. */
export function toActingUsers(urls: Record<DatabaseRole, string>): ActingUsers {
  const owner = toUser(urls.owner);
  const users: ActingUsers = {};
  for (const role of ['web', 'collector'] as const) {
    const user = toUser(urls[role]);
    if (user && user.name !== owner?.name) users[role] = user;
  }
  return users;
}

type TableName = keyof Tables;
const NAMES = Object.keys(TABLES) as TableName[];

/** The tables whose rows belong to tenants. */
const TENANT_TABLES = NAMES.filter((name) => 'tenantId' in TABLES[name]);

const POLICY = 'tenants';

const ONE_ROLE =
  'Not every action has a database role of its own, so pages could drop tables. Set COLLECT_DATABASE_URL and UPGRADE_DATABASE_URL too; see docs/deploy.md.';

const setting = (name: string) => `current_setting('${name}', true)`;

const IDS = `string_to_array(nullif(${setting(SETTINGS.tenants)}, '${ALL}'), ',')::integer[]`;
const OF_ALL = `(select ${setting(SETTINGS.tenants)} = '${ALL}')`;

/** The rows of the tenants that the scope names. Each subquery is evaluated once a statement, not once a row. */
const OF_TENANTS = `tenant_id = any ((select ${IDS})::integer[])
  or ${OF_ALL}`;

/** The same where both the rows and the ids may be thousands, as in lists of tenants: PostgreSQL looks the ids up in a hash. */
const OF_LISTED_TENANTS = `tenant_id in (select unnest(${IDS})) or ${OF_ALL}`;

/** The roles that were given to the account of the scope, or to its current address. */
const OF_ACCOUNT = `(issuer = (select ${setting(SETTINGS.issuer)}) and subject = (select ${setting(SETTINGS.subject)}))
  or email = (select email from principal
    where issuer = ${setting(SETTINGS.issuer)} and subject = ${setting(SETTINGS.subject)})`;

/** The API key of the scope, whose tenant is not known before the key is found. */
const OF_KEY = `secret_hash = (select ${setting(SETTINGS.keyHash)})`;

/** A condition on the rows that a statement may see, and leave behind. */
function conditionOf(name: TableName): string {
  if (name === 'tenant') return OF_LISTED_TENANTS;
  if (name === 'apiKey') return `${OF_TENANTS} or ${OF_KEY}`;
  return name === 'member' ? `${OF_LISTED_TENANTS} or ${OF_ACCOUNT}` : OF_TENANTS;
}

/** Recognizes a policy of this code: PostgreSQL gives its condition back in words of its own. */
const digestOf = (condition: string) => createHash('sha256').update(condition).digest('base64url');

const snakeCase = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/**
 * Restricts every statement, the owner's too, to the rows of the tenants in its scope, and grants the other users only what
 * they need. Creates a missing user if the owner may. Doing it again changes nothing. Throws `misconfigured` if a user is
 * missing and cannot be created.
 */
export async function isolate(trx: Transaction<Tables>, users: ActingUsers): Promise<void> {
  const digests = await listDigests(trx);
  for (const name of TENANT_TABLES) {
    const condition = conditionOf(name);
    if (digests.get(snakeCase(name)) !== digestOf(condition)) await protect(trx, name, condition);
  }
  for (const [role, user] of Object.entries(users) as [ActingRole, DatabaseUser][]) {
    await requireUser(trx, user);
    await grant(trx, role, user.name);
  }
}

/** What the policies in force were made from, by table. */
async function listDigests(trx: Transaction<Tables>): Promise<Map<string, string | null>> {
  const { rows } = await sql<{ name: string; digest: string | null }>`
    select c.relname as name, obj_description(p.oid, 'pg_policy') as digest
    from pg_policy p join pg_class c on c.oid = p.polrelid
    where c.relnamespace = current_schema()::regnamespace and c.relrowsecurity and c.relforcerowsecurity
      and p.polname = ${POLICY}`.execute(trx);
  return new Map(rows.map(({ name, digest }) => [name, digest]));
}

async function protect(trx: Transaction<Tables>, name: TableName, condition: string): Promise<void> {
  const table = sql.table(name);
  const policy = sql.id(POLICY);
  await sql`alter table ${table} enable row level security, force row level security`.execute(trx);
  await sql`drop policy if exists ${policy} on ${table}`.execute(trx);
  await sql`create policy ${policy} on ${table} using (${sql.raw(condition)})`.execute(trx);
  await sql`comment on policy ${policy} on ${table} is ${sql.lit(digestOf(condition))}`.execute(trx);
}

async function requireUser(trx: Transaction<Tables>, { name, password }: DatabaseUser): Promise<void> {
  const { rows } = await sql<{ found: boolean; mayCreate: boolean }>`
    select exists (select from pg_roles where rolname = ${name}) as found,
      (select rolcreaterole or rolsuper from pg_roles where rolname = current_user) as may_create`.execute(
    trx,
  );
  if (rows[0]?.found) return;
  if (!rows[0]?.mayCreate)
    throw new Failure(
      'misconfigured',
      `The database has no role ${name}, and the role of UPGRADE_DATABASE_URL may not create it. Create it: create role ${name} login password '…';`,
    );
  await sql`create role ${sql.id(name)} login password ${sql.lit(password)}`.execute(trx);
}

/** Gives a user what its role needs and takes away the rest, unless it has exactly that. */
async function grant(trx: Transaction<Tables>, role: ActingRole, user: string): Promise<void> {
  const wanted = NAMES.flatMap((name) => GRANTS[name][role].map((one) => `${one} on ${snakeCase(name)}`));
  if ((await listGrants(trx, user)).join() === wanted.sort().join()) return;
  const who = sql.id(user);
  await sql`revoke all on ${toTables(NAMES)} from ${who}`.execute(trx);
  for (const privileges of new Set(NAMES.map((name) => GRANTS[name][role]))) {
    const names = NAMES.filter((name) => GRANTS[name][role] === privileges);
    if (privileges.length > 0)
      await sql`grant ${sql.raw(privileges.join(', '))} on ${toTables(names)} to ${who}`.execute(trx);
  }
}

function toTables(names: readonly TableName[]): RawBuilder<unknown> {
  return sql.join(names.map((name) => sql.table(name)));
}

/** What a user was given on the tables, in the order of the alphabet. */
async function listGrants(trx: Transaction<Tables>, user: string): Promise<string[]> {
  const { rows } = await sql<{ granted: string }>`
    select lower(a.privilege_type) || ' on ' || c.relname as granted
    from pg_class c cross join aclexplode(c.relacl) a join pg_roles r on r.oid = a.grantee
    where c.relnamespace = current_schema()::regnamespace and c.relkind = 'r' and r.rolname = ${user}`.execute(
    trx,
  );
  return rows.map(({ granted }) => granted).sort();
}

/**
 * What the database does not enforce, in sentences: nothing, where each role has a user of its own and none of them may do more
 * than the policies say.
 */
export async function listWeaknesses(
  db: Db,
  dialect: DialectName,
  urls: Record<DatabaseRole, string>,
): Promise<string[]> {
  if (dialect !== 'postgres')
    return ['Db2 does not keep tenants apart: only the statements do. See docs/db2.md.'];
  const [web, collector, owner] = [urls.web, urls.collector, urls.owner].map((url) => toUser(url)?.name);
  const isSeparate = new Set([web, collector, owner]).size === 3;
  const { rows } = await sql<{ name: string }>`
    select rolname as name from pg_roles
    where (rolsuper or rolbypassrls) and rolname in (${web ?? ''}, ${collector ?? ''})
    order by rolname`.execute(db);
  const bypassing = rows.map(
    ({ name }) =>
      `The database role ${name} bypasses row-level security. Give it neither SUPERUSER nor BYPASSRLS, or use another role.`,
  );
  return isSeparate ? bypassing : [ONE_ROLE, ...bypassing];
}
