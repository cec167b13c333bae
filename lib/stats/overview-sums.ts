import { sql } from 'kysely';
import type { TenantAccess } from '../access.ts';
import type { Range } from '../answers/figures.ts';
import type { Overview } from '../answers/stats.ts';
import { commonDays, type Day, type DaySpan, toDayNumber } from '../day.ts';
import type { Db } from '../db/database.ts';
import { METRICS, maxOf } from '../traffic/figures.ts';
import { FINAL_STATES, missingSpans, rememberedFrom, type Standpoint } from '../traffic/window.ts';
import { bucketSpan, wholeWeeks } from './buckets.ts';
import type { Spans } from './range.ts';
import { bucketColumn } from './scope.ts';
import { addSums, emptySums, SUM_OF, type Sums } from './totals.ts';

/** A range with its buckets and the spans that are compared, as of today. */
export interface Calendar {
  range: Range;
  buckets: Day[];
  spans: Spans;
  today: Day;
}

/** The sums of one repository, or of several, in a range; a series has one place per bucket. */
export interface RangeSums {
  /** The whole range. */
  total: Sums;
  /** The two spans that are compared. */
  current: Sums;
  previous: Sums;
  series: Overview['series'];
}

/**
 * Sums each repository's days by bucket, in one pass over the stored ones. It begins as if nothing were stored, so that
 * every day since the first covered one counts as lost, or as pending while GitHub can still show it; each stored day then
 * takes its own place in those counts back.
 */
export async function sumRepositories(
  db: Db,
  access: TenantAccess,
  repositories: readonly ({ repositoryId: number } & Pick<
    Standpoint,
    'firstCoveredDate' | 'forgottenBefore'
  >)[],
  calendar: Calendar,
): Promise<Map<number, RangeSums>> {
  if (repositories.length === 0) return new Map();
  const parts = new Map(repositories.map((row) => [row.repositoryId, toMissing(row, calendar)]));
  const places = new Map<Day | null, number>(calendar.buckets.map((bucket, place) => [bucket, place]));
  for (const row of await readStoredDays(db, access, calendar)) {
    const own = parts.get(row.repositoryId);
    if (own) addStoredDays(own, row, places.get(row.bucket));
  }
  for (const row of await readEarlyDays(db, access, calendar)) {
    const own = parts.get(row.repositoryId);
    if (own) addMissingDays(own, row, places.get(row.bucket));
  }
  const sums = new Map([...parts].map(([repositoryId, own]) => [repositoryId, toRangeSums(own)]));
  for (const week of await readLargestWeeks(db, access, calendar.range)) {
    const total = sums.get(week.repositoryId)?.total;
    if (!total) continue;
    total.viewUniquesLower = maxOf(total.viewUniquesLower, week.viewUniques);
    total.cloneUniquesLower = maxOf(total.cloneUniquesLower, week.cloneUniques);
  }
  return sums;
}

/** The sums of no repository at all, for `addRangeSums` to change. */
export function emptyRangeSums(buckets: number): RangeSums {
  return {
    total: emptySums(),
    current: emptySums(),
    previous: emptySums(),
    series: {
      viewCount: new Array<number | null>(buckets).fill(null),
      viewUniques: new Array<number | null>(buckets).fill(null),
      cloneCount: new Array<number | null>(buckets).fill(null),
      cloneUniques: new Array<number | null>(buckets).fill(null),
      lostDays: new Array<number>(buckets).fill(0),
      provisionalDays: new Array<number>(buckets).fill(0),
      pendingDays: new Array<number>(buckets).fill(0),
    },
  };
}

/** Adds one repository's sums to those of several. */
export function addRangeSums(sums: RangeSums, more: RangeSums): void {
  addSums(sums.total, more.total);
  addSums(sums.current, more.current);
  addSums(sums.previous, more.previous);
  for (const metric of METRICS)
    for (const [place, figure] of more.series[metric].entries())
      addFigure(sums.series[metric], place, figure);
  for (const count of ['lostDays', 'provisionalDays', 'pendingDays'] as const)
    for (const [place, days] of more.series[count].entries()) addCount(sums.series[count], place, days);
}

/** The days before the range, the days in it that have settled, and the rest of it. Statements number them. */
const PARTS = ['previous', 'current', 'rest'] as const;

type PartSums = Pick<RangeSums, 'series'> & { [part in (typeof PARTS)[number]]: Sums };

interface BucketKey {
  repositoryId: number;
  /** First day of the bucket; null before the range. */
  bucket: Day | null;
  /** A place in PARTS. */
  part: number;
}

/** How many days more, or fewer, are lost, or can still come, than was counted so far. */
interface MissingDays {
  lostDays: number;
  pendingDays: number;
}

/** One repository's days in a bucket and part that have nothing stored. */
function toMissing(
  row: Pick<Standpoint, 'firstCoveredDate' | 'forgottenBefore'>,
  { range, buckets, spans, today }: Calendar,
): PartSums {
  const { lost, coming } = missingSpans(row, today);
  const lostSums = (days: DaySpan): Sums => ({ ...emptySums(), lostDays: commonDays(days, lost) });
  const { series } = emptyRangeSums(buckets.length);
  series.lostDays = buckets.map((bucket) => commonDays(bucketSpan(bucket, range), lost));
  series.pendingDays = buckets.map((bucket) => commonDays(bucketSpan(bucket, range), coming));
  return {
    previous: lostSums([toDayNumber(spans.previousFrom), toDayNumber(spans.previousTo)]),
    current: lostSums([toDayNumber(spans.from), toDayNumber(spans.to)]),
    rest: lostSums([toDayNumber(spans.to) + 1, toDayNumber(range.to)]),
    series,
  };
}

function addStoredDays(own: PartSums, row: StoredDays, place: number | undefined): void {
  addSums(own[PARTS[row.part] ?? 'rest'], row);
  if (place === undefined) return;
  for (const metric of METRICS) addFigure(own.series[metric], place, row[SUM_OF[metric]]);
  addCount(own.series.lostDays, place, row.lostDays);
  addCount(own.series.pendingDays, place, row.pendingDays);
  addCount(own.series.provisionalDays, place, row.provisionalDays);
}

function addMissingDays(own: PartSums, row: BucketKey & MissingDays, place: number | undefined): void {
  own[PARTS[row.part] ?? 'rest'].lostDays += row.lostDays;
  if (place === undefined) return;
  addCount(own.series.lostDays, place, row.lostDays);
  addCount(own.series.pendingDays, place, row.pendingDays);
}

function toRangeSums({ previous, current, rest, series }: PartSums): RangeSums {
  const total = emptySums();
  addSums(total, current);
  addSums(total, rest);
  return { total, current, previous, series };
}

function addFigure(figures: (number | null)[], place: number, figure: number | null): void {
  if (figure !== null) figures[place] = (figures[place] ?? 0) + figure;
}

function addCount(counts: number[], place: number, days: number): void {
  counts[place] = (counts[place] ?? 0) + days;
}

/** The stored days of one repository in one bucket and part, summed; `Sums` is the shape, so that they can be added. */
type StoredDays = BucketKey & Sums & MissingDays & { provisionalDays: number };

/** The stored days in scope with their bucket and part, before they are grouped, so that the database reads each once. */
function selectKeyedDays(
  db: Db,
  { tenantId, repositoryIds }: TenantAccess,
  { range, spans, today }: Calendar,
) {
  return db
    .selectFrom('trafficDay as d')
    .innerJoin('repository as r', (join) =>
      join.onRef('r.tenantId', '=', 'd.tenantId').onRef('r.repositoryId', '=', 'd.repositoryId'),
    )
    .select([
      'd.repositoryId',
      sql<Day | null>`case when d.traffic_date >= ${range.from} then ${bucketColumn(range.by)} end`.as(
        'bucket',
      ),
      sql<number>`case when d.traffic_date < ${range.from} then 0 when d.traffic_date <= ${spans.to} then 1 else 2 end`.as(
        'part',
      ),
      sql<number>`case when d.traffic_date < coalesce(r.forgotten_before, ${rememberedFrom(today)}) then 1 else 0 end`.as(
        'isForgotten',
      ),
    ])
    .where('d.tenantId', '=', tenantId)
    .where('d.trafficDate', '>=', spans.previousFrom)
    .where('d.trafficDate', '<=', range.to)
    .$if(repositoryIds !== null, (query) => query.where('d.repositoryId', 'in', repositoryIds ?? []));
}

async function readStoredDays(db: Db, access: TenantAccess, calendar: Calendar): Promise<StoredDays[]> {
  const days = selectKeyedDays(db, access, calendar).select([
    'd.viewCount',
    'd.viewUniques',
    'd.cloneCount',
    'd.cloneUniques',
    sql<number>`case when d.state in (${sql.join(FINAL_STATES)}) then 0 else 1 end`.as('isOpen'),
    sql<number>`case when d.state in (${sql.join(FINAL_STATES)}) and d.view_count is not null and d.clone_count is not null then 1 else 0 end`.as(
      'isFinal',
    ),
  ]);
  return db
    .selectFrom(days.as('g'))
    .select(({ fn }) => [
      'g.repositoryId',
      'g.bucket',
      'g.part',
      fn.sum<number | null>('g.viewCount').as('viewCount'),
      fn.max('g.viewUniques').as('viewUniquesLower'),
      fn.sum<number | null>('g.viewUniques').as('viewUniquesUpper'),
      fn.sum<number | null>('g.cloneCount').as('cloneCount'),
      fn.max('g.cloneUniques').as('cloneUniquesLower'),
      fn.sum<number | null>('g.cloneUniques').as('cloneUniquesUpper'),
      fn.countAll<number>().as('knownDays'),
      fn.sum<number>('g.isFinal').as('finalDays'),
      sql<number>`-sum(g.is_forgotten)`.as('lostDays'),
      fn.sum<number>('g.isOpen').as('provisionalDays'),
      sql<number>`sum(g.is_forgotten - 1)`.as('pendingDays'),
    ])
    .groupBy(['g.repositoryId', 'g.bucket', 'g.part'])
    .execute();
}

/**
 * The stored days from before the first covered one, imported or of an old window, which `toMissing` never counted. There
 * are seldom any.
 */
async function readEarlyDays(
  db: Db,
  access: TenantAccess,
  calendar: Calendar,
): Promise<(BucketKey & MissingDays)[]> {
  const days = selectKeyedDays(db, access, calendar).whereRef('r.firstCoveredDate', '>', 'd.trafficDate');
  return db
    .selectFrom(days.as('g'))
    .select(({ fn }) => [
      'g.repositoryId',
      'g.bucket',
      'g.part',
      fn.sum<number>('g.isForgotten').as('lostDays'),
      sql<number>`sum(1 - g.is_forgotten)`.as('pendingDays'),
    ])
    .groupBy(['g.repositoryId', 'g.bucket', 'g.part'])
    .execute();
}

/** Each repository's largest week by GitHub's own count: a better lower bound of the range's uniques than any day. */
async function readLargestWeeks(db: Db, { tenantId, repositoryIds }: TenantAccess, range: Range) {
  const weeks = wholeWeeks(range);
  if (weeks.to < weeks.from) return [];
  return db
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
    .groupBy('repositoryId')
    .execute();
}
