import { CamelCasePlugin, Kysely } from 'kysely';
import type { Run, RunDetail, RunStarted } from '../lib/answers/runs.ts';
import type { Server } from '../lib/answers/servers.ts';
import type { Tenant } from '../lib/answers/tenants.ts';
import { collectTenant } from '../lib/collector.ts';
import { postgresDialects } from '../lib/db/postgres.ts';
import type { Tables } from '../lib/db/tables.ts';
import { openGitHub } from '../lib/github.ts';
import { startRun } from '../lib/runs/start.ts';
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
/** How many repositories are asked in sequence, and for how many statements are counted. */
const PART = 20;

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const clock = () => new Date();

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

/** Database statements for each repository of a run, without BEGIN and COMMIT. */
async function countStatements(databaseUrl: string, tenantId: number, apiUrl: string): Promise<number> {
  let statements = 0;
  const db = new Kysely<Tables>({
    dialect: postgresDialects(databaseUrl)('all tenants'),
    plugins: [new CamelCasePlugin()],
    log: () => {
      statements += 1;
    },
  });
  const rows = await db
    .selectFrom('repository')
    .select('repositoryId')
    .where('tenantId', '=', tenantId)
    .limit(PART)
    .execute();
  const activations = { start: async () => {} };
  const order = { tenantId, reason: 'person', startedBy: null } as const;
  const repositories = rows.map(({ repositoryId }) => repositoryId);
  const { runId } = await startRun({ db, activations, now: clock() }, { ...order, repositories });
  statements = 0;
  const opened = { github: openGitHub({ apiUrl, token: TOKEN, clock }), fingerprint: 'bench' };
  const timeLeft = () => Number.POSITIVE_INFINITY;
  await collectTenant(
    { db, dbOfAll: db, activations, clock, timeLeft, openGitHub: async () => opened },
    { tenantId, runId },
  );
  await db.destroy();
  return statements / PART;
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
  const statements = await countStatements(installation.database.url, tenantId, slow.url);
  const breaches = slow.github.breaches().length;
  await close();
  slow.close();
  printTable(
    `collect-tenant: ${REPOSITORIES} repositories of one token at ${LATENCY_MS} ms per answer; at most 1.1 × the bound of 900 points a minute, under 256 MB. ${breaches} limits broken; ${round(statements)} statements per repository`,
    ['run', 'requests each', 'of them 304', 's', 'bound s', '× bound', 'one by one s', 'peak MB'],
    rows,
  );
}
