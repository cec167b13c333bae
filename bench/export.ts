import pg from 'pg';
import { VALUE_TYPES } from '../lib/db/postgres.ts';
import { processorTimeWith } from './process.ts';
import { type openWarmAction, timed } from './warm-action.ts';

interface Exported {
  tenantId: number;
  from: string;
  to: string;
  rounds: number;
}

interface Spent {
  milliseconds: number[];
  /** Of this process, the action's container and the database server together. */
  processor: number[];
}

/**
 * Exports a table by day as CSV, all pages, in turns with one statement that reads the same rows and columns in the same
 * order. Both use the same driver and read values alike; the statement's rows stay in memory and nothing is made of them.
 */
export async function compareExport(
  url: string,
  stats: Awaited<ReturnType<typeof openWarmAction>>,
  { tenantId, from, to, rounds }: Exported,
) {
  const client = new pg.Client({ connectionString: url, types: VALUE_TYPES });
  await client.connect();
  const statement = {
    text: `select d.repository_id, r.owner, r.name, d.traffic_date, d.state,
        d.view_count, d.view_uniques, d.clone_count, d.clone_uniques
      from traffic_day d join repository r using (tenant_id, repository_id)
      where tenant_id = $1 and d.traffic_date between $2 and $3
      order by d.traffic_date desc, r.owner, r.name, d.repository_id`,
    values: [tenantId, from, to],
  };
  const seen = { rows: 0, pageCount: 0, bytes: 0 };
  const spent: Record<'statement' | 'pages', Spent> = {
    statement: { milliseconds: [], processor: [] },
    pages: { milliseconds: [], processor: [] },
  };
  const spend = async (on: Spent, work: () => Promise<unknown>) => {
    const before = processorTimeWith(stats.pid);
    on.milliseconds.push(await timed(work));
    on.processor.push(processorTimeWith(stats.pid) - before);
  };
  const readPages = async () => {
    Object.assign(seen, { pageCount: 0, bytes: 0 });
    for (let cursor: string | undefined = ''; cursor !== undefined; seen.pageCount += 1) {
      const query = `from=${from}&to=${to}&by=day&format=csv&cursor=${cursor}`;
      const { headers, bytes } = await stats.ask(`/${tenantId}/table`, query);
      cursor = headers['x-next-cursor'];
      seen.bytes += bytes;
    }
  };
  const readRows = async () => {
    const { rows } = await client.query(statement);
    seen.rows = rows.length;
  };
  for (let round = 0; round < rounds; round += 1) {
    await spend(spent.statement, readRows);
    await spend(spent.pages, readPages);
  }
  await client.end();
  return { ...seen, ...spent };
}
