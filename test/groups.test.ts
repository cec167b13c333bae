import { afterAll, beforeAll, expect, test } from 'vitest';
import type { GroupChoice, GroupList } from '../lib/answers/groups.ts';
import { openDatabase } from '../lib/db/database.ts';
import { DEMO_TOKENS, DEMO_USERS } from '../local/demo/github.ts';
import { type Answer, type Call, openTestInstallation, type TestInstallation } from './installation.ts';

const NOW = '2026-01-14T08:00:00.000Z';
const { northwind, pinecone } = DEMO_USERS;

let installation: TestInstallation;
let ada: Call;
/** Sees only what the tests give him. */
let bob: Call;
/** A viewer of the whole tenant. */
let eve: Call;
let tenantId: number;
let otherTenantId: number;
let ids: Record<string, number>;

beforeAll(async () => {
  installation = await openTestInstallation({ demo: true, now: NOW });
  ada = installation.as('ada@example.com');
  bob = installation.as('bob@example.com');
  eve = installation.as('eve@example.com');
  const { tenantId: first, serverId } = await installation.initialize();
  tenantId = first;
  const token = { githubUser: DEMO_USERS.hubot, githubToken: DEMO_TOKENS.hubot };
  otherTenantId = (await ada('POST', '/tenants', { name: 'Pinecone', serverId, ...token })).body.tenantId;
  await ada('POST', `/repositories/${otherTenantId}`, { owner: pinecone, name: 'quacks' });
  const names = ['burrow', 'tidy-dates', 'harbor-charts', 'payroll-service'];
  const repositories = names.map((name) => ({ owner: northwind, name }));
  const { body } = await ada('POST', `/repositories/${tenantId}/batch`, { repositories });
  await installation.host.settled();
  ids = Object.fromEntries(
    body.added.map(({ name, repositoryId }: { name: string; repositoryId: number }) => [name, repositoryId]),
  );
  await ada('PUT', `/members/${tenantId}/eve@example.com`, { role: 'viewer' });
});
afterAll(() => installation.close());

const outcome = ({ status, body }: Answer) => [status, body.error?.code];
const idOf = (name: string) => ids[name] ?? 0;

async function create(name: string, parts: object): Promise<number> {
  const { status, body } = await ada('POST', `/groups/${tenantId}`, { name, ...parts });
  if (status !== 201) throw new Error(`${status} ${JSON.stringify(body)}`);
  return body.groupId;
}

const remove = (groupId: number) => ada('DELETE', `/groups/${tenantId}/${groupId}`);

async function namesIn(groupId: number, call = ada): Promise<string[]> {
  const { body } = await call('GET', `/groups/${tenantId}/${groupId}`);
  return body.repositories.map(({ fullName }: { fullName: string }) => fullName.replace(/.*\//, ''));
}

async function namesSeen(call: Call): Promise<string[]> {
  const { body } = await call('GET', `/repositories/${tenantId}`);
  return body.repositories.map(({ name }: { name: string }) => name);
}

const give = (repositoryIds: number[], groupIds: number[]) =>
  ada('PUT', `/members/${tenantId}/bob@example.com`, { role: 'repository viewer', repositoryIds, groupIds });

test('a group holds what was chosen by hand and what its rule matches, each once', async () => {
  const groupId = await create('Mixed', {
    rule: { namePattern: '*-charts' },
    repositoryIds: [idOf('burrow'), idOf('harbor-charts')],
  });
  const { body } = await ada('GET', `/groups/${tenantId}/${groupId}`);
  expect(body).toMatchObject({
    name: 'Mixed',
    rule: { owner: '*', namePattern: '*-charts', topic: null, visibility: 'any' },
    description: 'all repositories of any owner that match *-charts, and 2 repositories chosen by hand',
    repositoryCount: 2,
    createdBy: 'ada@example.com',
  });
  expect(body.repositories).toEqual([
    { repositoryId: idOf('burrow'), fullName: `${northwind}/burrow`, chosen: true },
    { repositoryId: idOf('harbor-charts'), fullName: `${northwind}/harbor-charts`, chosen: true },
  ]);
  await remove(groupId);
});

test('a rule’s group is right at once after a repository was added, and after one was renamed', async () => {
  const groupId = await create('Tools', { rule: { owner: northwind, namePattern: 'build-*' } });
  expect(await namesIn(groupId)).toEqual([]);
  const added = await ada('POST', `/repositories/${tenantId}`, {
    owner: northwind,
    name: 'build-cache-action',
  });
  const { repositoryId, githubId } = added.body.repository;
  expect(await namesIn(groupId)).toEqual(['build-cache-action']);
  await installation.host.settled();
  installation.github.rename(githubId, { name: 'cache' });
  await ada('POST', `/runs/${tenantId}`);
  await installation.host.settled();
  expect(await namesIn(groupId)).toEqual([]);
  await ada('DELETE', `/repositories/${tenantId}/${repositoryId}`);
  await remove(groupId);
});

test('a rule may ask for a topic or a visibility, which the daily collection reads without a further request', async () => {
  const byTopic = await create('Helm', { rule: { topic: 'helm' } });
  const hidden = await create('Private', { rule: { visibility: 'private' } });
  expect(await namesIn(byTopic)).toEqual(['harbor-charts']);
  expect(await namesIn(hidden)).toEqual(['payroll-service']);
  await remove(byTopic);
  await remove(hidden);
});

test('a preview says what a rule would match: nothing, some, or everything, which are all allowed', async () => {
  const preview = async (rule: object) => (await ada('POST', `/groups/${tenantId}/preview`, { rule })).body;
  expect(await preview({ namePattern: 'nothing-*' })).toMatchObject({
    matches: 'none',
    matchCount: 0,
    repositoryCount: 4,
    repositories: [],
  });
  expect(await preview({})).toMatchObject({ matches: 'all', matchCount: 4 });
  expect(await preview({ namePattern: '*-dates' })).toEqual({
    description: 'all repositories of any owner that match *-dates',
    matches: 'some',
    matchCount: 1,
    repositoryCount: 4,
    repositories: [{ repositoryId: idOf('tidy-dates'), fullName: `${northwind}/tidy-dates` }],
  });
  const groupId = await create('Nothing yet', { rule: { namePattern: 'nothing-*' } });
  const { status, body } = await ada('GET', `/stats/${tenantId}?group=${groupId}`);
  expect([status, body.repositories, body.repositoryCount]).toEqual([200, [], 0]);
  await remove(groupId);
});

test('names of groups are unique in a tenant; the same group again changes nothing', async () => {
  const request = { name: 'Charts', repositoryIds: [idOf('harbor-charts')] };
  const groupId = await create('Charts', request);
  const again = await ada('POST', `/groups/${tenantId}`, request);
  expect([again.status, again.body.groupId]).toEqual([200, groupId]);
  const other = { name: ' charts ', repositoryIds: [idOf('burrow')] };
  expect(outcome(await ada('POST', `/groups/${tenantId}`, other))).toEqual([409, 'group_exists']);
  const second = await create('Second', { repositoryIds: [idOf('burrow')] });
  const route = `/groups/${tenantId}/${second}`;
  expect(outcome(await ada('PUT', route, other))).toEqual([409, 'group_exists']);
  const changed = await ada('PUT', route, { ...other, name: 'SECOND' });
  expect([changed.status, changed.body.name]).toEqual([200, 'SECOND']);
  expect((await ada('PUT', route, { ...other, name: 'SECOND' })).status).toBe(200);
  await remove(groupId);
  await remove(second);
  expect(outcome(await remove(second))).toEqual([404, 'group_not_found']);
});

test.each([
  [{ name: 'x' }, 'invalid_input'],
  [{ name: ' ', rule: {} }, 'invalid_input'],
  [{ name: 'x'.repeat(101), rule: {} }, 'invalid_input'],
  [{ name: 'x', rule: { namePattern: '<b>' } }, 'invalid_input'],
  [{ name: 'x', rule: { owner: 'a/b' } }, 'invalid_input'],
  [{ name: 'x', rule: { topic: 'two words' } }, 'invalid_input'],
  [{ name: 'x', rule: { visibility: 'secret' } }, 'invalid_input'],
  [{ name: 'x', repositoryIds: [999_999] }, 'repository_not_found'],
])('the group %j is refused: %s', async (request, code) => {
  expect(outcome(await ada('POST', `/groups/${tenantId}`, request))[1]).toBe(code);
});

test('a tenant has at most 200 groups', async () => {
  const rule = { namePattern: 'none' };
  const { db } = openDatabase(installation.database.url);
  const row = { owner: '*', namePattern: 'none', visibility: 'any', createdAt: NOW, createdBy: 'a' } as const;
  const rows = Array.from({ length: 200 }, (_, index) => ({ tenantId, name: `Group ${index}`, ...row }));
  await db.insertInto('repositoryGroup').values(rows).execute();
  const one = { name: 'One more', rule };
  expect(outcome(await ada('POST', `/groups/${tenantId}`, one))).toEqual([409, 'too_many_groups']);
  await db.deleteFrom('repositoryGroup').execute();
  await db.destroy();
});

test('the overview and the table of a group are those of its repositories', async () => {
  const groupId = await create('Two', { repositoryIds: [idOf('burrow'), idOf('tidy-dates')] });
  const [all, ofGroup] = await Promise.all([
    ada('GET', `/stats/${tenantId}?range=14&size=100`),
    ada('GET', `/stats/${tenantId}?range=14&group=${groupId}`),
  ]);
  const own = all.body.repositories.filter(({ repositoryId }: { repositoryId: number }) =>
    [idOf('burrow'), idOf('tidy-dates')].includes(repositoryId),
  );
  const sum = own.reduce((total: number, one: typeof all.body) => total + one.totals.viewCount, 0);
  expect(sum).toBeGreaterThan(0);
  expect(ofGroup.body.totals.viewCount).toBe(sum);
  expect(ofGroup.body.repositoryCount).toBe(2);
  const expected: GroupChoice[] = [{ groupId, name: 'Two', count: 2 }];
  expect([all.body.groups, ofGroup.body.groups]).toEqual([expected, expected]);
  const table = await ada('GET', `/stats/${tenantId}/table?range=14&by=week&group=${groupId}`);
  const found = new Set(table.body.rows.map(({ fullName }: { fullName: string }) => fullName));
  expect([...found].sort()).toEqual([`${northwind}/burrow`, `${northwind}/tidy-dates`]);
  await remove(groupId);
  expect(outcome(await ada('GET', `/stats/${tenantId}?group=${groupId}`))).toEqual([404, 'group_not_found']);
});

test('a repository viewer sees what groups hold at each request; without the group, less, and never more', async () => {
  const groupId = await create('For Bob', { rule: { namePattern: 'tidy-*' } });
  await give([], [groupId]);
  expect(await namesSeen(bob)).toEqual(['tidy-dates']);
  const { body: me } = await bob('GET', '/me');
  expect(me.tenants).toMatchObject([{ tenantId, repositoryCount: 1 }]);
  const { body: members } = await ada('GET', `/members/${tenantId}`);
  expect(members.members).toContainEqual(
    expect.objectContaining({ email: 'bob@example.com', repositoryIds: [], groupIds: [groupId] }),
  );
  expect(members.groups).toEqual([{ groupId, name: 'For Bob', count: 1 }]);

  const change = { name: 'For Bob', rule: { namePattern: 'burrow' } };
  await ada('PUT', `/groups/${tenantId}/${groupId}`, change);
  expect(await namesSeen(bob)).toEqual(['burrow']);
  await ada('PUT', `/groups/${tenantId}/${groupId}`, { ...change, rule: { namePattern: 'gone' } });
  expect(await namesSeen(bob)).toEqual([]);

  await ada('PUT', `/groups/${tenantId}/${groupId}`, change);
  await give([idOf('tidy-dates'), idOf('burrow')], [groupId]);
  expect(await namesSeen(bob)).toEqual(['burrow', 'tidy-dates']);
  await give([], [groupId]);
  await remove(groupId);
  expect(await namesSeen(bob)).toEqual([]);
  const overview = await bob('GET', `/stats/${tenantId}`);
  expect([overview.status, overview.body.repositories, overview.body.repositoryCount]).toEqual([200, [], 0]);
  expect((await bob('GET', `/stats/${tenantId}/table`)).body.rows).toEqual([]);
  expect(outcome(await bob('GET', `/stats/${tenantId}/${idOf('burrow')}`))).toEqual([
    404,
    'repository_not_found',
  ]);
});

test('a data token reads no repository that its owner has lost since', async () => {
  const groupId = await create('Data', { repositoryIds: [idOf('burrow')] });
  await give([idOf('tidy-dates')], [groupId]);
  const secret = 'secret';
  const challenge = Buffer.from(
    await crypto.subtle.digest('SHA-256', new TextEncoder().encode(secret)),
  ).toString('base64url');
  const { body } = await bob('POST', `/dashboards/${tenantId}/data-token`, { challenge });
  const read = async (query = '') => {
    const route = `/stats/${tenantId}/table?range=14&by=month${query}`;
    const answer = await installation.anonymously('GET', route, undefined, {
      authorization: `Bearer ${body.token}~${secret}`,
    });
    return (
      answer.body.rows?.map(({ fullName }: { fullName: string }) => fullName.replace(/.*\//, '')) ??
      answer.body.error.code
    );
  };
  expect(new Set(await read())).toEqual(new Set(['burrow', 'tidy-dates']));
  expect(new Set(await read(`&group=${groupId}`))).toEqual(new Set(['burrow']));
  await remove(groupId);
  expect(new Set(await read())).toEqual(new Set(['tidy-dates']));
  expect(await read(`&group=${groupId}`)).toBe('group_not_found');
});

test('a repository viewer sees only groups with repositories of theirs, and only these, without the rule', async () => {
  const mine = await create('Mine', { rule: { owner: northwind } });
  const others = await create('Others', { rule: { namePattern: 'payroll-*' } });
  await give([idOf('burrow')], []);
  const { body }: { body: GroupList } = await bob('GET', `/groups/${tenantId}`);
  expect(body).toEqual({
    groups: [
      {
        groupId: mine,
        name: 'Mine',
        rule: null,
        description: '1 repository chosen by hand',
        repositoryCount: 1,
        uses: null,
        createdAt: NOW,
        createdBy: 'ada@example.com',
      },
    ],
    repositories: [{ repositoryId: idOf('burrow'), fullName: `${northwind}/burrow` }],
  });
  expect(await namesIn(mine, bob)).toEqual(['burrow']);
  for (const route of [`/groups/${tenantId}/${others}`, `/stats/${tenantId}?group=${others}`])
    expect(outcome(await bob('GET', route))).toEqual([404, 'group_not_found']);
  expect((await bob('GET', `/stats/${tenantId}?group=${mine}`)).body.repositoryCount).toBe(1);
  await remove(mine);
  await remove(others);
});

test('managers change groups, viewers read them, and other tenants have no part in them', async () => {
  const request = { name: 'Ours', repositoryIds: [idOf('burrow')] };
  const groupId = await create('Ours', request);
  const route = `/groups/${tenantId}/${groupId}`;
  expect((await eve('GET', `/groups/${tenantId}`)).body.groups).toMatchObject([
    { groupId, uses: { members: 0, channels: 0 } },
  ]);
  expect((await eve('GET', route)).status).toBe(200);
  for (const person of [eve, bob]) {
    expect(outcome(await person('POST', `/groups/${tenantId}`, request))).toEqual([403, 'forbidden']);
    expect(outcome(await person('POST', `/groups/${tenantId}/preview`, { rule: {} }))).toEqual([
      403,
      'forbidden',
    ]);
    expect(outcome(await person('PUT', route, request))).toEqual([403, 'forbidden']);
    expect(outcome(await person('DELETE', route))).toEqual([403, 'forbidden']);
    expect(outcome(await person('GET', `/groups/${otherTenantId}`))).toEqual([404, 'tenant_not_found']);
  }
  const elsewhere = `/groups/${otherTenantId}/${groupId}`;
  for (const answer of [
    await ada('GET', elsewhere),
    await ada('PUT', elsewhere, { ...request, repositoryIds: [], rule: {} }),
    await ada('DELETE', elsewhere),
    await ada('GET', `/stats/${otherTenantId}?group=${groupId}`),
    await ada('PUT', `/members/${otherTenantId}/bob@example.com`, {
      role: 'repository viewer',
      groupIds: [groupId],
    }),
  ])
    expect(outcome(answer)).toEqual([404, 'group_not_found']);
  const foreign = { name: 'Foreign', repositoryIds: [idOf('burrow')] };
  expect(outcome(await ada('POST', `/groups/${otherTenantId}`, foreign))).toEqual([
    404,
    'repository_not_found',
  ]);
  await remove(groupId);
});

test('only a repository viewer can be limited to groups', async () => {
  const request = { role: 'viewer', groupIds: [1] };
  const { status, body } = await ada('PUT', `/members/${tenantId}/carl@example.com`, request);
  expect([status, body.error.message]).toEqual([
    400,
    'groupIds: Only a repository viewer can be limited to groups.',
  ]);
});
