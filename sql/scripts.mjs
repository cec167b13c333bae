// Numbered SQL scripts as modules: the build and the tests list the folders, so that a new script is a file and nothing else.
// `virtual:schema-scripts` has those of the product in both dialects, `virtual:sign-in-scripts` those of the accounts of `npm start`.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const DIALECTS = ['postgres', 'db2'];
const SIGN_IN = path.join(import.meta.dirname, '../local/accounts/sql');

/** @param {string} folder */
const namesIn = (folder) => readdirSync(folder).sort();

/** @param {string} folder */
const textsIn = (folder) => namesIn(folder).map((name) => readFileSync(path.join(folder, name), 'utf8'));

/** @param {string} dialect */
const folderOf = (dialect) => path.join(import.meta.dirname, dialect);

/** @param {string[]} names */
const areNumbered = (names) =>
  names.every((name, index) => name.startsWith(`${String(index + 1).padStart(3, '0')}-`));

/** Throws unless both dialects have the same scripts, numbered from 001 without gaps. */
function requireNumbered() {
  const [names = [], ...others] = DIALECTS.map((dialect) => namesIn(folderOf(dialect)));
  const same = others.every((other) => other.join() === names.join());
  if (!same || !areNumbered(names))
    throw new Error(
      'sql/postgres and sql/db2 must hold scripts of the same names, numbered from 001 without gaps.',
    );
  if (!areNumbered(namesIn(SIGN_IN)))
    throw new Error('local/accounts/sql must hold scripts numbered from 001 without gaps.');
}

/** The source of each module. Most bundles use the version only, and the bundler leaves the scripts out of them. */
const MODULES = {
  'virtual:schema-scripts': () => {
    const scripts = Object.fromEntries(DIALECTS.map((dialect) => [dialect, textsIn(folderOf(dialect))]));
    const version = namesIn(folderOf('postgres')).length;
    return `export const SCHEMA_VERSION = ${version};\nexport const scripts = ${JSON.stringify(scripts)};\n`;
  },
  'virtual:sign-in-scripts': () => `export const scripts = ${JSON.stringify(textsIn(SIGN_IN))};\n`,
};

/** @param {string} name */
function toSource(name) {
  requireNumbered();
  return MODULES[/** @type {keyof typeof MODULES} */ (name)]();
}

/** For the build. @type {import('esbuild').Plugin} */
export const scriptsForBuild = {
  name: 'schema-scripts',
  setup(build) {
    const filter = /^virtual:(schema|sign-in)-scripts$/;
    build.onResolve({ filter }, ({ path: name }) => ({ path: name, namespace: 'scripts' }));
    build.onLoad({ filter, namespace: 'scripts' }, ({ path: name }) => ({ contents: toSource(name) }));
  },
};

/** For Vitest. */
export const scriptsForTests = {
  name: 'schema-scripts',
  resolveId: (/** @type {string} */ id) => (id in MODULES ? `\0${id}` : undefined),
  load: (/** @type {string} */ id) => (id.slice(1) in MODULES ? toSource(id.slice(1)) : undefined),
};
