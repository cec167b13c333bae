import { CamelCasePlugin, type Dialect, Kysely } from 'kysely';
import { Failure } from '../failure.ts';
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
 * Prepares connections to the database of a URL: postgres://… Nothing is connected before the first statement.
 * Throws `misconfigured` for any other address.
 */
export function openDatabase(url: string): Database {
  if (/^postgres(ql)?:/.test(url)) return { db: toDb(postgresDialect(url)), dialect: 'postgres' };
  throw new Failure(503, 'misconfigured', 'DATABASE_URL must begin with postgres://.');
}

/** Names are camelCase in the code and snake_case in the database. */
export function toDb(dialect: Dialect): Db {
  return new Kysely<Tables>({ dialect, plugins: [new CamelCasePlugin()] });
}
