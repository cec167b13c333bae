import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDatabase } from '../lib/db/database.ts';
import { DEMO_TOKENS, DEMO_USERS } from '../local/demo/github.ts';
import { type Answer, type Call, openTestInstallation, type TestInstallation } from './installation.ts';

const NOW = '2026-01-14T06:00:00.000Z';
let installation: TestInstallation;
let ada: Call;
let serverId: number;
const outcome = ({ status, body }: Answer) => [status, body.error?.code];

beforeAll(async () => {
  installation = await openTestInstallation({ demo: true, now: NOW });
  ({ serverId } = await installation.initialize());
  ada = installation.as('ada@example.com');
});

afterAll(() => installation.close());

function request(change: object = {}) {
  const token = { githubUser: DEMO_USERS.hubot, githubToken: DEMO_TOKENS.hubot };
  return { name: 'Pinecone', serverId, ...token, ...change };
}

test('a tenant is created with its first manager, who then manages it alone', async () => {
  const created = await ada('POST', '/tenants', request({ name: ' Trees ', manager: 'Grace@Example.com' }));
  expect([created.status, created.body]).toMatchObject([
    201,
    { name: 'Trees', githubUser: DEMO_USERS.hubot, memberCount: 1, repositoryCount: 0, tokenCheckedAt: NOW },
  ]);
  const grace = installation.as('grace@example.com');
  const listed = await grace('GET', '/tenants');
  const tenants = [{ ...created.body, mayChange: true }];
  expect(listed.body).toEqual({ tenants, nextCursor: null, servers: [] });
  expect((await ada('GET', '/tenants')).body.servers.length).toBe(2);
  expect((await ada('GET', '/tenants')).body.tenants.map(({ name }: { name: string }) => name)).toContain(
    'Trees',
  );
});

test('tenants are listed a page at a time, by name, and searched by a part of the name in any case', async () => {
  for (const name of ['Paging ä%', 'Paging b', 'paging A_'])
    await ada('POST', '/tenants', request({ name, manager: 'edsger@example.com' }));
  const edsger = installation.as('edsger@example.com');
  const namesOf = ({ body }: Answer): string[] => body.tenants.map(({ name }: { name: string }) => name);
  const routes: [Call, string][] = [
    [ada, '/tenants'],
    [edsger, '/tenants'],
    [ada, '/me/tenants'],
    [edsger, '/me/tenants'],
  ];
  for (const [call, route] of routes) {
    const all = await call('GET', `${route}?q=PAGING`);
    expect(namesOf(all).toSorted(), route).toEqual(['Paging b', 'Paging ä%', 'paging A_']);
    expect(all.body.nextCursor).toBe(null);
    const first = await call('GET', `${route}?q=paging&limit=2`);
    const second = await call('GET', `${route}?q=paging&limit=2&cursor=${first.body.nextCursor}`);
    expect([...namesOf(first), ...namesOf(second)]).toEqual(namesOf(all));
    expect(second.body.nextCursor).toBe(null);
    expect(namesOf(await call('GET', `${route}?q=%C3%84%25`))).toEqual(['Paging ä%']);
    expect(namesOf(await call('GET', `${route}?q=A_`))).toEqual(['paging A_']);
    expect(namesOf(await call('GET', `${route}?q=none%20such`))).toEqual([]);
    for (const query of ['cursor=x', 'limit=0', 'limit=301', 'page=2', `q=${'x'.repeat(101)}`])
      expect(outcome(await call('GET', `${route}?${query}`)), query).toEqual([400, 'invalid_input']);
  }
  expect((await ada('GET', '/tenants?limit=1')).body.servers.length).toBe(2);
  const { nextCursor } = (await ada('GET', '/tenants?limit=1')).body;
  expect((await ada('GET', `/tenants?cursor=${nextCursor}`)).body.servers).toEqual([]);
});

test.each([
  ['no name', { name: undefined }, 400, 'invalid_input'],
  ['an empty name', { name: '  ' }, 400, 'invalid_input'],
  ['a name of 101 characters', { name: 'x'.repeat(101) }, 400, 'invalid_input'],
  ['a server that is no number', { serverId: '1' }, 400, 'invalid_input'],
  ['a manager without an address', { manager: 'grace' }, 400, 'invalid_input'],
  ['an unknown field', { tokenSealed: 'x' }, 400, 'invalid_input'],
  ['an unknown server', { serverId: 999 }, 404, 'server_not_found'],
  ['a name that is taken', { name: DEMO_USERS.octocat }, 409, 'name_taken'],
  ['a revoked token', { githubToken: 'ghp_revoked' }, 422, 'github_token_refused'],
  ['a token with characters that no token has', { githubToken: 'ghp_\u00e9' }, 422, 'github_token_refused'],
  ['a token of somebody else', { githubToken: DEMO_TOKENS.octocat }, 422, 'github_token_refused'],
  ['a token of GitHub Actions', { githubToken: DEMO_TOKENS.app }, 422, 'github_token_refused'],
])('with %s no tenant is created', async (_, change, status, code) => {
  const before = (await ada('GET', '/tenants')).body.tenants.length;
  expect(outcome(await ada('POST', '/tenants', request(change)))).toEqual([status, code]);
  expect((await ada('GET', '/tenants')).body.tenants.length).toBe(before);
});

test('of two concurrent tenants whose names differ only in case, one is created', async () => {
  const both = await Promise.all([
    ada('POST', '/tenants', request({ name: 'Twins' })),
    ada('POST', '/tenants', request({ name: 'TWINS' })),
  ]);
  expect(both.map(({ status }) => status).sort()).toEqual([201, 409]);
});

test('a name must differ from those of the tenants that you can see, and no refusal tells of another', async () => {
  const create = async (name: string) =>
    (await ada('POST', '/tenants', request({ name, manager: 'heidi@example.com' }))).body.tenantId;
  const own = await create('Own');
  const second = await create('Second');
  const heidi = installation.as('heidi@example.com');
  const rename = (call: Call, tenantId: number, name: string) =>
    call('PATCH', `/tenants/${tenantId}`, { name });
  for (const name of ['Second', 'SECOND', '\uFF33econd', 'second'])
    expect(outcome(await rename(heidi, own, name)), name).toEqual([409, 'name_taken']);
  expect((await rename(heidi, own, 'OWN')).body.name).toBe('OWN');
  // The administrator's other tenants are nothing that Heidi may learn of.
  for (const name of ['Trees', 'trees', DEMO_USERS.octocat])
    expect((await rename(heidi, own, name)).body.name).toBe(name);
  for (const name of ['TREES', 'no such name'])
    expect((await rename(heidi, second, name)).body.name).toBe(name);
  expect(outcome(await rename(ada, second, 'Trees'))).toEqual([409, 'name_taken']);
  expect(outcome(await ada('POST', '/tenants', request({ name: 'trees' })))).toEqual([409, 'name_taken']);
  const both = await Promise.all([own, second].map((tenantId) => rename(heidi, tenantId, 'Same')));
  expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
  for (const [tenantId, name] of [
    [own, 'Renamed one'],
    [second, 'Renamed two'],
  ] as const)
    await rename(ada, tenantId, name);
});

test('a new token is checked together with its user; if refused, the old one stays', async () => {
  const { body: tenant } = await ada('POST', '/tenants', request({ name: 'Changing' }));
  const route = `/tenants/${tenant.tenantId}`;
  expect(outcome(await ada('PATCH', route, { githubToken: DEMO_TOKENS.octocat }))).toEqual([
    422,
    'github_token_refused',
  ]);
  expect(outcome(await ada('PATCH', route, { githubUser: DEMO_USERS.octocat }))).toEqual([
    422,
    'github_token_refused',
  ]);
  expect((await ada('GET', route)).body).toEqual(tenant);
  const change = { githubUser: DEMO_USERS.octocat, githubToken: DEMO_TOKENS.octocat };
  const { db } = openDatabase(installation.database.url);
  const { repositoryId } = await db
    .insertInto('repository')
    .values({
      ...({ tenantId: tenant.tenantId, githubId: 7, owner: 'o', name: 'n', visibility: 'public' } as const),
      ...({ schedule: 'daily', addedAt: NOW, addedBy: 'ada@example.com', refusedAt: NOW } as const),
    })
    .returning('repositoryId')
    .executeTakeFirstOrThrow();
  const changed = await ada('PATCH', route, change);
  const repository = db.selectFrom('repository').select('refusedAt').where('repositoryId', '=', repositoryId);
  expect(await repository.executeTakeFirst()).toEqual({ refusedAt: null });
  await db.destroy();
  expect(changed.body).toMatchObject({
    name: 'Changing',
    githubUser: DEMO_USERS.octocat,
    tokenExpiresAt: null,
  });
  expect((await ada('PATCH', route, { name: 'Changed' })).body.name).toBe('Changed');
  expect(outcome(await ada('PATCH', route, { name: 'Trees' }))).toEqual([409, 'name_taken']);
  expect(outcome(await ada('PATCH', route, {}))).toEqual([400, 'invalid_input']);
  expect(outcome(await ada('PATCH', route, { serverId: 1 }))).toEqual([400, 'invalid_input']);
});

test('a tenant is deleted only when its name is typed, and another tenant keeps its history of the same repository', async () => {
  const octocat = { githubUser: DEMO_USERS.octocat, githubToken: DEMO_TOKENS.octocat };
  const [one, two] = await Promise.all(
    ['One', 'Two'].map(
      async (name) => (await ada('POST', '/tenants', request({ name, ...octocat }))).body.tenantId,
    ),
  );
  const found = await ada('GET', `/repositories/${one}/discover`);
  const { owner, name } = found.body.candidates[0];
  for (const tenantId of [one, two]) await ada('POST', `/repositories/${tenantId}`, { owner, name });
  await installation.host.settled();
  const daysOf = async (tenantId: number) => {
    const { db } = openDatabase(installation.database.url);
    const rows = await db
      .selectFrom('trafficDay')
      .select('trafficDate')
      .where('tenantId', '=', tenantId)
      .execute();
    await db.destroy();
    return rows.length;
  };
  expect(await daysOf(one)).toBeGreaterThan(0);
  expect(outcome(await ada('DELETE', `/tenants/${one}`, { confirmName: 'one' }))).toEqual([
    422,
    'confirmation_wrong',
  ]);
  expect(outcome(await ada('DELETE', `/tenants/${one}`))).toEqual([400, 'invalid_input']);
  const trafficDays = await daysOf(one);
  const deleted = await ada('DELETE', `/tenants/${one}`, { confirmName: 'One' });
  expect(deleted.body).toEqual({ tenantId: one, deleted: { repositories: 1, trafficDays, members: 0 } });
  expect(await daysOf(one)).toBe(0);
  expect(await daysOf(two)).toBe(trafficDays);
  expect(outcome(await ada('GET', `/tenants/${one}`))).toEqual([404, 'tenant_not_found']);
});

test('tokens are sealed in the database and appear in no answer and no log', async () => {
  const answers = [
    await ada('POST', '/tenants', request({ name: 'Secretive' })),
    await ada('GET', '/tenants'),
  ];
  const { db } = openDatabase(installation.database.url);
  const stored = await db.selectFrom('tenant').selectAll().execute();
  await db.destroy();
  expect(stored.every(({ tokenSealed }) => /^[\w-]+\.\.[\w-]+\.[\w-]+\.[\w-]+$/.test(tokenSealed))).toBe(
    true,
  );
  const records = installation.host.activations().map(({ logs, response }) => ({ logs, response }));
  expect(records.length).toBeGreaterThan(10);
  const everything = JSON.stringify([answers, stored, records]);
  const secrets = [...Object.values(DEMO_TOKENS), installation.initSecret, 'ghp_revoked'];
  for (const secret of secrets) expect(everything).not.toContain(secret);
  for (const { tokenSealed } of stored) expect(JSON.stringify([answers, records])).not.toContain(tokenSealed);
});

test('log lines are JSON objects that name the activation', () => {
  const refused = installation.host
    .activations()
    .find(({ logs }) => logs.some((line) => line.includes('name_taken')));
  const line = refused?.logs.find((text) => text.includes('name_taken')) ?? '';
  expect(JSON.parse(line.slice(line.indexOf('{')))).toEqual({
    activationId: refused?.activationId,
    level: 'warn',
    status: 409,
    code: 'name_taken',
  });
});
