import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDatabase } from '../lib/db/database.ts';
import { DEMO_TOKENS, DEMO_USERS } from '../local/demo/github.ts';
import { QUIET } from './github-server.ts';
import { type Call, openTestInstallation, type TestInstallation } from './installation.ts';

const NOW = '2026-01-14T06:00:00.000Z';
const { northwind: owner } = DEMO_USERS;
let installation: TestInstallation;
let tenantId: number;
let ada: Call;

beforeAll(async () => {
  installation = await openTestInstallation({ now: NOW, demo: true });
  installation.github.setAnswers('sparse');
  ({ tenantId } = await installation.initialize());
  ada = installation.as('ada@example.com');
});

afterAll(() => installation.close());

const path = (rest: string | number = '', tenant = tenantId) =>
  `/repositories/${tenant}${rest === '' ? '' : `/${rest}`}`;

async function add(name: string, call = ada, tenant = tenantId, of: string = owner): Promise<number> {
  const { status, body } = await call('POST', path('', tenant), { owner: of, name });
  expect([status, body.error]).toEqual([201, undefined]);
  await installation.host.settled();
  return body.repository.repositoryId;
}

async function createTenant(name: string, githubUser: string, githubToken: string): Promise<number> {
  const { body } = await ada('GET', '/servers');
  const { serverId } = body.servers[0];
  const created = await ada('POST', '/tenants', { name, serverId, githubUser, githubToken });
  return created.body.tenantId;
}

test('a repository is added under the name GitHub gives it and collected at once', async () => {
  const { status, body } = await ada('POST', path(), { owner: owner.toUpperCase(), name: 'Burrow' });
  expect(status).toBe(201);
  expect(body.repository).toMatchObject({
    owner,
    name: 'burrow',
    fullName: `${owner}/burrow`,
    visibility: 'public',
    archived: false,
    problem: null,
    addedAt: NOW,
    addedBy: 'ada@example.com',
    schedule: 'daily',
    lastSuccessAt: null,
  });
  await installation.host.settled();
  const list = await ada('GET', path());
  expect(list.body.activeRunId).toBeNull();
  expect(list.body.repositories).toMatchObject([
    { lastCoveredDate: '2026-01-14', lastSuccessAt: NOW, problem: null },
  ]);
  const run = await ada('GET', `/runs/${tenantId}/${body.runId}`);
  expect(run.body.run).toMatchObject({ reason: 'added', startedBy: 'ada@example.com', state: 'succeeded' });
  const detail = await ada('GET', path(body.repository.repositoryId));
  expect(detail.body.stored).toMatchObject({
    firstDate: expect.any(String),
    lastDate: '2026-01-14',
    snapshots: 1,
  });
  expect(detail.body.stored.trafficDays).toBeGreaterThanOrEqual(13);
});

test('a repository is added once, even by two people at once', async () => {
  const request = { owner, name: 'tidy-dates' };
  const answers = await Promise.all([ada('POST', path(), request), ada('POST', path(), request)]);
  expect(answers.map(({ status }) => status).sort()).toEqual([201, 409]);
  const again = await ada('POST', path(), request);
  expect(again.body.error).toMatchObject({
    code: 'already_tracked',
    message: expect.stringContaining('northwind-labs/tidy-dates'),
  });
  await installation.host.settled();
});

test('an impossible name is refused without asking GitHub', async () => {
  const names = [
    '',
    ' ',
    '.',
    '..',
    'a/b',
    '../../user',
    'a b',
    'ünïcode',
    'r'.repeat(300),
    'a?b',
    'a%2Fb',
    'a\u0000b',
    '日本',
  ];
  installation.github.resetRequests();
  for (const name of names) {
    const { status, body } = await ada('POST', path(), { owner, name });
    expect([name, status, body.error?.code]).toEqual([name, 400, 'invalid_input']);
  }
  for (const wrong of ['a/b', '.', 'a.b', 'ä', 'o'.repeat(300)]) {
    const { status } = await ada('POST', path(), { owner: wrong, name: 'burrow' });
    expect([wrong, status]).toEqual([wrong, 400]);
  }
  expect((await ada('POST', path(), { owner })).body.error.details.problems).toEqual([
    { path: 'name', message: 'This is missing.' },
  ]);
  const long = await ada('POST', path(), { owner: 'o'.repeat(300), name: 'burrow' });
  expect(long.body.error.message).toMatch(/^owner: This must have at most \d+ characters\.$/);
  expect(installation.github.requests()).toEqual([]);
});

test('names with every character that GitHub allows reach GitHub', async () => {
  for (const name of ['a.b-c_d', '-x', '.github', '_']) {
    const { status, body } = await ada('POST', path(), { owner, name });
    expect([name, status, body.error.code]).toEqual([name, 422, 'repository_not_on_github']);
  }
});

test('each refusal of GitHub has its own code', async () => {
  const reader = await createTenant('Reader', DEMO_USERS.reader, DEMO_TOKENS.withoutPush);
  const answer = await ada('POST', path('', reader), { owner, name: 'burrow' });
  expect([answer.status, answer.body.error.code]).toEqual([422, 'no_push_access']);
  const lift = installation.github.fail({
    kind: 'secondary-limit',
    retryAfter: 3600,
    match: { path: /harbor-charts/ },
  });
  const limited = await ada('POST', path(), { owner, name: 'harbor-charts' });
  expect([limited.status, limited.body.error.code]).toEqual([503, 'secondary_limit']);
  lift();
});

test('many are added at once, each accepted or refused on its own', async () => {
  const names = ['harbor-charts', 'no-such-thing', 'tidy-dates', 'payroll-service'];
  const repositories = names.map((name) => ({ owner, name }));
  const { status, body } = await ada('POST', path('batch'), { repositories });
  expect(status).toBe(200);
  expect(body.added.map(({ name }: { name: string }) => name)).toEqual(['harbor-charts', 'payroll-service']);
  expect(body.refused).toMatchObject([
    { owner, name: 'no-such-thing', code: 'repository_not_on_github' },
    { owner, name: 'tidy-dates', code: 'already_tracked' },
  ]);
  await installation.host.settled();
  const run = await ada('GET', `/runs/${tenantId}/${body.runId}`);
  expect(run.body.run).toMatchObject({ state: 'succeeded', repositoryCount: 2 });
  const none = await ada('POST', path('batch'), { repositories: [{ owner, name: 'no-such-thing' }] });
  expect(none.body).toMatchObject({ added: [], runId: null });
});

test('repositories added before GitHub’s limit stay and are collected; the rest say why they were not added', async () => {
  const { body: seen } = await ada('GET', path('discover'));
  const free = seen.candidates.filter(({ tracked }: { tracked: boolean }) => !tracked);
  const [first, second] = free.map(({ owner, name }: { owner: string; name: string }) => ({ owner, name }));
  const repositories = [first, second, { owner, name: 'no-such-thing' }];
  const match = { repository: free[1].githubId };
  const lift = installation.github.fail({ kind: 'secondary-limit', retryAfter: 3600, match });
  const { status, body } = await ada('POST', path('batch'), { repositories });
  expect([status, body.error]).toEqual([200, undefined]);
  expect(body.added).toMatchObject([first]);
  expect(body.refused.map(({ code }: { code: string }) => code)).toEqual([
    'secondary_limit',
    'repository_not_on_github',
  ]);
  await installation.host.settled();
  const run = await ada('GET', `/runs/${tenantId}/${body.runId}`);
  expect(run.body.run).toMatchObject({ repositoryCount: 1 });
  const none = await ada('POST', path('batch'), { repositories: [second] });
  expect([none.status, none.body.error.code]).toEqual([503, 'secondary_limit']);
  lift();
  await ada('DELETE', path(body.added[0].repositoryId));
});

test('visible repositories are found, and tracked ones are marked', async () => {
  const { body } = await ada('GET', path('discover'));
  const found = body.candidates.map(
    (one: { name: string; tracked: boolean; visibility: string; archived: boolean }) => [
      one.name,
      one.tracked,
      one.visibility,
      one.archived,
    ],
  );
  expect(found).toContainEqual(['burrow', true, 'public', false]);
  expect(found).toContainEqual(['old-importer', false, 'public', true]);
  expect(found).toContainEqual(['payroll-service', true, 'private', false]);
  const searched = await ada('GET', `${path('discover')}?q=IMPORT`);
  expect(searched.body.candidates.map(({ name }: { name: string }) => name)).toEqual(['old-importer']);
});

test('an owner whose name begins with a dash, as GitHub once allowed, is like any other', async () => {
  installation.github.addUser('-dash');
  const plan = { owner: '-dash', name: 'old', createdOn: '2025-12-01', story: QUIET };
  const { id } = installation.github.addRepository({
    ...plan,
    collaborators: { [DEMO_USERS.octocat]: 'admin' },
  });
  const { status, body } = await ada('POST', path(), { owner: '-dash', name: 'old' });
  expect([status, body.repository.fullName]).toEqual([201, '-dash/old']);
  await installation.host.settled();
  await ada('DELETE', path(body.repository.repositoryId));
  installation.github.remove(id);
});

test('more than a thousand repositories are found, and the answer stays below the platform’s limit', async () => {
  const ids = Array.from({ length: 2300 }, (_, number) => {
    const plan = { owner, name: `many-${number}-${'x'.repeat(80)}`, createdOn: '2026-01-01', story: QUIET };
    return installation.github.addRepository({ ...plan, collaborators: { [DEMO_USERS.octocat]: 'admin' } })
      .id;
  });
  const { body } = await ada('GET', path('discover'));
  expect([body.candidates.length, body.truncated]).toEqual([1500, true]);
  expect(JSON.stringify(body).length).toBeLessThan(1_048_576);
  const { body: searched } = await ada('GET', `${path('discover')}?q=many-1`);
  expect([searched.candidates.length, searched.truncated]).toEqual([1111, false]);
  for (const id of ids) installation.github.remove(id);
});

test('an internal repository of an enterprise is stored and shown as internal', async () => {
  const plan = { owner, name: 'handbook', createdOn: '2025-12-01', story: QUIET, internal: true };
  installation.github.addRepository({ ...plan, collaborators: { [DEMO_USERS.octocat]: 'admin' } });
  const { body } = await ada('GET', `${path('discover')}?q=handbook`);
  expect(body.candidates).toMatchObject([{ name: 'handbook', visibility: 'internal' }]);
  const added = await ada('POST', path(), { owner, name: 'handbook' });
  expect(added.body.repository).toMatchObject({ visibility: 'internal' });
  await installation.host.settled();
  const collected = await ada('GET', path(added.body.repository.repositoryId));
  expect(collected.body.repository).toMatchObject({ visibility: 'internal', lastSuccessAt: NOW });
});

test('a renamed repository is added under its current name', async () => {
  const answer = await ada('POST', path(), { owner: DEMO_USERS.legacy, name: 'charts' });
  expect(answer.body.error).toMatchObject({
    code: 'already_tracked',
    message: expect.stringContaining('harbor-charts'),
  });
});

test('removing a repository removes its data in this tenant and nothing else, once', async () => {
  const other = await createTenant('Other', DEMO_USERS.octocat, DEMO_TOKENS.octocat);
  const mine = await add('old-importer');
  const theirs = await add('old-importer', ada, other);
  const kept = await add('build-cache-action');
  const repositoryIds = [mine, kept];
  const viewer = { role: 'repository viewer', repositoryIds };
  await ada('PUT', `/members/${tenantId}/eve@example.com`, viewer);
  const { db } = openDatabase(installation.database.url);
  const count = async () => {
    const tables = [
      'trafficDay',
      'trafficWindow',
      'referrerSnapshot',
      'pathSnapshot',
      'repositoryFact',
      'memberRepository',
      'repository',
    ] as const;
    const rows = await Promise.all(
      tables.map((table) => db.selectFrom(table).select(['repositoryId']).execute()),
    );
    const all = rows.flat();
    return [mine, theirs, kept].map((id) => all.filter(({ repositoryId }) => repositoryId === id).length);
  };
  const before = await count();
  const { body: detail } = await ada('GET', path(mine));
  const removed = await ada('DELETE', path(mine));
  expect(removed.body).toEqual({
    repositoryId: mine,
    fullName: `${owner}/old-importer`,
    deleted: detail.stored,
  });
  expect(await count()).toEqual([0, before[1], before[2]]);
  expect((await ada('DELETE', path(mine))).body.error.code).toBe('repository_not_found');
  expect((await ada('GET', path(mine))).status).toBe(404);
  expect((await ada('DELETE', path(theirs))).status).toBe(404);
  await db.destroy();
  expect(await add('old-importer')).not.toBe(mine);
});

test('roles decide who may see and change repositories', async () => {
  const second = await createTenant('Second', DEMO_USERS.hubot, DEMO_TOKENS.hubot);
  const quacks = await add('quacks', ada, second, DEMO_USERS.pinecone);
  const dotfiles = await add('dotfiles', ada, second, DEMO_USERS.pinecone);
  const roles = {
    'manager@x.example': 'manager',
    'viewer@x.example': 'viewer',
    'some@x.example': 'repository viewer',
  };
  for (const [email, role] of Object.entries(roles))
    await ada('PUT', `/members/${second}/${email}`, {
      role,
      repositoryIds: role === 'repository viewer' ? [quacks] : [],
    });
  const [manager, viewer, some, stranger] = [
    'manager@x.example',
    'viewer@x.example',
    'some@x.example',
    'nobody@x.example',
  ].map((email) => installation.as(email)) as [Call, Call, Call, Call];
  const seen = async (call: Call) =>
    (await call('GET', path('', second))).body.repositories?.map(({ name }: { name: string }) => name);
  expect(await seen(manager)).toEqual(['dotfiles', 'quacks']);
  expect(await seen(viewer)).toEqual(['dotfiles', 'quacks']);
  expect(await seen(some)).toEqual(['quacks']);
  expect((await some('GET', path(dotfiles, second))).status).toBe(404);
  for (const call of [viewer, some]) {
    expect((await call('POST', path('', second), { owner, name: 'burrow' })).body.error.code).toBe(
      'forbidden',
    );
    expect((await call('DELETE', path(quacks, second))).body.error.code).toBe('forbidden');
    expect((await call('GET', path('discover', second))).body.error.code).toBe('forbidden');
  }
  for (const call of [stranger, manager]) {
    expect((await call('GET', path())).body.error.code).toBe('tenant_not_found');
    expect((await call('POST', path(), { owner, name: 'burrow' })).body.error.code).toBe('tenant_not_found');
  }
  expect((await manager('DELETE', path(dotfiles, second))).status).toBe(200);
  expect((await installation.anonymously('GET', path())).status).toBe(401);
});
