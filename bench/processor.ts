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

const REPOSITORIES = Number(process.env.BENCH_REPOSITORIES ?? 100);
const DAYS = 4;
const DAY_MS = 86_400_000;

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/**
 * The processor time of one repository on one day, and of the peer ghstats if `GHSTATS` names its program: both collect the
 * same repositories from the same simulated GitHub, one after the other. Memory and time of the simulator do not count.
 */
export async function benchProcessor(): Promise<void> {
  let ahead = 0;
  const slow = await openSlowGitHub({
    repositories: REPOSITORIES,
    latency: 0,
    quota: 1_000_000,
    bans: false,
    clock: () => new Date(Date.now() + ahead),
  });
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
  const rows: (string | number)[][] = [];
  const add = (name: string, requests: number, times: { program: number; database: number }) => {
    const perRepository = (milliseconds: number) => round(milliseconds / REPOSITORIES, 2);
    const { program, database } = times;
    rows.push([
      name,
      requests / REPOSITORIES,
      perRepository(program),
      perRepository(database),
      perRepository(program + database),
    ]);
  };
  for (let turn = 1; turn <= DAYS; turn += 1) {
    ahead = turn * DAY_MS;
    const now = `${addDays(toDay(new Date()), turn)}T12:00:00.000Z`;
    ahead = Date.parse(now) - Date.now();
    host.setParameters('traffic', { NOW: now });
    // Otherwise each turn would wait until the minute before is over.
    await sql.query('delete from token_use');
    slow.github.resetRequests();
    const before = { program: programTime(host.containers()), database: processorTimeOfServer() };
    const { runId } = (await ask('POST', `/runs/${tenantId}`, {})) as RunStarted;
    for (;;) {
      const { run } = (await ask('GET', `/runs/${tenantId}/${runId}`)) as RunDetail;
      if (run.state === 'running') await pause(500);
      else break;
    }
    await host.settled();
    const program = programTime(host.containers()) - before.program;
    const requests = slow.github.requests().length;
    add(`collect-tenant, day ${turn}`, requests, {
      program,
      database: processorTimeOfServer() - before.database,
    });
  }
  await sql.end();
  await close();
  const peer = process.env.GHSTATS;
  if (peer !== undefined) {
    const folder = await mkdtemp(path.join(tmpdir(), 'ghstats-'));
    for (let turn = 1; turn <= 3; turn += 1) {
      slow.github.resetRequests();
      const program = await timePeer(peer, slow.url, folder);
      add(`ghstats, run ${turn}`, slow.github.requests().length, { program, database: 0 });
    }
    await rm(folder, { recursive: true, force: true });
  }
  slow.close();
  printTable(
    `Processor time, ms per repository and day (${REPOSITORIES} repositories)`,
    ['', 'requests', 'program', 'database', 'together'],
    rows,
  );
}

function programTime(containers: { pid: number; key: string }[]): number {
  return containers
    .filter(({ key }) => key.includes('/collect-tenant@'))
    .reduce((sum, { pid }) => sum + processorTimeOf(pid), 0);
}

/** ghstats collects when it starts. It says in its log when it has ended. */
async function timePeer(program: string, apiUrl: string, folder: string): Promise<number> {
  const child = spawn(program, [], {
    env: {
      GITHUB_TOKEN: TOKEN,
      GITHUB_API_URL: apiUrl,
      DB_PATH: path.join(folder, 'ghstats.db'),
      HOST: '127.0.0.1',
      PORT: '0',
      GHS_INCLUDE_PRIVATE: 'true',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let log = '';
  child.stdout.on('data', (chunk) => {
    log += chunk;
  });
  while (!/update_metrics took/.test(log)) await pause(100);
  await pause(3000);
  if (process.env.DEBUG) console.log(log);
  const time = processorTimeOf(child.pid ?? 0);
  child.kill();
  return time;
}
