import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RulePreview, TrackingRule } from '../lib/answers/rules.ts';
import { DEMO_TOKENS, DEMO_USERS } from '../local/demo/github.ts';
import type { Repository, RepositoryOptions } from '../local/github/world.ts';
import { QUIET } from './github-server.ts';
import { type Call, openTestInstallation, type TestInstallation } from './installation.ts';

const NOW = '2026-03-03T09:00:00.000Z';
const at = (day: number, time = '08:00') => `2026-03-${String(day).padStart(2, '0')}T${time}:00.000Z`;
const { northwind, octocat } = DEMO_USERS;

let installation: TestInstallation;
let ada: Call;
let tenantId: number;

beforeAll(async () => {
  installation = await openTestInstallation({ demo: true, now: NOW });
  ({ tenantId } = await installation.initialize());
  ada = installation.as('ada@example.com');
});

afterAll(() => installation.close());

function addOnGitHub(name: string, options: Partial<RepositoryOptions> = {}): Repository {
  const collaborators = { [octocat]: 'admin' } as const;
  const plan = { owner: northwind, name, createdOn: '2025-01-01', story: QUIET, collaborators };
  return installation.github.addRepository({ ...plan, ...options });
}

const create = (rule: object) => ada('POST', `/rules/${tenantId}`, rule);
const preview = async (rule: object, rest: object = {}): Promise<RulePreview> =>
  (await ada('POST', `/rules/${tenantId}/preview`, { rule, ...rest })).body;
const listRules = async (): Promise<TrackingRule[]> => (await ada('GET', `/rules/${tenantId}`)).body.rules;
const tracked = async (q = ''): Promise<string[]> => (await listTracked(q)).map(({ fullName }) => fullName);
async function listTracked(q = ''): Promise<
  {
    fullName: string;
    repositoryId: number;
    githubId: number;
    unmatchedAt: string | null;
    lastSuccessAt: string | null;
    rule: string | null;
  }[]
> {
  return (await ada('GET', `/repositories/${tenantId}?q=${q}`)).body.repositories;
}
async function find(name: string) {
  const found = (await listTracked(name)).find(({ fullName }) => fullName.endsWith(`/${name}`));
  if (!found) throw new Error(`${name} is not tracked`);
  return found;
}
const code = async (answer: ReturnType<Call>) => {
  const { status, body } = await answer;
  return [status, body.error?.code];
};

test('a preview shows what would be tracked and what is skipped, and saves nothing', async () => {
  addOnGitHub('sdk-fork', { fork: true });
  addOnGitHub('sdk-read-only', { collaborators: { [octocat]: 'pull' } });
  const all = await preview({ owner: northwind });
  expect(all.description).toBe(`all repositories of ${northwind} that are not forks and are not archived`);
  expect(all.counts).toEqual({
    matching: 6,
    new: 5,
    tracked: 0,
    removed: 0,
    no_push_access: 1,
    over_limit: 0,
  });
  expect(all.matches.at(-1)).toMatchObject({
    fullName: `${northwind}/sdk-read-only`,
    state: 'no_push_access',
  });
  expect(all.warning).toBeNull();
  const found = await preview({ owner: northwind, forks: 'included', archived: 'included' }, { q: 'OLD' });
  expect([
    found.counts.matching,
    found.matches.map(({ fullName, archived }) => [fullName, archived]),
  ]).toEqual([8, [[`${northwind}/old-importer`, true]]]);
  expect(await listRules()).toEqual([]);
  expect(await tracked()).toEqual([]);
});

test('a new rule tracks and collects at once what it matches, with an event on each', async () => {
  const rule = { owner: northwind, namePattern: '*', visibility: 'public' };
  const { status, body } = await create(rule);
  expect(status).toBe(201);
  expect(body).toMatchObject({
    addedCount: 4,
    runId: expect.any(Number),
    rule: { label: `${northwind}/*`, origin: 'person', matchCount: 5, unreadableCount: 1, failure: null },
  });
  await installation.host.settled();
  const found = await listTracked();
  expect(found.map(({ fullName }) => fullName.split('/')[1])).toEqual([
    'build-cache-action',
    'burrow',
    'harbor-charts',
    'tidy-dates',
  ]);
  for (const one of found) {
    expect(one).toMatchObject({ rule: `${northwind}/*`, unmatchedAt: null, lastSuccessAt: NOW });
    const { body: stats } = await ada('GET', `/stats/${tenantId}/${one.repositoryId}?range=30`);
    expect(stats.events).toContainEqual(
      expect.objectContaining({
        kind: 'tracking',
        date: NOW.slice(0, 10),
        detail: `by the rule ${northwind}/*`,
      }),
    );
  }
  expect(await code(create({ ...rule, owner: northwind.toUpperCase() }))).toEqual([409, 'rule_exists']);
});

test('rules are refused that name nobody, or are no patterns', async () => {
  expect(await code(create({ owner: 'nobody-here' }))).toEqual([422, 'owner_not_found']);
  expect(await code(create({ owner: 'not an owner' }))).toEqual([400, 'invalid_input']);
  expect(await code(create({ owner: northwind, namePattern: '..' }))).toEqual([400, 'invalid_input']);
  expect(await code(create({ owner: northwind, exceptions: ['a'] }))).toEqual([400, 'invalid_input']);
  const { warning, counts } = await preview({ owner: 'nobody-here' });
  expect([warning?.code, counts.matching]).toEqual(['owner_not_found', 0]);
  expect((await preview({ owner: DEMO_USERS.pinecone })).warning?.code).toBe('nothing_of_owner');
  installation.github.addUser('vault', { type: 'Organization', saml: true });
  addOnGitHub('closed', { owner: 'vault' });
  expect((await preview({ owner: 'vault' })).warning?.code).toBe('token_sso_required');
  installation.github.removeUser('vault');
  expect(await listRules()).toHaveLength(1);
});

test('the daily collection evaluates the rules first, and collects what they add in the same run', async () => {
  addOnGitHub('sdk-new');
  installation.now(at(4));
  await installation.collect();
  const added = await find('sdk-new');
  expect(added).toMatchObject({ rule: `${northwind}/*`, lastSuccessAt: at(4) });
  const { body } = await ada('GET', `/runs/${tenantId}`);
  expect(body.runs[0]).toMatchObject({ reason: 'alarm', state: 'succeeded', repositoryCount: 5 });
  addOnGitHub('sdk-later');
  installation.now(at(4, '10:00'));
  await installation.collect();
  expect(await tracked('sdk-later')).toEqual([]);
});

test('what no longer matches stays and says so, until it matches again', async () => {
  const one = await find('burrow');
  installation.github.archive(one.githubId);
  installation.now(at(5));
  await installation.collect();
  expect(await find('burrow')).toMatchObject({ unmatchedAt: at(5) });
  expect((await listRules())[0]).toMatchObject({ addedCount: 6, unmatchedCount: 1 });
  const { body } = await ada('GET', `/repositories/${tenantId}?state=unmatched`);
  expect(body.repositories.map(({ name }: { name: string }) => name)).toEqual(['burrow']);
  installation.github.unarchive(one.githubId);
  installation.now(at(6));
  await installation.collect();
  expect(await find('burrow')).toMatchObject({ unmatchedAt: null });
});

test('what somebody removed is not added again, until somebody allows it', async () => {
  const { repositoryId, githubId, fullName } = await find('tidy-dates');
  await ada('DELETE', `/repositories/${tenantId}/${repositoryId}`);
  installation.now(at(7));
  await installation.collect();
  expect(await tracked('tidy-dates')).toEqual([]);
  const { body } = await ada('GET', `/rules/${tenantId}`);
  expect(body.exclusions).toMatchObject([{ githubId, fullName, excludedBy: 'ada@example.com' }]);
  expect((await preview({ owner: northwind })).counts).toMatchObject({ removed: 1 });
  const allowed = await ada('DELETE', `/rules/${tenantId}/exclusions/${githubId}`);
  expect(allowed.body).toMatchObject({ addedCount: 1, runId: expect.any(Number) });
  await installation.host.settled();
  expect(await tracked('tidy-dates')).toEqual([fullName]);
  const again = await ada('DELETE', `/rules/${tenantId}/exclusions/${githubId}`);
  expect(again.body).toMatchObject({ addedCount: 0, runId: null });
});

test('adding a removed repository by hand lets rules see it again', async () => {
  const { repositoryId, fullName } = await find('tidy-dates');
  await ada('DELETE', `/repositories/${tenantId}/${repositoryId}`);
  const [owner, name] = fullName.split('/');
  await ada('POST', `/repositories/${tenantId}`, { owner, name });
  await installation.host.settled();
  const { body } = await ada('GET', `/rules/${tenantId}`);
  expect([body.exclusions, body.exclusionCount]).toEqual([[], 0]);
  expect(await find('tidy-dates')).toMatchObject({ rule: null });
});

test('the weekly report says what rules added', async () => {
  installation.now('2026-03-09T12:00:00.000Z');
  const { body } = await ada('GET', `/channels/${tenantId}/report`);
  expect(body.report.newlyTracked.count).toBe(5);
  const section = body.message.sections.find(
    ({ heading }: { heading: string }) => heading === 'Newly tracked',
  );
  expect(section.lines.map(({ text }: { text: string }) => text)).toContain(
    `${northwind}/sdk-new, by the rule ${northwind}/*`,
  );
});

test('a rule that fails is a problem with its reason, is tried daily, and is over once GitHub answers', async () => {
  await installation.collect();
  const { body } = await create({ owner: octocat, namePattern: '*' });
  expect(body).toMatchObject({ addedCount: 0, rule: { failure: { code: 'nothing_of_owner' } } });
  const { ruleId } = body.rule;
  const { body: overview } = await ada('GET', `/stats/${tenantId}?range=30`);
  expect(overview.attention).toMatchObject([
    {
      kind: 'rule_failing',
      code: 'nothing_of_owner',
      message: expect.stringContaining(`Rule ${octocat}/*: `),
    },
  ]);
  await installation.host.invoke('traffic/watch', {});
  const { body: log } = await ada('GET', '/runs/problems');
  expect(log.problems).toMatchObject([{ kind: 'rule_failing', code: 'nothing_of_owner' }]);
  installation.github.addRepository({ owner: octocat, name: 'mine', createdOn: '2025-01-01', story: QUIET });
  installation.now(at(10));
  await installation.collect();
  expect((await listRules()).find((rule) => rule.ruleId === ruleId)).toMatchObject({
    failure: null,
    matchCount: 1,
  });
  expect(await tracked('mine')).toEqual([`${octocat}/mine`]);
});

test('a token that GitHub refuses fails every rule, and none forgets what it added', async () => {
  installation.github.removeToken(DEMO_TOKENS.octocat);
  const before = await tracked();
  expect((await create({ owner: northwind, namePattern: 'x-*' })).body.error.code).toBe('token_invalid');
  installation.now(at(11));
  await installation.collect();
  expect((await listRules()).map(({ failure }) => failure?.code)).toEqual(['token_invalid', 'token_invalid']);
  expect(await tracked()).toEqual(before);
  expect((await listTracked()).every(({ unmatchedAt }) => unmatchedAt === null)).toBe(true);
  installation.github.addToken({
    token: DEMO_TOKENS.octocat,
    login: octocat,
    kind: 'classic',
    scopes: ['repo'],
  });
  installation.now(at(12));
  await installation.collect();
  expect((await listRules()).map(({ failure }) => failure)).toEqual([null, null]);
});

test('an owner that is gone is said to be gone', async () => {
  installation.github.removeUser(northwind);
  installation.now(at(13));
  await installation.collect();
  const [rule] = await listRules();
  expect(rule?.failure).toMatchObject({ code: 'owner_not_found', since: at(13) });
  expect(await find('burrow')).toMatchObject({ unmatchedAt: at(13) });
});

test('changing a rule tracks what it matches now; deleting it keeps what it added', async () => {
  const rules = await listRules();
  const ruleId = rules.at(-1)?.ruleId;
  const changed = { owner: octocat, namePattern: 'other-*' };
  installation.github.addRepository({
    owner: octocat,
    name: 'other-1',
    createdOn: '2025-01-01',
    story: QUIET,
  });
  const { body } = await ada('PUT', `/rules/${tenantId}/${ruleId}`, changed);
  expect(body).toMatchObject({ addedCount: 1, rule: { label: `${octocat}/other-*`, unmatchedCount: 1 } });
  await installation.host.settled();
  expect((await ada('PUT', `/rules/${tenantId}/${ruleId}`, changed)).body.addedCount).toBe(0);
  expect((await ada('DELETE', `/rules/${tenantId}/${ruleId}`)).status).toBe(200);
  expect(await code(ada('DELETE', `/rules/${tenantId}/${ruleId}`))).toEqual([404, 'rule_not_found']);
  expect(await find('mine')).toMatchObject({ rule: null, unmatchedAt: null });
});

test('a tenant without repositories evaluates its rules every day too', async () => {
  const { serverId } = (await ada('GET', `/tenants/${tenantId}`)).body.server;
  const token = { githubUser: DEMO_USERS.hubot, githubToken: DEMO_TOKENS.hubot };
  const { body: tenant } = await ada('POST', '/tenants', { name: 'Pinecone', serverId, ...token });
  const path = `/rules/${tenant.tenantId}`;
  const created = await ada('POST', path, { owner: DEMO_USERS.pinecone, namePattern: 'later-*' });
  expect(created.body).toMatchObject({ addedCount: 0, runId: null, rule: { matchCount: 0, failure: null } });
  installation.now(at(15));
  await installation.collect();
  const runs = async () => (await ada('GET', `/runs/${tenant.tenantId}`)).body.runs;
  expect(await runs()).toMatchObject([{ reason: 'alarm', state: 'succeeded', repositoryCount: 0 }]);
  const collaborators = { [DEMO_USERS.hubot]: 'admin' } as const;
  addOnGitHub('later-1', { owner: DEMO_USERS.pinecone, collaborators });
  installation.now(at(16));
  await installation.collect();
  expect((await runs())[0]).toMatchObject({ reason: 'alarm', state: 'succeeded', repositoryCount: 1 });
  const { body } = await ada('GET', `/repositories/${tenant.tenantId}`);
  expect(body.repositories).toMatchObject([{ name: 'later-1', lastSuccessAt: at(16) }]);
});

test('viewers read rules, repository viewers do not', async () => {
  const viewer = installation.as('viewer@example.com');
  await ada('PUT', `/members/${tenantId}/viewer@example.com`, { role: 'viewer' });
  expect((await viewer('GET', `/rules/${tenantId}`)).body.rules).toHaveLength(1);
  const { repositoryId } = await find('mine');
  const role = { role: 'repository viewer', repositoryIds: [repositoryId] };
  await ada('PUT', `/members/${tenantId}/viewer@example.com`, role);
  expect(await code(viewer('GET', `/rules/${tenantId}`))).toEqual([403, 'forbidden']);
});
