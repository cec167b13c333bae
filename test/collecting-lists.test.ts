import { afterEach, beforeEach, expect, test } from 'vitest';
import { addDays, type Day } from '../lib/day.ts';
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
  const { referrers, snapshotDate } = await collecting.traffic(repositoryId, START, addDays(START, 2));
  expect(snapshotDate).toBe(addDays(START, 2));
  const row = (
    referrer: string,
    rank: number,
    previousRank: number | null,
    seen: [Day, Day],
    current: boolean,
  ) => ({
    referrer,
    rank,
    previousRank,
    current,
    viewCount: 10 - rank,
    viewUniques: 1,
    firstSeen: seen[0],
    lastSeen: seen[1],
  });
  expect(referrers).toEqual([
    row('news', 1, 3, [addDays(START, 1), addDays(START, 2)], true),
    row('Bing', 1, 1, [START, addDays(START, 1)], false),
    row('Google', 2, 2, [START, addDays(START, 1)], false),
  ]);
  expect(
    (await collecting.traffic(repositoryId, START, START)).referrers.map(({ referrer }) => referrer),
  ).toEqual(['Google', 'Bing']);
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
