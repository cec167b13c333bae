import type { Run, RunDetail, RunStarted } from '../lib/answers/runs.ts';
import type { Server } from '../lib/answers/servers.ts';
import type { Tenant } from '../lib/answers/tenants.ts';
import { callApi } from '../local/api-call.ts';
import { insertRepositories, openBenchInstallation } from './installation.ts';
import { peakMemory } from './memory.ts';
import { OWNER, openSlowGitHub, TOKEN } from './slow-github.ts';
import { printTable, round } from './table.ts';

const REPOSITORIES = 1000;
const LATENCY_MS = 150;
/** The quota of an enterprise's app. A person's 5,000 would end the first run. */
const QUOTA = 15_000;
const POINTS_PER_MINUTE = 900;
/** How many repositories are asked in sequence. */
const PART = 20;

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Seconds for a thousand repositories, extrapolated from some that are asked in sequence, as other tools do. */
async function timeOneByOne(apiUrl: string, ids: readonly number[]): Promise<number> {
  const ask = async (path: string) => {
    const headers = { authorization: `Bearer ${TOKEN}`, 'user-agent': 'bench' };
    await (await fetch(apiUrl + path, { headers })).text();
  };
  const begun = performance.now();
  for (const id of ids) {
    await ask(`/repositories/${id}`);
    for (const figure of ['views', 'clones', 'popular/referrers', 'popular/paths'])
      await ask(`/repositories/${id}/traffic/${figure}`);
  }
  return ((performance.now() - begun) / 1000 / ids.length) * REPOSITORIES;
}

/**
 * Collects a thousand repositories with one token through the API and the `collect-tenant` action, twice in a row; each
 * answer takes 150 ms. The bound: the same number of requests at 900 a minute, if nothing else took time.
 */
export async function benchThousand(): Promise<void> {
  const slow = await openSlowGitHub({ repositories: REPOSITORIES, latency: LATENCY_MS, quota: QUOTA });
  const { installation, close } = await openBenchInstallation({
    environment: { ALLOW_PRIVATE_ADDRESSES: 'true' },
  });
  const ask = (method: string, path: string, body?: unknown) =>
    callApi(installation, 'ada@example.com', { method, path, ...(body !== undefined && { body }) });
  const { serverId } = (await ask('POST', '/servers', { name: 'Slow', url: slow.url })) as Server;
  const tenant = { name: 'Bench', serverId, githubUser: OWNER, githubToken: TOKEN };
  const { tenantId } = (await ask('POST', '/tenants', tenant)) as Tenant;
  await insertRepositories(installation.database.url, { tenantId, owner: OWNER, ids: slow.ids });
  const oneByOne = await timeOneByOne(slow.url, slow.ids.slice(0, PART));
  await pause(61_000);

  const finished = async (runId: number): Promise<Run> => {
    for (;;) {
      const { run } = (await ask('GET', `/runs/${tenantId}/${runId}`)) as RunDetail;
      if (run.state !== 'running') return run;
      await pause(1000);
    }
  };
  const rows: (string | number)[][] = [];
  for (const turn of ['first', 'second']) {
    slow.github.resetRequests();
    const { runId } = (await ask('POST', `/runs/${tenantId}`, {})) as RunStarted;
    const run = await finished(runId);
    if (run.state !== 'succeeded') throw new Error(`The run ${run.state}: ${slow.github.breaches()}`);
    const requests = slow.github.requests().length;
    const bound = Math.floor((requests - 1) / POINTS_PER_MINUTE) * 60;
    const seconds = (Date.parse(run.finishedAt ?? '') - Date.parse(run.startedAt)) / 1000;
    rows.push([
      turn,
      requests / REPOSITORIES,
      run.unchangedCount / REPOSITORIES,
      round(seconds, 0),
      bound,
      round(seconds / bound, 2),
      round(oneByOne, 0),
      round(peakMemory(), 0),
    ]);
    await pause(61_000);
  }
  const breaches = slow.github.breaches().length;
  await close();
  slow.close();
  printTable(
    `collect-tenant: ${REPOSITORIES} repositories of one token at ${LATENCY_MS} ms per answer; at most 1.1 × the bound of 900 points a minute, under 256 MB. ${breaches} limits broken`,
    ['run', 'requests each', 'of them 304', 's', 'bound s', '× bound', 'one by one s', 'peak MB'],
    rows,
  );
}
