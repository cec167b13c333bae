import { afterAll, beforeAll, expect, test } from 'vitest';
import { CHALLENGE, openDataToken, SECRET } from './data-tokens.ts';
import { type Answer, type Call, openTestInstallation, type TestInstallation } from './installation.ts';
import { LOOK_ALIKES } from './look-alikes.ts';

const NOW = '2026-01-14T06:00:00.000Z';
let installation: TestInstallation;
let ada: Call;
let tenantId: number;
const outcome = ({ status, body }: Answer) => [status, body.error?.code];

beforeAll(async () => {
  installation = await openTestInstallation({ demo: true, now: NOW });
  ({ tenantId } = await installation.initialize());
  ada = installation.as('ada@example.com');
  const found = await ada('GET', `/repositories/${tenantId}/discover`);
  const repositories = found.body.candidates
    .slice(0, 2)
    .map(({ owner, name }: { owner: string; name: string }) => ({ owner, name }));
  await ada('POST', `/repositories/${tenantId}/batch`, { repositories });
  await installation.host.settled();
});

afterAll(() => installation.close());

const put = (email: string, body: unknown) =>
  ada('PUT', `/members/${tenantId}/${encodeURIComponent(email)}`, body);
const remove = (email: string) => ada('DELETE', `/members/${tenantId}/${encodeURIComponent(email)}`);

async function repositoryIds(): Promise<number[]> {
  const { body } = await ada('GET', `/members/${tenantId}`);
  return body.repositories.map((repository: { repositoryId: number }) => repository.repositoryId);
}

test('a member is added once, its role changes, and it is removed', async () => {
  const member = {
    email: 'grace@example.com',
    role: 'viewer',
    repositoryIds: [],
    groupIds: [],
    addedAt: NOW,
    state: 'invited',
  };
  const added = await put(' Grace@Example.com ', { role: 'viewer' });
  expect([added.status, added.body]).toEqual([201, member]);
  const changed = await put('grace@example.com', { role: 'manager' });
  expect([changed.status, changed.body]).toEqual([200, { ...member, role: 'manager' }]);
  const { body } = await ada('GET', `/members/${tenantId}`);
  expect(body.members).toEqual([{ ...member, role: 'manager' }]);
  const me = await installation.as('grace@example.com')('GET', '/me');
  expect(me.body.tenants).toMatchObject([{ tenantId, role: 'manager', repositoryCount: 2 }]);
  expect((await remove('GRACE@example.com')).body).toEqual({ email: 'grace@example.com' });
  expect(outcome(await remove('grace@example.com'))).toEqual([404, 'member_not_found']);
});

test('a repository viewer sees only its repositories, until its role changes', async () => {
  const [first = 0, second = 0] = await repositoryIds();
  const role = 'repository viewer';
  const given = await put('alan@example.com', { role, repositoryIds: [second, first, second] });
  expect(given.body.repositoryIds).toEqual([first, second].sort((a, b) => a - b));
  expect((await put('alan@example.com', { role, repositoryIds: [second] })).body.repositoryIds).toEqual([
    second,
  ]);
  const alan = installation.as('alan@example.com');
  expect((await alan('GET', '/me')).body.tenants).toMatchObject([{ role, repositoryCount: 1 }]);
  const seen = await alan('GET', `/repositories/${tenantId}`);
  expect(seen.body.repositories.map((one: { repositoryId: number }) => one.repositoryId)).toEqual([second]);
  expect(outcome(await alan('GET', `/repositories/${tenantId}/${first}`))).toEqual([
    404,
    'repository_not_found',
  ]);
  await put('alan@example.com', { role: 'viewer' });
  expect((await alan('GET', `/repositories/${tenantId}`)).body.repositories.length).toBe(2);
});

test.each([
  ['no role', 'a@b.example', {}, 400, 'invalid_input'],
  ['a system role', 'a@b.example', { role: 'administrator' }, 400, 'invalid_input'],
  ['something that is no address', 'nobody', { role: 'viewer' }, 400, 'invalid_input'],
  ['an address of 400 characters', `${'a'.repeat(390)}@b.example`, { role: 'viewer' }, 400, 'invalid_input'],
  [
    'repositories for a manager',
    'a@b.example',
    { role: 'manager', repositoryIds: [1] },
    400,
    'invalid_input',
  ],
  [
    'a repository that is no number',
    'a@b.example',
    { role: 'repository viewer', repositoryIds: ['1'] },
    400,
    'invalid_input',
  ],
  [
    'an unknown repository',
    'a@b.example',
    { role: 'repository viewer', repositoryIds: [999_999] },
    404,
    'repository_not_found',
  ],
  ['an unknown field', 'a@b.example', { role: 'viewer', email: 'x@y.example' }, 400, 'invalid_input'],
])('with %s no member is added', async (_, email, body, status, code) => {
  const before = (await ada('GET', `/members/${tenantId}`)).body.members;
  expect(outcome(await put(email, body))).toEqual([status, code]);
  expect((await ada('GET', `/members/${tenantId}`)).body.members).toEqual(before);
});

test('adding the same member several times at once leaves one', async () => {
  const answers = await Promise.all(
    Array.from({ length: 4 }, () => put('many@example.com', { role: 'viewer' })),
  );
  expect(answers.every(({ status }) => status === 200 || status === 201)).toBe(true);
  const { body } = await ada('GET', `/members/${tenantId}`);
  expect(body.members.filter(({ email }: { email: string }) => email === 'many@example.com').length).toBe(1);
});

test('nobody gets a role by an address that only looks like the one it was given to', async () => {
  const role = { role: 'manager' };
  expect((await put('KIM@example.com', role)).body.email).toBe('kim@example.com');
  expect((await installation.as('Kim@Example.com')('GET', `/tenants/${tenantId}`)).status).toBe(200);
  const found: [string, unknown][] = [];
  for (const address of LOOK_ALIKES) {
    const call = installation.as(address);
    found.push([address, outcome(await call('GET', '/me'))]);
    found.push([address, outcome(await call('GET', `/tenants/${tenantId}`))]);
  }
  expect(found.filter(([, answer]) => String(answer) !== '403,email_not_ascii')).toEqual([]);
  // What trim leaves of the others is the plain address.
  const given = LOOK_ALIKES.filter((address) => address.trim() === address);
  for (const address of given)
    expect(outcome(await put(address, role)), address).toEqual([400, 'invalid_input']);
  const manager = { name: 'K', serverId: 1, githubUser: 'x', githubToken: 'x', manager: LOOK_ALIKES[0] };
  expect(outcome(await ada('POST', '/tenants', manager))).toEqual([400, 'invalid_input']);
});

/** Another account of the provider with the same verified address. */
async function asOtherAccount(email: string): Promise<Call> {
  const token = await installation.identity.issueToken(email, { through: 'saml', expiresIn: 86_400 });
  return (method, path, body) =>
    installation.anonymously(method, path, body, { authorization: `Bearer ${token}` });
}

async function stateOf(email: string): Promise<string | undefined> {
  const { body } = await ada('GET', `/members/${tenantId}`);
  return body.members.find((member: { email: string }) => member.email === email)?.state;
}

test('a role belongs to the account that first signs in with its address, until it is removed and given again', async () => {
  const email = 'lin@example.com';
  const first = installation.as(email);
  const second = await asOtherAccount(email);
  const read = (call: Call) => call('GET', `/stats/${tenantId}`);
  // Whoever signed in before the invitation is no different.
  expect((await first('GET', '/me')).body.tenants).toEqual([]);
  expect((await put(email, { role: 'viewer' })).body.state).toBe('invited');
  expect(await stateOf(email)).toBe('invited');

  expect((await first('GET', '/me')).body).toMatchObject({ tenants: [{ role: 'viewer' }], lostRole: null });
  expect(await stateOf(email)).toBe('active');
  const me = (await second('GET', '/me')).body;
  expect(me).toMatchObject({ email, tenants: [], systemRole: null, lostRole: { code: 'role_claimed' } });
  expect(me.lostRole.message).toContain('to remove the role and to give it again');
  expect(outcome(await read(second))).toEqual([403, 'role_claimed']);
  expect(outcome(await second('GET', '/tenants'))).toEqual([403, 'role_claimed']);
  expect((await put(email, { role: 'manager' })).body.state).toBe('active');
  expect(outcome(await read(second))).toEqual([403, 'role_claimed']);
  expect((await read(first)).status).toBe(200);

  await remove(email);
  for (const call of [first, second]) expect(outcome(await read(call))).toEqual([404, 'tenant_not_found']);
  expect((await put(email, { role: 'viewer' })).body.state).toBe('invited');
  expect((await read(second)).status).toBe(200);
  expect(outcome(await read(first))).toEqual([403, 'role_claimed']);
});

test('of two accounts that sign in at the same time, one gets the role', async () => {
  const email = 'both@example.com';
  await put(email, { role: 'viewer' });
  const calls = [installation.as(email), await asOtherAccount(email)];
  await Promise.all(calls.map((call) => call('GET', '/me')));
  const answers = await Promise.all(calls.map((call) => call('GET', `/stats/${tenantId}`)));
  expect(answers.map(outcome).sort()).toEqual([
    [200, undefined],
    [403, 'role_claimed'],
  ]);
});

test('a system role belongs to the account that first signs in, too', async () => {
  const second = await asOtherAccount('ada@example.com');
  expect(outcome(await second('GET', '/members/system'))).toEqual([403, 'role_claimed']);
  expect(outcome(await second('GET', `/tenants/${tenantId}`))).toEqual([403, 'role_claimed']);
  expect(outcome(await second('POST', '/servers', {}))).toEqual([403, 'role_claimed']);
  expect((await ada('GET', '/members/system')).body.members).toMatchObject([{ state: 'active' }]);
});

const after = (minutes: number) => new Date(Date.parse(NOW) + minutes * 60_000).toISOString();

test('access ends within the hour in which the provider gives the account another address', async () => {
  const before = 'mia@example.com';
  const later = 'mia.b@example.com';
  const mia = installation.as(before);
  await put(before, { role: 'viewer' });
  const { body } = await mia('POST', `/dashboards/${tenantId}/data-token`, { challenge: CHALLENGE });
  const data = { authorization: `Bearer ${body.token}~${SECRET}` };
  const readData = () => installation.anonymously('GET', `/stats/${tenantId}/table`, undefined, data);
  expect(body.expiresAt).toBe(after(60));
  expect((await readData()).status).toBe(200);

  installation.identity.changePerson(before, { email: later });
  installation.now(after(29));
  expect((await mia('GET', `/stats/${tenantId}`)).status).toBe(200);
  installation.now(after(30));
  const refused = await mia('GET', `/stats/${tenantId}`);
  expect(outcome(refused)).toEqual([403, 'address_changed']);
  expect(refused.body.error.message).toContain(`give one to ${later}`);
  expect((await mia('GET', '/me')).body).toMatchObject({
    email: later,
    lostRole: { code: 'address_changed' },
  });
  expect(outcome(await readData())).toEqual([401, 'data_token_invalid']);
  expect(await stateOf(before)).toBe('address changed');
  expect(outcome(await (await asOtherAccount(before))('GET', `/stats/${tenantId}`))).toEqual([
    403,
    'role_claimed',
  ]);

  await put(later, { role: 'viewer' });
  expect((await mia('GET', `/stats/${tenantId}`)).status).toBe(200);
  await remove(later);
  installation.identity.changePerson(before, { email: before });
  installation.now(after(60));
  expect((await mia('GET', `/stats/${tenantId}`)).status).toBe(200);
  expect(await stateOf(before)).toBe('active');
  installation.now(NOW);
});

test('access ends within the hour in which the provider no longer confirms the address', async () => {
  const email = 'ned@example.com';
  const ned = installation.as(email);
  await put(email, { role: 'viewer' });
  const token = await openDataToken(ned, tenantId);
  installation.identity.changePerson(email, { emailVerified: false });
  installation.now(after(30));
  expect(outcome(await ned('GET', `/stats/${tenantId}`))).toEqual([403, 'email_unverified']);
  installation.now(after(61));
  const data = { authorization: `Bearer ${token}` };
  const answer = await installation.anonymously('GET', `/stats/${tenantId}/table`, undefined, data);
  expect(outcome(answer)).toEqual([401, 'data_token_expired']);
  installation.now(NOW);
});

test('system roles are assigned and removed, but the last administrator stays', async () => {
  const system = (method: string, email: string, body?: unknown) =>
    ada(method, `/members/system/${email}`, body);
  expect(outcome(await system('DELETE', 'ada@example.com'))).toEqual([409, 'last_administrator']);
  expect(outcome(await system('PUT', 'ada@example.com', { role: 'maintainer' }))).toEqual([
    409,
    'last_administrator',
  ]);
  expect(outcome(await system('DELETE', 'grace@example.com'))).toEqual([404, 'member_not_found']);
  expect(outcome(await system('PUT', 'grace@example.com', { role: 'manager' }))).toEqual([
    400,
    'invalid_input',
  ]);
  const grace = { email: 'grace@example.com', role: 'maintainer', grantedAt: NOW, state: 'invited' };
  const granted = await system('PUT', 'Grace@example.com', { role: 'maintainer' });
  expect([granted.status, granted.body]).toEqual([201, grace]);
  expect((await ada('GET', '/members/system')).body.members).toMatchObject([
    { email: 'ada@example.com' },
    grace,
  ]);
  expect((await system('PUT', 'grace@example.com', { role: 'administrator' })).status).toBe(200);
  expect((await system('DELETE', 'grace@example.com')).status).toBe(200);
});

test('two administrators who remove each other at the same time do not both succeed', async () => {
  await ada('PUT', '/members/system/grace@example.com', { role: 'administrator' });
  const grace = installation.as('grace@example.com');
  await grace('GET', '/me');
  const answers = await Promise.all([
    ada('DELETE', '/members/system/grace@example.com'),
    grace('DELETE', '/members/system/ada@example.com'),
  ]);
  const removed = answers.filter(({ status }) => status === 200);
  expect(removed.length).toBe(1);
  const left = [ada, grace].map((call) => call('GET', '/members/system'));
  expect((await Promise.all(left)).map(({ status }) => status).sort()).toEqual([200, 403]);
});
