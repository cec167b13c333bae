import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type Db, openDatabase } from '../lib/db/database.ts';
import { DEMO_TOKENS } from '../local/demo/github.ts';
import { type Call, openTestInstallation, type TestInstallation } from './installation.ts';

let installation: TestInstallation;
let ada: Call;
let db: Db;
let mends: (() => void)[] = [];

beforeAll(async () => {
  installation = await openTestInstallation({ demo: true, now: '2026-03-10T05:00:00.000Z' });
  installation.github.setAnswers('sparse');
  await installation.initialize();
  ada = installation.as('ada@example.com');
  const { body } = await ada('GET', '/repositories/1/discover');
  const repositories = body.candidates
    .slice(0, 3)
    .map(({ owner, name }: { owner: string; name: string }) => ({
      owner,
      name,
    }));
  await ada('POST', '/repositories/1/batch', { repositories });
  await installation.host.settled();
  // Only problems are told of here.
  await ada('PUT', '/alerts/1/settings', { kinds: [] });
  ({ db } = openDatabase(installation.database.url));
});
afterEach(() => {
  for (const mend of mends) mend();
  mends = [];
});
afterAll(async () => {
  await db.destroy();
  await installation.close();
});

const failGitHub = (status: number, message: string) =>
  void mends.push(
    installation.github.fail({ kind: 'status', status, message, match: { path: /repositories\/\d+/ } }),
  );
const failWebhooks = (rule: Parameters<typeof installation.webhooks.fail>[0]) =>
  void mends.push(installation.webhooks.fail(rule));

async function watch(): Promise<{ began: number; over: number; sent: number; failed: number }> {
  const { response } = await installation.host.invoke('traffic/watch', {});
  return response.result as never;
}

const arrived = (path: string) => installation.webhooks.received().filter((one) => one.path === path);
const takenAt = (path: string) => arrived(path).filter(({ status }) => status < 300);

async function addChannel(path: string, contents = 'problems'): Promise<number> {
  const url = `${installation.url}/webhooks${path}`;
  const { body } = await ada('POST', '/channels/1', { kind: 'webhook', name: path, contents, url });
  return body.channelId;
}

test('a watchdog without news sends nothing', async () => {
  await addChannel('/json/one');
  await addChannel('/json/reports', 'reports');
  expect(await watch()).toEqual({ began: 0, over: 0, alerts: 0, alertsOver: 0, sent: 0, failed: 0 });
});

test('every channel hears once that problems began, in one message, and once that they are over', async () => {
  installation.now('2026-03-11T06:00:00.000Z');
  failGitHub(403, 'Must have push access to repository');
  await installation.collect();
  expect(await watch()).toEqual({ began: 3, over: 0, alerts: 0, alertsOver: 0, sent: 1, failed: 0 });
  expect(await watch()).toEqual({ began: 0, over: 0, alerts: 0, alertsOver: 0, sent: 0, failed: 0 });
  expect(takenAt('/json/one')).toMatchObject([
    {
      body: {
        type: 'problems',
        over: [],
        link: `${installation.url}/t/1`,
        began: [{ kind: 'repository_failing', code: 'no_push_access', repositoryCount: 3 }],
      },
    },
  ]);
  const { body } = await ada('GET', '/stats/1');
  expect(body.attention).toMatchObject([{ code: 'no_push_access', repositoryCount: 3, daysUntilLoss: 12 }]);
  const log = await ada('GET', '/runs/problems');
  expect(log.body.problems).toMatchObject([
    { tenantId: 1, code: 'no_push_access', repositoryCount: 3, untold: [] },
  ]);

  mends.pop()?.();
  installation.now('2026-03-12T06:00:00.000Z');
  await installation.collect();
  expect(await watch()).toEqual({ began: 0, over: 3, alerts: 0, alertsOver: 0, sent: 1, failed: 0 });
  expect(await watch()).toEqual({ began: 0, over: 0, alerts: 0, alertsOver: 0, sent: 0, failed: 0 });
  expect(takenAt('/json/one')[1]?.body).toMatchObject({ began: [], over: [{ code: 'no_push_access' }] });
  expect((await ada('GET', '/stats/1')).body.attention).toEqual([]);
  expect((await ada('GET', '/runs/problems')).body.problems).toEqual([]);
  expect(arrived('/json/reports')).toEqual([]);
});

test('a run stores when the token expires; channels hear in time, and that it is over with a new token', async () => {
  await ada('PATCH', '/tenants/1', { githubToken: DEMO_TOKENS.expiresSoon });
  await db.updateTable('tenant').set({ tokenExpiresAt: null }).execute();
  expect(await watch()).toMatchObject({ began: 0 });
  await ada('POST', '/runs/1');
  await installation.host.settled();
  const { body } = await ada('GET', '/tenants/1');
  expect(body.tokenExpiresAt).toMatch(/^2026-03-16/);
  expect(await watch()).toMatchObject({ began: 2, sent: 1 });
  expect(takenAt('/json/one').at(-1)?.body).toMatchObject({
    began: [{ kind: 'token_expires', code: 'within_7_days' }],
  });
  expect((await ada('GET', '/stats/1')).body.attention).toMatchObject([{ kind: 'token_expires' }]);
  await ada('PATCH', '/tenants/1', { githubToken: DEMO_TOKENS.octocat });
  expect(await watch()).toMatchObject({ over: 2, sent: 1 });
});

test('a failed channel is retried when it asks, and hears nothing of problems over by then', async () => {
  installation.now('2026-03-13T06:00:00.000Z');
  failGitHub(404, 'Not Found');
  await installation.collect();
  const before = takenAt('/json/one').length;
  const asked = () => arrived('/json/one').length;
  failWebhooks({
    kind: 'status',
    status: 429,
    headers: { 'retry-after': '7200' },
    times: 1,
    path: '/json/one',
  });
  expect(await watch()).toMatchObject({ began: 3, sent: 0, failed: 1 });
  const log = await ada('GET', '/runs/problems');
  expect(log.body.problems[0].untold).toMatchObject([{ channel: '/json/one' }]);
  installation.now('2026-03-13T07:30:00.000Z');
  const tries = asked();
  expect(await watch()).toMatchObject({ sent: 0, failed: 0 });
  expect(asked()).toBe(tries);
  failWebhooks({ kind: 'status', status: 500, times: 1, path: '/json/one' });
  installation.now('2026-03-13T08:00:01.000Z');
  expect(await watch()).toMatchObject({ sent: 0, failed: 1 });
  installation.now('2026-03-13T08:30:00.000Z');
  expect(await watch()).toMatchObject({ sent: 0, failed: 0 });
  installation.now('2026-03-13T09:30:02.000Z');
  expect(await watch()).toMatchObject({ sent: 1, failed: 0 });
  expect(takenAt('/json/one').length).toBe(before + 1);

  failWebhooks({ kind: 'close', path: '/json/one' });
  await addChannel('/json/late');
  expect(await watch()).toMatchObject({ began: 0, sent: 1, failed: 0 });
  expect(takenAt('/json/late')).toMatchObject([{ body: { began: [{ code: 'not_found' }] } }]);
});

test('a claimed notice is left alone until its claim expires', async () => {
  for (const mend of mends.splice(0)) mend();
  installation.now('2026-03-14T06:00:00.000Z');
  await installation.collect();
  const before = takenAt('/json/one').length;
  // As an activation leaves it that ended before it sent anything.
  const lost = { attempts: 1, dueAt: '2026-03-14T06:05:00.000Z', sentAt: null };
  const { problemId } = await db
    .selectFrom('problem')
    .select('problemId')
    .orderBy('problemId', 'desc')
    .executeTakeFirstOrThrow();
  const { channelId } = await db
    .selectFrom('channel')
    .select('channelId')
    .where('name', '=', '/json/one')
    .executeTakeFirstOrThrow();
  const claim = { tenantId: 1, problemId, channelId, phase: 'over', ...lost } as const;
  await db
    .insertInto('problemNotice')
    .values({ ...claim, failureCode: null, failureMessage: null })
    .execute();
  expect(await watch()).toMatchObject({ over: 3, sent: 1 });
  expect(takenAt('/json/one').length).toBe(before);
  installation.now('2026-03-14T06:05:01.000Z');
  expect(await watch()).toMatchObject({ over: 0, sent: 1 });
  expect(takenAt('/json/one').length).toBe(before + 1);
});

test('two watchdogs at once report each problem once', async () => {
  installation.now('2026-03-15T06:00:00.000Z');
  failGitHub(404, 'Not Found');
  await installation.collect();
  const before = takenAt('/json/one').length;
  const both = await Promise.all([watch(), watch(), watch()]);
  expect(both.reduce((sum, { began }) => sum + began, 0)).toBe(3);
  expect(takenAt('/json/one').length).toBe(before + 1);
  const open = await db.selectFrom('problem').selectAll().where('untilAt', 'is', null).execute();
  expect(open.length).toBe(3);
});

test('the watchdog’s own alarm notices that collecting never ran', async () => {
  installation.now('2026-03-16T06:00:00.000Z');
  await installation.collect();
  await watch();
  installation.now('2026-03-18T07:00:00.000Z');
  await watch();
  expect(takenAt('/json/one').at(-1)?.body).toMatchObject({ began: [{ kind: 'not_running' }] });
  // The sweep of the same hour collects; the next round finds that all is well.
  for (const _ of ['first', 'second']) {
    await installation.host.fire('hourly');
    await installation.host.settled();
  }
  expect(takenAt('/json/one').at(-1)?.body).toMatchObject({ began: [], over: [{ kind: 'not_running' }] });
  installation.now('2026-03-24T07:00:00.000Z');
  await watch();
  expect(takenAt('/json/one').at(-1)?.body).toMatchObject({
    began: [{ kind: 'not_running' }, { kind: 'loss_near', repositoryCount: 3 }],
  });
  await installation.collect();
  expect(await watch()).toMatchObject({ began: 0, over: 4 });
});

test('a notified channel and a tenant with problems can be deleted', async () => {
  const { body } = await ada('GET', '/channels/1');
  for (const { channelId } of body.channels.slice(0, 1))
    expect((await ada('DELETE', `/channels/1/${channelId}`)).status).toBe(200);
  const { name } = (await ada('GET', '/tenants/1')).body;
  expect((await ada('DELETE', '/tenants/1', { confirmName: name })).status).toBe(200);
  expect(await db.selectFrom('problem').selectAll().execute()).toEqual([]);
});
