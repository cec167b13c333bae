import { afterEach, beforeEach, expect, test } from 'vitest';
import { addDays, daysFrom, toDay } from '../lib/day.ts';
import { removeRepository } from '../lib/repositories/removal.ts';
import { requireRepositoryRow } from '../lib/repositories/repository.ts';
import type { RangeRequest } from '../lib/stats/range.ts';
import { readRepositoryTraffic } from '../lib/stats/repository.ts';
import { toRepositoryCsv } from '../lib/stats/repository-csv.ts';
import type { Story } from '../local/github/story.ts';
import { type Collecting, openCollecting } from './collecting.ts';

const START = '2025-11-03';
const at = (day: string, time = '06:00') => `${day}T${time}:00.000Z`;
const RELEASES: Pick<Story, 'releases'> = {
  releases: { everyDays: 20, downloads: 40, assets: ['tool-TAG.zip', 'tool-TAG.tar.gz'] },
};
const RELEASES_PATH = /\/releases$/;
let collecting: Collecting;

beforeEach(async () => {
  collecting = await openCollecting(at(START));
});
afterEach(() => collecting.close());

async function releases(repositoryId: number, request: RangeRequest) {
  const { db, tenantId, clock } = collecting;
  const access = { tenantId, repositoryIds: null };
  const { releases: found } = await readRepositoryTraffic(db, access, repositoryId, request, clock());
  if (!found) throw new Error('Releases were never asked for.');
  return found;
}

async function collectDaily(from: string, to: string) {
  for (const day of daysFrom(from, to)) await collecting.collect(at(day));
}

/** The downloads of all files of a repository until an instant. */
function total(id: number, instant: string): number {
  const counts = collecting.served.github.truthOfDownloads(id, new Date(instant)).values();
  return [...counts].reduce((sum, count) => sum + count, 0);
}

const between = (id: number, from: string, to: string) => total(id, at(to)) - total(id, at(from));

test('every file’s downloads match GitHub’s count, and each day shows the new ones', async () => {
  const { id, repositoryId } = await collecting.add('tool', RELEASES, '2025-08-01');
  const last = addDays(START, 12);
  await collectDaily(START, last);
  const found = await releases(repositoryId, { from: START, to: last });
  const truth = collecting.served.github.truthOfDownloads(id, collecting.clock());
  const counts = found.assets.map(({ assetId, downloadCount }) => [assetId, downloadCount]);
  expect(Object.fromEntries(counts)).toEqual(Object.fromEntries(truth));
  expect([found.assetCount, found.downloadCount]).toEqual([truth.size, total(id, at(last))]);
  const days = daysFrom(START, last);
  const gained = days.slice(1).map((day) => between(id, addDays(day, -1), day));
  expect(found.downloads).toEqual([null, ...gained]);
  expect(gained.every((count) => count > 0)).toBe(true);
  const shown = found.assets.reduce((sum, asset) => sum + asset.gained, 0);
  expect(shown).toBe(between(id, START, last));
});

test('only changes are stored, and a file’s first figure belongs to no day', async () => {
  const quiet = { releases: { everyDays: 90, downloads: 0, assets: ['still.zip'] } };
  const { repositoryId } = await collecting.add('still', quiet, '2025-09-01');
  await collectDaily(START, addDays(START, 5));
  const rows = await collecting.rows('releaseDownload');
  expect(rows).toMatchObject([{ repositoryId, sinceDate: null, gained: null, downloadCount: 0 }]);
});

test('downloads during a pause never count as one day’s', async () => {
  const { id, repositoryId } = await collecting.add('tool', RELEASES, '2025-08-01');
  const resumed = addDays(START, 6);
  await collectDaily(START, addDays(START, 2));
  await collectDaily(resumed, addDays(resumed, 1));
  const to = addDays(resumed, 1);
  const found = await releases(repositoryId, { from: START, to, by: 'day' });
  expect(found.downloads.map((count) => count === null)).toEqual([
    true,
    false,
    false,
    true,
    true,
    true,
    true,
    false,
  ]);
  expect(found.spreadUnknown).toEqual([false, false, false, true, true, true, true, false]);
  const gap = { from: addDays(START, 3), to: resumed, count: between(id, addDays(START, 2), resumed) };
  expect(found.unspread).toEqual([gap]);
  const weekly = await releases(repositoryId, { from: '2025-11-03', to, by: 'week' });
  // The gap lies within one week, so its downloads count there.
  expect(weekly.unspread).toEqual([]);
  expect(weekly.downloads).toEqual([between(id, START, '2025-11-09'), between(id, '2025-11-09', to)]);
});

test('downloads of a gap that spans two weeks count in neither', async () => {
  const { id, repositoryId } = await collecting.add('tool', RELEASES, '2025-08-01');
  await collectDaily(START, addDays(START, 4));
  await collectDaily('2025-11-12', '2025-11-14');
  const weekly = await releases(repositoryId, { from: START, to: '2025-11-14', by: 'week' });
  expect(weekly.spreadUnknown).toEqual([true, true]);
  expect(weekly.downloads).toEqual([
    between(id, START, '2025-11-07'),
    between(id, '2025-11-12', '2025-11-14'),
  ]);
  expect(weekly.unspread).toEqual([
    { from: '2025-11-08', to: '2025-11-12', count: between(id, '2025-11-07', '2025-11-12') },
  ]);
});

test('a file that is published between two readings counts from its first download on', async () => {
  const { id, repositoryId } = await collecting.add('tool', RELEASES, addDays(START, -18));
  await collectDaily(START, addDays(START, 4));
  const found = await releases(repositoryId, { from: START, to: addDays(START, 4) });
  expect(found.assets).toHaveLength(2);
  expect(found.downloads.reduce<number>((sum, one) => sum + (one ?? 0), 0)).toBe(
    total(id, at(addDays(START, 4))),
  );
});

test('releases are read once a day, and a second reading on a day changes nothing', async () => {
  const { repositoryId } = await collecting.add('tool', RELEASES, '2025-08-01');
  await collectDaily(START, addDays(START, 1));
  const before = await collecting.rows('releaseDownload');
  collecting.now(at(addDays(START, 1), '20:00'));
  const runId = await collecting.start();
  collecting.served.github.resetRequests();
  await collecting.work(runId);
  const asked = collecting.served.github.requests().filter(({ path }) => path.includes('/releases'));
  expect(asked).toEqual([]);
  expect(await collecting.rows('releaseDownload')).toEqual(before);
  expect((await releases(repositoryId, {})).problem).toBeNull();
});

test('unchanged releases cost no quota, and a new one is still found', async () => {
  const quiet = { releases: { everyDays: 30, downloads: 0, assets: ['still.zip'] } };
  const { id, repositoryId } = await collecting.add('still', quiet, '2025-10-25');
  const { requests, resetRequests } = collecting.served.github;
  const asked = () => requests().filter(({ path }) => path.includes('/releases'));
  await collecting.collect(at(START));
  expect(asked()).toMatchObject([{ status: 200 }]);
  resetRequests();
  await collecting.collect(at(addDays(START, 1)));
  expect(asked()).toMatchObject([{ status: 304 }]);
  const of = (wanted: number) => requests().filter(({ status }) => status === wanted).length;
  const { run } = await collecting.lastRun();
  expect(run).toMatchObject({ requestCount: of(200), unchangedCount: of(304) });
  const before = await releases(repositoryId, {});
  resetRequests();
  const later = addDays(START, 40);
  await collecting.collect(at(later));
  expect(asked()).toMatchObject([{ status: 200 }]);
  const after = await releases(repositoryId, {});
  expect(after.assetCount).toBe(collecting.served.github.truthOfDownloads(id, collecting.clock()).size);
  expect(after.assetCount).toBeGreaterThan(before.assetCount);
});

test('another token’s answers about releases are not reused', async () => {
  await collecting.add('empty');
  await collecting.collect(at(START));
  for (const status of [200, 304]) {
    collecting.now(at(addDays(toDay(collecting.clock()), 1)));
    collecting.served.github.resetRequests();
    const openGitHub = async () => ({ github: collecting.github(), fingerprint: 'another token' });
    await collecting.work(await collecting.start(), { openGitHub });
    const asked = collecting.served.github.requests().filter(({ path }) => path.includes('/releases'));
    expect(asked.map((request) => request.status)).toEqual([status]);
  }
});

test('two runs at once count nothing twice', async () => {
  const { id, repositoryId } = await collecting.add('tool', RELEASES, '2025-08-01');
  await collecting.collect(at(START));
  const later = addDays(START, 1);
  collecting.now(at(later));
  const runId = await collecting.start();
  await Promise.all([collecting.work(runId), collecting.work(runId)]);
  const found = await releases(repositoryId, { from: START, to: later });
  expect(found.downloads).toEqual([null, between(id, START, later)]);
});

test('a refusal fails neither repository nor run, and downloads meanwhile belong to no day', async () => {
  const { id, repositoryId } = await collecting.add('tool', RELEASES, '2025-08-01');
  await collectDaily(START, addDays(START, 1));
  const match = { repository: id, path: RELEASES_PATH };
  const lift = collecting.served.github.fail({ kind: 'status', status: 403, message: 'Blocked here', match });
  await collectDaily(addDays(START, 2), addDays(START, 3));
  const refused = await releases(repositoryId, { from: START, to: addDays(START, 3) });
  expect(refused.problem).toMatchObject({ code: 'blocked', since: at(addDays(START, 3)) });
  expect(refused.problem?.message).toMatch(/^GitHub did not give the releases: /);
  expect(refused.downloads).toEqual([null, expect.any(Number), null, null]);
  const runs = await collecting.rows('collectionRun');
  expect(new Set(runs.map(({ state }) => state))).toEqual(new Set(['succeeded']));
  lift();
  await collecting.collect(at(addDays(START, 4)));
  const { unspread, problem } = await releases(repositoryId, { from: START, to: addDays(START, 4) });
  expect(problem).toBeNull();
  const count = between(id, addDays(START, 1), addDays(START, 4));
  expect(unspread).toEqual([{ from: addDays(START, 2), to: addDays(START, 4), count }]);
});

test('a deleted file keeps its last figure and says when it was found missing', async () => {
  const { id, repositoryId } = await collecting.add('tool', RELEASES, '2025-08-01');
  await collecting.collect(at(START));
  const before = await releases(repositoryId, {});
  const match = { repository: id, path: RELEASES_PATH };
  collecting.served.github.fail({ kind: 'status', status: 200, body: [], match });
  await collecting.collect(at(addDays(START, 1)));
  const after = await releases(repositoryId, {});
  const removedDate = addDays(START, 1);
  expect(after.assets.map((asset) => ({ ...asset, gained: 0 }))).toEqual(
    before.assets.map((asset) => ({ ...asset, gained: 0, removedDate })),
  );
});

test('hundreds of releases are read page by page, the newest 300', async () => {
  const many = { releases: { everyDays: 1, downloads: 1, assets: ['nightly.zip'] } };
  const { repositoryId } = await collecting.add('nightly', many, '2024-11-01');
  await collecting.collect(at(START));
  const asked = collecting.served.github.requests().filter(({ path }) => path.includes('/releases'));
  expect(asked).toHaveLength(6);
  const found = await releases(repositoryId, {});
  expect([found.assetCount, found.assets.length, found.complete]).toEqual([300, 200, false]);
  const { db, tenantId, clock } = collecting;
  const row = await requireRepositoryRow(db, { tenantId, repositoryIds: null }, repositoryId);
  const csv = await toRepositoryCsv.downloads({ db, row, query: {}, now: clock() });
  expect(csv).toMatch(/^date,downloads,spreadUnknown,atLeast\r\n[-\d]+,\d*,false,true\r\n/);
});

test('thirty releases with 250 files each are read in smaller pages, and so is one with 1,700', async () => {
  const files = (count: number) => Array.from({ length: count }, (_, place) => `tool-TAG-${place}.tar.gz`);
  const many = { releases: { everyDays: 1, downloads: 2, assets: files(250) } };
  const one = { releases: { everyDays: 99, downloads: 2, assets: files(1700) } };
  const thirty = await collecting.add('thirty', many, addDays(START, -50));
  const single = await collecting.add('single', one, addDays(START, -50));
  await collecting.collect(at(START));
  const found = await releases(thirty.repositoryId, {});
  expect(found).toMatchObject({ problem: null, complete: true, assetCount: 7500 });
  expect(found.downloadCount).toBe(total(thirty.id, at(START)));
  expect(await releases(single.repositoryId, {})).toMatchObject({
    problem: null,
    complete: true,
    assetCount: 1700,
  });
  const asked = collecting.served.github.requests().filter(({ path }) => path.includes('/releases'));
  expect(asked.length).toBeLessThanOrEqual(6);
}, 120_000);

test('a repository without releases says so; a removed one leaves nothing', async () => {
  const { db, tenantId } = collecting;
  const empty = await collecting.add('empty');
  const { repositoryId } = await collecting.add('tool', RELEASES, '2025-08-01');
  await collectDaily(START, addDays(START, 1));
  expect(await releases(empty.repositoryId, {})).toMatchObject({ assetCount: 0, assets: [], problem: null });
  await removeRepository(db, { tenantId, repositoryIds: null }, repositoryId, collecting.by());
  expect([...(await collecting.rows('releaseAsset')), ...(await collecting.rows('releaseDownload'))]).toEqual(
    [],
  );
});
