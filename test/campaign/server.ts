import pg from 'pg';
import { openPostgres, type Postgres } from '../../local/postgres.ts';

/** A PostgreSQL server that is treated badly. */
export interface BadlyTreatedServer {
  /** The address of its database; another one after each restart. */
  url(): string;
  /** Asks it on a connection of its own. */
  query<Row extends pg.QueryResultRow>(text: string): Promise<Row[]>;
  /** Ends all sessions of the actions. */
  terminate(): Promise<void>;
  /** Kills the process of one session, whereupon the server ends all and recovers. */
  crashSession(victim: number): Promise<void>;
  restart(how: 'fast' | 'immediate' | 'killed'): Promise<void>;
  close(): Promise<void>;
}

const OTHERS = 'from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()';
const ATTEMPTS = 5;
const SIGNALS = { immediate: 'SIGQUIT', killed: 'SIGKILL' } as const;

export async function openBadlyTreatedServer(dataDir: string): Promise<BadlyTreatedServer> {
  const open = () => openPostgres({ dataDir, fsync: false });
  let postgres: Postgres = await open();

  async function query<Row extends pg.QueryResultRow>(text: string): Promise<Row[]> {
    const client = new pg.Client({ connectionString: postgres.url });
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
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await ask();
      } catch (error) {
        if (attempt === ATTEMPTS) throw error;
        await new Promise((resolve) => setTimeout(resolve, attempt * 200));
      }
    }
  }

  return {
    url: () => postgres.url,
    query: (text) => patiently(() => query(text)),
    terminate: async () => void (await patiently(() => query(`select pg_terminate_backend(pid) ${OTHERS}`))),
    async crashSession(victim) {
      const sessions = await patiently(() => query<{ pid: number }>(`select pid ${OTHERS} order by pid`));
      const session = sessions[Math.floor(victim * sessions.length)];
      if (session) process.kill(session.pid, 'SIGKILL');
    },
    async restart(how) {
      if (how !== 'fast') process.kill(postgres.pid, SIGNALS[how]);
      await postgres.close();
      postgres = await patiently(open);
    },
    close: () => postgres.close(),
  };
}
