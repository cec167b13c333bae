import { CamelCasePlugin, type Dialect, Kysely } from 'kysely';
import { Failure } from '../failure.ts';
import { openDb2 } from './db2.ts';
import { isDb2Address } from './db2-address.ts';
import { type PostgresOptions, postgresDialect } from './postgres.ts';
import type { Tables } from './tables.ts';

/** The database or a transaction on it. */
export type Db = Kysely<Tables>;

/** The databases that every query is written for; each has its scripts in the folder of that name in sql/. */
export type DialectName = 'postgres' | 'db2';

/** Connections to a database, and which kind it is. */
export interface Database {
  db: Db;
  dialect: DialectName;
}

/**
 * Prepares connections to a database: postgres://… or what `isDb2Address` takes. Nothing is connected before the first
 * statement. Throws `misconfigured` for any other address.
 */
export function openDatabase(url: string, options: PostgresOptions = {}): Database {
  if (/^postgres(ql)?:/.test(url)) return { db: toDb(postgresDialect(url, options)), dialect: 'postgres' };
  if (isDb2Address(url)) return { db: toDb(openDb2(url)), dialect: 'db2' };
  throw new Failure('misconfigured', 'DATABASE_URL is not the address of a database.');
}

/** Names are camelCase in the code and snake_case in the database. */
export function toDb(dialect: Dialect): Db {
  return new Kysely<Tables>({ dialect, plugins: [new CamelCasePlugin()] });
}
