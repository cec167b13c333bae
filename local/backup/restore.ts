import { existsSync, readFileSync } from 'node:fs';
import type { Transaction } from 'kysely';
import type pg from 'pg';
import { toDb } from '../../lib/db/database.ts';
import type { ActingUsers } from '../../lib/db/isolation.ts';
import { connectedDialect } from '../../lib/db/postgres.ts';
import type { Tables } from '../../lib/db/tables.ts';
import { DamagedArchive, type Entry, readArchive } from './archive.ts';
import { keyFileOf } from './create.ts';
import { idsOf, type Key, openKey, parseKey, WrongKey } from './key.ts';
import { type Manifest, parseManifest, type TableContents } from './manifest.ts';
import { findNewer, readVersions, SCHEMAS } from './schemas.ts';
import {
  countLines,
  countRows,
  dropForeignKeys,
  listTables,
  prepareTransaction,
  type Sequence,
  setSequences,
  type Table,
  writeRows,
} from './tables.ts';

/** A backup that was read to its end, and is whole. */
export interface CheckedBackup {
  file: string;
  manifest: Manifest;
  /** The key under a passphrase; undefined if it is not inside. */
  sealedKey: Buffer | undefined;
  sequences: Sequence[];
}

const tableOf = (entry: Entry) => /^tables\/([^/]+)\/\d+$/.exec(entry.name)?.[1];

function requireCounts({ tables }: Manifest, counts: Map<string, number>): void {
  const known = new Set(tables.map(({ name }) => name));
  const isComplete = tables.every(({ name, rows }) => (counts.get(name) ?? 0) === rows);
  if (!isComplete || [...counts.keys()].some((name) => !known.has(name)))
    throw new DamagedArchive('It does not have the rows that its manifest names.');
}

async function readWhole(file: string): Promise<CheckedBackup> {
  const counts = new Map<string, number>();
  const others = new Map<string, Buffer>();
  for await (const entry of readArchive(file)) {
    const table = tableOf(entry);
    if (table !== undefined) counts.set(table, (counts.get(table) ?? 0) + countLines(entry.content));
    else others.set(entry.name, entry.content);
    // Says at once what this is, if it is no backup of ours.
    if (entry.name === 'manifest.json') parseManifest(entry.content);
  }
  const sequences = others.get('sequences.json');
  if (!sequences) throw new DamagedArchive('Its numbers of ids are missing.');
  const manifest = parseManifest(others.get('manifest.json') ?? Buffer.alloc(0));
  requireCounts(manifest, counts);
  return {
    file,
    manifest,
    sealedKey: others.get('key.json'),
    sequences: JSON.parse(sequences.toString()),
  };
}

/**
 * Reads a backup to its end. Throws a sentence if it is missing, damaged, cut off, or of a newer version of the product than
 * this one.
 */
export async function checkBackup(file: string): Promise<CheckedBackup> {
  try {
    const backup = await readWhole(file);
    const newer = findNewer(backup.manifest.schemas);
    if (!newer) return backup;
    throw new Error(`The backup ${file} has ${newer}: restore it with that version or a newer one.`);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (error instanceof DamagedArchive) throw new Error(`${file} cannot be restored. ${error.message}`);
    if (code !== undefined && /^E[A-Z]+$/.test(code)) throw new Error(`${file} cannot be read (${code}).`);
    throw error;
  }
}

/** How to find a backup's key. */
export interface KeyOptions {
  /** Asks for the passphrase of a key that is inside. */
  askPassphrase: () => Promise<string>;
}

async function findKey({ file, sealedKey }: CheckedBackup, { askPassphrase }: KeyOptions): Promise<Key> {
  if (sealedKey) return openKey(sealedKey, await askPassphrase());
  const keyFile = keyFileOf(file);
  if (existsSync(keyFile)) return parseKey(readFileSync(keyFile, 'utf8'));
  throw new Error(
    `The key of the backup is missing: put ${keyFile} beside it. Without it, every GitHub token has to be given again: --without-key restores that.`,
  );
}

/** The backup's key. Throws a sentence if it is missing, if the passphrase is wrong, or if it is of another installation. */
export async function requireKey(backup: CheckedBackup, options: KeyOptions): Promise<Key> {
  try {
    const key = await findKey(backup, options);
    const ids = idsOf(key);
    if (backup.manifest.keyIds.every((id) => ids.includes(id))) return key;
    throw new WrongKey('it is the key of another installation');
  } catch (error) {
    if (!(error instanceof WrongKey)) throw error;
    throw new Error(`The key of the backup ${backup.file} cannot be used: ${error.message}.`);
  }
}

/** Tables that may have rows before anything is set up: the link of the first start, and what is read or made again. */
const MAY_HAVE_ROWS = [
  'schema_version',
  'identity_provider',
  'principal',
  'sign_in.applied_script',
  'sign_in.link',
  'sign_in.artifact',
  'sign_in.browser_session',
];

/** Throws a sentence if the database has rows that a restore would lose. */
export async function checkEmpty(client: pg.ClientBase): Promise<void> {
  await client.query('begin');
  await prepareTransaction(client);
  await requireEmpty(client);
  await client.query('rollback');
}

async function requireEmpty(client: pg.ClientBase): Promise<void> {
  const newer = findNewer(await readVersions(client));
  if (newer) throw new Error(`The database has ${newer}: restore into an empty one.`);
  for (const table of await listTables(client)) {
    if (MAY_HAVE_ROWS.includes(table.name) || (await countRows(client, table)) === 0) continue;
    throw new Error(
      `The database is not empty: its table ${table.name} has rows. Restore into an empty installation: choose another DATA_DIR or DATABASE_URL.`,
    );
  }
}

/** The tables of the database, by name. Throws a sentence unless they are the backup's. */
function requireSameTables(tables: Table[], { tables: contents }: Manifest): Map<string, Table> {
  const shapeOf = ({ name, columns }: Pick<TableContents, 'name' | 'columns'>) =>
    `${name} (${[...columns].sort().join(', ')})`;
  const there = new Set(tables.map(shapeOf));
  const missing = contents.find((one) => !there.has(shapeOf(one)));
  if (missing)
    throw new Error(
      `The backup has a table that its version of the product does not have: ${shapeOf(missing)}.`,
    );
  return new Map(tables.map((table) => [table.name, table]));
}

async function fillTables(
  client: pg.ClientBase,
  { file, manifest, sequences }: CheckedBackup,
): Promise<void> {
  const tables = await listTables(client);
  const byName = requireSameTables(tables, manifest);
  const foreignKeys = await dropForeignKeys(client);
  await client.query(`truncate ${tables.map(({ sql }) => sql).join(', ')}`);
  const columnsOf = new Map(manifest.tables.map(({ name, columns }) => [name, columns]));
  for await (const entry of readArchive(file)) {
    const name = tableOf(entry) ?? '';
    const table = byName.get(name);
    if (table) await writeRows(client, { ...table, columns: columnsOf.get(name) ?? [] }, entry.content);
  }
  await setSequences(client, tables, sequences);
  for (const statement of foreignKeys) await client.query(statement);
}

/**
 * Fills an empty database with a backup and brings it to this version, in one transaction: all of it or nothing. `client` is
 * connected as the owner of the tables. Throws a sentence if the database is not empty.
 */
export async function restoreDatabase(
  client: pg.ClientBase,
  backup: CheckedBackup,
  { users, now }: { users: ActingUsers; now: Date },
): Promise<void> {
  const at = now.toISOString();
  const fill = async (trx: Transaction<Tables>) => {
    await prepareTransaction(client);
    await requireEmpty(client);
    const empty = await listTables(client);
    if (empty.length > 0) await client.query(`drop table ${empty.map(({ sql }) => sql).join(', ')} cascade`);
    for (const { name, create } of SCHEMAS) {
      const version = backup.manifest.schemas[name];
      if (version !== undefined) await create(trx, version, at);
    }
    await fillTables(client, backup);
    for (const { upgrade } of SCHEMAS) await upgrade(trx, users, at);
    // The first page would be slow without.
    await client.query(`analyze ${(await listTables(client)).map(({ sql }) => sql).join(', ')}`);
  };
  await toDb(connectedDialect(client)).transaction().execute(fill);
}
