import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { toCsv } from '../../lib/csv.ts';
import { describeFormat } from '../../lib/exports/description.ts';
import {
  columnsOf,
  EXPORT_FORMAT,
  EXPORT_VERSION,
  type ExportTable,
  type ExportValue,
  MANIFEST_FILE,
} from '../../lib/exports/format.ts';
import {
  type ExportProblem,
  parseManifest,
  type ReadExportRepository,
  readExport,
} from '../../lib/exports/reader.ts';

const toBytes = (text: string) => new TextEncoder().encode(text);
const file = (path: string, text: string) => ({ path, bytes: async () => toBytes(text) });

/** The files of an export with these rows. */
function filesOf(tables: Partial<Record<ExportTable, ExportValue[][]>>, version = EXPORT_VERSION) {
  const given = Object.entries(tables) as [ExportTable, ExportValue[][]][];
  const resources = given.map(([name, rows]) => ({ name, rows: rows.length }));
  return [
    file(
      `export/${MANIFEST_FILE}`,
      JSON.stringify({ format: EXPORT_FORMAT, formatVersion: version, created: '', resources }),
    ),
    ...given.map(([name, rows]) =>
      file(
        `export/${name}.csv`,
        toCsv(
          columnsOf(name).map((column) => column.name),
          rows,
        ),
      ),
    ),
  ];
}

const starsOf = (one: ReadExportRepository | undefined) => one?.exported.starDays;
const toLineAndCode = ({ line, code }: ExportProblem) => [line, code];

const repository = [
  7,
  'octo',
  'cat',
  null,
  'public',
  null,
  null,
  'daily',
  '2026-01-01T00:00:00.000Z',
  null,
  null,
  70,
];

test.each([
  '=1+1',
  "'=1+1",
  "''-x",
  '-dash/docs',
  "'-dash/docs",
  "it's",
  "'",
  '@a,"b"\r\n',
  '\t',
  '＝1',
  'é',
])('the text %j is read as it was written', async (title) => {
  const path = [7, 'octo/cat', '2026-01-02', 1, '/', title, 3, 2];
  const read = await readExport(filesOf({ repositories: [repository], paths: [path] }));
  expect(read?.problems).toEqual([]);
  expect(read?.repositories[0]?.paths).toEqual([
    { date: '2026-01-02', rank: 1, path: '/', title, viewCount: 3, viewUniques: 2 },
  ]);
});

test('an unknown figure stays unknown, and zero stays zero', async () => {
  const day = [7, 'octo/cat', '2026-01-02', 0, null, null, 5, 'cut', '2026-01-03T08:00:00.000Z', null];
  const read = await readExport(filesOf({ repositories: [repository], 'traffic-days': [day] }));
  expect(read?.repositories[0]?.days).toMatchObject([
    { viewCount: 0, viewUniques: null, cloneCount: null, cloneUniques: 5, state: 'cut' },
  ]);
});

test('rows that cannot be read are left out and named', async () => {
  const star = (id: number, date: string, gained: number | string) => [id, 'octo/cat', date, gained];
  const read = await readExport(
    filesOf({
      repositories: [repository],
      stars: [
        star(7, '2026-02-30', 1),
        star(7, '2026-02-27', '1.5'),
        star(8, '2026-02-27', 1),
        star(7, '2026-02-28', 1),
      ],
    }),
  );
  expect(starsOf(read?.repositories[0])).toEqual([{ date: '2026-02-28', gained: 1 }]);
  expect(read?.problems.map(toLineAndCode)).toEqual([
    [2, 'bad_row'],
    [3, 'bad_row'],
    [4, 'unknown_repository'],
  ]);
});

test('a file that lacks rows, a missing file and a newer version are told', async () => {
  const files = filesOf({ repositories: [repository], stars: [[7, 'octo/cat', '2026-02-28', 1]], facts: [] });
  const cut = files.map((one) =>
    one.path.endsWith('stars.csv') ? file(one.path, 'githubId,repository,date,gained\r\n') : one,
  );
  const read = await readExport(cut.filter(({ path }) => !path.endsWith('facts.csv')));
  expect(read?.problems.map(({ path, code }) => [path, code])).toEqual([
    ['export/facts.csv', 'missing_file'],
    ['export/stars.csv', 'count_differs'],
  ]);
  const newer = await readExport(filesOf({ repositories: [repository] }, EXPORT_VERSION + 1));
  expect(newer?.problems.map(({ code }) => code)).toEqual(['newer_export']);
  expect(newer?.repositories).toEqual([]);
});

test('an export from before dashboards and groups came back is read without a problem', async () => {
  const files = filesOf({ repositories: [repository], groups: [['Tools', 'octo', '*', null, 'any', 3]] });
  const before = files.map(({ path, bytes }) => ({
    path,
    bytes: async () => {
      const text = new TextDecoder().decode(await bytes());
      return toBytes(path.endsWith('.csv') ? text.replace(/,[^,\r]+(?=\r)/g, '') : text);
    },
  }));
  const read = await readExport(before);
  expect(read?.problems).toEqual([]);
  expect(read?.tenant.repositoryIds).toEqual([{ githubId: 7, repositoryId: null }]);
  expect(read?.tenant.groups).toMatchObject([{ name: 'Tools', owner: 'octo', groupId: null }]);
  expect((await readExport(files))?.tenant.groups).toMatchObject([{ name: 'Tools', groupId: 3 }]);
});

test('an export is recognised by what its datapackage.json says', () => {
  const text = JSON.stringify({
    format: EXPORT_FORMAT,
    formatVersion: 1,
    created: 'x',
    resources: [{ name: 'stars', rows: 2 }],
  });
  expect(parseManifest(text)).toEqual({ version: 1, exportedAt: 'x', rows: new Map([['stars', 2]]) });
  for (const other of ['', '[]', 'null', '{"format":"other","formatVersion":1}', '{'])
    expect(parseManifest(other)).toBeNull();
});

test('other files are no export', async () => {
  expect(
    await readExport([file('a.csv', 'a,b\n1,2\n'), file('datapackage.json', '{"name":"x"}')]),
  ).toBeNull();
});

test('docs/export.md lists the tables and columns of the format', () => {
  const page = readFileSync(path.join(import.meta.dirname, '../../docs/export.md'), 'utf8');
  expect(page.split('<!-- tables -->\n\n')[1]).toBe(describeFormat());
  expect(page).toContain(`This is version ${EXPORT_VERSION}.`);
});
