import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { appendFile, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { openSecrets } from '../../lib/secrets.ts';
import { createDatabase, openPostgres } from '../../local/postgres.ts';
import {
  type Child,
  cleanUp,
  cleanUps,
  descendants,
  launch,
  newFolder,
  query,
  run,
  type Started,
  serverOf,
  start,
  stop,
  until,
  untilGone,
} from '../npm-start.ts';
import { getPostgresUrls, requireBuild } from '../on-demand.ts';

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
