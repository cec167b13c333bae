import { toDayNumber } from './days.ts';
import { unit } from './random.ts';
import type { Story } from './story.ts';
import type { Figures, Traffic } from './traffic.ts';

export interface ReferrerFigures extends Figures {
  referrer: string;
}

export interface PathFigures extends Figures {
  path: string;
  title: string;
}

/** The owner and name a repository had on a day. */
export type NameOn = (day: number) => { owner: string; name: string };

interface Weighted {
  weight: number;
  from?: string;
  until?: string;
}

const WINDOW_DAYS = 14;
const SPIKE_SHARE = 0.8;
const DIRECT_WEIGHT = 1;
const VIEWS_PER_VISITOR = 2;

/** Every referrer of the 14 days before `until`, most views first; GitHub shows the first ten. */
export function listReferrers(
  story: Story,
  traffic: Traffic,
  seed: number,
  until: number,
): ReferrerFigures[] {
  const counts = new Map<string, Figures>();
  for (let day = until - WINDOW_DAYS; day < until; day += 1) {
    const { ordinary, spikes } = traffic.viewsOn(day);
    const shares = toShares(story.referrers, day, seed, DIRECT_WEIGHT);
    story.referrers.forEach(({ referrer }, i) => {
      add(counts, referrer, ordinary * (shares[i] ?? 0));
    });
    (story.spikes ?? []).forEach(({ referrer }, i) => {
      add(counts, referrer, (spikes[i] ?? 0) * SPIKE_SHARE);
    });
  }
  const most = traffic.uniquesOf(until - WINDOW_DAYS, until);
  return ranked(counts, most).map(([referrer, figures]) => ({ referrer, ...figures }));
}

/** Every page of the 14 days before `until`, most views first, each under the name it had then. */
export function listPaths(
  story: Story,
  traffic: Traffic,
  seed: number,
  until: number,
  nameOn: NameOn,
): PathFigures[] {
  const counts = new Map<string, Figures>();
  const titles = new Map<string, string>();
  for (let day = until - WINDOW_DAYS; day < until; day += 1) {
    const { ordinary, spikes } = traffic.viewsOn(day);
    const crowd = spikes.reduce((sum, views) => sum + views, 0) * SPIKE_SHARE;
    const shares = toShares(story.paths, day, seed, 0);
    const { owner, name } = nameOn(day);
    story.paths.forEach(({ path, title }, i) => {
      const full = `/${owner}/${name}${path}`;
      add(counts, full, ordinary * (shares[i] ?? 0) + (path === '' ? crowd : 0));
      titles.set(full, title ?? toTitle(owner, name, path, story.description));
    });
  }
  const most = traffic.uniquesOf(until - WINDOW_DAYS, until);
  return ranked(counts, most).map(([path, figures]) => ({
    path,
    title: titles.get(path) ?? path,
    ...figures,
  }));
}

/** Each one's part of the whole on a day: popularity drifts from week to week. */
function toShares(items: Weighted[], day: number, seed: number, rest: number): number[] {
  const weights = items.map((item, i) => {
    if (item.from !== undefined && day < toDayNumber(item.from)) return 0;
    if (item.until !== undefined && day > toDayNumber(item.until)) return 0;
    const drift = Math.sin(day / (9 + 5 * unit(seed, i, 21)) + 6 * unit(seed, i, 22));
    return item.weight * (1 + 0.45 * drift) * (0.7 + 0.6 * unit(seed, i, day, 23));
  });
  const sum = weights.reduce((total, weight) => total + weight, rest);
  return weights.map((weight) => (sum > 0 ? weight / sum : 0));
}

function add(counts: Map<string, Figures>, key: string, views: number): void {
  const count = Math.floor(views);
  if (count === 0) return;
  const known = counts.get(key) ?? { count: 0, uniques: 0 };
  const uniques = Math.max(1, Math.floor(count / VIEWS_PER_VISITOR));
  counts.set(key, { count: known.count + count, uniques: known.uniques + uniques });
}

function ranked(counts: Map<string, Figures>, mostUniques: number): [string, Figures][] {
  return [...counts]
    .map(([key, { count, uniques }]): [string, Figures] => [
      key,
      { count, uniques: Math.min(uniques, mostUniques) },
    ])
    .sort(([a, x], [b, y]) => y.count - x.count || y.uniques - x.uniques || (a < b ? -1 : 1));
}

/** The title of a repository's page, as GitHub writes it into the page's head. */
function toTitle(owner: string, name: string, path: string, description: string | null): string {
  const full = `${owner}/${name}`;
  const blob = /^\/(?:blob|tree)\/([^/]+)\/(.+)$/.exec(path);
  if (blob) return `${name}/${blob[2]} at ${blob[1]} · ${full}`;
  if (path === '') return description === null ? full : `${full}: ${description}`;
  if (path === '/pulls') return `Pull requests · ${full}`;
  if (path === '/wiki') return `Home · ${full} Wiki`;
  const page = path.slice(1, 2).toUpperCase() + path.slice(2);
  return `${page} · ${full}`;
}
