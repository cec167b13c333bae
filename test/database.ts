import { randomUUID } from 'node:crypto';
import { inject } from 'vitest';
import { type Database, openDatabase } from '../lib/db/database.ts';
import { migrate } from '../lib/db/migrate.ts';
import { createDatabase } from '../local/postgres.ts';
import { getPostgresUrl, getTemplate } from './on-demand.ts';

const newName = () => `test-${randomUUID()}`;

function db2Url(server: string): string {
  const url = new URL(server);
  url.pathname = `/${newName()}`;
  return url.href;
}

/** URL of a new, empty database: on the run's PostgreSQL server, or in the Db2 stand-in. */
export async function createTestDatabase(): Promise<string> {
  const db2 = inject('db2');
  return db2 ? db2Url(db2.url) : createDatabase(await getPostgresUrl(), newName());
}

/** URL of a new copy of a database on the run's PostgreSQL server, to which nobody is connected. */
export async function copyDatabase(name: string): Promise<string> {
  return createDatabase(await getPostgresUrl(), newName(), name);
}

/** A new database with the product's tables. Destroy its `db` when done. */
export async function openTestDatabase(): Promise<Database> {
  const db2 = inject('db2');
  if (!db2) return openDatabase(await copyDatabase(await getTemplate()));
  const database = openDatabase(db2Url(db2.url));
  await database.db
    .transaction()
    .execute((trx) => migrate(trx, database.dialect, '2025-01-01T00:00:00.000Z'));
  return database;
}
