import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, chown, copyFile, cp, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { build } from 'esbuild';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { createDatabase, openPostgres, type Postgres } from '../../local/postgres.ts';
import { getPostgresUrls, requireBuild } from '../on-demand.ts';

const NOBODY = 65534;
const asRoot = process.getuid?.() === 0;
/** Whether other users can enter the checkout. */
const othersReach =
  asRoot &&
  spawnSync('test', ['-r', path.resolve('package.json')], { uid: NOBODY, gid: NOBODY }).status === 0;
const launcher = path.resolve('dist/test/launch-postgres.mjs');
const cleanUps: (() => unknown)[] = [];
let used: string;
/** A copy of this Node that every user can start: root's npx keeps its own in a private folder. */
let node = process.execPath;

beforeAll(async () => {
  await requireBuild();
  const contents = `
    import { openPostgres } from './local/postgres.ts';
    const { urls, pid } = await openPostgres({ dataDir: process.argv[2] });
    console.log(JSON.stringify({ urls, pid }));
    process.stdin.once('data', () => process.exit(1));`;
  const stdin = { contents, resolveDir: process.cwd() };
  await build({
    stdin,
    outfile: launcher,
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
  });
  if (asRoot) {
    const folder = await mkdtemp(path.join(tmpdir(), 'node-test-'));
    await chmod(folder, 0o755);
    node = path.join(folder, 'node');
    await copyFile(process.execPath, node);
  }
  used = await mkdtemp(path.join(tmpdir(), 'postgres-test-'));
  await (await openPostgres({ dataDir: used })).close();
});

afterAll(async () => {
  await rm(used, { recursive: true, force: true });
  if (node !== process.execPath) await rm(path.dirname(node), { recursive: true });
});

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'postgres-test-'));
  cleanUps.push(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A folder in which the server has run before. */
async function newDataDir(): Promise<string> {
  const folder = await newFolder();
  await cp(used, folder, { recursive: true });
  return folder;
}

async function open(dataDir: string, log?: (line: string) => void): Promise<Postgres> {
  const postgres = await openPostgres({ dataDir, ...(log && { log }) });
  cleanUps.push(() => postgres.close());
  return postgres;
}

async function launch(dataDir: string, options: { uid?: number; gid?: number } = {}) {
  const child = spawn(node, [launcher, dataDir], {
    ...options,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  cleanUps.push(() => child.kill('SIGKILL'));
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const { value } = await lines.next();
  return { child, ...(JSON.parse(value) as Pick<Postgres, 'urls' | 'pid'>) };
}

async function query(url: string, statement: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query(statement)).rows;
  } finally {
    await client.end();
  }
}

async function kill(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  await once(child, 'exit');
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return existsSync('/proc/self') ? existsSync(`/proc/${pid}/exe`) : true;
  } catch {
    return false;
  }
}

async function untilGone(pid: number): Promise<void> {
  await expect.poll(() => isRunning(pid), { interval: 20 }).toBe(false);
}

test('data survives closing and opening the server', async () => {
  const dataDir = path.join(await newFolder(), 'made/for/it');
  const first = await open(dataDir);
  await query(first.urls.admin, `create table note (body text)`);
  await query(first.urls.admin, `insert into note values ('Später')`);
  await first.close();
  expect(isRunning(first.pid)).toBe(false);
  const second = await open(dataDir);
  expect(await query(second.urls.admin, 'select upper(body) as body from note')).toEqual([
    { body: 'SPÄTER' },
  ]);
});

test('it suits a small installation: little log on the disk, and sums that stay in memory', async () => {
  const { urls } = await open(await newDataDir());
  const url = urls.admin;
  await query(url, `create table day as select n, repeat('x', 60) as text from generate_series(1, 300000) n`);
  await query(url, 'checkpoint');
  const [log] = await query(url, 'select sum(size) / 1048576 as megabytes from pg_ls_waldir()');
  expect(Number(log?.megabytes)).toBeLessThanOrEqual(8);
  // As many groups as an overview of a thousand repositories and two years has buckets.
  const grouped = 'select n, count(*), max(text) from day where n <= 107000 group by n';
  const [plan] = await query(url, `explain (analyze, buffers, format json) ${grouped}`);
  expect(JSON.stringify(plan)).toContain('"Temp Written Blocks":0');
  expect(JSON.stringify(plan)).not.toMatch(/"Temp Written Blocks":[1-9]/);
});

test('it listens on 127.0.0.1 only, makes no socket, uses UTC and requires the password', async () => {
  const dataDir = await newDataDir();
  const { urls } = await open(dataDir);
  const settings = ['listen_addresses', 'unix_socket_directories', 'timezone', 'server_encoding'];
  const rows = await Promise.all(settings.map((name) => query(urls.admin, `show ${name}`)));
  expect(rows.flat().flatMap((row) => Object.values(row))).toEqual(['127.0.0.1', '', 'UTC', 'UTF8']);
  const wrong = new URL(urls.admin);
  wrong.password = 'wrong';
  await expect(query(wrong.href, 'select 1')).rejects.toThrow('password authentication failed');
  expect((await stat(path.join(dataDir, 'password'))).mode & 0o777).toBe(0o600);
});

test('committed rows survive kill -9 of the server', async () => {
  const dataDir = await newDataDir();
  const first = await open(dataDir);
  await query(first.urls.admin, 'create table n as select generate_series(1, 1000) as i');
  process.kill(first.pid, 'SIGKILL');
  await untilGone(first.pid);
  await first.close();
  const second = await open(dataDir);
  expect(await query(second.urls.admin, 'select count(*)::int as n from n')).toEqual([{ n: 1000 }]);
});

test('if the launcher is killed, its server stops and keeps the data', async () => {
  const dataDir = await newDataDir();
  const first = await launch(dataDir);
  await query(first.urls.admin, 'create table n as select 1 as i');
  await kill(first.child);
  expect(isRunning(first.pid)).toBe(true);
  const lines: string[] = [];
  const second = await open(dataDir, (line) => lines.push(line));
  expect(lines).toEqual(['Stopping the PostgreSQL server that an earlier start left running.']);
  await untilGone(first.pid);
  expect(await query(second.urls.admin, 'select i from n')).toEqual([{ i: 1 }]);
});

test('a folder opens after launcher and server were both killed', async () => {
  const dataDir = await newDataDir();
  const first = await launch(dataDir);
  await query(first.urls.admin, 'create table n as select 1 as i');
  await kill(first.child);
  process.kill(first.pid, 'SIGKILL');
  const second = await open(dataDir);
  expect(await query(second.urls.admin, 'select i from n')).toEqual([{ i: 1 }]);
});

test('process.exit of the launcher ends its server', async () => {
  const first = await launch(await newDataDir());
  first.child.stdin.write('leave\n');
  await once(first.child, 'exit');
  await untilGone(first.pid);
});

test('a folder in use is refused in one sentence, and its server keeps running', async () => {
  const dataDir = await newDataDir();
  const first = await open(dataDir);
  await expect(open(dataDir)).rejects.toThrow(
    /^The data folder .* is in use by a process that is running\.$/,
  );
  expect(await query(first.urls.admin, 'select 1 as i')).toEqual([{ i: 1 }]);
});

test('a pid file that names another process does not prevent the start', async () => {
  const dataDir = await newDataDir();
  const stranger = spawn('sleep', ['60'], asRoot ? { uid: NOBODY, gid: NOBODY } : {});
  cleanUps.push(() => stranger.kill());
  const pidFile = path.join(dataDir, 'cluster/postmaster.pid');
  await writeFile(pidFile, `${stranger.pid}\n${dataDir}/cluster\n1700000000\n5432\n\n127.0.0.1\n\nready\n`);
  const { urls } = await open(dataDir);
  expect(await query(urls.admin, 'select 1 as i')).toEqual([{ i: 1 }]);
});

test('an unfinished setup starts over', async () => {
  const dataDir = await newFolder();
  await mkdir(path.join(dataDir, 'cluster.new/base'), { recursive: true });
  const { urls } = await open(dataDir);
  expect(await query(urls.admin, 'select 1 as i')).toEqual([{ i: 1 }]);
});

test('after kill -9 of the server it is started again on the same address, each time', async () => {
  const lines: string[] = [];
  const postgres = await open(await newDataDir(), (line) => lines.push(line));
  await query(postgres.urls.admin, 'create table n as select 1 as i');
  for (const _ of ['once', 'twice']) {
    const { pid } = postgres;
    process.kill(pid, 'SIGKILL');
    await expect
      .poll(() => query(postgres.urls.admin, 'select i from n').catch(() => []))
      .toEqual([{ i: 1 }]);
    await expect.poll(() => postgres.pid).not.toBe(pid);
  }
  expect(lines[0]).toMatch(/^PostgreSQL stopped unexpectedly; see the end of .*server\.log\./);
  expect(lines.at(-1)).toMatch(/^PostgreSQL answers again/);
});

test('a server that is closed while it is started again does not come back', async () => {
  const dataDir = await newDataDir();
  const postgres = await open(dataDir);
  process.kill(postgres.pid, 'SIGKILL');
  await untilGone(postgres.pid);
  await postgres.close();
  expect(isRunning(postgres.pid)).toBe(false);
  await (await open(dataDir)).close();
});

test.each([
  ['missing', (file: string) => rm(file), /password is missing.*backup/],
  ['empty', (file: string) => writeFile(file, ''), /password is empty.*backup/],
  ['wrong', (file: string) => writeFile(file, 'wrong'), /password is not the one/],
])('a password that is %s is refused at once', async (_what, spoil, words) => {
  const dataDir = await newDataDir();
  await spoil(path.join(dataDir, 'password'));
  await expect(open(dataDir)).rejects.toThrow(words);
});

test('data of another major version is refused with what to do', async () => {
  const dataDir = await newDataDir();
  await writeFile(path.join(dataDir, 'cluster/PG_VERSION'), '17\n');
  await expect(open(dataDir)).rejects.toThrow(
    /is from PostgreSQL 17, but this is PostgreSQL 18: start the installation once/,
  );
});

test('a database is created empty or as a copy of another', async () => {
  const name = `made-${process.pid}`;
  const template = await createDatabase(await getPostgresUrls(), `${name} "template"`);
  await query(template.admin, 'create table n as select 7 as i');
  const copy = await createDatabase(await getPostgresUrls(), `${name}-copy`, `${name} "template"`);
  expect(await query(copy.admin, 'select i from n')).toEqual([{ i: 7 }]);
});

async function userOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^Uid:\s+(\d+)/m.exec(status)?.[1]);
}

test.runIf(asRoot)('started by root, it runs as the user nobody', async () => {
  const { pid } = await open(await newDataDir());
  expect(await userOf(pid)).toBe(NOBODY);
});

test.runIf(asRoot)(
  'started by root in a folder closed to the user nobody, it still runs and restarts',
  async () => {
    const locked = await newFolder();
    await chmod(locked, 0o700);
    const dataDir = path.join(locked, 'data');
    const first = await open(dataDir);
    await query(first.urls.admin, 'create table n as select 1 as i');
    await first.close();
    await chmod(locked, 0o755);
    const second = await open(dataDir);
    expect(await query(second.urls.admin, 'select i from n')).toEqual([{ i: 1 }]);
    expect(await userOf(second.pid)).toBe(NOBODY);
  },
);

test.runIf(othersReach).each([
  ['nobody', NOBODY],
  ['a user without a name', 12345],
])('started by %s it runs as that user', async (_name, uid) => {
  const dataDir = await newFolder();
  await chown(dataDir, uid, uid);
  const { child, urls, pid } = await launch(dataDir, { uid, gid: uid });
  expect(await query(urls.admin, 'select 1 as i')).toEqual([{ i: 1 }]);
  expect(await userOf(pid)).toBe(uid);
  child.stdin.write('leave\n');
  await untilGone(pid);
});

test.runIf(othersReach)('a folder of another user is refused with what to do', async () => {
  const dataDir = await newFolder();
  const child = spawn(node, [launcher, dataDir], { uid: NOBODY, gid: NOBODY });
  expect(await text(child.stderr)).toMatch(
    /cannot be written \(EACCES\): start as the user who owns it, or choose another folder\./,
  );
});
