import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { takeLock } from '../local/lock.ts';
import {
  cleanUp,
  cleanUps,
  descendants,
  type Environment,
  newFolder,
  query,
  run,
  type Started,
  sentence,
  start,
  stop,
} from './npm-start.ts';
import { requireBuild } from './on-demand.ts';
import { openSignInClient } from './sign-in-client.ts';

let dataDir: string;
let running: Started;

beforeAll(async () => {
  await requireBuild();
  dataDir = await mkdtemp(path.join(tmpdir(), 'start-test-'));
  running = await start({ DATA_DIR: dataDir });
});

afterEach(cleanUp);

afterAll(async () => {
  await stop(running);
  await rm(dataDir, { recursive: true, force: true });
});

test('it prints its address and the setup link with the secret', async () => {
  const { initSecret } = JSON.parse(await readFile(path.join(dataDir, 'installation.json'), 'utf8'));
  expect(running.output).toContain(`${running.url}/#init=${initSecret}\n`);
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
