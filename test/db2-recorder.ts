import type { Dialect } from 'kysely';
import { type Db, toDb } from '../lib/db/database.ts';
import { db2Dialect } from '../lib/db/db2.ts';
import { Db2QueryCompiler } from '../lib/db/db2-compiler.ts';
import type { Db2Connection } from '../lib/db/db2-connection.ts';
import { postgresDialects } from '../lib/db/postgres.ts';

/**
 * PostgreSQL that also passes every statement to `record` as Db2 would have received it.
 */
export function openRecorded(url: string, record: (db2: string) => void): Db {
  const postgres = postgresDialects(url)('all tenants');
  const dialect: Dialect = {
    createAdapter: () => postgres.createAdapter(),
    createDriver: () => postgres.createDriver(),
    createIntrospector: (db) => postgres.createIntrospector(db),
    createQueryCompiler: () => {
      const compiler = postgres.createQueryCompiler();
      return {
        compileQuery(node, id) {
          record(new Db2QueryCompiler().compileQuery(node, id).sql);
          return compiler.compileQuery(node, id);
        },
      };
    },
  };
  return toDb(dialect);
}

/** A row as Db2 names its columns: in upper case. */
type Db2Row = Record<string, unknown>;

interface StandIn {
  db: Db;
  /** Statements with their parameters, in the order sent, including BEGIN, COMMIT and ROLLBACK. */
  sent: { text: string; parameters: unknown[] }[];
}

/** The driver's numbers of TIMESTAMP, BIGINT and VARCHAR. */
const typeOf = (name: string, value: unknown) => {
  if (name.endsWith('_AT')) return 93;
  return typeof value === 'bigint' ? -5 : 12;
};

/** Stands in for ibm_db: answers every query with the same rows, with big integers as text. */
export function openStandIn(rows: Db2Row[] = []): StandIn {
  const sent: StandIn['sent'] = [];
  const keep = (text: string, parameters: unknown[] = []) => void sent.push({ text, parameters });
  const columns = Object.entries(rows[0] ?? {}).map(([name, value]) => ({
    SQL_DESC_NAME: name,
    SQL_DESC_CONSIZE_TYPE: typeOf(name, value),
  }));
  const toText = (row: Db2Row) =>
    Object.fromEntries(Object.entries(row).map(([k, v]) => [k, typeof v === 'bigint' ? String(v) : v]));
  const connection: Db2Connection = {
    connected: true,
    async queryResult(text, parameters) {
      keep(text, parameters);
      const fetchAll = async () => rows.map(toText);
      return [{ getColumnMetadataSync: () => columns, fetchAll, closeSync: () => true }, null];
    },
    async prepare(text) {
      const executeNonQuery = async (parameters: unknown[]) => {
        keep(text, parameters);
        return 1;
      };
      return { executeNonQuery, close: async () => true };
    },
    beginTransaction: async () => keep('BEGIN'),
    commitTransaction: async () => keep('COMMIT'),
    rollbackTransaction: async () => keep('ROLLBACK'),
    close: async () => true,
  };
  return { db: toDb(db2Dialect(async () => connection)), sent };
}
