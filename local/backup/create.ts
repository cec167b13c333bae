import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type pg from 'pg';
import metadata from '../../package.json' with { type: 'json' };
import { sync, writeDurably } from '../folder.ts';
import { type Entry, toArchive } from './archive.ts';
import { idsOf, type Key, sealKey, toText } from './key.ts';
import { FORMAT_VERSION, type Manifest } from './manifest.ts';
import { findNewer, readVersions } from './schemas.ts';
import { countRows, listSequences, listTables, prepareTransaction, readRows, type Table } from './tables.ts';

export interface BackupOptions {
  file: string;
  key: Key;
  /** Seals the key inside the backup. Without it, the key gets a file of its own. */
  passphrase: string | undefined;
  now: Date;
  signal?: AbortSignal;
}

/** Where the key of a backup is that has none inside. */
export const keyFileOf = (file: string) => `${file}.key`;

async function describe(
  client: pg.ClientBase,
  tables: Table[],
  { key, now }: BackupOptions,
): Promise<Manifest> {
  const { rows } = await client.query("select current_setting('server_version') as version");
  const contents: Manifest['tables'] = [];
  for (const table of tables)
    contents.push({ name: table.name, columns: table.columns, rows: await countRows(client, table) });
  return {
    format: 'github-traffic-analytics',
    formatVersion: FORMAT_VERSION,
    productVersion: metadata.version,
    createdAt: now.toISOString(),
    database: `PostgreSQL ${rows[0].version}`,
    schemas: await readVersions(client),
    keyIds: idsOf(key),
    tables: contents,
  };
}

const toJson = (value: unknown) => Buffer.from(`${JSON.stringify(value, null, 2)}\n`);

async function* listEntries(
  client: pg.ClientBase,
  tables: Table[],
  manifest: Manifest,
  { key, passphrase }: BackupOptions,
): AsyncGenerator<Entry> {
  yield { name: 'manifest.json', content: toJson(manifest) };
  if (passphrase !== undefined) yield { name: 'key.json', content: sealKey(key, passphrase) };
  for (const table of tables) {
    let part = 0;
    for await (const content of readRows(client, table)) {
      part += 1;
      yield { name: `tables/${table.name}/${String(part).padStart(6, '0')}`, content };
    }
  }
  yield { name: 'sequences.json', content: toJson(await listSequences(client)) };
}

function toSentence(error: NodeJS.ErrnoException, file: string): Error {
  const { code = '' } = error;
  if (['ENOSPC', 'EDQUOT', 'EFBIG'].includes(code))
    return new Error(
      `The disk is full, so there is no backup in ${file}: make room, or choose another disk. The installation is as it was.`,
    );
  if (['EACCES', 'EPERM', 'ENOENT', 'ENOTDIR', 'EISDIR', 'EROFS', 'EIO'].includes(code))
    return new Error(`The backup cannot be written to ${file} (${code}): choose another place.`);
  return error;
}

/**
 * Writes a backup of a database that may be at work: every table as of one moment. The file appears when it is complete, and
 * replaces one of that name; until then, and if it fails, there is none. Throws a sentence if the disk is full or the folder
 * cannot be written, if nothing is set up yet, or if a newer version of the product made the tables.
 */
export async function createBackup(client: pg.ClientBase, options: BackupOptions): Promise<Manifest> {
  const { file, key, passphrase, signal } = options;
  const unfinished = `${file}.${process.pid}.part`;
  await client.query('begin isolation level repeatable read, read only');
  try {
    await prepareTransaction(client);
    const tables = await listTables(client);
    const manifest = await describe(client, tables, options);
    if (Object.keys(manifest.schemas).length === 0)
      throw new Error('Nothing is set up yet, so there is nothing to back up.');
    const newer = findNewer(manifest.schemas);
    if (newer) throw new Error(`The database has ${newer}: back it up with the version that runs it.`);
    const archive = toArchive(listEntries(client, tables, manifest, options));
    const writing = createWriteStream(unfinished, { mode: 0o600, flush: true });
    await pipeline(archive, createGzip(), writing, { ...(signal && { signal }) });
    if (passphrase === undefined) writeDurably(keyFileOf(file), toText(key));
    await rename(unfinished, file);
    if (process.platform !== 'win32') sync(path.dirname(file));
    return manifest;
  } catch (error) {
    for (const half of [unfinished, `${keyFileOf(file)}.new`]) await rm(half, { force: true });
    throw toSentence(error as NodeJS.ErrnoException, file);
  }
}
