// The scripts of both dialects as a module, `virtual:schema-scripts`: the build and the tests list the folders, so that a
// new script is a file in each of them and nothing else.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const NAME = 'virtual:schema-scripts';
const DIALECTS = ['postgres', 'db2'];

/** @param {string} dialect */
function namesOf(dialect) {
  return readdirSync(path.join(import.meta.dirname, dialect)).sort();
}

/** Throws unless both dialects have the same scripts, numbered from 001 without gaps. */
function requireNumbered() {
  const [names = [], ...others] = DIALECTS.map(namesOf);
  const same = others.every((other) => other.join() === names.join());
  const numbered = names.every((name, index) => name.startsWith(`${String(index + 1).padStart(3, '0')}-`));
  if (same && numbered) return;
  throw new Error(
    'sql/postgres and sql/db2 must hold scripts of the same names, numbered from 001 without gaps.',
  );
}

/** The module's source. Most bundles use its version only, and the bundler leaves the scripts out of them. */
function toSource() {
  requireNumbered();
  const textsOf = (/** @type {string} */ dialect) =>
    namesOf(dialect).map((name) => readFileSync(path.join(import.meta.dirname, dialect, name), 'utf8'));
  const scripts = Object.fromEntries(DIALECTS.map((dialect) => [dialect, textsOf(dialect)]));
  const version = namesOf(DIALECTS[0] ?? '').length;
  return `export const SCHEMA_VERSION = ${version};\nexport const scripts = ${JSON.stringify(scripts)};\n`;
}

/** For the build. @type {import('esbuild').Plugin} */
export const scriptsForBuild = {
  name: 'schema-scripts',
  setup(build) {
    build.onResolve({ filter: /^virtual:schema-scripts$/ }, () => ({ path: NAME, namespace: NAME }));
    build.onLoad({ filter: /.*/, namespace: NAME }, () => ({ contents: toSource() }));
  },
};

/** For Vitest. */
export const scriptsForTests = {
  name: 'schema-scripts',
  resolveId: (/** @type {string} */ id) => (id === NAME ? `\0${NAME}` : undefined),
  load: (/** @type {string} */ id) => (id === `\0${NAME}` ? toSource() : undefined),
};
