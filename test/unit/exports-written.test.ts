import { gzipSync } from 'node:zlib';
import { parquetReadObjects } from 'hyparquet';
import { expect, test } from 'vitest';
import type { ExportPart } from '../../lib/answers/exports.ts';
import {
  columnsOf,
  EXPORT_FORMAT,
  EXPORT_TABLE_NAMES,
  EXPORT_VERSION,
  type ExportTable,
  type ExportValue,
} from '../../lib/exports/format.ts';
import type { ExportSource } from '../../lib/exports/writer.ts';
import { exportFiles, readFiles } from '../exported.ts';

type Rows = Partial<Record<ExportTable, ExportValue[][]>>;

/** Columns of a part: repositories are named by the id that they have here. */
function partColumns(table: ExportTable): string[] {
  const names = columnsOf(table).map(({ name }) => name);
  return names[1] === 'repository' ? ['repositoryId', ...names.slice(2)] : names;
}

function toPart(table: ExportTable, rows: ExportValue[][], nextCursor: string | null): ExportPart {
  const columns = partColumns(table);
  const json = JSON.stringify(columns.map((_, at) => rows.map((row) => row[at] ?? null)));
  return { table, rows: rows.length, columns, data: gzipSync(json).toString('base64'), nextCursor };
}

/** Gives the rows, two in a part. */
function sourceOf(tables: Rows): ExportSource {
  const rowsOf = (table: ExportTable) => tables[table] ?? [];
  return {
    plan: async () => ({
      format: EXPORT_FORMAT,
      version: EXPORT_VERSION,
      exportedAt: '2026-03-11T08:00:00.000Z',
      tenant: { tenantId: 1, name: 'Trees & Ünits' },
      server: { name: 'GitHub', webUrl: 'https://github.com' },
      tables: EXPORT_TABLE_NAMES.map((table) => ({ table, rows: rowsOf(table).length })),
    }),
    part: async (table, cursor) => {
      const from = Number(cursor);
      const next = from + 2 < rowsOf(table).length ? String(from + 2) : null;
      return toPart(table, rowsOf(table).slice(from, from + 2), next);
    },
  };
}

const added = '2026-01-01T00:00:00.000Z';
const tables: Rows = {
  repositories: [
    [71, 'octo', 'cat', null, 'public', null, null, 'daily', added, null, null, 1],
    [72, 'octo', 'dog', 'octo/wolf', 'private', null, 'a,b', 'daily', added, '2026-01-01', null, 2],
  ],
  'traffic-days': [
    [1, '2026-01-02', 0, null, 2_147_483_648, 3, 'measured', '2026-01-03T08:00:00.123Z', null],
    [1, '2026-01-03', null, null, null, null, 'cut', '2026-01-03T08:00:00.000Z', null],
    [2, '2026-01-02', 5, 4, 3, 2, 'zero', '2026-01-03T08:00:00.000Z', null],
    // Of a repository that was added while the export ran.
    [3, '2026-01-02', 5, 4, 3, 2, 'zero', '2026-01-03T08:00:00.000Z', null],
  ],
  paths: [[1, '2026-01-02', 1, '/', '=HYPERLINK("x")\né', 3, 2]],
  dashboards: [['Ours', '{ "name": "Ours" }']],
};

test('what is written as CSV and JSON is read again, without rows of unknown repositories', async () => {
  const { files, written } = await exportFiles(sourceOf(tables));
  const read = await readFiles(files);
  expect(read.problems).toEqual([]);
  expect(read.exportedAt).toBe('2026-03-11T08:00:00.000Z');
  const [cat, dog] = read.repositories;
  expect(cat).toMatchObject({ githubId: 71, owner: 'octo', name: 'cat', formerNames: [] });
  expect(dog?.formerNames).toEqual(['octo/wolf']);
  expect(
    cat?.days.map(({ date, viewCount, cloneCount, state }) => [date, viewCount, cloneCount, state]),
  ).toEqual([
    ['2026-01-02', 0, 2_147_483_648, 'measured'],
    ['2026-01-03', null, null, 'cut'],
  ]);
  expect(dog?.days.length).toBe(1);
  expect(cat?.paths[0]?.title).toBe('=HYPERLINK("x")\né');
  expect(read.tenant.dashboards).toEqual([{ name: 'Ours', document: '{ "name": "Ours" }' }]);
  const days = written.tables.find(({ table }) => table === 'traffic-days');
  expect(days?.rows).toBe(3);
  expect(Buffer.from(files.get('paths.csv') ?? '').toString()).toContain(`"'=HYPERLINK(""x"")\né"`);
});

test('Parquet files hold the same with types, and unknown figures are null', async () => {
  const { files } = await exportFiles(sourceOf(tables), 'parquet');
  const rowsOf = async (table: ExportTable) => {
    const bytes = files.get(`${table}.parquet`) ?? new Uint8Array();
    return parquetReadObjects({
      file: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer,
    });
  };
  expect(await rowsOf('traffic-days')).toEqual([
    {
      githubId: 71n,
      repository: 'octo/cat',
      date: new Date('2026-01-02'),
      viewCount: 0n,
      viewUniques: null,
      cloneCount: 2_147_483_648n,
      cloneUniques: 3n,
      state: 'measured',
      observedAt: new Date('2026-01-03T08:00:00.123Z'),
      importId: null,
    },
    expect.objectContaining({ githubId: 71n, viewCount: null, state: 'cut' }),
    expect.objectContaining({ githubId: 72n, viewCount: 5n, state: 'zero' }),
  ]);
  expect((await rowsOf('paths'))[0]).toMatchObject({ rank: 1n, title: '=HYPERLINK("x")\né' });
  for (const table of EXPORT_TABLE_NAMES) expect(await rowsOf(table)).toBeInstanceOf(Array);
});

test('a part that failed is asked for again, and nothing is there twice', async () => {
  const source = sourceOf(tables);
  let failures = 3;
  const failing: ExportSource = {
    plan: source.plan,
    part: async (table, cursor) => {
      if (table === 'traffic-days' && cursor === '2' && failures-- > 0) throw new Error('Gone.');
      return source.part(table, cursor);
    },
  };
  const told: string[] = [];
  const clock = () => new Date('2026-03-11T08:01:00.000Z');
  const { files } = await exportFiles(failing, 'csv', {
    clock,
    onFailure: async ({ message }) => void told.push(message),
  });
  const { files: others } = await exportFiles(source, 'csv', { clock });
  expect(told).toEqual(['Gone.', 'Gone.', 'Gone.']);
  expect(files).toEqual(others);
  failures = 1;
  await expect(exportFiles(failing)).rejects.toThrow('Gone.');
});

test('a stopped export ends at once', async () => {
  const leaving = new AbortController();
  const onProgress = ({ table }: { table: ExportTable | null }) => {
    if (table === 'paths') leaving.abort(new Error('Stopped.'));
  };
  const stopped = exportFiles(sourceOf(tables), 'csv', { signal: leaving.signal, onProgress });
  await expect(stopped).rejects.toThrow('Stopped.');
});

test('the manifest names each file, its rows and its columns', async () => {
  const { files } = await exportFiles(sourceOf(tables));
  const manifest = JSON.parse(Buffer.from(files.get('datapackage.json') ?? '').toString());
  expect(manifest).toMatchObject({
    format: EXPORT_FORMAT,
    formatVersion: EXPORT_VERSION,
    tenant: 'Trees & Ünits',
  });
  for (const { name, path, schema, rows } of manifest.resources) {
    const text = Buffer.from(files.get(path) ?? '').toString();
    if (!path.endsWith('.csv')) continue;
    const [header = ''] = text.split('\r\n');
    expect([name, header.split(',')]).toEqual([
      name,
      schema.fields.map((field: { name: string }) => field.name),
    ]);
    expect(rows === 0).toBe(text.trim() === header);
  }
});
