import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { VALUE_TYPES } from '../../lib/db/postgres.ts';
import { type DatabaseUrls, openPostgres, type Postgres } from '../../local/postgres.ts';

/** A PostgreSQL server to break. */
export interface BadlyTreatedServer {
  /** The addresses of its database, which change with each restart. */
  urls(): DatabaseUrls;
  /** Queries it on its own connection. */
  query<Row extends pg.QueryResultRow>(text: string): Promise<Row[]>;
  /** Ends all sessions of the actions. */
  terminate(): Promise<void>;
  /** Kills the process of one session; the server then ends all others and recovers. */
  crashSession(): Promise<void>;
  /** Waits until no session is at work: a statement of a killed process may still be executing. */
  quiet(): Promise<void>;
  restart(how: 'fast' | 'immediate' | 'killed'): Promise<void>;
  close(): Promise<void>;
}

const OTHERS = 'from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()';
const AT_WORK = `select pid ${OTHERS} and backend_type = 'client backend' and state <> 'idle'`;
const PATIENCE_MS = 60_000;
const PAUSE_MS = 50;
/** How long to wait for a session to end. */
const END_MS = 30_000;
const SIGNALS = { immediate: 'SIGQUIT', killed: 'SIGKILL' } as const;

export async function openBadlyTreatedServer(dataDir: string): Promise<BadlyTreatedServer> {
  const open = () => openPostgres({ dataDir, fsync: false });
  let postgres: Postgres = await open();

  async function query<Row extends pg.QueryResultRow>(text: string): Promise<Row[]> {
    const client = new pg.Client({ connectionString: postgres.urls.admin, types: VALUE_TYPES });
    client.on('error', () => {});
    await client.connect();
    try {
      return (await client.query<Row>(text)).rows;
    } finally {
      await client.end();
    }
  }

  /** It may be recovering. */
  async function patiently<T>(ask: () => Promise<T>): Promise<T> {
    for (let waited = 0; ; waited += PAUSE_MS) {
      try {
        return await ask();
      } catch (error) {
        if (waited >= PATIENCE_MS) throw error;
        await sleep(PAUSE_MS);
      }
    }
  }

  /** Our own session, to notice that the server has ended all of them. */
  async function openWitness(): Promise<{ pid: number; ended: Promise<unknown> }> {
    const client = new pg.Client({ connectionString: postgres.urls.admin });
    client.on('error', () => {});
    await client.connect();
    const ended = new Promise((resolve) => client.once('end', resolve));
    const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
    return { pid: rows[0]?.pid ?? 0, ended };
  }

  return {
    urls: () => postgres.urls,
    query: (text) => patiently(() => query(text)),
    terminate: async () =>
      void (await patiently(() => query(`select pg_terminate_backend(pid, ${END_MS}) ${OTHERS}`))),
    async crashSession() {
      const witness = await patiently(openWitness);
      process.kill(witness.pid, 'SIGKILL');
      await witness.ended;
      await patiently(() => query('select 1'));
    },
    quiet: () =>
      patiently(async () => {
        const sessions = await query<{ pid: number }>(AT_WORK);
        if (sessions.length > 0) throw new Error('Sessions are at work, though no activation is.');
      }),
    async restart(how) {
      if (how !== 'fast') process.kill(postgres.pid, SIGNALS[how]);
      await postgres.close();
      postgres = await patiently(open);
    },
    close: () => postgres.close(),
  };
}
