import { setTimeout as sleep } from 'node:timers/promises';
import type { CompiledQuery, DatabaseConnection, Dialect, Driver, QueryResult } from 'kysely';
import { DialectAdapterBase, sql } from 'kysely';
import { Failure } from '../failure.ts';
import { toConnectionString } from './db2-address.ts';
import { Db2QueryCompiler } from './db2-compiler.ts';

interface Db2Result {
  getColumnMetadataSync(): { SQL_DESC_NAME: string; SQL_DESC_CONSIZE_TYPE: number }[];
  fetchAll(): Promise<Record<string, unknown>[]>;
  closeSync(): unknown;
}

interface Db2Statement {
  executeNonQuery(parameters: unknown[]): Promise<number>;
  close(): Promise<unknown>;
}

/** What is used of ibm_db's connections. */
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

/** A connection that was idle longer is tried before it is used: the platform freezes containers between activations. */
const IDLE_MS = 1_000;
const CHECK_MS = 2_000;
/**
 * ibm_db waits for the database in the threads of libuv, of which a process has four. Were all of them to wait for a row
 * that one more connection has locked, that one could not commit, and Db2 waits for ever unless LOCKTIMEOUT is set.
 */
const MAX_CONNECTIONS = 2;

/**
 * ibm_db is loaded only where a Db2 address is configured, and is never part of a bundle. Its driver takes texts for those
 * of the locale's code page, which in a container is none, unless it is told that they are UTF-8 (1208):
 * https://github.com/ibmdb/node-ibm_db/issues/471.
 */
async function openConnection(connectionString: string): Promise<Db2Connection> {
  process.env.DB2CODEPAGE ??= '1208';
  const { default: driver } = await import('ibm_db').catch(() => {
    const message =
      'DATABASE_URL names a Db2 database, but the runtime has no working ibm_db to reach it with.';
    throw new Failure(500, 'misconfigured', message);
  });
  return driver.open(connectionString).catch((error: object) => {
    // What the driver refuses to connect for is an error's fields without its class.
    throw Object.assign(new Error(), error);
  });
}

/** Db2 takes neither JavaScript's instants nor its booleans and big integers. */
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

/** Numbers that JavaScript might not hold and instants come as text. */
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
      name: SQL_DESC_NAME.toLowerCase(),
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

class Connection implements DatabaseConnection {
  readonly db2: Db2Connection;
  /** When it was last given back, in milliseconds of the process. */
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

  /** What nobody answers any more, as after a firewall forgot it, keeps a thread until the system gives it up. */
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

class Db2Driver implements Driver {
  readonly #open: () => Promise<Db2Connection>;
  readonly #idle: Connection[] = [];
  readonly #waiting: (() => void)[] = [];
  #used = 0;

  constructor(open: () => Promise<Db2Connection>) {
    this.#open = open;
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<Connection> {
    if (this.#used < MAX_CONNECTIONS) this.#used += 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      for (let one = this.#idle.pop(); one; one = this.#idle.pop()) {
        if (await one.isAlive()) return one;
        void one.close();
      }
      return new Connection(await this.#open());
    } catch (error) {
      this.#passOn();
      throw error;
    }
  }

  async releaseConnection(connection: Connection): Promise<void> {
    connection.idleSince = performance.now();
    if (connection.db2.connected) this.#idle.push(connection);
    else await connection.close();
    this.#passOn();
  }

  /** The place of a connection goes to whoever waits longest. */
  #passOn(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#used -= 1;
  }

  async beginTransaction({ db2 }: Connection): Promise<void> {
    await db2.beginTransaction();
  }

  async commitTransaction({ db2 }: Connection): Promise<void> {
    await db2.commitTransaction();
  }

  async rollbackTransaction({ db2 }: Connection): Promise<void> {
    await db2.rollbackTransaction();
  }

  async destroy(): Promise<void> {
    await Promise.all(this.#idle.splice(0).map((connection) => connection.close()));
  }
}

class Db2Adapter extends DialectAdapterBase {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }

  override get supportsReturning(): boolean {
    return true;
  }

  async acquireMigrationLock(): Promise<void> {}

  async releaseMigrationLock(): Promise<void> {}
}

/** Db2 11.5 through connections of ibm_db. Rows have the same types as PostgreSQL's. */
export function db2Dialect(open: () => Promise<Db2Connection>): Dialect {
  return {
    createAdapter: () => new Db2Adapter(),
    createDriver: () => new Db2Driver(open),
    createQueryCompiler: () => new Db2QueryCompiler(),
    createIntrospector: (db) => ({
      getSchemas: async () => [],
      getMetadata: async () => ({ tables: [] }),
      getTables: async () => {
        const { rows } = await sql<{ name: string }>`
          select tabname as name from syscat.tables where tabschema = current_schema and type = 'T'`.execute(
          db,
        );
        return rows.map(({ name }) => ({ name: name.toLowerCase(), isView: false, columns: [] }));
      },
    }),
  };
}

/** Connects to the database of an address when the first statement needs it. */
export function openDb2(address: string): Dialect {
  const connectionString = toConnectionString(address);
  return db2Dialect(() => openConnection(connectionString));
}
