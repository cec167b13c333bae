import { setTimeout as sleep } from 'node:timers/promises';
import type { CompiledQuery, DatabaseConnection, QueryResult } from 'kysely';
import { Failure } from '../failure.ts';
import { toName } from './names.ts';

interface Db2Result {
  getColumnMetadataSync(): { SQL_DESC_NAME: string; SQL_DESC_CONSIZE_TYPE: number }[];
  fetchAll(): Promise<Record<string, unknown>[]>;
  closeSync(): unknown;
}

interface Db2Statement {
  executeNonQuery(parameters: unknown[]): Promise<number>;
  close(): Promise<unknown>;
}

/** The part of ibm_db's connections that we use. */
export interface Db2Connection {
  /** False once the connection was lost. */
  connected: boolean;
  queryResult(text: string, parameters: unknown[]): Promise<[Db2Result, unknown]>;
  prepare(text: string): Promise<Db2Statement>;
  beginTransaction(): Promise<unknown>;
  commitTransaction(): Promise<unknown>;
  rollbackTransaction(): Promise<unknown>;
  close(): Promise<unknown>;
}

/** A connection that was idle longer is checked before use: the platform freezes containers between activations. */
const IDLE_MS = 1_000;
const CHECK_MS = 2_000;
/**
 * Loads ibm_db, which is never part of a bundle, only if a Db2 address is configured. Its driver reads text in the locale's
 * code page, and a container has none, so 1208 sets UTF-8:
 * https://github.com/ibmdb/node-ibm_db/issues/471.
 */
export async function openDb2Connection(connectionString: string): Promise<Db2Connection> {
  process.env.DB2CODEPAGE ??= '1208';
  const { default: driver } = await import('ibm_db').catch(() => {
    const message =
      'DATABASE_URL names a Db2 database, but the runtime cannot load ibm_db. Install it as docs/db2.md says.';
    throw new Failure('misconfigured', message);
  });
  return driver.open(connectionString).catch((error: object) => {
    // If the driver cannot connect, it throws an error's fields without its class.
    throw Object.assign(new Error(), error);
  });
}

/** Converts what Db2 does not accept: JavaScript's instants, booleans and big integers. */
function toParameter(value: unknown): unknown {
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value === 'bigint') return String(value);
  const isInstant = typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(value);
  return isInstant ? value.replace('T', ' ').replace('Z', '') : (value ?? null);
}

/** SQL_BIGINT, SQL_DECIMAL, SQL_NUMERIC and SQL_DECFLOAT of the driver's sqlcli1.h. */
const NUMBERS = [-5, 3, 2, -360];
/** SQL_TYPE_TIMESTAMP. */
const TIMESTAMP = 93;

/** Instants, and numbers too large for JavaScript, arrive as text. */
function parserOf(type: number): (value: unknown) => unknown {
  if (NUMBERS.includes(type)) return (value) => (value === null ? null : Number(value));
  if (type !== TIMESTAMP) return (value) => value;
  return (value) =>
    value === null ? null : new Date(`${String(value).slice(0, 23).replace(' ', 'T')}Z`).toISOString();
}

async function query(connection: Db2Connection, text: string, parameters: unknown[]) {
  const [result] = await connection.queryResult(text, parameters);
  try {
    const columns = result.getColumnMetadataSync().map(({ SQL_DESC_NAME, SQL_DESC_CONSIZE_TYPE }) => ({
      source: SQL_DESC_NAME,
      name: toName(SQL_DESC_NAME.toLowerCase()),
      parse: parserOf(SQL_DESC_CONSIZE_TYPE),
    }));
    const rows = await result.fetchAll();
    return rows.map((row) =>
      Object.fromEntries(columns.map(({ source, name, parse }) => [name, parse(row[source])])),
    );
  } finally {
    result.closeSync();
  }
}

async function execute(connection: Db2Connection, text: string, parameters: unknown[]): Promise<bigint> {
  const statement = await connection.prepare(text);
  try {
    return BigInt(Math.max(0, await statement.executeNonQuery(parameters)));
  } finally {
    await statement.close();
  }
}

/** A connection as Kysely uses it, and whether it still works. */
export class Db2PooledConnection implements DatabaseConnection {
  readonly db2: Db2Connection;
  /** When it was last released, in milliseconds since the process began. */
  idleSince = 0;

  constructor(db2: Db2Connection) {
    this.db2 = db2;
  }

  async executeQuery<R>({ sql: text, parameters }: CompiledQuery): Promise<QueryResult<R>> {
    const values = parameters.map(toParameter);
    if (/^\s*(select|values|with)\b/i.test(text))
      return { rows: (await query(this.db2, text, values)) as R[] };
    return { rows: [], numAffectedRows: await execute(this.db2, text, values) };
  }

  streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Error('Db2 results are not streamed.');
  }

  /** A query without an answer, for example after a firewall dropped the connection, holds a thread until the system ends it. */
  async isAlive(): Promise<boolean> {
    if (performance.now() - this.idleSince < IDLE_MS) return true;
    const answered = query(this.db2, 'select 1 from sysibm.sysdummy1', []).then(
      () => true,
      () => false,
    );
    return Promise.race([answered, sleep(CHECK_MS, false, { ref: false })]);
  }

  async close(): Promise<void> {
    await this.db2.close().catch(() => {});
  }
}
