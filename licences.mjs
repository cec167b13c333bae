import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** Licences that let us pass a package on within ours, if its text comes along. */
const ALLOWED = [
  '(MIT OR Apache-2.0)',
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'CC0-1.0',
  'ISC',
  'MIT',
  'MIT AND OFL-1.1',
  'MIT-0',
  'Unlicense',
];

/**
 * The folders of the packages that have a part in esbuild's outputs, from its working directory.
 *
 * @param {import('esbuild').Metafile} metafile
 * @returns {string[]}
 */
export function packagesIn(metafile) {
  const inputs = Object.values(metafile.outputs).flatMap((output) => Object.entries(output.inputs));
  const files = inputs.filter(([, { bytesInOutput }]) => bytesInOutput > 0).map(([file]) => file);
  const folders = files.map((file) => /^.*node_modules\/(@[^/]+\/)?[^/]+/.exec(file)?.[0]);
  return [...new Set(folders.filter((folder) => folder !== undefined))];
}

/** @param {string} text */
function sectionOfReadme(text) {
  const [, section = ''] = text.split(/^(?:#+ licen[cs]e|licen[cs]e\n-+)\s*$/im);
  return /copyright/i.test(section) ? section.trim() : '';
}

/**
 * The package's licence and its text, of its own files or its README.
 *
 * @param {string} folder
 * @returns {{ title: string, text: string }}
 * @throws {Error} if it is not one we may pass on, or has no text.
 */
export function licenceOf(folder) {
  const read = (/** @type {string} */ file) => readFileSync(path.join(folder, file), 'utf8');
  const { name, version, license } = JSON.parse(read('package.json'));
  if (!ALLOWED.includes(license))
    throw new Error(`${name} ${version} has the licence "${license}", which licences.mjs does not allow.`);
  const files = readdirSync(folder).sort();
  const texts = files.filter((file) => /^(licen[cs]e|copying|notice)(\b|_)/i.test(file)).map(read);
  const readme = files.find((file) => /^readme\b/i.test(file));
  // CanvasKit's ends with a line, which would look like ours between two packages.
  const whole = texts
    .join('\n')
    .trim()
    .replace(/\s*-{20,}$/, '');
  const text = whole || sectionOfReadme(readme ? read(readme) : '');
  if (text === '') throw new Error(`${name} ${version} has no text of its licence.`);
  const words = license.replace(/^\((.*)\)$/, '$1');
  return { title: `${name} ${version} (${words})`, text };
}

/**
 * Everything that must go along with the bundles: our notice and licence, then those of the packages in them.
 *
 * @param {string} root
 * @param {string[]} folders
 */
export function noticesOf(root, folders) {
  /** @type {Map<string, string[]>} */
  const titlesByText = new Map();
  for (const folder of [...folders].sort()) {
    const { title, text } = licenceOf(path.join(root, folder));
    titlesByText.set(text, [...(titlesByText.get(text) ?? []), title]);
  }
  const own = ['NOTICE', 'LICENSE'].map((file) => readFileSync(path.join(root, file), 'utf8').trim());
  const packages = [...titlesByText].map(([text, titles]) => `${[...new Set(titles)].join('\n')}\n\n${text}`);
  return `${[...own, ...packages].join(`\n\n${'-'.repeat(80)}\n\n`)}\n`;
}
