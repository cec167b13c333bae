import { CamelCasePlugin, type Dialect, Kysely } from 'kysely';
import { Failure } from '../failure.ts';
import { openDb2 } from './db2.ts';
import { postgresDialect } from './postgres.ts';
import type { Tables } from './tables.ts';

/** The database or a transaction on it. */
export type Db = Kysely<Tables>;

export type DialectName = 'postgres' | 'db2';

export interface Database {
  db: Db;
  dialect: DialectName;
}

/**
 * Prepares connections to the database of a URL: postgres://… or db2://… Nothing is connected before the first
 * statement. Throws `misconfigured` for any other address.
 */
export function openDatabase(url: string): Database {
  if (/^postgres(ql)?:/.test(url)) return { db: toDb(postgresDialect(url)), dialect: 'postgres' };
  if (/^db2:/.test(url)) return { db: toDb(openDb2(url)), dialect: 'db2' };
  throw new Failure(500, 'misconfigured', 'DATABASE_URL must begin with postgres:// or db2://.');
}

/** Names are camelCase in the code and snake_case in the database. */
export function toDb(dialect: Dialect): Db {
  return new Kysely<Tables>({ dialect, plugins: [new CamelCasePlugin()] });
}
