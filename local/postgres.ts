import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { takeLock } from './lock.ts';
import { type Cluster, claimFolder, prepareCluster } from './postgres/cluster.ts';
import { spawnServer, stopOrphan, stopServer } from './postgres/server.ts';

export interface PostgresOptions {
  /** Holds the cluster, its password and the server's last log. Created if it is missing. */
  dataDir: string;
  /** False: faster, but a power cut may lose data; for tests. Default: true. */
  fsync?: boolean;
  log?: (line: string) => void;
}

export interface Postgres {
  /** postgres://…: the database `traffic` on a free port of 127.0.0.1, as its owner. */
  url: string;
  /** The server's process id. */
  pid: number;
  /** Closes all connections, stops the server and waits until it is gone. */
  close(): Promise<void>;
}

const DATABASE = 'traffic';
const START_MS = 60_000;
const CONNECT_MS = 10_000;
const MIN_VERSION = 15;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address ? address.port : 0;
}

function urlOf({ owner, password }: Cluster, port: number, database: string): string {
  return `postgres://${owner}:${password}@127.0.0.1:${port}/${database}`;
}

async function query(url: string, text: string, values: string[] = []): Promise<pg.QueryResult> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: CONNECT_MS });
  client.on('error', () => {});
  await client.connect();
  try {
    return await client.query(text, values);
  } finally {
    await client.end();
  }
}

/** Waits until the server answers; false if it ends first, or never answers. */
async function answers(server: ChildProcess, url: string): Promise<boolean> {
  for (let waited = 0; waited < START_MS; waited += 20) {
    if (server.exitCode !== null || server.signalCode !== null) return false;
    if (await query(url, 'select 1').catch(() => null)) return true;
    await sleep(20);
  }
  return false;
}

interface Running {
  server: ChildProcess;
  pid: number;
  port: number;
}

/**
 * Retries, because a free port may be taken a moment later, and processes of a killed server may need a moment to end.
 */
async function start(cluster: Cluster, fsync: boolean): Promise<Running> {
  for (let attempt = 1; attempt <= 10; attempt++) {
    const port = await freePort();
    const server = spawnServer(cluster, port, { fsync });
    await Promise.race([once(server, 'spawn'), once(server, 'error')]);
    const { pid } = server;
    if (pid && (await answers(server, urlOf(cluster, port, 'postgres')))) return { server, pid, port };
    if (pid) await stopServer(pid);
    await sleep(attempt * 50);
  }
  const lines = readFileSync(cluster.logFile, 'utf8').trim().split('\n').slice(-3).join(' ');
  throw new Error(`PostgreSQL does not start on ${cluster.folder}: ${lines}`);
}

/**
 * Starts PostgreSQL on a data folder, and resolves once it takes queries. It recovers the data of a killed server, and
 * stops a server whose launcher was killed. If this process is root, PostgreSQL runs under another account.
 *
 * Throws a sentence if a running process uses the folder, if it belongs to another user or another major version, or if
 * PostgreSQL cannot run on this machine.
 */
export async function openPostgres({
  dataDir,
  fsync = true,
  log = () => {},
}: PostgresOptions): Promise<Postgres> {
  const folder = claimFolder(dataDir);
  const unlock = takeLock(path.join(folder, 'lock'));
  if (!unlock) throw new Error(`The data folder ${folder} is in use by a process that is running.`);
  try {
    const cluster = prepareCluster(folder);
    await stopOrphan(cluster, log);
    const running = await start(cluster, fsync);
    return await toPostgres(cluster, running, unlock, log);
  } catch (error) {
    unlock();
    throw error;
  }
}

async function toPostgres(
  cluster: Cluster,
  { server, pid, port }: Running,
  unlock: () => void,
  log: (line: string) => void,
): Promise<Postgres> {
  const admin = urlOf(cluster, port, 'postgres');
  const { rowCount } = await query(admin, 'select 1 from pg_database where datname = $1', [DATABASE]);
  if (!rowCount) await createDatabase(admin, DATABASE);
  const lost = () => log(`PostgreSQL stopped unexpectedly; see the end of ${cluster.logFile}.`);
  server.once('exit', lost);
  const close = async () => {
    server.off('exit', lost);
    await stopServer(pid);
    unlock();
  };
  return { url: urlOf(cluster, port, DATABASE), pid, close };
}

/**
 * Creates a database on the server of `url` and returns its URL. It is empty, or a copy of `template`, to which nobody may
 * be connected. Files are copied as they are: writing them to the log first takes twice as long.
 */
export async function createDatabase(url: string, name: string, template = 'template1'): Promise<string> {
  const copy = `template ${pg.escapeIdentifier(template)} strategy file_copy`;
  await query(url, `create database ${pg.escapeIdentifier(name)} ${copy}`);
  const created = new URL(url);
  created.pathname = `/${encodeURIComponent(name)}`;
  return created.href;
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
