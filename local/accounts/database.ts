import { scripts } from 'virtual:sign-in-scripts';
import pg from 'pg';

/** A number that only this code locks, so that two starts do not apply the scripts at the same time. */
const LOCK = 1_684_950_118;
const SCHEMA = 'sign_in';
const MAX_CONNECTIONS = 5;

/** Statements on the schema `sign_in`. */
export interface Sql {
  query<Row extends pg.QueryResultRow>(text: string, values?: unknown[]): Promise<pg.QueryResult<Row>>;
}

export interface SignInDatabase extends Sql {
  /** All or nothing. */
  transaction<T>(work: (sql: Sql) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

async function inTransaction<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  try {
    await client.query('begin');
    const result = await work(client);
    await client.query('commit');
    client.release();
    return result;
  } catch (error) {
    await client.query('rollback').then(
      () => client.release(),
      () => client.release(true),
    );
    throw error;
  }
}

/** The version of the schema that this code needs. */
export const SIGN_IN_VERSION = scripts.length;
/** The versions that were applied. */
export const SIGN_IN_VERSIONS = `${SCHEMA}.applied_script`;

type Run = (text: string) => Promise<{ rows: unknown[] }>;

/** Applies the scripts between two versions, within a transaction. The schema is created if it is missing. */
export async function applySignInScripts(
  run: Run,
  { after, through }: { after: number; through: number },
): Promise<void> {
  const { rows } = await run(`select from pg_namespace where nspname = '${SCHEMA}'`);
  if (rows.length === 0) await run(`create schema ${SCHEMA}`);
  await run(
    `create table if not exists ${SIGN_IN_VERSIONS} (version integer primary key, applied_at timestamptz not null default now())`,
  );
  await run(`set local search_path to ${SCHEMA}`);
  for (const [index, script] of scripts.slice(0, through).entries()) {
    if (index < after) continue;
    await run(script);
    await run(`insert into ${SIGN_IN_VERSIONS} (version) values (${index + 1})`);
  }
  await run('set local search_path to default');
}

/** The stored version; 0: the schema is not there. */
export async function findSignInVersion(run: Run): Promise<number> {
  const there = await run(`select where to_regclass('${SIGN_IN_VERSIONS}') is not null`);
  if (there.rows.length === 0) return 0;
  const { rows } = await run(`select coalesce(max(version), 0) as version from ${SIGN_IN_VERSIONS}`);
  return Number((rows[0] as { version: number }).version);
}

/** Brings the schema to this version, within a transaction. Throws a sentence if a newer version has been here. */
export async function migrateSignIn(run: Run): Promise<void> {
  await run(`select pg_advisory_xact_lock(${LOCK})`);
  const stored = await findSignInVersion(run);
  if (stored > SIGN_IN_VERSION)
    throw new Error(
      `The accounts in the database are those of a newer version (schema ${stored}; this one knows ${SIGN_IN_VERSION}): start the newer version.`,
    );
  await applySignInScripts(run, { after: stored, through: SIGN_IN_VERSION });
}

/** Throws a sentence if the database cannot have accounts: another product, or a role that may not create the schema. */
function toSentence(error: unknown): Error {
  const { code, message } = error as { code?: string; message: string };
  if (code !== '42501') return error instanceof Error ? error : new Error(message);
  return new Error(
    `The role of UPGRADE_DATABASE_URL may not create the schema ${SCHEMA}, which holds the accounts: grant create on database … to it.`,
  );
}

/**
 * Opens the schema `sign_in` of the installation's PostgreSQL at `url`, and brings it to this version. Throws a sentence if that
 * is impossible.
 */
export async function openSignInDatabase(
  url: string,
  log: (line: object) => void = () => {},
): Promise<SignInDatabase> {
  if (!/^postgres(ql)?:/.test(url))
    throw new Error(
      'Built-in accounts and sign-in through GitHub need PostgreSQL: use another identity provider with ISSUER and CLIENT_ID, or another database.',
    );
  const pool = new pg.Pool({
    connectionString: url,
    max: MAX_CONNECTIONS,
    options: `-c search_path=${SCHEMA}`,
    idleTimeoutMillis: 10_000,
    connectionTimeoutMillis: 5_000,
  });
  // A database that stops breaks idle connections; the next statement opens a new one.
  pool.on('error', (error) => log({ level: 'warn', event: 'sign-in-database', message: error.message }));
  try {
    await inTransaction(pool, (client) => migrateSignIn((text) => client.query(text)));
  } catch (error) {
    await pool.end();
    throw toSentence(error);
  }
  return {
    query: (text, values) => pool.query(text, values),
    transaction: (work) =>
      inTransaction(pool, (client) => work({ query: (text, values) => client.query(text, values) })),
    close: () => pool.end(),
  };
}
