import { expect, test } from 'vitest';
import { TOOLS } from '../../lib/imports/read.ts';
import { codesOf, daysOf, onlyRepository, readFiles } from '../given-files.ts';

test('a table of views and one of clones in a folder are one repository, with unknown for the days that one lacks', async () => {
  const history = await readFiles({
    'traffic/views.csv': '_date,total_views,unique_views\n2024-01-02,7,3\n2024-01-01,5,2\n',
    'traffic/clones.csv': '_date,total_clones,unique_clones\n2024-01-01,4,1\n2024-01-04,9,8\n',
    'traffic/plots.png': 'not read',
  });
  const repository = onlyRepository(history);
  expect(daysOf(repository)).toEqual([
    ['2024-01-01', 5, 2, 4, 1],
    ['2024-01-02', 7, 3, null, null],
    ['2024-01-04', null, null, 9, 8],
  ]);
  expect(repository).toMatchObject({ owner: null, name: null, tools: ['sangonzal'], key: 'traffic|' });
  expect(history.files.map(({ path, tool, left }) => [path, tool, left])).toEqual([
    ['traffic/clones.csv', 'sangonzal', null],
    ['traffic/plots.png', null, 'The file is no data.'],
    ['traffic/views.csv', 'sangonzal', null],
  ]);
  expect(history.problems.map(({ code, question }) => [code, question?.id])).toEqual([
    ['repository_unknown', 'repository:traffic|'],
  ]);
  const named = await readFiles(
    { 'traffic/views.csv': '_date,total_views,unique_views\n2024-01-02,7,3\n' },
    { 'repository:traffic|': 'octo-org/alpha' },
  );
  expect(onlyRepository(named)).toMatchObject({ key: 'octo-org/alpha', owner: 'octo-org', name: 'alpha' });
  expect(named.problems).toEqual([]);
});

test('columns are found by their names, whatever their order', async () => {
  const header = 'timestamp,clones,unique_clones,views,unique_views';
  const history = await readFiles({ 'all.csv': `${header}\r\n2024-05-02T00:00:00Z,16,5,13,4\r\n` });
  expect(daysOf(onlyRepository(history))).toEqual([['2024-05-02', 13, 4, 16, 5]]);
});

test('every tool has a name of its own', () => {
  expect(new Set(Object.values(TOOLS)).size).toBe(Object.keys(TOOLS).length);
});

test('line ends of several kinds in a file divide its rows all the same', async () => {
  const history = await readFiles({
    'views.csv':
      'date,views,unique_views\r\n2024-01-01,5,2\r\n2024-01-02,6,3\n2024-01-03,7,4\r2024-01-04,8,5',
  });
  expect(daysOf(onlyRepository(history)).map(([, views]) => views)).toEqual([5, 6, 7, 8]);
  expect(codesOf(history)).toEqual(['repository_unknown']);
});

test.each([
  ['a fraction', '2024-01-01,1.5,1', 'number_fractional'],
  ['a negative number', '2024-01-01,-3,1', 'number_negative'],
  ['10^15', '2024-01-01,1000000000000000,1', 'number_too_large'],
  ['1e15', '2024-01-01,1e15,1', 'number_too_large'],
  ['a number with separators', '2024-01-01,"1,234",1', 'number_unreadable'],
  ['text', '2024-01-01,many,1', 'number_unreadable'],
])('%s is left out, with its line', async (_, row, code) => {
  const history = await readFiles({ 'views.csv': `date,views,unique_views\n2024-01-02,7,3\n${row}\n` });
  expect(daysOf(onlyRepository(history))).toEqual([
    ['2024-01-01', null, 1, null, null],
    ['2024-01-02', 7, 3, null, null],
  ]);
  expect(codesOf(history)).toContain(`${code}:3`);
});

test('a number of a tool that computes with fractions, or with a sign, is a whole number all the same', async () => {
  const history = await readFiles({
    'views.csv': 'date,views,unique_views\n2024-01-01,7.0,+3\n2024-01-02,,NaN\n',
  });
  expect(daysOf(onlyRepository(history))).toEqual([['2024-01-01', 7, 3, null, null]]);
});

test.each(['2024-02-30', '2023-02-29', '2024-13-01', 'yesterday', '31.02.2024', '2024-01-01T25:00:00Z'])(
  'the day %s does not exist',
  async (day) => {
    const history = await readFiles({ 'views.csv': `date,views,unique_views\n2024-01-02,7,3\n${day},1,1\n` });
    expect(daysOf(onlyRepository(history)).map(([date]) => date)).toEqual(['2024-01-02']);
    expect(codesOf(history)).toContain('date_impossible:3');
  },
);

test('a day that has not come is left out', async () => {
  const history = await readFiles({
    'views.csv': 'date,views,unique_views\n2026-11-26,7,3\n2026-11-27,1,1\n',
  });
  expect(daysOf(onlyRepository(history))).toEqual([['2026-11-26', 7, 3, null, null]]);
  expect(codesOf(history)).toContain('date_in_future:3');
});

test('what Excel does to a table is undone: a mark, semicolons, dates with points, and a row of sums', async () => {
  const text = '\ufeffdate;views;unique_views\r\n03.01.2024;7;3\r\n14.1.24;8;4\r\nSumme;15;7\r\n';
  const history = await readFiles({
    'views.csv': text,
    'clones.csv': 'sep=;\r\ndate;clones\r\n2024-01-03;2\r\n',
  });
  expect(daysOf(onlyRepository(history))).toEqual([
    ['2024-01-03', 7, 3, 2, null],
    ['2024-01-14', 8, 4, null, null],
  ]);
  expect(codesOf(history)).toEqual(['repository_unknown', 'sum_row:4']);
});

test('dates with slashes are read by those that tell their order, and asked for if none does', async () => {
  const clear = await readFiles({ 'views.csv': 'date,views\n03/04/2024,1\n14/04/2024,2\n' });
  expect(daysOf(onlyRepository(clear)).map(([date]) => date)).toEqual(['2024-04-03', '2024-04-14']);
  const files = { 'views.csv': 'date,views\n03/04/2024,1\n05/04/2024,2\n' };
  const unclear = await readFiles(files);
  expect(unclear.repositories).toEqual([]);
  expect(unclear.problems.map(({ code, question }) => [code, question?.id])).toEqual([
    ['date_order', 'dates:views.csv'],
  ]);
  const answered = await readFiles(files, { 'dates:views.csv': 'mdy' });
  expect(daysOf(onlyRepository(answered)).map(([date]) => date)).toEqual(['2024-03-04', '2024-05-04']);
});

test('a time with a zone is its UTC day, and midnight somewhere else is no day', async () => {
  const rows = [
    '2024-01-01 00:00:00+00:00,1,1',
    '2024-01-02T01:00:00+01:00,2,1',
    '2024-01-03T00:00:00.000Z,3,1',
    '2024-01-05T00:00:00+01:00,4,1',
  ];
  const history = await readFiles({ 'all.csv': `date,views,unique_views\n${rows.join('\n')}` });
  expect(daysOf(onlyRepository(history)).map(([date, views]) => [date, views])).toEqual([
    ['2024-01-01', 1],
    ['2024-01-02', 2],
    ['2024-01-03', 3],
  ]);
  expect(codesOf(history)).toContain('rolling_total');
});

test('rows of a day that repeat count once, and of rows that differ the largest of each number counts', async () => {
  const rows = ['2024-01-01,5,3', '2024-01-01,5,3', '2024-01-02,9,1', '2024-01-02,7,4'];
  const history = await readFiles({ 'views.csv': `date,views,unique_views\n${rows.join('\n')}\n` });
  expect(daysOf(onlyRepository(history))).toEqual([
    ['2024-01-01', 5, 3, null, null],
    ['2024-01-02', 9, 4, null, null],
  ]);
  expect(codesOf(history)).toContain('contradicting_rows:5');
});

test('rows with a time of day are totals of 14 days and no days, unless you say otherwise', async () => {
  const rows = [
    'alpha,2026-01-19,9,7',
    'octo/alpha,2026-01-22 16:24:27,75,43',
    'octo/alpha,2026-01-23 11:04:48,0,0',
  ];
  const files = {
    'log/clone-stats.csv': `repository_name,date,clones,unique_cloners\r\n${rows.join('\n')}\r\n`,
    'log/referrer-stats.csv':
      'Date,Referrer,Count,Uniques\n2026-01-22 16:26:10,a.example,4,2\n2026-01-23 11:04:49,no-referrers,0,0\n',
  };
  const history = await readFiles(files);
  const repository = onlyRepository(history);
  expect(repository).toMatchObject({ owner: 'octo', name: 'alpha' });
  expect(daysOf(repository)).toEqual([['2026-01-19', null, null, 9, 7]]);
  expect(repository.lists).toEqual([
    {
      kind: 'referrers',
      date: '2026-01-22',
      capturedAt: '2026-01-22T16:26:10',
      rows: [{ name: 'a.example', title: null, count: 4, uniques: 2 }],
    },
  ]);
  expect(history.problems.map(({ code, count }) => [code, count])).toEqual([
    ['rolling_total', 2],
    ['failed_read', 1],
  ]);
  const id = 'times:log/clone-stats.csv';
  expect(daysOf(onlyRepository(await readFiles(files, { [id]: 'days' })))).toHaveLength(3);
  const left = await readFiles(files, { [id]: 'leave' });
  expect(left.problems.map(({ code, weight, line }) => [code, weight, line])).toEqual([
    ['rolling_total', 'left', 3],
    ['failed_read', 'left', 3],
  ]);
});

test('totals of 14 days without a time of day are told by how little they change', async () => {
  const dates = Array.from({ length: 20 }, (_, index) => `2024-03-${String(index + 1).padStart(2, '0')}`);
  const rolling = dates.map((date, index) => `${date},${1000 + index * 7},${200 + index}`);
  const daily = dates.map((date, index) => `${date},${[90, 70, 65, 80, 40, 20, 75][index % 7]},9`);
  const header = 'date,views,unique_views';
  const files = {
    'a/views.csv': [header, ...rolling].join('\n'),
    'b/views.csv': [header, ...daily].join('\n'),
  };
  const history = await readFiles(files);
  expect(history.repositories.map(({ key, days }) => [key, days.length])).toEqual([['b|', 20]]);
  expect(codesOf(history)).toContain('looks_rolling');
  const answered = await readFiles(files, { 'times:a/views.csv': 'days' });
  expect(answered.repositories.map(({ days }) => days.length)).toEqual([20, 20]);
});

test('rows of Mondays only are weeks, and never become days', async () => {
  const rows = ['2024-01-01,70,20', '2024-01-08,60,18', '2024-01-15,81,22'];
  const repository = onlyRepository(
    await readFiles({ 'views.csv': `date,views,unique_views\n${rows.join('\n')}\n` }),
  );
  expect(repository.days).toEqual([]);
  expect(repository.weeks.map(({ date, viewCount }) => [date, viewCount])).toEqual([
    ['2024-01-01', 70],
    ['2024-01-08', 60],
    ['2024-01-15', 81],
  ]);
});

test('a table of counts is of views or of clones by its name, and asked for otherwise', async () => {
  const text = 'date,count,uniques\n2024-01-02,7,3\n';
  const told = await readFiles({ 'x/views.csv': text, 'x/clones.csv': text });
  expect(daysOf(onlyRepository(told))).toEqual([['2024-01-02', 7, 3, 7, 3]]);
  const asked = await readFiles({ 'x/alpha.csv': text });
  expect(asked.repositories).toEqual([]);
  expect(asked.problems.map(({ question }) => question?.id)).toEqual(['metric:x/alpha.csv']);
  const answered = await readFiles({ 'x/alpha.csv': text }, { 'metric:x/alpha.csv': 'clones' });
  expect(daysOf(onlyRepository(answered))).toEqual([['2024-01-02', null, null, 7, 3]]);
});

test('a table of many repositories needs its owner once', async () => {
  const files = {
    'traffic.csv':
      'date,repository,views,unique_visitors,clones,unique_cloners\n2023-07-14,one,1,1,0,0\n2023-07-14,two,3,2,5,4\n',
    'activity.csv': 'date,repository,stars,watchers,forks\n2023-07-30,one,5,2,4\n',
  };
  const asked = await readFiles(files);
  expect(asked.repositories.map(({ label }) => label)).toEqual(['one', 'two']);
  expect(asked.problems.flatMap(({ question }) => question?.id ?? [])).toEqual(['owner:']);
  const { repositories } = await readFiles(files, { 'owner:': 'octo' });
  expect(
    repositories.map(({ key, facts }) => [
      key,
      facts.map(({ stars, forks, subscribers }) => [stars, forks, subscribers]),
    ]),
  ).toEqual([
    ['octo/one', [[5, 4, null]]],
    ['octo/two', []],
  ]);
});

test('a header without rows is nothing to import, and no failure', async () => {
  const history = await readFiles({ 'repo-traffic.csv': 'date,views,unique_views,clones,unique_clones\n' });
  expect(history).toMatchObject({ repositories: [], problems: [] });
  expect(history.files[0]?.left).toBe('The table has a header and no rows.');
});

test('a quote that is not closed is told with its line', async () => {
  const history = await readFiles({ 'views.csv': 'date,views\n2024-01-01,5\n2024-01-02,"6\n2024-01-03,7\n' });
  expect(codesOf(history)).toContain('csv_broken:3');
  expect(daysOf(onlyRepository(history)).map(([date]) => date)).toEqual(['2024-01-01']);
});

test('names that are formulas stay as they are', async () => {
  const name = '=HYPERLINK("http://x.example","y")';
  const rows = `2024-01-02,"${name.replaceAll('"', '""')}",7,3\n2024-01-02,@SUM(A1),1,1\n`;
  const history = await readFiles({ 'referrers.csv': `snapshot_date,referrer,count,uniques\n${rows}` });
  expect(onlyRepository(history).lists[0]?.rows.map((row) => row.name)).toEqual([name, '@SUM(A1)']);
});

test('the table that our own pages give as CSV is read by its owner and name; its months are no days', async () => {
  const header = 'repositoryId,owner,name,date,viewCount,viewUniques,cloneCount,cloneUniques,state';
  const rows = (dates: string[]) => dates.map((date) => `3,octo,alpha,${date},5,2,1,1,measured`).join('\n');
  const daily = await readFiles({ 'traffic.csv': `${header}\n${rows(['2024-01-01', '2024-01-02'])}` });
  expect(onlyRepository(daily)).toMatchObject({
    key: 'octo/alpha',
    days: [{ viewCount: 5 }, { cloneUniques: 1 }],
  });
  const monthly = await readFiles({
    'traffic.csv': `${header}\n${rows(['2024-01-01', '2024-02-01', '2024-03-01'])}`,
  });
  expect(monthly.repositories).toEqual([]);
  expect(codesOf(monthly)).toEqual(['monthly']);
  const seed =
    'RID,ORGNAME,REPONAME,TDATE,VIEWCOUNT,VUNIQUES,CLONECOUNT,CUNIQUES\n3,octo,alpha,2024-01-01,5,2,1,1\n';
  expect(onlyRepository(await readFiles({ 'seed.csv': seed }))).toMatchObject({
    key: 'octo/alpha',
    days: [{ viewUniques: 2 }],
  });
});
