import { randomUUID } from 'node:crypto';
import { inject } from 'vitest';
import { type Database, openDatabase } from '../lib/db/database.ts';
import { migrate } from '../lib/db/migrate.ts';
import { createDatabase, type DatabaseUrls } from '../local/postgres.ts';
import { getPostgresUrls, getTemplate } from './on-demand.ts';

const newName = () => `test-${randomUUID()}`;

function db2Url(server: string): string {
  const url = new URL(server);
  url.pathname = `/${newName()}`;
  return url.href;
}

/** The addresses of a new, empty database: on the run's PostgreSQL server, or in the Db2 stand-in, which has no roles. */
export async function createTestDatabase(): Promise<DatabaseUrls> {
  const db2 = inject('db2');
  if (!db2) return createDatabase(await getPostgresUrls(), newName());
  return toOneRole(db2Url(db2.url));
}

/** The addresses where one role does everything. */
export function toOneRole(url: string): DatabaseUrls {
  return { admin: url, owner: url, web: url, collector: url };
}

/** The same addresses on another port, where a proxy listens. */
export function onPort(urls: DatabaseUrls, port: number | string): DatabaseUrls {
  const urlOf = (address: string): string => {
    const url = new URL(address);
    url.port = String(port);
    return url.href;
  };
  const { admin, owner, web, collector } = urls;
  return { admin: urlOf(admin), owner: urlOf(owner), web: urlOf(web), collector: urlOf(collector) };
}

/** The addresses of a new copy of a database on the run's PostgreSQL server, to which nobody is connected. */
export async function copyDatabase(name: string): Promise<DatabaseUrls> {
  return createDatabase(await getPostgresUrls(), newName(), name);
}

/** A new database with the product's tables, for who may do everything on its server. Destroy its `db` when done. */
export async function openTestDatabase(): Promise<Database> {
  const db2 = inject('db2');
  if (!db2) return openDatabase((await copyDatabase(await getTemplate())).admin);
  const database = openDatabase(db2Url(db2.url));
  await database.db
    .transaction()
    .execute((trx) => migrate(trx, database.dialect, '2025-01-01T00:00:00.000Z'));
  return database;
}
