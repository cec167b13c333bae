import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { SETTINGS } from '../../deploy/settings.ts';
import { SCHEMA_VERSION } from '../../lib/db/schema.ts';
import { PARAMETERS } from '../../lib/parameters.ts';
import { openSecrets } from '../../lib/secrets.ts';
import { DEMO_TOKENS } from '../../local/demo/github.ts';
import { type Cloud, copyCheckout, openCloud } from './cloud.ts';
import { type Loose, openRest, type Rest, readNamespace } from './wskdeploy.ts';

const EMPTY = { packages: [], actions: [], triggers: [], rules: [] };
const ADA = 'ada@example.com';

let cloud: Cloud;
let rest: Rest;

beforeAll(async () => {
  cloud = await openCloud();
  rest = openRest(cloud.installation.url, cloud.installation.apiKey);
});
afterAll(() => cloud?.close());

async function query(sql: string): Promise<Loose[]> {
  const client = new pg.Client(cloud.installation.database.url);
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

async function expectNothingDeployed(): Promise<void> {
  expect(await readNamespace(rest)).toEqual(EMPTY);
  expect([await cloud.bucket.keys(), await cloud.shared.keys()]).toEqual([[], []]);
}

/** As another deployment leaves it while it is running. */
const markAsRunning = (holder: object) =>
  rest('PUT', 'triggers/traffic-deployment', { annotations: [{ key: 'deployment', value: holder }] });

async function boundParameter(name: string): Promise<string> {
  const { body } = await rest('GET', 'packages/traffic');
  return body.parameters.find(({ key }: Loose) => key === name).value;
}

/** Opens the sealed GitHub token and asks GitHub with it. */
const useToken = () => cloud.installation.as(ADA)('GET', '/repositories/1/discover');

/** The answers of calls made one after another until `running` ended. */
async function whileRunning<T>(running: Promise<unknown>, call: () => Promise<T>): Promise<T[]> {
  let isRunning = true;
  const ended = running.finally(() => {
    isRunning = false;
  });
  const answers: T[] = [];
  while (isRunning) answers.push(await call());
  await ended;
  return answers;
}

test('all missing or malformed variables and tools are named at once', async () => {
  const all = Object.entries({ ...PARAMETERS, ...SETTINGS });
  const names = all.flatMap(([name, { required }]) => (required ? [name] : []));
  const unset = Object.fromEntries(names.map((name) => [name, undefined]));
  const { code, output } = await cloud.deploy([], {
    ...unset,
    TOKEN_KEY: 'short',
    AUTH: 'nocolon',
    WSKDEPLOY: 'nowhere',
  });
  expect(code).toBe(1);
  expect(output).toContain('TOKEN_KEY must be 32 random bytes in base64url.');
  expect(output).toContain('AUTH must be the key of the namespace, uuid:key.');
  expect(output).toContain('nowhere is missing: install Apache’s wskdeploy or wsk'.replace('’', "'"));
  for (const name of names.filter((one) => !['TOKEN_KEY', 'AUTH'].includes(one)))
    expect(output).toContain(`${name} is missing: it must be`);
  expect(output).not.toContain('nocolon');
  await expectNothingDeployed();
});

test.each([
  [
    'keys that are wrong',
    {
      AUTH: `${'0'.repeat(8)}:wrong`,
      COS_SECRET_ACCESS_KEY: 'wrong',
      FILES_SECRET_ACCESS_KEY: 'wrong',
    },
    [
      'does not accept the key: is AUTH right?',
      'COS_SECRET_ACCESS_KEY does not belong to COS_ACCESS_KEY_ID',
      'FILES_SECRET_ACCESS_KEY does not belong to FILES_ACCESS_KEY_ID',
    ],
  ],
  [
    'a bucket that is not there, a host that does not answer and another provider',
    { COS_BUCKET: 'nobodys', APIHOST: 'http://127.0.0.1:2', ISSUER: 'http://127.0.0.1:2' },
    [
      'NoSuchBucket): create the bucket first, or correct COS_BUCKET',
      'http://127.0.0.1:2 does not answer (ECONNREFUSED): is APIHOST right?',
      'is ISSUER right?',
    ],
  ],
  [
    'a namespace of others',
    { NAMESPACE: 'others' },
    ['AUTH is the key of guest, not of others: is NAMESPACE right?'],
  ],
])('%s are found before anything is changed', async (_what, changes, sentences) => {
  const { code, output } = await cloud.deploy([], changes);
  expect(code).toBe(1);
  for (const sentence of sentences) expect(output).toContain(sentence);
  expect(output).not.toContain(cloud.variables.TOKEN_KEY);
  await expectNothingDeployed();
});

test('a dry run with wsk shows the steps without secrets, and does nothing', async () => {
  // `wsk project` is wskdeploy with one word more.
  await writeFile(
    path.join(cloud.checkout, 'wsk'),
    `#!/bin/sh\n[ "$1" = project ] && shift && exec "${cloud.variables.WSKDEPLOY}" "$@"\n`,
    { mode: 0o755 },
  );
  const { code, output } = await cloud.deploy(['--dry-run'], {
    WSKDEPLOY: undefined,
    PATH: `${cloud.checkout}:${process.env.PATH}`,
  });
  expect(output).toContain('What wsk project would deploy');
  expect({ code, output }).toMatchObject({
    code: 0,
    output: expect.stringContaining('action: collect-tenant'),
  });
  expect(output).toContain('upload index.html (text/html; charset=utf-8, no-cache)');
  for (const name of ['AUTH', 'DATABASE_URL', 'TOKEN_KEY', 'INIT_SECRET'])
    expect(output).not.toContain(cloud.variables[name]);
  await expectNothingDeployed();
});

test('App ID’s credentials replace ISSUER and CLIENT_ID, and their secret is not deployed', async () => {
  const { ISSUER, CLIENT_ID } = cloud.variables;
  const secret = 'NWIxNmQ4Y2YtYjM2Yi00';
  const credentials = { clientId: CLIENT_ID, oauthServerUrl: ISSUER, secret };
  const changes = { ISSUER: undefined, CLIENT_ID: undefined, APPID_CREDENTIALS: JSON.stringify(credentials) };
  const { code, output } = await cloud.deploy(['--dry-run'], changes);
  expect({ code, output }).toMatchObject({ code: 0, output: expect.stringContaining(String(ISSUER)) });
  expect(output).toContain(String(CLIENT_ID));
  expect(output).toContain('APPID_CREDENTIALS are of a client with a secret');
  expect(output).not.toContain(secret);
});

const WITHOUT_DATABASE = {
  DATABASE_URL: undefined,
  COLLECT_DATABASE_URL: undefined,
  UPGRADE_DATABASE_URL: undefined,
};

test('with a Db2 service bound to the package, DATABASE_URL is optional', async () => {
  const db2 = {
    username: 'me',
    password: 'hush-hush',
    hostname: 'db2.example.com',
    port: 50001,
    db: 'bludb',
  };
  await rest('PUT', 'packages/traffic', { parameters: [{ key: '__bx_creds', value: { dashDB: db2 } }] });
  const { code, output } = await cloud.deploy(['--dry-run'], WITHOUT_DATABASE);
  await rest('DELETE', 'packages/traffic');
  expect({ code, output }).toMatchObject({ code: 0, output: expect.not.stringContaining('hush-hush') });
  const without = await cloud.deploy(['--dry-run'], WITHOUT_DATABASE);
  expect(without.code).toBe(1);
  expect(without.output).toContain('DATABASE_URL is missing: it must be');
});

test('a failed deployment is completed by the next one, once its cause is fixed', async () => {
  // More than one page of the bucket's list.
  const old = Array.from({ length: 1001 }, (_, i) => `assets/old-${String(i).padStart(8, '0')}.js`);
  // Not all at the same time: a busy machine would not accept so many connections.
  for (let first = 0; first < old.length; first += 50)
    await Promise.all(
      old.slice(first, first + 50).map((key) => cloud.bucket.put(key, 'from an earlier deployment')),
    );
  await cloud.bucket.put('keep.txt', 'not from any deployment');
  const failed = await cloud.deploy([], { DATABASE_URL: 'postgres://nobody:x@127.0.0.1:2/none' });
  expect(failed.code).toBe(1);
  expect(failed.output).toMatch(/The action traffic\/upgrade failed: .*database/);
  expect(failed.output).toContain('Run ./deploy.sh again');
  expect((await cloud.bucket.keys()).some((key) => !old.includes(key) && key !== 'keep.txt')).toBe(false);

  await markAsRunning({
    host: hostname(),
    user: 'killed',
    pid: 2 ** 22 + 1,
    since: new Date().toISOString(),
  });
  const { code, output } = await cloud.deploy([], { PAGES_KEEP_HOURS: '0' });
  expect(code, output).toBe(0);
  expect(output).toContain(`Deployed: ${cloud.site.url}`);
  expect(output).toContain('Nothing is set up yet');
  const keys = await cloud.bucket.keys();
  expect(keys).toContain('keep.txt');
  expect(keys.filter((key) => old.includes(key))).toEqual([]);
  expect((await rest('GET', 'triggers/traffic-deployment')).status).toBe(404);
});

test('browsers cache hashed files for a year, the entry page and the configuration never', async () => {
  const keys = await cloud.bucket.keys();
  const script = keys.find((key) => /^assets\/main-.*\.js$/.test(key)) ?? '';
  expect(await cloud.bucket.read(script)).toMatchObject({
    type: 'text/javascript; charset=utf-8',
    cacheControl: 'public, max-age=31536000, immutable',
    encoding: 'gzip',
  });
  const page = await cloud.bucket.read('index.html');
  expect(page).toMatchObject({ type: 'text/html; charset=utf-8', cacheControl: 'no-cache' });
  expect(page.text).toContain(script);
  const { url } = cloud.installation;
  expect(page.text).toContain(`connect-src 'self' ${url}/api/v1/web/guest/traffic/ ${url};`);
  const config = await cloud.bucket.read('config.json');
  expect(config).toMatchObject({ type: 'application/json', cacheControl: 'no-cache' });
  expect(JSON.parse(config.text)).toEqual({
    apiUrl: `${url}/api/v1/web/guest/traffic`,
    issuer: cloud.variables.ISSUER,
    clientId: cloud.variables.CLIENT_ID,
    scope: 'openid profile email',
  });
});

test('only the pages’ origin may call', async () => {
  const allowed = async (origin: string) => {
    const answer = await fetch(`${cloud.installation.url}/api/v1/web/guest/traffic/me`, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'GET',
        'access-control-request-headers': 'authorization',
      },
    });
    return [answer.headers.get('access-control-allow-origin'), answer.headers.get('access-control-max-age')];
  };
  expect(await allowed(cloud.site.url)).toEqual([cloud.site.url, '7200']);
  expect(await allowed('https://elsewhere.example')).toEqual([null, '7200']);
});

test('deploying again keeps the data, the alarm and young files of the earlier deployment', async () => {
  await cloud.installation.initialize();
  await cloud.bucket.put('assets/old-11111111.js', 'of a page that is open');
  const { code, output } = await cloud.deploy();
  expect({ code, output }).toMatchObject({
    code: 0,
    output: expect.not.stringContaining('Nothing is set up'),
  });
  expect(await cloud.bucket.keys()).toContain('assets/old-11111111.js');
  const me = await cloud.installation.as(ADA)('GET', '/me');
  expect(me.body).toMatchObject({ systemRole: 'administrator', tenants: [{ tenantId: 1 }] });
  const status = await cloud.deploy(['status']);
  expect(status.output).toContain('Trigger daily: active; rules: collect-daily active');
  expect(status.output).toContain('sweep-hourly active');
  expect(status.output).toContain(`API: answers; initialized, schema version ${SCHEMA_VERSION}`);
  expect(status.output).toContain('Pages: as deployed');
});

test('what somebody shares is in the bucket of the shared files, and its address opens it', async () => {
  const request = { key: randomUUID(), subject: 'portfolio', shown: ['views'], range: '30' };
  const { status, body } = await cloud.installation.as(ADA)('POST', '/shares/1', request);
  expect([status, body.standing, body.problem]).toEqual([201, 'live', null]);
  expect(new URL(body.url).origin).toBe(cloud.sharedSite.url);
  const page = await fetch(body.url);
  expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
  const [, script = ''] = /<script[^>]* src="([^"]+)"/.exec(await page.text()) ?? [];
  expect((await fetch(new URL(script, body.url))).status).toBe(200);
});

test('without DATABASE_URL the database of the last deployment stays', async () => {
  const { code, output } = await cloud.deploy([], WITHOUT_DATABASE);
  expect({ code, output }).toMatchObject({ code: 0, output: expect.not.stringContaining('database role') });
  expect(await boundParameter('DATABASE_URL')).toBe(cloud.variables.DATABASE_URL);
  const status = await cloud.deploy(['status'], WITHOUT_DATABASE);
  expect(status.output).toContain(
    'Database: traffic_web for pages, traffic_collector for alarms; a third role owns the tables',
  );
});

test('with one role for everything, deployment and status say that pages could drop tables', async () => {
  const one = { ...WITHOUT_DATABASE, DATABASE_URL: cloud.variables.UPGRADE_DATABASE_URL };
  const { code, output } = await cloud.deploy([], one);
  expect({ code, output }).toMatchObject({
    code: 0,
    output: expect.stringContaining('Not every action has a database role of its own'),
  });
  expect((await cloud.deploy(['status'], one)).output).toContain('Database: not every action has a role');
  expect((await cloud.deploy()).code).toBe(0);
});

test('a concurrent deployment is refused and told who is deploying', async () => {
  const since = new Date().toISOString();
  await markAsRunning({ host: 'another-machine', user: 'grace', pid: 1, since });
  const before = await readNamespace(rest);
  const { code, output } = await cloud.deploy();
  expect(code).toBe(1);
  expect(output).toContain(`grace on another-machine has been deploying to this namespace since ${since}`);
  expect(await readNamespace(rest)).toEqual(before);
  await rest('DELETE', 'triggers/traffic-deployment');
});

test('a stopped deployment does not block the next one, and prints no secret', async () => {
  const { checkout, variables } = cloud;
  const env = { PATH: process.env.PATH, HOME: checkout, ...variables };
  const child = spawn('bash', ['deploy.sh'], { cwd: checkout, env });
  const ended = once(child, 'exit');
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => {
      output += text;
    });
  await expect.poll(() => output, { timeout: 120_000 }).toContain('== Deploying the actions');
  expect((await rest('GET', 'triggers/traffic-deployment')).status).toBe(200);
  child.kill('SIGTERM');
  expect((await ended)[0]).toBe(130);
  expect((await rest('GET', 'triggers/traffic-deployment')).status).toBe(404);
  expect(output).not.toContain(variables.TOKEN_KEY);
});

test('of two concurrent deployments one is refused or both succeed, and the result is complete', async () => {
  const another = await copyCheckout();
  const outcomes = await Promise.all([cloud.deploy(), cloud.deploy([], {}, another)]);
  await rm(another, { recursive: true });
  expect(outcomes.map(({ code }) => code).toSorted()[0]).toBe(0);
  for (const { code, output } of outcomes)
    if (code !== 0) expect(output).toContain('has been deploying to this namespace');
  const { output } = await cloud.deploy(['status']);
  expect(output).toContain('Trigger daily: active; rules: collect-daily active');
  expect(output).toContain('Pages: as deployed');
});

test('a database that is newer than the code is refused with both versions', async () => {
  await query("insert into schema_version values (99, '2026-01-01')");
  const { code, output } = await cloud.deploy();
  await query('delete from schema_version where version = 99');
  expect(code).toBe(1);
  expect(output).toContain(`The database has schema version 99, but this checkout knows ${SCHEMA_VERSION}`);
});

test('rotating changes the token key and the database’s address, and sealed data stays readable', async () => {
  const file = path.join(cloud.checkout, 'deploy.env');
  const old = cloud.variables.TOKEN_KEY ?? '';
  await query(`create role "next-${process.pid}" login password 'fresh'`);
  const next = new URL(cloud.variables.DATABASE_URL ?? '');
  next.username = `next-${process.pid}`;
  next.password = 'fresh';
  await writeFile(file, `# ours\nTOKEN_KEY=${old}\nDATABASE_URL_NEXT='${next.href}'\n`);

  const rotation = cloud.deploy(['rotate'], { ROTATION_WAIT: '1' });
  const statuses = await whileRunning(rotation, async () => (await useToken()).status);
  const { code, output } = await rotation;
  expect({ code, output }).toMatchObject({
    code: 0,
    output: expect.stringContaining('1 GitHub tokens sealed again'),
  });
  expect([...new Set(statuses)]).toEqual([200]);
  const kept = await readFile(file, 'utf8');
  const [, rotated = ''] = /^TOKEN_KEY='(.*)'$/m.exec(kept) ?? [];
  expect(rotated).toMatch(/^[\w-]{43}$/);
  expect(kept).not.toContain(old);
  expect(kept).not.toContain('_NEXT');
  expect(kept).toContain('# ours');
  expect(await boundParameter('TOKEN_KEY')).toBe(rotated);
  expect(await boundParameter('DATABASE_URL')).toBe(next.href);
  expect(output).not.toContain(rotated);
  const [{ token_sealed: sealed }] = await query('select token_sealed from tenant');
  expect(await openSecrets(rotated).open(sealed)).toBe(DEMO_TOKENS.octocat);
  expect((await useToken()).status).toBe(200);
});

test('an interrupted rotation continues with the same key', async () => {
  const file = path.join(cloud.checkout, 'deploy.env');
  const begun = Buffer.alloc(32, 7).toString('base64url');
  await writeFile(file, `${await readFile(file, 'utf8')}TOKEN_KEY_NEXT=${begun}\n`);
  const deployed = await cloud.deploy();
  expect(deployed.output).toContain('A rotation was interrupted');
  expect(await boundParameter('TOKEN_KEY')).toContain(` ${begun}`);
  expect((await cloud.deploy(['rotate'], { ROTATION_WAIT: '1' })).code).toBe(0);
  expect(await boundParameter('TOKEN_KEY')).toBe(begun);
});

test('undeploying removes what was deployed, and leaves the data and everything else', async () => {
  const { code, output } = await cloud.deploy(['undeploy']);
  expect(code, output).toBe(0);
  expect(await readNamespace(rest)).toEqual(EMPTY);
  expect(await cloud.bucket.keys()).toEqual(['keep.txt']);
  expect(await cloud.shared.keys()).toEqual([]);
  expect(await query('select tenant_id from tenant')).toEqual([{ tenant_id: 1 }]);
});

test('data is deleted only with the installation’s name, and then completely', async () => {
  await cloud.deploy();
  const refused = await cloud.deploy(['undeploy', '--delete-data=Another name']);
  expect(refused.code).toBe(1);
  expect(refused.output).toContain('Nothing was deleted: this installation is not named “Another name”.');
  expect(await query('select tenant_id from tenant')).toEqual([{ tenant_id: 1 }]);
  const [{ display_name: name }] = await query('select display_name from installation');
  const { code, output } = await cloud.deploy(['undeploy', `--delete-data=${name}`]);
  expect(code, output).toBe(0);
  expect(await query("select tablename from pg_tables where schemaname = 'public'")).toEqual([]);
  expect(await readNamespace(rest)).toEqual(EMPTY);
});
