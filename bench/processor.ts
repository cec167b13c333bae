import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import type { RunDetail, RunStarted } from '../lib/answers/runs.ts';
import type { Server } from '../lib/answers/servers.ts';
import type { Tenant } from '../lib/answers/tenants.ts';
import { addDays, toDay } from '../lib/day.ts';
import { callApi } from '../local/api-call.ts';
import { insertRepositories, openBenchInstallation } from './installation.ts';
import { processorTimeOf, processorTimeOfServer } from './process.ts';
import { OWNER, openSlowGitHub, TOKEN } from './slow-github.ts';
import { printTable, round } from './table.ts';

const REPOSITORIES = 100;
/** The first days have more to do: what ghstats does not ask for reaches back for months or years. */
const DAYS = 30;
const SHOWN_DAYS = 4;

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Processor time in milliseconds. */
interface Used {
  program: number;
  database: number;
}

interface Spent extends Used {
  requests: number;
}

const emptySpent = (): Spent => ({ requests: 0, program: 0, database: 0 });

function addSpent(sum: Spent, { requests, program, database }: Spent): void {
  sum.requests += requests;
  sum.program += program;
  sum.database += database;
}

/**
 * The processor time of collecting a repository on a day. The peer is ghstats, if `GHSTATS` names its program: it collects the
 * same repositories on the same days from the same simulated GitHub, whose own time does not count.
 */
export async function benchProcessor(): Promise<void> {
  let now = new Date();
  const options = { repositories: REPOSITORIES, latency: 0, quota: 1_000_000, bans: false };
  const slow = await openSlowGitHub({ ...options, clock: () => now });
  const ours = await openCollector(slow);
  const folder = await mkdtemp(path.join(tmpdir(), 'ghstats-'));
  const peer = process.env.GHSTATS;
  const rows: (string | number)[][] = [];
  const measure = async (collect: () => Promise<Used>): Promise<Spent> => {
    slow.resetRequests();
    const used = await collect();
    return { requests: slow.requestCount(), ...used };
  };
  const total = { ours: emptySpent(), peer: emptySpent() };
  const print = (name: string, own: Spent, theirs: Spent | null, days = 1) => {
    const each = (value: number) => round(value / REPOSITORIES / days, 2);
    const toRow = (label: string, { requests, program, database }: Spent) =>
      rows.push([label, each(requests), each(program), each(database), each(program + database)]);
    toRow(name, own);
    if (!theirs) return;
    toRow(`${name}, ghstats`, theirs);
    rows.push([`${name}, ratio`, '', '', '', `${round((own.program + own.database) / theirs.program, 2)} ×`]);
  };
  for (let day = 1; day <= DAYS; day += 1) {
    now = new Date(`${addDays(toDay(new Date()), day)}T12:00:00.000Z`);
    const own = await measure(() => ours.collect(now));
    const theirs = peer === undefined ? null : await measure(() => timePeer(peer, slow.url, { folder, now }));
    addSpent(total.ours, own);
    if (theirs) addSpent(total.peer, theirs);
    if (day <= SHOWN_DAYS) print(`day ${day}`, own, theirs);
  }
  print(`mean of ${DAYS} days`, total.ours, peer === undefined ? null : total.peer, DAYS);
  await ours.close();
  await rm(folder, { recursive: true, force: true });
  slow.close();
  const without = peer === undefined ? '; GHSTATS names no peer (see docs/benchmarks.md)' : '';
  printTable(
    `Processor time of a repository and day in ms, ${REPOSITORIES} repositories; at most 1.2 × the peer${without}`,
    ['', 'requests', 'program', 'database', 'together'],
    rows,
  );
}

/** A tenant with the repositories of the slow GitHub, and its collector. */
async function openCollector(slow: Awaited<ReturnType<typeof openSlowGitHub>>) {
  const { installation, close } = await openBenchInstallation({
    environment: { ALLOW_PRIVATE_ADDRESSES: 'true' },
  });
  const { host, database } = installation;
  const ask = (method: string, path: string, body?: unknown) =>
    callApi(installation, 'ada@example.com', { method, path, ...(body !== undefined && { body }) });
  const { serverId } = (await ask('POST', '/servers', { name: 'Slow', url: slow.url })) as Server;
  const tenant = { name: 'Bench', serverId, githubUser: OWNER, githubToken: TOKEN };
  const { tenantId } = (await ask('POST', '/tenants', tenant)) as Tenant;
  await insertRepositories(database.url, { tenantId, owner: OWNER, ids: slow.ids });
  const sql = new pg.Client(database.url);
  await sql.connect();
  const used = (): Used => {
    const containers = host.containers().filter(({ key }) => key.includes('/collect-tenant@'));
    const program = containers.reduce((sum, { pid }) => sum + processorTimeOf(pid), 0);
    return { program, database: processorTimeOfServer() };
  };
  return {
    async collect(now: Date): Promise<Used> {
      host.setParameters('traffic', { NOW: now.toISOString() });
      // Otherwise the run would wait until the minute of the run before is over.
      await sql.query('delete from token_use');
      const before = used();
      const { runId } = (await ask('POST', `/runs/${tenantId}`, {})) as RunStarted;
      for (;;) {
        const { run } = (await ask('GET', `/runs/${tenantId}/${runId}`)) as RunDetail;
        if (run.state === 'succeeded') break;
        if (run.state !== 'running') throw new Error(`The run ${run.state}.`);
        // A look costs time of the database, too.
        await pause(2000);
      }
      await host.settled();
      const after = used();
      return { program: after.program - before.program, database: after.database - before.database };
    },
    async close() {
      await sql.end();
      await close();
    },
  };
}

/** ghstats collects when it starts. When it then waits for the next hour, it has ended. Its database is part of it. */
async function timePeer(
  program: string,
  apiUrl: string,
  { folder, now }: { folder: string; now: Date },
): Promise<Used> {
  const child = spawn(program, [], {
    env: {
      GITHUB_TOKEN: TOKEN,
      GITHUB_API_URL: apiUrl,
      GHSTATS_NOW: now.toISOString(),
      GHS_INCLUDE_PRIVATE: 'true',
      DB_PATH: path.join(folder, 'ghstats.db'),
      HOST: '127.0.0.1',
      PORT: '0',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let log = '';
  child.stdout.on('data', (chunk) => {
    log += chunk;
  });
  while (!log.includes('Job creator created')) await pause(200);
  if (log.includes('failed to update')) throw new Error(log);
  const time = processorTimeOf(child.pid ?? 0);
  child.kill();
  return { program: time, database: 0 };
}
