import { type Db, toDb } from '../lib/db/database.ts';
import { type Db2Connection, db2Dialect } from '../lib/db/db2.ts';

/** A row as Db2 names its columns: in upper case. */
export type Db2Row = Record<string, unknown>;

export interface Recorder {
  db: Db;
  /** Statements with their parameters, in the order in which they were sent; BEGIN, COMMIT and ROLLBACK among them. */
  sent: { text: string; parameters: unknown[] }[];
}

const typeOf = (name: string, value: unknown) =>
  name.endsWith('_AT') || name.endsWith('_UNTIL')
    ? 'TIMESTAMP'
    : typeof value === 'bigint'
      ? 'BIGINT'
      : 'VARCHAR';

/**
 * Stands in for ibm_db: keeps what is sent and answers a query with the rows of the first pattern that it matches, or
 * with none. Big integers come as text, as from ibm_db.
 */
export function openRecorder(answers: [RegExp, Db2Row[]][] = []): Recorder {
  const sent: Recorder['sent'] = [];
  const keep = (text: string, parameters: unknown[] = []) => void sent.push({ text, parameters });
  const rowsOf = (text: string) => answers.find(([pattern]) => pattern.test(text))?.[1] ?? [];
  const connection: Db2Connection = {
    connected: true,
    async queryResult(text, parameters) {
      keep(text, parameters);
      const rows = rowsOf(text);
      const columns = Object.entries(rows[0] ?? {}).map(([name, value]) => ({
        ...{ SQL_DESC_NAME: name, SQL_DESC_TYPE_NAME: typeOf(name, value) },
      }));
      const toText = (row: Db2Row) =>
        Object.fromEntries(Object.entries(row).map(([k, v]) => [k, typeof v === 'bigint' ? String(v) : v]));
      const result = {
        getColumnMetadataSync: () => columns,
        fetchAll: async () => rows.map(toText),
        closeSync: () => true,
      };
      return [result, null];
    },
    async prepare(text) {
      return {
        executeNonQuery: async (parameters) => {
          keep(text, parameters);
          return 1;
        },
        close: async () => true,
      };
    },
    beginTransaction: async () => keep('BEGIN'),
    commitTransaction: async () => keep('COMMIT'),
    rollbackTransaction: async () => keep('ROLLBACK'),
    close: async () => true,
  };
  return { db: toDb(db2Dialect(async () => connection)), sent };
}
