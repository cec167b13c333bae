import pg from 'pg';
import { addDays } from '../lib/day.ts';
import { SETTINGS } from '../lib/db/scope.ts';
import { readOverview } from '../lib/stats/overview.ts';
import { compareExport } from './export.ts';
import { addTenants, fillDays, openBenchInstallation } from './installation.ts';
import { peakMemoryOf } from './memory.ts';
import { captureStatements } from './statements.ts';
import { printTable, quantile, round } from './table.ts';
import { openWarmAction, timed } from './warm-action.ts';

const TODAY = '2026-06-30';
const NOW = new Date(`${TODAY}T12:00:00Z`);
const YEAR = 365;

interface Case {
  label: string;
  tenantId: number;
  repositories: number;
  /** How many days are stored of each repository, and how many of them are shown. */
  stored: number;
  shown: number;
  rounds: number;
}

const CASES: Case[] = [
  { label: '100 × 5 years', tenantId: 2, repositories: 100, stored: 5 * YEAR, shown: 5 * YEAR, rounds: 100 },
  { label: '300 × 2 years', tenantId: 3, repositories: 300, stored: 2 * YEAR, shown: 2 * YEAR, rounds: 40 },
  {
    label: '1,000 × 2 years',
    tenantId: 4,
    repositories: 1000,
    stored: 2 * YEAR,
    shown: 2 * YEAR,
    rounds: 25,
  },
  { label: '1,000, last 30 days', tenantId: 4, repositories: 1000, stored: 2 * YEAR, shown: 30, rounds: 60 },
  {
    label: '3,000 × 2 years',
    tenantId: 5,
    repositories: 3000,
    stored: 2 * YEAR,
    shown: 2 * YEAR,
    rounds: 15,
  },
  { label: '300 × 6 years', tenantId: 6, repositories: 300, stored: 6 * YEAR, shown: 6 * YEAR, rounds: 25 },
];
/** A year of this tenant, 365,000 rows, is exported whole. */
const EXPORTED = { tenantId: 4, days: YEAR, rounds: 5 };

const spanOf = ({ shown }: Pick<Case, 'shown'>) => ({ from: addDays(TODAY, 1 - shown), to: TODAY });

const openStats = (parameters: Record<string, string>, token: string) =>
  openWarmAction('stats', { ...parameters, NOW: NOW.toISOString() }, token);

type Installation = Awaited<ReturnType<typeof openBenchInstallation>>['installation'];

/**
 * Compares a warm `stats` action (token, access, statements, JSON) with the bare statements that it sends, in turns and in one
 * run, for overviews that grow in repositories and in years. The bare statements run as the action's database user;
 * `unrestricted` are the same as a user without row-level security. Then exports a year of a large tenant as CSV, page by page,
 * beside one statement that reads the same rows.
 */
export async function benchStats(): Promise<void> {
  const { installation, close } = await openBenchInstallation();
  const { url } = installation.database;
  await addTenants(url, Math.max(...CASES.map(({ tenantId }) => tenantId)));
  for (const { tenantId, repositories, stored: days, shown } of CASES)
    if (shown === days) await fillDays(url, { tenantId, repositories, days, today: TODAY });
  const token = await installation.identity.issueToken('ada@example.com', { expiresIn: 3600 });
  const rows: (string | number)[][] = [];
  for (const one of CASES) rows.push(await compare(installation, token, one));
  printTable(
    'stats: an overview with 50 repositories listed, warm, beside the bare statements that it sends (ms)',
    [
      'repositories × days',
      'rows',
      'unrestricted p50',
      'bare p50',
      'stats p50',
      '× bare',
      'p99 × bare p99',
      'kB',
      'peak MB',
    ],
    rows,
  );
  const stats = await openStats(installation.parameters, token);
  const exported = await compareExport(url, stats, { ...EXPORTED, ...spanOf({ shown: EXPORTED.days }) });
  await stats.close();
  const pick = (of: 'milliseconds' | 'processor') => {
    const statement = quantile(exported.statement[of], 0.5);
    const pages = quantile(exported.pages[of], 0.5);
    return [round(statement / 1000, 2), round(pages / 1000, 2), round(pages / statement, 2)];
  };
  printTable(
    'stats: a table as CSV in pages, beside one statement that reads the same rows and columns (median s)',
    ['', 'rows', 'pages', 'statement', 'export', '× statement'],
    [
      ['elapsed', exported.rows, exported.pageCount, ...pick('milliseconds')],
      ['processor', exported.rows, exported.pageCount, ...pick('processor')],
    ],
  );
  await close();
}

async function compare(installation: Installation, token: string, one: Case) {
  const { tenantId } = one;
  const owner = new pg.Client(installation.database.url);
  await owner.connect();
  const web = new pg.Client(installation.parameters.DATABASE_URL);
  await web.connect();
  await web.query('select set_config($1, $2, false)', [SETTINGS.tenants, String(tenantId)]);
  const request = { ...spanOf(one), sort: 'viewCount', page: 1, size: 50 } as const;
  const statements = await captureStatements(installation.database.url, (db) =>
    readOverview(db, { tenantId, repositoryIds: null }, request, NOW),
  );
  const stats = await openStats(installation.parameters, token);
  const { from, to } = spanOf(one);
  const ask = () => stats.ask(`/${one.tenantId}`, `from=${from}&to=${to}&size=50`);
  const { bytes } = await ask();
  const times: Record<'action' | 'bare' | 'unrestricted', number[]> = {
    action: [],
    bare: [],
    unrestricted: [],
  };
  const send = (client: pg.Client) =>
    timed(async () => {
      for (const statement of statements) await client.query(statement);
    });
  for (let turn = 0; turn < one.rounds; turn += 1) {
    times.unrestricted.push(await send(owner));
    times.bare.push(await send(web));
    times.action.push(await timed(ask));
  }
  const peak = peakMemoryOf(stats.pid);
  await stats.close();
  await owner.end();
  await web.end();
  const at = (share: number) => ({
    action: quantile(times.action, share),
    bare: quantile(times.bare, share),
    unrestricted: quantile(times.unrestricted, share),
  });
  const middle = at(0.5);
  const high = at(0.99);
  return [
    one.label,
    one.repositories * one.shown,
    round(middle.unrestricted),
    round(middle.bare),
    round(middle.action),
    round(middle.action / middle.bare, 2),
    round(high.action / high.bare, 2),
    round(bytes / 1000, 0),
    round(peak, 0),
  ];
}
