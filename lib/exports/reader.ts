import Papa from 'papaparse';
import { fromCell } from '../csv.ts';
import type { Schedule } from '../db/tables/repositories.ts';
import { isObject, parseJson } from '../json.ts';
import {
  columnsOf,
  EXPORT_FORMAT,
  EXPORT_TABLES,
  EXPORT_VERSION,
  type ExportedRepository,
  type ExportedTenant,
  type ExportRow,
  type ExportTable,
  type ExportValue,
  type ImportedRow,
  MANIFEST_FILE,
  type NamedColumn,
  REPOSITORY_COLUMNS,
} from './format.ts';

/** A file of an export: unpacked from its ZIP, or in its folder. */
export interface ExportFile {
  /** The path, with slashes. */
  path: string;
  bytes(): Promise<Uint8Array>;
}

/** A repository of an export. Rows are in the order of their dates; lists in that of dates and ranks. */
export interface ReadExportRepository {
  githubId: number;
  owner: string;
  name: string;
  /** Full names that it had before. */
  formerNames: string[];
  days: ImportedRow<'traffic-days'>[];
  referrers: ImportedRow<'referrers'>[];
  paths: ImportedRow<'paths'>[];
  facts: ImportedRow<'facts'>[];
  /** What no other tool's files have. */
  exported: ExportedRepository;
}

/** What of an export cannot be read. Codes are stable. */
export interface ExportProblem {
  path: string;
  /** The row of the file, from 1; null for the whole file. */
  line: number | null;
  code:
    | 'newer_export'
    | 'missing_file'
    | 'missing_column'
    | 'bad_row'
    | 'unknown_repository'
    | 'count_differs';
  message: string;
}

/** What an export holds. */
export interface ReadExport {
  exportedAt: string;
  repositories: ReadExportRepository[];
  tenant: ExportedTenant;
  problems: ExportProblem[];
}

/** What the file `datapackage.json` of an export says, as far as reading needs it. */
interface Manifest {
  version: number;
  exportedAt: string;
  /** Rows of each table; one that is not named was not exported. */
  rows: Map<string, number>;
}

/** What the text of a `datapackage.json` says, or null if it is not of an export. */
export function parseManifest(text: string): Manifest | null {
  const content = parseJson(text);
  if (!isObject(content) || content.format !== EXPORT_FORMAT || typeof content.formatVersion !== 'number')
    return null;
  const resources: unknown[] = Array.isArray(content.resources) ? content.resources : [];
  const rows = new Map<string, number>();
  for (const one of resources)
    if (isObject(one) && typeof one.name === 'string' && typeof one.rows === 'number')
      rows.set(one.name, one.rows);
  const exportedAt = typeof content.created === 'string' ? content.created : '';
  return { version: content.formatVersion, exportedAt, rows };
}

const toText = (bytes: Uint8Array) => new TextDecoder('utf-8', { fatal: true }).decode(bytes);

/**
 * Reads an export from its files, if there is a `datapackage.json` of one among them; null otherwise. All its files are in the
 * same folder as that one. A row that cannot be read is left out, with a problem that names it.
 */
export async function readExport(files: readonly ExportFile[]): Promise<ReadExport | null> {
  for (const file of files) {
    if (file.path.split('/').at(-1) !== MANIFEST_FILE) continue;
    const manifest = parseManifest(await readText(file));
    if (manifest) return readFolder(files, file.path.slice(0, -MANIFEST_FILE.length), manifest);
  }
  return null;
}

async function readText(file: ExportFile): Promise<string> {
  try {
    return toText(await file.bytes());
  } catch {
    return '';
  }
}

async function readFolder(
  files: readonly ExportFile[],
  folder: string,
  manifest: Manifest,
): Promise<ReadExport> {
  const reading: Reading = { files, folder, manifest, problems: [], repositories: new Map() };
  const tenant: ExportedTenant = {
    repositoryIds: [],
    groups: [],
    groupRepositories: [],
    annotations: [],
    dashboards: [],
    imports: [],
    importFiles: [],
    importRepositories: [],
  };
  const read: ReadExport = {
    exportedAt: manifest.exportedAt,
    repositories: [],
    tenant,
    problems: reading.problems,
  };
  if (manifest.version > EXPORT_VERSION) {
    const message = `The export is of version ${manifest.version}. This installation reads version ${EXPORT_VERSION}: update it first.`;
    reading.problems.push({ path: `${folder}${MANIFEST_FILE}`, line: null, code: 'newer_export', message });
    return read;
  }
  await readTable(reading, 'repositories', (row) => {
    reading.repositories.set(row.githubId, toRepository(row));
    tenant.repositoryIds.push({ githubId: row.githubId, repositoryId: row.repositoryId });
  });
  await readTable(reading, 'traffic-days', (row, of) => of.days.push(row));
  await readTable(reading, 'traffic-revisions', (row, of) => of.exported.revisions.push(row));
  await readTable(reading, 'traffic-weeks', (row, of) => of.exported.weeks.push(row));
  await readTable(reading, 'traffic-windows', (row, of) => of.exported.windows.push(row));
  await readTable(reading, 'referrers', (row, of) => of.referrers.push(row));
  await readTable(reading, 'paths', (row, of) => of.paths.push(row));
  await readTable(reading, 'facts', (row, of) => of.facts.push(row));
  await readTable(reading, 'stars', (row, of) => of.exported.starDays.push(row));
  await readTable(reading, 'releases', (row, of) => of.exported.releases.push(row));
  await readTable(reading, 'release-files', (row, of) => of.exported.releaseFiles.push(row));
  await readTable(reading, 'downloads', (row, of) => of.exported.downloads.push(row));
  await readTable(reading, 'workflow-days', (row, of) => of.exported.workflowDays.push(row));
  await readTable(reading, 'events', (row, of) => of.exported.events.push(row));
  await readTable(reading, 'groups', (row) => tenant.groups.push(row));
  await readTable(reading, 'group-repositories', (row, { githubId }) =>
    tenant.groupRepositories.push({ githubId, group: row.group }),
  );
  await readTable(reading, 'annotations', (row) => {
    const repositories = row.repositories?.split(' ').map(Number) ?? [];
    tenant.annotations.push({ ...row, repositories });
  });
  await readTable(reading, 'imports', (row) => tenant.imports.push(row));
  await readTable(reading, 'import-files', (row) => tenant.importFiles.push(row));
  await readTable(reading, 'import-repositories', ({ importId, fileNumbers }, { githubId }) =>
    tenant.importRepositories.push({ githubId, importId, fileNumbers }),
  );
  tenant.dashboards = await readDashboards(reading);
  read.repositories = [...reading.repositories.values()];
  return read;
}

interface Reading {
  files: readonly ExportFile[];
  folder: string;
  manifest: Manifest;
  problems: ExportProblem[];
  repositories: Map<number, ReadExportRepository>;
}

function toRepository({
  githubId,
  owner,
  name,
  formerNames,
  schedule,
  firstCoveredDate,
}: ExportRow<'repositories'>): ReadExportRepository {
  return {
    githubId,
    owner,
    name,
    formerNames: formerNames?.split(' ') ?? [],
    days: [],
    referrers: [],
    paths: [],
    facts: [],
    exported: {
      schedule: isSchedule(schedule) ? schedule : null,
      firstCoveredDate,
      revisions: [],
      weeks: [],
      windows: [],
      starDays: [],
      releases: [],
      releaseFiles: [],
      downloads: [],
      workflowDays: [],
      events: [],
    },
  };
}

const SCHEDULES: Record<Schedule, true> = { daily: true, weekly: true, paused: true };

const isSchedule = (word: string): word is Schedule => Object.hasOwn(SCHEDULES, word);

/** The file of the export with this name; undefined without a problem if the table was not exported. */
function findFile({ files, folder, manifest, problems }: Reading, name: string, table: ExportTable) {
  if (!manifest.rows.has(table)) return undefined;
  const path = `${folder}${name}`;
  const file = files.find((one) => one.path === path);
  if (file) return file;
  const message = `${MANIFEST_FILE} names the file ${name}, which is not there. Bring all files of the export.`;
  problems.push({ path, line: null, code: 'missing_file', message });
  return undefined;
}

/** Problems of a file that are told: whoever broke a file has broken many rows. */
const MAX_PROBLEMS = 100;

/** Reads the rows of a table. Those about a repository come with it. */
async function readTable<Table extends ExportTable>(
  reading: Reading,
  table: Table,
  onRow: (row: ExportRow<Table>, of: ReadExportRepository) => void,
): Promise<void> {
  const { problems, repositories } = reading;
  const file = findFile(reading, `${table}.csv`, table);
  if (!file) return;
  const { path } = file;
  const columns = columnsOf(table);
  const isAbout = EXPORT_TABLES[table].about === 'repository';
  const own = columns.slice(isAbout ? Object.keys(REPOSITORY_COLUMNS).length : 0);
  // Where rows came from is told by the tables of imports alone.
  const wanted = own.filter(({ isReadBack }) => isReadBack || !isAbout || table === 'import-repositories');
  let header: Map<string, number> | null = null;
  let count = 0;
  let problemCount = 0;
  const report = (line: number, code: ExportProblem['code'], message: string) => {
    problemCount++;
    if (problemCount <= MAX_PROBLEMS) problems.push({ path, line, code, message });
  };
  readCsv(await readText(file), (cells, line) => {
    if (line === 1) {
      const missing = findMissing(columns, cells);
      if (missing.length === 0) header = new Map(cells.map((name, place) => [name, place]));
      else report(line, 'missing_column', `The header lacks ${missing.join(', ')}.`);
      return;
    }
    if (!header) return;
    count++;
    const row = parseRow(wanted, header, cells);
    if (typeof row === 'string') {
      report(line, 'bad_row', row);
      return;
    }
    const githubId = isAbout ? (cells[header.get('githubId') ?? -1] ?? '') : null;
    const of = githubId === null ? NO_REPOSITORY : repositories.get(Number(githubId));
    if (of) onRow(row as ExportRow<Table>, of);
    else
      report(line, 'unknown_repository', `repositories.csv has no repository with the githubId ${githubId}.`);
  });
  if (header) requireCount(reading, table, path, count);
}

/** Tables that are not about a repository ignore it. */
const NO_REPOSITORY = toRepository({
  githubId: 0,
  owner: '',
  name: '',
  formerNames: null,
  schedule: '',
  firstCoveredDate: null,
} as ExportRow<'repositories'>);

function requireCount(
  { manifest, problems }: Reading,
  table: ExportTable,
  path: string,
  count: number,
): void {
  const expected = manifest.rows.get(table);
  if (count === expected) return;
  const message = `The file has ${count} rows, and ${MANIFEST_FILE} says ${expected}: it was changed, or is not whole.`;
  problems.push({ path, line: null, code: 'count_differs', message });
}

/** Calls `onRow` with the cells of each row, the header first, and its number from 1. */
function readCsv(text: string, onRow: (cells: string[], row: number) => void): void {
  let row = 0;
  Papa.parse<string[]>(text, {
    delimiter: ',',
    skipEmptyLines: true,
    step: ({ data }) => {
      row++;
      onRow(data.map(fromCell), row);
    },
  });
}

/** The columns that are needed and not in the header. */
function findMissing(columns: readonly NamedColumn[], header: readonly string[]): string[] {
  const needed = columns.filter(({ isReadBack, isOptional, isLater }) =>
    isReadBack ? !isLater : !isOptional,
  );
  return needed.flatMap(({ name }) => (header.includes(name) ? [] : [name]));
}

/** The values of a row by name, or what is wrong with it. */
function parseRow(
  columns: readonly NamedColumn[],
  header: ReadonlyMap<string, number>,
  cells: readonly string[],
): Record<string, ExportValue> | string {
  const row: Record<string, ExportValue> = {};
  for (const column of columns) {
    const cell = cells[header.get(column.name) ?? -1] ?? '';
    const value = parseCell(column, cell);
    if (value === undefined) return `${column.name} cannot be ${JSON.stringify(cell.slice(0, 60))}.`;
    row[column.name] = value;
  }
  return row;
}

const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** The value of a cell; undefined if it is none of the column's. */
function parseCell({ type, isOptional }: NamedColumn, cell: string): ExportValue | undefined {
  if (cell === '' && isOptional) return null;
  if (type === 'text') return cell;
  if (type === 'day') return DAY.test(cell) && isDate(`${cell}T00:00:00.000Z`) ? cell : undefined;
  if (type === 'instant') return isDate(cell) ? cell : undefined;
  const number = /^-?\d{1,16}$/.test(cell) ? Number(cell) : Number.NaN;
  return Number.isSafeInteger(number) ? number : undefined;
}

/** Whether it is an instant in our notation, of a day that exists. */
function isDate(instant: string): boolean {
  const date = new Date(instant);
  return !Number.isNaN(date.getTime()) && date.toISOString() === instant;
}

async function readDashboards(reading: Reading): Promise<ExportedTenant['dashboards']> {
  const file = findFile(reading, 'dashboards.json', 'dashboards');
  if (!file) return [];
  const content = parseJson(await readText(file));
  const list: unknown[] = Array.isArray(content) ? content : [];
  const dashboards = list.flatMap((one) =>
    isObject(one) && typeof one.name === 'string' && typeof one.document === 'string'
      ? [{ name: one.name, document: one.document }]
      : [],
  );
  requireCount(reading, 'dashboards', file.path, dashboards.length);
  return dashboards;
}
