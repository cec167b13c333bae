import { sql } from 'kysely';
import pg from 'pg';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { type Database, type Db, openDatabase } from '../lib/db/database.ts';
import { toDatabaseFailure } from '../lib/db/errors.ts';
import { GRANTS } from '../lib/db/grants.ts';
import { listWeaknesses, toActingUsers } from '../lib/db/isolation.ts';
import { migrate } from '../lib/db/migrate.ts';
import { TABLES, type Tables } from '../lib/db/tables.ts';
import type { DatabaseUrls } from '../local/postgres.ts';
import { copyDatabase, createTestDatabase, toOneRole } from './database.ts';
import { openTestInstallation } from './installation.ts';
import { getTemplate } from './on-demand.ts';

const NOW = '2026-01-14T06:00:00.000Z';
const ISSUER = 'https://id.example';
const DENIED = '42501';
type TableName = keyof Tables;
const NAMES = Object.keys(TABLES) as TableName[];
const ofTenants = NAMES.filter((name) => 'tenantId' in TABLES[name]);

let urls: DatabaseUrls;
let admin: Db;
let as: Record<'owner' | 'web' | 'collector', Database>;
/** Two tenants with one repository each. */
let tenants: [number, number];

beforeAll(async () => {
  urls = await copyDatabase(await getTemplate());
  admin = openDatabase(urls.admin).db;
  as = {
    owner: openDatabase(urls.owner),
    web: openDatabase(urls.web),
    collector: openDatabase(urls.collector),
  };
  await admin
    .insertInto('githubServer')
    .values({ name: 'G', kind: 'github', apiUrl: 'a', webUrl: 'w', createdAt: NOW })
    .execute();
  tenants = [await addTenant('One'), await addTenant('Other')];
});

afterAll(async () => {
  for (const db of [admin, as.owner.db, as.web.db, as.collector.db]) await db.destroy();
});

async function addTenant(name: string): Promise<number> {
  const tenant = { name, serverId: 1, githubUser: 'u', tokenSealed: 's', createdAt: NOW, createdBy: 'e' };
  const { tenantId } = await admin
    .insertInto('tenant')
    .values(tenant)
    .returning('tenantId')
    .executeTakeFirstOrThrow();
  const repository = { githubId: 7, owner: 'o', name: 'r', visibility: 'public', schedule: 'daily' } as const;
  const { repositoryId } = await admin
    .insertInto('repository')
    .values({ tenantId, ...repository, addedAt: NOW, addedBy: 'e' })
    .returning('repositoryId')
    .executeTakeFirstOrThrow();
  const day = { trafficDate: '2026-01-11', viewCount: 5, state: 'measured', observedAt: NOW } as const;
  await admin
    .insertInto('trafficDay')
    .values({ tenantId, repositoryId, ...day })
    .execute();
  const member = { role: 'viewer', addedAt: NOW } as const;
  await admin
    .insertInto('member')
    .values([
      { tenantId, email: 'kim@example.com', ...member },
      { tenantId, email: `${name}@example.com`, ...member },
    ])
    .execute();
  return tenantId;
}

const tenantsIn = async (db: Db, table: TableName): Promise<number[]> => {
  const rows = await db
    .selectFrom(table as 'trafficDay')
    .select('tenantId')
    .orderBy('tenantId')
    .execute();
  return rows.map(({ tenantId }) => tenantId);
};

const codeOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'done',
    (error: { code?: unknown }) => error.code,
  );

test('a query that omits “where tenant_id” gets no rows of another tenant, whichever role asks', async () => {
  const [one, other] = tenants;
  for (const { dbFor } of Object.values(as)) {
    for (const table of ['tenant', 'repository', 'trafficDay'] as const) {
      expect(await tenantsIn(dbFor('nothing'), table)).toEqual([]);
      expect(await tenantsIn(dbFor({ tenants: [] }), table)).toEqual([]);
      expect(await tenantsIn(dbFor({ tenants: [other] }), table)).toEqual([other]);
      expect(await tenantsIn(dbFor({ tenants: [other, one] }), table)).toEqual([one, other]);
      expect(await tenantsIn(dbFor('all tenants'), table)).toEqual([one, other]);
    }
  }
});

test('a statement neither changes nor adds rows of a tenant that is not in its scope', async () => {
  const [one, other] = tenants;
  const db = as.web.dbFor({ tenants: [other] });
  const renamed = await db.updateTable('tenant').set({ githubUser: 'x' }).executeTakeFirst();
  expect(renamed.numUpdatedRows).toBe(1n);
  const deleted = await db.deleteFrom('member').where('tenantId', '=', one).executeTakeFirst();
  expect(deleted.numDeletedRows).toBe(0n);
  const member = { tenantId: one, email: 'x@example.com', role: 'viewer', addedAt: NOW } as const;
  expect(await codeOf(db.insertInto('member').values(member).execute())).toBe(DENIED);
  const moved = db.updateTable('member').set({ tenantId: one }).where('tenantId', '=', other);
  expect(await codeOf(moved.execute())).toBe(DENIED);
});

test('an account sees the roles that were given to it or its address, and nothing else of tenants', async () => {
  const [one, other] = tenants;
  const account = { issuer: ISSUER, subject: 'kim' };
  const person = { ...account, email: 'kim@example.com', displayName: 'Kim', verifiedAt: NOW };
  await admin.insertInto('principal').values(person).execute();
  const db = as.web.dbFor({ account });
  expect(await tenantsIn(db, 'member')).toEqual([one, other]);
  expect(await tenantsIn(db, 'tenant')).toEqual([]);
  const claimed = await db.updateTable('member').set(account).executeTakeFirst();
  expect(claimed.numUpdatedRows).toBe(2n);
  await admin.updateTable('principal').set({ email: 'kim.new@example.com' }).execute();
  expect(await tenantsIn(db, 'member')).toEqual([one, other]);
  const stranger = as.web.dbFor({ account: { issuer: ISSUER, subject: 'nobody' } });
  expect(await tenantsIn(stranger, 'member')).toEqual([]);
});

test('an API key is found by its hash, whose tenant is not known yet, and shows nothing else of tenants', async () => {
  const [one, other] = tenants;
  const key = { name: 'K', scope: 'read', reach: 'all', hint: 'abcd', callMinute: 0, callCount: 0 } as const;
  const made = { createdAt: NOW, createdBy: 'e', expiresAt: NOW };
  const keys = [one, other].map((tenantId) => ({
    tenantId,
    secretHash: `hash of ${tenantId}`,
    ...key,
    ...made,
  }));
  await admin.insertInto('apiKey').values(keys).execute();
  const db = as.web.dbFor({ keyHash: `hash of ${other}` });
  expect(await tenantsIn(db, 'apiKey')).toEqual([other]);
  for (const table of ['tenant', 'repository', 'member', 'apiKeyRepository'] as const)
    expect(await tenantsIn(db, table)).toEqual([]);
  const used = await db.updateTable('apiKey').set({ callCount: 1 }).executeTakeFirst();
  expect(used.numUpdatedRows).toBe(1n);
  expect(await tenantsIn(as.web.dbFor({ keyHash: '' }), 'apiKey')).toEqual([]);
  expect(await tenantsIn(as.web.dbFor({ tenants: [one] }), 'apiKey')).toEqual([one]);
});

test('every table of tenants is isolated, its owner included', async () => {
  const { rows } = await sql<{ name: string; forced: boolean }>`
    select c.relname as name, c.relrowsecurity and c.relforcerowsecurity and exists (
      select from pg_policy p where p.polrelid = c.oid) as forced
    from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id'
    where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace order by 1`.execute(admin);
  expect(rows.filter(({ forced }) => !forced)).toEqual([]);
  expect(rows).toHaveLength(ofTenants.length);
});

test('the roles that act own nothing: they cannot drop, change, empty or make a table, or see around the policies', async () => {
  for (const role of ['web', 'collector'] as const) {
    const client = new pg.Client(urls[role]);
    await client.connect();
    const tries = [
      'drop table traffic_day',
      'alter table traffic_day disable row level security',
      'alter table traffic_day add column x integer',
      'drop policy tenants on traffic_day',
      'truncate traffic_day',
      'create table own (n integer)',
      'create trigger t before insert on traffic_day for each row execute function suppress_redundant_updates_trigger()',
      'set role traffic_owner',
      'set session authorization traffic_owner',
      'update schema_version set version = 0',
      'set row_security = off; select count(*) from traffic_day',
    ];
    for (const text of tries) expect([text, await codeOf(client.query(text))]).toEqual([text, DENIED]);
    await client.end();
  }
});

test('the log of who did what can only be added to by pages, and is cleared by the collector', async () => {
  const [tenantId] = tenants;
  const db = as.web.dbFor({ tenants: [tenantId] });
  const entry = { tenantId, kind: 'member_added', subject: 'x', occurredAt: NOW };
  await db.insertInto('auditEvent').values(entry).execute();
  expect(await codeOf(db.updateTable('auditEvent').set({ subject: 'y' }).execute())).toBe(DENIED);
  expect(await codeOf(db.deleteFrom('auditEvent').execute())).toBe(DENIED);
  const collector = as.collector.dbFor('all tenants');
  expect(await codeOf(collector.updateTable('auditEvent').set({ subject: 'y' }).execute())).toBe(DENIED);
  expect(await codeOf(collector.insertInto('auditEvent').values(entry).execute())).toBe(DENIED);
  const cleared = await collector.deleteFrom('auditEvent').executeTakeFirst();
  expect(cleared.numDeletedRows).toBe(1n);
});

test('each role has exactly what the list says', async () => {
  for (const role of ['web', 'collector'] as const) {
    const { rows } = await sql<{ name: string; privilege: string }>`
      select table_name as name, lower(privilege_type) as privilege from information_schema.role_table_grants
      where grantee = ${new URL(urls[role]).username}`.execute(admin);
    const granted = rows.map(({ name, privilege }) => `${privilege} ${name.replaceAll('_', '')}`);
    const listed = NAMES.flatMap((name) => GRANTS[name][role].map((one) => `${one} ${name.toLowerCase()}`));
    expect(granted.sort()).toEqual(listed.sort());
  }
});

test('a backup by the owner of the tables holds every row, with the options that the docs name', async () => {
  const count = async (options: string) => {
    const client = new pg.Client({ connectionString: urls.owner, options });
    await client.connect();
    const counting = client.query('select count(*)::integer as count from traffic_day');
    const found = await counting.then(({ rows }) => rows[0].count).catch(({ code }) => code);
    await client.end();
    return found;
  };
  expect(await count('-c app.tenants=all')).toBe(2);
  expect(await count('-c row_security=off')).toBe(DENIED);
});

test('migrating again changes nothing, and takes back what somebody gave', async () => {
  const client = new pg.Client(urls.owner);
  await client.connect();
  await client.query('grant truncate on traffic_day to traffic_web');
  await client.query('alter table channel no force row level security');
  const transactions = async () => {
    const { rows } = await client.query('select max(xmin::text::bigint) as newest from pg_class');
    return rows[0].newest;
  };
  const run = () =>
    as.owner.db.transaction().execute((trx) => migrate(trx, 'postgres', NOW, toActingUsers(urls)));
  await run();
  const before = await transactions();
  await run();
  expect(await transactions()).toBe(before);
  const { rows } =
    await client.query(`select has_table_privilege('traffic_web', 'traffic_day', 'truncate') as may,
    relforcerowsecurity as forced from pg_class where relname = 'channel'`);
  await client.end();
  expect(rows).toEqual([{ may: false, forced: true }]);
});

test('a missing privilege is named as one, and what a policy refuses is a defect', async () => {
  const [one, other] = tenants;
  const denied = await as.collector.db
    .selectFrom('dashboard')
    .selectAll()
    .execute()
    .catch((error: unknown) => error);
  expect(toDatabaseFailure(denied)).toMatchObject({
    code: 'misconfigured',
    message: expect.stringContaining('permission denied for table dashboard'),
  });
  const member = { tenantId: one, email: 'y@example.com', role: 'viewer', addedAt: NOW } as const;
  const refused = await as.web
    .dbFor({ tenants: [other] })
    .insertInto('member')
    .values(member)
    .execute()
    .catch((error: unknown) => error);
  expect(toDatabaseFailure(refused)).toBeUndefined();
});

test('a missing role is made if the owner may, and named if not', async () => {
  const name = `extra_${process.pid}`;
  const web = new URL(urls.web);
  web.username = name;
  const users = toActingUsers({ ...urls, web: web.href });
  const run = (db: Db) => db.transaction().execute((trx) => migrate(trx, 'postgres', NOW, users));
  await expect(run(as.owner.db)).rejects.toMatchObject({
    code: 'misconfigured',
    message: expect.stringContaining(`create role ${name} login`),
  });
  await run(admin);
  const made = openDatabase(web.href);
  expect(await tenantsIn(made.dbFor({ tenants: [tenants[1]] }), 'trafficDay')).toEqual([tenants[1]]);
  await made.db.destroy();
  await sql`drop owned by ${sql.id(name)}; drop role ${sql.id(name)}`.execute(admin).catch(() => {});
});

test('what the database does not enforce is said plainly', async () => {
  expect(await listWeaknesses(as.owner.db, 'postgres', urls)).toEqual([]);
  const one = toOneRole(urls.owner);
  expect(await listWeaknesses(as.owner.db, 'postgres', one)).toEqual([
    expect.stringMatching(/^Not every action has a database role of its own/),
  ]);
  expect(await listWeaknesses(admin, 'postgres', toOneRole(urls.admin))).toEqual([
    expect.stringMatching(/^Not every action has a database role of its own/),
    expect.stringMatching(/^The database role traffic bypasses row-level security/),
  ]);
  expect(await listWeaknesses(admin, 'db2', urls)).toEqual([expect.stringMatching(/^Db2 does not/)]);
});

test('where one role does everything, tenants are isolated all the same', async ({ skip }) => {
  skip(Boolean(inject('db2')), 'Db2 has no policies.');
  const { owner, admin: all } = await createTestDatabase();
  const installation = await openTestInstallation({
    demo: true,
    now: NOW,
    databaseUrls: { ...toOneRole(owner), admin: all },
  });
  const { tenantId, weaknesses } = await installation.initialize();
  expect(weaknesses).toEqual([expect.stringMatching(/^Not every action/)]);
  const ada = installation.as('ada@example.com');
  expect((await ada('GET', `/stats/${tenantId}`)).status).toBe(200);
  expect((await ada('PUT', `/members/${tenantId}/kim@example.com`, { role: 'viewer' })).status).toBe(201);
  const { response } = await installation.host.invoke('traffic/upgrade', {});
  expect(response.result).toMatchObject({ weaknesses: [expect.stringMatching(/^Not every action/)] });
  const database = openDatabase(owner);
  expect(await tenantsIn(database.db, 'member')).toEqual([]);
  expect(await tenantsIn(database.dbFor({ tenants: [tenantId] }), 'member')).toEqual([tenantId]);
  await database.db.destroy();
  await installation.close();
});
