import { type DBSchema, type IDBPDatabase, openDB } from 'idb';
import type { ImportRequest } from '../../actions/imports.ts';

/** An import that was begun in this browser and is not complete. Its parts wait here, so that a reload loses nothing. */
export interface KeptImport {
  /** Names the import to the API, so that beginning it twice begins it once. */
  key: string;
  tenantId: number;
  /** Whose it is: another person at the same browser does not see it. */
  email: string;
  /** What is imported, such as a file's name. */
  title: string;
  startedAt: string;
  request: ImportRequest;
  rows: number;
}

interface Schema extends DBSchema {
  import: { key: string; value: KeptImport };
  /** The text of each part that is not sent yet, by its import's key and its number. */
  part: { key: [key: string, number: number]; value: string };
}

const NAME = 'imports';
/** What nobody continued for that long is removed. */
const MAX_AGE_MS = 30 * 24 * 60 * 60 * 1000;

async function withDatabase<Result>(work: (db: IDBPDatabase<Schema>) => Promise<Result>): Promise<Result> {
  const db = await openDB<Schema>(NAME, 1, {
    upgrade(opened) {
      opened.createObjectStore('import', { keyPath: 'key' });
      opened.createObjectStore('part');
    },
  });
  try {
    return await work(db);
  } finally {
    db.close();
  }
}

/** The kept imports of a person in a tenant, the newest first. */
export async function listKept(tenantId: number, email: string): Promise<KeptImport[]> {
  const all = await withDatabase((db) => db.getAll('import'));
  const oldest = Date.now() - MAX_AGE_MS;
  const isOld = ({ startedAt }: KeptImport) => Date.parse(startedAt) < oldest;
  for (const { key } of all.filter(isOld)) await removeKept(key);
  return all
    .filter((one) => one.tenantId === tenantId && one.email === email && !isOld(one))
    .sort((one, other) => other.startedAt.localeCompare(one.startedAt));
}

/** Keeps an import. Its parts may follow: those that are missing are asked for again. */
export const keepImport = (kept: KeptImport) =>
  withDatabase(async (db) => {
    await db.put('import', kept);
  });

export const keepPart = (key: string, number: number, text: string) =>
  withDatabase(async (db) => {
    await db.put('part', text, [key, number]);
  });

/** The text of a part; undefined if the browser has dropped it. */
export const readPart = (key: string, number: number) => withDatabase((db) => db.get('part', [key, number]));

/** Forgets a part that was sent. */
export const removePart = (key: string, number: number) =>
  withDatabase((db) => db.delete('part', [key, number]));

/** Forgets an import with its parts. */
export const removeKept = (key: string) =>
  withDatabase(async (db) => {
    const transaction = db.transaction(['import', 'part'], 'readwrite');
    const own = IDBKeyRange.bound([key, 0], [key, Number.MAX_SAFE_INTEGER]);
    await transaction.objectStore('part').delete(own);
    await transaction.objectStore('import').delete(key);
    await transaction.done;
  });
