import { sql } from 'kysely';
import type { TenantAccess } from './access.ts';
import { type Day, toDayNumber } from './day.ts';
import type { Db } from './db/database.ts';
import { monthOf, weekOf } from './db/portable.ts';
import { bucketSpan, commonDays, type Range, type Span, type Spans } from './range.ts';
import { addSums, emptySums, type Sums } from './totals.ts';
import { missingSpans, rememberedFrom } from './traffic-day.ts';

/** A range with its buckets and the spans that are compared, as of today. */
export interface Calendar {
  range: Range;
  buckets: Day[];
  spans: Spans;
  today: Day;
}

/** What is known of a repository, or of several, in a range; the columns have one place per bucket. */
export interface RangeSums {
  total: Sums;
  current: Sums;
  previous: Sums;
  viewCount: (number | null)[];
  viewUniques: (number | null)[];
  cloneCount: (number | null)[];
  cloneUniques: (number | null)[];
  lostDays: number[];
  provisionalDays: number[];
}

interface Covered {
  repositoryId: number;
  firstCoveredDate: Day | null;
}

/** Sums each repository's stored days by bucket, in one pass over them. */
export async function sumRepositories(
  db: Db,
  access: TenantAccess,
  repositories: readonly Covered[],
  calendar: Calendar,
): Promise<Map<number, RangeSums>> {
  const spans = toNumbers(calendar);
  const found = new Map(
    repositories.map((one) => [one.repositoryId, sumMissing(one, spans, calendar.today)]),
  );
  const places = new Map(calendar.buckets.map((bucket, place) => [bucket, place]));
  const rows = repositories.length === 0 ? [] : await readSums(db, access, calendar);
  for (const row of rows) {
    const sums = found.get(row.repositoryId);
    if (sums) addRow(sums, row, places);
  }
  return found;
}

/** Adds one repository's sums to those of all. */
export function addRangeSums(sums: RangeSums, more: RangeSums): void {
  addSums(sums.total, more.total);
  addSums(sums.current, more.current);
  addSums(sums.previous, more.previous);
  for (const column of ['viewCount', 'viewUniques', 'cloneCount', 'cloneUniques'] as const)
    for (const [place, figure] of more[column].entries())
      if (figure !== null) sums[column][place] = (sums[column][place] ?? 0) + figure;
  for (const column of ['lostDays', 'provisionalDays'] as const)
    for (const [place, days] of more[column].entries())
      sums[column][place] = (sums[column][place] ?? 0) + days;
}

/** The sums of no repository at all. */
export function emptyRangeSums(buckets: number): RangeSums {
  const unknown = () => new Array<number | null>(buckets).fill(null);
  const none = () => new Array<number>(buckets).fill(0);
  return {
    ...{ total: emptySums(), current: emptySums(), previous: emptySums() },
    ...{ viewCount: unknown(), viewUniques: unknown(), cloneCount: unknown(), cloneUniques: unknown() },
    ...{ lostDays: none(), provisionalDays: none() },
  };
}

interface Numbers {
  range: Span;
  current: Span;
  previous: Span;
  buckets: Span[];
}

function toNumbers({ range, buckets, spans }: Calendar): Numbers {
  const span = (from: Day, to: Day): Span => [toDayNumber(from), toDayNumber(to)];
  return {
    range: span(range.from, range.to),
    current: span(spans.from, spans.to),
    previous: span(spans.previousFrom, spans.previousTo),
    buckets: buckets.map((bucket) => bucketSpan(bucket, range)),
  };
}

/** As if nothing were stored: each day since the first covered one is lost, or provisional while GitHub remembers it. */
function sumMissing({ firstCoveredDate }: Covered, spans: Numbers, today: Day): RangeSums {
  const sums = emptyRangeSums(spans.buckets.length);
  const { lost, provisional } = missingSpans(firstCoveredDate, today);
  sums.lostDays = spans.buckets.map((bucket) => commonDays(bucket, lost));
  sums.provisionalDays = spans.buckets.map((bucket) => commonDays(bucket, provisional));
  sums.total.lostDays = commonDays(spans.range, lost);
  sums.current.lostDays = commonDays(spans.current, lost);
  sums.previous.lostDays = commonDays(spans.previous, lost);
  return sums;
}

/** The stored days of one repository in one bucket and part of the range, summed. */
interface SumRow {
  repositoryId: number;
  /** First day of the bucket; null before the range. */
  bucket: Day | null;
  /** Which of the compared spans; `rest` are the provisional days at the range's end. */
  part: 'previous' | 'current' | 'rest';
  viewCount: number | null;
  viewUniques: number | null;
  viewUniquesMost: number | null;
  cloneCount: number | null;
  cloneUniques: number | null;
  cloneUniquesMost: number | null;
  days: number;
  finalDays: number;
  provisionalDays: number;
  /** Days that would be lost, and that GitHub would still know, were they not stored. */
  coveredDays: number;
  rememberedDays: number;
}

function addRow(sums: RangeSums, row: SumRow, places: Map<Day, number>): void {
  const more: Sums = {
    viewCount: row.viewCount,
    viewUniquesLower: row.viewUniquesMost,
    viewUniquesUpper: row.viewUniques,
    cloneCount: row.cloneCount,
    cloneUniquesLower: row.cloneUniquesMost,
    cloneUniquesUpper: row.cloneUniques,
    knownDays: row.days,
    lostDays: -row.coveredDays,
    finalDays: row.finalDays,
  };
  if (row.part !== 'rest') addSums(sums[row.part], more);
  if (row.part !== 'previous') addSums(sums.total, more);
  const place = row.bucket === null ? undefined : places.get(row.bucket);
  if (place === undefined) return;
  for (const column of ['viewCount', 'viewUniques', 'cloneCount', 'cloneUniques'] as const) {
    const figure = row[column];
    if (figure !== null) sums[column][place] = (sums[column][place] ?? 0) + figure;
  }
  sums.lostDays[place] = (sums.lostDays[place] ?? 0) - row.coveredDays;
  sums.provisionalDays[place] = (sums.provisionalDays[place] ?? 0) + row.provisionalDays - row.rememberedDays;
}

/** The one pass: CASEs before the grouping, so that the databases read each day once. */
async function readSums(db: Db, access: TenantAccess, calendar: Calendar): Promise<SumRow[]> {
  const { range, spans, today } = calendar;
  const { tenantId, repositoryIds } = access;
  const remembered = rememberedFrom(today);
  const flag = (condition: ReturnType<typeof sql>) => sql<number>`case when ${condition} then 1 else 0 end`;
  const bucket = {
    day: sql<Day>`d.traffic_date`,
    week: weekOf('d.trafficDate'),
    month: monthOf('d.trafficDate'),
  };
  const days = db
    .selectFrom('trafficDay as d')
    .innerJoin('repository as r', (join) =>
      join.onRef('r.tenantId', '=', 'd.tenantId').onRef('r.repositoryId', '=', 'd.repositoryId'),
    )
    .select(['d.repositoryId', 'd.viewCount', 'd.viewUniques', 'd.cloneCount', 'd.cloneUniques'])
    .select([
      sql<Day | null>`case when d.traffic_date >= ${range.from} then ${bucket[range.by]} end`.as('bucket'),
      sql<
        SumRow['part']
      >`case when d.traffic_date < ${range.from} then 'previous' when d.traffic_date <= ${spans.to} then 'current' else 'rest' end`.as(
        'part',
      ),
      flag(sql`d.state <> 'provisional' and d.view_count is not null and d.clone_count is not null`).as(
        'isFinal',
      ),
      flag(sql`d.state = 'provisional'`).as('isProvisional'),
      flag(sql`d.traffic_date >= r.first_covered_date and d.traffic_date < ${remembered}`).as('isCovered'),
      flag(sql`d.traffic_date >= r.first_covered_date and d.traffic_date >= ${remembered}`).as(
        'isRemembered',
      ),
    ])
    .where('d.tenantId', '=', tenantId)
    .where('d.trafficDate', '>=', spans.previousFrom)
    .where('d.trafficDate', '<=', range.to)
    .$if(repositoryIds !== null, (query) => query.where('d.repositoryId', 'in', repositoryIds ?? []));
  return db
    .selectFrom(days.as('g'))
    .select(({ fn }) => [
      ...(['g.repositoryId', 'g.bucket', 'g.part'] as const),
      fn.sum<number | null>('g.viewCount').as('viewCount'),
      fn.sum<number | null>('g.viewUniques').as('viewUniques'),
      fn.max('g.viewUniques').as('viewUniquesMost'),
      fn.sum<number | null>('g.cloneCount').as('cloneCount'),
      fn.sum<number | null>('g.cloneUniques').as('cloneUniques'),
      fn.max('g.cloneUniques').as('cloneUniquesMost'),
      fn.countAll<number>().as('days'),
      fn.sum<number>('g.isFinal').as('finalDays'),
      fn.sum<number>('g.isProvisional').as('provisionalDays'),
      fn.sum<number>('g.isCovered').as('coveredDays'),
      fn.sum<number>('g.isRemembered').as('rememberedDays'),
    ])
    .groupBy(['g.repositoryId', 'g.bucket', 'g.part'])
    .execute();
}
