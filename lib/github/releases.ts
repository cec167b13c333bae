import * as z from 'zod';
import { parseAnswer } from './answers.ts';
import type { Connection } from './connection.ts';
import type { AnswerMemory } from './memory.ts';

/** A file of a published release, and how often it was downloaded so far. */
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

/** The assets of a repository's releases, newest release first. */
export interface Releases {
  assets: ReleaseAsset[];
  /** False: there are older releases, or more assets. */
  complete: boolean;
}

const RELEASES_PER_PAGE = 50;
const MAX_PAGES = 6;
const MAX_ASSETS = 5000;

const instant = z.lazy(() =>
  z.iso.datetime({ offset: true }).transform((text) => new Date(text).toISOString()),
);
const assetAnswer = z.lazy(() =>
  z.object({
    id: z.int().positive(),
    name: z.string(),
    size: z.int().nonnegative(),
    created_at: instant,
    download_count: z.int32().nonnegative(),
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
 * Reads the newest 300 releases' assets, 5,000 at most, by `GET /repos/{owner}/{repo}/releases`
 * (https://docs.github.com/en/rest/releases/releases): `download_count` counts since the asset was uploaded. Drafts are
 * left out. One request where there are at most 50 releases; what it answers of fewer is known the next time.
 */
export async function getReleases(ask: Connection, id: number, memory: AnswerMemory): Promise<Releases> {
  const known = memory.known.get('releases');
  const assets: ReleaseAsset[] = [];
  for (let page = 1; ; page += 1) {
    const { data, headers, unchanged } = await ask(
      `/repositories/${id}/releases`,
      { per_page: RELEASES_PER_PAGE, page },
      { memory, ...(page === 1 && { etag: known?.etag }) },
    );
    if (unchanged && known) return { assets: JSON.parse(known.answer) as ReleaseAsset[], complete: true };
    const releases = parseAnswer(releasesAnswer, data);
    for (const release of releases) if (!release.draft) assets.push(...toAssets(release));
    const last = !/rel="next"/.test(headers.link ?? '');
    // A full page would stay the same when there are older releases besides.
    if (page === 1 && last && releases.length < RELEASES_PER_PAGE && headers.etag !== undefined)
      memory.changed.set('releases', { etag: headers.etag, answer: JSON.stringify(assets) });
    if (last || page === MAX_PAGES || assets.length >= MAX_ASSETS) {
      const complete = last && assets.length <= MAX_ASSETS;
      return { assets: assets.slice(0, MAX_ASSETS), complete };
    }
  }
}

function toAssets(release: z.infer<typeof releaseAnswer>): ReleaseAsset[] {
  return release.assets.map((asset) => ({
    assetId: asset.id,
    releaseId: release.id,
    tag: release.tag_name,
    releaseName: release.name ?? '',
    assetName: asset.name,
    sizeBytes: asset.size,
    createdAt: asset.created_at,
    publishedAt: release.published_at ?? release.created_at,
    downloadCount: asset.download_count,
  }));
}
