import pg from 'pg';
import type { Run, RunDetail, RunStarted } from '../lib/answers/runs.ts';
import type { Server } from '../lib/answers/servers.ts';
import type { Tenant } from '../lib/answers/tenants.ts';
import { callApi } from '../local/api-call.ts';
import { insertRepositories, openBenchInstallation } from './installation.ts';
import { peakMemory } from './memory.ts';
import { OWNER, openSlowGitHub, TOKEN } from './slow-github.ts';
import { printTable, round } from './table.ts';

const REPOSITORIES = 100;
const LATENCY_MS = 150;
const TURNS = ['first', 'second', 'third'];
/** https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api#about-secondary-rate-limits */
const CONCURRENT = 100;
const POINTS_PER_MINUTE = 900;
/** After this time, earlier requests no longer count. */
const MINUTE_MS = 61_000;

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/**
 * Collects a hundred repositories with one token through the API and the `collect-tenant` action; each answer takes 150 ms.
 * The bound: the same number of requests, at most 100 at the same time and 900 a minute, if nothing else took time. Each run
 * starts with an unused minute.
 */
export async function benchCollect(): Promise<void> {
  const slow = await openSlowGitHub({ repositories: REPOSITORIES, latency: LATENCY_MS, quota: 15_000 });
  const { installation, close } = await openBenchInstallation({
    environment: { ALLOW_PRIVATE_ADDRESSES: 'true' },
  });
  const ask = (method: string, path: string, body?: unknown) =>
    callApi(installation, 'ada@example.com', { method, path, ...(body !== undefined && { body }) });
  const { serverId } = (await ask('POST', '/servers', { name: 'Slow', url: slow.url })) as Server;
  const tenant = { name: 'Bench', serverId, githubUser: OWNER, githubToken: TOKEN };
  const { tenantId } = (await ask('POST', '/tenants', tenant)) as Tenant;
  await insertRepositories(installation.database.url, { tenantId, owner: OWNER, ids: slow.ids });
  const sql = new pg.Client(installation.database.url);
  await sql.connect();
  const finished = async (runId: number): Promise<Run> => {
    for (;;) {
      const { run } = (await ask('GET', `/runs/${tenantId}/${runId}`)) as RunDetail;
      if (run.state !== 'running') return run;
      // The run says itself when it began and ended, and each look takes time from it.
      await pause(2000);
    }
  };

  const rows: (string | number)[][] = [];
  for (const turn of TURNS) {
    slow.resetRequests();
    const { runId } = (await ask('POST', `/runs/${tenantId}`, {})) as RunStarted;
    const run = await finished(runId);
    if (run.state !== 'succeeded') throw new Error(`The run ${run.state}.`);
    const requests = slow.requestCount();
    const minutes = Math.floor((requests - 1) / POINTS_PER_MINUTE);
    const bound = Math.max((requests / CONCURRENT) * (LATENCY_MS / 1000), minutes * 60);
    const secondsTo = (instant: string | Date | null) =>
      (new Date(instant ?? '').getTime() - Date.parse(run.startedAt)) / 1000;
    const stored = await sql.query('select max(finished_at) as at from run_repository where run_id = $1', [
      runId,
    ]);
    const seconds = secondsTo(run.finishedAt);
    rows.push([
      turn,
      requests / REPOSITORIES,
      round(secondsTo(stored.rows[0].at), 2),
      round(seconds, 2),
      round(bound, 2),
      round(seconds / bound, 2),
      slow.github.breaches().length,
      round(peakMemory(), 0),
    ]);
    await pause(MINUTE_MS);
  }
  await sql.end();
  await close();
  slow.close();
  printTable(
    `collect-tenant: ${REPOSITORIES} repositories at ${LATENCY_MS} ms per answer, under 256 MB`,
    ['run', 'requests each', 'traffic s', 'all s', 'bound s', '× bound', 'limits broken', 'peak MB'],
    rows,
  );
}
