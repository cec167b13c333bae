import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DEMO_USERS } from '../../local/demo/github.ts';
import { createApiKey } from '../api-keys.ts';
import { openTestInstallation, type TestInstallation } from '../installation.ts';

const ROOT = path.join(import.meta.dirname, '../..');
const OPENAPI = path.join(ROOT, 'dist/static/openapi.json');
const TSC = ['--strict', '--target', 'es2022', '--module', 'nodenext', '--rewriteRelativeImportExtensions'];
/** Installing packages takes its time. */
const PATIENT = 300_000;

let installation: TestInstallation;
let folder: string;
let environment: { API: string; KEY: string };
/** What the programs of docs/api.md print. */
let expected: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'clients-test-'));
  installation = await openTestInstallation({ demo: true, now: '2026-03-10T08:00:00Z' });
  const { tenantId } = await installation.initialize();
  const ada = installation.as('ada@example.com');
  const repositories = ['burrow', 'tidy-dates'].map((name) => ({ owner: DEMO_USERS.northwind, name }));
  await ada('POST', `/repositories/${tenantId}/batch`, { repositories });
  await installation.host.settled();
  const { key } = await createApiKey(ada, tenantId);
  environment = { API: `${installation.url}/api/v1/web/guest/traffic`, KEY: key };
  const { body } = await ada('GET', `/stats/${tenantId}?range=30`);
  const lines = body.repositories.map(
    (one: { fullName: string; totals: { viewCount: number } }) => `${one.fullName} ${one.totals.viewCount}\n`,
  );
  expect(lines).toHaveLength(2);
  expected = lines.join('');
}, PATIENT);
afterAll(async () => {
  await installation?.close();
  await rm(folder, { recursive: true, force: true });
});

async function run(program: string, given: string[], more: Record<string, string> = {}): Promise<string> {
  const env = { ...process.env, ...environment, ...more };
  const { stdout, stderr } = await promisify(execFile)(program, given, { cwd: folder, env });
  return stdout + stderr;
}

/** The program in a language that docs/api.md shows. */
async function programOf(language: 'ts' | 'py' | 'yaml'): Promise<string> {
  const text = await readFile(path.join(ROOT, 'docs/api.md'), 'utf8');
  const [, program = ''] =
    new RegExp(`\`\`\`${language}\\n([^\`]*(?:\`(?!\`\`)[^\`]*)*)\`\`\``).exec(text) ?? [];
  return program;
}

test('the TypeScript of docs/api.md has the right types, and reads with a key', {
  timeout: PATIENT,
}, async () => {
  for (const name of ['package.json', 'package-lock.json'])
    await copyFile(path.join(import.meta.dirname, 'clients', name), path.join(folder, name));
  await run('npm', ['ci', '--no-audit', '--no-fund']);
  await run('npx', ['openapi-typescript', OPENAPI, '-o', 'traffic.ts']);
  const program = await programOf('ts');
  await writeFile(path.join(folder, 'client.ts'), program);
  await run('npx', ['tsc', ...TSC, '--outDir', 'out', 'client.ts']);
  expect(await run('node', ['out/client.js'])).toBe(expected);
  await expect(run('node', ['out/client.js'], { KEY: 'gta_none' })).rejects.toThrow('This API key');
  await writeFile(path.join(folder, 'wrong.ts'), program.replace("range: '30'", "range: '31'"));
  await expect(run('npx', ['tsc', ...TSC, '--noEmit', 'wrong.ts'])).rejects.toMatchObject({
    stdout: expect.stringContaining(`Type '"31"' is not assignable`),
  });
});

test('a Python client has every operation, and that of docs/api.md reads with a key', {
  timeout: PATIENT,
}, async () => {
  await run('python3', ['-m', 'venv', 'venv']);
  const python = path.join(folder, 'venv/bin/python');
  const requirements = path.join(import.meta.dirname, 'clients/requirements.txt');
  await run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', requirements]);
  // It runs a formatter.
  const withTools = { PATH: `${path.join(folder, 'venv/bin')}:${process.env.PATH}` };
  await writeFile(path.join(folder, 'client.yaml'), await programOf('yaml'));
  const given = ['generate', '--path', OPENAPI, '--output-path', 'client', '--config', 'client.yaml'];
  const said = await run('openapi-python-client', given, withTools);
  expect(said.trim()).toBe('Generating client');
  await writeFile(path.join(folder, 'client.py'), await programOf('py'));
  const more = { PYTHONPATH: path.join(folder, 'client') };
  expect(await run(python, ['client.py'], more)).toBe(expected);
  await expect(run(python, ['client.py'], { ...more, KEY: 'gta_none' })).rejects.toThrow('This API key');
});
