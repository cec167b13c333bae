import pg from 'pg';
import { addDays } from '../lib/day.ts';
import type { Db } from '../lib/db/database.ts';
import { readOverview } from '../lib/stats/overview.ts';
import { readTable } from '../lib/stats/table.ts';
import { compareExport } from './export.ts';
import { addTenants, fillDays, openBenchInstallation } from './installation.ts';
import { peakMemoryOf } from './memory.ts';
import { processorTimeWith } from './process.ts';
import { captureStatements } from './statements.ts';
import { printTable, quantile, round } from './table.ts';
import { openWarmAction, timed } from './warm-action.ts';

const TODAY = '2026-06-30';
const NOW = new Date(`${TODAY}T12:00:00Z`);
const YEAR = 365;
const ROUNDS = 15;
const EXPORTS = 3;

/** The tenant that all others are compared with. */
const FIRST = { tenantId: 2, repositories: 100, days: YEAR };
const FACTORS = [3, 10];
/** Tenants of the same size, beside which the first is measured again. */
const NEIGHBOURS = 9;

interface Size {
  grown: 'tenants' | 'repositories' | 'years' | '–';
  factor: number;
  tenantId: number;
  repositories: number;
  days: number;
}

/** Tenants that have more repositories, or more years. */
const LARGER: Size[] = (['repositories', 'years'] as const).flatMap((grown, place) =>
  FACTORS.map((factor, index) => ({
    grown,
    factor,
    tenantId: FIRST.tenantId + NEIGHBOURS + 1 + place * FACTORS.length + index,
    repositories: FIRST.repositories * (grown === 'repositories' ? factor : 1),
    days: FIRST.days * (grown === 'years' ? factor : 1),
  })),
);

type Installation = Awaited<ReturnType<typeof openBenchInstallation>>['installation'];
interface Measured {
  what: string;
  rows: number;
  /** Milliseconds, the median. */
  bare: number;
  action: number;
  /** The processor's milliseconds for one answer, in all processes. On a busy machine it varies less than the time elapsed. */
  processor: number;
  bytes: number;
  peak: number;
}

/**
 * How time, memory, rows and bytes of a tenant's overview, a page of its table and its whole table as CSV grow with its
 * repositories, its years and with other tenants: three and ten times as many. Each answer has its floor beside it in the same
 * run: the bare statements that it sends, and for CSV one statement that reads the same rows.
 */
export async function benchGrowth(): Promise<void> {
  const { installation, close } = await openBenchInstallation();
  const { url } = installation.database;
  await addTenants(url, Math.max(...LARGER.map(({ tenantId }) => tenantId)));
  const token = await installation.identity.issueToken('ada@example.com', { expiresIn: 7200 });
  const measured: { size: Size; seen: Measured[] }[] = [];
  const measure = async (size: Size) =>
    measured.push({ size, seen: await measureTenant(installation, token, size) });
  await fillDays(url, { ...FIRST, today: TODAY });
  await measure({ ...FIRST, grown: '–', factor: 1 });
  let filled = 1;
  for (const factor of FACTORS) {
    for (; filled < factor; filled += 1)
      await fillDays(url, { ...FIRST, tenantId: FIRST.tenantId + filled, today: TODAY });
    await measure({ ...FIRST, grown: 'tenants', factor });
  }
  for (const size of LARGER) {
    await fillDays(url, { ...size, today: TODAY });
    await measure(size);
  }
  await close();
  const first = measured[0]?.seen ?? [];
  printTable(
    `growth: ${FIRST.repositories} repositories × 1 year, and more; warm, beside bare statements, p50 in ms`,
    ['answer', 'more', '×', 'rows', 'bare', 'action', '× bare', 'processor', '× the first', 'kB', 'peak MB'],
    first.flatMap(({ processor: once }, place) =>
      measured.flatMap(({ size, seen }) => {
        const one = seen[place];
        return one ? [toRow(size, one, once)] : [];
      }),
    ),
  );
}

function toRow({ grown, factor }: Size, one: Measured, once: number) {
  return [
    one.what,
    grown,
    factor,
    one.rows,
    round(one.bare),
    round(one.action),
    round(one.action / one.bare, 2),
    round(one.processor, 0),
    round(one.processor / once, 2),
    round(one.bytes / 1000, 0),
    round(one.peak, 0),
  ];
}

async function measureTenant(
  { database, parameters }: Installation,
  token: string,
  size: Size,
): Promise<Measured[]> {
  const { tenantId, repositories, days } = size;
  const span = { from: addDays(TODAY, 1 - days), to: TODAY };
  const access = { tenantId, repositoryIds: null };
  const stats = await openWarmAction('stats', { ...parameters, NOW: NOW.toISOString() }, token);
  const client = new pg.Client(database.url);
  await client.connect();
  const compare = async (what: string, query: string, read: (db: Db) => Promise<unknown>) => {
    const statements = await captureStatements(database.url, read);
    const ask = () => stats.ask(query, `from=${span.from}&to=${span.to}`);
    const { bytes } = await ask();
    const times: { bare: number[]; action: number[] } = { bare: [], action: [] };
    let processor = 0;
    for (let turn = 0; turn < ROUNDS; turn += 1) {
      const sendAll = async () => {
        for (const statement of statements) await client.query(statement);
      };
      times.bare.push(await timed(sendAll));
      const before = processorTimeWith(stats.pid);
      times.action.push(await timed(ask));
      processor += (processorTimeWith(stats.pid) - before) / ROUNDS;
    }
    const bare = quantile(times.bare, 0.5);
    const action = quantile(times.action, 0.5);
    return { what, rows: repositories * days, bare, action, processor, bytes, peak: peakMemoryOf(stats.pid) };
  };
  const list = { sort: 'viewCount', page: 1, size: 50 } as const;
  const overview = await compare('overview', `/${tenantId}`, (db) =>
    readOverview(db, access, { ...span, ...list }, NOW),
  );
  const page = await compare('table, its first page', `/${tenantId}/table`, (db) =>
    readTable(db, access, { ...span, size: 100 }, NOW),
  );
  const exported = await compareExport(database.url, stats, { tenantId, ...span, rounds: EXPORTS });
  const csv = {
    what: 'CSV, all pages',
    rows: exported.rows,
    bare: quantile(exported.statement.milliseconds, 0.5),
    action: quantile(exported.pages.milliseconds, 0.5),
    processor: quantile(exported.pages.processor, 0.5),
    bytes: exported.bytes,
    peak: peakMemoryOf(stats.pid),
  };
  await client.end();
  await stats.close();
  return [overview, page, csv];
}
