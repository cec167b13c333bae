import { sql } from 'kysely';
import type { TenantAccess } from '../access.ts';
import type { Range } from '../answers/figures.ts';
import type { TrafficTable } from '../answers/stats.ts';
import { commonDays, type Day } from '../day.ts';
import type { Db } from '../db/database.ts';
import { Failure } from '../failure.ts';
import { toFullName } from '../repositories/repository.ts';
import { METRICS } from '../traffic/figures.ts';
import type { TrafficWeek } from '../traffic/week.ts';
import { type DayState, leastCertain, missingSpans, rememberedFrom } from '../traffic/window.ts';
import { bucketSpan, weekLabel, wholeWeeks } from './buckets.ts';
import { selectDays, type TableScope, toScope } from './scope.ts';

/** Which page of which rows; pages count from 1. */
export interface TableRequest extends TableScope {
  page: number;
  size: number;
}

/** One repository in one bucket that has stored days. */
type TableRow = TrafficTable['rows'][number] & { owner: string; name: string };

/** One page of a table. `page.total` counts the rows of all pages. */
interface TablePage extends Omit<TrafficTable, 'rows'> {
  rows: TableRow[];
}

/** Traffic as rows, newest bucket first, then by name. Throws what `toRange` throws. */
export async function readTable(
  db: Db,
  access: TenantAccess,
  request: TableRequest,
  now: Date,
): Promise<TablePage> {
  const { today, range, sought } = await toScope(db, access, request, now);
  const { number, size } = { number: request.page, size: request.size };
  if (sought?.length === 0)
    return { tenantId: access.tenantId, range, rows: [], page: { number, size, total: 0 } };
  const asked = { tenantId: access.tenantId, repositoryIds: sought };
  const total = await countRows(db, asked, range);
  const sums = await readRows(db, asked, range, { today, limit: size, offset: (number - 1) * size });
  const weeks = range.by === 'week' ? await listWholeWeeks(db, asked.tenantId, sums, range) : new Map();
  const rows = sums.map((row) =>
    toTableRow(row, range, today, weeks.get(weekKey(row.repositoryId, row.bucket))),
  );
  return { tenantId: access.tenantId, range, rows, page: { number, size, total } };
}

/** With headers, this stays below the platform's limit for an answer. */
const PAGE_BYTES = 950_000;

/** How many rows fit into an answer, up to `maxRows`, if each takes `rowBytes` and the repository's name. */
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
  return Math.min(maxRows, Math.floor(PAGE_BYTES / (rowBytes + (longest ?? 0))));
}

/** Throws `answer_too_large` if a table has more rows than its page, so no row is dropped silently. */
export function requireWhole({
  page,
  rows,
}: {
  page: Omit<TrafficTable['page'], 'number'>;
  rows: readonly unknown[];
}): void {
  if (rows.length === page.total) return;
  throw new Failure(
    'answer_too_large',
    `These are ${page.total} rows, and one file holds ${page.size}: ask for a shorter range, for longer buckets, or for page=1, page=2 and so on.`,
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

async function readRows(
  db: Db,
  access: TenantAccess,
  range: Range,
  { today, limit, offset }: { today: Day; limit: number; offset: number },
) {
  const flag = (condition: ReturnType<typeof sql>) => sql<number>`case when ${condition} then 1 else 0 end`;
  const shown = sql`coalesce(r.forgotten_before, ${rememberedFrom(today)})`;
  const days = selectDays(db, access, range)
    .innerJoin('repository as r', (join) =>
      join.onRef('r.tenantId', '=', 'd.tenantId').onRef('r.repositoryId', '=', 'd.repositoryId'),
    )
    .select(['r.owner', 'r.name', 'r.firstCoveredDate', 'r.publishedThrough', 'r.forgottenBefore'])
    .select(METRICS.map((metric) => `d.${metric}` as const))
    .select([
      flag(sql`d.state = 'measured'`).as('isMeasured'),
      flag(sql`d.state = 'imported'`).as('isImported'),
      flag(sql`d.state = 'provisional'`).as('isProvisional'),
      flag(sql`d.state = 'cut'`).as('isCut'),
      flag(sql`d.state = 'suspect'`).as('isSuspect'),
      flag(sql`d.traffic_date >= r.first_covered_date and d.traffic_date < ${shown}`).as('isCovered'),
      flag(sql`d.traffic_date >= r.first_covered_date and d.traffic_date >= ${shown}`).as('isShown'),
    ]);
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
    .groupBy([...GROUP])
    .orderBy('g.bucket', 'desc')
    .orderBy('g.owner')
    .orderBy('g.name')
    .limit(limit)
    .offset(offset)
    .execute();
}

type WeekUniques = Pick<TrafficWeek, 'viewUniques' | 'cloneUniques'>;
type SumRow = Awaited<ReturnType<typeof readRows>>[number];

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
    fullName: toFullName(row),
    date: bucket,
    label: range.by === 'week' ? weekLabel(bucket) : range.by === 'month' ? bucket.slice(0, 7) : bucket,
    viewCount: row.viewCount,
    viewUniques: week?.viewUniques ?? row.viewUniques,
    cloneCount: row.cloneCount,
    cloneUniques: week?.cloneUniques ?? row.cloneUniques,
    uniquesExact: range.by === 'day' || week !== undefined,
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
