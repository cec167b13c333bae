import pg from 'pg';
import { addDays } from '../lib/day.ts';
import { readSteps } from '../lib/stats/sums.ts';
import { addTenants, fillDays, openBenchInstallation } from './installation.ts';
import { captureStatements, type Statement } from './statements.ts';
import { printTable, round } from './table.ts';

const TODAY = '2026-06-30';
const SMALL = { tenantId: 2, repositories: 10, days: 365 };
const LARGE = { tenantId: 3, repositories: 1000, days: 2 * 365 };
/** https://www.postgresql.org/docs/18/runtime-config-resource.html#GUC-WORK-MEM */
const DEFAULT_WORK_MEM = '4MB';
const MB = 1024 * 1024;
const BLOCK = 8192;

/** What statements write into temporary files, in MB. */
async function writtenBy(client: pg.Client, statements: readonly Statement[]): Promise<number> {
  let blocks = 0;
  for (const { text, values } of statements) {
    const { rows } = await client.query({ text: `explain (analyze, buffers, format json) ${text}`, values });
    blocks += rows[0]['QUERY PLAN'][0].Plan['Temp Written Blocks'];
  }
  return (blocks * BLOCK) / MB;
}

/**
 * What the embedded PostgreSQL keeps on the disk for ten repositories, and what sums by week of a large tenant write into
 * temporary files: with the settings of the embedded server, and with PostgreSQL's own.
 */
export async function benchDisk(): Promise<void> {
  const { installation, close } = await openBenchInstallation();
  const { url } = installation.database;
  const client = new pg.Client(url);
  await client.connect();
  const megabytes = async (size: string) => {
    const { rows } = await client.query(`select ${size} as bytes`);
    return Number(rows[0].bytes) / MB;
  };
  await addTenants(url, LARGE.tenantId);
  await fillDays(url, { ...SMALL, today: TODAY });
  await client.query('checkpoint');
  const log = await megabytes('(select sum(size) from pg_ls_waldir())');
  const database = await megabytes('pg_database_size(current_database())');
  await fillDays(url, { ...LARGE, today: TODAY });
  const span = { from: addDays(TODAY, 1 - LARGE.days), to: TODAY };
  const statements = await captureStatements(url, (db) =>
    readSteps(db, { tenantId: LARGE.tenantId, repositoryIds: null }, { ...span, top: 15 }, new Date(TODAY)),
  );
  const embedded = await writtenBy(client, statements);
  await client.query(`set work_mem = '${DEFAULT_WORK_MEM}'`);
  const usual = await writtenBy(client, statements);
  await client.end();
  await close();
  printTable(
    'disk: the embedded PostgreSQL (MB)',
    ['', 'MB'],
    [
      ['write-ahead log, 10 repositories × 1 year, after a checkpoint', round(log)],
      ['their database', round(database)],
      ['temporary files of the sums by week of 1,000 × 2 years', round(embedded)],
      [`the same with a work_mem of ${DEFAULT_WORK_MEM}`, round(usual)],
    ],
  );
}
