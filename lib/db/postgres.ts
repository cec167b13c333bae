import { type Dialect, PostgresDialect } from 'kysely';
import pg from 'pg';

/** Options for every statement. */
export interface PostgresOptions {
  /** Stop a statement after this many milliseconds. Default: never. Db2 has LOCKTIMEOUT. */
  statementTimeout?: number;
}

/** A connection that was idle longer is checked before use: the platform freezes containers between activations. */
const IDLE_MS = 5_000;
const CHECK_MS = 2_000;
const CONNECT_MS = 5_000;

const toDate = pg.types.getTypeParser(pg.types.builtins.TIMESTAMPTZ);
const parsers: Record<number, (text: string) => unknown> = {
  [pg.types.builtins.INT8]: Number,
  [pg.types.builtins.NUMERIC]: Number,
  [pg.types.builtins.DATE]: (text) => text,
  [pg.types.builtins.TIMESTAMPTZ]: (text) => (toDate(text) as Date).toISOString(),
};

const types = {
  getTypeParser: (id: number, format?: 'text' | 'binary') =>
    parsers[id] ?? pg.types.getTypeParser(id, format ?? 'text'),
};

/** A pool that checks idle connections before it hands them out. */
function openPool(url: string, { statementTimeout }: PostgresOptions) {
  const pool = new pg.Pool({
    connectionString: url,
    types: types as pg.CustomTypesConfig,
    max: 2,
    connectionTimeoutMillis: CONNECT_MS,
    allowExitOnIdle: true,
    ...(statementTimeout && { statement_timeout: statementTimeout }),
  });
  const releasedAt = new WeakMap<pg.PoolClient, number>();
  // An idle connection that breaks is replaced when it is next needed.
  pool.on('error', () => {});
  // Without a listener, a connection lost mid-transaction would crash the process. Its next statement fails.
  pool.on('connect', (client) => void client.on('error', () => {}));
  pool.on('release', (_error, client) => releasedAt.set(client, performance.now()));

  const isAlive = async (client: pg.PoolClient): Promise<boolean> => {
    if (performance.now() - (releasedAt.get(client) ?? performance.now()) < IDLE_MS) return true;
    const check = { text: 'select 1', query_timeout: CHECK_MS };
    return client.query(check).then(
      () => true,
      () => false,
    );
  };
  const connect = async (): Promise<pg.PoolClient> => {
    const client = await pool.connect();
    if (await isAlive(client)) return client;
    client.release(true);
    return connect();
  };
  return { connect, end: () => pool.end() };
}

/**
 * PostgreSQL 15 or newer, at most two connections. Instants are read as ISO strings, days as 'YYYY-MM-DD', bigint and
 * numeric as numbers. A connection that broke while idle is replaced.
 */
export function postgresDialect(url: string, options: PostgresOptions = {}): Dialect {
  return new PostgresDialect({ pool: async () => openPool(url, options) });
}
