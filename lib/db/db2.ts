import type { CompiledQuery, DatabaseConnection, Dialect, Driver, QueryResult } from 'kysely';
import { DialectAdapterBase, sql } from 'kysely';
import { Failure } from '../failure.ts';
import { Db2QueryCompiler } from './db2-compiler.ts';

interface Db2Result {
  getColumnMetadataSync(): { SQL_DESC_NAME: string; SQL_DESC_TYPE_NAME: string }[];
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
const IDLE_MS = 5_000;
const MAX_IDLE = 2;

/** ibm_db is loaded only where a Db2 address is configured, and is never part of a bundle. */
async function openConnection(connectionString: string): Promise<Db2Connection> {
  const { default: driver } = await import('ibm_db').catch(() => {
    const message =
      'DATABASE_URL names a Db2 database, but the runtime has no working ibm_db to reach it with.';
    throw new Failure(500, 'misconfigured', message);
  });
  return driver.open(connectionString);
}

/** db2://user:password@host:port/database?security=SSL as the driver's keywords; the query's names are keywords too. */
export function toConnectionString(address: string): string {
  const url = new URL(address);
  const keywords = {
    DATABASE: decodeURIComponent(url.pathname.slice(1)),
    HOSTNAME: url.hostname,
    PORT: url.port || '50000',
    PROTOCOL: 'TCPIP',
    UID: decodeURIComponent(url.username),
    PWD: decodeURIComponent(url.password),
    ...Object.fromEntries([...url.searchParams].map(([name, value]) => [name.toUpperCase(), value])),
  };
  const quote = (value: string) => (/[;{}]/.test(value) ? `{${value}}` : value);
  return Object.entries(keywords)
    .map(([name, value]) => `${name}=${quote(value)};`)
    .join('');
}

/** Db2 takes neither JavaScript's instants nor its booleans and big integers. */
function toParameter(value: unknown): unknown {
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value === 'bigint') return String(value);
  const isInstant = typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(value);
  return isInstant ? value.replace('T', ' ').replace('Z', '') : (value ?? null);
}

/** Numbers that JavaScript might not hold and instants come as text. */
function parserOf(type: string): (value: unknown) => unknown {
  if (/^(BIGINT|DECIMAL|NUMERIC|DECFLOAT)/.test(type))
    return (value) => (value === null ? null : Number(value));
  if (!type.startsWith('TIMESTAMP')) return (value) => value;
  return (value) =>
    value === null ? null : new Date(`${String(value).slice(0, 23).replace(' ', 'T')}Z`).toISOString();
}

async function query(connection: Db2Connection, text: string, parameters: unknown[]) {
  const [result] = await connection.queryResult(text, parameters);
  try {
    const columns = result.getColumnMetadataSync().map(({ SQL_DESC_NAME, SQL_DESC_TYPE_NAME }) => ({
      source: SQL_DESC_NAME,
      name: SQL_DESC_NAME.toLowerCase(),
      parse: parserOf(SQL_DESC_TYPE_NAME),
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

  async isAlive(): Promise<boolean> {
    if (performance.now() - this.idleSince < IDLE_MS) return true;
    return query(this.db2, 'select 1 from sysibm.sysdummy1', []).then(
      () => true,
      () => false,
    );
  }

  async close(): Promise<void> {
    await this.db2.close().catch(() => {});
  }
}

class Db2Driver implements Driver {
  readonly #open: () => Promise<Db2Connection>;
  readonly #idle: Connection[] = [];

  constructor(open: () => Promise<Db2Connection>) {
    this.#open = open;
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<Connection> {
    for (let one = this.#idle.pop(); one; one = this.#idle.pop()) {
      if (await one.isAlive()) return one;
      await one.close();
    }
    return new Connection(await this.#open());
  }

  async releaseConnection(connection: Connection): Promise<void> {
    if (!connection.db2.connected || this.#idle.length >= MAX_IDLE) return connection.close();
    connection.idleSince = performance.now();
    this.#idle.push(connection);
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
          select tabname as name from syscat.tables where tabschema = current schema and type = 'T'`.execute(
          db,
        );
        return rows.map(({ name }) => ({ name: name.toLowerCase(), isView: false, columns: [] }));
      },
    }),
  };
}

/** Connects to the database of a db2:// address when the first statement needs it. */
export function openDb2(address: string): Dialect {
  const connectionString = toConnectionString(address);
  return db2Dialect(() => openConnection(connectionString));
}
