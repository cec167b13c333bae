import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import pg from 'pg';
import copy from 'pg-copy-streams';
import type { ExportPart, ExportPlan } from '../lib/answers/exports.ts';
import type { FileKind } from '../lib/exports/description.ts';
import { writeExport } from '../lib/exports/writer.ts';
import { callApi } from '../local/api-call.ts';
import { fillDays, openBenchInstallation } from './installation.ts';
import { peakMemory } from './memory.ts';
import { printTable, round } from './table.ts';
import { timed } from './warm-action.ts';

/** What is exported: repositories, days of each, and days with lists of ten entries. */
export const REPOSITORIES = Number(process.env.EXPORT_REPOSITORIES ?? 300);
export const DAYS = Math.floor(Number(process.env.EXPORT_YEARS ?? 5) * 365.25);
export const LIST_DAYS = Number(process.env.EXPORT_LIST_DAYS ?? 90);
const TODAY = '2026-03-10';

/** Lists that change little from day to day, as real ones do. */
async function fillLists(client: pg.Client): Promise<void> {
  await client.query(
    `insert into path_snapshot (tenant_id, repository_id, snapshot_date, list_rank, path, title, view_count, view_uniques)
     select 1, r.repository_id, $1::date - d, n, '/blob/main/docs/page-' || (n + d / 20) || '.md',
            'repository-' || r.repository_id || '/docs/page-' || (n + d / 20) || '.md at main', 900 - n * 80 + d % 30, 200 - n * 15 + d % 9
     from repository r cross join generate_series(0, $2::int - 1) d cross join generate_series(1, 10) n`,
    [TODAY, LIST_DAYS],
  );
  await client.query('vacuum analyze');
}

/** Fills a tenant with what is exported. */
export async function fillExported(url: string, client: pg.Client): Promise<void> {
  await fillDays(url, { tenantId: 1, repositories: REPOSITORIES, days: DAYS, today: TODAY });
  await fillLists(client);
}

/** The days and paths as PostgreSQL itself writes them, and as its driver reads them with one statement. */
async function readBare(client: pg.Client) {
  const columns = {
    traffic_day:
      'repository_id, traffic_date, view_count, view_uniques, clone_count, clone_uniques, state, observed_at, import_id',
    path_snapshot:
      'repository_id, snapshot_date, list_rank, path, title, view_count, view_uniques, import_id',
  };
  const statements = Object.entries(columns).map(
    ([table, names]) => `select ${names} from ${table} where tenant_id = 1 order by 1, 2`,
  );
  let bytes = 0;
  const copied = await timed(async () => {
    for (const statement of statements)
      for await (const chunk of client.query(copy.to(`copy (${statement}) to stdout`)))
        bytes += (chunk as Buffer).length;
  });
  const selected = await timed(async () => {
    for (const statement of statements) await client.query(statement);
  });
  return { copied, selected, bytes };
}

/** Exports 300 repositories and 5 years by the API, beside COPY and bare statements that read the same rows. */
export async function benchExports(): Promise<void> {
  const bench = await openBenchInstallation();
  const { installation } = bench;
  const client = new pg.Client(installation.database.url);
  await client.connect();
  await fillExported(installation.database.url, client);
  const read = <Answer>(route: string) =>
    callApi(installation, 'ada@example.com', { method: 'GET', path: route }) as Promise<Answer>;
  const results = [];
  for (const kind of ['csv', 'parquet'] as const satisfies FileKind[]) {
    let calls = 0;
    let asked = 0;
    let largest = 0;
    const chunks: Uint8Array[] = [];
    const source = {
      plan: () => read<ExportPlan>('/exports/1'),
      part: async (table: string, cursor: string) => {
        calls += 1;
        const begun = performance.now();
        const part = await read<ExportPart>(`/exports/1/${table}?cursor=${cursor}`);
        asked += performance.now() - begun;
        largest = Math.max(largest, part.data.length);
        return part;
      },
    };
    globalThis.gc?.();
    const before = process.memoryUsage().rss;
    let peak = before;
    let rows = 0;
    const spent = await timed(async () => {
      const written = await writeExport(source, {
        kind,
        write: (chunk) => void chunks.push(chunk),
        onProgress: () => {
          peak = Math.max(peak, process.memoryUsage().rss);
        },
      });
      rows = written.tables.reduce((sum, table) => sum + table.rows, 0);
    });
    const zip = Buffer.concat(chunks);
    const memory = (peak - before - zip.length) / 1e6;
    if (process.env.EXPORT_KEEP) await writeFile(path.join(process.env.EXPORT_KEEP, `${kind}.zip`), zip);
    results.push({ kind, calls, rows, spent, asked, largest, bytes: zip.length, memory });
  }
  const bare = await readBare(client);
  const rows = results[0]?.rows ?? 0;
  const toRow = (name: string, milliseconds: number, others: (number | string)[]) => [
    name,
    round(milliseconds / 1000),
    Math.round(rows / (milliseconds / 1000)),
    ...others,
  ];
  printTable(
    `exports: ${REPOSITORIES} repositories × ${DAYS} days and ${LIST_DAYS} lists of ten paths = ${rows} rows; the largest container took ${Math.round(peakMemory())} MB`,
    ['what', 's', 'rows/s', 'MB', 'calls', 'in calls, s', 'largest answer, kB', 'memory beside the file, MB'],
    [
      toRow('COPY', bare.copied, [round(bare.bytes / 1e6), '', '', '', '']),
      toRow('bare SELECT', bare.selected, ['', '', '', '', '']),
      ...results.map(({ kind, spent, bytes, calls, asked, largest, memory }) =>
        toRow(kind, spent, [
          round(bytes / 1e6),
          calls,
          round(asked / 1000),
          Math.round(largest / 1000),
          Math.round(memory),
        ]),
      ),
    ],
  );
  await client.end();
  await bench.close();
}
