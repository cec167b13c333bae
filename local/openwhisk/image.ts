import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { isAbandoned, takeLock } from '../lock.ts';

/** The folder that stands for the container image: the runner, and the packages that an action finds installed. */
export interface Image {
  folder: string;
  remove(): Promise<void>;
}

/** `openwhisk` is in the stock image; `ibm_db` is what an image for Db2 adds. Anything else must be in the bundle. */
const INSTALLED = ['openwhisk', 'ibm_db'];

const PREFIX = 'openwhisk-image-';
const LOCK = 'lock';

/**
 * Copies the runner, so that a rebuild does not disturb a running host. Packages are taken from the folder `packages`
 * where it has them, from the checkout else.
 */
export async function openImage(packages?: string): Promise<Image> {
  const runner = findRunner();
  await removeAbandoned();
  const folder = await mkdtemp(path.join(os.tmpdir(), PREFIX));
  takeLock(path.join(folder, LOCK));
  const modules = path.join(folder, 'node_modules');
  await mkdir(modules);
  await cp(runner, path.join(folder, 'runner.cjs'));
  for (const name of INSTALLED) {
    const installed = findPackage(name, packages);
    if (installed) await symlink(installed, path.join(modules, name), 'junction');
  }
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** A host that was killed could not remove its folder. Another user's folder stays. */
async function removeAbandoned(): Promise<void> {
  const names = (await readdir(os.tmpdir())).filter((name) => name.startsWith(PREFIX));
  const folders = names.map((name) => path.join(os.tmpdir(), name));
  for (const folder of folders.filter((one) => isAbandoned(path.join(one, LOCK))))
    await rm(folder, { recursive: true, force: true }).catch(() => undefined);
}

/** The host itself runs from its source or from any depth of dist/. */
function findRunner(): string {
  for (let folder = import.meta.dirname; folder !== path.dirname(folder); folder = path.dirname(folder)) {
    const candidate = path.join(folder, 'dist/local/runner.cjs');
    if (existsSync(candidate)) return candidate;
  }
  throw new Error('dist/local/runner.cjs is not there. Build first: npm run build.');
}

function findPackage(name: string, packages: string | undefined): string | undefined {
  const folders = createRequire(import.meta.url).resolve.paths(name) ?? [];
  return [packages ?? [], folders]
    .flat()
    .map((folder) => path.join(folder, name))
    .find((folder) => existsSync(folder));
}
