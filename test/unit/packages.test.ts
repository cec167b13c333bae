import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';

const ROOT = path.join(import.meta.dirname, '../..');
const read = (file: string) => readFileSync(path.join(ROOT, file), 'utf8');

interface Locked {
  integrity?: string;
  resolved?: string;
  hasInstallScript?: boolean;
}

const manifest = JSON.parse(read('package.json'));
const lock: { packages: Record<string, Locked> } = JSON.parse(read('package-lock.json'));
const locked = Object.entries(lock.packages).filter(([folder]) => folder !== '');
const nameOf = (folder: string) => folder.replace(/^.*node_modules\//, '');

test('every package in the lock file has a hash, and none names a registry', () => {
  expect(locked.length).toBeGreaterThan(500);
  const withoutHash = locked.filter(([, { integrity }]) => !/^sha512-[\w+/]{86}==$/.test(integrity ?? ''));
  expect(withoutHash.map(([folder]) => folder)).toEqual([]);
  expect(locked.filter(([, { resolved }]) => resolved !== undefined).map(([folder]) => folder)).toEqual([]);
});

test('only packages that package.json allows run a script when they are installed', () => {
  const running = locked.filter(([, { hasInstallScript }]) => hasInstallScript).map(([name]) => nameOf(name));
  expect(Object.keys(manifest.allowScripts).sort()).toEqual([...running, 'ibm_db'].sort());
});

test('npm ci leaves out Db2’s driver; the documents and the image install the version of package.json', () => {
  const version = manifest.peerDependencies.ibm_db;
  expect(version).toMatch(/^\d+\.\d+\.\d+$/);
  expect(manifest.peerDependenciesMeta.ibm_db).toEqual({ optional: true });
  expect(locked.map(([folder]) => nameOf(folder))).not.toContain('ibm_db');
  for (const file of ['docs/db2.md', 'deploy/db2.Dockerfile']) {
    const versions = [...read(file).matchAll(/npm install .*\bibm_db@(\S+)/g)].map(([, found]) => found);
    expect([file, versions]).toEqual([file, [version]]);
  }
});
