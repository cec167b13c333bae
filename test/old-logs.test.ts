import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addDays, type Day } from '../lib/day.ts';
import { type Db, openDatabase } from '../lib/db/database.ts';
import { DEMO_USERS } from '../local/demo/github.ts';
import { at } from './collecting.ts';
import { type Call, openTestInstallation, type TestInstallation } from './installation.ts';

const START = '2025-01-15';
const NOTHING = { runs: 0, problems: 0, alerts: 0, deliveries: 0, audit: 0, keys: 0, mailAddresses: 0 };
let installation: TestInstallation;
let ada: Call;
let db: Db;

beforeAll(async () => {
  installation = await openTestInstallation({ demo: true, now: at(START, '05:00') });
  await installation.initialize();
  ada = installation.as('ada@example.com');
  ({ db } = openDatabase(installation.database.url));
  const url = `${installation.url}/webhooks/json/one`;
  await ada('POST', '/channels/1', { kind: 'webhook', name: 'One', contents: 'problems', url });
  const repositories = ['burrow', 'tidy-dates'].map((name) => ({ owner: DEMO_USERS.northwind, name }));
  await ada('POST', '/repositories/1/batch', { repositories });
  await installation.host.settled();
});

afterAll(async () => {
  await db.destroy();
  await installation.close();
});

/** Fires the daily alarm; answers what it deleted. */
async function collectOn(day: Day) {
  installation.now(at(day));
  const { response } = await installation.host.invoke('traffic/collect', {});
  await installation.host.settled();
  return (response.result as { deleted: unknown }).deleted;
}

const watch = () => installation.host.invoke('traffic/watch', {});
const daysOfRuns = async () =>
  (await ada('GET', '/runs/1')).body.runs.map(({ startedAt }: { startedAt: string }) =>
    startedAt.slice(0, 10),
  );

async function countRows() {
  const tables = ['runRepository', 'collectionRun', 'problemNotice', 'problem', 'trafficDay'] as const;
  const counts = [];
  for (const table of tables) counts.push((await db.selectFrom(table).selectAll().execute()).length);
  return counts;
}

test('the daily alarm deletes ended runs, problems and alerts after 400 days, and nothing else', async () => {
  const second = addDays(START, 1);
  const third = addDays(START, 2);
  const mend = installation.github.fail({
    kind: 'status',
    status: 404,
    message: 'Not Found',
    match: { path: /repositories\/\d+/ },
  });
  await collectOn(second);
  await watch();
  mend();
  await collectOn(third);
  await watch();
  expect(await collectOn(addDays(START, 400))).toEqual(NOTHING);
  expect(await daysOfRuns()).toEqual([addDays(START, 400), third, second, START]);
  const [repositories = 0, runs, notices = 0, problems = 0, trafficDays] = await countRows();
  expect([repositories, runs, notices, problems]).toEqual([8, 4, 4, 2]);
  expect(await collectOn(addDays(START, 402))).toEqual({ ...NOTHING, runs: 2 });
  expect(await daysOfRuns()).toEqual([addDays(START, 402), addDays(START, 400), third]);
  expect(await collectOn(addDays(START, 403))).toEqual({ ...NOTHING, runs: 1, problems: 2, alerts: 1 });
  const left = await countRows();
  expect(left.slice(0, 4)).toEqual([6, 3, 0, 0]);
  expect(left[4]).toBeGreaterThanOrEqual(trafficDays ?? 0);
  expect((await ada('GET', '/repositories/1')).body.repositories).toMatchObject([
    { problem: null },
    { problem: null },
  ]);
});

test('an open problem is kept, however old it is, and a clock that may be ahead deletes nothing', async () => {
  const repository = installation.demoRepositories.find(({ name }) => name === 'burrow')?.id ?? 0;
  const match = { repository };
  const mend = installation.github.fail({ kind: 'status', status: 404, message: 'Not Found', match });
  await collectOn(addDays(START, 404));
  await watch();
  // GitHub's newest day is that of the last collection.
  expect(await collectOn(addDays(START, 900))).toEqual(NOTHING);
  expect(await collectOn(addDays(START, 901))).toEqual({ ...NOTHING, runs: 4, alerts: 1, audit: 6 });
  expect((await ada('GET', '/runs/problems')).body.problems).toMatchObject([{ code: 'not_found' }]);
  mend();
});

test('what was sent is known for 400 days, and nothing is sent again when it is forgotten', async () => {
  const sendReports = async () =>
    (await installation.host.invoke('traffic/report-weekly', {})).response.result;
  const arrived = () => installation.webhooks.received().filter(({ path }) => path === '/json/two').length;
  const url = `${installation.url}/webhooks/json/two`;
  const { body } = await ada('POST', '/channels/1', {
    kind: 'webhook',
    name: 'Two',
    contents: 'reports',
    url,
  });
  const monday = addDays(START, 908);
  installation.now(at(monday, '12:00'));
  expect(await sendReports()).toEqual({ sent: 1, failed: 0 });
  const order = { key: randomUUID(), receiver: { channelId: body.channelId } };
  expect((await ada('POST', '/report-now/1', order)).body.state).toBe('sent');
  // The first one finds that nothing was collected for a year.
  await collectOn(addDays(monday, 399));
  expect(await collectOn(addDays(monday, 400))).toMatchObject({ deliveries: 0 });
  expect(await sendReports()).toEqual({ sent: 1, failed: 0 });
  expect(await collectOn(addDays(monday, 401))).toMatchObject({ deliveries: 2 });
  expect(await sendReports()).toEqual({ sent: 0, failed: 0 });
  expect(arrived()).toBe(3);
});
