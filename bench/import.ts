import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { addDays } from '../lib/day.ts';
import { type HistoryToSend, planParts } from '../lib/imports/parts.ts';
import { callApi } from '../local/api-call.ts';
import { insertRepositories, openBenchInstallation } from './installation.ts';
import { peakMemory } from './memory.ts';
import { printTable, round } from './table.ts';
import { timed } from './warm-action.ts';

const REPOSITORIES = Number(process.env.IMPORT_REPOSITORIES ?? 300);
const YEARS = Number(process.env.IMPORT_YEARS ?? 5);
const DAYS = Math.floor(YEARS * 365.25);
const FIRST_DAY = '2006-01-01';
/** Rows of a bare statement. */
const BARE_ROWS = 5000;

interface Progress {
  done: boolean;
}

const toDay = (repositoryId: number, place: number) => ({
  date: addDays(FIRST_DAY, place),
  viewCount: (place * 7 + repositoryId) % 500,
  viewUniques: (place * 3 + repositoryId) % 90,
  cloneCount: (place * 5 + repositoryId) % 60,
  cloneUniques: (place + repositoryId) % 20,
});

/** The same rows, written with plain statements into a table with the same key, reference and index as `traffic_day`. */
async function insertBare(client: pg.Client, histories: readonly HistoryToSend[]): Promise<void> {
  await client.query('create table bare_day (like traffic_day including all)');
  await client.query(
    'alter table bare_day add foreign key (tenant_id, repository_id) references repository (tenant_id, repository_id) on delete cascade',
  );
  const rows = histories.flatMap(({ repositoryId, days }) =>
    days.map(({ date, viewCount, viewUniques, cloneCount, cloneUniques }) => {
      const figures = [viewCount, viewUniques, cloneCount, cloneUniques].join(',');
      return `(1,${repositoryId},'${date}',${figures},'imported','2026-01-01',1)`;
    }),
  );
  for (let start = 0; start < rows.length; start += BARE_ROWS)
    await client.query(
      `insert into bare_day (tenant_id, repository_id, traffic_date, view_count, view_uniques, clone_count, clone_uniques, state, observed_at, import_id) values ${rows.slice(start, start + BARE_ROWS).join(',')}`,
    );
}

/** Imports 300 repositories and 5 years by the API, beside bare statements that insert the same rows once. */
export async function benchImport(): Promise<void> {
  const bench = await openBenchInstallation();
  const { installation } = bench;
  const databaseUrl = installation.database.url;
  const ids = Array.from({ length: REPOSITORIES }, (_, place) => 500_000 + place);
  await insertRepositories(databaseUrl, { tenantId: 1, owner: 'bench', ids });
  const client = new pg.Client(databaseUrl);
  await client.connect();
  const { rows: repositories } = await client.query('select repository_id from repository order by 1');
  const histories = repositories.map(({ repository_id: repositoryId }) => ({
    repositoryId,
    days: Array.from({ length: DAYS }, (_, place) => toDay(repositoryId, place)),
  }));
  const rows = histories.length * DAYS;
  const call = (method: string, path: string, body?: unknown) =>
    callApi(installation, 'ada@example.com', { method, path, body });
  const bare = await timed(() => insertBare(client, histories));
  const planned = planParts(histories);
  const { importId } = (await call('POST', '/imports/1', {
    key: randomUUID(),
    files: [{ path: 'history.csv', size: 1, sha256: '0'.repeat(64), tool: 'homemade' }],
    repositories: histories.map(({ repositoryId }) => ({ repositoryId, files: [0] })),
    partCount: planned.length,
  })) as { importId: number };
  const parts: number[] = [];
  for (const part of planned)
    parts.push(await timed(() => call('PUT', `/imports/1/${importId}/parts/${part.number}`, part.body())));
  const until = async (method: string, path: string) => {
    const calls: number[] = [];
    for (let done = false; !done; )
      calls.push(
        await timed(async () => {
          done = ((await call(method, path)) as Progress).done;
        }),
      );
    return calls;
  };
  const completing = await until('POST', `/imports/1/${importId}/complete`);
  const memory = peakMemory();
  const takingBack = await until('DELETE', `/imports/1/${importId}`);
  const sum = (values: number[]) => values.reduce((total, one) => total + one, 0);
  const toRow = (name: string, calls: number[]) => [
    name,
    calls.length,
    round(sum(calls) / 1000),
    Math.round(rows / (sum(calls) / 1000)),
    Math.round(Math.max(...calls)),
  ];
  printTable(
    `import: ${REPOSITORIES} repositories × ${DAYS} days = ${rows} rows; the largest container took ${Math.round(memory)} MB`,
    ['what', 'calls', 's', 'rows/s', 'longest call, ms'],
    [
      toRow('bare INSERT', [bare]),
      toRow('parts', parts),
      toRow('complete', completing),
      toRow('parts and complete', [...parts, ...completing]),
      toRow('take back', takingBack),
    ],
  );
  console.log(
    `parts and complete take ${round(sum([...parts, ...completing]) / bare)} times as long as bare INSERTs`,
  );
  await client.end();
  await bench.close();
}
