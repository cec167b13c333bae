import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DEMO_TOKENS, DEMO_USERS } from '../local/demo/github.ts';
import { type Call, openTestInstallation, type TestInstallation } from './installation.ts';
import { TLS } from './tls.ts';

const { northwind, pinecone } = DEMO_USERS;
let installation: TestInstallation;
let first: number;
let second: number;
let serverId: number;
let ada: Call;

beforeAll(async () => {
  installation = await openTestInstallation({ now: '2026-01-14T06:00:00.000Z', demo: true });
  installation.github.setAnswers('sparse');
  ada = installation.as('ada@example.com');
  const created = await installation.initialize();
  first = created.tenantId;
  serverId = created.serverId;
  const request = {
    name: 'Pinecone',
    serverId,
    githubUser: DEMO_USERS.hubot,
    githubToken: DEMO_TOKENS.hubot,
  };
  second = (await ada('POST', '/tenants', request)).body.tenantId;
  await addAll(first, northwind, ['burrow', 'tidy-dates']);
  await addAll(second, pinecone, ['quacks']);
});

afterAll(() => installation.close());

async function addAll(tenantId: number, owner: string, names: string[]) {
  const repositories = names.map((name) => ({ owner, name }));
  const { body } = await ada('POST', `/repositories/${tenantId}/batch`, { repositories });
  await installation.host.settled();
  return body.added.map(({ repositoryId }: { repositoryId: number }) => repositoryId);
}

interface Shown {
  tenantId: number;
  runId: number;
  reason: string;
  state: string;
}

async function runsOf(tenantId: number, query = '') {
  const { body } = await ada('GET', `/runs/${tenantId}${query}`);
  return body.runs as Shown[];
}

test('the daily trigger collects every tenant, each repository once a day', async () => {
  installation.now('2026-01-15T06:00:00.000Z');
  await installation.collect();
  for (const [tenantId, count] of [
    [first, 2],
    [second, 1],
  ] as const) {
    const [run] = await runsOf(tenantId);
    expect(run).toMatchObject({
      reason: 'alarm',
      startedBy: null,
      state: 'succeeded',
      succeededCount: count,
      failure: null,
    });
  }
  const activation = installation.host.activations().find(({ name }) => name === 'collect');
  expect(activation?.response.result).toMatchObject({
    repoCount: 3,
    runs: [{ tenantId: first }, { tenantId: second }],
  });
  const before = (await runsOf(first)).length;
  await installation.collect();
  expect(await runsOf(first)).toHaveLength(before);
});

test('collect and collect-tenant take what triggers and requests add to their arguments', async () => {
  const strange = { payload: '', __ow_headers: { authorization: 'Bearer secret' }, __ow_method: 'post' };
  const collect = await installation.host.invoke('traffic/collect', strange);
  expect(collect.response.result).toEqual({
    repoCount: 0,
    runs: [],
    handedOver: false,
    deleted: { runs: 0, problems: 0, alerts: 0, deliveries: 0, audit: 0, keys: 0, mailAddresses: 0 },
  });
  const [run] = await runsOf(first);
  const tenant = await installation.host.invoke('traffic/collect-tenant', {
    ...strange,
    tenantId: first,
    runId: run?.runId,
  });
  expect(tenant.response.result).toMatchObject({ repoCount: 0, handedOver: false });
  const without = await installation.host.invoke('traffic/collect-tenant', strange);
  expect(without.response.result).toMatchObject({ error: { code: 'invalid_input' } });
  expect(JSON.stringify([collect.logs, tenant.logs, without.logs])).not.toContain('secret');
});

test('the hourly trigger sweeps, and usually has nothing to do', async () => {
  const before = (await runsOf(first)).length;
  await installation.host.fire('hourly');
  await installation.host.settled();
  const activation = installation.host.activations().find(({ name }) => name === 'sweep');
  expect(activation?.response.result).toEqual({ closed: 0, repoCount: 0, runs: [], handedOver: false });
  expect(await runsOf(first)).toHaveLength(before);
});

test('a person collects all or some repositories at once, even if collected today', async () => {
  const whole = await ada('POST', `/runs/${first}`);
  expect([whole.status, whole.body]).toEqual([
    202,
    { runId: expect.any(Number), repositoryCount: 2, already: false },
  ]);
  await installation.host.settled();
  const { body } = await ada('GET', `/repositories/${first}`);
  const [one] = body.repositories;
  const part = await ada('POST', `/runs/${first}`, { repositoryIds: [one.repositoryId] });
  expect(part.body.repositoryCount).toBe(1);
  await installation.host.settled();
  const run = await ada('GET', `/runs/${first}/${part.body.runId}`);
  expect(run.body.run).toMatchObject({ reason: 'person', startedBy: 'ada@example.com', state: 'succeeded' });
  expect(run.body.repositories).toMatchObject([{ fullName: one.fullName, state: 'succeeded', code: null }]);
  expect(run.body.run.requestCount + run.body.run.unchangedCount).toBeGreaterThanOrEqual(5);
});

test('a second run on a day costs no quota, unless the token changed', async () => {
  const collect = async () => {
    const { runId } = (await ada('POST', `/runs/${first}`)).body;
    await installation.host.settled();
    return (await ada('GET', `/runs/${first}/${runId}`)).body.run;
  };
  await collect();
  installation.github.resetRequests();
  expect(await collect()).toMatchObject({ state: 'succeeded', requestCount: 0, unchangedCount: 10 });
  expect(new Set(installation.github.requests().map(({ status }) => status))).toEqual(new Set([304]));
  const change = (githubToken: string) => ada('PATCH', `/tenants/${first}`, { githubToken });
  expect((await change(DEMO_TOKENS.expiresSoon)).status).toBe(200);
  expect(await collect()).toMatchObject({ state: 'succeeded', requestCount: 10, unchangedCount: 0 });
  expect((await change(DEMO_TOKENS.octocat)).status).toBe(200);
});

test('two people who start a run watch the same run and its progress', async () => {
  let release = () => {};
  const until = new Promise<void>((resolve) => {
    release = resolve;
  });
  const lift = installation.github.fail({ kind: 'held', until, match: { path: /popular/ } });
  const started = await ada('POST', `/runs/${first}`);
  expect([started.status, started.body.already]).toEqual([202, false]);
  const again = await ada('POST', `/runs/${first}`);
  expect([again.status, again.body]).toEqual([200, { ...started.body, already: true }]);
  const { runId } = started.body;
  const during = await ada('GET', `/runs/${first}/${runId}`);
  expect(during.body.run).toMatchObject({ state: 'running', finishedAt: null });
  expect(during.body.repositories.map(({ state }: { state: string }) => state)).toContain('waiting');
  expect((await ada('GET', `/repositories/${first}`)).body.activeRunId).toBe(runId);
  expect((await ada('GET', `/stats/${first}`)).body.activeRunId).toBe(runId);
  lift();
  release();
  await installation.host.settled();
  expect((await ada('GET', `/repositories/${first}`)).body.activeRunId).toBeNull();
});

test('a failing repository is named in the run, the list and the overview, with its days until loss', async () => {
  installation.now('2026-01-16T06:00:00.000Z');
  const message = 'Must have push access to repository';
  const lift = installation.github.fail({
    kind: 'status',
    status: 403,
    message,
    match: { path: /repositories\/\d+\/traffic/ },
  });
  await installation.collect();
  lift();
  const [run] = await runsOf(second);
  expect(run).toMatchObject({ state: 'failed', failedCount: 1 });
  const { body } = await ada('GET', `/runs/${second}/${run?.runId}`);
  expect(body.repositories).toMatchObject([{ code: 'no_push_access', daysUntilLoss: 12 }]);
  const [{ requestCount, unchangedCount }] = body.repositories;
  expect(requestCount + unchangedCount).toBe(2);
  const problem = { code: 'no_push_access', since: '2026-01-16T06:00:00.000Z', daysUntilLoss: 12 };
  expect((await ada('GET', `/repositories/${second}`)).body.repositories).toMatchObject([{ problem }]);
  const overview = await ada('GET', `/stats/${second}`);
  expect(overview.body).toMatchObject({ problemCount: 1, repositories: [{ problem }] });
  // The alarm retries a refusal only once a day.
  await ada('POST', `/runs/${second}`, {});
  await installation.host.settled();
  expect((await ada('GET', `/repositories/${second}`)).body.repositories).toMatchObject([{ problem: null }]);
});

test('runs are listed newest first, in pages, for one tenant and for all', async () => {
  const all = await runsOf(first, '?limit=100');
  const pages: number[] = [];
  let cursor = '';
  do {
    const { body } = await ada('GET', `/runs/${first}?limit=2${cursor && `&cursor=${cursor}`}`);
    expect(body.runs.length).toBeLessThanOrEqual(2);
    pages.push(...body.runs.map(({ runId }: Shown) => runId));
    cursor = body.nextCursor ?? '';
  } while (cursor !== '');
  expect(pages).toEqual(all.map(({ runId }) => runId));
  expect(pages).toEqual([...pages].sort((one, other) => other - one));
  const log = await ada('GET', '/runs?limit=100');
  expect(new Set(log.body.runs.map(({ tenantId }: Shown) => tenantId))).toEqual(new Set([first, second]));
  expect(log.body.runs.length).toBeGreaterThan(all.length);
  expect((await ada('GET', `/runs/${first}?cursor=1 or 1=1`)).body.error.code).toBe('invalid_input');
});

test('the system log’s button starts due repositories of all tenants', async () => {
  installation.now('2026-01-17T06:00:00.000Z');
  const started = await ada('POST', '/runs');
  expect([started.status, started.body.repoCount]).toEqual([202, 3]);
  await installation.host.settled();
  expect((await runsOf(second))[0]).toMatchObject({
    reason: 'person',
    startedBy: 'ada@example.com',
    state: 'succeeded',
  });
  expect((await ada('POST', '/runs')).body).toEqual({ repoCount: 0, runs: [], handedOver: false });
});

test('an unknown repository is not collected', async () => {
  const [own] = await addAll(second, pinecone, ['dotfiles']);
  expect((await ada('POST', `/runs/${first}`, { repositoryIds: [own] })).body.error.code).toBe(
    'repository_not_found',
  );
  expect((await ada('POST', `/runs/${first}`, { repositoryIds: [] })).body.error.code).toBe('invalid_input');
  const [run] = await runsOf(second);
  expect((await ada('GET', `/runs/${first}/${run?.runId}`)).body.error.code).toBe('run_not_found');
  expect((await ada('GET', `/runs/${first}/0`)).status).toBe(404);
  const request = {
    name: 'Empty',
    serverId,
    githubUser: DEMO_USERS.octocat,
    githubToken: DEMO_TOKENS.octocat,
  };
  const { tenantId } = (await ada('POST', '/tenants', request)).body;
  expect((await ada('POST', `/runs/${tenantId}`)).body.error.code).toBe('nothing_to_collect');
  expect((await ada('POST', `/runs/${tenantId}`)).body.error.code).toBe('nothing_to_collect');
});

test('roles decide who may see and start runs', async () => {
  const roles = ['manager', 'viewer', 'repository viewer', 'maintainer', 'stranger'] as const;
  const calls = new Map(roles.map((role) => [role, installation.as(`${role.replace(' ', '.')}@x.example`)]));
  for (const role of ['manager', 'viewer', 'repository viewer'])
    await ada('PUT', `/members/${second}/${role.replace(' ', '.')}@x.example`, { role, repositoryIds: [] });
  await ada('PUT', '/members/system/maintainer@x.example', { role: 'maintainer' });
  const statusOf = async (role: (typeof roles)[number], method: string, path: string) => {
    const answer = await calls.get(role)?.(method, path);
    await installation.host.settled();
    return answer?.status;
  };
  const table = [
    ['GET', `/runs/${second}`, [200, 200, 403, 200, 404]],
    ['POST', `/runs/${second}`, [202, 403, 403, 202, 404]],
    ['GET', `/runs/${first}`, [404, 404, 404, 200, 404]],
    ['POST', `/runs/${first}`, [404, 404, 404, 202, 404]],
    ['GET', '/runs', [403, 403, 403, 200, 403]],
    ['POST', '/runs', [403, 403, 403, 202, 403]],
  ] as const;
  for (const [method, path, expected] of table) {
    const found = [];
    for (const role of roles) found.push(await statusOf(role, method, path));
    expect([method, path, found]).toEqual([method, path, expected]);
  }
});

test('where actions cannot start others, the run and the log say why', async () => {
  const secure = createServer(TLS);
  secure.listen(0, '127.0.0.1');
  await once(secure, 'listening');
  const { port } = secure.address() as AddressInfo;
  installation.host.setParameters('traffic', { OPENWHISK_API_HOST: `https://127.0.0.1:${port}` });
  installation.now('2026-01-18T06:00:00.000Z');
  await installation.collect();
  const message =
    'The platform did not start collect-tenant (self-signed certificate). Nothing is collected until this is fixed. Set OPENWHISK_CA or OPENWHISK_API_HOST, and deploy again.';
  const [run] = await runsOf(first);
  expect(run).toMatchObject({ state: 'failed', failure: { code: 'start_failed', message } });
  const asked = await ada('POST', `/runs/${first}`);
  expect([asked.status, asked.body.error]).toMatchObject([503, { code: 'start_failed', message }]);
  const logs = installation.host.activations().find(({ name }) => name === 'collect')?.logs ?? [];
  expect(logs.join()).toContain('"cause":"self-signed certificate"');
  installation.host.setParameters('traffic', { OPENWHISK_API_HOST: '' });
  secure.close();
  secure.closeAllConnections();
});
