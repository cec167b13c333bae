import { afterEach, beforeEach, expect, test } from 'vitest';
import { addDays, daysFrom } from '../lib/day.ts';
import { readRun } from '../lib/runs.ts';
import { DEMO_USERS } from '../local/demo/github.ts';
import { type Collecting, openCollecting } from './collecting.ts';
import { openTestInstallation } from './installation.ts';

const START = '2025-11-03';
const TODAY = addDays(START, 20);
const COUNTED_AGAIN = addDays(TODAY, -6);
const BUSY = { views: 60, clones: 8, regulars: 12 };
let collecting: Collecting;

beforeEach(async () => {
  collecting = await openCollecting(`${START}T06:00:00.000Z`);
});

afterEach(() => collecting.close());

async function verify() {
  const runId = await collecting.start({ reason: 'verify' });
  await collecting.work(runId);
  return readRun(collecting.db, collecting.tenantId, runId, { page: 1, size: 10 });
}

const collectDaily = async (from: string, to: string) => {
  for (const day of daysFrom(from, to)) await collecting.collect(`${day}T06:00:00.000Z`);
};

/** The stored figures, without the time of reading. */
const figures = async () =>
  (await collecting.rows('trafficDay')).map(({ observedAt: _, state: _state, ...figure }) => figure);

test('a verification reports figures that GitHub lowered, once, and lowers nothing', async () => {
  const corrections = [{ day: COUNTED_AGAIN, since: TODAY, share: 0.5 }];
  const { id, repositoryId } = await collecting.add('lowered', { ...BUSY, corrections });
  await collectDaily(START, addDays(TODAY, -1));
  const { viewCount, cloneCount } = collecting.served.github.truth(id, COUNTED_AGAIN);
  collecting.now(`${TODAY}T09:00:00.000Z`);
  const { run, differences } = await verify();
  const about = { repositoryId, fullName: 'ada/lowered', date: COUNTED_AGAIN };
  expect(run).toMatchObject({ reason: 'verify', state: 'succeeded', differenceCount: differences.length });
  expect(differences).toContainEqual({
    ...about,
    metric: 'viewCount',
    stored: viewCount,
    observed: Math.floor(viewCount * 0.5),
  });
  expect(differences).toContainEqual({
    ...about,
    metric: 'cloneCount',
    stored: cloneCount,
    observed: Math.floor(cloneCount * 0.5),
  });
  expect(new Set(differences.map(({ date }) => date))).toEqual(new Set([COUNTED_AGAIN]));
  const day = (await figures()).find(({ trafficDate }) => trafficDate === COUNTED_AGAIN);
  expect(day).toMatchObject({ viewCount, cloneCount });
  const revisions = await collecting.rows('trafficRevision');
  expect(revisions).toHaveLength(differences.length);

  const before = await figures();
  const again = await verify();
  expect([again.run.differenceCount, again.differences]).toEqual([0, []]);
  expect(await figures()).toEqual(before);
  expect(await collecting.rows('trafficRevision')).toEqual(revisions);
});

test('a verification raises figures that are too low, and reports them once', async () => {
  const { id, repositoryId } = await collecting.add('raised', BUSY);
  await collectDaily(START, TODAY);
  const { viewCount } = collecting.served.github.truth(id, COUNTED_AGAIN);
  await collecting.db
    .updateTable('trafficDay')
    .set({ viewCount: 1 })
    .where('repositoryId', '=', repositoryId)
    .where('trafficDate', '=', COUNTED_AGAIN)
    .execute();
  const { differences } = await verify();
  expect(differences).toEqual([
    {
      repositoryId,
      fullName: 'ada/raised',
      date: COUNTED_AGAIN,
      metric: 'viewCount',
      stored: 1,
      observed: viewCount,
    },
  ]);
  const day = (await figures()).find(({ trafficDate }) => trafficDate === COUNTED_AGAIN);
  expect(day).toMatchObject({ viewCount });
  expect((await verify()).differences).toEqual([]);
});

test('growing and lost days are no differences', async () => {
  const { repositoryId } = await collecting.add('growing', BUSY);
  await collectDaily(START, addDays(TODAY, -4));
  await collecting.db
    .deleteFrom('trafficDay')
    .where('repositoryId', '=', repositoryId)
    .where('trafficDate', '=', COUNTED_AGAIN)
    .execute();
  collecting.now(`${TODAY}T09:00:00.000Z`);
  expect((await verify()).differences).toEqual([]);
});

test('a verification asks GitHub for everything again, even for remembered answers', async () => {
  await collecting.add('remembered', BUSY);
  await collecting.collect(`${START}T06:00:00.000Z`);
  const statuses = async (work: () => Promise<unknown>) => {
    collecting.served.github.resetRequests();
    await work();
    return new Set(collecting.served.github.requests().map(({ status }) => status));
  };
  collecting.now(`${START}T06:10:00.000Z`);
  const unchanged = await statuses(async () => collecting.work(await collecting.start()));
  expect(unchanged).toContain(304);
  expect(await statuses(verify)).toEqual(new Set([200]));
});

test('a person verifies a tenant or one repository through the API', async () => {
  const installation = await openTestInstallation({ now: '2026-01-14T06:00:00.000Z', demo: true });
  try {
    const { tenantId } = await installation.initialize();
    const ada = installation.as('ada@example.com');
    const repositories = ['harbor-charts', 'burrow'].map((name) => ({ owner: DEMO_USERS.northwind, name }));
    const { body } = await ada('POST', `/repositories/${tenantId}/batch`, { repositories });
    await installation.host.settled();
    const ids = body.added.map(({ repositoryId }: { repositoryId: number }) => repositoryId);
    const started = await ada('POST', `/runs/${tenantId}`, { repositoryIds: ids.slice(0, 1), verify: true });
    expect([started.status, started.body.repositoryCount]).toEqual([202, 1]);
    await installation.host.settled();
    const run = await ada('GET', `/runs/${tenantId}/${started.body.runId}`);
    expect(run.body).toMatchObject({
      run: { reason: 'verify', startedBy: 'ada@example.com', state: 'succeeded', differenceCount: 0 },
      differences: [],
    });
    const [, other] = (await ada('GET', `/runs/${tenantId}`)).body.runs;
    expect(other).toMatchObject({ reason: 'added', differenceCount: null });
  } finally {
    await installation.close();
  }
});
