import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { takeLock } from './lock.ts';
import type { PostgresBinaries } from './postgres/binaries.ts';
import { type Cluster, claimFolder, prepareCluster, readCredentials } from './postgres/cluster.ts';
import {
  type DatabaseUrls,
  ensurePasswords,
  ensureRoles,
  GIVE_TABLES,
  toDatabaseUrls,
  toOwner,
} from './postgres/roles.ts';
import { type ServerOptions, spawnServer, stopOrphan, stopServer } from './postgres/server.ts';

export type { DatabaseUrls };

export interface PostgresOptions {
  /** Holds the cluster, its password and the server's last log. Created if it is missing. */
  dataDir: string;
  /** False: faster, but a power cut may lose data; for tests. Default: true. */
  fsync?: boolean;
  /** The programs to run. Default: those that npm installed. */
  binaries?: PostgresBinaries;
  /** Ends the start, which then throws the signal's reason. */
  signal?: AbortSignal;
  log?: (line: string) => void;
}

export interface Postgres {
  /** postgres://…: the database `traffic` on a free port of 127.0.0.1, for each role. */
  urls: DatabaseUrls;
  /** The server's process id. A server that is started again has another. */
  readonly pid: number;
  /** Closes all connections, stops the server and waits until it is gone. */
  close(): Promise<void>;
}

const DATABASE = 'traffic';
/** How long a server may be silent. While it says that it is starting, it has all the time it needs. */
const SILENCE_MS = 60_000;
const TELL_MS = 10_000;
const POLL_MS = 20;
const CONNECT_MS = 10_000;
const MIN_VERSION = 15;

const INVALID_PASSWORD = '28P01';
const CANNOT_CONNECT_NOW = '57P03';

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address ? address.port : 0;
}

function urlOf(
  { owner, password }: Pick<Cluster, 'owner' | 'password'>,
  port: number,
  database: string,
): string {
  return `postgres://${owner}:${password}@127.0.0.1:${port}/${database}`;
}

async function connect<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: CONNECT_MS });
  client.on('error', () => {});
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

const query = (url: string, text: string) => connect(url, (client) => client.query(text));

/** What a start needs to know. */
interface Starting {
  cluster: Cluster;
  fsync: boolean;
  signal: AbortSignal;
  log: (line: string) => void;
}

/** Undefined: the server answers. Otherwise the code of the error. */
async function probe({ cluster, port }: { cluster: Cluster; port: number }): Promise<string | undefined> {
  try {
    await query(urlOf(cluster, port, 'postgres'), 'select 1');
    return undefined;
  } catch (error) {
    return (error as { code?: string }).code ?? 'unknown';
  }
}

const hasEnded = ({ exitCode, signalCode }: ChildProcess) => exitCode !== null || signalCode !== null;

/**
 * Waits until the server answers; false if it ends first, or is silent. After a crash it first reads its log again, which
 * may take long. Throws a sentence if the password is wrong.
 */
async function answers(server: ChildProcess, port: number, starting: Starting): Promise<boolean> {
  const { cluster, signal, log } = starting;
  const begun = Date.now();
  let heard = begun;
  for (let told = false; Date.now() - heard < SILENCE_MS; await sleep(POLL_MS)) {
    signal.throwIfAborted();
    if (hasEnded(server)) return false;
    const code = await probe({ cluster, port });
    if (code === undefined) return true;
    if (code === INVALID_PASSWORD)
      throw new Error(
        `The password in ${cluster.passwordFile} is not the one of the database in ${cluster.folder}: restore it from a backup.`,
      );
    if (code === CANNOT_CONNECT_NOW) heard = Date.now();
    if (told || Date.now() - begun < TELL_MS) continue;
    told = true;
    log(`PostgreSQL is not ready yet; ${cluster.logFile} says what it does.`);
  }
  return false;
}

interface Running {
  server: ChildProcess;
  pid: number;
}

/** Undefined if the server does not start. Nothing is left running then, nor if this throws. */
async function startOn(
  port: number,
  starting: Starting,
  log: ServerOptions['log'],
): Promise<Running | undefined> {
  const { cluster, fsync } = starting;
  const server = spawnServer(cluster, { port, fsync, log });
  await Promise.race([once(server, 'spawn'), once(server, 'error')]);
  const { pid } = server;
  if (!pid) return undefined;
  let isReady = false;
  try {
    isReady = await answers(server, port, starting);
  } finally {
    if (!isReady) await stopServer(pid);
  }
  return isReady ? { server, pid } : undefined;
}

/**
 * Retries, because a free port may be taken a moment later, and processes of a killed server may need a moment to end.
 */
async function start(starting: Starting): Promise<Running & { port: number }> {
  const { cluster, signal } = starting;
  for (let attempt = 1; attempt <= 10; attempt++) {
    const port = await freePort();
    const running = await startOn(port, starting, 'replace');
    if (running) return { ...running, port };
    await sleep(attempt * 50, undefined, { signal });
  }
  const lines = readFileSync(cluster.logFile, 'utf8').trim().split('\n').slice(-3).join(' ');
  throw new Error(`PostgreSQL does not start on ${cluster.folder}: ${lines}`);
}

const MIN_PAUSE_MS = 100;
const MAX_PAUSE_MS = 30_000;
/** A server that ran this long had recovered: the next pause is the shortest again. */
const STEADY_MS = 60_000;

/** Starts the server again on its port whenever it ends, with longer and longer pauses while that fails. */
function supervise(first: Running & { port: number }, { cluster, fsync, log }: Omit<Starting, 'signal'>) {
  const { port } = first;
  const closing = new AbortController();
  const { signal } = closing;
  const starting: Starting = { cluster, fsync, log, signal };
  let running: Running = first;
  let pause = MIN_PAUSE_MS;
  let revival: Promise<void> = Promise.resolve();

  function watch(next: Running): void {
    running = next;
    const begun = Date.now();
    const onExit = () => {
      if (signal.aborted) return;
      if (Date.now() - begun > STEADY_MS) pause = MIN_PAUSE_MS;
      revival = revive().catch((error: unknown) => {
        if (!signal.aborted) throw error;
      });
    };
    if (hasEnded(next.server)) onExit();
    else next.server.once('exit', onExit);
  }

  async function revive(): Promise<void> {
    log(`PostgreSQL stopped unexpectedly; see the end of ${cluster.logFile}. It is started again.`);
    for (;;) {
      await sleep(pause, undefined, { signal });
      pause = Math.min(pause * 2, MAX_PAUSE_MS);
      const attempt = await tryAgain();
      if (typeof attempt !== 'string') {
        log('PostgreSQL answers again.');
        return watch(attempt);
      }
      log(`PostgreSQL did not start (${attempt}); the next attempt is in ${pause / 1000} s.`);
    }
  }

  /** The server, or why there is none. */
  async function tryAgain(): Promise<Running | string> {
    try {
      await stopOrphan(cluster, log);
      return (await startOn(port, starting, 'append')) ?? `see the end of ${cluster.logFile}`;
    } catch (error) {
      signal.throwIfAborted();
      return error instanceof Error ? error.message : String(error);
    }
  }

  watch(first);
  return {
    pid: () => running.pid,
    async stop(): Promise<void> {
      closing.abort();
      await revival;
      if (!hasEnded(running.server)) await stopServer(running.pid);
    },
  };
}

/**
 * Starts PostgreSQL on a data folder, and resolves once it takes queries. It recovers the data of a killed server, and
 * stops a server whose launcher was killed. If the server ends by itself, it is started again. If this process is root,
 * PostgreSQL runs under another account.
 *
 * Throws a sentence if a running process uses the folder, if it belongs to another user or another major version, if its
 * password is lost, or if PostgreSQL cannot run on this machine.
 */
export async function openPostgres({
  dataDir,
  fsync = true,
  binaries,
  signal = new AbortController().signal,
  log = () => {},
}: PostgresOptions): Promise<Postgres> {
  const folder = claimFolder(dataDir);
  const unlock = takeLock(path.join(folder, 'lock'));
  if (!unlock) throw new Error(`The data folder ${folder} is in use by a process that is running.`);
  try {
    const cluster = await prepareCluster(folder, signal, binaries);
    await stopOrphan(cluster, log);
    const running = await start({ cluster, fsync, signal, log });
    await ensureDatabase(cluster, running);
    const server = supervise(running, { cluster, fsync, log });
    return {
      urls: toDatabaseUrls(urlOf(cluster, running.port, DATABASE), cluster.passwords),
      get pid() {
        return server.pid();
      },
      async close() {
        await server.stop();
        unlock();
      },
    };
  } catch (error) {
    unlock();
    throw error;
  }
}

/** The addresses of the server that another process runs on the data folder; undefined if it is not ready. */
export function findRunningPostgres(dataDir: string): DatabaseUrls | undefined {
  const file = path.join(dataDir, 'cluster/postmaster.pid');
  // Its fourth line is the port, its eighth the state: https://www.postgresql.org/docs/current/storage-file-layout.html
  const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
  if (lines[7]?.trim() !== 'ready') return undefined;
  return toDatabaseUrls(
    urlOf(readCredentials(dataDir), Number(lines[3]), DATABASE),
    ensurePasswords(dataDir),
  );
}

async function ensureDatabase(cluster: Cluster, { pid, port }: { pid: number; port: number }): Promise<void> {
  const admin = urlOf(cluster, port, 'postgres');
  try {
    await connect(admin, async (client) => {
      await ensureRoles(client, cluster.passwords);
      const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [DATABASE]);
      if (!rowCount) await client.query(`create database ${DATABASE}`);
      await client.query(toOwner(DATABASE));
    });
    await query(urlOf(cluster, port, DATABASE), GIVE_TABLES);
  } catch (error) {
    await stopServer(pid);
    throw error;
  }
}

/**
 * Creates another database on a server and returns its URLs. It is empty, or a copy of `template`, to which nobody may be
 * connected. Files are copied as they are: writing them to the log first takes twice as long.
 */
export async function createDatabase(
  urls: DatabaseUrls,
  name: string,
  template = 'template1',
): Promise<DatabaseUrls> {
  const copy = `template ${pg.escapeIdentifier(template)} strategy file_copy`;
  await connect(urls.admin, async (client) => {
    await client.query(`create database ${pg.escapeIdentifier(name)} ${copy}`);
    await client.query(toOwner(name));
  });
  const urlOf = (url: string): string => {
    const created = new URL(url);
    created.pathname = `/${encodeURIComponent(name)}`;
    return created.href;
  };
  return {
    admin: urlOf(urls.admin),
    owner: urlOf(urls.owner),
    web: urlOf(urls.web),
    collector: urlOf(urls.collector),
  };
}

/** Throws a sentence, without the password, unless a PostgreSQL that is new enough answers at `url`. */
export async function requirePostgres(url: string): Promise<void> {
  const asked = await query(url, 'show server_version_num').catch((error: NodeJS.ErrnoException) => {
    const reason = error.message || error.code;
    throw new Error(
      `The database of DATABASE_URL cannot be used (${reason}): check the address and the server.`,
    );
  });
  const version = Math.floor(Number(asked.rows[0]?.server_version_num) / 10_000);
  if (version >= MIN_VERSION) return;
  throw new Error(
    `The database of DATABASE_URL is PostgreSQL ${version}: ${MIN_VERSION} or newer is needed.`,
  );
}
