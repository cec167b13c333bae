import type { Transaction } from 'kysely';
import { type Day, toDay } from '../day.ts';
import { given, mergeRows } from '../db/portable.ts';
import type { Tables } from '../db/tables.ts';
import { Failure } from '../failure.ts';
import type { ReleaseAsset, Releases } from '../github/releases.ts';
import type { Instant } from '../instant.ts';
import { type Extra, isTriedToday, listExtraStates } from '../repositories/extras.ts';
import { toStorable } from '../storable.ts';
import type { RepositoryKey } from '../traffic.ts';
import { toRefusal } from './extra-refusal.ts';

/** Characters that the columns hold. */
const MAX_CHARACTERS = 255;

/** The downloads of the files of releases, once a day; only what changed is stored. */
export const releaseExtra: Extra = {
  kind: 'releases',

  isDue: (_subject, state, now) => !isTriedToday(state, now),

  async read({ github, now, memory }, subject) {
    const found = await github
      .getReleases(subject.githubId, memory)
      .catch((error: unknown) => toRefusal('releases', error));
    if (found instanceof Failure)
      return { kind: 'releases', asked: memory.counted, state: {}, failure: found, save: async () => {} };
    return {
      kind: 'releases',
      asked: memory.counted,
      failure: null,
      state: { readAt: now.toISOString() },
      save: (trx) => saveReleases(trx, subject, found, now),
    };
  },
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

async function saveReleases(
  trx: Transaction<Tables>,
  key: RepositoryKey,
  { assets, complete }: Releases,
  now: Date,
): Promise<void> {
  const states = await listExtraStates(trx, key.tenantId, key.repositoryId);
  const before = states.find(({ kind }) => kind === 'releases')?.readAt ?? null;
  // Another run read them today already.
  if (before !== null && toDay(new Date(before)) >= toDay(now)) return;
  const rows = await trx
    .selectFrom('releaseAsset')
    .select(['assetId', 'downloadCount', 'removedDate'])
    .where('tenantId', '=', key.tenantId)
    .where('repositoryId', '=', key.repositoryId)
    .execute();
  const stored = new Map(rows.map((row) => [row.assetId, row]));
  const changed = assets.filter((asset) => isChanged(asset, stored.get(asset.assetId)));
  const downloads = changed.flatMap((asset) => toDownload(asset, stored.get(asset.assetId), before));
  await saveAssets(trx, key, changed);
  await saveDownloads(trx, key, toDay(now), downloads);
  const found = new Set(assets.map(({ assetId }) => assetId));
  const gone = rows.filter(({ assetId, removedDate }) => removedDate === null && !found.has(assetId));
  if (complete) await markRemoved(trx, key, gone, toDay(now));
}

function isChanged(asset: ReleaseAsset, stored: StoredAsset | undefined): boolean {
  return !stored || stored.removedDate !== null || stored.downloadCount !== asset.downloadCount;
}

/** What was downloaded since the reading before; unknown for a file that was there before the first reading. */
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
  { tenantId, repositoryId }: RepositoryKey,
  assets: readonly ReleaseAsset[],
): Promise<void> {
  if (assets.length === 0) return;
  const changing = ['tag', 'releaseName', 'assetName', 'sizeBytes', 'publishedAt'] as const;
  await mergeRows(
    trx,
    {
      into: 'releaseAsset',
      columns: {
        ...({
          tenantId: 'integer',
          repositoryId: 'integer',
          assetId: 'bigint',
          releaseId: 'bigint',
        } as const),
        ...({ tag: 'varchar(255)', releaseName: 'varchar(255)', assetName: 'varchar(255)' } as const),
        ...({ sizeBytes: 'bigint', createdAt: 'timestamptz', publishedAt: 'timestamptz' } as const),
        ...({ downloadCount: 'integer', removedDate: 'date' } as const),
      },
      key: ['tenantId', 'repositoryId', 'assetId'],
      update: Object.fromEntries(
        [...changing, 'downloadCount', 'removedDate'].map((column) => [column, given(column)]),
      ),
    },
    assets.map((asset) => ({
      ...asset,
      tenantId,
      repositoryId,
      removedDate: null,
      tag: toStorable(asset.tag, MAX_CHARACTERS),
      releaseName: toStorable(asset.releaseName, MAX_CHARACTERS),
      assetName: toStorable(asset.assetName, MAX_CHARACTERS),
    })),
  );
}

async function saveDownloads(
  trx: Transaction<Tables>,
  { tenantId, repositoryId }: RepositoryKey,
  downloadDate: Day,
  downloads: readonly Download[],
): Promise<void> {
  if (downloads.length === 0) return;
  await mergeRows(
    trx,
    {
      into: 'releaseDownload',
      columns: {
        ...({
          tenantId: 'integer',
          repositoryId: 'integer',
          assetId: 'bigint',
          downloadDate: 'date',
        } as const),
        ...({ sinceDate: 'date', gained: 'integer', downloadCount: 'integer' } as const),
      },
      key: ['tenantId', 'repositoryId', 'assetId', 'downloadDate'],
    },
    downloads.map((download) => ({ ...download, tenantId, repositoryId, downloadDate })),
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
