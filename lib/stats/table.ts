import { type RawBuilder, sql } from 'kysely';
import * as z from 'zod';
import type { TenantAccess } from '../access.ts';
import { MAX_TEXT_BYTES } from '../answer.ts';
import type { Bucket, Range } from '../answers/figures.ts';
import type { TrafficColumns, TrafficTable } from '../answers/stats.ts';
import { parseCursor, toCursor } from '../cursor.ts';
import { addDays, commonDays, type Day, isDay } from '../day.ts';
import type { Db } from '../db/database.ts';
import { Failure } from '../failure.ts';
import { toFullName } from '../repositories/repository.ts';
import { METRICS } from '../traffic/figures.ts';
import type { TrafficWeek } from '../traffic/week.ts';
import { type DayState, leastCertain, missingSpans } from '../traffic/window.ts';
import { bucketDays, bucketOf, bucketSpan, weekLabel, wholeWeeks } from './buckets.ts';
import {
  bucketColumn,
  coverage,
  readNames,
  type Span,
  selectDays,
  selectNamedDays,
  selectSpan,
  type TableScope,
  toScope,
} from './scope.ts';

/** Which rows, and how many at once. */
export interface TableRequest extends TableScope {
  /** The `nextCursor` of the page before; none, or an empty one, for the first page. */
  cursor?: string | undefined;
  size: number;
}

/** One repository in one bucket that has stored days. */
export type TableRow = Omit<TrafficTable['rows'][number], 'fullName' | 'label'> & {
  owner: string;
  name: string;
};

/** One page of a table. */
interface TablePage extends Omit<TrafficTable, 'rows'> {
  rows: TableRow[];
}

/** The same as `readRows`, as it is answered. */
export async function readTable(
  db: Db,
  access: TenantAccess,
  request: TableRequest,
  now: Date,
): Promise<TrafficTable> {
  const { rows, ...table } = await readRows(db, access, request, now);
  const { by } = table.range;
  const toAnswered = ({ owner, name, ...row }: TableRow) => ({
    ...row,
    fullName: toFullName({ owner, name }),
    label: labelOf(row.date, by),
  });
  return { ...table, rows: rows.map(toAnswered) };
}

function labelOf(bucket: Day, by: Bucket): string {
  if (by === 'day') return bucket;
  return by === 'week' ? weekLabel(bucket) : bucket.slice(0, 7);
}

/**
 * Traffic as rows, newest bucket first, then by name. A page begins after the row that the cursor names, so that a page late
 * in the table costs no more than the first. Throws what `toRange` throws, and `invalid_input` for an unknown cursor.
 */
export async function readRows(
  db: Db,
  access: TenantAccess,
  { cursor, size, ...request }: TableRequest,
  now: Date,
): Promise<TablePage> {
  const { today, range, sought } = await toScope(db, access, request, now);
  const after = parseCursor(cursor, toPosition);
  const { tenantId } = access;
  if (sought?.length === 0) return { tenantId, range, rows: [], total: after ? null : 0, nextCursor: null };
  const asked = { tenantId, repositoryIds: sought };
  const total = after ? null : await countRows(db, asked, range);
  const page = { after, limit: size + 1, today };
  const rows = await readPage(db, asked, range, page);
  const shown = rows.slice(0, size);
  const nextCursor = rows.length > size ? cursorAfter(shown.at(-1)) : null;
  return { tenantId, range, rows: shown, total, nextCursor };
}

/** The page's values, name by name. */
export function toColumns({ rows, ...part }: TrafficTable): TrafficColumns {
  return {
    ...part,
    columns: {
      repositoryId: rows.map((row) => row.repositoryId),
      fullName: rows.map((row) => row.fullName),
      date: rows.map((row) => row.date),
      label: rows.map((row) => row.label),
      viewCount: rows.map((row) => row.viewCount),
      viewUniques: rows.map((row) => row.viewUniques),
      cloneCount: rows.map((row) => row.cloneCount),
      cloneUniques: rows.map((row) => row.cloneUniques),
      uniquesExact: rows.map((row) => row.uniquesExact),
      state: rows.map((row) => row.state),
    },
  };
}

/** Where a page begins: after the row with these values, in the order of the table. */
type Position = Pick<TableRow, 'date' | 'owner' | 'name' | 'repositoryId'>;

const toPosition = () =>
  z
    .tuple([z.string().refine(isDay), z.string(), z.string(), z.int()])
    .transform(([date, owner, name, repositoryId]) => ({ date, owner, name, repositoryId }));
/** The cursor of the page that begins after the row. */
export function cursorAfter(row: Position | undefined): string | null {
  return row ? toCursor([row.date, row.owner, row.name, row.repositoryId]) : null;
}

interface Page {
  after: Position | null;
  limit: number;
  today: Day;
}

/**
 * SQL for what comes after a position, among rows that are no newer. The repositories that come later on its day are found
 * first: a condition on the joined names would look up the repository again for every row.
 */
function isAfter(
  db: Db,
  tenantId: number,
  { date, owner, name, repositoryId }: Position,
  columns: { [key in 'date' | 'repositoryId']: RawBuilder<unknown> },
) {
  const later = db
    .selectFrom('repository as a')
    .select('a.repositoryId')
    .where('a.tenantId', '=', tenantId)
    .where(
      sql<boolean>`(a.owner > ${owner} or (a.owner = ${owner} and (a.name > ${name}
        or (a.name = ${name} and a.repository_id > ${repositoryId}))))`,
    );
  return sql<boolean>`(${columns.date} < ${date} or ${columns.repositoryId} in (${later}))`;
}

/** The place of each repository by its name, so that the days of a page are sorted by numbers. */
function selectPlaces(db: Db, tenantId: number) {
  return db
    .selectFrom('repository')
    .select('repositoryId')
    .select(sql<number>`row_number() over (order by owner, name, repository_id)`.as('place'))
    .where('tenantId', '=', tenantId);
}

/** The names of more repositories are not looked up one by one. */
const MAX_NAMED = 100;

/** Rows by day are the stored days themselves. */
async function readDays(
  db: Db,
  access: TenantAccess,
  span: Span,
  { after, limit }: Page,
): Promise<TableRow[]> {
  const columns = { date: sql.ref('d.trafficDate'), repositoryId: sql.ref('d.repositoryId') };
  const rows = await selectSpan(db, access, span)
    .innerJoin(selectPlaces(db, access.tenantId).as('r'), 'r.repositoryId', 'd.repositoryId')
    .select(['d.repositoryId', 'd.trafficDate as date', 'd.state'])
    .select(METRICS.map((metric) => `d.${metric}` as const))
    .$if(after !== null, (query) => query.where(isAfter(db, access.tenantId, after as Position, columns)))
    .orderBy('d.trafficDate', 'desc')
    .orderBy('r.place')
    .limit(limit)
    .execute();
  // A file has hundreds of thousands of rows: they are not copied, and each name is read once a page.
  const ids = new Set(rows.map(({ repositoryId }) => repositoryId));
  const repositoryIds = ids.size > MAX_NAMED ? access.repositoryIds : [...ids];
  const names = await readNames(db, { tenantId: access.tenantId, repositoryIds });
  const named: TableRow[] = [];
  for (const row of rows) {
    const name = names.get(row.repositoryId);
    // A repository may be deleted between the two statements, with its days.
    if (!name) continue;
    const { owner, name: own } = name;
    named.push(Object.assign(row, { owner, name: own, uniquesExact: true }));
  }
  return named;
}

/** How many rows should fit into an answer, up to `maxRows`, if each takes `rowBytes` and the repository's name. */
export async function readPageSize(
  db: Db,
  { tenantId }: TenantAccess,
  rowBytes: number,
  maxRows: number,
): Promise<number> {
  const { longest } = await db
    .selectFrom('repository')
    .select(sql<number | null>`max(length(owner) + length(name))`.as('longest'))
    .where('tenantId', '=', tenantId)
    .executeTakeFirstOrThrow();
  return Math.min(maxRows, Math.floor(MAX_TEXT_BYTES / (rowBytes + (longest ?? 0))));
}

/** Throws `answer_too_large` if a table has more rows than one file holds, so no row is dropped silently. */
export function requireWhole({ rows, total }: { rows: readonly unknown[]; total: number | null }): void {
  if (rows.length === total) return;
  throw new Failure(
    'answer_too_large',
    `These are ${total} rows, and one file holds ${rows.length}: ask for a shorter range, for longer buckets, or page by page, beginning with an empty cursor.`,
  );
}

async function countRows(db: Db, access: TenantAccess, range: Range): Promise<number> {
  const rows = selectDays(db, access, range);
  const counted = db
    .selectFrom((range.by === 'day' ? rows : rows.distinct()).as('g'))
    .select(({ fn }) => fn.countAll<number>().as('total'));
  const { total } = await counted.executeTakeFirstOrThrow();
  return total;
}

const GROUP = [
  'g.repositoryId',
  'g.owner',
  'g.name',
  'g.firstCoveredDate',
  'g.publishedThrough',
  'g.forgottenBefore',
  'g.bucket',
] as const;

/**
 * Reads only as far back as the page needs. Otherwise the database would sum up, or sort, all that is older: it takes a long
 * history for a short one.
 */
async function readPage(db: Db, access: TenantAccess, range: Range, page: Page): Promise<TableRow[]> {
  const rows: TableRow[] = [];
  let to = page.after ? bucketDays(page.after.date, range).to : range.to;
  // One more, because a page begins within a bucket.
  let count = Math.ceil(page.limit / Math.max(1, await countRepositories(db, access))) + 1;
  while (rows.length < page.limit && to >= range.from) {
    const from = firstOfBuckets(to, count, range);
    const rest = { ...page, limit: page.limit - rows.length };
    const older =
      range.by === 'day'
        ? await readDays(db, access, { from, to }, rest)
        : await readBuckets(db, access, range, { from, to }, rest);
    rows.push(...older);
    to = addDays(from, -1);
    count *= 2;
  }
  return rows;
}

/** Weeks or months of a part of the range. */
async function readBuckets(
  db: Db,
  access: TenantAccess,
  range: Range,
  part: Span,
  page: Page,
): Promise<TableRow[]> {
  const sums = await readSums(db, access, { ...range, ...part }, page);
  const weeks = range.by === 'week' ? await listWholeWeeks(db, access.tenantId, sums, range) : new Map();
  return sums.map((sum) =>
    toTableRow(sum, range, page.today, weeks.get(weekKey(sum.repositoryId, sum.bucket))),
  );
}

/** The first day, in the range, of the oldest of so many buckets of which the newest has the day `to`. */
function firstOfBuckets(to: Day, count: number, range: Range): Day {
  let from = bucketDays(bucketOf(to, range.by), range).from;
  for (let left = count - 1; left > 0 && from > range.from; left -= 1)
    from = bucketDays(bucketOf(addDays(from, -1), range.by), range).from;
  return from;
}

async function countRepositories(db: Db, { tenantId, repositoryIds }: TenantAccess): Promise<number> {
  if (repositoryIds !== null) return repositoryIds.length;
  const { count } = await db
    .selectFrom('repository')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('tenantId', '=', tenantId)
    .executeTakeFirstOrThrow();
  return count;
}

async function readSums(db: Db, access: TenantAccess, range: Range, { after, limit, today }: Page) {
  const flag = (condition: RawBuilder<unknown>) => sql<number>`case when ${condition} then 1 else 0 end`;
  const { isCovered, isShown } = coverage(today);
  const days = selectNamedDays(db, access, range)
    .select(['d.repositoryId', bucketColumn(range.by).as('bucket')])
    .select(['r.owner', 'r.name', 'r.firstCoveredDate', 'r.publishedThrough', 'r.forgottenBefore'])
    .select(METRICS.map((metric) => `d.${metric}` as const))
    .select([
      flag(sql`d.state = 'measured'`).as('isMeasured'),
      flag(sql`d.state = 'imported'`).as('isImported'),
      flag(sql`d.state = 'provisional'`).as('isProvisional'),
      flag(sql`d.state = 'cut'`).as('isCut'),
      flag(sql`d.state = 'suspect'`).as('isSuspect'),
      flag(isCovered).as('isCovered'),
      flag(isShown).as('isShown'),
    ]);
  const columns = { date: sql.ref('g.bucket'), repositoryId: sql.ref('g.repositoryId') };
  return db
    .selectFrom(days.as('g'))
    .select(({ fn }) => [
      ...GROUP,
      fn.sum<number | null>('g.viewCount').as('viewCount'),
      fn.sum<number | null>('g.viewUniques').as('viewUniques'),
      fn.sum<number | null>('g.cloneCount').as('cloneCount'),
      fn.sum<number | null>('g.cloneUniques').as('cloneUniques'),
      fn.countAll<number>().as('days'),
      fn.sum<number>('g.isMeasured').as('measuredDays'),
      fn.sum<number>('g.isImported').as('importedDays'),
      fn.sum<number>('g.isProvisional').as('provisionalDays'),
      fn.sum<number>('g.isCut').as('cutDays'),
      fn.sum<number>('g.isSuspect').as('suspectDays'),
      fn.sum<number>('g.isCovered').as('coveredDays'),
      fn.sum<number>('g.isShown').as('shownDays'),
    ])
    .$if(after !== null, (query) => query.where(isAfter(db, access.tenantId, after as Position, columns)))
    .groupBy([...GROUP])
    .orderBy('g.bucket', 'desc')
    .orderBy('g.owner')
    .orderBy('g.name')
    .orderBy('g.repositoryId')
    .limit(limit)
    .execute();
}

type WeekUniques = Pick<TrafficWeek, 'viewUniques' | 'cloneUniques'>;
type SumRow = Awaited<ReturnType<typeof readSums>>[number];

const weekKey = (repositoryId: number, week: Day) => `${repositoryId} ${week}`;

/** GitHub's own weeks for the rows, if they are whole in the range. */
async function listWholeWeeks(
  db: Db,
  tenantId: number,
  rows: readonly SumRow[],
  range: Range,
): Promise<Map<string, WeekUniques>> {
  if (rows.length === 0) return new Map();
  const whole = wholeWeeks(range);
  const weeks = await db
    .selectFrom('trafficWeek')
    .select(['repositoryId', 'weekStart', 'viewUniques', 'cloneUniques'])
    .where('tenantId', '=', tenantId)
    .where('repositoryId', 'in', [...new Set(rows.map(({ repositoryId }) => repositoryId))])
    .where('weekStart', '>=', whole.from)
    .where('weekStart', '<=', whole.to)
    .execute();
  return new Map(weeks.map((week) => [weekKey(week.repositoryId, week.weekStart), week]));
}

function toTableRow(row: SumRow, range: Range, today: Day, week: WeekUniques | undefined): TableRow {
  const { repositoryId, owner, name, bucket } = row;
  return {
    repositoryId,
    owner,
    name,
    date: bucket,
    viewCount: row.viewCount,
    viewUniques: week?.viewUniques ?? row.viewUniques,
    cloneCount: row.cloneCount,
    cloneUniques: week?.cloneUniques ?? row.cloneUniques,
    uniquesExact: week !== undefined,
    state: stateOf(row, range, today),
  };
}

function stateOf(row: SumRow, range: Range, today: Day): DayState {
  const span = bucketSpan(row.bucket, range);
  const missing = missingSpans(row, today);
  const lost = commonDays(span, missing.lost) - row.coveredDays;
  const pending = commonDays(span, missing.coming) - row.shownDays;
  const before = span[1] - span[0] + 1 - row.days - lost - pending;
  const states: [DayState, number][] = [
    ['lost', lost],
    ['before', before],
    [row.publishedThrough === null ? 'provisional' : 'not_published', pending],
    ['provisional', row.provisionalDays],
    ['cut', row.cutDays],
    ['suspect', row.suspectDays],
    ['imported', row.importedDays],
    ['measured', row.measuredDays],
    [
      'zero',
      row.days - row.importedDays - row.measuredDays - row.provisionalDays - row.cutDays - row.suspectDays,
    ],
  ];
  return leastCertain(new Set(states.filter(([, days]) => days > 0).map(([state]) => state)));
}
