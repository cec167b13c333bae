import type { TenantAccess } from '../access.ts';
import type { Db } from '../db/database.ts';
import type { Calendar } from '../stats/range.ts';
import { selectDays } from '../stats/scope.ts';
import type { Metric } from '../traffic/figures.ts';

/**
 * A figure of some repositories, with one place per bucket of the calendar; null where it is unknown. Uniques are sums of
 * days, an upper bound.
 */
export async function readLines(
  db: Db,
  access: TenantAccess & { repositoryIds: number[] },
  { range, buckets }: Pick<Calendar, 'range' | 'buckets'>,
  metric: Metric,
): Promise<Map<number, (number | null)[]>> {
  const lines = new Map(
    access.repositoryIds.map((id) => [id, new Array<number | null>(buckets.length).fill(null)]),
  );
  if (lines.size === 0) return lines;
  const places = new Map(buckets.map((bucket, place) => [bucket, place]));
  const rows = await db
    .selectFrom(selectDays(db, access, range).select(`d.${metric} as figure`).as('g'))
    .select(({ fn }) => ['g.repositoryId', 'g.bucket', fn.sum<number | null>('g.figure').as('value')])
    .groupBy(['g.repositoryId', 'g.bucket'])
    .execute();
  for (const { repositoryId, bucket, value } of rows) {
    const line = lines.get(repositoryId);
    const place = places.get(bucket);
    if (line && place !== undefined) line[place] = value;
  }
  return lines;
}
