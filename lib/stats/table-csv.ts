import * as z from 'zod';
import type { TenantAccess } from '../access.ts';
import { cutToFit } from '../answer.ts';
import type { Range } from '../answers/figures.ts';
import { joinCsvLines, toCsv, toCsvLine } from '../csv.ts';
import { parseCursor, toCursor } from '../cursor.ts';
import type { Day } from '../day.ts';
import type { Db } from '../db/database.ts';
import { METRICS } from '../traffic/figures.ts';
import { bucketDays } from './buckets.ts';
import type { TableScope } from './scope.ts';
import { readRepositorySums, readSteps, readTrafficSums } from './sums.ts';
import { cursorAfter, readPageSize, readRows, requireWhole, type TableRow } from './table.ts';

/** A CSV file of a table, or one page of it. */
export interface TableCsv {
  name: string;
  text: string;
  /** The rows of all pages; null on later pages than the first. */
  total: number | null;
  /** Null on the last page. */
  nextCursor: string | null;
}

interface CsvRequest extends TableScope {
  /** Where the page begins; empty for the first page. Without it, the file must hold all rows. */
  cursor?: string | undefined;
}

/** The columns of the daily table of https://github.com/IBM-Cloud/github-traffic-stats. */
const SEED_COLUMNS = [
  'RID',
  'ORGNAME',
  'REPONAME',
  'TDATE',
  'VIEWCOUNT',
  'VUNIQUES',
  'CLONECOUNT',
  'CUNIQUES',
];
const COLUMNS = [
  'repositoryId',
  'owner',
  'name',
  'date',
  ...METRICS,
  'state',
  'uniquesExact',
  'firstDate',
  'lastDate',
];
const MAX_ROWS = 10_000;
/** What a row's columns usually take, without the repository's name. */
const ROW_BYTES = { seed: 45, all: 75, steps: 60 };

/**
 * A row per repository and bucket, with all columns or with those of the seed. Throws what `toRange` throws, and
 * `answer_too_large`.
 */
export async function toTableCsv(
  db: Db,
  access: TenantAccess,
  { cursor, columns, ...scope }: CsvRequest & { columns: 'all' | 'seed' },
  now: Date,
): Promise<TableCsv> {
  const isWhole = cursor === undefined;
  const size = isWhole ? MAX_ROWS : await readPageSize(db, access, ROW_BYTES[columns], MAX_ROWS);
  const table = await readRows(db, access, { ...scope, cursor, size }, now);
  const lines = table.rows.map(openLines(columns, table.range));
  const header = toCsvLine(columns === 'seed' ? SEED_COLUMNS : COLUMNS);
  const { text, count } = cutToFit(lines, (shown) => joinCsvLines([header, ...shown]));
  if (isWhole) requireWhole({ rows: table.rows.slice(0, count), total: table.total });
  return {
    name: `traffic-${access.tenantId}-${table.range.by}-${spanName(table.range)}`,
    text,
    total: table.total,
    nextCursor: count < table.rows.length ? cursorAfter(table.rows[count - 1]) : table.nextCursor,
  };
}

/** The days of a file, for its name. */
export const spanName = ({ from, to }: Pick<Range, 'from' | 'to'>) => `${from}-to-${to}`;

/**
 * Writes the table's lines. A file can have hundreds of thousands, so only free text is checked by the rules for CSV text, once
 * for each repository.
 */
function openLines(columns: 'all' | 'seed', range: Range): (row: TableRow) => string {
  const repositories = new Map<number, string>();
  const repositoryOf = ({ repositoryId, owner, name }: TableRow) => {
    const known = repositories.get(repositoryId);
    if (known !== undefined) return known;
    const cells = toCsvLine([repositoryId, owner, name]);
    repositories.set(repositoryId, cells);
    return cells;
  };
  const spans = new Map<Day, string>();
  const spanOf = (date: Day) => {
    const known = spans.get(date);
    if (known !== undefined) return known;
    const { from, to } = bucketDays(date, range);
    const cells = `${from},${to}`;
    spans.set(date, cells);
    return cells;
  };
  return (row) => {
    const { date, viewCount, viewUniques, cloneCount, cloneUniques, state, uniquesExact } = row;
    const figures = `${viewCount ?? ''},${viewUniques ?? ''},${cloneCount ?? ''},${cloneUniques ?? ''}`;
    const line = `${repositoryOf(row)},${date},${figures}`;
    return columns === 'seed' ? line : `${line},${state},${uniquesExact},${spanOf(date)}`;
  };
}

/** A row per bucket, of all repositories together, so that the columns for one are empty. Throws what `toRange` throws. */
export async function toTrafficSumsCsv(
  db: Db,
  access: TenantAccess,
  scope: TableScope,
  now: Date,
): Promise<TableCsv> {
  const { range, rows } = await readTrafficSums(db, access, scope, now);
  const cells = rows.map((row) => [null, null, null, row.date, ...METRICS.map((metric) => row[metric])]);
  return {
    name: `traffic-${access.tenantId}-${range.by}-sums`,
    text: toCsv(SEED_COLUMNS, cells),
    total: rows.length,
    nextCursor: null,
  };
}

/** The rows of `readRepositorySums`. Throws what `toRange` throws, and `answer_too_large`. */
export async function toRepositorySumsCsv(
  db: Db,
  access: TenantAccess,
  { cursor, ...scope }: CsvRequest,
  now: Date,
): Promise<TableCsv> {
  const { rows } = await readRepositorySums(db, access, scope, now);
  return toSumsCsv(db, access, rows, cursor);
}

/** The rows of `readSteps`. Throws what `toRange` throws, and `answer_too_large`. */
export async function toStepsCsv(
  db: Db,
  access: TenantAccess,
  { cursor, ...request }: Parameters<typeof readSteps>[2] & CsvRequest,
  now: Date,
): Promise<TableCsv> {
  const { rows } = await readSteps(db, access, { ...request, by: undefined }, now);
  return toSumsCsv(db, access, rows, cursor);
}

type Sum = Awaited<ReturnType<typeof readSteps>>['rows'][number];

/** These rows are few, so that a cursor may count them. */
const toSumPosition = () => z.tuple([z.int()]).transform(([count]) => count);

async function toSumsCsv(
  db: Db,
  access: TenantAccess,
  rows: readonly Sum[],
  cursor: string | undefined,
): Promise<TableCsv> {
  const size = await readPageSize(db, access, ROW_BYTES.steps, MAX_ROWS);
  const position = parseCursor(cursor, toSumPosition);
  const start = position ?? 0;
  const toCells = (row: Sum) => [
    row.repositoryId,
    row.owner,
    row.name,
    row.date,
    ...METRICS.map((metric) => row[metric]),
    row.step,
    row.end,
  ];
  const { text, count } = cutToFit(rows.slice(start, start + size), (shown) =>
    toCsv([...SEED_COLUMNS, 'STEP', 'TEND'], shown.map(toCells)),
  );
  if (cursor === undefined) requireWhole({ rows: rows.slice(0, count), total: rows.length });
  return {
    name: `traffic-${access.tenantId}-sums`,
    text,
    total: position === null ? rows.length : null,
    nextCursor: start + count < rows.length ? toCursor([start + count]) : null,
  };
}
