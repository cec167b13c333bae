import { Zip, ZipDeflate, ZipPassThrough } from 'fflate';
import type { ExportPart, ExportPlan } from '../answers/exports.ts';
import { joinCsvLines, toCsvLine } from '../csv.ts';
import {
  describeFormat,
  type FileKind,
  fileOf,
  folderNameOf,
  toManifest,
  type WrittenTable,
} from './description.ts';
import {
  columnsOf,
  EXPORT_TABLE_NAMES,
  EXPORT_TABLES,
  type ExportTable,
  type ExportValue,
  MANIFEST_FILE,
} from './format.ts';

/** Where an export comes from: the API's two routes. */
export interface ExportSource {
  plan(): Promise<ExportPlan>;
  part(table: ExportTable, cursor: string): Promise<ExportPart>;
}

/** How far an export is. */
export interface ExportProgress {
  /** The table that is being read; null once all are. */
  table: ExportTable | null;
  rows: number;
  /** What the plan counted; there may be more by now. */
  totalRows: number;
  /** Of the file, so far. */
  bytes: number;
}

/** What to write, and whom to tell. */
export interface ExportOptions {
  kind: FileKind;
  /** Takes the ZIP's bytes as they come; the next come when it has taken these. */
  write(bytes: Uint8Array): Promise<void> | void;
  onProgress?(progress: ExportProgress): void;
  /** Asked when a part cannot be read: resolves to ask for it again, throws to give up. */
  onFailure?(error: Error): Promise<void>;
  signal?: AbortSignal;
  clock?(): Date;
}

/** What was written. */
export interface WrittenExport {
  plan: ExportPlan;
  tables: WrittenTable[];
  bytes: number;
}

/**
 * Reads a tenant part by part and writes its export as a ZIP of CSV and JSON, or of Parquet files. Runs in browsers and in Node,
 * and holds no more than a part. Tables are read one after the other, so what changes meanwhile is there or not, but never torn:
 * `datapackage.json` counts what was written. Repositories that were added meanwhile are left out. Throws what the source throws
 * and the signal's reason.
 */
export async function writeExport(source: ExportSource, options: ExportOptions): Promise<WrittenExport> {
  const { kind, clock = () => new Date() } = options;
  const plan = await insist(options, () => source.plan());
  const zip = openZip(options);
  const totalRows = plan.tables.reduce((sum, { rows }) => sum + rows, 0);
  const names: RepositoryNames = new Map();
  const tables: WrittenTable[] = [];
  let rows = 0;
  const tell = (table: ExportTable | null) =>
    options.onProgress?.({ table, rows, totalRows, bytes: zip.bytes() });
  const folder = folderNameOf(plan);
  for (const table of EXPORT_TABLE_NAMES) {
    tell(table);
    const file = zip.open(`${folder}/${fileOf(table, kind)}`, kind === 'csv');
    const writer = await openTable(table, kind);
    await file.add(writer.begin());
    let written = 0;
    for (let cursor: string | null = ''; cursor !== null; ) {
      const from: string = cursor;
      const part = await insist(options, () => source.part(table, from));
      const content = withNames(table, await readPart(part), names);
      for (const piece of writer.add(content)) await file.add(piece);
      written += content[0]?.length ?? 0;
      rows += part.rows;
      cursor = part.nextCursor;
      tell(table);
    }
    await file.end(writer.end());
    tables.push({ table, rows: written });
  }
  const manifest = toManifest(plan, { tables, kind, finishedAt: clock().toISOString() });
  await zip.open(`${folder}/README.md`, true).end(toBytes(toReadme(plan)));
  await zip.open(`${folder}/${MANIFEST_FILE}`, true).end(toBytes(manifest));
  await zip.end();
  tell(null);
  return { plan, tables, bytes: zip.bytes() };
}

function toReadme(plan: ExportPlan): string {
  return `# Export of ${plan.tenant.name}

Everything that GitHub Traffic Analytics kept for ${plan.tenant.name} on ${plan.exportedAt.slice(0, 10)} (UTC). You can import this
ZIP as it is. \`${MANIFEST_FILE}\` says the same for programs (https://datapackage.org).

Empty cells are unknown, never zero. Where text would run as a formula in a spreadsheet, it has an apostrophe in front.

${describeFormat()}`;
}

async function insist<Result>(
  { signal, onFailure }: ExportOptions,
  ask: () => Promise<Result>,
): Promise<Result> {
  for (;;) {
    signal?.throwIfAborted();
    try {
      return await ask();
    } catch (error) {
      signal?.throwIfAborted();
      if (!onFailure) throw error;
      await onFailure(error instanceof Error ? error : new Error(String(error)));
    }
  }
}

const encoder = new TextEncoder();
const toBytes = (text: string) => encoder.encode(text);

/** The values of a part, column by column, in the order of its `columns`. */
async function readPart({ columns, data }: ExportPart): Promise<Map<string, ExportValue[]>> {
  const bytes = Uint8Array.from(atob(data), (character) => character.charCodeAt(0));
  const unpacked = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
  const values: ExportValue[][] = await new Response(unpacked).json();
  return new Map(columns.map((name, at) => [name, values[at] ?? []]));
}

/** What rows about a repository begin with, by its id in this installation. */
type RepositoryNames = Map<ExportValue, [githubId: ExportValue, repository: ExportValue]>;

/** The columns of the table's file. Remembers repositories, and leaves out the rows of unknown ones. */
function withNames(
  table: ExportTable,
  part: ReadonlyMap<string, ExportValue[]>,
  names: RepositoryNames,
): ExportValue[][] {
  const valuesOf = (name: string) => part.get(name) ?? [];
  if (table === 'repositories')
    for (const [at, id] of valuesOf('repositoryId').entries()) {
      const fullName = `${valuesOf('owner')[at]}/${valuesOf('name')[at]}`;
      names.set(id, [valuesOf('githubId')[at] ?? null, fullName]);
    }
  const own = Object.keys(EXPORT_TABLES[table].columns).map(valuesOf);
  if (EXPORT_TABLES[table].about === 'tenant') return own;
  const repositories = valuesOf('repositoryId').map((id) => names.get(id));
  const isKnown = (_: unknown, at: number) => repositories[at] !== undefined;
  const known = repositories.filter((one) => one !== undefined);
  const shown = known.length === repositories.length ? own : own.map((values) => values.filter(isKnown));
  return [known.map(([githubId]) => githubId), known.map(([, name]) => name), ...shown];
}

/** A file of one table. */
interface TableWriter {
  begin(): Uint8Array;
  add(columns: readonly ExportValue[][]): Iterable<Uint8Array>;
  end(): Uint8Array;
}

async function openTable(table: ExportTable, kind: FileKind): Promise<TableWriter> {
  if (kind === 'csv') return table === 'dashboards' ? openDashboards() : openCsv(table);
  const { openParquetFile } = await import('./parquet-file.ts');
  const file = openParquetFile(columnsOf(table));
  const nothing = new Uint8Array();
  return {
    begin: () => nothing,
    add: (columns) => (columns[0]?.length ? [file.add(columns)] : []),
    end: () => file.end(),
  };
}

/** Rows of CSV that are compressed at once: between them, the page can draw. */
const ROWS_AT_ONCE = 2000;

function openCsv(table: ExportTable): TableWriter {
  return {
    begin: () => toBytes(joinCsvLines([toCsvLine(columnsOf(table).map(({ name }) => name))])),
    *add(columns) {
      const count = columns[0]?.length ?? 0;
      for (let from = 0; from < count; from += ROWS_AT_ONCE) {
        const lines: string[] = [];
        for (let at = from; at < Math.min(count, from + ROWS_AT_ONCE); at++)
          lines.push(toCsvLine(columns.map((values) => values[at] ?? null)));
        yield toBytes(joinCsvLines(lines));
      }
    },
    end: () => new Uint8Array(),
  };
}

function openDashboards(): TableWriter {
  const dashboards: Record<string, ExportValue>[] = [];
  return {
    begin: () => new Uint8Array(),
    add([names = [], documents = []]) {
      for (const [at, name] of names.entries()) dashboards.push({ name, document: documents[at] ?? '' });
      return [];
    },
    end: () => toBytes(`${JSON.stringify(dashboards, null, 2)}\n`),
  };
}

/** How long a browser may compress before it draws again. */
const MAX_BUSY_MS = 30;

/** A ZIP whose bytes are handed over as they come. */
function openZip({ write, signal }: ExportOptions) {
  const ready: Uint8Array[] = [];
  let bytes = 0;
  let failure: Error | null = null;
  const zip = new Zip((error, chunk) => {
    if (error) failure = error;
    else ready.push(chunk);
  });
  let rested = performance.now();
  async function handOver(): Promise<void> {
    if (failure) throw failure;
    for (const chunk of ready.splice(0)) {
      bytes += chunk.length;
      await write(chunk);
    }
    signal?.throwIfAborted();
    if (performance.now() - rested < MAX_BUSY_MS) return;
    await new Promise((resolve) => setTimeout(resolve));
    rested = performance.now();
  }
  return {
    bytes: () => bytes,
    open(name: string, compresses: boolean) {
      const file = compresses ? new ZipDeflate(name, { level: 6 }) : new ZipPassThrough(name);
      zip.add(file);
      return {
        async add(content: Uint8Array) {
          if (content.length === 0) return;
          file.push(content);
          await handOver();
        },
        async end(content: Uint8Array) {
          file.push(content, true);
          await handOver();
        },
      };
    },
    async end() {
      zip.end();
      await handOver();
    },
  };
}
