import { expect, test } from 'vitest';
import { codesOf, daysOf, onlyRepository, readFiles } from '../given-files.ts';

test('github-repo-stats: folders name the repository, fragments overlap, lists have their time from the name', async () => {
  const header = 'time_iso8601,clones_total,clones_unique,views_total,views_unique';
  const folder = 'data/octo/alpha/ghrs-data';
  const history = await readFiles({
    [`${folder}/views_clones_aggregate.csv`]: `${header}\n2020-12-01 00:00:00+00:00,0,0,59,13\n2020-12-02 00:00:00+00:00,2,2,191,16\n`,
    [`${folder}/snapshots/2020-12-15_165621_views_clones_series_fragment.csv`]: `${header}\n2020-12-01 00:00:00+00:00,,,50.0,11.0\n2020-12-03 00:00:00+00:00,1.0,1.0,,\n`,
    [`${folder}/snapshots/2020-12-15_165621_top_referrers_snapshot.csv`]:
      'referrer,views_total,views_unique\nGoogle,5,2\n',
    [`${folder}/snapshots/2020-12-16_165621_top_referrers_snapshot.csv`]:
      'referrer,views_total,views_unique\n',
    [`${folder}/snapshots/2020-12-16_165621_top_paths_snapshot.csv`]:
      'path,count_total,count_unique\n/octo/alpha,5,2\n',
    [`${folder}/stargazers.csv`]:
      'time_iso8601,stars_cumulative\n2020-12-01 10:00:00+00:00,4\n2020-12-01 11:00:00+00:00,5\n',
    [`${folder}/stargazer-snapshots.csv`]:
      'time_iso8601,stargazers_cumulative_snapshot\n2020-12-01 00:30:00+01:00,6\n2020-12-01 13:00:00+01:00,7\n',
    [`${folder}/forks.csv`]: 'time_iso8601,forks_cumulative\n2020-12-02 10:00:00+00:00,1\n',
  });
  const repository = onlyRepository(history);
  expect(repository).toMatchObject({ owner: 'octo', name: 'alpha', namedBy: 'folder', tools: ['ghrs'] });
  expect(daysOf(repository)).toEqual([
    ['2020-12-01', 59, 13, 0, 0],
    ['2020-12-02', 191, 16, 2, 2],
    ['2020-12-03', null, null, 1, 1],
  ]);
  expect(repository.days.map(({ doubtfulZero, lowerBound }) => [doubtfulZero, lowerBound])).toEqual([
    [['clones'], ['views']],
    [[], []],
    [[], []],
  ]);
  expect(repository.lists.map(({ kind, capturedAt, rows }) => [kind, capturedAt, rows.length])).toEqual([
    ['referrers', '2020-12-15T16:56:21', 1],
    ['paths', '2020-12-16T16:56:21', 1],
  ]);
  expect(
    repository.facts.map((fact) => [fact.date, fact.stars, fact.starsRebuilt, fact.forks, fact.rebuilt]),
  ).toEqual([
    ['2020-11-30', 6, null, null, []],
    ['2020-12-01', 7, 5, null, []],
    ['2020-12-02', null, null, 1, ['forks']],
  ]);
  expect(codesOf(history)).toEqual(['failed_read', 'stars_rebuilt', 'zero_doubtful:2']);
});

test('repohistory: zeros that fill days are unknown, wide zeros are no rows, and names with commas shift nothing', async () => {
  const folder = 'octo-labs-alpha-data-csv';
  const history = await readFiles({
    [`${folder}/views.csv`]: 'Date,Total Views,Unique Views\n2024-03-10,23,13\n2024-03-11,0,0',
    [`${folder}/clones.csv`]: 'Date,Total Clones,Unique Clones\n2024-03-10,0,0\n2024-03-11,7,7',
    [`${folder}/referrers.csv`]: 'Date,Google,Bing\n2024-03-10,5,0\n2024-03-11,5,1',
    [`${folder}/popular-content.csv`]: 'Date,/,/blob/a,b.md,/issues\n2024-03-10,9,8,7',
  });
  const repository = onlyRepository(history);
  expect(daysOf(repository)).toEqual([
    ['2024-03-10', 23, 13, null, null],
    ['2024-03-11', null, null, 7, 7],
  ]);
  expect(
    repository.lists.map(({ kind, date, rows }) => [
      kind,
      date,
      rows.map(({ name, count, uniques }) => [name, count, uniques]),
    ]),
  ).toEqual([
    [
      'paths',
      '2024-03-10',
      [
        ['/', 9, null],
        ['/blob/a,b.md', 8, null],
        ['/issues', 7, null],
      ],
    ],
    ['referrers', '2024-03-10', [['Google', 5, null]]],
    [
      'referrers',
      '2024-03-11',
      [
        ['Google', 5, null],
        ['Bing', 1, null],
      ],
    ],
  ]);
  expect(repository).toMatchObject({ owner: null, name: null });
  const [asked] = history.problems.filter(({ code }) => code === 'repository_unknown');
  expect(asked?.question?.suggestions).toEqual(['octo/labs-alpha', 'octo-labs/alpha']);
  expect(codesOf(history)).toEqual([
    'names_missing',
    'names_missing',
    'repository_unknown',
    'zero_not_measured:2',
    'zero_not_measured:3',
  ]);
});

test('a wide table is not read without the files of repohistory beside it', async () => {
  const history = await readFiles({ 'referrers.csv': 'Date,Google,Bing\n2024-03-10,5,0' });
  expect(history.repositories).toEqual([]);
});

test('nchah: runs overlap, the oldest day of a run is cut, the day of the run is not over', async () => {
  const header = 'repository_name,date,views,unique_visitors/cloners';
  const history = await readFiles({
    '2018-04-16-11h-49m-traffic-stats.csv': `${header}\r\nplugin,2018-04-02,2,1\r\nplugin,2018-04-10,5,2\r\n`,
    '2018-04-24-11h-49m-traffic-stats.csv': `${header}\r\nplugin,2018-04-10,3,1\r\nplugin,2018-04-24,1,1\r\n`,
    '2018-04-16-11h-49m-clone-stats.csv': 'repository_name,date,clones,unique_visitors/cloners\r\n',
    '2018-04-16-11h-49m-referrer-stats.csv':
      'repository_name,site,views,unique_visitors/cloners\r\nplugin,Google,33,24\r\n',
    'merged/clones.csv': 'plugin,2018-04-02,9,8\nplugin,2018-04-03,7,6\n',
  });
  const [merged, repository] = history.repositories.sort(
    (one, other) => one.files.length - other.files.length,
  );
  expect(daysOf(repository ?? onlyRepository(history))).toEqual([
    ['2018-04-02', 2, 1, null, null],
    ['2018-04-10', 5, 2, null, null],
    ['2018-04-24', 1, 1, null, null],
  ]);
  expect(repository?.days.map(({ lowerBound, provisional }) => [lowerBound, provisional])).toEqual([
    [['views'], []],
    [[], []],
    [[], ['views']],
  ]);
  expect(repository?.lists.map(({ capturedAt }) => capturedAt)).toEqual(['2018-04-16T11:49:00']);
  expect(merged?.days.map(({ cloneCount, cloneUniques }) => [cloneCount, cloneUniques])).toEqual([
    [9, 8],
    [7, 6],
  ]);
});

test('the seed’s tables: names from the list of repositories; without it a number is no name', async () => {
  const stats =
    'RID,TDATE,VIEWCOUNT,VUNIQUES,CLONECOUNT,CUNIQUES\n1001,2020-10-14,12,7,4,4\n1000,2020-10-15,0,0,3,2\n1000,2020-10-14,1,1,0,0\n1000,2020-10-14,1,1,0,0\n';
  const named = await readFiles({
    'repostats.csv': stats,
    'repositories.csv': 'RID,ORGNAME,REPONAME\n1000,octo,alpha\n1001,octo,beta\n',
  });
  expect(named.repositories.map((one) => [one.key, daysOf(one)])).toEqual([
    [
      'octo/alpha',
      [
        ['2020-10-14', 1, 1, 0, 0],
        ['2020-10-15', 0, 0, 3, 2],
      ],
    ],
    ['octo/beta', [['2020-10-14', 12, 7, 4, 4]]],
  ]);
  expect(named.repositories[0]?.days.map(({ doubtfulZero }) => doubtfulZero)).toEqual([
    ['clones'],
    ['views'],
  ]);
  const unnamed = await readFiles({ 'repostats.csv': stats });
  expect(unnamed.repositories.map(({ owner, name, label }) => [owner, name, label])).toEqual([
    [null, null, 'number 1000'],
    [null, null, 'number 1001'],
  ]);
  expect(unnamed.problems.flatMap(({ question }) => question?.kind ?? [])).toEqual([
    'repository',
    'repository',
  ]);
});

test('paths name a repository, and its former names after a rename', async () => {
  const history = await readFiles({
    'views.csv': 'date,count,uniques\n2026-06-30,22,3\n',
    'paths.csv':
      'snapshot_date,path,count,uniques,title\n"2026-06-30","/octo/old",5,2,"x"\n"2026-07-30","/octo/alpha",5,2,"x"\n"2026-07-30","/Octo/alpha/issues",4,2,"x"\n',
  });
  expect(onlyRepository(history)).toMatchObject({
    owner: 'octo',
    name: 'alpha',
    namedBy: 'paths',
    formerNames: ['octo/old'],
  });
});

test('paths without owner and repository name nothing', async () => {
  const history = await readFiles({
    'paths.csv':
      'snapshot_date,path,count,uniques\n2026-06-30,/blob/main/README.md,5,2\n2026-06-30,/blob/main/x,4,2\n',
  });
  expect(onlyRepository(history)).toMatchObject({ owner: null, name: null, formerNames: [] });
});

test('the same repository in files of several tools is one', async () => {
  const history = await readFiles({
    'octo/alpha/ghrs-data/views_clones_aggregate.csv':
      'time_iso8601,clones_total,clones_unique,views_total,views_unique\n2020-12-01 00:00:00+00:00,1,1,59,13\n',
    'log/traffic.csv': 'date,repository,views,unique_visitors\n2020-12-01,Octo/Alpha,60,9\n',
  });
  const repository = onlyRepository(history);
  expect(repository.tools).toEqual(['ghrs', 'homemade']);
  expect(daysOf(repository)).toEqual([['2020-12-01', 60, 13, 1, 1]]);
});
