import { decodeJwt, SignJWT } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { operations } from '../actions/openapi/operations.ts';
import { DEMO_TOKENS, DEMO_USERS } from '../local/demo/github.ts';
import { CHALLENGE, openDataToken, SECRET } from './data-tokens.ts';
import { type Call, openTestInstallation, type TestInstallation } from './installation.ts';

const NOW = '2026-01-14T08:00:00.000Z';
const LATER = '2026-01-14T09:00:01.000Z';

/** A signed token, as JSON has it. */
const TOKEN = /eyJ[\w-]+\.[\w-]+\.[\w-]+/g;

let installation: TestInstallation;
let ada: Call;
let tenantId: number;
let elsewhere: number;
let ids: number[];

beforeAll(async () => {
  installation = await openTestInstallation({ demo: true, now: NOW });
  const { serverId, ...first } = await installation.initialize();
  tenantId = first.tenantId;
  ada = installation.as('ada@example.com');
  const found = await ada('GET', `/repositories/${tenantId}/discover`);
  const repositories = found.body.candidates
    .slice(0, 2)
    .map(({ owner, name }: Record<string, string>) => ({ owner, name }));
  const { body } = await ada('POST', `/repositories/${tenantId}/batch`, { repositories });
  ids = body.added.map(({ repositoryId }: { repositoryId: number }) => repositoryId);
  const token = { githubUser: DEMO_USERS.hubot, githubToken: DEMO_TOKENS.hubot };
  const other = await ada('POST', '/tenants', { name: 'Elsewhere', serverId, ...token });
  elsewhere = other.body.tenantId;
  await installation.host.settled();
});

afterAll(() => installation.close());

const issue = (call: Call) => openDataToken(call, tenantId);

/** Calls with a token that is not the provider's. */
const withToken = (token: string) => (method: string, route: string, body?: unknown) =>
  installation.anonymously(method, route, body, { authorization: `Bearer ${token}` });

/** The table's repositories by id. */
async function readIds(token: string, query = ''): Promise<number[]> {
  const { status, body } = await withToken(token)(
    'GET',
    `/stats/${tenantId}/table?range=14&size=1000${query}`,
  );
  expect(status).toBe(200);
  const found = body.rows.map(({ repositoryId }: { repositoryId: number }) => repositoryId);
  return [...new Set<number>(found)].sort((one, other) => one - other);
}

const codeOf = async (token: string, tenant = tenantId) =>
  (await withToken(token)('GET', `/stats/${tenant}/table`)).body.error?.code;

test('a data token reads the tenant’s table, as JSON and as CSV, and ends after an hour', async () => {
  const { body } = await ada('POST', `/dashboards/${tenantId}/data-token`, { challenge: CHALLENGE });
  const token = `${body.token}~${SECRET}`;
  expect(body.expiresAt).toBe('2026-01-14T09:00:00.000Z');
  expect(await readIds(token)).toEqual(ids);
  const csv = await withToken(token)('GET', `${body.url}?${body.queries.weekly}&range=30`);
  expect(csv.body).toMatch(/^RID,ORGNAME,REPONAME,TDATE,VIEWCOUNT,VUNIQUES,CLONECOUNT,CUNIQUES\r\n\d/);
  installation.now(LATER);
  expect(await codeOf(token)).toBe('data_token_expired');
  expect(await codeOf(await issue(ada))).toBeUndefined();
  installation.now(NOW);
});

test('what the platform records of a dashboard and of its data token reads nothing', async () => {
  const { body } = await ada('GET', `/dashboards/${tenantId}/portfolio`);
  expect(JSON.stringify(body)).not.toMatch(TOKEN);
  const token = await issue(ada);
  expect(await readIds(token)).toEqual(ids);
  const records = JSON.stringify(installation.host.activations());
  expect(records).not.toContain(SECRET);
  const recorded = [...new Set(records.match(TOKEN))];
  expect(recorded).toContain(token.split('~')[0]);
  for (const one of recorded)
    for (const secret of ['', '~', `~${CHALLENGE}`])
      expect(await codeOf(`${one}${secret}`)).toMatch(/_invalid$/);
});

test('a data token only reads that table', async () => {
  const token = await issue(ada);
  const filled = (path: string) =>
    path
      .replace('{tenantId}', String(tenantId))
      .replace('{repositoryId}', String(ids[0]))
      .replace('{dashboardId}', 'portfolio')
      .replace('{email}', 'ada@example.com')
      .replace(/\{\w+\}/g, '1');
  for (const { action, method, path, needs } of operations) {
    if (needs === 'nothing') continue;
    const route = `/${action}${path === '/' ? '' : filled(path)}`;
    const { status, body } = await withToken(token)(method.toUpperCase(), route);
    const isOpen = `${method} /${action}${path}` === 'get /stats/{tenantId}/table';
    const refusal = needs === 'a key' ? 'key_invalid' : 'access_token_invalid';
    expect([method, route, status, body?.error?.code]).toEqual(
      isOpen ? [method, route, 200, undefined] : [method, route, 401, refusal],
    );
  }
  expect(await codeOf(token, elsewhere)).toBe('data_token_invalid');
});

test('a data token reads the repositories its owner could see', async () => {
  const email = 'some@example.com';
  const role = { role: 'repository viewer', repositoryIds: [ids[1]] };
  await ada('PUT', `/members/${tenantId}/${email}`, role);
  const token = await issue(installation.as(email));
  expect(await readIds(token)).toEqual([ids[1]]);
  expect(await readIds(token, `&repositories=${ids.join(',')}`)).toEqual([ids[1]]);
  expect(await readIds(token, `&repositories=${ids[0]}`)).toEqual([]);
  const sums = await withToken(token)('GET', `/stats/${tenantId}/table?format=csv&sum=repositories&range=14`);
  const own = await ada(
    'GET',
    `/stats/${tenantId}/table?format=csv&columns=seed&by=day&range=14&repositories=${ids[1]}`,
  );
  const figures = (text: string) =>
    text
      .split('\r\n')
      .slice(1, -1)
      .map((line) => line.split(',').slice(3));
  expect(figures(sums.body)).toEqual(figures(own.body));
  await ada('PUT', `/members/${tenantId}/${email}`, { role: 'repository viewer', repositoryIds: [] });
  expect(await readIds(await issue(installation.as(email)))).toEqual([]);
});

test('a data token stops working when its owner loses the role', async () => {
  const email = 'leaving@example.com';
  await ada('PUT', `/members/${tenantId}/${email}`, { role: 'viewer' });
  const token = await issue(installation.as(email));
  expect(await readIds(token)).toEqual(ids);
  await ada('PUT', `/members/${tenantId}/${email}`, { role: 'repository viewer', repositoryIds: ids });
  expect(await codeOf(token)).toBe('data_token_invalid');
  const narrow = await issue(installation.as(email));
  expect(await readIds(narrow)).toEqual(ids);
  await ada('DELETE', `/members/${tenantId}/${email}`);
  expect(await codeOf(narrow)).toBe('data_token_invalid');
});

test('a forged or changed data token reads nothing', async () => {
  const token = await issue(ada);
  const claims = decodeJwt(token);
  const header = { alg: 'HS256', typ: 'data+jwt' };
  const sign = (key: Uint8Array, by: object = {}) =>
    new SignJWT({ ...claims, ...by }).setProtectedHeader(header).sign(key);
  const tokenKey = Buffer.from(installation.parameters.TOKEN_KEY ?? '', 'base64url');
  expect(await codeOf(await sign(tokenKey))).toBe('data_token_invalid');
  expect(await codeOf(await sign(new Uint8Array(32)))).toBe('data_token_invalid');
  const [head, , signature] = token.split('.');
  const changed = Buffer.from(JSON.stringify({ ...claims, tenant: elsewhere })).toString('base64url');
  expect(await codeOf(`${head}.${changed}.${signature}`, elsewhere)).toBe('data_token_invalid');
  const unsigned = Buffer.from(JSON.stringify({ ...header, alg: 'none' })).toString('base64url');
  expect(await codeOf(`${unsigned}.${changed}.`, elsewhere)).toBe('data_token_invalid');
});

test('a data token survives a rotation of the signing key', async () => {
  const token = await issue(ada);
  const { TOKEN_KEY = '' } = installation.parameters;
  const next = Buffer.alloc(32, 7).toString('base64url');
  installation.host.setParameters('traffic', { TOKEN_KEY: `${next} ${TOKEN_KEY}` });
  expect(await codeOf(token)).toBeUndefined();
  const renewed = await issue(ada);
  installation.host.setParameters('traffic', { TOKEN_KEY: next });
  expect([await codeOf(token), await codeOf(renewed)]).toEqual(['data_token_invalid', undefined]);
  installation.host.setParameters('traffic', { TOKEN_KEY });
});
