import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { PARAMETERS } from '../../lib/parameters.ts';
import { CLIENT_ID, type Installation } from '../../local/installation.ts';
import { getWskdeploy } from '../on-demand.ts';

/** The checkout. */
export const ROOT = path.resolve(import.meta.dirname, '../..');

/** How a program ended, and everything it said. */
export interface Outcome {
  code: number;
  output: string;
}

export async function run(
  program: string,
  args: string[],
  options: { cwd?: string; env?: Record<string, string | undefined> } = {},
): Promise<Outcome> {
  const { cwd = ROOT, env = process.env } = options;
  return promisify(execFile)(program, args, { cwd, env, maxBuffer: 2 ** 26 }).then(
    ({ stdout, stderr }) => ({ code: 0, output: stdout + stderr }),
    (error: { code?: number; stdout?: string; stderr?: string }) => ({
      code: typeof error.code === 'number' ? error.code : 1,
      output: `${error.stdout}${error.stderr}`,
    }),
  );
}

/** Values of the manifest's variables for an installation whose host is empty. */
export function variablesOf({ url, parameters, identity, initSecret }: Installation, tokenKey: string) {
  const empty: Record<string, string> = Object.fromEntries(Object.keys(PARAMETERS).map((name) => [name, '']));
  return {
    ...empty,
    DATABASE_URL: parameters.DATABASE_URL ?? '',
    COLLECT_DATABASE_URL: parameters.COLLECT_DATABASE_URL ?? '',
    UPGRADE_DATABASE_URL: parameters.UPGRADE_DATABASE_URL ?? '',
    ISSUER: identity.issuer,
    CLIENT_ID,
    TOKEN_KEY: tokenKey,
    INIT_SECRET: initSecret,
    ALLOWED_ORIGINS: url,
    DEMO_GITHUB_URL: `${url}/github/api/v3`,
    DEMO_WEBHOOK_URL: `${url}/webhooks`,
    PAGES_URL: url,
  };
}

export interface Wskdeploy {
  (args: string[], variables?: Record<string, string>): Promise<Outcome>;
  remove(): Promise<void>;
}

/** Runs wskdeploy with a home of its own, where .wskprops names that host and key. */
export async function openWskdeploy({
  apiHost,
  apiKey,
}: {
  apiHost: string;
  apiKey: string;
}): Promise<Wskdeploy> {
  const binary = await getWskdeploy();
  const home = await mkdtemp(path.join(tmpdir(), 'wskdeploy-test-'));
  await writeFile(path.join(home, '.wskprops'), `APIHOST=${apiHost}\nAUTH=${apiKey}\nNAMESPACE=guest\n`);
  const call = (args: string[], variables: Record<string, string> = {}) =>
    run(binary, args, { env: { PATH: process.env.PATH, HOME: home, ...variables } });
  return Object.assign(call, { remove: () => rm(home, { recursive: true, force: true }) });
}

/** A JSON answer; each test names the fields it expects. */
// biome-ignore lint/suspicious/noExplicitAny: a test names what it expects of it
export type Loose = any;

const sha256 = (text: string) => createHash('sha256').update(text).digest('base64url');
const byKey = (a: { key: string }, b: { key: string }) => a.key.localeCompare(b.key);

/** Without fields that differ between deployments, and without wskdeploy's mark of managed entities. */
function toComparable(entity: Loose): Loose {
  const { version: _version, updated: _updated, ...rest } = entity;
  const annotations = rest.annotations.filter(({ key }: Loose) => key !== 'whisk-managed').sort(byKey);
  return {
    ...rest,
    annotations,
    ...(rest.parameters && { parameters: [...rest.parameters].sort(byKey) }),
    ...(rest.exec && { exec: { ...rest.exec, code: sha256(rest.exec.code) } }),
    ...(rest.actions && { actions: rest.actions.map(({ name }: Loose) => name).sort() }),
  };
}

export type Rest = (method: string, path: string, body?: object) => Promise<{ status: number; body: Loose }>;

/** Calls the OpenWhisk API with the owner's key; `path` begins with a collection. */
export function openRest(url: string, apiKey: string, namespace = '_'): Rest {
  return async (method, route, body) => {
    const answer = await fetch(`${url}/api/v1/namespaces/${namespace}/${route}`, {
      method,
      headers: {
        authorization: `Basic ${Buffer.from(apiKey).toString('base64')}`,
        'content-type': 'application/json',
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, body: text === '' ? null : JSON.parse(text) };
  };
}

/** Every entity of the namespace with all that the platform tells about it. */
export async function readNamespace(rest: Rest): Promise<Record<string, Loose[]>> {
  const found: Record<string, Loose[]> = {};
  for (const collection of ['packages', 'actions', 'triggers', 'rules']) {
    const { body } = await rest('GET', `${collection}?limit=200`);
    const names: string[] = body.map(({ name, namespace }: Loose) =>
      [namespace.split('/')[1], name].filter(Boolean).join('/'),
    );
    const read = names.sort().map((name) => rest('GET', `${collection}/${name}`));
    found[collection] = (await Promise.all(read)).map((answer) => toComparable(answer.body));
  }
  return found;
}
