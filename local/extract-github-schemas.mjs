// Writes test/schemas/github-openapi.json: the part of GitHub's own OpenAPI document that the simulator answers for.
// The whole document (npm package @octokit/openapi, MIT) is 385 MB unpacked, so it is installed into a temporary
// folder and only the schemas these endpoints need are kept, as JSON Schema 2020-12 without prose.
//
//   node local/extract-github-schemas.mjs
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const VERSION = '23.0.2';
const REPOSITORY = '/repos/{owner}/{repo}';
const PATHS = [
  '/meta',
  '/rate_limit',
  '/user',
  '/user/repos',
  REPOSITORY,
  `${REPOSITORY}/traffic/views`,
  `${REPOSITORY}/traffic/clones`,
  `${REPOSITORY}/traffic/popular/referrers`,
  `${REPOSITORY}/traffic/popular/paths`,
  `${REPOSITORY}/releases`,
  `${REPOSITORY}/actions/runs`,
  '/app',
  '/app/installations/{installation_id}',
  'POST /app/installations/{installation_id}/access_tokens',
  '/installation/repositories',
];
const PROSE = new Set([
  'description',
  'example',
  'examples',
  'title',
  'externalDocs',
  'discriminator',
  'deprecated',
]);
const SCHEMA_REF = '#/components/schemas/';

/** @param {string} folder @returns {any} */
function readDocument(folder) {
  writeFileSync(join(folder, 'package.json'), '{"private":true}');
  const options = ['--ignore-scripts', '--no-audit', '--no-fund'];
  execFileSync('npm', ['install', ...options, `@octokit/openapi@${VERSION}`], {
    cwd: folder,
    stdio: 'inherit',
  });
  const file = join(folder, 'node_modules/@octokit/openapi/generated/api.github.com.json');
  return JSON.parse(readFileSync(file, 'utf8'));
}

/** @param {string} folder */
function readLicense(folder) {
  return readFileSync(join(folder, 'node_modules/@octokit/openapi/LICENSE'), 'utf8').trim();
}

/**
 * OpenAPI 3.0 says `nullable`, JSON Schema says a type: the one is rewritten as the other.
 * @param {any} schema
 * @returns {any}
 */
function toNullable(schema) {
  if (typeof schema.type !== 'string') return { anyOf: [schema, { type: 'null' }] };
  const values = schema.enum ? { enum: [...schema.enum, null] } : {};
  return { ...schema, ...values, type: [schema.type, 'null'] };
}

/**
 * @param {any} node
 * @param {Set<string>} wanted
 * @param {boolean} named whether the keys of `node` are property names rather than keywords
 * @returns {any}
 */
function toJsonSchema(node, wanted, named = false) {
  if (Array.isArray(node)) return node.map((item) => toJsonSchema(item, wanted));
  if (typeof node !== 'object' || node === null) return node;
  if (typeof node.$ref === 'string' && node.$ref.startsWith(SCHEMA_REF)) {
    const name = node.$ref.slice(SCHEMA_REF.length);
    wanted.add(name);
    return { $ref: `#/$defs/${name}` };
  }
  /** @type {any} */
  const kept = {};
  for (const [key, value] of Object.entries(node)) {
    if (!named && (PROSE.has(key) || key === 'nullable' || key.startsWith('x-'))) continue;
    kept[key] = toJsonSchema(value, wanted, !named && key === 'properties');
  }
  return !named && node.nullable === true ? toNullable(kept) : kept;
}

/** @param {string} folder */
function extract(folder) {
  const document = readDocument(folder);
  /** @type {Set<string>} */
  const wanted = new Set(['basic-error']);
  /** @type {any} */
  const endpoints = {};
  for (const entry of PATHS) {
    const [path = '', method = 'GET'] = entry.split(' ').reverse();
    const answers = Object.entries(document.paths[path][method.toLowerCase()].responses).map(
      ([status, answer]) => {
        const found = answer.$ref ? document.components.responses[answer.$ref.split('/').pop()] : answer;
        const schema = found.content?.['application/json']?.schema ?? {};
        return [status, toJsonSchema(schema, wanted)];
      },
    );
    endpoints[`${method} ${path}`] = Object.fromEntries(answers);
  }
  /** @type {any} */
  const $defs = {};
  for (const name of wanted) $defs[name] = toJsonSchema(document.components.schemas[name], wanted);
  return { source: '@octokit/openapi', version: VERSION, license: readLicense(folder), endpoints, $defs };
}

const folder = mkdtempSync(join(tmpdir(), 'github-openapi-'));
try {
  const file = new URL('../test/schemas/github-openapi.json', import.meta.url);
  const subset = extract(folder);
  writeFileSync(file, `${JSON.stringify(subset)}\n`);
  console.log(`${Object.keys(subset.$defs).length} schemas of version ${VERSION} written`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
