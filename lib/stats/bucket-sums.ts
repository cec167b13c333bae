import { sql } from 'kysely';
import type { TenantAccess } from '../access.ts';
import type { Range } from '../answers/figures.ts';
import type { Day } from '../day.ts';
import type { Db } from '../db/database.ts';
import { rememberedFrom } from '../traffic/window.ts';
import { wholeWeeks } from './buckets.ts';
import type { Spans } from './range.ts';
import { bucketOf } from './scope.ts';

/** A range with its buckets and the spans that are compared, as of today. */
export interface Calendar {
  range: Range;
  buckets: Day[];
  spans: Spans;
  today: Day;
}

/** Before the range, in it up to the last settled day, and after that; the same again for days GitHub remembers. */
export const PARTS = ['previous', 'current', 'rest'] as const;

interface BucketKey {
  repositoryId: number;
  /** First day of the bucket; null before the range. */
  bucket: Day | null;
  /** A place in PARTS, and so many more for days that GitHub still remembers. */
  part: number;
}

/** The stored days of one repository in one bucket and part, summed. */
export interface BucketSums extends BucketKey {
  viewCount: number | null;
  viewUniques: number | null;
  viewUniquesMost: number | null;
  cloneCount: number | null;
  cloneUniques: number | null;
  cloneUniquesMost: number | null;
  days: number;
  provisionalDays: number;
  /** Days with an unknown figure, or provisional ones. */
  openDays: number;
}

/** Stored days before any run covered the repository. */
export interface EarlyDays extends BucketKey {
  days: number;
}

/** The days in scope, keyed before they are grouped, so that the databases read each of them once. */
function selectDays(db: Db, { tenantId, repositoryIds }: TenantAccess, { range, spans, today }: Calendar) {
  return db
    .selectFrom('trafficDay as d')
    .select([
      'd.repositoryId',
      sql<Day | null>`case when d.traffic_date >= ${range.from} then ${bucketOf(range.by)} end`.as('bucket'),
      sql<number>`case when d.traffic_date < ${range.from} then 0 when d.traffic_date <= ${spans.to} then 1 else 2 end + case when d.traffic_date >= ${rememberedFrom(today)} then 3 else 0 end`.as(
        'part',
      ),
    ])
    .where('d.tenantId', '=', tenantId)
    .where('d.trafficDate', '>=', spans.previousFrom)
    .where('d.trafficDate', '<=', range.to)
    .$if(repositoryIds !== null, (query) => query.where('d.repositoryId', 'in', repositoryIds ?? []));
}

/** The figures in scope by repository, bucket and part. */
export async function readBucketSums(
  db: Db,
  access: TenantAccess,
  calendar: Calendar,
): Promise<BucketSums[]> {
  const days = selectDays(db, access, calendar)
    .select(['d.viewCount', 'd.viewUniques', 'd.cloneCount', 'd.cloneUniques'])
    .select([
      sql<number>`case when d.state = 'provisional' then 1 else 0 end`.as('isProvisional'),
      sql<number>`case when d.state = 'provisional' or d.view_count is null or d.clone_count is null then 1 else 0 end`.as(
        'isOpen',
      ),
    ]);
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
      fn.sum<number>('g.isProvisional').as('provisionalDays'),
      fn.sum<number>('g.isOpen').as('openDays'),
    ])
    .groupBy(['g.repositoryId', 'g.bucket', 'g.part'])
    .execute();
}

/** How many days are stored from before the first covered one: imported, or of an old window. Mostly none. */
export async function readEarlyDays(db: Db, access: TenantAccess, calendar: Calendar): Promise<EarlyDays[]> {
  const days = selectDays(db, access, calendar).innerJoin('repository as r', (join) =>
    join
      .onRef('r.tenantId', '=', 'd.tenantId')
      .onRef('r.repositoryId', '=', 'd.repositoryId')
      .onRef('r.firstCoveredDate', '>', 'd.trafficDate'),
  );
  return db
    .selectFrom(days.as('g'))
    .select(({ fn }) => ['g.repositoryId', 'g.bucket', 'g.part', fn.countAll<number>().as('days')])
    .groupBy(['g.repositoryId', 'g.bucket', 'g.part'])
    .execute();
}

/** The largest of GitHub's own weeks of a repository that lie wholly in the range. */
export interface LargestWeeks {
  repositoryId: number;
  viewUniques: number | null;
  cloneUniques: number | null;
}

/** A week's own uniques are a better lower bound of the range's than any of its days'. */
export async function readLargestWeeks(
  db: Db,
  { tenantId, repositoryIds }: TenantAccess,
  { range }: Calendar,
): Promise<LargestWeeks[]> {
  const weeks = wholeWeeks(range);
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
