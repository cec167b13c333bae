import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { isAbandoned, takeLock } from '../lock.ts';

/** A folder in place of the container image: the runner, and the packages that actions find installed. */
export interface Image {
  folder: string;
  remove(): Promise<void>;
}

/** What the stock image has. Anything else must be in the bundle, unless the host is opened with a larger image. */
const STOCK_PACKAGES = ['openwhisk'];

const PREFIX = 'openwhisk-image-';
const LOCK = 'lock';

/** What an image of your own adds to the stock one. */
export interface ImageOptions {
  /** Names of packages that actions find installed. One that is not there is left out. */
  packages?: string[];
  /** The folder to take packages from; those it does not have come from the checkout's `node_modules`. */
  folder?: string;
}

/** Makes the image. The runner is copied, so that a rebuild does not disturb a running host. */
export async function openImage({ packages = [], folder: preferred }: ImageOptions = {}): Promise<Image> {
  const runner = findRunner();
  await removeAbandoned();
  const folder = await mkdtemp(path.join(os.tmpdir(), PREFIX));
  takeLock(path.join(folder, LOCK));
  const modules = path.join(folder, 'node_modules');
  await mkdir(modules);
  await cp(runner, path.join(folder, 'runner.cjs'));
  for (const name of [STOCK_PACKAGES, packages].flat()) {
    const installed = findPackage(name, preferred);
    if (installed) await symlink(installed, path.join(modules, name), 'junction');
  }
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** Removes the folders of killed hosts. Other users' folders stay. */
async function removeAbandoned(): Promise<void> {
  const names = (await readdir(os.tmpdir())).filter((name) => name.startsWith(PREFIX));
  const folders = names.map((name) => path.join(os.tmpdir(), name));
  for (const folder of folders.filter((one) => isAbandoned(path.join(one, LOCK))))
    await rm(folder, { recursive: true, force: true }).catch(() => undefined);
}

/** The host runs from its source or from any depth of dist/. */
function findRunner(): string {
  for (let folder = import.meta.dirname; folder !== path.dirname(folder); folder = path.dirname(folder)) {
    const candidate = path.join(folder, 'dist/local/runner.cjs');
    if (existsSync(candidate)) return candidate;
  }
  throw new Error('dist/local/runner.cjs was not found. Build first: npm run build.');
}

function findPackage(name: string, preferred: string | undefined): string | undefined {
  const folders = createRequire(import.meta.url).resolve.paths(name) ?? [];
  return [preferred ?? [], folders]
    .flat()
    .map((folder) => path.join(folder, name))
    .find((folder) => existsSync(folder));
}
