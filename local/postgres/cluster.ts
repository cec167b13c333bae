import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { makeFolder, writeDurably } from '../folder.ts';
import { type Account, chooseAccount } from './account.ts';
import { findBinaries, LAST_PACKAGES, type PostgresBinaries } from './binaries.ts';
import { ensurePasswords, type Passwords } from './roles.ts';

/** PostgreSQL's files in a data folder, and how to run them. */
export interface Cluster {
  folder: string;
  logFile: string;
  owner: string;
  password: string;
  passwordFile: string;
  /** Of the roles besides the owner of the cluster. */
  passwords: Passwords;
  program: string;
  /** Of the program, such as '18'. */
  majorVersion: string;
  account: Account;
}

const OWNER = 'traffic';
const PASSWORD_FILE = 'password';
/** The write-ahead log has at least two of these files. PostgreSQL's default of 16 MB is more than a small database. */
const WAL_SEGMENT_MB = 4;

/** The options for running a PostgreSQL program, without the caller's PGPORT, PGOPTIONS and the like. */
export function processOptions(cluster: Pick<Cluster, 'account' | 'folder'>) {
  const variables = Object.entries(process.env).filter(([name]) => !name.startsWith('PG'));
  const env = { ...Object.fromEntries(variables), LC_ALL: 'C' };
  return { ...cluster.account.options, cwd: path.dirname(cluster.folder), env };
}

/** Creates the folder and returns its real path. Throws a sentence if this process may not write there. */
export function claimFolder(dataDir: string): string {
  makeFolder(dataDir);
  try {
    writeFileSync(path.join(dataDir, 'server.log'), '', { flag: 'a', mode: 0o600 });
    return realpathSync(dataDir);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Error(
      `The data folder ${dataDir} cannot be written (${code}): start as the user who owns it, or choose another folder.`,
    );
  }
}

/** Throws a sentence if there is a cluster that the password is missing for. */
function ensurePassword(file: string, cluster: string): string {
  const isThere = existsSync(file);
  const password = isThere ? readFileSync(file, 'utf8') : '';
  if (password !== '') return password;
  if (existsSync(cluster))
    throw new Error(
      `${file} is ${isThere ? 'empty' : 'missing'}, and without it the database in ${cluster} cannot be opened: restore it from a backup.`,
    );
  const made = randomBytes(24).toString('base64url');
  writeDurably(file, made);
  return made;
}

/** Who made the cluster in a data folder, and may do everything there. */
export function readCredentials(dataDir: string): Pick<Cluster, 'owner' | 'password'> {
  return { owner: OWNER, password: readFileSync(path.join(dataDir, PASSWORD_FILE), 'utf8') };
}

/** Creates the files under another name first, so that a killed start leaves no half-made folder. */
async function initialize(cluster: Cluster, initdb: string, signal: AbortSignal): Promise<void> {
  const unfinished = `${cluster.folder}.new`;
  rmSync(unfinished, { recursive: true, force: true });
  const [command = '', ...args] = [
    ...cluster.account.prefix,
    initdb,
    '-D',
    unfinished,
    '-U',
    cluster.owner,
    '--pwfile',
    cluster.passwordFile,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    `--wal-segsize=${WAL_SEGMENT_MB}`,
    '--no-instructions',
    '--no-sync',
  ];
  await promisify(execFile)(command, args, { ...processOptions(cluster), signal }).catch(
    (error: Error & { stderr?: string }) => {
      signal.throwIfAborted();
      const reason = error.stderr?.trim() || error.message;
      throw new Error(`PostgreSQL could not create its files in ${cluster.folder}: ${reason}`);
    },
  );
  renameSync(unfinished, cluster.folder);
}

/** Whether the files in a data folder are from an earlier major version, or on their way from one. */
export function isFromEarlierVersion(dataDir: string): boolean {
  const file = path.join(dataDir, 'cluster/PG_VERSION');
  if (!existsSync(file)) return existsSync(path.join(dataDir, 'upgrade/cluster'));
  return readFileSync(file, 'utf8').trim() in LAST_PACKAGES;
}

function requireSameVersion(folder: string, majorVersion: string): void {
  const version = readFileSync(path.join(folder, 'PG_VERSION'), 'utf8').trim();
  if (version === majorVersion) return;
  const advice =
    Number(version) < Number(majorVersion)
      ? 'start the installation once, which moves data of PostgreSQL 17 and newer'
      : `use the version of the product that made it, or run PostgreSQL ${version} on it and set DATABASE_URL`;
  throw new Error(
    `The data in ${folder} is from PostgreSQL ${version}, but this is PostgreSQL ${majorVersion}: ${advice}.`,
  );
}

/**
 * The cluster in a folder from `claimFolder`. Created if there is none. Throws a sentence if it cannot be used, and the
 * signal's reason when that aborts.
 */
export async function prepareCluster(
  dataDir: string,
  signal: AbortSignal,
  { initdb, postgres, majorVersion }: PostgresBinaries = findBinaries(),
): Promise<Cluster> {
  const folder = path.join(dataDir, 'cluster');
  const passwordFile = path.join(dataDir, PASSWORD_FILE);
  const password = ensurePassword(passwordFile, folder);
  const account = chooseAccount(postgres, dataDir);
  const logFile = path.join(dataDir, 'server.log');
  const passwords = ensurePasswords(dataDir);
  const admin = { owner: OWNER, password, passwordFile };
  const cluster = { folder, logFile, ...admin, passwords, program: postgres, majorVersion, account };
  if (!existsSync(folder)) await initialize(cluster, initdb, signal);
  requireSameVersion(folder, majorVersion);
  return cluster;
}
