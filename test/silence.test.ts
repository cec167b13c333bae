import { afterAll, beforeAll, expect, test } from 'vitest';
import { addDays, type Day, daysFrom } from '../lib/day.ts';
import { type Db, openDatabase } from '../lib/db/database.ts';
import { DEMO_TOKENS, DEMO_USERS } from '../local/demo/github.ts';
import { type Call, openTestInstallation, type TestInstallation } from './installation.ts';

/** A Thursday. */
const SILENT = '2026-09-24';
/** A tenant of two repositories, and two of one each. */
const ALL = [1, 2, 3, 4];
let installation: TestInstallation;
let ada: Call;
let db: Db;
let tenants: number[];
let mend = () => {};

beforeAll(async () => {
  installation = await openTestInstallation({ demo: true, now: '2026-09-24T08:00:00.000Z' });
  const { tenantId, serverId } = await installation.initialize();
  ada = installation.as('ada@example.com');
  ({ db } = openDatabase(installation.database.url));
  publish('2026-09-23', () => 5);
  tenants = [tenantId];
  for (const login of ['octocat', 'hubot'] as const) {
    const token = { githubUser: DEMO_USERS[login], githubToken: DEMO_TOKENS[login] };
    tenants.push((await ada('POST', '/tenants', { name: login, serverId, ...token })).body.tenantId);
  }
  for (const [place, id] of tenants.entries()) {
    const { candidates } = (await ada('GET', `/repositories/${id}/discover`)).body;
    const repositories = candidates
      .slice(0, place === 0 ? 2 : 1)
      .map(({ owner, name }: { owner: string; name: string }) => ({ owner, name }));
    await ada('POST', `/repositories/${id}/batch`, { repositories });
    await ada('POST', `/channels/${id}`, {
      kind: 'webhook',
      name: 'one',
      contents: 'both',
      url: `${installation.url}/webhooks/json/${id}`,
    });
  }
  await installation.host.settled();
});
afterAll(async () => {
  await db.destroy();
  await installation.close();
});

/** Lets GitHub answer as many views and clones on each of 14 days of every repository. */
function publish(through: Day, countOn: (day: Day) => number): void {
  const days = daysFrom(addDays(through, -13), through).map((date) => {
    const count = countOn(date);
    return { timestamp: `${date}T00:00:00Z`, count, uniques: Math.min(count, 2) };
  });
  const body = { count: 70, uniques: 20, views: days, clones: days };
  mend();
  mend = installation.github.fail({
    kind: 'status',
    status: 200,
    body,
    match: { path: /traffic\/(views|clones)$/ },
  });
}

const quietOn = (silent: Day) => (day: Day) => (day === silent ? 0 : 5);

async function watch(): Promise<{ began: number; over: number; sent: number }> {
  const { response } = await installation.host.invoke('traffic/watch', {});
  return response.result as never;
}

/** Collects at 08:00 and lets the watchdog look half an hour later. */
async function collect(day: Day) {
  installation.now(`${day}T08:00:00.000Z`);
  await installation.collect();
  installation.now(`${day}T08:30:00.000Z`);
  return watch();
}

async function statesOn(day: Day): Promise<string[]> {
  const rows = await db
    .selectFrom('trafficDay')
    .select('state')
    .where('trafficDate', '=', day)
    .orderBy('repositoryId')
    .execute();
  return rows.map(({ state }) => state);
}

const overview = async (tenantId: number, day = SILENT) =>
  (await ada('GET', `/stats/${tenantId}?from=${day}&to=${day}`)).body;
const arrived = (tenantId: number) =>
  installation.webhooks.received().filter(({ path }) => path === `/json/${tenantId}`);

test('when the repositories of all tenants fall silent together, their zeros are suspect, and each tenant is told once', async () => {
  publish(SILENT, quietOn(SILENT));
  expect(await collect('2026-09-25')).toMatchObject({ began: 3, sent: 3 });
  expect(await statesOn(SILENT)).toEqual(ALL.map(() => 'suspect'));
  for (const tenantId of tenants) {
    const { comparison, repositories, attention, news, series } = await overview(tenantId);
    expect(series.suspectDays).toEqual([repositories.length]);
    expect([comparison.comparable, repositories[0].comparison.comparable]).toEqual([false, false]);
    expect(attention).toEqual([]);
    expect(news).toMatchObject([
      {
        kind: 'all_silent',
        message:
          'GitHub counted nothing for any repository on 24 September. That may be its failure, so this day is not compared.',
      },
    ]);
    expect(arrived(tenantId).length).toBe(1);
  }
  publish('2026-09-25', quietOn(SILENT));
  expect(await collect('2026-09-26')).toMatchObject({ began: 0, sent: 0 });
  expect(await statesOn(SILENT)).toEqual(ALL.map(() => 'suspect'));
});

test('a repository added later is suspect on that day too, before the watchdog has looked', async () => {
  const { candidates } = (await ada('GET', `/repositories/${tenants[2]}/discover`)).body;
  const { owner, name } = candidates.at(-1);
  await ada('POST', `/repositories/${tenants[2]}`, { owner, name });
  await installation.host.settled();
  expect(await statesOn(SILENT)).toEqual([...ALL, 5].map(() => 'suspect'));
});

test('the weekly report compares no suspect day, and says how many there are', async () => {
  const { report, message } = (await ada('GET', `/channels/${tenants[1]}/report`)).body;
  expect(report.period.from).toBe('2026-09-14');
  publish('2026-09-27', quietOn(SILENT));
  await collect('2026-09-28');
  installation.now('2026-09-28T12:00:00.000Z');
  const silent = (await ada('GET', `/channels/${tenants[1]}/report`)).body;
  expect(silent.report).toMatchObject({
    period: { from: '2026-09-21' },
    totals: { viewCount: { previous: { change: null } } },
    comparisons: { previous: { from: '2026-09-21', to: '2026-09-27' } },
    repositories: [{ previous: { change: null } }],
    completeness: { lostDays: 0, suspectDays: 1, unpublishedDays: 0 },
  });
  const textOf = ({ sections }: typeof message) => JSON.stringify(sections);
  expect(textOf(silent.message)).not.toMatch(/Views[^"]*vs the week before/);
  expect(textOf(silent.message)).toContain('1 repository day was zero everywhere: GitHub may have failed');
});

test('it corrects itself when GitHub catches up, without another message', async () => {
  const before = arrived(1).length;
  publish('2026-09-28', () => 7);
  expect(await collect('2026-09-29')).toMatchObject({ began: 0, over: 3, sent: 0 });
  expect(await statesOn(SILENT)).toEqual([...ALL, 5].map(() => 'measured'));
  const { news, totals, comparison } = await overview(1);
  expect(news).toEqual([]);
  expect(totals.viewCount).toBe(14);
  expect(comparison.comparable).toBe(true);
  expect(arrived(1).length).toBe(before);
});

test('if GitHub catches up for one repository of one tenant only, the zeros of all others are true', async () => {
  const silent = '2026-09-30';
  publish(silent, quietOn(silent));
  await collect('2026-10-01');
  expect(await statesOn(silent)).toEqual([...ALL, 5].map(() => 'suspect'));
  const [{ repositoryId }] = (await db
    .selectFrom('repository')
    .select('repositoryId')
    .where('tenantId', '=', tenants[2] ?? 0)
    .orderBy('repositoryId')
    .execute()) as [{ repositoryId: number }];
  await db
    .updateTable('trafficDay')
    .set({ viewCount: 1, viewUniques: 1, state: 'measured' })
    .where('repositoryId', '=', repositoryId)
    .where('trafficDate', '=', silent)
    .execute();
  installation.now('2026-10-01T09:30:00.000Z');
  expect(await watch()).toMatchObject({ over: 3 });
  expect((await statesOn(silent)).toSorted()).toEqual(['measured', 'zero', 'zero', 'zero', 'zero']);
  expect(await collect('2026-10-02')).toMatchObject({ began: 0 });
});

test('a day that only some repositories were asked for is not judged, but one that failed long ago is not waited for', async () => {
  const silent = '2026-10-02';
  publish(silent, quietOn(silent));
  const failing = installation.github.fail({
    kind: 'status',
    status: 404,
    match: { token: DEMO_TOKENS.hubot },
  });
  await collect('2026-10-03');
  expect(await statesOn(silent)).toEqual(['zero', 'zero', 'zero']);
  publish('2026-10-03', quietOn(silent));
  await collect('2026-10-04');
  expect(await statesOn(silent)).toEqual(['suspect', 'suspect', 'suspect']);
  failing();
});

test('what GitHub never corrects stays suspect, and is news only while GitHub shows it', async () => {
  const silent = '2026-10-02';
  publish('2026-10-20', () => 5);
  await collect('2026-10-21');
  expect((await overview(1)).news).toEqual([]);
  const { body } = await ada('GET', `/stats/1/1?from=${silent}&to=${silent}`);
  expect(body.series.state).toEqual(['suspect']);
});
