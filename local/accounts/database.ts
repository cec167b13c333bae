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

/** Applies the scripts that are missing. Throws a sentence if a newer version has been here. */
async function migrate(pool: pg.Pool): Promise<void> {
  await inTransaction(pool, async (client) => {
    await client.query('select pg_advisory_xact_lock($1)', [LOCK]);
    const { rows: schemas } = await client.query('select from pg_namespace where nspname = $1', [SCHEMA]);
    if (schemas.length === 0) await client.query(`create schema ${SCHEMA}`);
    await client.query(
      'create table if not exists applied_script (version integer primary key, applied_at timestamptz not null default now())',
    );
    const { rows } = await client.query<{ version: number }>(
      'select coalesce(max(version), 0) as version from applied_script',
    );
    const stored = rows[0]?.version ?? 0;
    if (stored > scripts.length)
      throw new Error(
        `The accounts in the database are those of a newer version (schema ${stored}; this one knows ${scripts.length}): start the newer version.`,
      );
    for (const [index, script] of scripts.entries()) {
      if (index < stored) continue;
      await client.query(script);
      await client.query('insert into applied_script (version) values ($1)', [index + 1]);
    }
  });
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
    await migrate(pool);
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
