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
