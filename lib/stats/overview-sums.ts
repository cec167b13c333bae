import { sql } from 'kysely';
import type { TenantAccess } from '../access.ts';
import type { Range } from '../answers/figures.ts';
import type { Overview, OverviewRepository } from '../answers/stats.ts';
import { addDays, commonDays, type Day, type DaySpan, toDayNumber } from '../day.ts';
import type { Db } from '../db/database.ts';
import { METRICS, maxOf, plus } from '../traffic/figures.ts';
import { FINAL_STATES } from '../traffic/window.ts';
import { bucketOf, bucketSpan, wholeWeeks } from './buckets.ts';
import {
  type Counted,
  commonEdge,
  countByDay,
  countCovered,
  countIf,
  listExceptions,
} from './overview-missing.ts';
import type { Calendar } from './range.ts';
import { bucketColumn, type Span, selectFiguresByDay, selectSpan } from './scope.ts';
import { addSums, emptySums, type Sums } from './totals.ts';

/** The sums of one repository, or of several, in a range. */
export interface RangeSums {
  /** The whole range. */
  total: Sums;
  /** The two spans that are compared. */
  current: Sums;
  previous: Sums;
}

/** The sums of each repository, and what decides whether days that are not stored are lost. */
export interface RepositorySums {
  sums: Map<number, RangeSums>;
  /** See {@link commonEdge}. */
  edge: Day;
  /** The ids of the repositories for which the edge is wrong in the range. */
  exceptions: number[];
}

/** The sums of each repository. The database adds up the days: one row per repository and span. */
export async function sumRepositories(
  db: Db,
  access: TenantAccess,
  repositories: readonly Counted[],
  { range, spans, today }: Calendar,
): Promise<RepositorySums> {
  const edge = commonEdge(repositories);
  if (repositories.length === 0) return { sums: new Map(), edge, exceptions: [] };
  const sumOf = (from: Day, to: Day) => sumSpan(db, access, repositories, { from, to, today, edge });
  // Two at once: a container has two connections.
  const [current, previous] = await Promise.all([
    sumOf(spans.from, spans.to),
    spans.kind === 'none' ? sumOf(spans.to, spans.from) : sumOf(spans.previousFrom, spans.previousTo),
  ]);
  const rest = await sumOf(addDays(spans.to, 1), range.to);
  const weeks = await readLargestWeeks(db, access, range);
  const toRangeSums = (one: Counted): RangeSums => {
    const total = emptySums();
    const own = { total, current: current.toSums(one), previous: previous.toSums(one) };
    addSums(total, own.current);
    addSums(total, rest.toSums(one));
    const week = weeks.get(one.repositoryId);
    total.viewUniquesLower = maxOf(total.viewUniquesLower, week?.viewUniques ?? null);
    total.cloneUniquesLower = maxOf(total.cloneUniquesLower, week?.cloneUniques ?? null);
    return own;
  };
  const sums = new Map(repositories.map((one) => [one.repositoryId, toRangeSums(one)]));
  return { sums, edge, exceptions: [...new Set([...current.exceptions, ...rest.exceptions])] };
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
  { edge, exceptions }: Omit<RepositorySums, 'sums'>,
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
  const placeOf = (date: Day) => places.get(bucketOf(date, range.by)) ?? 0;
  const missingAt = (date: Day) => (date < edge ? series.lostDays : series.pendingDays);
  for (const day of repositories.length > 0 ? await readDays(db, access, range) : []) {
    const place = placeOf(day.date);
    for (const metric of METRICS) addFigure(series[metric], place, day[metric]);
    addCount(series.provisionalDays, place, day.openDays);
    addCount(series.suspectDays, place, day.suspectDays);
    addCount(missingAt(day.date), place, -day.knownDays);
  }
  for (const day of await countByDay(db, toAccess(access, exceptions), range, today)) {
    const place = placeOf(day.date);
    addCount(missingAt(day.date), place, day.knownDays);
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
  edge: Day;
}

/** The sums of repositories in a span, one by one. Days since the first covered one that are not stored may be lost. */
async function sumSpan(
  db: Db,
  access: TenantAccess,
  repositories: readonly Counted[],
  { from, to, today, edge }: SpanRequest,
) {
  const rows = from <= to ? await readSpan(db, access, { from, to }, edge) : [];
  const exceptions = listExceptions(repositories, rows, edge);
  const covered = await countCovered(db, toAccess(access, exceptions), { from, to }, today);
  const stored = new Map(rows.map((row) => [row.repositoryId, row]));
  const days: DaySpan = [toDayNumber(from), toDayNumber(to)];
  const toSums = ({ repositoryId, missing }: Counted): Sums => {
    const missingDays = commonDays(days, missing.lost);
    const row = stored.get(repositoryId);
    if (!row) return { ...emptySums(), lostDays: missingDays };
    return {
      viewCount: row.viewCount,
      viewUniquesLower: row.viewUniquesLower,
      viewUniquesUpper: row.viewUniquesUpper,
      cloneCount: row.cloneCount,
      cloneUniquesLower: row.cloneUniquesLower,
      cloneUniquesUpper: row.cloneUniquesUpper,
      knownDays: row.knownDays,
      lostDays: missingDays - (covered.get(repositoryId) ?? row.daysBeforeEdge),
      finalDays: row.finalDays,
    };
  };
  return { toSums, exceptions };
}

const toAccess = ({ tenantId }: TenantAccess, repositoryIds: number[]): TenantAccess => ({
  tenantId,
  repositoryIds,
});

const isFinal = sql`d.state in (${sql.join(FINAL_STATES)})`;

function readSpan(db: Db, access: TenantAccess, span: Span, edge: Day) {
  return selectSpan(db, access, span)
    .select(({ fn }) => [
      'd.repositoryId',
      fn.sum<number | null>('d.viewCount').as('viewCount'),
      fn.max('d.viewUniques').as('viewUniquesLower'),
      fn.sum<number | null>('d.viewUniques').as('viewUniquesUpper'),
      fn.sum<number | null>('d.cloneCount').as('cloneCount'),
      fn.max('d.cloneUniques').as('cloneUniquesLower'),
      fn.sum<number | null>('d.cloneUniques').as('cloneUniquesUpper'),
      fn.countAll<number>().as('knownDays'),
      fn.min('d.trafficDate').as('firstDate'),
      fn.max('d.trafficDate').as('lastDate'),
      countIf(sql`d.traffic_date < ${edge}`).as('daysBeforeEdge'),
      countIf(sql`${isFinal} and d.view_count is not null and d.clone_count is not null`).as('finalDays'),
    ])
    .groupBy('d.repositoryId')
    .execute();
}

function readDays(db: Db, access: TenantAccess, range: Range) {
  return selectFiguresByDay(db, access, range)
    .select(({ fn }) => fn.countAll<number>().as('knownDays'))
    .select([
      countIf(sql`not ${isFinal}`).as('openDays'),
      countIf(sql`d.state = 'suspect'`).as('suspectDays'),
    ])
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
