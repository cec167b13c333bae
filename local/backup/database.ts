import { existsSync, lchownSync, lstatSync, readdirSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { makeFolder } from '../folder.ts';
import { isHeld, takeLock } from '../lock.ts';
import { type DatabaseUrls, findRunningPostgres, openPostgres, requirePostgres } from '../postgres.ts';

/** Where the rows of an installation are. */
export interface Place {
  dataDir: string;
  /** Undefined: the embedded PostgreSQL in the data folder. */
  databaseUrls: DatabaseUrls | undefined;
}

export interface OpenedDatabase {
  urls: DatabaseUrls;
  close(): Promise<void>;
}

/** Throws a sentence unless the addresses are PostgreSQL's and it answers. */
async function openExternal(urls: DatabaseUrls): Promise<OpenedDatabase> {
  if (!/^postgres(ql)?:/.test(urls.owner))
    throw new Error(
      'The database of DATABASE_URL is not PostgreSQL: back it up and restore it with its own tools. See docs/db2.md.',
    );
  await requirePostgres(urls.owner);
  return { urls, close: async () => {} };
}

/** What root wrote, or gave to PostgreSQL's account, in the folder of another user becomes that user's: they start it next. */
function returnToOwner(folder: string): void {
  const { uid, gid } = lstatSync(folder);
  if (process.getuid?.() !== 0 || uid === 0) return;
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }))
    lchownSync(path.join(folder, name), uid, gid);
}

/** Opens the database of an installation that is not running, and keeps it from being started meanwhile. */
async function openStopped({ dataDir, databaseUrls }: Place, refusal: string): Promise<OpenedDatabase> {
  makeFolder(dataDir);
  const unlock = takeLock(path.join(dataDir, 'lock'));
  if (!unlock) throw new Error(refusal);
  try {
    const database = databaseUrls
      ? await openExternal(databaseUrls)
      : await openPostgres({ dataDir: path.join(dataDir, 'postgres') });
    const close = async () => {
      await database.close();
      unlock();
      returnToOwner(dataDir);
    };
    return { urls: database.urls, close };
  } catch (error) {
    unlock();
    throw error;
  }
}

/** The database of an installation that may be running, for reading. Throws a sentence if there is none. */
export async function openForBackup(place: Place): Promise<OpenedDatabase> {
  const { dataDir, databaseUrls } = place;
  if (!existsSync(path.join(dataDir, 'installation.json')))
    throw new Error(`There is no installation in ${dataDir}: set DATA_DIR to the folder of yours.`);
  if (databaseUrls) return openExternal(databaseUrls);
  const folder = path.join(dataDir, 'postgres');
  if (!existsSync(path.join(folder, 'cluster')))
    throw new Error(`There is no database in ${dataDir}: set DATABASE_URL as when you start it.`);
  const refusal = `The installation in ${dataDir} is starting or stopping: try again in a moment.`;
  if (!isHeld(path.join(dataDir, 'lock'))) return openStopped(place, refusal);
  const urls = findRunningPostgres(folder);
  if (!urls) throw new Error(refusal);
  return { urls, close: async () => {} };
}

const toRefusal = ({ dataDir }: Place) =>
  `An installation is running on the data folder ${dataDir}: stop it, or choose another folder with DATA_DIR.`;

/** Throws a sentence if the installation is running. */
export function requireStopped(place: Place): void {
  if (isHeld(path.join(place.dataDir, 'lock'))) throw new Error(toRefusal(place));
}

/** The database to fill. Throws a sentence if the installation is running. */
export function openForRestore(place: Place): Promise<OpenedDatabase> {
  return openStopped(place, toRefusal(place));
}

/** Whether there is no database yet: a restore creates it. */
export const isNew = ({ dataDir, databaseUrls }: Place): boolean =>
  !databaseUrls && !existsSync(path.join(dataDir, 'postgres/cluster'));

/** The database that is to be filled, only to look at it; undefined if there is none yet. */
export async function openForCheck(place: Place): Promise<OpenedDatabase | undefined> {
  if (isNew(place)) return undefined;
  return place.databaseUrls ? openExternal(place.databaseUrls) : openForRestore(place);
}

/** Works with one connection. Throws a sentence if there is none. */
export async function connect<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, keepAlive: true });
  // Without a listener, a lost connection would crash the process. The statement at work fails too.
  client.on('error', () => {});
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end().catch(() => {});
  }
}
