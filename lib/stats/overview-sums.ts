import { type RawBuilder, sql } from 'kysely';
import type { TenantAccess } from '../access.ts';
import type { Range } from '../answers/figures.ts';
import type { Overview, OverviewRepository } from '../answers/stats.ts';
import { addDays, commonDays, type Day, type DaySpan, toDayNumber } from '../day.ts';
import type { Db } from '../db/database.ts';
import { sqlGivesTraffic } from '../repositories/repository.ts';
import { METRICS, maxOf, plus } from '../traffic/figures.ts';
import { FINAL_STATES, type MissingSpans } from '../traffic/window.ts';
import { bucketOf, bucketSpan, wholeWeeks } from './buckets.ts';
import type { Spans } from './range.ts';
import { bucketColumn, coverage, type Span, selectNamedDays } from './scope.ts';
import { addSums, emptySums, type Sums } from './totals.ts';

/** A range with its buckets and the spans that are compared, as of today. */
export interface Calendar {
  range: Range;
  buckets: Day[];
  spans: Spans;
  today: Day;
}

/** The sums of one repository, or of several, in a range. */
export interface RangeSums {
  /** The whole range. */
  total: Sums;
  /** The two spans that are compared. */
  current: Sums;
  previous: Sums;
}

/** A repository, and its days that are lost, or can still come, where nothing is stored. */
interface Counted {
  repositoryId: number;
  missing: MissingSpans;
}

/** The sums of each repository. The database adds up the days: one row per repository and span. */
export async function sumRepositories(
  db: Db,
  access: TenantAccess,
  repositories: readonly Counted[],
  { range, spans, today }: Calendar,
): Promise<Map<number, RangeSums>> {
  if (repositories.length === 0) return new Map();
  const sumOf = (from: Day, to: Day) => sumSpan(db, access, repositories, { from, to, today });
  const current = await sumOf(spans.from, spans.to);
  const rest = await sumOf(addDays(spans.to, 1), range.to);
  const previous = await sumOf(spans.previousFrom, spans.previousTo);
  const weeks = await readLargestWeeks(db, access, range);
  const toRangeSums = (repositoryId: number): RangeSums => {
    const own = { current: current(repositoryId), previous: previous(repositoryId) };
    const total = emptySums();
    addSums(total, own.current);
    addSums(total, rest(repositoryId));
    const week = weeks.get(repositoryId);
    total.viewUniquesLower = maxOf(total.viewUniquesLower, week?.viewUniques ?? null);
    total.cloneUniquesLower = maxOf(total.cloneUniquesLower, week?.cloneUniques ?? null);
    return { total, ...own };
  };
  return new Map(repositories.map(({ repositoryId }) => [repositoryId, toRangeSums(repositoryId)]));
}

/** The sums of several repositories together. */
export function addUp(all: Iterable<RangeSums>): RangeSums {
  const sums: RangeSums = { total: emptySums(), current: emptySums(), previous: emptySums() };
  for (const { total, current, previous } of all) {
    addSums(sums.total, total);
    addSums(sums.current, current);
    addSums(sums.previous, previous);
  }
  return sums;
}

/** The figures of all repositories together, with one place per bucket. Uniques are sums of days, an upper bound. */
export async function sumBuckets(
  db: Db,
  access: TenantAccess,
  repositories: readonly Counted[],
  { range, buckets, today }: Calendar,
): Promise<Overview['series']> {
  const series = emptySeries(buckets.length);
  const lost = countDays(
    repositories.map(({ missing }) => missing.lost),
    range,
  );
  const coming = countDays(
    repositories.map(({ missing }) => missing.coming),
    range,
  );
  for (const [place, bucket] of buckets.entries()) {
    series.lostDays[place] = lost(bucketSpan(bucket, range));
    series.pendingDays[place] = coming(bucketSpan(bucket, range));
  }
  const places = new Map(buckets.map((bucket, place) => [bucket, place]));
  for (const day of repositories.length > 0 ? await readDays(db, access, range, today) : []) {
    const place = places.get(bucketOf(day.date, range.by)) ?? 0;
    for (const metric of METRICS) addFigure(series[metric], place, day[metric]);
    addCount(series.provisionalDays, place, day.openDays);
    addCount(series.suspectDays, place, day.suspectDays);
    addCount(series.lostDays, place, -day.coveredDays);
    addCount(series.pendingDays, place, -day.shownDays);
  }
  return series;
}

/** The views and clones of some repositories, one figure per bucket. */
export async function readSparklines(
  db: Db,
  { tenantId }: TenantAccess,
  repositoryIds: readonly number[],
  { range, buckets }: Calendar,
): Promise<Map<number, Pick<OverviewRepository, 'viewCount' | 'cloneCount'>>> {
  const lines = new Map(
    repositoryIds.map((repositoryId) => [
      repositoryId,
      { viewCount: toUnknown(buckets.length), cloneCount: toUnknown(buckets.length) },
    ]),
  );
  if (repositoryIds.length === 0) return lines;
  const places = new Map(buckets.map((bucket, place) => [bucket, place]));
  const days = db
    .selectFrom('trafficDay as d')
    .select(['d.repositoryId', bucketColumn(range.by).as('bucket'), 'd.viewCount', 'd.cloneCount'])
    .where('d.tenantId', '=', tenantId)
    .where('d.repositoryId', 'in', repositoryIds)
    .where('d.trafficDate', '>=', range.from)
    .where('d.trafficDate', '<=', range.to);
  const rows = await db
    .selectFrom(days.as('g'))
    .select(({ fn }) => [
      'g.repositoryId',
      'g.bucket',
      fn.sum<number | null>('g.viewCount').as('viewCount'),
      fn.sum<number | null>('g.cloneCount').as('cloneCount'),
    ])
    .groupBy(['g.repositoryId', 'g.bucket'])
    .execute();
  for (const { repositoryId, bucket, viewCount, cloneCount } of rows) {
    const line = lines.get(repositoryId);
    const place = places.get(bucket);
    if (!line || place === undefined) continue;
    line.viewCount[place] = viewCount;
    line.cloneCount[place] = cloneCount;
  }
  return lines;
}

interface SpanRequest extends Span {
  today: Day;
}

/** Looks up the sums of a repository in a span. Days since its first covered one that are not stored may be lost. */
async function sumSpan(
  db: Db,
  access: TenantAccess,
  repositories: readonly Counted[],
  { from, to, today }: SpanRequest,
): Promise<(repositoryId: number) => Sums> {
  const span: DaySpan = [toDayNumber(from), toDayNumber(to)];
  const sums = new Map<number, Sums>();
  for (const { repositoryId, missing } of repositories)
    sums.set(repositoryId, { ...emptySums(), lostDays: commonDays(span, missing.lost) });
  for (const stored of from <= to ? await readSpan(db, access, { from, to, today }) : []) {
    const { repositoryId, coveredDays, ...figures } = stored;
    const own = sums.get(repositoryId);
    if (own) addSums(own, { ...figures, lostDays: -coveredDays });
  }
  return (repositoryId) => sums.get(repositoryId) ?? emptySums();
}

const countIf = (condition: RawBuilder<unknown>) => sql<number>`count(case when ${condition} then 1 end)`;
const isFinal = sql`d.state in (${sql.join(FINAL_STATES)})`;

function readSpan(db: Db, access: TenantAccess, request: SpanRequest) {
  return selectNamedDays(db, access, request)
    .select(({ fn }) => [
      'd.repositoryId',
      fn.sum<number | null>('d.viewCount').as('viewCount'),
      fn.max('d.viewUniques').as('viewUniquesLower'),
      fn.sum<number | null>('d.viewUniques').as('viewUniquesUpper'),
      fn.sum<number | null>('d.cloneCount').as('cloneCount'),
      fn.max('d.cloneUniques').as('cloneUniquesLower'),
      fn.sum<number | null>('d.cloneUniques').as('cloneUniquesUpper'),
      fn.countAll<number>().as('knownDays'),
      countIf(sql`${isFinal} and d.view_count is not null and d.clone_count is not null`).as('finalDays'),
      countIf(coverage(request.today).isCovered).as('coveredDays'),
    ])
    .groupBy('d.repositoryId')
    .execute();
}

function readDays(db: Db, access: TenantAccess, range: Range, today: Day) {
  const { isCovered, isShown } = coverage(today);
  return selectNamedDays(db, access, range)
    .select('d.trafficDate as date')
    .select(({ fn }) => METRICS.map((metric) => fn.sum<number | null>(`d.${metric}`).as(metric)))
    .select([
      countIf(sql`not ${isFinal}`).as('openDays'),
      countIf(sql`d.state = 'suspect'`).as('suspectDays'),
      countIf(isCovered).as('coveredDays'),
      countIf(sql`${isShown} and ${sqlGivesTraffic}`).as('shownDays'),
    ])
    .groupBy('d.trafficDate')
    .execute();
}

/** Each repository's largest week by GitHub's own count: a better lower bound of the range's uniques than any day. */
async function readLargestWeeks(db: Db, { tenantId, repositoryIds }: TenantAccess, range: Range) {
  const weeks = wholeWeeks(range);
  const query = db
    .selectFrom('trafficWeek')
    .select(({ fn }) => [
      'repositoryId',
      fn.max('viewUniques').as('viewUniques'),
      fn.max('cloneUniques').as('cloneUniques'),
    ])
    .where('tenantId', '=', tenantId)
    .where('weekStart', '>=', weeks.from)
    .where('weekStart', '<=', weeks.to)
    .$if(repositoryIds !== null, (query) => query.where('repositoryId', 'in', repositoryIds ?? []))
    .groupBy('repositoryId');
  const rows = weeks.to < weeks.from ? [] : await query.execute();
  return new Map(rows.map((week) => [week.repositoryId, week]));
}

/**
 * Counts the days of several spans that lie in a range. The answer takes some days of the range and says how many days
 * the spans have there, all together. It takes time for each span once, however many days are asked about.
 */
function countDays(spans: readonly DaySpan[], { from, to }: Range): (days: DaySpan) => number {
  const first = toDayNumber(from);
  const last = toDayNumber(to);
  const changes = new Array<number>(last - first + 2).fill(0);
  for (const span of spans) {
    const begin = Math.max(span[0], first);
    const end = Math.min(span[1], last);
    if (end < begin) continue;
    addCount(changes, begin - first, 1);
    addCount(changes, end - first + 1, -1);
  }
  const until = [0];
  let open = 0;
  let total = 0;
  for (const change of changes) {
    open += change;
    total += open;
    until.push(total);
  }
  return ([begin, end]) => (until[end - first + 1] ?? 0) - (until[begin - first] ?? 0);
}

const toUnknown = (buckets: number) => new Array<number | null>(buckets).fill(null);
const toNone = (buckets: number) => new Array<number>(buckets).fill(0);

function emptySeries(buckets: number): Overview['series'] {
  return {
    viewCount: toUnknown(buckets),
    viewUniques: toUnknown(buckets),
    cloneCount: toUnknown(buckets),
    cloneUniques: toUnknown(buckets),
    lostDays: toNone(buckets),
    provisionalDays: toNone(buckets),
    suspectDays: toNone(buckets),
    pendingDays: toNone(buckets),
  };
}

function addFigure(figures: (number | null)[], place: number, figure: number | null): void {
  figures[place] = plus(figures[place] ?? null, figure);
}

function addCount(counts: number[], place: number, days: number): void {
  counts[place] = (counts[place] ?? 0) + days;
}
