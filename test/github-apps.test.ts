import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDatabase } from '../lib/db/database.ts';
import { openSecrets } from '../lib/secrets.ts';
import { resealTokens } from '../lib/upgrade.ts';
import { DEMO_TOKENS, DEMO_USERS } from '../local/demo/github.ts';
import { listDeviations } from './github-schema.ts';
import { type Call, openTestInstallation, type TestInstallation } from './installation.ts';

const NOW = '2026-01-14T06:00:00.000Z';
const APP = 4711;
const NORTHWIND = 90_000_001;
const PINECONE = 90_000_002;
const toPair = () => generateKeyPairSync('rsa', { modulusLength: 2048 });
const keys = toPair();
const publicPem = keys.publicKey.export({ type: 'spki', format: 'pem' }).toString();
const pkcs1 = keys.privateKey.export({ type: 'pkcs1', format: 'pem' }).toString();
const pkcs8 = keys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
/** Text that only tokens and keys contain. */
const SECRET = new RegExp(`ghs_|${pkcs8.split('\n')[3]?.replace(/[+/]/g, '.')}`);
let installation: TestInstallation;
let ada: Call;
let serverId: number;
let personal: number;

beforeAll(async () => {
  installation = await openTestInstallation({ now: NOW, demo: true });
  ({ tenantId: personal, serverId } = await installation.initialize());
  ada = installation.as('ada@example.com');
  const { apps } = installation.github;
  apps.addApp({ id: APP, name: 'Traffic reader', owner: DEMO_USERS.northwind, publicKeys: [publicPem] });
  apps.addInstallation({ id: NORTHWIND, appId: APP, account: DEMO_USERS.northwind });
  apps.addInstallation({ id: PINECONE, appId: APP, account: DEMO_USERS.pinecone });
});

afterAll(() => installation.close());

const setApp = (request: object, call = ada) => call('PUT', `/servers/${serverId}/app`, request);
const tokensMade = () =>
  installation.github
    .requests()
    .filter(({ path, status }) => path.endsWith('/access_tokens') && status === 201).length;
const codeOf = ({ body }: { body: { error?: { code: string } } }) => body.error?.code;
const stored = async () => {
  const { db } = openDatabase(installation.database.url);
  const rows = await db.selectFrom('tenantInstallation').selectAll().execute();
  const apps = await db.selectFrom('githubApp').selectAll().execute();
  await db.destroy();
  return JSON.stringify([rows, apps]);
};

test('text that is not an app’s private key is refused, and the error says what to give', async () => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const encrypted = keys.privateKey.export({
    type: 'pkcs8',
    format: 'pem',
    cipher: 'aes-256-cbc',
    passphrase: 'x',
  });
  const wrong = [
    [publicPem, /public key/],
    [encrypted.toString(), /encrypted/],
    [privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), /RSA keys/],
    [pkcs1.slice(0, 600), /whole \.pem|cannot be read/],
    [pkcs1.replace(/\n.{20}/, '\n'), /cannot be read/],
    ['hello', /whole \.pem file/],
  ] as const;
  for (const [key, sentence] of wrong) {
    const answer = await setApp({ appId: String(APP), privateKey: key });
    expect([answer.status, codeOf(answer)]).toEqual([422, 'app_key_malformed']);
    expect(answer.body.error.message).toMatch(sentence);
  }
});

test('an app is stored once GitHub accepts its key, in any format; the key is never shown', async () => {
  for (const privateKey of [pkcs1, pkcs8]) {
    const { status, body } = await setApp({ appId: String(APP), privateKey });
    expect(status).toBe(200);
    expect(body.app).toMatchObject({ appId: String(APP), name: 'Traffic reader', checkedAt: NOW });
    expect(JSON.stringify(body)).not.toContain('PRIVATE');
  }
  const other = toPair().privateKey.export({ type: 'pkcs1', format: 'pem' }).toString();
  expect(codeOf(await setApp({ appId: String(APP), privateKey: other }))).toBe('app_key_refused');
  expect(codeOf(await setApp({ appId: '999', privateKey: pkcs1 }))).toBe('app_not_found');
  expect(await stored()).not.toMatch(SECRET);
  const list = await ada('GET', `/servers/${serverId}/installations`);
  expect(list.body.installations).toEqual([
    { id: NORTHWIND, account: DEMO_USERS.northwind, suspended: false },
    { id: PINECONE, account: DEMO_USERS.pinecone, suspended: false },
  ]);
});

test('an installation discovers, adds and collects with one token an hour', async () => {
  installation.github.resetRequests();
  const created = await ada('POST', '/tenants', { name: 'By app', serverId, installationId: NORTHWIND });
  expect(created.status).toBe(201);
  const { tenantId } = created.body;
  expect(created.body).toMatchObject({ githubUser: DEMO_USERS.northwind, installationId: NORTHWIND });
  const found = await ada('GET', `/repositories/${tenantId}/discover`);
  const names = found.body.candidates.map(({ fullName }: { fullName: string }) => fullName);
  expect(names).toContain(`${DEMO_USERS.northwind}/payroll-service`);
  expect(names.filter((name: string) => !name.startsWith(DEMO_USERS.northwind))).toEqual([]);
  const wanted = ['payroll-service', 'burrow'].map((name) => ({ owner: DEMO_USERS.northwind, name }));
  const foreign = { owner: DEMO_USERS.pinecone, name: 'lantern' };
  const { body } = await ada('POST', `/repositories/${tenantId}/batch`, {
    repositories: [...wanted, foreign],
  });
  expect(body.added).toHaveLength(2);
  expect(body.refused).toMatchObject([{ name: 'lantern', code: 'missing_permission' }]);
  await installation.host.settled();
  const run = await ada('GET', `/runs/${tenantId}/${body.runId}`);
  expect(run.body.run).toMatchObject({ state: 'succeeded', succeededCount: 2 });
  expect(tokensMade()).toBe(1);
  expect(await stored()).not.toMatch(SECRET);

  installation.now('2026-01-15T06:00:00.000Z');
  await installation.collect();
  expect((await ada('GET', `/runs/${tenantId}`)).body.runs[0]).toMatchObject({
    state: 'succeeded',
    reason: 'alarm',
  });
  expect(tokensMade()).toBe(2);
  expect(JSON.stringify(installation.host.activations())).not.toMatch(SECRET);
});

test('a rule reads through an installation, and tracks what that was given', async () => {
  const request = { name: 'By rule', serverId, installationId: NORTHWIND };
  const { tenantId } = (await ada('POST', '/tenants', request)).body;
  const preview = async (owner: string) =>
    (await ada('POST', `/rules/${tenantId}/preview`, { rule: { owner } })).body;
  expect((await preview('*')).counts).toMatchObject({ new: 5, no_push_access: 0 });
  expect((await preview(DEMO_USERS.pinecone)).warning).toMatchObject({
    code: 'nothing_of_owner',
    message: expect.stringContaining('Give the GitHub App’s installation its repositories'),
  });
  const saved = await ada('POST', `/rules/${tenantId}`, { owner: '*', namePattern: 'payroll-*' });
  expect(saved.body).toMatchObject({ addedCount: 1, rule: { matchCount: 1, failure: null } });
  await installation.host.settled();
  const { body } = await ada('GET', `/repositories/${tenantId}`);
  expect(body.repositories).toMatchObject([{ name: 'payroll-service', rule: '*/payroll-*', problem: null }]);
});

test('each obstacle of an app fails the run with its own code', async () => {
  const { apps } = installation.github;
  const created = await ada('POST', '/tenants', { name: 'Failing', serverId, installationId: PINECONE });
  const { tenantId } = created.body;
  await ada('POST', `/repositories/${tenantId}`, { owner: DEMO_USERS.pinecone, name: 'lantern' });
  await installation.host.settled();
  const works = { publicKeys: [publicPem], suspended: false };
  const reads = { metadata: 'read', administration: 'read' } as const;
  const skew =
    "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued";
  const cases = [
    ['app_suspended', () => apps.changeApp(APP, { suspended: true }), () => apps.changeApp(APP, works)],
    ['app_key_refused', () => apps.changeApp(APP, { publicKeys: [] }), () => apps.changeApp(APP, works)],
    [
      'installation_suspended',
      () => apps.changeInstallation(PINECONE, { suspended: true }),
      () => apps.changeInstallation(PINECONE, { suspended: false }),
    ],
    [
      'missing_permission',
      () => apps.changeInstallation(PINECONE, { permissions: { metadata: 'read' } }),
      () => apps.changeInstallation(PINECONE, { permissions: reads }),
    ],
    [
      'clock_skew',
      () => {
        const match = { path: /access_tokens/ };
        return installation.github.fail({ kind: 'status', status: 401, message: skew, match });
      },
      (lift: unknown) => (lift as () => void)(),
    ],
    ['installation_not_found', () => apps.removeInstallation(PINECONE), () => {}],
  ] as const;
  let hour = 8;
  for (const [code, breakIt, mend] of cases) {
    hour += 2;
    installation.now(`2026-01-15T${hour}:00:00.000Z`);
    const lift = breakIt();
    const started = await ada('POST', `/runs/${tenantId}`);
    await installation.host.settled();
    const { body } = await ada('GET', `/runs/${tenantId}/${started.body.runId}`);
    expect([code, body.run.state, body.repositories[0].code]).toEqual([code, 'failed', code]);
    expect(body.repositories[0].message).toMatch(/\.$/);
    mend(lift);
  }
  apps.addInstallation({ id: PINECONE, appId: APP, account: DEMO_USERS.pinecone });
  const started = await ada('POST', `/runs/${tenantId}`);
  await installation.host.settled();
  expect((await ada('GET', `/runs/${tenantId}/${started.body.runId}`)).body.run.state).toBe('succeeded');
});

test('only an administrator chooses an installation: it may be another organization’s', async () => {
  await ada('PUT', `/members/${personal}/manager@example.com`, { role: 'manager' });
  const manager = installation.as('manager@example.com');
  expect(codeOf(await manager('PATCH', `/tenants/${personal}`, { installationId: PINECONE }))).toBe(
    'forbidden',
  );
  const byApp = await ada('PATCH', `/tenants/${personal}`, { installationId: NORTHWIND });
  expect(byApp.body).toMatchObject({ installationId: NORTHWIND, githubUser: DEMO_USERS.northwind });
  const token = { githubUser: DEMO_USERS.octocat, githubToken: DEMO_TOKENS.octocat };
  const back = await manager('PATCH', `/tenants/${personal}`, token);
  expect(back.body).toMatchObject({ installationId: null, githubUser: DEMO_USERS.octocat });
  const both = await ada('PATCH', `/tenants/${personal}`, { ...token, installationId: NORTHWIND });
  expect(codeOf(both)).toBe('invalid_input');
  const unknown = await ada('PATCH', `/tenants/${personal}`, { installationId: 1 });
  expect(codeOf(unknown)).toBe('installation_not_found');
  expect(codeOf(await ada('DELETE', `/servers/${serverId}/app`))).toBe('app_in_use');
});

test('a new TOKEN_KEY reseals the app’s key, and new tokens are created', async () => {
  const { db } = openDatabase(installation.database.url);
  const clock = () => new Date();
  const next = `${'B'.repeat(42)}A`;
  const key = installation.parameters.TOKEN_KEY ?? '';
  const keySealed = async () =>
    (await db.selectFrom('githubApp').select('keySealed').executeTakeFirstOrThrow()).keySealed;
  const before = await keySealed();
  const { unreadable } = await resealTokens({ db, clock, secrets: openSecrets(`${next} ${key}`) });
  expect(unreadable).toBe(0);
  expect(await openSecrets(next).open(await keySealed())).toBe(await openSecrets(key).open(before));
  await resealTokens({ db, clock, secrets: openSecrets(`${key} ${next}`) });
  await db.destroy();
});

test('a new token that GitHub refuses is waited for, then replaced', async () => {
  const { apps } = installation.github;
  const minted = () =>
    installation.github
      .requests()
      .filter(({ path, status }) => path === `/app/installations/${PINECONE}/access_tokens` && status === 201)
      .length;
  const created = await ada('POST', '/tenants', { name: 'Late', serverId, installationId: PINECONE });
  const { tenantId } = created.body;
  await ada('POST', `/repositories/${tenantId}`, { owner: DEMO_USERS.pinecone, name: 'lantern' });
  await installation.host.settled();
  const runAt = async (now: string) => {
    installation.now(now);
    const before = minted();
    const started = await ada('POST', `/runs/${tenantId}`);
    await installation.host.settled();
    const { body } = await ada('GET', `/runs/${tenantId}/${started.body.runId}`);
    return { run: body.run, outcome: body.repositories[0], made: minted() - before };
  };

  // New, and refused for its first seconds.
  apps.changeInstallation(PINECONE, { refusesAtFirst: 2 });
  const late = await runAt('2026-01-16T05:00:00.000Z');
  expect([late.run.state, late.made]).toEqual(['succeeded', 1]);

  // Kept for half an hour, and revoked meanwhile.
  apps.changeInstallation(PINECONE, { refusesAtFirst: 0 });
  apps.revokeTokens(PINECONE);
  const revoked = await runAt('2026-01-16T05:20:00.000Z');
  expect([revoked.run.state, revoked.made]).toEqual(['succeeded', 1]);
  expect((await runAt('2026-01-16T05:21:00.000Z')).made).toBe(0);

  // Refused for good: one more is made, and the failure passes by itself.
  apps.changeInstallation(PINECONE, { refusesAtFirst: 1000 });
  const before = minted();
  installation.now('2026-01-17T06:00:00.000Z');
  await installation.collect();
  const [refused] = (await ada('GET', `/runs/${tenantId}`)).body.runs;
  const [outcome] = (await ada('GET', `/runs/${tenantId}/${refused.runId}`)).body.repositories;
  expect([refused.state, outcome.code]).toEqual(['failed', 'app_token_refused']);
  // Two each for the two tenants that read with this installation.
  expect(minted() - before).toBe(4);
  expect(outcome.message).toMatch(/GitHub App/);
  expect(outcome.message).not.toMatch(/Make a new|save it here/);

  // The sweep tries again within the hour.
  apps.changeInstallation(PINECONE, { refusesAtFirst: 0 });
  installation.now('2026-01-17T07:05:00.000Z');
  await installation.host.fire('hourly');
  await installation.host.settled();
  const [swept] = (await ada('GET', `/runs/${tenantId}`)).body.runs;
  expect(swept).toMatchObject({ state: 'succeeded', reason: 'alarm' });
});

test('the simulator’s answers to apps are as GitHub documents them', async () => {
  installation.now('2026-01-15T20:00:00.000Z');
  const { apiUrl } = (await ada('GET', '/servers')).body.servers.find(
    (one: { kind: string }) => one.kind === 'demo',
  );
  const { SignJWT } = await import('jose');
  const now = Math.floor(Date.parse('2026-01-15T20:00:00Z') / 1000);
  const sign = (claims: { iat?: number; exp?: number } = {}) =>
    new SignJWT()
      .setProtectedHeader({ alg: 'RS256' })
      .setIssuer(String(APP))
      .setIssuedAt(claims.iat ?? now - 60)
      .setExpirationTime(claims.exp ?? now + 300)
      .sign(keys.privateKey);
  const ask = async <Body = { token: string; message: string }>(
    method: string,
    path: string,
    token: string,
  ) => {
    const headers = { authorization: `Bearer ${token}`, 'user-agent': 'test' };
    const response = await fetch(`${apiUrl}${path}`, { method, headers });
    return { status: response.status, body: (await response.json()) as Body };
  };
  const assertion = await sign();
  const one = '/app/installations/{installation_id}';
  const token = await ask('POST', `/app/installations/${NORTHWIND}/access_tokens`, assertion);
  expect(token.status).toBe(201);
  const list = await ask<unknown[]>('GET', '/app/installations', assertion);
  expect(list.body.length).toBeGreaterThan(0);
  const answers = [
    ['/app', await ask('GET', '/app', assertion)],
    // The document's own schema of the list wants every account to be an enterprise as well.
    ...list.body.map((body) => [one, { status: list.status, body }] as const),
    [one, await ask('GET', `/app/installations/${NORTHWIND}`, assertion)],
    [one, await ask('GET', '/app/installations/1', assertion)],
    [`POST ${one}/access_tokens`, token],
    ['/installation/repositories', await ask('GET', '/installation/repositories', token.body.token)],
  ] as const;
  for (const [endpoint, { status, body }] of answers)
    expect([endpoint, listDeviations(endpoint, status, body)]).toEqual([endpoint, []]);
  const late = await ask('GET', '/app', await sign({ exp: now + 700 }));
  expect([late.status, late.body.message]).toEqual([
    401,
    "'Expiration time' claim ('exp') is too far in the future",
  ]);
  const early = await ask('GET', '/app', await sign({ iat: now + 30 }));
  expect(early.body.message).toMatch(/^'Issued at' claim/);
});
