import type { SqlJsStatic } from 'sql.js';
import type { Day } from '../day.ts';
import { readCsv } from './formats/csv.ts';
import { type Gathering, openGathering } from './formats/gathering.ts';
import { readJson } from './formats/json.ts';
import { readOwnExports } from './formats/own-export.ts';
import { isSqlite, readSqlite } from './formats/sqlite.ts';
import { decodeText } from './formats/text.ts';
import { filesOfZip, isZip, MAX_FILE, ZipError } from './formats/zip.ts';
import type { GivenFile, ReadAnswers, ReadFile, ReadHistory, ToolId } from './history.ts';

export type * from './history.ts';
export { TOOLS } from './history.ts';

export interface ReadOptions {
  /** The UTC day on which the files are read. Later days are left out. */
  today: Day;
  /** Answers to the questions of an earlier reading of the same files. */
  answers?: ReadAnswers;
  /** Loads SQLite; called only if a database is among the files. */
  openSqlite(): Promise<SqlJsStatic>;
  /** Called after each file. */
  onProgress?(done: number, total: number): void;
}

/** Files of these kinds are never read. */
const NO_DATA =
  /\.(png|jpe?g|gif|svg|webp|ico|pdf|html?|css|md|ya?ml|toml|py|js|ts|sh|lock|exe|woff2?|db-wal|db-shm|sqlite-wal|sqlite-shm)$/i;

interface Outcome {
  tool: ToolId | null;
  left: string | null;
}

/**
 * Recognises the files of the tools that keep GitHub's traffic, and reads them. Never throws because of a file: what cannot be read
 * is among the problems. Runs in a browser's worker and in Node. The same files and answers give the same history.
 */
export async function readHistory(given: readonly GivenFile[], options: ReadOptions): Promise<ReadHistory> {
  const files: ReadFile[] = [];
  const archives = new Map<string, { code: 'zip_too_large' | 'zip_broken' }>();
  const unpacked = await unpackAll(given, files, archives);
  const gathering = openGathering({ today: options.today, answers: options.answers ?? {}, files: unpacked });
  for (const [path, { code }] of archives) gathering.problem(path, code, ARCHIVE_MESSAGES[code]);
  const own = await readOwnExports(unpacked, gathering.problem);
  const reader = openReader(gathering, options, own.files);
  const later: GivenFile[] = [];
  let done = 0;
  for (const file of unpacked) {
    const outcome = await reader.read(file, 'first');
    if (outcome === 'later') later.push(file);
    else files.push(outcome);
    options.onProgress?.(++done, unpacked.length + later.length);
  }
  for (const file of later) {
    const outcome = await reader.read(file, 'second');
    if (outcome !== 'later') files.push(outcome);
    options.onProgress?.(++done, unpacked.length + later.length);
  }
  files.sort((one, other) => (one.path < other.path ? -1 : 1));
  const { repositories, problems } = gathering.finish();
  return { files, repositories: own.repositories.concat(repositories), tenants: own.tenants, problems };
}

const ARCHIVE_MESSAGES = {
  zip_too_large:
    'The archive is larger unpacked than we read (256 MiB a file, 1 GiB in all). Nothing is read from it.',
  zip_broken: 'The archive is broken or has a password. Nothing is read from it.',
};

async function unpackAll(
  given: readonly GivenFile[],
  files: ReadFile[],
  archives: Map<string, { code: 'zip_too_large' | 'zip_broken' }>,
): Promise<GivenFile[]> {
  const unpacked: GivenFile[] = [];
  for (const file of given) {
    if (!/\.zip$/i.test(file.path) || file.size > MAX_FILE) {
      unpacked.push(file);
      continue;
    }
    const bytes = await bytesOf(file);
    if (!bytes || !isZip(bytes)) {
      unpacked.push(file);
      continue;
    }
    try {
      unpacked.push(...filesOfZip(file.path, bytes));
    } catch (error) {
      const code = error instanceof ZipError ? error.code : 'zip_broken';
      archives.set(file.path, { code });
      files.push({
        path: file.path,
        size: file.size,
        sha256: await sha256(bytes),
        tool: null,
        left: ARCHIVE_MESSAGES[code],
      });
    }
  }
  return unpacked.sort((one, other) => (one.path < other.path ? -1 : 1));
}

async function bytesOf(file: GivenFile): Promise<Uint8Array | null> {
  try {
    return await file.bytes();
  } catch {
    return null;
  }
}

async function sha256(bytes: Uint8Array): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>);
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

interface Reader {
  read(file: GivenFile, pass: 'first' | 'second'): Promise<ReadFile | 'later'>;
}

function openReader(
  gathering: Gathering,
  { openSqlite }: ReadOptions,
  ownExport: ReadonlySet<string>,
): Reader {
  let sqlite: Promise<SqlJsStatic> | null = null;

  async function readContent(
    path: string,
    bytes: Uint8Array,
    pass: 'first' | 'second',
  ): Promise<Outcome | 'later'> {
    if (bytes.length === 0) return { tool: null, left: 'The file is empty.' };
    if (isSqlite(bytes)) {
      sqlite ??= openSqlite();
      return readSqlite(path, bytes, await sqlite, gathering);
    }
    if (isZip(bytes)) {
      const message =
        'An archive inside an archive, or without .zip in its name. Unpack it and give its files.';
      gathering.problem(path, 'zip_inside_zip', message);
      return { tool: null, left: message };
    }
    const decoded = decodeText(bytes);
    if (!decoded) {
      if (!/\.(db|sqlite3?|csv|json|txt|tsv)$/i.test(path))
        return { tool: null, left: 'The file is no text.' };
      const message = 'The name promises data, but the file is neither text nor a database of SQLite.';
      gathering.problem(path, 'not_text', message);
      return { tool: null, left: message };
    }
    if (decoded.isGuessed)
      gathering.problem(
        path,
        'encoding_guessed',
        'The text is no valid UTF-8. Some characters of names may be wrong.',
      );
    const text = decoded.text.replace(/^\ufeff/, '');
    if (text.trim() === '') return { tool: null, left: 'The file is empty.' };
    return /^\s*[[{]/.test(text) ? readJson(path, text, gathering) : readCsv({ path, text }, gathering, pass);
  }

  return {
    async read(file, pass) {
      const { path, size } = file;
      const base = { path, size, sha256: '', tool: null };
      if (size > MAX_FILE) {
        const message =
          'The file is larger than 256 MiB. Divide it, for example by year, and give the parts.';
        gathering.problem(path, 'file_too_large', message);
        return { ...base, left: message };
      }
      if (NO_DATA.test(path)) return { ...base, left: 'The file is no data.' };
      const bytes = await bytesOf(file);
      if (!bytes) {
        const message = 'The file could not be opened.';
        gathering.problem(path, 'unreadable', message);
        return { ...base, left: message };
      }
      if (ownExport.has(path)) return { path, size, sha256: await sha256(bytes), tool: 'export', left: null };
      const outcome = await readContent(path, bytes, pass);
      return outcome === 'later' ? 'later' : { ...base, sha256: await sha256(bytes), ...outcome };
    },
  };
}
