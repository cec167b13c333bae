import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { openTestInstallation, type TestInstallation } from '../installation.ts';
import {
  type Loose,
  openRest,
  openWskdeploy,
  type Rest,
  ROOT,
  readNamespace,
  variablesOf,
  type Wskdeploy,
} from './wskdeploy.ts';

const MANIFEST = path.join(ROOT, 'manifest.yaml');
const MANAGED = ['--managed', '--projectname', 'traffic'];
const EMPTY = { packages: [], actions: [], triggers: [], rules: [] };
const tokenKey = randomBytes(32).toString('base64url');

let installation: TestInstallation;
let wskdeploy: Wskdeploy;
let rest: Rest;
let variables: Record<string, string>;
let folder: string;

beforeAll(async () => {
  installation = await openTestInstallation({ deployed: false });
  const { url, apiKey } = installation;
  wskdeploy = await openWskdeploy({ apiHost: url, apiKey });
  rest = openRest(url, apiKey);
  variables = variablesOf(installation, tokenKey);
  folder = await mkdtemp(path.join(tmpdir(), 'deploy-test-'));
  await symlink(path.join(ROOT, 'dist'), path.join(folder, 'dist'));
});
afterAll(async () => {
  await wskdeploy?.remove();
  await installation?.close();
  if (folder) await rm(folder, { recursive: true });
});

/** The manifest with changes, next to the same bundles. */
async function changedManifest(change: (traffic: Loose) => void): Promise<string> {
  const manifest = parse(await readFile(MANIFEST, 'utf8'));
  change(manifest.packages.traffic);
  const file = path.join(folder, 'manifest.yaml');
  await writeFile(file, stringify(manifest));
  return file;
}

async function deploy(manifest = MANIFEST, values = variables): Promise<void> {
  const { code, output } = await wskdeploy(['-m', manifest, ...MANAGED], values);
  expect(output).toContain('Deployment completed successfully');
  expect(code).toBe(0);
}

async function undeploy(): Promise<void> {
  const { code, output } = await wskdeploy(['undeploy', '--projectname', 'traffic'], variables);
  expect(code, output).toBe(0);
}

/** What the alarm's feed says of the trigger. */
function readAlarm() {
  const { url, apiKey } = installation;
  return openRest(url, apiKey, 'whisk.system')('POST', 'actions/alarms/alarm?blocking=true&result=true', {
    lifecycleEvent: 'READ',
    triggerName: '/_/daily',
    authKey: apiKey,
  });
}

beforeEach(() => deploy());
afterEach(() => undeploy());

test('wskdeploy and the local host create the same entities from the manifest', async () => {
  const fromManifest = await openTestInstallation({ deployed: true, environment: variables });
  try {
    const expected = await readNamespace(openRest(fromManifest.url, fromManifest.apiKey));
    expect(expected.actions).not.toHaveLength(0);
    expect(await readNamespace(rest)).toEqual(expected);
  } finally {
    await fromManifest.close();
  }
});

test('deployed actions answer, with the parameters of the environment', async () => {
  const { status, body } = await installation.anonymously('GET', '/init');
  expect({ status, body }).toMatchObject({ status: 200, body: { initialized: false, demoAvailable: true } });
  expect((await installation.anonymously('GET', '/me')).status).toBe(401);
  expect((await fetch(`${installation.url}/api/v1/web/guest/traffic/collect`)).status).toBe(404);
});

test('deploying again keeps every entity and leaves the alarm active', async () => {
  const before = await readNamespace(rest);
  await deploy();
  expect(await readNamespace(rest)).toEqual(before);
  expect((await readAlarm()).body).toMatchObject({
    config: { cron: '0 8 * * *' },
    status: { active: true },
  });
  expect((await rest('POST', 'triggers/daily', {})).status).toBe(202);
});

test('a removed action disappears; entities outside the project stay', async () => {
  await rest('PUT', 'actions/bystander', { exec: { kind: 'nodejs:20', code: 'function main(){return {}}' } });
  await deploy(await changedManifest(({ actions }) => delete actions.members));
  expect((await rest('GET', 'actions/traffic/members')).status).toBe(404);
  expect((await rest('GET', 'actions/traffic/me')).status).toBe(200);
  expect((await rest('GET', 'actions/bystander')).status).toBe(200);
  await undeploy();
  expect(await readNamespace(rest)).toMatchObject({ ...EMPTY, actions: [{ name: 'bystander' }] });
  await rest('DELETE', 'actions/bystander');
});

test('undeploying leaves nothing, not even the alarm', async () => {
  await undeploy();
  expect(await readNamespace(rest)).toEqual(EMPTY);
  expect((await readAlarm()).status).toBe(502);
});

test('variables that are not set become empty strings, and each action names them', async () => {
  await deploy(MANIFEST, { DATABASE_URL: variables.DATABASE_URL ?? '' });
  const { status, body } = await installation.anonymously('GET', '/init');
  expect({ status, code: body.error.code }).toEqual({ status: 500, code: 'misconfigured' });
  for (const name of ['ISSUER', 'CLIENT_ID', 'TOKEN_KEY', 'INIT_SECRET'])
    expect(body.error.message).toContain(`${name} is missing`);
});

test('an annotation removed from the manifest stays, so the manifest spells out all of them', async () => {
  await deploy(await changedManifest(({ actions }) => delete actions.me.web));
  expect((await installation.anonymously('GET', '/me')).status).toBe(401);
  const { packages } = parse(await readFile(MANIFEST, 'utf8'));
  for (const [name, action] of Object.entries<Loose>(packages.traffic.actions)) {
    expect(action.web, name).toBeOneOf(['raw', false]);
    expect(action.annotations, name).toHaveProperty('provide-api-key');
  }
});

test('no trigger of the manifest has a fixed date, which would end its schedule with the next deployment', async () => {
  const { packages } = parse(await readFile(MANIFEST, 'utf8'));
  for (const { inputs } of Object.values<Loose>(packages.traffic.triggers))
    for (const dated of ['date', 'startDate', 'stopDate', 'maxTriggers'])
      expect(inputs).not.toHaveProperty(dated);
});

test.each([
  ['an address without a scheme', (url: string) => url.replace('http://', ''), /HTTPS|https/],
  ['an unreachable host', () => 'http://127.0.0.1:9', /connection refused/],
])('%s fails and changes nothing', async (_what, toApiHost, message) => {
  const before = await readNamespace(rest);
  const apiHost = toApiHost(installation.url);
  const { code, output } = await wskdeploy(['-m', MANIFEST, ...MANAGED, '--apihost', apiHost], variables);
  expect(code).not.toBe(0);
  expect(output).toMatch(message);
  expect(await readNamespace(rest)).toEqual(before);
});
