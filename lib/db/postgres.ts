import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Dialect, PostgresDialect, type PostgresPoolClient } from 'kysely';
import pg from 'pg';
import { toName } from './names.ts';
import { type Scope, toSettings } from './scope.ts';

/** Options for every statement. */
export interface PostgresOptions {
  /** Stop a statement after this many milliseconds. Default: never. Db2 has LOCKTIMEOUT. */
  statementTimeout?: number;
}

/** A connection that was idle longer is checked before use: the platform freezes containers between activations. */
const IDLE_MS = 5_000;
/** One that was idle longer may have been cut meanwhile, and its end not yet read. Statements of one request follow sooner. */
const PAUSED_MS = 2;
const CHECK_MS = 2_000;
const CONNECT_MS = 5_000;

const toDate = pg.types.getTypeParser(pg.types.builtins.TIMESTAMPTZ);
/** How a session in UTC writes an instant of the years that matter, with up to six digits of a second. */
const UTC_INSTANT = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.(\d{1,3})\d*)?\+00$/;

/** Making a date of each would take a third of the time of a long list. */
function toInstant(text: string): string {
  const [, day, time, fraction = ''] = UTC_INSTANT.exec(text) ?? [];
  return day ? `${day}T${time}.${fraction.padEnd(3, '0')}Z` : (toDate(text) as Date).toISOString();
}

const parsers: Record<number, (text: string) => unknown> = {
  [pg.types.builtins.INT8]: Number,
  [pg.types.builtins.NUMERIC]: Number,
  [pg.types.builtins.DATE]: (text) => text,
  [pg.types.builtins.TIMESTAMPTZ]: toInstant,
};

/** How values are read: large integers and their sums as numbers, days as 'YYYY-MM-DD', instants as ISO strings. */
export const VALUE_TYPES = {
  getTypeParser: (id: number, format?: 'text' | 'binary') =>
    parsers[id] ?? pg.types.getTypeParser(id, format ?? 'text'),
} as pg.CustomTypesConfig;

/** A pool that checks idle connections before it hands them out. */
function openPool(url: string, { statementTimeout }: PostgresOptions) {
  const pool = new pg.Pool({
    connectionString: url,
    types: VALUE_TYPES,
    max: 2,
    connectionTimeoutMillis: CONNECT_MS,
    allowExitOnIdle: true,
    ...(statementTimeout && { statement_timeout: statementTimeout }),
  });
  const releasedAt = new WeakMap<pg.PoolClient, number>();
  const broken = new WeakSet<pg.PoolClient>();
  // An idle connection that breaks is replaced when it is next needed.
  pool.on('error', () => {});
  // Without a listener, a connection lost mid-transaction would crash the process. Its next statement fails.
  pool.on('connect', (client) => void client.on('error', () => broken.add(client)));
  pool.on('release', (_error, client) => releasedAt.set(client, performance.now()));

  const isAlive = async (client: pg.PoolClient): Promise<boolean> => {
    const idleMs = performance.now() - (releasedAt.get(client) ?? performance.now());
    if (idleMs < PAUSED_MS) return true;
    // What arrived from the database meanwhile is read between the two.
    await nextTurn();
    await nextTurn();
    if (broken.has(client)) return false;
    if (idleMs < IDLE_MS) return true;
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
  return { connect, end: () => (pool.ended ? Promise.resolve() : pool.end()) };
}

type Settings = ReturnType<typeof toSettings>;

/** The part of pg's connections that queries use: https://www.postgresql.org/docs/current/protocol-flow.html */
interface Wire {
  parse(message: { text: string; name: string }): void;
  bind(message: { values: string[] }): void;
  execute(message: object): void;
}

/** The part of pg's queries that ours build on. pg's version is fixed, and tests would notice a change. */
interface WireQuery extends pg.Submittable {
  callback: (error: Error | null, result: pg.QueryResult) => void;
  prepare(wire: Wire): void;
  handleRowDescription(message: { fields: { name: string }[] }): void;
  handleDataRow(message: unknown): void;
  handleCommandComplete(message: unknown, wire: Wire): void;
}

const Query = pg.Query as unknown as new (config: object) => WireQuery;

/** A statement whose columns get the code's names. */
class NamedQuery extends Query {
  override handleRowDescription(message: { fields: { name: string }[] }): void {
    for (const field of message.fields) field.name = toName(field.name);
    super.handleRowDescription(message);
  }
}

/**
 * A statement with settings that end with it. Both travel in one message and one transaction, so that a setting costs no round
 * trip and is never left behind on the connection.
 */
class ScopedQuery extends NamedQuery {
  readonly #settings: Settings;
  #isBeforeStatement = true;

  constructor(text: string, values: readonly unknown[], settings: Settings) {
    super({ text, values, queryMode: 'extended' });
    this.#settings = settings;
  }

  override prepare(wire: Wire): void {
    const calls = this.#settings.map((_, index) => `set_config($${2 * index + 1}, $${2 * index + 2}, true)`);
    wire.parse({ text: `select ${calls.join(', ')}`, name: '' });
    wire.bind({ values: this.#settings.flat() });
    wire.execute({});
    super.prepare(wire);
  }

  override handleDataRow(message: unknown): void {
    if (!this.#isBeforeStatement) super.handleDataRow(message);
  }

  override handleCommandComplete(message: unknown, wire: Wire): void {
    if (!this.#isBeforeStatement) super.handleCommandComplete(message, wire);
    this.#isBeforeStatement = false;
  }
}

/** A client whose statements see what the settings say. A transaction gets them once, with its beginning. */
function toScoped(client: pg.ClientBase, settings: Settings): Pick<PostgresPoolClient, 'query'> {
  let isInTransaction = false;
  const ask = (text: string, values: readonly unknown[]): Promise<pg.QueryResult> => {
    const isPlain = isInTransaction || settings.length === 0;
    const query = isPlain ? new NamedQuery({ text, values }) : new ScopedQuery(text, values, settings);
    return new Promise((resolve, reject) => {
      query.callback = (error, result) => (error ? reject(error) : resolve(result));
      client.query(query);
    });
  };
  const begin = (text: string): Promise<pg.QueryResult> => {
    isInTransaction = true;
    const calls = settings.map((setting) => `set_config(${setting.map(pg.escapeLiteral).join(', ')}, true)`);
    return client.query(calls.length === 0 ? text : `${text}; select ${calls.join(', ')}`);
  };
  const query = (text: string, values: readonly unknown[]): Promise<pg.QueryResult> => {
    if (/^(begin|start transaction)\b/.test(text)) return begin(text);
    const asked = ask(text, values);
    if (/^(commit|rollback)$/.test(text)) isInTransaction = false;
    return asked;
  };
  return { query } as unknown as Pick<PostgresPoolClient, 'query'>;
}

/** A dialect for one open connection, which stays open. Its statements see what the connection's settings say. */
export function connectedDialect(client: pg.ClientBase): Dialect {
  const { query } = toScoped(client, []);
  const connect = async () => ({ query, release: () => {} });
  return new PostgresDialect({ pool: { connect, end: async () => {} } });
}

/**
 * PostgreSQL 15 or newer, with at most two connections for all scopes together. Instants are read as ISO strings, days as
 * 'YYYY-MM-DD', bigint and numeric as numbers. A connection that broke while idle is replaced. Destroying the database of one scope
 * ends the connections of all.
 */
export function postgresDialects(url: string, options: PostgresOptions = {}): (scope: Scope) => Dialect {
  let pool: ReturnType<typeof openPool> | undefined;
  const getPool = () => {
    pool ??= openPool(url, options);
    return pool;
  };
  return (scope) => {
    const settings = toSettings(scope);
    const connect = async (): Promise<PostgresPoolClient> => {
      const client = await getPool().connect();
      return { query: toScoped(client, settings).query, release: () => client.release() };
    };
    return new PostgresDialect({ pool: async () => ({ connect, end: () => getPool().end() }) });
  };
}
