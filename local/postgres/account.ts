import { spawnSync } from 'node:child_process';
import { chownSync, lstatSync, readdirSync } from 'node:fs';
import path from 'node:path';

const NOBODY = 65534;

/** How PostgreSQL's programs are started: it refuses to run as root, so root starts them as somebody else. */
export interface Account {
  /** Words to put before the program. */
  prefix: string[];
  /** Options for spawn. */
  options: { uid?: number; gid?: number };
}

const succeeds = (command: string, args: string[], options: object = {}) =>
  spawnSync(command, args, options).status === 0;

/** Makes everything under `folder` belong to `owner`; cheap when it already does. */
function give(folder: string, owner: number): void {
  if (lstatSync(folder).uid === owner) return;
  for (const entry of readdirSync(folder, { recursive: true, encoding: 'utf8' }))
    chownAs(path.join(folder, entry), owner);
  chownAs(folder, owner);
}

function chownAs(file: string, owner: number): void {
  if (!lstatSync(file).isSymbolicLink()) chownSync(file, owner, owner);
}

/**
 * The account that can run `program` on `folder`, which it comes to own: this process's own, or for root `nobody`, or
 * where nobody cannot reach the two (under /root), root itself under another name in a user namespace of its own.
 */
export function chooseAccount(program: string, folder: string): Account {
  if (process.getuid?.() !== 0) return { prefix: [], options: {} };
  give(folder, NOBODY);
  const nobody = { uid: NOBODY, gid: NOBODY };
  if (succeeds('test', ['-x', program, '-a', '-w', folder], { ...nobody, cwd: '/' }))
    return { prefix: [], options: nobody };
  give(folder, 0);
  const prefix = ['unshare', '--user', '--map-user=1000', '--map-group=1000'];
  if (succeeds('unshare', [...prefix.slice(1), 'true'])) return { prefix, options: {} };
  throw new Error(
    `PostgreSQL does not run as root, and no other account can reach ${folder}: start as another user, or set DATABASE_URL.`,
  );
}
