import { type Dialect, Kysely } from 'kysely';
import { Failure } from '../failure.ts';
import { openDb2 } from './db2.ts';
import { isDb2Address } from './db2-address.ts';
import { Names } from './names.ts';
import { type PostgresOptions, postgresDialects } from './postgres.ts';
import type { Scope } from './scope.ts';
import type { Tables } from './tables.ts';

/** The database or a transaction on it. */
export type Db = Kysely<Tables>;

/** The supported databases. Every query works with each; sql/ has a folder of scripts for each. */
export type DialectName = 'postgres' | 'db2';

/** Connections to a database, and which kind it is. */
export interface Database {
  /** Sees nothing in the tables of tenants. */
  db: Db;
  dialect: DialectName;
  /** The same database for statements that see more. Only PostgreSQL makes a difference: Db2 shows everything to all. */
  dbFor(scope: Scope): Db;
}

/**
 * Prepares connections to a database: postgres://… or an address that `isDb2Address` accepts. The first statement connects.
 * Throws `misconfigured` for any other address.
 */
export function openDatabase(url: string, options: PostgresOptions = {}): Database {
  if (/^postgres(ql)?:/.test(url)) {
    const dialects = postgresDialects(url, options);
    const dbFor = (scope: Scope) => toDb(dialects(scope));
    return { db: dbFor('nothing'), dialect: 'postgres', dbFor };
  }
  if (isDb2Address(url)) {
    const db = toDb(openDb2(url));
    return { db, dialect: 'db2', dbFor: () => db };
  }
  throw new Failure(
    'misconfigured',
    'DATABASE_URL is not the address of a PostgreSQL or Db2 database. Correct it.',
  );
}

/** Prepares statements for the tables, whose connections the dialect makes. */
export function toDb(dialect: Dialect): Db {
  return new Kysely<Tables>({ dialect, plugins: [new Names()] });
}
