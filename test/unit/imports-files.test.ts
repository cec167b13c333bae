import { strToU8, zipSync } from 'fflate';
import initSqlJs from 'sql.js';
import { expect, test } from 'vitest';
import { PROBLEMS } from '../../lib/imports/history.ts';
import { toTenantToSend } from '../../lib/imports/merge.ts';
import { codesOf, daysOf, onlyRepository, readFiles } from '../given-files.ts';

const VIEWS = 'date,views,unique_views\n2024-01-01,5,2\n';
const leftOf = (history: Awaited<ReturnType<typeof readFiles>>) =>
  history.files.map(({ path, left }) => [path, left]);

test('the files of an archive are read as if they were in a folder of its name', async () => {
  const archive = zipSync({
    'octo/alpha/ghrs-data/stargazers.csv': strToU8(
      'time_iso8601,stars_cumulative\n2020-12-01 10:00:00+00:00,4\n',
    ),
    '__MACOSX/views.csv': strToU8(VIEWS),
    'empty/': new Uint8Array(),
  });
  const history = await readFiles({ 'backup.zip': archive });
  expect(onlyRepository(history)).toMatchObject({ key: 'octo/alpha', facts: [{ stars: 4 }] });
  expect(history.files).toMatchObject([
    {
      path: 'backup.zip/octo/alpha/ghrs-data/stargazers.csv',
      sha256: expect.stringMatching(/^[\da-f]{64}$/),
      tool: 'ghrs',
    },
  ]);
});

test('an archive of repohistory is told by its name', async () => {
  const archive = zipSync({ 'views.csv': strToU8('Date,Total Views,Unique Views\n2024-03-10,23,13') });
  const history = await readFiles({ 'Downloads/octo-alpha-data-csv (1).zip': archive });
  expect(onlyRepository(history)).toMatchObject({ owner: 'octo', name: 'alpha', namedBy: 'folder' });
});

/** An archive whose directory says that its first file has so many bytes. */
function sayingSize(archive: Uint8Array, size: number): Uint8Array {
  const bytes = archive.slice();
  const at = bytes.findIndex(
    (byte, index) => byte === 0x50 && bytes[index + 1] === 0x4b && bytes[index + 2] === 1,
  );
  new DataView(bytes.buffer).setUint32(at + 24, size, true);
  return bytes;
}

test('an archive that would fill the memory is refused before anything is unpacked', async () => {
  const archive = zipSync({ 'views.csv': strToU8(VIEWS) });
  const history = await readFiles({ 'bomb.zip': sayingSize(archive, 3_000_000_000), 'x/views.csv': VIEWS });
  expect(codesOf(history)).toContain('zip_too_large');
  expect(daysOf(onlyRepository(history))).toHaveLength(1);
});

test('an archive that says less than it has gives no more than it says', async () => {
  const zeros = zipSync({ 'views.csv': new Uint8Array(2_000_000) });
  const started = performance.now();
  const history = await readFiles({ 'bomb.zip': sayingSize(zeros, 10) });
  expect(history.repositories).toEqual([]);
  expect(performance.now() - started).toBeLessThan(5000);
});

test('a broken archive, and one inside of another, are told', async () => {
  const archive = zipSync({ 'inner.zip': zipSync({ 'views.csv': strToU8(VIEWS) }) });
  const history = await readFiles({ 'broken.zip': archive.slice(0, 60), 'outer.zip': archive });
  expect(codesOf(history)).toEqual(['zip_broken', 'zip_inside_zip']);
});

test('a file of 2 GB is refused without being opened', async () => {
  const large = {
    path: 'all.csv',
    size: 2_000_000_000,
    bytes: () => Promise.reject(new Error('It was opened.')),
  };
  const history = await readFiles([large]);
  expect(history.problems.map(({ code, message }) => [code, message])).toEqual([
    [
      'file_too_large',
      'The file is larger than 256 MiB. Divide it, for example by year, and give the parts.',
    ],
  ]);
});

test('a file that cannot be opened is told, and the others are read', async () => {
  const bytes = strToU8(VIEWS);
  const history = await readFiles([
    { path: 'gone.csv', size: 9, bytes: () => Promise.reject(new Error('gone')) },
    { path: 'views.csv', size: bytes.length, bytes: async () => bytes },
  ]);
  expect(codesOf(history)).toEqual(['repository_unknown', 'unreadable']);
});

const toUtf16 = (text: string, order: 'le' | 'be') => {
  const bytes = new Uint8Array(text.length * 2);
  const view = new DataView(bytes.buffer);
  for (let index = 0; index < text.length; index++)
    view.setUint16(index * 2, text.charCodeAt(index), order === 'le');
  return bytes;
};

test.each([
  ['UTF-8 with a mark', strToU8(`\ufeff${VIEWS}`)],
  ['UTF-16, little end first', toUtf16(`\ufeff${VIEWS}`, 'le')],
  ['UTF-16, big end first', toUtf16(`\ufeff${VIEWS}`, 'be')],
  ['UTF-16 without a mark', toUtf16(VIEWS, 'le')],
])('text in %s', async (_, bytes) => {
  expect(daysOf(onlyRepository(await readFiles({ 'views.csv': bytes })))).toEqual([
    ['2024-01-01', 5, 2, null, null],
  ]);
});

test('text that is no valid UTF-8 is read as well as it can be, and told', async () => {
  const list = (name: number[]) =>
    new Uint8Array([
      ...strToU8('snapshot_date,referrer,count,uniques\n2024-01-01,'),
      ...name,
      ...strToU8(',5,2\n'),
    ]);
  const old = await readFiles({ 'referrers.csv': list([0x4d, 0xfc, 0x6c, 0x6c]) });
  expect(onlyRepository(old).lists[0]?.rows[0]?.name).toBe('Müll');
  expect(codesOf(old)).toContain('encoding_guessed');
  const cut = await readFiles({ 'referrers.csv': list([...strToU8('Müll'), 0xc3]) });
  expect(onlyRepository(cut).lists[0]?.rows[0]?.name).toBe('Müll\ufffd');
});

test('what is no data is left out quietly; a name that promises data is told', async () => {
  const bytes = new Uint8Array([0x89, 0, 1, 2, 0, 255]);
  const history = await readFiles({
    'plots.png': bytes,
    'README.md': '# Views',
    blob: bytes,
    'stats.db': bytes,
    'none.csv': '',
  });
  expect(codesOf(history)).toEqual(['not_text']);
  expect(leftOf(history).filter(([, left]) => left === null)).toEqual([]);
});

async function database(statements: string[]): Promise<Uint8Array> {
  const { Database } = await initSqlJs();
  const db = new Database();
  for (const statement of statements) db.run(statement);
  const bytes = db.export();
  db.close();
  return bytes;
}

const GHSTATS = [
  'create table repos (id integer primary key, name text not null, hidden boolean default false)',
  `create table repo_stats (repo_id integer not null, date text not null, stars integer not null default 0, forks integer not null default 0,
    watchers integer not null default 0, issues integer not null default 0, clones_count integer not null default 0,
    clones_uniques integer not null default 0, views_count integer not null default 0, views_uniques integer not null default 0,
    primary key (repo_id, date))`,
  `create table repo_referrers (repo_id integer not null, date text not null, referrer text not null, count integer not null default 0,
    uniques integer not null default 0, count_delta integer not null default 0, uniques_delta integer not null default 0)`,
  `create table repo_popular_paths (repo_id integer not null, date text not null, path text not null, title text not null,
    count integer not null default 0, uniques integer not null default 0, count_delta integer not null default 0)`,
  'pragma user_version = 3',
];

test('ghstats: zeros are not measured, lists prove a run, ids tell repositories apart', async () => {
  const bytes = await database([
    ...GHSTATS,
    "insert into repos values (7, 'octo/alpha', false), (8, 'octo/beta', true)",
    "insert into repo_stats (repo_id, date, stars) values (7, '2023-02-01T00:00:00Z', 1)",
    "insert into repo_stats values (7, '2025-03-17T00:00:00Z', 9, 2, 9, 0, 0, 0, 5, 3), (7, '2025-03-18T00:00:00Z', 0, 0, 0, 0, 4, 2, 0, 0), (8, '2025-03-18T00:00:00Z', 0, 0, 0, 0, 1, 1, 1, 1)",
    "insert into repo_referrers values (7, '2025-03-17T00:00:00Z', 'Google', 8, 3, 100, 100)",
    "insert into repo_popular_paths values (7, '2025-03-17T00:00:00Z', '/octo/old', 't', 8, 3, 100)",
  ]);
  const history = await readFiles({ 'ghstats.db': bytes, 'ghstats.db-wal': new Uint8Array(9) });
  const [alpha, beta] = history.repositories;
  expect(alpha).toMatchObject({
    key: '#7',
    githubId: 7,
    owner: 'octo',
    name: 'alpha',
    formerNames: ['octo/old'],
  });
  expect(history.repositories.map(daysOf)).toEqual([
    [
      ['2025-03-17', 5, 3, null, null],
      ['2025-03-18', null, null, 4, 2],
    ],
    [['2025-03-18', 1, 1, 1, 1]],
  ]);
  expect(alpha?.facts.map(({ date, stars, forks, rebuilt }) => [date, stars, forks, rebuilt])).toEqual([
    ['2023-02-01', 1, null, ['stars']],
    ['2025-03-17', 9, 2, []],
  ]);
  expect(alpha?.lists.map(({ kind, rows }) => [kind, rows[0]?.count])).toEqual([
    ['paths', 8],
    ['referrers', 8],
  ]);
  expect(beta?.key).toBe('#8');
  expect(codesOf(history)).toEqual(['sqlite_unwritten', 'stars_rebuilt', 'zero_not_measured']);
});

test('two repositories of one name in a database stay two', async () => {
  const bytes = await database([
    ...GHSTATS,
    "insert into repos values (7, 'octo/alpha', true), (8, 'octo/alpha', false)",
    "insert into repo_stats values (7, '2025-03-17T00:00:00Z', 9, 2, 9, 0, 0, 0, 5, 3), (8, '2025-03-18T00:00:00Z', 0, 0, 0, 0, 1, 1, 1, 1)",
  ]);
  expect((await readFiles({ 'ghstats.db': bytes })).repositories.map(({ key }) => key)).toEqual(['#7', '#8']);
});

test('databases that are broken, of another program, or of another version are told', async () => {
  const whole = await database([...GHSTATS, "insert into repos values (7, 'octo/alpha', false)"]);
  const broken = whole.slice(0, 3000);
  broken.fill(0xff, 100);
  const history = await readFiles({
    'broken.db': broken,
    'newer.db': await database([...GHSTATS, 'pragma user_version = 9']),
    'older.db': await database(['create table repos (id, name)', 'create table repo_stats (repo_id, day)']),
    'other.db': await database(['create table people (name)']),
  });
  expect(history.problems.map(({ path, code }) => [path, code])).toEqual([
    ['broken.db', 'sqlite_broken'],
    ['newer.db', 'sqlite_newer'],
    ['newer.db', 'zero_not_measured'],
    ['older.db', 'sqlite_not_known'],
    ['other.db', 'sqlite_not_known'],
  ]);
});

test('an old git-clone-stats keeps its rows in SQLite', async () => {
  const bytes = await database([
    'create table clone_history (repo text, timestamp text, count integer, uniques integer)',
    'create table view_history (repo text, timestamp text, count integer, uniques integer)',
    "insert into clone_history values ('octo/alpha', '2024-01-01T00:00:00Z', 5, 2), ('octo/alpha', 'never', 5, 2)",
  ]);
  const history = await readFiles({ 'stats.db': bytes });
  expect(daysOf(onlyRepository(history))).toEqual([['2024-01-01', null, null, 5, 2]]);
  expect(codesOf(history)).toEqual(['row_broken']);
});

test('SQLite is loaded only for a database', async () => {
  const { readHistory } = await import('../../lib/imports/read.ts');
  const bytes = strToU8(VIEWS);
  const history = await readHistory([{ path: 'views.csv', size: bytes.length, bytes: async () => bytes }], {
    today: '2026-11-26',
    openSqlite: () => Promise.reject(new Error('It was loaded.')),
  });
  expect(history.repositories).toHaveLength(1);
});

test('an export of ours is recognised, with the states of its days and what no other tool has', async () => {
  const day = '7,octo/alpha,2026-01-14,5,2,1,1,suspect,2026-01-15T08:00:00.000Z,';
  const header =
    'githubId,repository,date,viewCount,viewUniques,cloneCount,cloneUniques,state,observedAt,importId';
  const history = await readFiles({
    'export.zip': zipSync({
      'datapackage.json': strToU8(
        JSON.stringify({
          format: 'github-traffic-analytics-export',
          version: 1,
          formatVersion: 1,
          created: '',
          resources: ['repositories', 'traffic-days', 'stars'].map((name) => ({ name, rows: 1 })),
        }),
      ),
      'repositories.csv': strToU8(
        'githubId,owner,name,formerNames,visibility,archivedAt,topics,schedule,addedAt,firstCoveredDate,publishedThrough\n7,octo,alpha,octo/old,public,,,daily,2026-01-01T00:00:00.000Z,,\n',
      ),
      'traffic-days.csv': strToU8(`${header}\n${day}\n`),
      'stars.csv': strToU8('githubId,repository,date,gained\n7,octo/alpha,2026-01-14,3\n'),
    }),
  });
  expect(history.problems).toEqual([]);
  expect(onlyRepository(history)).toMatchObject({
    githubId: 7,
    owner: 'octo',
    name: 'alpha',
    formerNames: ['octo/old'],
    tools: ['export'],
    days: [{ date: '2026-01-14', viewCount: 5, state: 'suspect', observedAt: '2026-01-15T08:00:00.000Z' }],
    exported: { starDays: [{ date: '2026-01-14', gained: 3 }] },
  });
  expect(history.tenants).toHaveLength(1);
});

test('of two exports with one group’s name, the group of the newest is imported, whatever the files are called', async () => {
  const exportOf = (created: string, namePattern: string) =>
    zipSync({
      'datapackage.json': strToU8(
        JSON.stringify({
          format: 'github-traffic-analytics-export',
          formatVersion: 1,
          created,
          resources: [{ name: 'groups', rows: 1 }],
        }),
      ),
      'groups.csv': strToU8(
        `name,owner,namePattern,topic,visibility,groupId\nTools,*,${namePattern},,any,1\n`,
      ),
    });
  const history = await readFiles({
    'a.zip': exportOf('2026-01-01T00:00:00.000Z', 'old-*'),
    'b.zip': exportOf('2026-03-01T00:00:00.000Z', 'new-*'),
    'c.zip': exportOf('2026-02-01T00:00:00.000Z', 'other-*'),
  });
  expect(history.problems).toEqual([]);
  expect(toTenantToSend(history, {}).groups).toMatchObject([
    { name: 'Tools', rule: { namePattern: 'new-*' } },
  ]);
});

test('codes of problems are stable words', () => {
  expect(Object.keys(PROBLEMS).filter((code) => !/^[a-z_]+$/.test(code))).toEqual([]);
});
