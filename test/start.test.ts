import { type ChildProcessByStdio, execFileSync, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { openSecrets } from '../lib/secrets.ts';
import { takeLock } from '../local/lock.ts';
import { createDatabase, openPostgres } from '../local/postgres.ts';
import { getPostgresUrls, requireBuild } from './on-demand.ts';
import { openSignInClient } from './sign-in-client.ts';

type Child = ChildProcessByStdio<null, Readable, Readable>;
type Environment = Record<string, string>;

interface Started {
  child: Child;
  /** What it wrote up to "Ready". */
  output: string;
  url: string;
  /** It and everything it started. */
  pids: number[];
}

const cleanUps: (() => unknown)[] = [];
let dataDir: string;
let running: Started;

beforeAll(async () => {
  await requireBuild();
  dataDir = await mkdtemp(path.join(tmpdir(), 'start-test-'));
  running = await start({ DATA_DIR: dataDir });
});

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

afterAll(async () => {
  await stop(running);
  await rm(dataDir, { recursive: true, force: true });
});

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'start-test-'));
  cleanUps.push(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

function launch(program: string, args: string[], environment: Environment): Child {
  const env = { ...process.env, PORT: '0', DATABASE_URL: '', ...environment };
  return spawn(process.execPath, [`dist/local/${program}.js`, ...args], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** Runs a program to its end. */
async function run(program: string, args: string[], environment: Environment) {
  const child = launch(program, args, environment);
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit'),
  ]);
  return { code, stdout, stderr };
}

function descendants(pid: number): number[] {
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' }).trim().split('\n');
  const pairs = lines.map((line) => line.trim().split(/\s+/).map(Number));
  const children = pairs.filter(([, parent]) => parent === pid).map(([child]) => child ?? 0);
  return [...children, ...children.flatMap(descendants)];
}

/** Collects the output from now on until these words. */
function until(child: Child, words: string): Promise<string> {
  let output = '';
  return new Promise((resolve, reject) => {
    child.stdout.setEncoding('utf8').on('data', (chunk) => {
      output += chunk;
      if (output.includes(words)) resolve(output);
    });
    child.once('exit', (code) => reject(new Error(`ended with ${code}: ${output}`)));
  });
}

async function start(environment: Environment): Promise<Started> {
  const child = launch('start', [], environment);
  child.stderr.resume();
  const output = await until(child, 'Ready at');
  const url = /Ready at (\S+)/.exec(output)?.[1] ?? '';
  return { child, output, url, pids: descendants(child.pid ?? 0) };
}

async function stop(
  { child, pids }: Pick<Started, 'child' | 'pids'>,
  signal: NodeJS.Signals = 'SIGINT',
): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  child.kill(signal);
  const [code] = await once(child, 'exit');
  if (signal !== 'SIGKILL') await untilGone(pids);
  return code;
}

/** Without zombie processes. */
function isRunning(pid: number): boolean {
  try {
    return !execFileSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' }).startsWith('Z');
  } catch {
    return false;
  }
}

async function untilGone(pids: number[]): Promise<void> {
  await vi.waitFor(() => expect(pids.filter(isRunning)).toEqual([]), { timeout: 60_000, interval: 50 });
}

/** PostgreSQL's process id. */
async function serverOf(folder: string): Promise<number> {
  return Number.parseInt(await readFile(path.join(folder, 'postgres/cluster/postmaster.pid'), 'utf8'), 10);
}

async function query(
  folder: string,
  statement: string,
  { user, passwordFile } = { user: 'traffic', passwordFile: 'password' },
): Promise<unknown[]> {
  const password = await readFile(path.join(folder, 'postgres', passwordFile), 'utf8');
  const pidFile = await readFile(path.join(folder, 'postgres/cluster/postmaster.pid'), 'utf8');
  const port = pidFile.split('\n')[3];
  const client = new pg.Client({
    connectionString: `postgres://${user}:${password}@127.0.0.1:${port}/traffic`,
  });
  await client.connect();
  try {
    return (await client.query(statement)).rows;
  } finally {
    await client.end();
  }
}

/** The last schema whose tables one role owned, of version 0.1.0. */
const OLD_SCHEMA = 13;
const OLD_KEYS = { tokenKey: 'A'.repeat(43), initSecret: 's'.repeat(24), apiKey: `${randomUUID()}:key` };
const oldRows = (tokenSealed: string) => `
  insert into installation values (1, 'Old', now());
  insert into github_server (server_id, name, kind, api_url, web_url, created_at)
    values (1, 'Ours', 'enterprise', 'https://ghe.invalid/api/v3', 'https://ghe.invalid', now());
  insert into tenant (tenant_id, name, server_id, github_user, token_sealed, created_at, created_by)
    values (1, 'First', 1, 'o', '${tokenSealed}', now(), 'ada@example.com');
  insert into system_role values ('ada@example.com', 'administrator', now());
  insert into repository (tenant_id, repository_id, github_id, owner, name, visibility, schedule, added_at, added_by)
    values (1, 1, 1, 'o', 'r', 'public', 'paused', now(), 'ada@example.com');
  insert into traffic_day values (1, 1, '2026-01-14', 37, 9, 2, 1, 'measured', now());`;

/** Makes the data folder of version 0.1.0: one role, which owns the tables and may do everything. */
async function makeOldFolder(folder: string): Promise<void> {
  const postgres = await openPostgres({ dataDir: path.join(folder, 'postgres'), fsync: false });
  const client = new pg.Client(postgres.urls.admin);
  await client.connect();
  for (const name of (await readdir('sql/postgres')).sort().slice(0, OLD_SCHEMA))
    await client.query(await readFile(path.join('sql/postgres', name), 'utf8'));
  await client.query(`insert into schema_version select n, now() from generate_series(1, ${OLD_SCHEMA}) n`);
  await client.query(oldRows(await openSecrets(OLD_KEYS.tokenKey).seal('token')));
  await client.query('alter database traffic owner to traffic');
  for (const name of ['owner', 'web', 'collector']) {
    await client.query(`drop role traffic_${name}`);
    await rm(path.join(folder, `postgres/${name}-password`));
  }
  await client.end();
  await postgres.close();
  const kept = { ...OLD_KEYS, madeOn: '2026-01-01' };
  await writeFile(path.join(folder, 'installation.json'), JSON.stringify(kept));
}

const sentence = (words: RegExp) => new RegExp(`^[^\\n]*${words.source}[^\\n]*\\.\\n$`);

test('it prints its address and the setup link with the secret', async () => {
  const { initSecret } = JSON.parse(await readFile(path.join(dataDir, 'installation.json'), 'utf8'));
  expect(running.output).toContain(`${running.url}/#init=${initSecret}\n`);
});

test('only its user can read what it keeps', async () => {
  const folder = path.join(await newFolder(), 'made/data');
  const child = launch('start', [], { DATA_DIR: folder });
  await until(child, 'Ready at');
  await stop({ child, pids: descendants(child.pid ?? 0) });
  const modeOf = async (name: string) => (await stat(path.join(folder, name))).mode & 0o777;
  const files = ['installation.json', 'identity/keys.json', 'postgres/password'];
  expect(await Promise.all(files.map(modeOf))).toEqual([0o600, 0o600, 0o600]);
  // If root starts it, PostgreSQL is another user, who has to pass through.
  const mode = process.getuid?.() === 0 ? 0o711 : 0o700;
  expect(await Promise.all(['..', '', 'postgres'].map(modeOf))).toEqual([mode, mode, mode]);
  expect(await modeOf('identity')).toBe(0o700);
});

test('API, identity provider, GitHub and pages answer on the one port', async () => {
  const { url } = running;
  const read = async (route: string) =>
    (await fetch(url + route, { headers: { 'user-agent': 'test' } })).json();
  expect(await read('/api/v1/web/guest/traffic/init')).toMatchObject({ initialized: false });
  expect(await read('/identity/.well-known/openid-configuration')).toMatchObject({
    issuer: `${url}/identity`,
  });
  expect(await read('/github/api/v3/meta')).toHaveProperty('installed_version');
  expect(await read('/config.json')).toMatchObject({ issuer: `${url}/identity`, clientId: 'traffic-pages' });
});

test('it takes few processes: besides PostgreSQL, itself and two containers that wait for calls', async () => {
  for (let call = 0; call < 3; call++) await fetch(`${running.url}/api/v1/web/guest/traffic/init`);
  await fetch(`${running.url}/api/v1/web/guest/traffic/me`);
  await fetch(`${running.url}/api/v1/web/guest/traffic/stats/1`);
  const countOf = (pattern: RegExp) => {
    const own = descendants(running.child.pid ?? 0);
    const lines = execFileSync('ps', ['-A', '-ww', '-o', 'pid=,args='], { encoding: 'utf8' }).split('\n');
    return lines.filter((line) => own.includes(Number.parseInt(line, 10)) && pattern.test(line)).length;
  };
  await expect.poll(() => countOf(/runner\.cjs/)).toBe(2);
  expect(countOf(/postgres: (io worker|logical replication)/)).toBe(0);
});

test('people sign in', async () => {
  const client = openSignInClient(running);
  const { location, verifier } = await client.begin();
  const form = { method: 'POST', body: new URLSearchParams({ email: 'ada@example.com' }) };
  const next = (await client.request(location, form)).headers.get('location') ?? '';
  expect(await client.complete(next, verifier)).toMatchObject({ access_token: expect.any(String) });
});

test('it answers only under its own host name', async () => {
  const { port } = new URL(running.url);
  const ask = (host: string) =>
    new Promise<number | undefined>((resolve, reject) => {
      const headers = { host: `${host}:${port}` };
      const sent = request({ host: '127.0.0.1', port, path: '/config.json', headers }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      });
      sent.once('error', reject).end();
    });
  expect(await Promise.all(['127.0.0.1', 'localhost', 'evil.example'].map(ask))).toEqual([200, 200, 421]);
});

test('/healthz and /readyz answer by any name, and say nothing secret', async () => {
  const { port } = new URL(running.url);
  const read = async (path: string) => {
    const answer = await fetch(`http://[::ffff:127.0.0.1]:${port}${path}`);
    return { status: answer.status, type: answer.headers.get('content-type'), body: await answer.json() };
  };
  const json = { status: 200, type: 'application/json' };
  expect(await read('/healthz')).toEqual({ ...json, body: { alive: true } });
  const ready = { ready: true, initialized: false, problems: [] };
  expect(await read('/readyz')).toEqual({ ...json, body: ready });
});

test('a second start on the same folder is refused in one sentence and disturbs nothing', async () => {
  const log = await readFile(path.join(dataDir, 'log.jsonl'), 'utf8');
  const second = await run('start', [], { DATA_DIR: dataDir });
  expect(second).toMatchObject({ code: 1, stdout: '' });
  expect(second.stderr).toMatch(sentence(/already running on the data folder/));
  expect((await fetch(`${running.url}/config.json`)).status).toBe(200);
  expect(await readFile(path.join(dataDir, 'log.jsonl'), 'utf8')).toContain(log);
  expect((await run('start', [], { DATA_DIR: dataDir })).code).toBe(1);
});

test('a data folder that cannot be created is refused in one sentence', async () => {
  const folder = process.platform === 'linux' ? '/proc/traffic/data' : '/dev/null/data';
  const refused = await run('start', [], { DATA_DIR: folder });
  expect([refused.code, refused.stdout]).toEqual([1, '']);
  expect(refused.stderr).toMatch(sentence(/data folder .*data cannot be created \(\w+\)/));
});

test.each([
  ['cut off', '{"tokenKey":"abc'],
  ['empty', ''],
  ['without its key', '{"initSecret":"a","apiKey":"b","madeOn":"2026-01-01"}'],
])('an installation.json that is %s is named, and stays as it is', async (_what, content) => {
  const folder = await newFolder();
  const file = path.join(folder, 'installation.json');
  await writeFile(file, content);
  const refused = await run('start', [], { DATA_DIR: folder });
  expect(refused).toMatchObject({ code: 1, stdout: expect.not.stringContaining('Ready') });
  expect(refused.stderr).toMatch(sentence(/installation\.json is damaged.*backup/));
  expect(await readFile(file, 'utf8')).toBe(content);
});

test('an installation.json that is missing beside its database is named, and not replaced', async () => {
  const folder = await newFolder();
  await mkdir(path.join(folder, 'postgres/cluster'), { recursive: true });
  const refused = await run('start', [], { DATA_DIR: folder });
  expect(refused).toMatchObject({ code: 1, stdout: expect.not.stringContaining('Ready') });
  expect(refused.stderr).toMatch(sentence(/installation\.json is missing.*backup/));
  expect(existsSync(path.join(folder, 'installation.json'))).toBe(false);
});

test('a taken port is refused in one sentence', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  cleanUps.push(() => other.close());
  const address = other.address();
  const port = typeof address === 'object' && address ? String(address.port) : '';
  const refused = await run('start', [], { DATA_DIR: await newFolder(), PORT: port });
  expect(refused).toMatchObject({ code: 1, stdout: '' });
  expect(refused.stderr).toMatch(sentence(/Port \d+ of 127\.0\.0\.1 is taken/));
});

test.each([
  [[], { PORT: 'http' }, /PORT is "http"/],
  [[], { INVOCATIONS_PER_MINUTE: '-1' }, /INVOCATIONS_PER_MINUTE is "-1"/],
  [[], { PUBLIC_URL: 'http://traffic.example.org' }, /PUBLIC_URL is .*it must begin with https/],
  [['--demo'], { PUBLIC_URL: 'https://traffic.example.org' }, /The demo signs people in without a password/],
  [['--dmeo'], {}, /Unknown option '--dmeo'/],
] as [string[], Environment, RegExp][])(
  'an invalid setting (%j %j) is refused in one sentence',
  async (args, env, words) => {
    const refused = await run('start', args, { DATA_DIR: path.join(dataDir, 'unused'), ...env });
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr.trimEnd()).toMatch(words);
    expect(refused.stderr.trimEnd()).not.toContain('\n');
  },
);

test('npm run token prints an access token that the running provider accepts', async () => {
  const { stdout, code } = await run('token', ['late@example.com'], { DATA_DIR: dataDir });
  expect(code).toBe(0);
  const headers = { authorization: `Bearer ${stdout.trim()}` };
  const claims = await (await fetch(`${running.url}/identity/me`, { headers })).json();
  expect(claims).toMatchObject({ email: 'late@example.com', email_verified: true });
});

test('npm run token without a person or an installation says what to do', async () => {
  const whose = await run('token', [], { DATA_DIR: dataDir });
  expect(whose).toMatchObject({
    code: 1,
    stdout: '',
    stderr: 'Whose token? For example: npm run token -- ada@example.com\n',
  });
  const nowhere = await run('token', ['ada@example.com'], { DATA_DIR: path.join(dataDir, 'nowhere') });
  expect(nowhere).toMatchObject({ code: 1, stdout: '' });
  expect(nowhere.stderr).toMatch(sentence(/run npm start once/));
});

/** The folder that a host's containers run in. */
async function imageOf(pid: number | undefined): Promise<string> {
  const names = (await readdir(tmpdir())).filter((name) => name.startsWith('openwhisk-image-'));
  for (const folder of names.map((name) => path.join(tmpdir(), name))) {
    // Other hosts' locks may be half written, or gone.
    const lock = await readFile(path.join(folder, 'lock'), 'utf8').catch(() => '');
    if (lock.startsWith(`{"pid":${pid},`)) return folder;
  }
  throw new Error(`The process ${pid} has no image.`);
}

test('a build notices whether anything changed since the last one', async () => {
  const { isBuilt } = await import('../build.mjs');
  const { atime, mtime } = await stat('static/icon.svg');
  expect(await isBuilt()).toBe(true);
  await utimes('static/icon.svg', atime, new Date(mtime.getTime() + 5000));
  cleanUps.push(() => utimes('static/icon.svg', atime, mtime));
  expect(await isBuilt()).toBe(false);
});

test('Ctrl-C ends everything with 0, and the next start finds the data', async () => {
  await query(dataDir, 'create table kept as select 42 as answer');
  expect(running.pids.length).toBeGreaterThan(2);
  expect(await stop(running)).toBe(0);
  running = await start({ DATA_DIR: dataDir });
  expect(await query(dataDir, 'select answer from kept')).toEqual([{ answer: 42 }]);
});

test('after kill -9 the next start finds the data, and no old process is left', async () => {
  await query(dataDir, 'create table survived as select 43 as answer');
  const { pids } = running;
  const image = await imageOf(running.child.pid);
  await stop(running, 'SIGKILL');
  running = await start({ DATA_DIR: dataDir });
  await untilGone(pids);
  expect(existsSync(image)).toBe(false);
  expect(await query(dataDir, 'select answer from survived')).toEqual([{ answer: 43 }]);
});

test.skipIf(process.platform !== 'linux')(
  'a killed process frees its lock before its parent notices',
  async () => {
    const parent = spawn('sh', ['-c', 'sleep 0.05 & echo $!; exec sleep 60'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    cleanUps.push(() => parent.kill('SIGKILL'));
    const [output] = await once(parent.stdout, 'data');
    const pid = Number(output);
    const began = (await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ')[1]?.split(' ')[19];
    const file = path.join(await newFolder(), 'lock');
    await writeFile(file, JSON.stringify({ pid, began }));
    await expect.poll(() => readFile(`/proc/${pid}/stat`, 'utf8')).toContain(') Z ');
    expect(takeLock(file)).toBeTypeOf('function');
  },
);

test('a data folder of one database role is upgraded to three, with its data and people', async () => {
  const folder = await newFolder();
  await makeOldFolder(folder);
  const upgraded = await start({ DATA_DIR: folder });
  cleanUps.push(() => stop(upgraded));
  expect(upgraded.output).not.toMatch(/database role/);
  const owners = 'select distinct tableowner, rowsecurity from pg_tables where schemaname = $$public$$';
  expect(await query(folder, `${owners} and tablename in ('traffic_day', 'audit_event')`)).toEqual([
    { tableowner: 'traffic_owner', rowsecurity: true },
  ]);
  const web = { user: 'traffic_web', passwordFile: 'web-password' };
  expect(await query(folder, 'select * from traffic_day', web)).toEqual([]);
  await expect(query(folder, 'drop table traffic_day', web)).rejects.toThrow('must be owner');

  const { stdout } = await run('token', ['ada@example.com'], { DATA_DIR: folder });
  const headers = { authorization: `Bearer ${stdout.trim()}` };
  const read = async (route: string) =>
    (await fetch(`${upgraded.url}/api/v1/web/guest/traffic${route}`, { headers })).json();
  expect(await read('/me')).toMatchObject({ systemRole: 'administrator', installation: 'Old' });
  const { totals } = (await read('/stats/1/1?from=2026-01-14&to=2026-01-14')) as { totals: unknown };
  expect(totals).toMatchObject({ viewCount: 37 });
});

test('after kill -9 of PostgreSQL it is started again, and calls succeed', async () => {
  await query(dataDir, 'create table outlived as select 44 as answer');
  const killed = await serverOf(dataDir);
  process.kill(killed, 'SIGKILL');
  const init = () => fetch(`${running.url}/api/v1/web/guest/traffic/init`);
  await untilGone([killed]);
  await vi.waitFor(async () => expect((await init()).status).toBe(200), { timeout: 30_000, interval: 100 });
  const answers = await Promise.all(Array.from({ length: 10 }, init));
  expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(200));
  expect(await query(dataDir, 'select answer from outlived')).toEqual([{ answer: 44 }]);
  running.pids = descendants(running.child.pid ?? 0);
});

/** Starts on a folder whose PostgreSQL never takes connections, and waits until it says so. */
async function launchBesideStandby(): Promise<{ child: Child; pids: number[]; server: number }> {
  await stop(running);
  const cluster = path.join(dataDir, 'postgres/cluster');
  await writeFile(path.join(cluster, 'standby.signal'), '');
  await appendFile(path.join(cluster, 'postgresql.auto.conf'), 'hot_standby = off\n');
  await rm(path.join(dataDir, 'postgres/server.log'));
  const child = launch('start', [], { DATA_DIR: dataDir });
  const refusal = async () => {
    const lines = await readFile(path.join(dataDir, 'postgres/server.log'), 'utf8');
    expect(lines).toContain('not accepting connections');
  };
  await vi.waitFor(refusal, { timeout: 30_000, interval: 50 });
  return { child, pids: descendants(child.pid ?? 0), server: await serverOf(dataDir) };
}

test('SIGTERM ends it with 0 while PostgreSQL does not take connections', async () => {
  expect(await stop(await launchBesideStandby(), 'SIGTERM')).toBe(0);
});

test('a second Ctrl-C ends it at once, and PostgreSQL stops by itself', async () => {
  const { child, pids, server } = await launchBesideStandby();
  process.kill(server, 'SIGSTOP');
  const stopping = until(child, 'Stopping');
  child.kill('SIGINT');
  await stopping;
  child.kill('SIGINT');
  const [code] = await once(child, 'exit');
  process.kill(server, 'SIGCONT');
  await untilGone(pids);
  expect(code).toBe(130);
});

test('Ctrl-C while it is starting ends everything with 0', async () => {
  const child = launch('start', [], { DATA_DIR: await newFolder() });
  await until(child, 'Starting');
  const pids = descendants(child.pid ?? 0);
  expect(await stop({ child, pids })).toBe(0);
});

test('an unreachable DATABASE_URL is refused in one sentence without the password', async () => {
  const environment = { DATA_DIR: await newFolder(), DATABASE_URL: 'postgres://me:hush@127.0.0.1:1/nothing' };
  const refused = await run('start', [], environment);
  expect(refused.code).toBe(1);
  expect(refused.stderr).toMatch(sentence(/database of DATABASE_URL cannot be used \(.*ECONNREFUSED/));
  expect(refused.stdout + refused.stderr).not.toContain('hush');
});

test('a configuration that the actions refuse ends the start with one sentence', async () => {
  const refused = await run('start', [], { DATA_DIR: await newFolder(), DATABASE_URL: 'nonsense' });
  expect(refused.code).toBe(1);
  expect(refused.stdout).not.toContain('Ready');
  expect(refused.stderr).toMatch(sentence(/DATABASE_URL must be the address of a database/));
});

test('the tables of an older version are upgraded', async () => {
  const { admin: databaseUrl } = await createDatabase(await getPostgresUrls(), `older-${process.pid}`);
  const scripts = (await readdir('sql/postgres')).sort();
  const client = new pg.Client(databaseUrl);
  await client.connect();
  for (const [place, script] of scripts.slice(0, -1).entries()) {
    await client.query(await readFile(path.join('sql/postgres', script), 'utf8'));
    await client.query('insert into schema_version values ($1, now())', [place + 1]);
  }
  await client.query("insert into installation values (1, 'Older', now())");
  await client.end();
  const started = await start({ DATA_DIR: await newFolder(), DATABASE_URL: databaseUrl });
  cleanUps.push(() => stop(started));
  const answer = await fetch(`${started.url}/api/v1/web/guest/traffic/init`);
  const version = scripts.length;
  expect(await answer.json()).toMatchObject({
    initialized: true,
    displayName: 'Older',
    schema: { stored: version, expected: version },
  });
});

test('with DATABASE_URL no database is started', async () => {
  const { admin: databaseUrl } = await createDatabase(await getPostgresUrls(), `start-${process.pid}`);
  const folder = await newFolder();
  const started = await start({ DATA_DIR: folder, DATABASE_URL: databaseUrl });
  cleanUps.push(() => stop(started));
  expect(started.output).toContain('Starting the database of DATABASE_URL');
  expect(existsSync(path.join(folder, 'postgres'))).toBe(false);
});
