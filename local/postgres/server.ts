import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Cluster, processOptions } from './cluster.ts';

const FAST_STOP_MS = 20_000;

/** What suits a database of some hundred megabytes, on a machine that has other things to do. */
const SMALL = {
  // The kernel caches the files, too, and gives that memory back when others need it.
  shared_buffers: '8MB',
  // Nothing is replicated, so no process has to look for what to replicate.
  max_logical_replication_workers: 0,
  max_connections: 50,
  // Room for locks is memory that is taken at once. Nothing here runs serializable, and no transaction locks more than the tables.
  max_locks_per_transaction: 32,
  max_pred_locks_per_transaction: 10,
  // The write-ahead log shrinks with each checkpoint: by default, PostgreSQL keeps its files to use them again.
  wal_recycle: 'off',
  max_wal_size: '128MB',
  // Enough for the sums of a thousand repositories; the default of 4 MB sends them to the disk.
  work_mem: '16MB',
};

/** What PostgreSQL 17 does not know. It runs once more on files that move to this version. */
const SINCE_18 = {
  // Connections read and write for themselves. Workers for that, PostgreSQL's default, are three more processes.
  io_method: 'sync',
};

/**
 * For a server that need not outlive its machine, and that many installations share. It still keeps every commit when its
 * processes are killed.
 */
const SHARED = { fsync: 'off', max_connections: 400, shared_buffers: '128MB' };

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Empty for a zombie. */
function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return spawnSync('ps', ['-o', 'args=', '-p', String(pid)], { encoding: 'utf8' }).stdout ?? '';
  }
}

const isRunning = (pid: number) => exists(pid) && commandLine(pid) !== '';

/** Fast shutdown: rolls back open transactions and writes everything. Resolves when the server is gone. */
export async function stopServer(pid: number): Promise<void> {
  if (isRunning(pid)) process.kill(pid, 'SIGINT');
  for (let waited = 0; isRunning(pid); waited += 20) {
    if (waited === FAST_STOP_MS) process.kill(pid, 'SIGQUIT');
    await sleep(20);
  }
}

/**
 * Stops the server that a killed launcher left running on the cluster. PostgreSQL takes any process with the id in
 * postmaster.pid for a running server, so the file is removed if it names another process.
 */
export async function stopOrphan({ folder }: Cluster, log: (line: string) => void): Promise<void> {
  const file = path.join(folder, 'postmaster.pid');
  const pid = existsSync(file) ? Number.parseInt(readFileSync(file, 'utf8'), 10) : 0;
  if (!pid || !exists(pid)) return;
  if (commandLine(pid).includes(folder)) {
    log('Stopping the PostgreSQL server that an earlier start left running.');
    await stopServer(pid);
  }
  if (exists(pid)) rmSync(file, { force: true });
}

export interface ServerOptions {
  port: number;
  fsync: boolean;
  /** Whether its log replaces the last server's. */
  log: 'replace' | 'append';
}

/** Starts the server on 127.0.0.1, without a Unix socket. It may not answer yet. */
export function spawnServer(cluster: Cluster, options: ServerOptions): ChildProcess {
  const { port, fsync } = options;
  const settings = {
    listen_addresses: '127.0.0.1',
    port,
    unix_socket_directories: '',
    ...SMALL,
    ...(Number(cluster.majorVersion) >= 18 && SINCE_18),
    ...(fsync ? {} : SHARED),
    timezone: 'UTC',
    log_timezone: 'UTC',
  };
  const [command = '', ...args] = [
    ...cluster.account.prefix,
    cluster.program,
    '-D',
    cluster.folder,
    ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ];
  const log = openSync(cluster.logFile, options.log === 'replace' ? 'w' : 'a', 0o600);
  // Its own process group: Ctrl-C in a terminal is for the launcher, which stops the server last.
  const server = spawn(command, args, {
    ...processOptions(cluster),
    detached: true,
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  // If the launcher exits without closing, it stops the server, which recovers at the next start.
  const abandon = () => void server.kill('SIGQUIT');
  process.once('exit', abandon);
  server.once('exit', () => process.off('exit', abandon));
  return server;
}
