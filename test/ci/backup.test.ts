import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync } from 'node:fs';
import { chown, copyFile, lstat, mkdir, readdir, readFile, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { toActingUsers } from '../../lib/db/isolation.ts';
import { connect } from '../../local/backup/database.ts';
import { checkBackup, restoreDatabase } from '../../local/backup/restore.ts';
import type { DatabaseUrls } from '../../local/postgres.ts';
import { readEverything } from '../catalogue-rows.ts';
import { createTestDatabase } from '../database.ts';
import { openTestInstallation, type TestInstallation } from '../installation.ts';
import { requireBuild } from '../on-demand.ts';

const NOW = new Date('2026-03-01T00:00:00Z');
const folder = mkdtempSync(path.join(tmpdir(), 'backup-test-'));
const optionsFor = (urls: DatabaseUrls) => ({ users: toActingUsers(urls), now: NOW });
const readAll = ({ admin }: DatabaseUrls) => connect(admin, readEverything);

/** The id of a user who is neither root nor nobody. */
const SOMEBODY = 12_345;
const PASSPHRASE = 'a long passphrase';
const canMount = spawnSync('unshare', ['-rm', 'mount', '-t', 'tmpfs', 'none', '/mnt']).status === 0;

type Environment = Record<string, string>;

/** Runs a program to its end. */
async function run(command: string, args: string[], environment: Environment) {
  const env = { ...process.env, DATABASE_URL: '', ...environment };
  const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  return { code: child.exitCode, stdout, stderr };
}

const runTool = (name: 'backup' | 'restore', args: string[], environment: Environment) =>
  run(process.execPath, [`dist/local/${name}.js`, ...args], environment);

const sentence = (words: RegExp) => new RegExp(`^[^\\n]*${words.source}[^\\n]*\\.\\n$`);

let dataDir: string;
let installation: TestInstallation;
let file: string;
/** Every row when the backup `file` was made. */
let stored: Record<string, string[]>;
let count = 0;

const newFolder = () => {
  count += 1;
  return path.join(folder, `data-${count}`);
};
const inFolder = (dir: string): Environment => ({ DATA_DIR: dir });
const urlOf = ({ database }: TestInstallation) => database.url;
const open = (dir: string, now: string) =>
  openTestInstallation({ dataDir: dir, embedded: true, demo: true, now });

beforeAll(async () => {
  await requireBuild();
  dataDir = newFolder();
  installation = await open(dataDir, '2026-03-01T09:00:00Z');
  await installation.initialize();
  const ada = installation.as('ada@example.com');
  const repositories = installation.demoRepositories.map(({ owner, name }) => ({ owner, name }));
  await ada('POST', '/repositories/1/batch', { repositories });
  await installation.collect();
  stored = await connect(urlOf(installation), readEverything);
  file = path.join(folder, 'whole.tar.gz');
  const made = await runTool('backup', [file], inFolder(dataDir));
  expect(made).toMatchObject({ code: 0, stderr: '' });
});

afterAll(async () => {
  await installation.close();
  await rm(folder, { recursive: true, force: true });
});

test('an installation that runs moves to another folder: what it stored, its tokens and its addresses', async () => {
  const other = newFolder();
  const restored = await runTool('restore', [file], inFolder(other));
  expect(restored).toMatchObject({ code: 0, stderr: '' });
  const moved = await open(other, '2026-03-02T09:00:00Z');
  expect(await connect(urlOf(moved), readEverything)).toEqual(stored);
  const [before, after] = await Promise.all(
    [installation, moved].map((one) => one.as('ada@example.com')('GET', '/stats/1/1?range=30')),
  );
  expect(after?.body.series.views).toEqual(before?.body.series.views);
  // The token opens: another day is collected with it.
  await moved.collect();
  const { body } = await moved.as('ada@example.com')('GET', '/repositories/1');
  await moved.close();
  const collected = body.repositories.map((one: { lastSuccessAt: string }) => one.lastSuccessAt);
  expect(collected).toContain('2026-03-02T09:00:00.000Z');
});

test('an installation moves into a PostgreSQL of your own, with its key under a passphrase', async () => {
  const sealed = path.join(folder, 'sealed.tar.gz');
  const environment = { BACKUP_PASSPHRASE: PASSPHRASE };
  const made = await runTool('backup', [sealed], { ...inFolder(dataDir), ...environment });
  expect(made).toMatchObject({ code: 0, stderr: '' });
  expect(existsSync(`${sealed}.key`)).toBe(false);
  const urls = await createTestDatabase();
  const other = newFolder();
  const target = { ...inFolder(other), DATABASE_URL: urls.owner };
  const wrong = { ...target, BACKUP_PASSPHRASE: 'another passphrase' };
  expect((await runTool('restore', [sealed], wrong)).stderr).toMatch(sentence(/the passphrase is wrong/));
  expect((await runTool('restore', [sealed], target)).stderr).toMatch(sentence(/set BACKUP_PASSPHRASE/));
  expect(await runTool('restore', [sealed], { ...target, ...environment })).toMatchObject({
    code: 0,
    stderr: '',
  });
  expect(await readAll(urls)).toEqual(stored);
  const kept = (dir: string) => readFile(path.join(dir, 'installation.json'), 'utf8');
  expect(await kept(other)).toBe(await kept(dataDir));
  expect(existsSync(path.join(other, 'postgres'))).toBe(false);
});

test('an installation is backed up as of one moment while it collects', async () => {
  installation.now('2026-03-03T09:00:00Z');
  const collecting = installation.collect();
  const during = path.join(folder, 'during.tar.gz');
  const made = await runTool('backup', [during], inFolder(dataDir));
  await collecting;
  expect(made).toMatchObject({ code: 0, stderr: '' });
  const urls = await createTestDatabase();
  const backup = await checkBackup(during);
  await connect(urls.owner, (client) => restoreDatabase(client, backup, optionsFor(urls)));
  // A repository's last day and the outcome of its collection are stored together.
  const torn = await connect(urls.admin, (client) =>
    client.query(`select full_day.last_day, r.last_covered_date from repository r
      left join lateral (select max(observed_date) as last_day from traffic_window w
        where w.tenant_id = r.tenant_id and w.repository_id = r.repository_id) full_day on true
      where cast(r.last_success_at at time zone 'UTC' as date) is distinct from full_day.last_day`),
  );
  expect(torn.rows).toEqual([]);
});

test.runIf(canMount)(
  'an installation whose backup meets a full disk gets one sentence, and no half file',
  async () => {
    const disk = path.join(folder, 'disk');
    await mkdir(disk);
    const script = `mount -t tmpfs -o size=16k none ${disk} && node dist/local/backup.js ${disk}/full.tar.gz; code=$?; ls -A ${disk}; exit $code`;
    const full = await run('unshare', ['-rm', 'sh', '-c', script], inFolder(dataDir));
    expect(full).toMatchObject({ code: 1, stdout: '' });
    expect(full.stderr).toMatch(sentence(/The disk is full, so there is no backup in .*full\.tar\.gz/));
  },
);

test.each<[string, string[], () => Environment, RegExp]>([
  ['without a file', [], () => ({}), /For example: npm run backup -- traffic\.tar\.gz\n$/],
  [
    'into a missing folder',
    ['/nowhere/x'],
    () => ({}),
    /cannot be written to \/nowhere\/x \(ENOENT\): choose/,
  ],
  [
    'of a folder without an installation',
    ['x'],
    () => inFolder('/nowhere'),
    /There is no installation in \/nowhere/,
  ],
  [
    'with a short passphrase',
    ['x'],
    () => ({ BACKUP_PASSPHRASE: 'short' }),
    /BACKUP_PASSPHRASE must have at least 12/,
  ],
  [
    'of Db2',
    ['x'],
    () => ({ DATABASE_URL: 'db2://u:p@h:1/d' }),
    /is not PostgreSQL: back it up .* with its own tools/,
  ],
])('an installation is not backed up %s', async (_how, args, environment, words) => {
  const refused = await runTool('backup', args, { ...inFolder(dataDir), ...environment() });
  expect(refused).toMatchObject({ code: 1, stdout: '' });
  expect(refused.stderr).toMatch(words);
  expect(refused.stderr.trimEnd()).not.toContain('\n');
});

test('an installation that is running, or is not empty, is not restored into', async () => {
  const running = await runTool('restore', [file], inFolder(dataDir));
  expect(running).toMatchObject({ code: 1, stdout: '' });
  expect(running.stderr).toMatch(sentence(/installation is running on the data folder .*: stop it/));
  const target = { ...inFolder(newFolder()), DATABASE_URL: urlOf(installation) };
  for (const args of [[file], [file, '--check']]) {
    const refused = await runTool('restore', args, target);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(sentence(/The database is not empty: its table \w+ has rows/));
  }
});

test('an installation whose backup has lost its key is restored without it only if asked to', async () => {
  const alone = path.join(folder, 'alone.tar.gz');
  await copyFile(file, alone);
  const urls = await createTestDatabase();
  const target = { ...inFolder(newFolder()), DATABASE_URL: urls.owner };
  const refused = await runTool('restore', [alone], target);
  expect(refused).toMatchObject({ code: 1, stdout: '' });
  expect(refused.stderr).toMatch(
    sentence(/The key of the backup is missing: put .*alone\.tar\.gz\.key beside it/),
  );
  expect((await runTool('restore', [alone, '--without-key'], target)).stdout).toMatch(
    /give every GitHub token/,
  );
  expect(await readAll(urls)).toEqual(stored);
});

test('an installation is only looked at by a check', async () => {
  const other = newFolder();
  const checked = await runTool('restore', [file, '--check'], inFolder(other));
  expect(checked).toMatchObject({ code: 0, stderr: '' });
  expect(checked.stdout).toMatch(/is whole: \d+ repositories, [\d,]+ traffic days.*schema traffic \d+ → \d+/);
  expect(existsSync(other)).toBe(false);
  const cut = path.join(folder, 'cut.tar.gz');
  await copyFile(file, cut);
  await truncate(cut, 1000);
  const refused = await runTool('restore', [cut], inFolder(other));
  expect(refused).toMatchObject({ code: 1, stdout: '' });
  expect(refused.stderr).toMatch(sentence(/cut\.tar\.gz cannot be restored\. It is cut off/));
  expect(existsSync(other)).toBe(false);
});

test('an installation whose restore is killed is empty, and can be restored again', async () => {
  const urls = await createTestDatabase();
  const target = { ...inFolder(newFolder()), DATABASE_URL: urls.owner };
  await connect(urls.admin, async (client) => {
    // What a restore waits for when every row is in.
    await client.query('select pg_advisory_lock(1684950117)');
    const env = { ...process.env, ...target };
    const child = spawn(process.execPath, ['dist/local/restore.js', file], { env, stdio: 'ignore' });
    const countWaiting = async () => {
      const { rows } = await client.query(
        `select from pg_locks where locktype = 'advisory' and not granted
          and database = (select oid from pg_database where datname = current_database())`,
      );
      return rows.length;
    };
    await expect.poll(countWaiting, { interval: 20 }).toBe(1);
    child.kill('SIGKILL');
    await once(child, 'exit');
    const { rows } = await client.query("select from pg_tables where schemaname = 'public'");
    expect(rows).toEqual([]);
  });
  expect(await runTool('restore', [file], target)).toMatchObject({ code: 0, stderr: '' });
  expect(await readAll(urls)).toEqual(stored);
});

test.runIf(process.getuid?.() === 0)(
  'root may work on the folder of a user, which stays theirs',
  async () => {
    const other = newFolder();
    await mkdir(other);
    await chown(other, SOMEBODY, SOMEBODY);
    expect(await runTool('restore', [file], inFolder(other))).toMatchObject({ code: 0, stderr: '' });
    expect(await runTool('backup', [path.join(folder, 'again.tar.gz')], inFolder(other))).toMatchObject({
      code: 0,
    });
    const owners = new Set<number>();
    for (const name of await readdir(other, { recursive: true }))
      owners.add((await lstat(path.join(other, name))).uid);
    expect([...owners]).toEqual([SOMEBODY]);
  },
);

test('a fresh folder whose restore is killed can be restored again', async () => {
  const other = newFolder();
  const env = { ...process.env, DATABASE_URL: '', ...inFolder(other) };
  const child = spawn(process.execPath, ['dist/local/restore.js', file], { env, stdio: 'ignore' });
  const server = path.join(other, 'postgres/cluster/postmaster.pid');
  await expect.poll(() => existsSync(server), { interval: 10 }).toBe(true);
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(await runTool('restore', [file], inFolder(other))).toMatchObject({ code: 0, stderr: '' });
  const moved = await open(other, '2026-03-02T09:00:00Z');
  const rows = await connect(urlOf(moved), readEverything);
  await moved.close();
  expect(rows).toEqual(stored);
});
