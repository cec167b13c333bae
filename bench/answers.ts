import { gzipSync } from 'node:zlib';
import pg from 'pg';
import { addDays } from '../lib/day.ts';
import { addTenants, fillDays, openBenchInstallation } from './installation.ts';
import { printTable, round } from './table.ts';
import { openWarmAction } from './warm-action.ts';

const TODAY = '2026-06-30';
const YEAR = 365;
const REPOSITORIES = 100;
const FIVE_YEARS = `from=${addDays(TODAY, 1 - 5 * YEAR)}&to=${TODAY}`;

interface Case {
  label: string;
  action: string;
  route: string;
  query: string;
}

const CASES: Case[] = [
  { label: 'overview, 90 days', action: 'stats', route: '/2', query: 'range=90&by=day&size=50' },
  {
    label: 'overview, 5 years by month',
    action: 'stats',
    route: '/2',
    query: `${FIVE_YEARS}&by=month&size=50`,
  },
  { label: 'repository, 5 years by day', action: 'stats', route: '/2/1', query: `${FIVE_YEARS}&by=day` },
  {
    label: 'table, a page of the table',
    action: 'stats',
    route: '/2/table',
    query: 'range=365&by=day&size=100',
  },
  {
    label: 'table, the largest page',
    action: 'stats',
    route: '/2/table',
    query: 'range=365&by=day&size=1000',
  },
  { label: 'repositories, a page', action: 'repositories', route: '/2', query: 'size=100' },
  { label: 'tenants, the largest page', action: 'tenants', route: '', query: 'limit=300' },
];

/** A list of objects with the same keys as one object of lists, each key once; and so on within. */
function toColumns(value: unknown): unknown {
  if (Array.isArray(value)) return isTable(value) ? toColumns(joined(value)) : value.map(toColumns);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, toColumns(one)]));
}

type Row = Record<string, unknown>;

function isTable(values: unknown[]): values is Row[] {
  const shapes = values.map((one) =>
    one && typeof one === 'object' && !Array.isArray(one) ? Object.keys(one).join() : '',
  );
  return values.length > 0 && shapes[0] !== '' && new Set(shapes).size === 1;
}

function joined(rows: Row[]): Row {
  const [first = {}] = rows;
  return Object.fromEntries(Object.keys(first).map((key) => [key, rows.map((row) => row[key])]));
}

/** How large the largest answers are, and how large they would be with columns in place of lists of objects. */
export async function benchAnswers(): Promise<void> {
  const { installation, close } = await openBenchInstallation();
  const { url } = installation.database;
  await addTenants(url, 5000);
  await fillDays(url, { tenantId: 2, repositories: REPOSITORIES, days: 5 * YEAR, today: TODAY });
  const client = new pg.Client(url);
  await client.connect();
  await client.query(
    `insert into repository_fact (tenant_id, repository_id, fact_date, stars, forks, subscribers, open_issues)
     select 2, 1, $1::date - d, 3000 - d, 400 - d / 10, 80, d % 30 from generate_series(0, $2::int - 1) d`,
    [TODAY, 5 * YEAR],
  );
  await client.end();
  const token = await installation.identity.issueToken('ada@example.com', { expiresIn: 3600 });
  const rows: (string | number)[][] = [];
  for (const { label, action: name, route, query } of CASES) {
    const parameters = { ...installation.parameters, NOW: `${TODAY}T12:00:00Z` };
    const action = await openWarmAction(name, parameters, token);
    const { text } = await action.ask(route, query);
    await action.close();
    const columns = JSON.stringify(toColumns(JSON.parse(text)));
    const [before, after] = [text, columns].map((one) => Buffer.byteLength(one));
    const [beforeZipped, afterZipped] = [text, columns].map((one) => gzipSync(one).length);
    rows.push([
      label,
      kilo(before),
      kilo(after),
      round((after ?? 0) / (before ?? 1), 2),
      kilo(beforeZipped),
      kilo(afterZipped),
    ]);
  }
  await close();
  printTable(
    'answers: the largest, as they are and with each key once (kB), and both compressed',
    ['answer', 'now', 'columns', '× now', 'now, gzip', 'columns, gzip'],
    rows,
  );
}

const kilo = (bytes = 0) => round(bytes / 1000);
