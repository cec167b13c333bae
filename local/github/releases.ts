import { DAY_MS, toDay, toDayNumber } from './days.ts';
import { type Addresses, toAccountDocument } from './documents.ts';
import { bell, hash, hashText, unit } from './random.ts';
import { type Entry, nameAt, type World } from './world.ts';

interface Asset {
  id: number;
  name: string;
  /** Its share of the release's downloads. */
  share: number;
}

interface Release {
  id: number;
  tag: string;
  /** The day of publication, as a number. Releases come out at noon. */
  day: number;
  assets: Asset[];
}

const HALF_LIFE_DAYS = 45;

/** The repository's releases up to an instant, newest first, as GitHub lists them. */
export function listReleases(entry: Entry, now: Date): Release[] {
  const plan = entry.story.releases;
  if (!plan) return [];
  const releases: Release[] = [];
  const first = toDayNumber(entry.createdOn) + 20;
  for (
    let day = first, number = 0;
    (day + 0.5) * DAY_MS <= now.getTime();
    day += plan.everyDays, number += 1
  ) {
    const tag = `${plan.prefix ?? 'v'}0.${number}.0`;
    const assets = plan.assets.map((name, place) => ({
      id: 100_000_000 + (hash(entry.seed, number, place) % 800_000_000),
      name: name.replace('TAG', tag),
      share: 1 / (place + 1.5),
    }));
    releases.unshift({ id: 10_000_000 + (hash(entry.seed, hashText(tag)) % 80_000_000), tag, day, assets });
  }
  return releases;
}

/** An asset's downloads up to an instant: many at first, half as many every 45 days. */
export function countDownloads(entry: Entry, { day }: Release, asset: Asset, now: Date): number {
  const rate = (entry.story.releases?.downloads ?? 0) * asset.share;
  const instant = now.getTime() / DAY_MS;
  let count = 0;
  for (let one = day; one < instant; one += 1) {
    const mean = rate * 0.5 ** ((one - day) / HALF_LIFE_DAYS) * Math.exp(0.2 * bell(asset.id, one));
    const whole = Math.floor(mean + unit(asset.id, one, 5));
    count += one + 1 <= instant ? whole : Math.floor(whole * (instant - one));
  }
  return count;
}

/** GitHub's `release`. */
export function toReleaseDocument(
  entry: Entry,
  release: Release,
  view: Addresses & { world: World; now: Date },
): Record<string, unknown> {
  const { owner, name } = nameAt(entry, view.now.getTime());
  const url = `${view.apiUrl}/repos/${owner}/${name}/releases`;
  const html = `${view.htmlUrl}/${owner}/${name}/releases`;
  const author = toAccountDocument(view.world.account(owner), view);
  const at = `${toDay(release.day)}T12:00:00Z`;
  return {
    url: `${url}/${release.id}`,
    html_url: `${html}/tag/${release.tag}`,
    assets_url: `${url}/${release.id}/assets`,
    upload_url: `${url}/${release.id}/assets{?name,label}`,
    tarball_url: `${view.apiUrl}/repos/${owner}/${name}/tarball/${release.tag}`,
    zipball_url: `${view.apiUrl}/repos/${owner}/${name}/zipball/${release.tag}`,
    id: release.id,
    node_id: `RE_${release.id}`,
    tag_name: release.tag,
    target_commitish: 'main',
    name: release.tag,
    body: 'What is new is in the changelog.',
    draft: false,
    prerelease: false,
    created_at: at,
    published_at: at,
    author,
    assets: release.assets.map((asset) => ({
      url: `${url}/assets/${asset.id}`,
      browser_download_url: encodeURI(`${html}/download/${release.tag}/${asset.name}`),
      id: asset.id,
      node_id: `RA_${asset.id}`,
      name: asset.name,
      label: null,
      state: 'uploaded',
      content_type: 'application/octet-stream',
      size: 1_000_000 + (asset.id % 9_000_000),
      digest: null,
      download_count: countDownloads(entry, release, asset, view.now),
      created_at: at,
      updated_at: at,
      uploader: author,
    })),
  };
}
