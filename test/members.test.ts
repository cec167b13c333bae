import { afterAll, beforeAll, expect, test } from 'vitest';
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
  const member = { email: 'grace@example.com', role: 'viewer', repositoryIds: [], addedAt: NOW };
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
  const grace = { email: 'grace@example.com', role: 'maintainer', grantedAt: NOW };
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
