import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { CamelCasePlugin, Kysely } from 'kysely';
import pg from 'pg';
import { addDays } from '../lib/day.ts';
import { postgresDialects } from '../lib/db/postgres.ts';
import type { Tables } from '../lib/db/tables.ts';
import { readOverview } from '../lib/stats/overview.ts';
import { startContainer } from '../local/openwhisk/container.ts';
import { openImage } from '../local/openwhisk/image.ts';
import { fillDays, openBenchInstallation } from './installation.ts';
import { printTable, quantile, round } from './table.ts';

const REPOSITORIES = 100;
const DAYS = 5 * 365;
/** The manifest's limits, in MB and ms. */
const LIMITS = { timeout: 60_000, memory: 256, logs: 10, concurrency: 1 };
const ROUNDS = 200;
const TODAY = '2026-06-30';

interface Statement {
  text: string;
  values: unknown[];
}

const FROM = addDays(TODAY, 1 - DAYS);
const NOW = new Date(`${TODAY}T12:00:00Z`);

/** The statement that sums the figures, as the action sends it. */
async function captureStatement(url: string): Promise<Statement> {
  const statements: Statement[] = [];
  const db = new Kysely<Tables>({
    dialect: postgresDialects(url)('all tenants'),
    plugins: [new CamelCasePlugin()],
    log: ({ query }) => void statements.push({ text: query.sql, values: [...query.parameters] }),
  });
  const request = { from: FROM, to: TODAY, sort: 'viewCount', page: 1, size: REPOSITORIES } as const;
  await readOverview(db, { tenantId: 1, repositoryIds: null }, request, NOW);
  await db.destroy();
  const found = statements.find(({ text }) => text.includes('group by') && text.includes('traffic_day'));
  if (!found) throw new Error('The overview sent no statement that sums days.');
  return found;
}

async function openStats(parameters: Record<string, string>, token: string) {
  const image = await openImage();
  const env = { PATH: process.env.PATH ?? '' };
  const clock = () => new Date();
  const container = await startContainer({ image: image.folder, limits: LIMITS, env, clock });
  const code = await readFile(path.resolve('dist/actions/stats.js'), 'utf8');
  await container.call({ type: 'init', code, main: 'main', env: {} });
  const args = {
    ...parameters,
    NOW: NOW.toISOString(),
    __ow_method: 'get',
    __ow_path: '/1',
    __ow_query: `from=${FROM}&to=${TODAY}&size=${REPOSITORIES}`,
    __ow_headers: { authorization: `Bearer ${token}` },
  };
  return {
    async ask(): Promise<number> {
      const reply = await container.call({ type: 'run', value: JSON.stringify(args), env: {} });
      if (reply.kind !== 'reply' || !reply.body.startsWith('{"statusCode":200'))
        throw new Error(`stats answered ${JSON.stringify(reply).slice(0, 300)}`);
      return reply.body.length;
    },
    async close() {
      await container.stop();
      await image.remove();
    },
  };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}

/**
 * Compares the warm `stats` action (token, access, statement, JSON) with the bare statement in `pg`, in turns, for the
 * overview of a hundred repositories over five years.
 */
export async function benchStats(): Promise<void> {
  const { installation, close } = await openBenchInstallation();
  const { parameters } = installation;
  await fillDays(installation.database.url, { repositories: REPOSITORIES, days: DAYS, today: TODAY });
  const client = new pg.Client(installation.database.url);
  await client.connect();
  const statement = await captureStatement(installation.database.url);
  const token = await installation.identity.issueToken('ada@example.com', { expiresIn: 3600 });
  const stats = await openStats(parameters, token);
  const bytes = await stats.ask();
  const times: { action: number[]; bare: number[] } = { action: [], bare: [] };
  for (let turn = 0; turn < ROUNDS; turn += 1) {
    times.bare.push(await timed(() => client.query(statement)));
    times.action.push(await timed(stats.ask));
  }
  await stats.close();
  await client.end();
  await close();

  const rows = [0.5, 0.95, 0.99].map((share) => {
    const action = quantile(times.action, share);
    const bare = quantile(times.bare, share);
    return [`p${share * 100}`, round(bare), round(action), round(action / bare, 2)];
  });
  printTable(
    `stats: ${REPOSITORIES} repositories × ${DAYS} days by month, ${round(bytes / 1000, 0)} kB (ms, ${ROUNDS} rounds); p99 at most 1.5 ×`,
    ['', 'bare statement', 'stats', '× bare'],
    rows,
  );
}
