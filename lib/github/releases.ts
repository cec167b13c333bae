import * as z from 'zod';
import { Failure } from '../failure.ts';
import { parseAnswer } from './answers.ts';
import type { Connection } from './connection.ts';
import type { AnswerMemory } from './memory.ts';

/** A file of a published release, with its downloads so far. */
export interface ReleaseAsset {
  assetId: number;
  releaseId: number;
  tag: string;
  releaseName: string;
  assetName: string;
  sizeBytes: number;
  /** ISO 8601. */
  createdAt: string;
  publishedAt: string;
  downloadCount: number;
}

/** A published release. */
export interface PublishedRelease {
  releaseId: number;
  tag: string;
  releaseName: string;
  /** ISO 8601. */
  publishedAt: string;
}

/** A repository's releases, newest first. */
export interface Releases {
  assets: ReleaseAsset[];
  /** The releases without any asset. */
  empty: PublishedRelease[];
  /** False if there are older releases, or more assets. */
  complete: boolean;
}

/** Releases per page: fewer after an answer that was too long. Each size divides the one before it. */
const PAGE_SIZES = [50, 10, 2, 1];
const MAX_RELEASES = 300;
const MAX_REQUESTS = 40;
const MAX_ASSETS = 10_000;

const instant = z.lazy(() =>
  z.iso.datetime({ offset: true }).transform((text) => new Date(text).toISOString()),
);
const assetAnswer = z.lazy(() =>
  z.object({
    id: z.int().positive(),
    name: z.string(),
    size: z.int().nonnegative(),
    created_at: instant,
    download_count: z.int().nonnegative(),
  }),
);
const releaseAnswer = z.lazy(() =>
  z.object({
    id: z.int().positive(),
    tag_name: z.string(),
    name: z.string().nullable(),
    draft: z.boolean(),
    created_at: instant,
    published_at: instant.nullable(),
    assets: z.array(assetAnswer),
  }),
);
const releasesAnswer = z.lazy(() => z.array(releaseAnswer).max(100));

/**
 * Reads the newest 300 releases and their assets, 10,000 at most, by `GET /repos/{owner}/{repo}/releases`
 * (https://docs.github.com/en/rest/releases/releases): `download_count` counts since the asset was uploaded. Drafts are
 * left out. With fewer than 50 releases it takes one request, whose answer is remembered. If an answer is too
 * long, it is requested again in smaller pages.
 */
export async function getReleases(ask: Connection, id: number, memory: AnswerMemory): Promise<Releases> {
  const known = memory.known.get('releases');
  const assets: ReleaseAsset[] = [];
  const empty: PublishedRelease[] = [];
  const sizes = [...PAGE_SIZES];
  let size = sizes.shift() ?? 1;
  let releaseCount = 0;
  for (let requests = 1; ; requests += 1) {
    const isFirst = requests === 1;
    const answer = await ask(
      `/repositories/${id}/releases`,
      { per_page: size, page: releaseCount / size + 1 },
      { memory, ...(isFirst && { etag: known?.etag }) },
    ).catch((error: unknown) => {
      if (sizes.length > 0 && error instanceof Failure && error.details?.tooLong) return null;
      throw error;
    });
    if (answer === null) {
      size = sizes.shift() ?? 1;
      continue;
    }
    const { data, headers, unchanged } = answer;
    if (unchanged && known)
      return { ...(JSON.parse(known.answer) as Omit<Releases, 'complete'>), complete: true };
    const releases = parseAnswer(releasesAnswer, data);
    releaseCount += size;
    for (const release of releases) {
      if (release.draft) continue;
      assets.push(...toAssets(release));
      if (release.assets.length === 0) empty.push(toPublished(release));
    }
    const isLast = !/rel="next"/.test(headers.link ?? '');
    // A full page would not change when older releases are added.
    if (isFirst && isLast && releases.length < size && headers.etag !== undefined)
      memory.changed.set('releases', { etag: headers.etag, answer: JSON.stringify({ assets, empty }) });
    const isEnough = releaseCount >= MAX_RELEASES || assets.length >= MAX_ASSETS;
    if (isLast || isEnough || requests === MAX_REQUESTS)
      return {
        assets: assets.slice(0, MAX_ASSETS),
        empty,
        complete: isLast && assets.length <= MAX_ASSETS,
      };
  }
}

function toPublished(release: z.infer<typeof releaseAnswer>): PublishedRelease {
  return {
    releaseId: release.id,
    tag: release.tag_name,
    releaseName: release.name ?? '',
    publishedAt: release.published_at ?? release.created_at,
  };
}

function toAssets(release: z.infer<typeof releaseAnswer>): ReleaseAsset[] {
  const published = toPublished(release);
  return release.assets.map((asset) => ({
    ...published,
    assetId: asset.id,
    assetName: asset.name,
    sizeBytes: asset.size,
    createdAt: asset.created_at,
    downloadCount: asset.download_count,
  }));
}
