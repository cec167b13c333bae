import { expect, test } from 'vitest';
import { addDays } from '../../lib/day.ts';
import { codesOf, daysOf, onlyRepository, readFiles } from '../given-files.ts';

const bucket = (date: string, count: number, uniques = 1) => ({
  timestamp: `${date}T00:00:00Z`,
  count,
  uniques,
});
const answer = (metric: 'views' | 'clones', buckets: ReturnType<typeof bucket>[]) =>
  JSON.stringify({ count: 999, uniques: 99, [metric]: buckets });
/** As many days in a row with these counts. */
const days = (first: string, counts: number[]) =>
  counts.map((count, index) => bucket(addDays(first, index), count));

test('saved answers: their days, never their totals; the oldest day of one without a time may be cut', async () => {
  const history = await readFiles({
    'stats/views.json': answer('views', days('2024-01-14', [4, 0, 6])),
    'stats/clones.json': answer('clones', days('2024-01-15', [2])),
    'stats/empty.json': '{"count":0,"uniques":0,"views":[]}',
  });
  const repository = onlyRepository(history);
  expect(daysOf(repository)).toEqual([
    ['2024-01-14', 4, 1, null, null],
    ['2024-01-15', 0, 1, 2, 1],
    ['2024-01-16', 6, 1, null, null],
  ]);
  expect(repository.days.map(({ lowerBound }) => lowerBound)).toEqual([['views'], ['clones'], []]);
  expect(repository.tools).toEqual(['raw']);
});

test('of overlapping answers the largest number of each day counts, and none are added', async () => {
  const history = await readFiles({
    'captures/2024-03-15T010000Z-views.json': answer('views', days('2024-03-01', [30, 5, 7])),
    'captures/2024-03-16T010000Z-views.json': answer('views', days('2024-03-02', [1, 9])),
    // An old copy, captured later: no news.
    'captures/2024-03-20T010000Z-views.json': answer('views', days('2024-03-01', [29, 4])),
  });
  const repository = onlyRepository(history);
  expect(daysOf(repository).map(([date, views]) => [date, views])).toEqual([
    ['2024-03-01', 30],
    ['2024-03-02', 5],
    ['2024-03-03', 9],
  ]);
  // 14 days before its only captures; the second day was seen whole once.
  expect(repository.days.map(({ lowerBound }) => lowerBound)).toEqual([['views'], [], []]);
});

test('the 14 whole days of an answer since 2026 are not cut; a day seen only on that day is not over', async () => {
  const dense = days(
    '2026-01-15',
    Array.from({ length: 14 }, (_, index) => index),
  );
  const history = await readFiles({
    'captures/2026-01-29T124424Z-clones.json': answer('clones', dense),
    'captures/2024-03-15T010000Z-clones.json': answer('clones', [
      bucket('2024-03-14', 3),
      bucket('2024-03-15', 1),
    ]),
  });
  const { days: read } = onlyRepository(history);
  expect(read.filter(({ lowerBound }) => lowerBound.length > 0)).toEqual([]);
  expect(read.filter(({ provisional }) => provisional.length > 0).map(({ date }) => date)).toEqual([
    '2024-03-15',
  ]);
  expect(read.find(({ date }) => date === '2026-01-15')).toMatchObject({ cloneCount: 0, doubtfulZero: [] });
});

test('weekly answers are weeks; the Mondays of a quiet repository are days', async () => {
  const weeks = [bucket('2024-03-04', 50), bucket('2024-03-11', 60), bucket('2024-03-18', 20)];
  const weekly = onlyRepository(await readFiles({ 'views.json': answer('views', weeks) }));
  expect(weekly.days).toEqual([]);
  expect(weekly.weeks.map(({ date, viewCount }) => [date, viewCount])).toEqual([
    ['2024-03-04', 50],
    ['2024-03-11', 60],
    ['2024-03-18', 20],
  ]);
  const quiet = onlyRepository(
    await readFiles({
      'views/2024-03-12.json': answer('views', [bucket('2024-03-04', 2), bucket('2024-03-11', 3)]),
      'views/2024-03-19.json': answer('views', [bucket('2024-03-11', 3), bucket('2024-03-14', 1)]),
    }),
  );
  expect(quiet.weeks).toEqual([]);
  expect(daysOf(quiet).map(([date, views]) => [date, views])).toEqual([
    ['2024-03-04', 2],
    ['2024-03-11', 3],
    ['2024-03-14', 1],
  ]);
});

test('MTG: months and daily answers together, with the lists of each run', async () => {
  const history = await readFiles({
    'views/2024-03.json': JSON.stringify(days('2024-03-04', [5, 9, 8])),
    'views/2024-03-18.json': answer('views', days('2024-03-04', [4, 10])),
    'referrers/2024-03-18.json': '[{"referrer":"Google","count":3,"uniques":2}]',
    'paths/2024-03-18.json': '[{"path":"/octo/alpha","title":"alpha","count":3,"uniques":2}]',
  });
  const repository = onlyRepository(history);
  expect(repository).toMatchObject({ owner: 'octo', name: 'alpha', namedBy: 'paths', tools: ['mtg'] });
  expect(daysOf(repository).map(([, views]) => views)).toEqual([5, 10, 8]);
  expect(repository.days[0]?.lowerBound).toEqual(['views']);
  expect(repository.lists.map(({ kind, date, capturedAt }) => [kind, date, capturedAt])).toEqual([
    ['paths', '2024-03-18', null],
    ['referrers', '2024-03-18', null],
  ]);
});

test('lists without a time wait for their day', async () => {
  const files = {
    'traffic-alpha/traffic_referrers.json': '[]',
    'traffic-alpha/traffic_paths.json': '[{"path":"/octo/alpha/issues","title":"t","count":3,"uniques":2}]',
    'traffic-alpha/traffic_views.json': answer('views', days('2024-01-14', [4])),
    'traffic-beta/traffic_views.json': answer('views', days('2024-01-14', [4])),
  };
  const history = await readFiles(files);
  expect(history.repositories.map(({ key, undatedLists }) => [key, undatedLists.length])).toEqual([
    ['octo/alpha', 2],
    ['traffic-beta|beta', 0],
  ]);
  const questions = history.problems.flatMap(({ question }) =>
    question ? [[question.id, question.suggestions]] : [],
  );
  expect(questions).toEqual([
    ['date:octo/alpha', ['2024-01-14']],
    ['owner:traffic-beta', ['octo']],
  ]);
  const answered = await readFiles(files, { 'date:octo/alpha': '2024-01-15', 'owner:traffic-beta': 'octo' });
  expect(
    answered.repositories.map(({ key, lists }) => [key, lists.map(({ date, rows }) => [date, rows.length])]),
  ).toEqual([
    [
      'octo/alpha',
      [
        ['2024-01-15', 1],
        ['2024-01-15', 0],
      ],
    ],
    ['octo/beta', []],
  ]);
});

test('an empty list beside many views was not read; beside few it says that there was nobody', async () => {
  const bundle = (views: number, first: string) =>
    JSON.stringify({
      collected_at: `${addDays(first, 3)}T00:20:00Z`,
      repo: { owner: 'octo', repo: 'alpha' },
      views: { count: 1, uniques: 1, views: days(first, [views, views]) },
      clones: { count: 1, uniques: 1, clones: [] },
      referrers: [],
      paths: [],
    });
  const history = await readFiles({
    '2024-01-04.json': bundle(1, '2024-01-01'),
    '2024-03-04.json': bundle(80, '2024-03-01'),
  });
  const repository = onlyRepository(history);
  expect(repository.key).toBe('octo/alpha');
  expect(repository.lists.map(({ kind, date }) => [kind, date])).toEqual([
    ['paths', '2024-01-04'],
    ['referrers', '2024-01-04'],
  ]);
  expect(codesOf(history)).toEqual(['failed_read']);
});

test('badges are no data, whatever their names promise', async () => {
  const badge = '{"schemaVersion":1,"label":"views","message":"1.2k"}';
  const history = await readFiles({
    'data.json': JSON.stringify({
      views: { '2024-01-02': { count: 5, uniques: 2 } },
      clones: { '2024-01-02': { count: 0, uniques: 0 } },
    }),
    'views.json': badge,
    'clones.json': badge,
  });
  expect(daysOf(onlyRepository(history))).toEqual([['2024-01-02', 5, 2, 0, 0]]);
  expect(history.files.filter(({ left }) => left !== null).map(({ path }) => path)).toEqual([
    'clones.json',
    'views.json',
  ]);
});

test('a map of totals has its uniques in a file of its own', async () => {
  const map = (daily: Record<string, number>) =>
    JSON.stringify({ total: 9, last_update: '2024-01-09T05:00:00Z', daily });
  const history = await readFiles({
    't/views.json': map({ '2024-01-01': 5, '2024-01-02': 4 }),
    't/views_uniq.json': map({ '2024-01-01': 2, '2024-01-02': 1 }),
  });
  expect(daysOf(onlyRepository(history))).toEqual([
    ['2024-01-01', 5, 2, null, null],
    ['2024-01-02', 4, 1, null, null],
  ]);
});

test('arrays by their names; stars beside them are no traffic', async () => {
  const history = await readFiles({
    '.traffic/views.json': JSON.stringify([bucket('2024-01-01', 3)]),
    '.traffic/stars.json': '[{"timestamp":"2024-01-01","count":1,"total":7}]',
    '.traffic/summary.json': '{"last_updated":"2024-01-02T01:00:00","latest_stats":{}}',
  });
  const repository = onlyRepository(history);
  expect(daysOf(repository)).toEqual([['2024-01-01', 3, 1, null, null]]);
  expect(repository.facts).toMatchObject([{ date: '2024-01-01', stars: 7, rebuilt: ['stars'] }]);
});

test('names with their numbers by date become a list for each date', async () => {
  const seen = (date: string, count: number) => ({ count, uniques: 1, request_date: date });
  const history = await readFiles({
    'views.json': '{"count":9,"views":[{"date":"2024-01-01","count":9,"dailyUniques":4}]}',
    'referrers.json': JSON.stringify([
      { referrer: 'Bing', views: [seen('2024-01-01', 5), seen('2024-01-02', 6)] },
      { referrer: 'Google', views: [seen('2024-01-02', 8)] },
    ]),
  });
  const repository = onlyRepository(history);
  expect(daysOf(repository)).toEqual([['2024-01-01', 9, 4, null, null]]);
  expect(repository.days[0]?.lowerBound).toEqual([]);
  expect(
    repository.lists.map(({ date, rows }) => [date, rows.map(({ name, count }) => [name, count])]),
  ).toEqual([
    ['2024-01-01', [['Bing', 5]]],
    [
      '2024-01-02',
      [
        ['Google', 8],
        ['Bing', 6],
      ],
    ],
  ]);
});

test('of a file for each day, its name is the day; numbers with a plus sign are read, and told', async () => {
  const text =
    '{\n "timestamp": "2026-08-22T12:21:10Z",\n "count": 36, "decinc": [ -0, +36 ],\n "uniques": 15, "note": "a +1" }';
  const history = await readFiles({ 'clones/by_year/2026/2026-01-02.json': text });
  expect(daysOf(onlyRepository(history))).toEqual([['2026-01-02', null, null, 36, 15]]);
  expect(codesOf(history)).toContain('json_repaired:3');
});

test('arrays that are glued together are read, and told', async () => {
  const row = (repo: string, date: string, count: number) => ({ repo, timestamp: date, count, uniques: 1 });
  const text = [
    [row('a', '2023-05-01', 4), row('b', '2023-05-08', 9)],
    [row('a', '2023-05-08', 2), row('a', '2023-05-01', 3)],
  ]
    .map((rows) => JSON.stringify(rows))
    .join('');
  const history = await readFiles({ 'stats/views.json': text });
  expect(
    history.repositories.map(({ label, days: read, weeks }) => [
      label,
      read.length,
      weeks.map(({ viewCount }) => viewCount),
    ]),
  ).toEqual([
    ['a', 0, [4, 2]],
    ['b', 0, [9]],
  ]);
  expect(codesOf(history)).toEqual(['json_repaired:1', 'owner_unknown', 'weekly']);
});

test.each(['{"views": [1, 2', '[{"timestamp":"2024-01-01",\n"count":1,,}]', '{"a":1} and so on'])(
  'broken JSON is reported with its line: %s',
  async (text) => {
    const history = await readFiles({ 'views.json': text, 'x/views.csv': 'date,views\n2024-01-01,1\n' });
    expect(history.problems.filter(({ code }) => code === 'json_broken')).toHaveLength(1);
    expect(history.repositories).toHaveLength(1);
  },
);

test('seladb: JSON inside of strings, and the same in a table, once; no clones', async () => {
  const history = await readFiles({
    'modlink_views.db':
      '{"2023-01-31T00:00:00Z": "{\\"uniques\\": 7, \\"count\\": 52}", "2023-01-30T00:00:00Z": "{\\"uniques\\": 5, \\"count\\": 23}"}',
    'modlink.csv': 'timestamp,count,uniques\r\n2023-01-30T00:00:00Z,23,5\r\n',
  });
  const repository = onlyRepository(history);
  expect(daysOf(repository)).toEqual([
    ['2023-01-30', 23, 5, null, null],
    ['2023-01-31', 52, 7, null, null],
  ]);
  expect(repository).toMatchObject({ owner: null, name: 'modlink', namedBy: 'file', tools: ['seladb'] });
});

test('git-clone-stats: repositories by their names, and its local time is told', async () => {
  const row = (repo: string, count: number) => ({ repo, ...bucket('2024-01-01', count) });
  const text = JSON.stringify({
    export_timestamp: '2024-11-02T09:14:33.201944',
    version: '1.0',
    clone_history: [row('alpha', 3), row('octo/beta', 4)],
    view_history: [row('alpha', 8)],
    tracked_repos: [{ repo_name: 'alpha', is_active: 0 }],
    repo_stars: [{ repo: 'alpha', star_count: 17, last_updated: '2024-11-02T09:14:33.201944' }],
  });
  const history = await readFiles({ 'export.json': text });
  expect(
    history.repositories.map((one) => [
      one.key,
      daysOf(one),
      one.facts.map(({ date, stars }) => [date, stars]),
    ]),
  ).toEqual([
    ['octo/beta', [['2024-01-01', null, null, 4, 1]], []],
    ['|alpha', [['2024-01-01', 8, 1, 3, 1]], [['2024-11-02', 17]]],
  ]);
  expect(codesOf(history)).toEqual(['local_time', 'owner_unknown']);
});

test('github-traffic-tracker: uniques that are missing are unknown, guesses are not read, the last day is running', async () => {
  const entry = {
    clones: 12,
    views: 95,
    stars: 31,
    forks: 1,
    openIssues: 2,
    organicClones: 3,
    ciCheckouts: 9,
  };
  const history = await readFiles({
    'state.json': JSON.stringify({
      totalClones: 10_411,
      baselineClones: 10_000,
      referrers: [{ source: 'Google', count: 9, uniques: 4 }],
      popularPaths: [{ path: '/octo/alpha', title: 'alpha\u00c2\u00b7README', count: 5, uniques: 2 }],
      dailyHistory: [
        {
          ...entry,
          date: '2026-01-17T00:00:00Z',
          uniqueViews: 40,
          uniqueClones: 8,
          capturedAt: '2026-01-18T03:00:00Z',
        },
        { ...entry, date: '2026-01-18T00:00:00Z' },
      ],
    }),
    'archive-2025-12.json': JSON.stringify({ dailyHistory: [{ ...entry, date: '2025-12-31T00:00:00Z' }] }),
    'archive.json': '{"description":"gist","files":{"archive-2025-12.json":{"raw_url":"x"}}}',
  });
  const repository = onlyRepository(history);
  expect(daysOf(repository)).toEqual([
    ['2025-12-31', 95, null, 12, null],
    ['2026-01-17', 95, 40, 12, 8],
    ['2026-01-18', 95, null, 12, null],
  ]);
  expect(repository.days.map(({ provisional }) => provisional)).toEqual([[], [], ['views', 'clones']]);
  expect(repository.facts.map(({ stars, forks, openIssues }) => [stars, forks, openIssues])).toEqual(
    Array.from({ length: 3 }, () => [31, 1, 2]),
  );
  expect(repository.lists.map(({ date, rows }) => [date, rows[0]?.name, rows[0]?.title])).toEqual([
    ['2026-01-18', '/octo/alpha', 'alpha·README'],
    ['2026-01-18', 'Google', null],
  ]);
});

test('flat objects are a table: their fields are its columns', async () => {
  const row = { date: '2024-01-01', views: 5, uniqueViews: 2, clones: 3, uniqueClones: 1 };
  const history = await readFiles({
    'log.json': JSON.stringify([row, { ...row, date: '2024-01-02', views: null }]),
  });
  expect(daysOf(onlyRepository(history))).toEqual([
    ['2024-01-01', 5, 2, 3, 1],
    ['2024-01-02', null, 2, 3, 1],
  ]);
});
