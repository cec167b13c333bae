import { afterEach, beforeEach, expect, test } from 'vitest';
import { addDays, type Day } from '../lib/day.ts';
import { requireRepositoryRow } from '../lib/repositories/repository.ts';
import { readOverview } from '../lib/stats/overview.ts';
import { toRepositoryCsv } from '../lib/stats/repository-csv.ts';
import { at, type Collecting, openCollecting, START } from './collecting.ts';

let collecting: Collecting;

beforeEach(async () => {
  collecting = await openCollecting(`${START}T06:00:00.000Z`);
});

afterEach(() => collecting.close());

test('a renamed and then transferred repository continues under its new name, with an event for each', async () => {
  const { id, repositoryId } = await collecting.add('before', { views: 60 });
  await collecting.collectDaily(START, addDays(START, 1));
  collecting.served.github.rename(id, { name: 'after' }, new Date(at(addDays(START, 1), '12:00')));
  await collecting.collect(at(addDays(START, 2)));
  collecting.served.github.addUser('newowner');
  collecting.served.github.rename(id, { owner: 'newowner' }, new Date(at(addDays(START, 2), '12:00')));
  collecting.served.github.setCollaborator(id, 'ada', 'push');
  await collecting.collectDaily(addDays(START, 3), addDays(START, 4));
  const { repository: shown, events } = await collecting.traffic(repositoryId, START, addDays(START, 4));
  expect(shown).toMatchObject({
    fullName: 'newowner/after',
    webUrl: 'https://github.example/newowner/after',
    problem: null,
  });
  expect(events).toMatchObject([
    {
      kind: 'transferred',
      date: addDays(START, 3),
      title: 'Transferred from ada/after to newowner/after',
      fullName: 'newowner/after',
    },
    { kind: 'renamed', date: addDays(START, 2), title: 'Renamed from ada/before to ada/after' },
    { kind: 'tracking' },
  ]);
  // Yesterday is published once it is seven.
  await collecting.collect(at(addDays(START, 5), '08:00'));
  expect((await collecting.days(repositoryId, START, addDays(START, 4))).length).toBe(5);
});

test('the same page under the old and the new name, with whatever query, is one path', async () => {
  const { id, repositoryId } = await collecting.add('before', { views: 60 });
  await collecting.collect(at(START));
  collecting.served.github.rename(id, { name: 'after' });
  const path = (name: string, count: number, title = 'Title') => ({
    path: name,
    title,
    count,
    uniques: count,
  });
  const paths = [
    path('/ada/before', 20, 'Old'),
    path('/ada/after', 30, 'New'),
    path('/ADA/Before/issues', 5),
    path('/ada/after/issues', 4),
    path('/ada/before-and-after', 3),
    path('/ada/before?tab=readme-ov-file', 2),
    path('/ada/after/issues?q=is%3Aopen#top', 1),
  ];
  collecting.answer(id, /popular\/paths$/, paths);
  await collecting.collect(at(addDays(START, 1)));
  await collecting.collect(at(addDays(START, 2)));
  const { paths: shown } = await collecting.traffic(repositoryId, START, addDays(START, 2));
  expect(
    shown.filter(({ current }) => current).map((one) => [one.rank, one.path, one.title, one.viewCount]),
  ).toEqual([
    [1, '/', 'New', 52],
    [2, '/issues', 'Title', 10],
    [3, '/ada/before-and-after', 'Title', 3],
  ]);
});

test('referrers show their previous rank, when they were first seen, and that they left', async () => {
  const { id, repositoryId } = await collecting.add('busy');
  const lists = [['Google', 'Bing'], ['Bing', 'Google', 'news'], ['news']];
  for (const [index, names] of lists.entries()) {
    const lift = collecting.answer(
      id,
      /popular\/referrers$/,
      names.map((referrer, rank) => ({ referrer, count: 9 - rank, uniques: 1 })),
    );
    await collecting.collect(at(addDays(START, index)));
    lift();
  }
  const first = START;
  const second = addDays(START, 1);
  const third = addDays(START, 2);
  const { referrers, referrerHistory, snapshotDate } = await collecting.traffic(repositoryId, first, third);
  expect(snapshotDate).toBe(third);
  const peak = (date: Day) => ({ date, viewCount: 9, viewUniques: 1 });
  const shown = referrers.map(({ viewUniques: _, ...row }) => row);
  const gone = (
    referrer: string,
    { rank, peakDate }: { rank: number; peakDate: Day },
  ): (typeof shown)[number] => ({
    referrer,
    rank,
    viewCount: 10 - rank,
    previousRank: rank,
    firstSeen: first,
    lastSeen: second,
    current: false,
    leftDate: third,
    peak: peak(peakDate),
    bestRank: 1,
  });
  expect(shown).toEqual([
    gone('Bing', { rank: 1, peakDate: second }),
    gone('Google', { rank: 2, peakDate: first }),
    {
      referrer: 'news',
      rank: 1,
      viewCount: 9,
      previousRank: 3,
      firstSeen: second,
      lastSeen: third,
      current: true,
      leftDate: null,
      peak: peak(third),
      bestRank: 1,
    },
  ]);
  expect(referrerHistory).toEqual({
    by: 'day',
    dates: [first, second, third],
    series: [
      { name: 'Bing', values: [8, 9, null], ranks: [2, 1, null] },
      { name: 'Google', values: [9, 8, null], ranks: [1, 2, null] },
      { name: 'news', values: [null, 7, 9], ranks: [null, 3, 1] },
    ],
  });
  expect(
    (await collecting.traffic(repositoryId, START, START)).referrers.map(({ referrer }) => referrer),
  ).toEqual(['Google', 'Bing']);
});

test('a referrer that left stands in the list with its peak and date, before smaller ones that stay', async () => {
  const { id, repositoryId } = await collecting.add('spike');
  const lists = [{ 'Hacker News': 2000, Google: 500 }, { 'Hacker News': 1200, Google: 510 }, { Google: 520 }];
  for (const [index, views] of lists.entries()) {
    const list = Object.entries<number>(views).map(([referrer, count]) => ({ referrer, count, uniques: 1 }));
    const lift = collecting.answer(id, /popular\/referrers$/, list);
    await collecting.collect(at(addDays(START, index)));
    lift();
  }
  const { referrers } = await collecting.traffic(repositoryId, START, addDays(START, 2));
  expect(
    referrers.map(({ referrer, peak, current }) => [referrer, peak.viewCount, peak.date, current]),
  ).toEqual([
    ['Hacker News', 2000, START, false],
    ['Google', 520, addDays(START, 2), true],
  ]);
  // In a longer range, each week has its highest value.
  const year = await collecting.traffic(repositoryId, addDays(START, -400), addDays(START, 2));
  expect(year.referrerHistory).toMatchObject({ by: 'week', dates: [START] });
  expect(year.referrerHistory.series.map(({ values }) => values)).toEqual([[2000], [520]]);
  const { db, tenantId } = collecting;
  const row = await requireRepositoryRow(db, { tenantId, repositoryIds: null }, repositoryId);
  const query = { from: START, to: addDays(START, 2) };
  const csv = await toRepositoryCsv.referrers({ db, row, query, now: collecting.clock() });
  expect(csv.trim().split('\r\n')).toEqual([
    'date,rank,referrer,viewCount,viewUniques',
    `${START},1,Hacker News,2000,1`,
    `${START},2,Google,500,1`,
    `${addDays(START, 1)},1,Hacker News,1200,1`,
    `${addDays(START, 1)},2,Google,510,1`,
    `${addDays(START, 2)},1,Google,520,1`,
  ]);
});

test('untrusted text from GitHub is stored unchanged', async () => {
  const { id, repositoryId } = await collecting.add('awkward');
  const texts = [
    '<script>alert(1)</script>',
    `'; drop table tenant; --`,
    '=1+1',
    '日本語 🦆 Â·',
    '\u202etxt.exe',
    'a\nb\tc',
    '\\',
    '{"a":[1]}',
  ];
  collecting.answer(
    id,
    /popular\/referrers$/,
    texts.map((referrer) => ({ referrer, count: 1, uniques: 1 })),
  );
  const long = `/ada/awkward/${'é'.repeat(3000)}`;
  collecting.answer(id, /popular\/paths$/, [
    { path: long, title: `nul\u0000${'🦆'.repeat(2500)}`, count: 1, uniques: 1 },
  ]);
  await collecting.collect(at(START));
  const { referrers, paths } = await collecting.traffic(repositoryId, START, START);
  expect(referrers.map(({ referrer }) => referrer)).toEqual(texts);
  expect(paths.map(({ path, title }) => [path, title])).toEqual([
    [`/${'é'.repeat(1999)}`, `nul${'🦆'.repeat(1997)}`],
  ]);
});

test('an owner with different capitals is the same owner', async () => {
  const { id, repositoryId } = await collecting.add('same');
  await collecting.collect(at(START));
  collecting.served.github.addUser('Ada');
  collecting.served.github.rename(id, { owner: 'Ada' });
  await collecting.collect(at(addDays(START, 1)));
  const { events } = await collecting.traffic(repositoryId, START, addDays(START, 1));
  expect(events).toMatchObject([
    { kind: 'renamed', title: 'Renamed from ada/same to Ada/same' },
    { kind: 'tracking' },
  ]);
});

test('a referrer that a later list first names, and a new visibility, are events; the first list is none', async () => {
  const spikes = [{ on: addDays(START, 2), views: 500, halfLife: 1, referrer: 'news.example' }];
  const { repositoryId } = await collecting.add('launched', { views: 60, spikes });
  await collecting.collectDaily(START, addDays(START, 6));
  await collecting.db.updateTable('repository').set({ visibility: 'private' }).execute();
  await collecting.collectDaily(addDays(START, 7), addDays(START, 9));
  const { events, eventCounts } = await collecting.traffic(repositoryId, START, addDays(START, 9));
  const firstDate = addDays(START, 3);
  expect(events.filter(({ kind }) => kind !== 'tracking')).toMatchObject([
    { kind: 'visibility', date: addDays(START, 7), title: 'Became public' },
    {
      kind: 'referrer',
      date: firstDate,
      title: 'news.example entered the referrers',
      subject: 'news.example',
      fullName: 'ada/launched',
    },
  ]);
  expect(eventCounts).toContainEqual({ kind: 'referrer', count: 1 });
  const later = await collecting.traffic(repositoryId, addDays(firstDate, 1), addDays(START, 9));
  expect(later.events.filter(({ kind }) => kind === 'referrer')).toEqual([]);
});

test('each published release is an event, also one without files', async () => {
  const releases = { everyDays: 3, downloads: 0, assets: [] };
  const { repositoryId } = await collecting.add('library', { views: 60, releases }, '2025-10-01');
  await collecting.collectDaily(START, addDays(START, 4));
  const { events } = await collecting.traffic(repositoryId, addDays(START, -10), addDays(START, 4));
  const published = events.filter(({ kind }) => kind === 'release');
  expect(published.length).toBeGreaterThan(3);
  for (const { title, subject, url } of published) {
    expect(title).toBe(`${subject} released`);
    expect(url).toBe(`https://github.example/ada/library/releases/tag/${subject}`);
  }
});

test('what happened to many repositories at once is one event of the overview: lost days, and where tracking began', async () => {
  const names = ['one', 'two', 'three', 'four'];
  for (const name of names) await collecting.add(name, { views: 60 });
  await collecting.collect(at(START, '08:00'));
  const last = addDays(START, 29);
  await collecting.collect(at(last, '08:00'));
  const request = { from: addDays(START, -5), to: last, page: 1, size: 10, sort: 'name' } as const;
  const access = { tenantId: collecting.tenantId, repositoryIds: null };
  const { events, eventCounts } = await readOverview(collecting.db, access, request, collecting.clock());
  const detail = 'ada/four, ada/one, ada/three, ada/two';
  expect(events).toMatchObject([
    {
      kind: 'lost',
      date: START,
      to: addDays(START, 14),
      title: '15 days lost of 4 repositories',
      repositoryId: null,
      detail,
    },
    { kind: 'tracking', date: START, title: 'Tracking of 4 repositories began', detail },
  ]);
  expect(eventCounts).toEqual([
    { kind: 'lost', count: 1 },
    { kind: 'tracking', count: 1 },
  ]);
});
