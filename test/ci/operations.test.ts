import { execFileSync, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, readFileSync, rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { addDays, daysFrom, toDay } from '../../lib/day.ts';
import { createTestDatabase, onPort } from '../database.ts';
import { openChromium } from '../e2e/chromium.ts';
import { openVisitor } from '../e2e/visitor.ts';
import { openTestInstallation } from '../installation.ts';
import { freePort, type Outside, openOutside, type Started, startProduct, toVariables } from './started.ts';

const PATIENT = { timeout: 90_000, interval: 200 };
const cleanUps: (() => unknown)[] = [];
let folder: string;
let port: number;
let origin: string;
let outside: Outside;

beforeAll(async () => {
  port = await freePort();
  origin = `http://localhost:${port}`;
  outside = await openOutside([origin]);
});
afterAll(() => outside?.close());

async function newFolder(): Promise<string> {
  folder = await mkdtemp(path.join(tmpdir(), 'operations-test-'));
  cleanUps.push(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

async function start(environment: Record<string, string>): Promise<Started> {
  const started = await startProduct({ PORT: String(port), ...outside.environment, ...environment });
  cleanUps.push(() => started.stop());
  return started;
}

const call = (method: string, route: string, body?: object) => outside.call(origin, method, route, body);

async function readiness() {
  const answer = await fetch(`${origin}/readyz`);
  const body = (await answer.json()) as { ready: boolean; problems: { code: string; message: string }[] };
  return { status: answer.status, ...body, codes: body.problems.map(({ code }) => code) };
}

const untilReady = () =>
  vi.waitFor(async () => expect(await readiness()).toMatchObject({ status: 200 }), PATIENT);

interface Run {
  runId: number;
  state: string;
}

async function newestRun(): Promise<Run | undefined> {
  const answer = await call('GET', '/runs/1');
  const { runs } = (await answer.json()) as { runs: Run[] };
  return runs[0];
}

async function collectNow(): Promise<void> {
  const answer = await call('POST', '/runs/1', {});
  expect([201, 202, 200]).toContain(answer.status);
  await vi.waitFor(async () => expect((await newestRun())?.state).toBe('succeeded'), PATIENT);
}

/** A database that can be cut off: a forwarder stands before it. */
async function openForwarder(target: number) {
  const sockets = new Set<Socket>();
  const at = await freePort();
  let server: Server;
  const open = async () => {
    server = createServer((socket) => {
      const other = connect(target, '127.0.0.1');
      for (const one of [socket, other]) {
        sockets.add(one);
        one.on('error', () => {}).once('close', () => sockets.delete(one));
      }
      socket.pipe(other).pipe(socket);
    }).listen(at, '127.0.0.1');
    await once(server, 'listening');
  };
  const cut = async () => {
    const closed = once(server, 'close');
    server.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  await open();
  return { port: at, open, cut };
}

test('a database that goes away is reported on the page, and the page recovers by itself', async () => {
  const urls = await createTestDatabase();
  const forwarder = await openForwarder(Number(new URL(urls.web).port));
  cleanUps.push(() => forwarder.cut());
  const dataDir = await newFolder();
  const started = await start({ DATA_DIR: dataDir, ...toVariables(onPort(urls, forwarder.port)) });
  await outside.setUp(origin, dataDir);
  const browser: Browser = await openChromium();
  cleanUps.push(() => browser.close());
  const ada = await openVisitor(browser, origin, { others: [new URL(outside.provider.issuer).origin] });
  await ada.page.goto('/');
  await ada.page
    .getByRole('button', { name: /sign in/i })
    .first()
    .click();
  await ada.signInAs('Ada Lovelace');
  await ada.page.getByText('ada/engine').first().waitFor();

  await forwarder.cut();
  expect(await readiness()).toMatchObject({ status: 503, ready: false, codes: ['database_unavailable'] });
  expect((await fetch(`${origin}/healthz`)).status).toBe(200);
  await ada.page.reload();
  const notice = ada.page.getByRole('alert');
  await notice.getByText('The database cannot be reached.').waitFor();
  await notice.getByText('database_unavailable').waitFor();

  await forwarder.open();
  await untilReady();
  await ada.page.getByText('ada/engine').first().waitFor();
  expect(started.child.exitCode).toBeNull();
});

const canMount = spawnSync('mount', ['--version']).status === 0 && process.getuid?.() === 0;

/** A disk of its own for the data folder. */
function mountDisk(at: string, megabytes: number): void {
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=711`, 'tmpfs', at]);
  cleanUps.push(() => execFileSync('umount', ['--lazy', at]));
}

/** Writes until nothing fits any more. */
function fillDisk(file: string): void {
  for (const size of [1024 * 1024, 4096, 1])
    for (;;)
      try {
        appendFileSync(file, Buffer.alloc(size));
      } catch {
        break;
      }
}

/** A connection to the embedded PostgreSQL. */
async function connectEmbedded(dataDir: string): Promise<pg.Client> {
  const password = readFileSync(path.join(dataDir, 'postgres/password'), 'utf8');
  const pidFile = readFileSync(path.join(dataDir, 'postgres/cluster/postmaster.pid'), 'utf8');
  const at = pidFile.split('\n')[3];
  const client = new pg.Client(`postgres://traffic:${password}@127.0.0.1:${at}/traffic`);
  client.on('error', () => {});
  await client.connect();
  return client;
}

/** Lets PostgreSQL write its log until it has no space for it, and ends. */
async function exhaustLog(dataDir: string): Promise<void> {
  const client = await connectEmbedded(dataDir);
  const write = async () => {
    for (;;) await client.query("select pg_logical_emit_message(true, 'test', repeat('x', 200000))");
  };
  await expect(write()).rejects.toThrow('No space left on device');
  await client.end().catch(() => {});
}

test.skipIf(!canMount)(
  'a full disk is reported, loses nothing, and is over once there is space',
  async () => {
    const disk = await newFolder();
    mountDisk(disk, 250);
    const dataDir = path.join(disk, 'data');
    const started = await start({ DATA_DIR: dataDir });
    await outside.setUp(origin, dataDir);
    await collectNow();
    const before = await (await call('GET', '/stats/1/1?range=14')).json();

    // A collection is under way when the disk fills up.
    const lift = outside.github.github.fail({ kind: 'slow', milliseconds: 1500, times: 3 });
    await call('POST', '/runs/1', {});
    const ballast = path.join(disk, 'ballast');
    fillDisk(ballast);
    const found = await vi.waitFor(async () => {
      const state = await readiness();
      expect(state.codes).toContain('disk_full');
      return state;
    }, PATIENT);
    expect(found.status).toBe(503);
    expect(found.problems[0]?.message).toContain('The disk of this server is full');
    const refused = await call('POST', '/runs/1', {});
    expect([refused.status, await refused.json()]).toEqual([
      503,
      { error: { code: 'disk_full', message: expect.stringContaining('make space') } },
    ]);
    await exhaustLog(dataDir);
    await vi.waitFor(async () => {
      const read = await call('GET', '/stats/1/1?range=14');
      expect([read.status, await read.json()]).toMatchObject([503, { error: { code: 'disk_full' } }]);
    }, PATIENT);
    lift();

    rmSync(ballast);
    await untilReady();
    // A run that ended with the database holds its tenant for up to ten minutes.
    const client = await connectEmbedded(dataDir);
    await client.query(
      'set app.tenants = $$all$$; update tenant set leased_until = null, leased_run_id = null',
    );
    await client.end();
    await collectNow();
    const after = await (await call('GET', '/stats/1/1?range=14')).json();
    expect(after).toMatchObject({ totals: (before as { totals: object }).totals });
    expect(started.child.exitCode).toBeNull();
  },
  180_000,
);

test('it stops within ten seconds while a collection runs, and the next start goes on', async () => {
  const dataDir = await newFolder();
  const database = toVariables(await createTestDatabase());
  const started = await start({ DATA_DIR: dataDir, ...database });
  await outside.setUp(origin, dataDir);
  await collectNow();
  const lift = outside.github.github.fail({ kind: 'slow', milliseconds: 120_000 });
  cleanUps.push(lift);
  await call('POST', '/runs/1', {});
  await vi.waitFor(async () => expect((await newestRun())?.state).toBe('running'), PATIENT);
  const { code, took } = await started.stop('SIGTERM');
  expect(code).toBe(0);
  expect(took).toBeLessThan(10_000);
  lift();
  await start({ DATA_DIR: dataDir, ...database });
  expect(await readiness()).toMatchObject({ status: 200, ready: true });
});

test('slow clients are cut off, and others are answered meanwhile', async () => {
  await start({ DATA_DIR: await newFolder(), ...toVariables(await createTestDatabase()) });
  const begun = performance.now();
  const send = (text: string) =>
    new Promise<number>((resolve) => {
      const socket = connect(port, '127.0.0.1').on('error', () => {});
      socket.write(text);
      const trickle = setInterval(() => socket.write('x'), 1000);
      socket.resume().once('close', () => {
        clearInterval(trickle);
        resolve(performance.now() - begun);
      });
    });
  const host = `localhost:${port}`;
  const headers = Array.from({ length: 90 }, () => send(`GET / HTTP/1.1\r\nHost: ${host}\r\nX-Slow: `));
  const body = send(
    `POST /api/v1/web/guest/traffic/init HTTP/1.1\r\nHost: ${host}\r\nContent-Length: 5000\r\nContent-Type: application/json\r\n\r\n`,
  );
  await vi.waitFor(async () => expect((await fetch(`${origin}/config.json`)).status).toBe(200), PATIENT);
  expect(Math.max(...(await Promise.all(headers)))).toBeLessThan(25_000);
  expect(await body).toBeLessThan(70_000);
}, 120_000);

test('after twelve days of sleep the missed collection is made up within a minute, and no day is lost', async () => {
  // At noon GitHub has published yesterday.
  const begun = new Date(`${toDay(new Date())}T12:00:00.000Z`);
  const woken = new Date(begun.getTime() + 12 * 86_400_000);
  const installation = await openTestInstallation({ demo: true, alarms: true, now: begun.toISOString() });
  cleanUps.push(installation.close);
  await installation.initialize();
  const repository = { owner: 'northwind-labs', name: 'burrow' };
  await installation.as('ada@example.com')('POST', '/repositories/1', repository);
  await installation.host.settled();
  const client = new pg.Client(installation.database.url);
  await client.connect();
  cleanUps.push(() => client.end());
  const count = async (condition: string) =>
    (await client.query(`select 1 from collection_run where ${condition}`)).rowCount;
  expect(await count("reason = 'alarm'")).toBe(0);

  // The machine's clock has moved on, and its timers have not.
  const woke = performance.now();
  vi.useFakeTimers({ toFake: ['Date'], now: woken });
  cleanUps.push(() => vi.useRealTimers());
  installation.now(woken.toISOString());
  const isMadeUp = async () => expect(await count("reason = 'alarm' and state = 'succeeded'")).toBe(1);
  await vi.waitFor(isMadeUp, PATIENT);
  expect(performance.now() - woke).toBeLessThan(60_000);
  const { rows } = await client.query('select traffic_date::text as day from traffic_day order by 1');
  const last = addDays(toDay(woken), -1);
  const days = rows.map(({ day }) => day).filter((day) => day <= last);
  expect(days).toEqual(daysFrom(addDays(toDay(begun), -14), last));
}, 180_000);
