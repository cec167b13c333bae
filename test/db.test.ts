import { sql } from 'kysely';
import { expect, inject, test } from 'vitest';
import { type Database, type Db, openDatabase } from '../lib/db/database.ts';
import { isDuplicateKey, toDatabaseFailure } from '../lib/db/errors.ts';
import { createTables, dropSchema, migrate } from '../lib/db/migrate.ts';
import { inTransaction, larger, type Merge, mergeRows, sqlMonthOf, sqlWeekOf } from '../lib/db/portable.ts';
import { readSchemaState, requireInitialized, SCHEMA_VERSION } from '../lib/db/schema.ts';
import { createTestDatabase, openTestDatabase } from './database.ts';
import { getPostgresUrls } from './on-demand.ts';

const NOW = '2026-01-14T06:00:00.000Z';

async function openEmpty() {
  return openDatabase((await createTestDatabase()).admin);
}

async function insertRepository({ db }: Database) {
  const server = { name: 'GitHub', kind: 'github', apiUrl: 'a', webUrl: 'w', createdAt: NOW } as const;
  const { serverId } = await db
    .insertInto('githubServer')
    .values(server)
    .returning('serverId')
    .executeTakeFirstOrThrow();
  const tenant = { name: 'T', serverId, githubUser: 'u', tokenSealed: 's', createdAt: NOW, createdBy: 'e' };
  const { tenantId } = await db
    .insertInto('tenant')
    .values(tenant)
    .returning('tenantId')
    .executeTakeFirstOrThrow();
  const repository = {
    ...({ tenantId, githubId: 5_000_000_000, owner: 'o', name: 'r', visibility: 'public' } as const),
    ...({ schedule: 'daily', addedAt: NOW, addedBy: 'e', firstCoveredDate: '2026-01-01' } as const),
  };
  const added = await db.insertInto('repository').values(repository).returningAll().executeTakeFirstOrThrow();
  return added;
}

const days: Merge<'trafficDay'> = {
  into: 'trafficDay',
  key: ['tenantId', 'repositoryId', 'trafficDate'],
  update: {
    viewCount: larger('viewCount'),
    viewUniques: larger('viewUniques'),
    observedAt: larger('observedAt'),
  },
};

test('an empty database is not initialized; a migrated one has the schema', async () => {
  const database = await openEmpty();
  expect(await readSchemaState(database.db)).toEqual({ stored: null, displayName: null });
  await expect(requireInitialized(database.db)).rejects.toMatchObject({
    status: 409,
    code: 'not_initialized',
  });
  await database.db.transaction().execute((trx) => migrate(trx, database.dialect, NOW));
  expect(await readSchemaState(database.db)).toEqual({ stored: SCHEMA_VERSION, displayName: null });
  await database.db.destroy();
});

test('two concurrent migrations leave one schema', async ({ skip }) => {
  skip(Boolean(inject('db2')), 'H2 commits with every CREATE TABLE, so that two get in each other’s way.');
  const database = await openEmpty();
  const run = () => inTransaction(database.db, (trx) => migrate(trx, database.dialect, NOW));
  await Promise.all([run(), run()]);
  await run();

  const { rows } = await sql<{ version: number }>`select version from schema_version`.execute(database.db);
  expect(rows.map(({ version }) => version)).toEqual(
    Array.from({ length: SCHEMA_VERSION }, (_, index) => index + 1),
  );
  await database.db.destroy();
});

test.each([
  [SCHEMA_VERSION + 1, /Deploy the newer version/],
  [0, /Run the initialization once more/],
])('schema version %i is a mismatch that names both versions', async (version, advice) => {
  const { db } = await openTestDatabase();
  await db.deleteFrom('schemaVersion').execute();
  await db.insertInto('schemaVersion').values({ version, appliedAt: NOW }).execute();
  const failure = {
    status: 503,
    code: 'schema_mismatch',
    details: { stored: version, expected: SCHEMA_VERSION },
  };
  await expect(requireInitialized(db)).rejects.toMatchObject({
    ...failure,
    message: expect.stringMatching(advice),
  });
  await db.destroy();
});

test('instants are ISO strings, days are dates as text, and big numbers are numbers', async () => {
  const database = await openTestDatabase();
  const row = await insertRepository(database);
  expect(row).toMatchObject({
    githubId: 5_000_000_000,
    addedAt: NOW,
    firstCoveredDate: '2026-01-01',
    failureAt: null,
  });
  await database.db.destroy();
});

test.for(['UTC', 'Asia/Kolkata'])(
  'PostgreSQL’s instants are read to the millisecond, with the server in %s',
  async (zone, { skip }) => {
    skip(Boolean(inject('db2')), 'Db2 has no time zones.');
    const { admin } = await createTestDatabase();
    const { db } = openDatabase(`${admin}?options=-c%20TimeZone%3D${zone}`);
    const { rows } = await sql<{ whole: string; tenths: string; micros: string; later: string }>`
    select '2026-01-14 06:00:00+00'::timestamptz as whole, '2026-01-14 06:00:00.1+00'::timestamptz as tenths,
      '2026-01-14 06:00:00.123987+00'::timestamptz as micros, '12026-01-14 06:00:00+00'::timestamptz as later`.execute(
      db,
    );
    expect(rows).toEqual([
      {
        whole: NOW,
        tenths: '2026-01-14T06:00:00.100Z',
        micros: '2026-01-14T06:00:00.123Z',
        later: '+012026-01-14T06:00:00.000Z',
      },
    ]);
    await db.destroy();
  },
);

test('merged rows keep the larger figure; a known figure wins over an unknown one', async () => {
  const database = await openTestDatabase();
  const { tenantId, repositoryId } = await insertRepository(database);
  const day = { tenantId, repositoryId, trafficDate: '2026-01-11', state: 'measured' } as const;
  const merge = (viewCount: number | null, viewUniques: number | null, observedAt: string) =>
    inTransaction(database.db, (trx) =>
      mergeRows(trx, days, [{ ...day, viewCount, viewUniques, observedAt }]),
    );
  await merge(5, null, NOW);
  await merge(3, 2, '2026-01-15T06:00:00.000Z');
  await merge(null, null, '2026-01-13T06:00:00.000Z');
  const [stored, ...more] = await database.db.selectFrom('trafficDay').selectAll().execute();
  expect(more).toEqual([]);
  expect(stored).toMatchObject({
    viewCount: 5,
    viewUniques: 2,
    cloneCount: null,
    observedAt: '2026-01-15T06:00:00.000Z',
  });
  await database.db.destroy();
});

test('concurrent merges of the same new rows all succeed and store each row once', async () => {
  const database = await openTestDatabase();
  const { tenantId, repositoryId } = await insertRepository(database);
  const rows = Array.from({ length: 14 }, (_, index) => ({
    ...({ tenantId, repositoryId, trafficDate: `2026-01-${index + 10}`, state: 'measured' } as const),
    viewCount: index,
    observedAt: NOW,
  }));
  await Promise.all(
    Array.from({ length: 8 }, () => inTransaction(database.db, (trx) => mergeRows(trx, days, rows))),
  );
  const stored = await database.db
    .selectFrom('trafficDay')
    .select('viewCount')
    .orderBy('trafficDate')
    .execute();
  expect(stored.map(({ viewCount }) => viewCount)).toEqual(rows.map(({ viewCount }) => viewCount));
  await database.db.destroy();
});

test('weeks begin on Monday and months on their first day, whatever the server’s time zone', async () => {
  const database = await openTestDatabase();
  const { tenantId, repositoryId } = await insertRepository(database);
  const dates = ['2025-12-31', '2026-01-04', '2026-01-05', '2026-03-29', '2026-03-30'];
  const rows = dates.map((trafficDate) => ({
    ...({ tenantId, repositoryId, trafficDate, state: 'measured', observedAt: NOW } as const),
  }));
  await inTransaction(database.db, (trx) => mergeRows(trx, days, rows));
  const found = await database.db.connection().execute(async (db) => {
    await sql`set time zone 'America/Santiago'`.execute(db);
    return db
      .selectFrom('trafficDay')
      .select([sqlWeekOf('trafficDate').as('week'), sqlMonthOf('trafficDate').as('month')])
      .orderBy('trafficDate')
      .execute();
  });
  expect(found.map(({ week }) => week)).toEqual([
    '2025-12-29',
    '2025-12-29',
    '2026-01-05',
    '2026-03-23',
    '2026-03-30',
  ]);
  expect(found.map(({ month }) => month)).toEqual([
    '2025-12-01',
    '2026-01-01',
    '2026-01-01',
    '2026-03-01',
    '2026-03-01',
  ]);
  await database.db.destroy();
});

test('a duplicate key is distinguished from other errors', async () => {
  const { db } = await openTestDatabase();
  const row = { email: 'a@example.com', role: 'administrator', grantedAt: NOW } as const;
  await db.insertInto('systemRole').values(row).execute();
  const error: unknown = await db
    .insertInto('systemRole')
    .values(row)
    .execute()
    .catch((thrown: unknown) => thrown);
  expect(isDuplicateKey(error)).toBe(true);
  expect(toDatabaseFailure(error)).toBeUndefined();
  await db.destroy();
});

test('a database that refuses connections or is missing is unavailable', async () => {
  for (const url of [
    'postgres://nobody:wrong@127.0.0.1:1/none',
    (await getPostgresUrls()).admin.replace(/[^/]*$/, 'missing'),
  ]) {
    const { db } = openDatabase(url);
    const error: unknown = await readSchemaState(db).catch((thrown: unknown) => thrown);
    expect(toDatabaseFailure(error)).toMatchObject({ status: 503, code: 'database_unavailable' });
    await db.destroy();
  }
});

test('the schema is dropped with its data, even twice, and can be created again', async () => {
  const { db, dialect } = await openTestDatabase();
  const drop = () => inTransaction(db, (trx) => dropSchema(trx, dialect));
  await drop();
  expect((await db.introspection.getTables()).map(({ name }) => name)).toEqual([]);
  await drop();
  await inTransaction(db, (trx) => migrate(trx, dialect, NOW));
  expect(await readSchemaState(db)).toEqual({ stored: SCHEMA_VERSION, displayName: null });
  await db.destroy();
});

test('what was sent of weekly reports before version 35 is known as a delivery, so that it is not sent again', async () => {
  const { admin } = await createTestDatabase();
  const { db, dialect } = openDatabase(admin);
  await inTransaction(db, (trx) => createTables(trx, dialect, { version: 34, now: NOW }));
  for (const statement of [
    `insert into github_server (name, kind, api_url, web_url, created_at) values ('G', 'github', 'a', 'w', '2026-01-01 00:00:00')`,
    `insert into tenant (name, server_id, github_user, token_sealed, created_at, created_by) values ('T', 1, 'u', 's', '2026-01-01 00:00:00', 'e')`,
    `insert into channel (tenant_id, kind, name, contents, address_sealed, address_hint, created_at, created_by) values (1, 'slack', 'C', 'both', 's', 'h', '2026-01-01 00:00:00', 'e')`,
    `insert into report_sending (tenant_id, channel_id, week_start, attempts, sent_at) values (1, 1, '2026-01-05', 1, '2026-01-12 12:00:01')`,
    `insert into report_sending (tenant_id, channel_id, week_start, attempts, due_at, failure_code, failure_message) values (1, 1, '2026-01-12', 2, '2026-01-19 14:00:00', 'channel_down', 'Down')`,
  ])
    await sql.raw(statement).execute(db);
  await inTransaction(db, (trx) => migrate(trx, dialect, NOW));
  const about = { tenantId: 1, receiverKind: 'channel', receiverId: 1, about: 'weekly' };
  expect(await db.selectFrom('delivery').selectAll().orderBy('deliveryKey').execute()).toMatchObject([
    { ...about, deliveryKey: '2026-01-05', attempts: 1, dueAt: null, sentAt: '2026-01-12T12:00:01.000Z' },
    {
      ...about,
      deliveryKey: '2026-01-12',
      attempts: 2,
      dueAt: '2026-01-19T14:00:00.000Z',
      sentAt: null,
      failureCode: 'channel_down',
    },
  ]);
  expect(await db.selectFrom('channel').select(['monthly', 'alerts', 'quietFrom']).execute()).toEqual([
    { monthly: 0, alerts: 0, quietFrom: null },
  ]);
  await db.destroy();
});

test('a statement that takes too long is canceled, and the next one succeeds', async ({ skip }) => {
  skip(Boolean(inject('db2')), 'Of Db2 only locks are waited for with a limit, which is the database’s own.');
  const { db } = openDatabase((await createTestDatabase()).admin, { statementTimeout: 1000 });
  const stuck = sql`select pg_sleep(30)`.execute(db);
  const error: unknown = await stuck.catch((thrown: unknown) => thrown);
  expect(toDatabaseFailure(error)).toMatchObject({ status: 503, code: 'database_timeout' });
  expect((await readSchemaState(db)).stored).toBeNull();
  await db.destroy();
});

test('connections lost while idle are replaced', async ({ skip }) => {
  skip(Boolean(inject('db2')), 'PostgreSQL is asked to end them; outage.test.ts cuts Db2’s.');
  const { db } = await openTestDatabase();
  await db.connection().execute(async (one) => {
    await sql`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`.execute(
      one,
    );
  });
  expect((await readSchemaState(db)).stored).toBe(SCHEMA_VERSION);
  await db.destroy();
});

test('a connection lost mid-transaction fails only the next statement', async ({ skip }) => {
  skip(Boolean(inject('db2')), 'PostgreSQL is asked to end it; outage.test.ts cuts Db2’s.');
  const { admin: url } = await createTestDatabase();
  const one = openDatabase(url).db;
  const other = openDatabase(url).db;
  const broken = one.transaction().execute(async (trx) => {
    const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(trx);
    await sql`select pg_terminate_backend(${rows[0]?.pid})`.execute(other);
    // The driver must notice it while idle.
    await new Promise((resolve) => setTimeout(resolve, 100));
    await sql`select 1`.execute(trx);
  });
  const error = await broken.catch((reason: unknown) => reason);
  expect(toDatabaseFailure(error)?.code).toBe('database_unavailable');
  expect((await sql`select 1 as one`.execute(one)).rows).toEqual([{ one: 1 }]);
  await Promise.all([one.destroy(), other.destroy()]);
});

test('a scope holds for its statement or transaction, and never stays behind on the connection', async ({
  skip,
}) => {
  skip(Boolean(inject('db2')), 'Db2 has no scopes.');
  const database = openDatabase((await createTestDatabase()).admin);
  const [one, all, nothing] = [{ tenants: [1, 7] }, 'all tenants', 'nothing'] as const;
  const names = ['app.tenants', 'app.issuer', 'app.subject'];
  const settings = names.map((name) => sql`current_setting(${sql.lit(name)}, true)`);
  const read = async (db: Db) => {
    const { rows } = await sql<{ found: (string | null)[] }>`select array[${sql.join(settings)}] as found,
      ${'a parameter'}::text as parameter`.execute(db);
    return rows[0]?.found.map((value) => value || null);
  };
  const account = { issuer: 'https://id.example', subject: "o'neill" };
  expect(await read(database.dbFor(one))).toEqual(['1,7', null, null]);
  expect(await read(database.dbFor(nothing))).toEqual([null, null, null]);
  expect(await read(database.dbFor({ account }))).toEqual([null, account.issuer, account.subject]);
  const db = database.dbFor(all);
  await db.transaction().execute(async (trx) => {
    expect(await read(trx)).toEqual(['all', null, null]);
    expect(await read(trx)).toEqual(['all', null, null]);
  });
  const broken = db.transaction().execute((trx) => sql`select 1 / 0`.execute(trx));
  await expect(broken).rejects.toMatchObject({ code: '22012' });
  await expect(sql`select 1 / 0`.execute(db)).rejects.toMatchObject({ code: '22012' });
  await expect(sql`nonsense`.execute(db)).rejects.toMatchObject({ code: '42601' });
  expect(await read(database.db)).toEqual([null, null, null]);
  expect(await read(database.dbFor({ tenants: [] }))).toEqual([null, null, null]);
  await db.transaction().execute(async (trx) => {
    const { numAffectedRows } = await sql`create temporary table t (n integer)`.execute(trx);
    expect(numAffectedRows).toBeUndefined();
    expect((await sql`insert into t values (${1}), (${2})`.execute(trx)).numAffectedRows).toBe(2n);
  });
  const changed = await sql`update t set n = n + 1`.execute(db);
  expect([changed.numAffectedRows, changed.rows]).toEqual([2n, []]);
  await database.db.destroy();
  await db.destroy();
});
