import { type Dialect, DialectAdapterBase, type Driver, sql } from 'kysely';
import { toConnectionString } from './db2-address.ts';
import { Db2QueryCompiler } from './db2-compiler.ts';
import { type Db2Connection, Db2PooledConnection, openDb2Connection } from './db2-connection.ts';

/**
 * ibm_db waits for the database in libuv's threads, and a process has four. If all four waited for a row that another
 * connection has locked, that connection could not commit. Db2 would wait forever unless LOCKTIMEOUT is set.
 */
const MAX_CONNECTIONS = 2;

class Db2Driver implements Driver {
  readonly #open: () => Promise<Db2Connection>;
  readonly #idle: Db2PooledConnection[] = [];
  readonly #waiting: (() => void)[] = [];
  #used = 0;

  constructor(open: () => Promise<Db2Connection>) {
    this.#open = open;
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<Db2PooledConnection> {
    if (this.#used < MAX_CONNECTIONS) this.#used += 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      for (let one = this.#idle.pop(); one; one = this.#idle.pop()) {
        if (await one.isAlive()) return one;
        void one.close();
      }
      return new Db2PooledConnection(await this.#open());
    } catch (error) {
      this.#passOn();
      throw error;
    }
  }

  async releaseConnection(connection: Db2PooledConnection): Promise<void> {
    connection.idleSince = performance.now();
    if (connection.db2.connected) this.#idle.push(connection);
    else await connection.close();
    this.#passOn();
  }

  /** A free place goes to the caller that has waited longest. */
  #passOn(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#used -= 1;
  }

  async beginTransaction({ db2 }: Db2PooledConnection): Promise<void> {
    await db2.beginTransaction();
  }

  async commitTransaction({ db2 }: Db2PooledConnection): Promise<void> {
    await db2.commitTransaction();
  }

  async rollbackTransaction({ db2 }: Db2PooledConnection): Promise<void> {
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

/** Db2 11.5 through ibm_db. Rows have the same types as PostgreSQL's. */
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

/** Prepares connections to a Db2 database. The first statement connects. */
export function openDb2(address: string): Dialect {
  const connectionString = toConnectionString(address);
  return db2Dialect(() => openDb2Connection(connectionString));
}
