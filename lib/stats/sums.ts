import { sql } from 'kysely';
import type { TenantAccess } from '../access.ts';
import type { Bucket, Range } from '../answers/figures.ts';
import { addDays, type Day } from '../day.ts';
import type { Db } from '../db/database.ts';
import { METRICS } from '../traffic/figures.ts';
import { bucketDays, wholeWeeks } from './buckets.ts';
import { readNames, selectDays, type TableScope, toScope } from './scope.ts';

/** Figures of several days. Uniques are GitHub's own for a whole week if known, else a sum of days: an upper bound. */
interface Sum {
  /** Null, with null names: all repositories that are not named, together. */
  repositoryId: number | null;
  owner: string | null;
  name: string | null;
  /** The first day, and the day after the last one. The range may cut its first and last week or month. */
  date: Day;
  end: Day;
  /** What the row covers: a day, week or month, or the whole range. */
  step: Bucket | 'range';
  viewCount: number | null;
  viewUniques: number | null;
  cloneCount: number | null;
  cloneUniques: number | null;
}

interface StepsRequest extends TableScope {
  by?: undefined;
  /** How many repositories to name by views, and how many by clones. */
  top: number;
  /** The shortest step; a day by default. */
  least?: 'week' | undefined;
}

/**
 * The figures of all repositories in scope together, newest bucket first, for buckets that have any; uniques are sums of
 * days, an upper bound. Throws what `toRange` throws.
 */
export async function readTrafficSums(db: Db, access: TenantAccess, request: TableScope, now: Date) {
  const { range, sought } = await toScope(db, access, request, now);
  if (sought?.length === 0) return { range, rows: [] };
  const days = selectFigures(db, { tenantId: access.tenantId, repositoryIds: sought }, range);
  const rows = await db
    .selectFrom(days.as('g'))
    .select('g.bucket as date')
    .select(({ fn }) => METRICS.map((metric) => fn.sum<number | null>(`g.${metric}`).as(metric)))
    .groupBy('g.bucket')
    .orderBy('g.bucket', 'desc')
    .execute();
  return { range, rows };
}

/**
 * The range in steps that suit its length: days up to 92 days, weeks up to two years, then months. It has a row for each
 * repository with the most views or clones, and one for all others together. Newest step first. Throws what `toRange`
 * throws.
 */
export async function readSteps(
  db: Db,
  access: TenantAccess,
  request: StepsRequest,
  now: Date,
): Promise<{ range: Range; rows: Sum[] }> {
  const scope = await toScope(db, access, request, now);
  const by: Bucket = scope.range.by === 'day' ? (request.least ?? 'day') : scope.range.by;
  const range: Range = { ...scope.range, by };
  if (scope.sought?.length === 0) return { range, rows: [] };
  const asked = { tenantId: access.tenantId, repositoryIds: scope.sought };
  const named = await listTop(db, asked, range, request.top);
  const isNamed = named.length > 0 ? sql`g.repository_id in (${sql.join(named)})` : sql`1 = 0`;
  const steps = db
    .selectFrom(selectBuckets(db, asked, range).as('g'))
    .select(['g.bucket', ...METRICS.map((metric) => `g.${metric}` as const)])
    .select(sql<number | null>`case when ${isNamed} then g.repository_id end`.as('repositoryId'));
  const rows = await db
    .selectFrom(steps.as('h'))
    .select(['h.bucket', 'h.repositoryId'])
    .select(({ fn }) => METRICS.map((metric) => fn.sum<number | null>(`h.${metric}`).as(metric)))
    .groupBy(['h.bucket', 'h.repositoryId'])
    .orderBy('h.bucket', 'desc')
    .orderBy('h.repositoryId')
    .execute();
  const names = await readNames(db, { ...access, repositoryIds: null });
  const toSum = ({ bucket, ...row }: (typeof rows)[number]): Sum => {
    const { from, to } = bucketDays(bucket, range);
    const name = names.get(row.repositoryId) ?? { owner: null, name: null };
    return { ...row, ...name, date: from, end: addDays(to, 1), step: by };
  };
  return { range, rows: rows.map(toSum) };
}

/** The whole range summed up, one row for each repository in scope that has a day in it. Throws what `toRange` throws. */
export async function readRepositorySums(
  db: Db,
  access: TenantAccess,
  request: TableScope,
  now: Date,
): Promise<{ range: Range; rows: Sum[] }> {
  const scope = await toScope(db, access, request, now);
  const range: Range = { ...scope.range, by: 'week' };
  if (scope.sought?.length === 0) return { range, rows: [] };
  const weeks = selectBuckets(db, { tenantId: access.tenantId, repositoryIds: scope.sought }, range);
  const rows = await db
    .selectFrom(weeks.as('g'))
    .select('g.repositoryId')
    .select(({ fn }) => METRICS.map((metric) => fn.sum<number | null>(`g.${metric}`).as(metric)))
    .groupBy('g.repositoryId')
    .orderBy('g.repositoryId')
    .execute();
  const names = await readNames(db, { ...access, repositoryIds: null });
  const span = { date: range.from, end: addDays(range.to, 1), step: 'range' as const };
  const toSum = (row: (typeof rows)[number]): Sum => ({
    ...row,
    ...span,
    owner: null,
    name: null,
    ...names.get(row.repositoryId),
  });
  return { range, rows: rows.map(toSum) };
}

const selectFigures = (db: Db, access: TenantAccess, range: Range) =>
  selectDays(db, access, range).select(METRICS.map((metric) => `d.${metric}` as const));

/** A span without any week: a day or a month has no weekly uniques. */
const NO_WEEKS = { from: '9999-12-31', to: '1970-01-01' };

/** A row per repository and bucket. */
function selectBuckets(db: Db, access: TenantAccess, range: Range) {
  const sums = db
    .selectFrom(selectFigures(db, access, range).as('e'))
    .select(['e.repositoryId', 'e.bucket'])
    .select(({ fn }) => METRICS.map((metric) => fn.sum<number | null>(`e.${metric}`).as(metric)))
    .groupBy(['e.repositoryId', 'e.bucket']);
  const weeks = range.by === 'week' ? wholeWeeks(range) : NO_WEEKS;
  return db
    .selectFrom(sums.as('f'))
    .leftJoin('trafficWeek as w', (join) =>
      join
        .on('w.tenantId', '=', access.tenantId)
        .onRef('w.repositoryId', '=', 'f.repositoryId')
        .onRef('w.weekStart', '=', 'f.bucket')
        .on('w.weekStart', '>=', weeks.from)
        .on('w.weekStart', '<=', weeks.to),
    )
    .select(['f.repositoryId', 'f.bucket', 'f.viewCount', 'f.cloneCount'])
    .select(({ fn }) => [
      fn.coalesce('w.viewUniques', 'f.viewUniques').as('viewUniques'),
      fn.coalesce('w.cloneUniques', 'f.cloneUniques').as('cloneUniques'),
    ]);
}

/** The repositories with the most views, and those with the most clones. */
async function listTop(db: Db, access: TenantAccess, range: Range, top: number): Promise<number[]> {
  const rows = await db
    .selectFrom(selectFigures(db, access, range).as('g'))
    .select('g.repositoryId')
    .select(({ fn }) => [
      fn.sum<number | null>('g.viewCount').as('viewCount'),
      fn.sum<number | null>('g.cloneCount').as('cloneCount'),
    ])
    .groupBy('g.repositoryId')
    .orderBy('g.repositoryId')
    .execute();
  const first = (figure: 'viewCount' | 'cloneCount') =>
    rows.toSorted((one, other) => (other[figure] ?? 0) - (one[figure] ?? 0)).slice(0, top);
  return [
    ...new Set([...first('viewCount'), ...first('cloneCount')].map(({ repositoryId }) => repositoryId)),
  ];
}
