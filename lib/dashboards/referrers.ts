import type { TenantAccess } from '../access.ts';
import type { WidgetFigures } from '../answers/widgets.ts';
import type { Db } from '../db/database.ts';
import { bucketOf } from '../stats/buckets.ts';
import type { Calendar } from '../stats/range.ts';
import { inScope } from '../stats/scope.ts';
import { maxOf } from '../traffic/figures.ts';

type TopReferrer = Extract<WidgetFigures, { kind: 'referrers' }>['referrers'][number];

/**
 * The referrers of several repositories with the highest peaks in a range. GitHub lists the top ten of each repository, with
 * their views in 14 days; the rest is unknown. Each bucket has the value of its highest day.
 */
export async function readTopReferrers(
  db: Db,
  access: TenantAccess,
  { range, buckets }: Pick<Calendar, 'range' | 'buckets'>,
  count: number,
): Promise<TopReferrer[]> {
  const lists = db
    .selectFrom('referrerSnapshot as s')
    .where(inScope(access))
    .where('s.snapshotDate', '>=', range.from)
    .where('s.snapshotDate', '<=', range.to);
  const daily = lists
    .select(({ fn }) => ['s.referrer', 's.snapshotDate', fn.sum<number>('s.viewCount').as('viewCount')])
    .groupBy(['s.referrer', 's.snapshotDate']);
  const peaks = await db
    .selectFrom(daily.as('d'))
    .select(({ fn }) => ['d.referrer', fn.max('d.viewCount').as('peak')])
    .groupBy('d.referrer')
    .orderBy('peak', 'desc')
    .orderBy('d.referrer')
    .limit(count)
    .execute();
  const names = peaks.map(({ referrer }) => referrer);
  if (names.length === 0) return [];
  const days = await daily.where('s.referrer', 'in', names).orderBy('s.snapshotDate').execute();
  const spread = await lists
    .select(({ fn }) => ['s.referrer', fn.count<number>('s.repositoryId').distinct().as('repositoryCount')])
    .where('s.referrer', 'in', names)
    .groupBy('s.referrer')
    .execute();
  const { newest } = await lists
    .select(({ fn }) => fn.max('s.snapshotDate').as('newest'))
    .executeTakeFirstOrThrow();
  const places = new Map(buckets.map((bucket, place) => [bucket, place]));
  return names.map((referrer) => {
    const own = days.filter((day) => day.referrer === referrer);
    const peak = own.reduce((most, day) => (day.viewCount > most.viewCount ? day : most));
    const values = new Array<number | null>(buckets.length).fill(null);
    for (const { snapshotDate, viewCount } of own) {
      const place = places.get(bucketOf(snapshotDate, range.by));
      if (place !== undefined) values[place] = maxOf(values[place] ?? null, viewCount);
    }
    return {
      referrer,
      peak: peak.viewCount,
      peakDate: peak.snapshotDate,
      viewCount: own.find(({ snapshotDate }) => snapshotDate === newest)?.viewCount ?? null,
      repositoryCount: spread.find((one) => one.referrer === referrer)?.repositoryCount ?? 1,
      values,
    };
  });
}
