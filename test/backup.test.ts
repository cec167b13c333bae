import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDatabase } from '../lib/db/database.ts';
import { toActingUsers } from '../lib/db/isolation.ts';
import { migrate } from '../lib/db/migrate.ts';
import { openSignInDatabase } from '../local/accounts/database.ts';
import { createBackup } from '../local/backup/create.ts';
import { connect } from '../local/backup/database.ts';
import type { Key } from '../local/backup/key.ts';
import { checkBackup, restoreDatabase } from '../local/backup/restore.ts';
import type { DatabaseUrls } from '../local/postgres.ts';
import { fillTables, readEverything } from './catalogue-rows.ts';
import { copyDatabase, createTestDatabase } from './database.ts';
import { getTemplate } from './on-demand.ts';

const NOW = new Date('2026-03-01T00:00:00Z');
const KEPT = { tokenKey: 'A'.repeat(43), initSecret: 's', apiKey: 'k', madeOn: '2026-01-01' };
const key: Key = { files: { 'installation.json': JSON.stringify(KEPT) } };

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'backup-test-'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

const optionsFor = (urls: DatabaseUrls) => ({ users: toActingUsers(urls), now: NOW });

/** Backs up as who may do everything, and restores as the owner of the tables, into a new database. */
async function move(from: DatabaseUrls): Promise<DatabaseUrls> {
  const file = path.join(folder, 'moved.tar.gz');
  await connect(from.admin, (client) => createBackup(client, { file, key, passphrase: undefined, now: NOW }));
  const to = await createTestDatabase();
  const backup = await checkBackup(file);
  await connect(to.owner, (client) => restoreDatabase(client, backup, optionsFor(to)));
  return to;
}

const readAll = ({ admin }: DatabaseUrls) => connect(admin, readEverything);

test('every row of every table is as before, and ids continue where they were', async () => {
  const urls = await copyDatabase(await getTemplate());
  await (await openSignInDatabase(urls.owner)).close();
  const empty = await connect(urls.admin, async (client) => {
    await client.query("select setval(pg_get_serial_sequence('tenant', 'tenant_id'), 77)");
    return fillTables(client);
  });
  expect(empty).toEqual([]);
  const before = await readAll(urls);
  const moved = await move(urls);
  expect(await readAll(moved)).toEqual(before);
  expect(Object.keys(before)).toEqual(expect.arrayContaining(['public.traffic_day', 'sign_in.account']));
  expect(before.sequences).toContain('tenant_tenant_id_seq 77');
});

/** A database as an earlier version of the schema left it, with rows in every table. */
async function makeOlder(version: number): Promise<DatabaseUrls> {
  const urls = await createTestDatabase();
  const scripts = (await readdir('sql/postgres')).sort().slice(0, version);
  await connect(urls.owner, async (client) => {
    for (const [index, script] of scripts.entries()) {
      await client.query(await readFile(path.join('sql/postgres', script), 'utf8'));
      await client.query('insert into schema_version values ($1, $2)', [index + 1, NOW]);
    }
  });
  expect(await connect(urls.admin, fillTables)).toEqual([]);
  return urls;
}

test.each([1, 13, 20])(
  'a backup of schema version %i is upgraded as the database itself would be',
  async (version) => {
    const urls = await makeOlder(version);
    const moved = await move(urls);
    const { db } = openDatabase(urls.owner);
    await db.transaction().execute((trx) => migrate(trx, 'postgres', NOW.toISOString(), toActingUsers(urls)));
    await db.destroy();
    expect(await readAll(moved)).toEqual(await readAll(urls));
  },
);
