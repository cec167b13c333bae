import type { Run, RunDetail, RunStarted } from '../lib/answers/runs.ts';
import type { Server } from '../lib/answers/servers.ts';
import type { Tenant } from '../lib/answers/tenants.ts';
import { callApi } from '../local/api-call.ts';
import { openBenchInstallation } from './installation.ts';
import { peakMemory } from './memory.ts';
import { OWNER, openSlowGitHub, TOKEN } from './slow-github.ts';
import { printTable, round } from './table.ts';

const REPOSITORIES = 100;
const LATENCY_MS = 100;
/** https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api#about-secondary-rate-limits */
const CONCURRENT = 100;
const POINTS_PER_MINUTE = 900;
/** After this time, earlier requests no longer count. */
const MINUTE_MS = 61_000;

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/**
 * Collects a hundred repositories with one token through the API and the `collect-tenant` action; each answer takes 100 ms.
 * The bound: the same number of requests, at most 100 at the same time and 900 a minute, if nothing else took time. Each run
 * starts with an unused minute.
 */
export async function benchCollect(): Promise<void> {
  const slow = await openSlowGitHub({ repositories: REPOSITORIES, latency: LATENCY_MS, quota: 5000 });
  const { installation, close } = await openBenchInstallation({
    environment: { ALLOW_PRIVATE_ADDRESSES: 'true' },
  });
  const ask = (method: string, path: string, body?: unknown) =>
    callApi(installation, 'ada@example.com', { method, path, ...(body !== undefined && { body }) });
  const finished = async (runId: number): Promise<Run> => {
    for (;;) {
      const { run } = (await ask('GET', `/runs/${tenantId}/${runId}`)) as RunDetail;
      if (run.state !== 'running') return run;
      await pause(100);
    }
  };

  const { serverId } = (await ask('POST', '/servers', { name: 'Slow', url: slow.url })) as Server;
  const tenant = { name: 'Bench', serverId, githubUser: OWNER, githubToken: TOKEN };
  const { tenantId } = (await ask('POST', '/tenants', tenant)) as Tenant;
  const repositories = Array.from({ length: REPOSITORIES }, (_, n) => ({
    owner: OWNER,
    name: `repository-${n}`,
  }));
  const { runId: first } = (await ask('POST', `/repositories/${tenantId}/batch`, { repositories })) as {
    runId: number;
  };
  await finished(first);

  const rows: (string | number)[][] = [];
  for (let turn = 1; turn <= 3; turn += 1) {
    await pause(MINUTE_MS);
    slow.github.resetRequests();
    const { runId } = (await ask('POST', `/runs/${tenantId}`, {})) as RunStarted;
    const run = await finished(runId);
    if (run.state !== 'succeeded') throw new Error(`The run ${run.state}.`);
    const requests = slow.github.requests().length;
    const minutes = Math.floor((requests - 1) / POINTS_PER_MINUTE);
    const even = (requests / POINTS_PER_MINUTE) * 60;
    const bound = Math.max((requests / CONCURRENT) * (LATENCY_MS / 1000), minutes * 60);
    const seconds = (Date.parse(run.finishedAt ?? '') - Date.parse(run.startedAt)) / 1000;
    rows.push([
      turn,
      requests / REPOSITORIES,
      round(seconds, 2),
      round(bound, 2),
      round(seconds / bound, 2),
      round(even, 1),
      round(seconds / even, 2),
      round(peakMemory(), 0),
    ]);
  }
  await close();
  slow.close();
  printTable(
    `collect-tenant: ${REPOSITORIES} repositories at ${LATENCY_MS} ms per answer; at most 1.3 × the bound of GitHub's limits, under 256 MB`,
    [
      'run',
      'requests per repository',
      's',
      'bound s',
      '× bound',
      'bound at 15 points/s',
      '× that',
      'peak MB',
    ],
    rows,
  );
}
