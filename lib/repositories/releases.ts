import { sql } from 'kysely';
import { addDays, type Day, toDay } from '../day.ts';
import type { Db } from '../db/database.ts';
import type { Instant } from '../instant.ts';
import { bucketOf, bucketsOf, type Range } from '../stats/range.ts';
import type { RepositoryKey } from '../traffic.ts';
import { type ExtraStanding, type ExtraState, toStanding } from './extras.ts';

/** A file of a release; `gained` are the downloads that are known to be of the range. */
export interface ShownAsset {
  assetId: number;
  tag: string;
  releaseName: string;
  assetName: string;
  publishedAt: Instant;
  removedDate: Day | null;
  downloadCount: number;
  gained: number;
}

/** The downloads of a repository's releases in a range. */
export interface ReleaseDownloads extends ExtraStanding {
  /** What was counted from one reading to the next, in the bucket of the later one; null where nothing is known. */
  downloads: (number | null)[];
  /** True where readings are missing: what was downloaded meanwhile is in `unspread`, not in `downloads`. */
  spreadUnknown: boolean[];
  /** Downloads of days between two readings that are in more than one bucket, newest first. */
  unspread: { from: Day; to: Day; count: number }[];
  assetCount: number;
  /** Of all files that are known, since they were uploaded. */
  downloadCount: number;
  /** The newest releases' files. */
  assets: ShownAsset[];
}

const SHOWN_ASSETS = 200;
const SHOWN_GAPS = 50;

/** The downloads of a repository's releases in a range, by its buckets; null: releases were never asked for. */
export async function readReleaseDownloads(
  db: Db,
  key: RepositoryKey,
  states: readonly ExtraState[],
  range: Range,
): Promise<ReleaseDownloads | null> {
  const standing = toStanding(states, 'releases');
  if (!standing) return null;
  const sums = await db
    .selectFrom('releaseAsset')
    .select(({ fn }) => [
      fn.countAll<number>().as('assetCount'),
      fn.sum<number | null>('downloadCount').as('downloadCount'),
    ])
    .where('tenantId', '=', key.tenantId)
    .where('repositoryId', '=', key.repositoryId)
    .executeTakeFirstOrThrow();
  return {
    ...standing,
    ...toSeries(range, await listReadings(db, key, range), {
      first: await findFirstReading(db, key),
      last: standing.readAt && toDay(new Date(standing.readAt)),
    }),
    assetCount: sums.assetCount,
    downloadCount: sums.downloadCount ?? 0,
    assets: await listReleaseAssets(db, key, range, SHOWN_ASSETS),
  };
}

/** The files of the newest releases, with what was downloaded in the range between readings that are within it. */
export async function listReleaseAssets(
  db: Db,
  key: RepositoryKey,
  range: Range,
  most: number,
): Promise<ShownAsset[]> {
  const gained = db
    .selectFrom('releaseDownload')
    .select(({ fn }) => ['assetId', fn.sum<number | null>('gained').as('gained')])
    .where('tenantId', '=', key.tenantId)
    .where('repositoryId', '=', key.repositoryId)
    .where('sinceDate', '>=', addDays(range.from, -1))
    .where('downloadDate', '<=', range.to)
    .groupBy('assetId');
  const rows = await db
    .selectFrom('releaseAsset as a')
    .leftJoin(gained.as('g'), 'g.assetId', 'a.assetId')
    .select(['a.assetId', 'a.tag', 'a.releaseName', 'a.assetName', 'a.publishedAt', 'a.removedDate'])
    .select(['a.downloadCount', 'g.gained'])
    .where('a.tenantId', '=', key.tenantId)
    .where('a.repositoryId', '=', key.repositoryId)
    .orderBy('a.publishedAt', 'desc')
    .orderBy('a.tag')
    .orderBy('a.assetName')
    .orderBy('a.assetId')
    .limit(most)
    .execute();
  return rows.map((row) => ({ ...row, gained: row.gained ?? 0 }));
}

interface Reading {
  sinceDate: Day;
  downloadDate: Day;
  gained: number;
}

/** What was gained from each reading to the next of which a day is in the range. */
async function listReadings(db: Db, key: RepositoryKey, range: Range): Promise<Reading[]> {
  const rows = await db
    .selectFrom('releaseDownload')
    .select(({ fn }) => ['sinceDate', 'downloadDate', fn.sum<number>('gained').as('gained')])
    .where('tenantId', '=', key.tenantId)
    .where('repositoryId', '=', key.repositoryId)
    .where('sinceDate', '<', range.to)
    .where('downloadDate', '>=', range.from)
    .groupBy(['sinceDate', 'downloadDate'])
    .orderBy('downloadDate', 'desc')
    .execute();
  return rows.map(({ sinceDate, ...row }) => ({ ...row, sinceDate: sinceDate ?? row.downloadDate }));
}

/** The first reading that found anything, or the one before it. */
async function findFirstReading(db: Db, key: RepositoryKey): Promise<Day | null> {
  const row = await db
    .selectFrom('releaseDownload')
    .select(sql<Day | null>`min(coalesce(since_date, download_date))`.as('first'))
    .where('tenantId', '=', key.tenantId)
    .where('repositoryId', '=', key.repositoryId)
    .executeTakeFirst();
  return row?.first ?? null;
}

function toSeries(
  range: Range,
  readings: readonly Reading[],
  { first, last }: { first: Day | null; last: Day | null },
) {
  const buckets = bucketsOf(range);
  const places = new Map(buckets.map((bucket, place) => [bucket, place]));
  const endOf = (place: number) => addDays(buckets[place + 1] ?? addDays(range.to, 1), -1);
  const isRead = (bucket: Day, place: number) =>
    first !== null && last !== null && endOf(place) > first && bucket <= last;
  const downloads: (number | null)[] = buckets.map((bucket, place) => (isRead(bucket, place) ? 0 : null));
  const spreadUnknown = buckets.map(() => false);
  const unspread: ReleaseDownloads['unspread'] = [];
  for (const { sinceDate, downloadDate, gained } of readings) {
    if (gained === 0) continue;
    const from = addDays(sinceDate, 1);
    const place = places.get(bucketOf(downloadDate, range.by));
    const isWithin = from >= range.from && downloadDate <= range.to;
    if (place !== undefined && isWithin && bucketOf(from, range.by) === buckets[place]) {
      downloads[place] = (downloads[place] ?? 0) + gained;
      continue;
    }
    unspread.push({ from, to: downloadDate, count: gained });
    for (const [at, bucket] of buckets.entries()) {
      if (endOf(at) < from || bucket > downloadDate) continue;
      spreadUnknown[at] = true;
    }
  }
  const known = downloads.map((count, place) => (spreadUnknown[place] && count === 0 ? null : count));
  return { downloads: known, spreadUnknown, unspread: unspread.slice(0, SHOWN_GAPS) };
}
