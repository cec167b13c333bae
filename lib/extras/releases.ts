import { sql, type Transaction } from 'kysely';
import type { TenantAccess } from '../access.ts';
import type { Range } from '../answers/figures.ts';
import type { ReleaseDownloads, ShownAsset } from '../answers/stats.ts';
import { addDays, type Day, startOf, toDay } from '../day.ts';
import type { Db } from '../db/database.ts';
import { given, isImported, mergeRows } from '../db/portable.ts';
import { type Tables, widthOf } from '../db/tables.ts';
import { Failure } from '../failure.ts';
import type { PublishedRelease, ReleaseAsset, Releases } from '../github/releases.ts';
import type { Instant } from '../instant.ts';
import { bucketOf, bucketsOf } from '../stats/buckets.ts';
import { inScope } from '../stats/scope.ts';
import { toStorable } from '../storable.ts';
import type { RepositoryKey } from '../traffic/tables.ts';
import {
  type Extra,
  type ExtraFound,
  type ExtraState,
  isTriedToday,
  toExtraFailure,
  toStanding,
} from './extra.ts';

const SHOWN_ASSETS = 200;
const SHOWN_GAPS = 50;

/** The downloads of a repository's releases per bucket of a range; null if releases were never tried. */
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
    complete: states.every(({ kind, nextPage }) => kind !== 'releases' || nextPage === null),
    ...(await readDownloadSeries(db, key, standing, range)),
    assetCount: sums.assetCount,
    downloadCount: sums.downloadCount ?? 0,
    assets: await listReleaseAssets(db, key, range, SHOWN_ASSETS),
  };
}

/** The downloads per bucket of a range; unknown where they were not read. */
export async function readDownloadSeries(
  db: Db,
  key: RepositoryKey,
  { readAt }: { readAt: Instant | null },
  range: Range,
) {
  const readings = await listReadings(db, { tenantId: key.tenantId, repositoryIds: [key.repositoryId] }, [
    range,
  ]);
  return toDownloadSeries(range, readings, {
    first: await findFirstReading(db, key),
    last: readAt && toDay(new Date(readAt)),
  });
}

/** The files of the newest releases, at most `limit`, with the downloads that happened for certain within the range. */
export async function listReleaseAssets(
  db: Db,
  key: RepositoryKey,
  range: Range,
  limit: number,
): Promise<ShownAsset[]> {
  const rows = await db
    .selectFrom('releaseAsset as a')
    .select(['a.assetId', 'a.tag', 'a.releaseName', 'a.assetName', 'a.publishedAt', 'a.removedDate'])
    .select('a.downloadCount')
    // Not a join: without statistics of a table that was just filled, a database sums all up once per file.
    .select((eb) =>
      eb
        .selectFrom('releaseDownload as d')
        .select(({ fn }) => fn.sum<number | null>('d.gained').as('gained'))
        .whereRef('d.tenantId', '=', 'a.tenantId')
        .whereRef('d.repositoryId', '=', 'a.repositoryId')
        .whereRef('d.assetId', '=', 'a.assetId')
        .where('d.sinceDate', '>=', addDays(range.from, -1))
        .where('d.downloadDate', '<=', range.to)
        .as('gained'),
    )
    .where('a.tenantId', '=', key.tenantId)
    .where('a.repositoryId', '=', key.repositoryId)
    .orderBy('a.publishedAt', 'desc')
    .orderBy('a.tag')
    .orderBy('a.assetName')
    .orderBy('a.assetId')
    .limit(limit)
    .execute();
  return rows.map((row) => ({ ...row, gained: row.gained ?? 0 }));
}

/** The newest releases of the repositories in scope that were published in a span, and how many there are. */
export async function listReleases(
  db: Db,
  { tenantId, repositoryIds }: TenantAccess,
  { from, to, limit }: { from: Day; to: Day; limit: number },
): Promise<{ rows: (PublishedRelease & { repositoryId: number })[]; count: number }> {
  if (repositoryIds?.length === 0) return { rows: [], count: 0 };
  const rows = await db
    .selectFrom('publishedRelease')
    .select(['repositoryId', 'releaseId', 'tag', 'releaseName', 'publishedAt'])
    .select(sql<number>`count(*) over ()`.as('count'))
    .where('tenantId', '=', tenantId)
    .$if(repositoryIds !== null, (query) => query.where('repositoryId', 'in', repositoryIds ?? []))
    .where('publishedAt', '>=', startOf(from).toISOString())
    .where('publishedAt', '<', startOf(addDays(to, 1)).toISOString())
    .orderBy('publishedAt', 'desc')
    .orderBy('repositoryId')
    .orderBy('releaseId')
    .limit(limit)
    .execute();
  return { rows, count: rows[0]?.count ?? 0 };
}

/** The downloads between two readings. */
export interface DownloadReading {
  sinceDate: Day;
  downloadDate: Day;
  gained: number;
}

/** The readings of repositories in scope whose days overlap one of the spans, newest first, those of the same days as one. */
export async function listReadings(
  db: Db,
  access: TenantAccess,
  spans: readonly Pick<Range, 'from' | 'to'>[],
): Promise<DownloadReading[]> {
  const rows = await db
    .selectFrom('releaseDownload')
    .select(({ fn }) => ['sinceDate', 'downloadDate', fn.sum<number>('gained').as('gained')])
    .where(inScope(access))
    .where(({ eb, and, or }) =>
      or(spans.map(({ from, to }) => and([eb('sinceDate', '<', to), eb('downloadDate', '>=', from)]))),
    )
    .groupBy(['sinceDate', 'downloadDate'])
    .orderBy('downloadDate', 'desc')
    .execute();
  return rows.map(({ sinceDate, ...row }) => ({ ...row, sinceDate: sinceDate ?? row.downloadDate }));
}

/** Whether the days of a reading overlap the span, as in {@link listReadings}. */
export const overlaps =
  ({ from, to }: Pick<Range, 'from' | 'to'>) =>
  ({ sinceDate, downloadDate }: DownloadReading): boolean =>
    sinceDate < to && downloadDate >= from;

/**
 * The downloads on a day of repositories in scope together; null if they are not known for this day alone: not read, or read
 * only together with other days.
 */
export async function sumDownloads(
  db: Db,
  { tenantId, repositoryIds }: TenantAccess,
  day: Day,
): Promise<number | null> {
  if (repositoryIds?.length === 0) return null;
  const row = await db
    .selectFrom('releaseDownload')
    .select(({ fn }) => fn.sum<number | null>('gained').as('gained'))
    .where('tenantId', '=', tenantId)
    .where('sinceDate', '=', addDays(day, -1))
    .where('downloadDate', '=', day)
    .$if(repositoryIds !== null, (query) => query.where('repositoryId', 'in', repositoryIds ?? []))
    .executeTakeFirst();
  return row?.gained ?? null;
}

/** The downloads ever of each repository in scope, of all its release files together. One without any is left out. */
export async function sumDownloadsOfEach(
  db: Db,
  { tenantId, repositoryIds }: TenantAccess,
): Promise<Map<number, number>> {
  if (repositoryIds?.length === 0) return new Map();
  const rows = await db
    .selectFrom('releaseAsset')
    .select(({ fn }) => ['repositoryId', fn.sum<number>('downloadCount').as('total')])
    .where('tenantId', '=', tenantId)
    .$if(repositoryIds !== null, (query) => query.where('repositoryId', 'in', repositoryIds ?? []))
    .groupBy('repositoryId')
    .execute();
  return new Map(rows.map(({ repositoryId, total }) => [repositoryId, total]));
}

/** The day from which downloads are known. */
async function findFirstReading(db: Db, key: RepositoryKey): Promise<Day | null> {
  const row = await db
    .selectFrom('releaseDownload')
    .select(sql<Day | null>`min(coalesce(since_date, download_date))`.as('first'))
    .where('tenantId', '=', key.tenantId)
    .where('repositoryId', '=', key.repositoryId)
    .executeTakeFirst();
  return row?.first ?? null;
}

/**
 * Downloads per bucket. A reading counts in the bucket that holds all its days. If it spans several, nobody knows how to
 * spread it: it goes to `unspread`, and its buckets are marked.
 */
export function toDownloadSeries(
  range: Range,
  readings: readonly DownloadReading[],
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
      if (endOf(at) >= from && bucket <= downloadDate) spreadUnknown[at] = true;
    }
  }
  const known = downloads.map((count, place) => (spreadUnknown[place] && count === 0 ? null : count));
  return { downloads: known, spreadUnknown, unspread: unspread.slice(0, SHOWN_GAPS) };
}

/** Reads the downloads of release files once a day, and stores those that changed. */
export const releaseExtra: Extra<Releases> = {
  kind: 'releases',

  isDue: (_subject, state, now) => !isTriedToday(state, now),

  async read({ github, now, memory }, subject) {
    const found = await github
      .getReleases(subject.githubId, memory)
      .catch((error: unknown) => toExtraFailure('releases', error));
    if (found instanceof Failure)
      return {
        kind: 'releases',
        requestCount: memory.counted,
        state: {},
        failure: found,
        found: null,
      };
    return {
      kind: 'releases',
      requestCount: memory.counted,
      failure: null,
      state: { readAt: now.toISOString(), nextPage: found.complete ? null : 1 },
      found,
    };
  },

  save: saveReleases,
};

interface StoredAsset {
  assetId: number;
  downloadCount: number;
  removedDate: Day | null;
}

interface Download {
  assetId: number;
  sinceDate: Day | null;
  gained: number | null;
  downloadCount: number;
}

async function saveReleases(trx: Transaction<Tables>, all: readonly ExtraFound<Releases>[]): Promise<void> {
  const readBefore = await listReadBefore(trx, all);
  const stored = await listStoredAssets(trx, all);
  const changes = all.flatMap(({ tenantId, repositoryId, found: { assets, complete }, now }) => {
    const today = toDay(now);
    const before = readBefore.get(repositoryId) ?? null;
    // Another run has read them today.
    if (before !== null && toDay(new Date(before)) >= today) return [];
    const own = stored.filter((asset) => asset.repositoryId === repositoryId);
    const storedOf = new Map(own.map((asset) => [asset.assetId, asset]));
    const changed = assets.filter((asset) => isChanged(asset, storedOf.get(asset.assetId)));
    const downloads = changed.flatMap((asset) => toDownload(asset, storedOf.get(asset.assetId), before));
    const found = new Set(assets.map(({ assetId }) => assetId));
    const gone = own.filter(({ assetId, removedDate }) => removedDate === null && !found.has(assetId));
    return [{ key: { tenantId, repositoryId }, today, changed, downloads, gone: complete ? gone : [] }];
  });
  await saveAssets(
    trx,
    changes.flatMap(({ key, changed }) => changed.map((asset) => ({ ...asset, ...key }))),
  );
  await saveDownloads(
    trx,
    changes.flatMap(({ key, today, downloads }) =>
      downloads.map((download) => ({ ...download, ...key, downloadDate: today })),
    ),
  );
  for (const { key, gone, today } of changes) await markRemoved(trx, key, gone, today);
  await savePublished(trx, all);
}

/** Stores the releases that are not stored yet. One that is deleted at GitHub was published all the same. */
async function savePublished(trx: Transaction<Tables>, all: readonly ExtraFound<Releases>[]): Promise<void> {
  const { tenantId, repositoryIds } = toIds(all);
  const stored = await trx
    .selectFrom('publishedRelease')
    .select(['repositoryId', 'releaseId'])
    .where('tenantId', '=', tenantId)
    .where('repositoryId', 'in', repositoryIds)
    .execute();
  const isStored = new Set(stored.map(({ repositoryId, releaseId }) => `${repositoryId} ${releaseId}`));
  const rows = all.flatMap(({ repositoryId, found: { assets, empty } }) => {
    const releases = new Map([...assets, ...empty].map((release) => [release.releaseId, release]));
    return [...releases.values()]
      .filter(({ releaseId }) => !isStored.has(`${repositoryId} ${releaseId}`))
      .map(({ releaseId, tag, releaseName, publishedAt }) => ({
        tenantId,
        repositoryId,
        releaseId,
        tag: toStorable(tag, widthOf('publishedRelease', 'tag')),
        releaseName: toStorable(releaseName, widthOf('publishedRelease', 'releaseName')),
        publishedAt,
      }));
  });
  const columns = ['tag', 'releaseName', 'publishedAt', 'importId'] as const;
  await mergeRows(
    trx,
    {
      into: 'publishedRelease',
      key: ['tenantId', 'repositoryId', 'releaseId'],
      onlyIf: isImported,
      update: Object.fromEntries(columns.map((column) => [column, given(column)])),
    },
    rows,
  );
}

function toIds(all: readonly RepositoryKey[]) {
  return { tenantId: all[0]?.tenantId ?? 0, repositoryIds: all.map(({ repositoryId }) => repositoryId) };
}

/** When the releases of repositories were last read. */
async function listReadBefore(db: Db, all: readonly RepositoryKey[]): Promise<Map<number, Instant | null>> {
  const { tenantId, repositoryIds } = toIds(all);
  const rows = await db
    .selectFrom('repositoryExtra')
    .select(['repositoryId', 'readAt'])
    .where('tenantId', '=', tenantId)
    .where('repositoryId', 'in', repositoryIds)
    .where('kind', '=', 'releases')
    .execute();
  return new Map(rows.map(({ repositoryId, readAt }) => [repositoryId, readAt]));
}

function listStoredAssets(db: Db, all: readonly RepositoryKey[]) {
  const { tenantId, repositoryIds } = toIds(all);
  return db
    .selectFrom('releaseAsset')
    .select(['repositoryId', 'assetId', 'downloadCount', 'removedDate'])
    .where('tenantId', '=', tenantId)
    .where('repositoryId', 'in', repositoryIds)
    .where('importId', 'is', null)
    .execute();
}

function isChanged(asset: ReleaseAsset, stored: StoredAsset | undefined): boolean {
  return !stored || stored.removedDate !== null || stored.downloadCount !== asset.downloadCount;
}

/** The downloads since the reading before; null for a file older than the first reading. */
function toDownload(
  { assetId, createdAt, downloadCount }: ReleaseAsset,
  stored: StoredAsset | undefined,
  before: Instant | null,
): Download[] {
  const sinceDate = before === null ? null : toDay(new Date(before));
  if (stored) {
    const gained = Math.max(0, downloadCount - stored.downloadCount);
    return downloadCount === stored.downloadCount ? [] : [{ assetId, sinceDate, gained, downloadCount }];
  }
  const isNew = before !== null && createdAt > before;
  if (!isNew) return [{ assetId, sinceDate: null, gained: null, downloadCount }];
  return downloadCount === 0 ? [] : [{ assetId, sinceDate, gained: downloadCount, downloadCount }];
}

async function saveAssets(
  trx: Transaction<Tables>,
  assets: readonly (ReleaseAsset & RepositoryKey)[],
): Promise<void> {
  const changing = [
    'tag',
    'releaseName',
    'assetName',
    'sizeBytes',
    'publishedAt',
    'releaseId',
    'createdAt',
    'downloadCount',
    'removedDate',
    'importId',
  ] as const;
  await mergeRows(
    trx,
    {
      into: 'releaseAsset',
      key: ['tenantId', 'repositoryId', 'assetId'],
      update: Object.fromEntries(changing.map((column) => [column, given(column)])),
    },
    assets.map((asset) => ({
      ...asset,
      removedDate: null,
      tag: toStorable(asset.tag, widthOf('releaseAsset', 'tag')),
      releaseName: toStorable(asset.releaseName, widthOf('releaseAsset', 'releaseName')),
      assetName: toStorable(asset.assetName, widthOf('releaseAsset', 'assetName')),
    })),
  );
}

async function saveDownloads(
  trx: Transaction<Tables>,
  downloads: readonly (Download & RepositoryKey & { downloadDate: Day })[],
): Promise<void> {
  await mergeRows(
    trx,
    {
      into: 'releaseDownload',
      key: ['tenantId', 'repositoryId', 'assetId', 'downloadDate'],
      onlyIf: isImported,
      update: Object.fromEntries(
        (['sinceDate', 'gained', 'downloadCount', 'importId'] as const).map((column) => [
          column,
          given(column),
        ]),
      ),
    },
    [...downloads],
  );
}

async function markRemoved(
  trx: Transaction<Tables>,
  { tenantId, repositoryId }: RepositoryKey,
  gone: readonly StoredAsset[],
  removedDate: Day,
): Promise<void> {
  for (let start = 0; start < gone.length; start += 1000) {
    const ids = gone.slice(start, start + 1000).map(({ assetId }) => assetId);
    await trx
      .updateTable('releaseAsset')
      .set({ removedDate })
      .where('tenantId', '=', tenantId)
      .where('repositoryId', '=', repositoryId)
      .where('assetId', 'in', ids)
      .execute();
  }
}
