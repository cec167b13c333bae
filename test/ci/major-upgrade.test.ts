import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { openDatabase } from '../../lib/db/database.ts';
import { toActingUsers } from '../../lib/db/isolation.ts';
import { migrate } from '../../lib/db/migrate.ts';
import { openSignInDatabase } from '../../local/accounts/database.ts';
import { connect } from '../../local/backup/database.ts';
import { getOldBinaries } from '../../local/backup/major.ts';
import { openPostgres } from '../../local/postgres.ts';
import { fillTables, readEverything } from '../catalogue-rows.ts';
import { openTestInstallation } from '../installation.ts';

const KEPT = { tokenKey: 'A'.repeat(43), initSecret: 's'.repeat(24), apiKey: 'a:b', madeOn: '2026-01-01' };
const NOW = '2026-03-01T00:00:00.000Z';

let folder: string;
/** A data folder of PostgreSQL 17 with rows in every table. */
let old: string;
let stored: Record<string, string[]>;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'major-test-'));
  old = path.join(folder, 'old');
  await mkdir(old);
  await writeFile(path.join(old, 'installation.json'), JSON.stringify(KEPT));
  const binaries = await getOldBinaries('17', path.join(folder, 'programs'));
  expect(binaries.majorVersion).toBe('17');
  const postgres = await openPostgres({ dataDir: path.join(old, 'postgres'), binaries });
  const { urls } = postgres;
  const { db } = openDatabase(urls.owner);
  await db.transaction().execute((trx) => migrate(trx, 'postgres', NOW, toActingUsers(urls)));
  await db.destroy();
  await (await openSignInDatabase(urls.owner)).close();
  stored = await connect(urls.admin, async (client) => {
    await fillTables(client);
    return readEverything(client);
  });
  await postgres.close();
});

afterEach(() => {
  vi.unstubAllEnvs();
});

afterAll(() => rm(folder, { recursive: true, force: true }));

let count = 0;

async function copyOld(): Promise<string> {
  count += 1;
  const copy = path.join(folder, `copy-${count}`);
  await cp(old, copy, { recursive: true });
  return copy;
}

/** Starts on the folder, stops again, and returns every row and what was said. */
async function start(dataDir: string) {
  const lines: string[] = [];
  const log = (line: object) => void ('message' in line && lines.push(String(line.message)));
  const installation = await openTestInstallation({ dataDir, embedded: true, log });
  const rows = await connect(installation.database.url, readEverything);
  await installation.close();
  return { rows, lines };
}

const versionIn = (...names: string[]) => readFile(path.join(...names, 'PG_VERSION'), 'utf8');

test('a start moves files of PostgreSQL 17 to this version with every row, and keeps the old ones', async () => {
  const dataDir = await copyOld();
  const { rows, lines } = await start(dataDir);
  expect(rows).toEqual(stored);
  const postgres = path.join(dataDir, 'postgres');
  expect([await versionIn(postgres, 'cluster'), await versionIn(postgres, 'cluster-17')]).toEqual([
    '18\n',
    '17\n',
  ]);
  expect((await readdir(postgres)).sort()).toEqual([
    'cluster',
    'cluster-17',
    'collector-password',
    'owner-password',
    'password',
    'server.log',
    'web-password',
  ]);
  expect(lines.join('\n')).toMatch(
    /from PostgreSQL 17\. It moves to PostgreSQL 18[\s\S]*old files are kept in .*cluster-17/,
  );
  // The next start finds nothing to do, also after one that was killed before its last step.
  await mkdir(path.join(postgres, 'upgrade'));
  await rename(path.join(postgres, 'cluster'), path.join(postgres, 'upgrade/cluster'));
  const again = await start(dataDir);
  expect(again).toMatchObject({ rows: stored, lines: [] });
  expect(existsSync(path.join(postgres, 'upgrade'))).toBe(false);
});

test('without the old programs it is refused with what to do, and can be tried again', async () => {
  const dataDir = await copyOld();
  vi.stubEnv('npm_config_registry', 'http://127.0.0.1:1/');
  vi.stubEnv('npm_config_fetch_retries', '0');
  await expect(start(dataDir)).rejects.toThrow(
    /^The data is from PostgreSQL 17\. .* npm did not get them \(.*\)\. Connect .* npm install --prefix \S+ .*@17\.\d+\.\d+-beta\.\d+$/,
  );
  expect(await versionIn(dataDir, 'postgres/cluster')).toBe('17\n');
  vi.unstubAllEnvs();
  // What a start that was killed while it restored may leave.
  await cp(path.join(dataDir, 'postgres/cluster'), path.join(dataDir, 'postgres/upgrade/cluster'), {
    recursive: true,
  });
  expect((await start(dataDir)).rows).toEqual(stored);
});
