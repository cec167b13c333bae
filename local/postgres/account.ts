import { spawnSync } from 'node:child_process';
import { chownSync, lstatSync, readdirSync } from 'node:fs';
import { userInfo } from 'node:os';
import path from 'node:path';

const NOBODY = 65534;

/** The account for PostgreSQL's programs. They refuse to run as root, so root starts them as another user. */
export interface Account {
  /** Words to put before the program. */
  prefix: string[];
  /** Options for spawn. */
  options: { uid?: number; gid?: number };
}

const succeeds = (command: string, args: string[], options: object = {}) =>
  spawnSync(command, args, options).status === 0;

/** Gives everything in `folder` to `owner`. Cheap if the folder is the owner's already. */
function give(folder: string, owner: number): void {
  if (lstatSync(folder).uid === owner) return;
  for (const entry of readdirSync(folder, { recursive: true, encoding: 'utf8' }))
    chownAs(path.join(folder, entry), owner);
  chownAs(folder, owner);
}

function chownAs(file: string, owner: number): void {
  if (!lstatSync(file).isSymbolicLink()) chownSync(file, owner, owner);
}

/** initdb needs a name for its user id. */
function hasName(): boolean {
  try {
    return userInfo().username !== '';
  } catch {
    return false;
  }
}

/** This process's own user under the name `nobody`, in a user namespace. */
function underAnotherName(folder: string): Account {
  const prefix = ['unshare', '--user', `--map-user=${NOBODY}`, `--map-group=${NOBODY}`];
  if (succeeds('unshare', [...prefix.slice(1), 'true'])) return { prefix, options: {} };
  throw new Error(
    `PostgreSQL runs neither as root nor as a user without a name, and no other account can reach ${folder}: start as another user, or set DATABASE_URL.`,
  );
}

/**
 * The account that can run `program` on `folder`: this process's own, if PostgreSQL accepts it; for root, `nobody`, who
 * gets the folder; and if `nobody` cannot reach the program or the folder (under /root), root under another name.
 */
export function chooseAccount(program: string, folder: string): Account {
  if (process.getuid?.() !== 0) return hasName() ? { prefix: [], options: {} } : underAnotherName(folder);
  give(folder, NOBODY);
  const nobody = { uid: NOBODY, gid: NOBODY };
  if (succeeds('test', ['-x', program, '-a', '-w', folder], { ...nobody, cwd: '/' }))
    return { prefix: [], options: nobody };
  give(folder, 0);
  return underAnotherName(folder);
}
