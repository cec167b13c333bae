import { afterAll, beforeAll, expect, test } from 'vitest';
import { addDays, type Day, daysFrom } from '../lib/day.ts';
import { type Call, openTestInstallation, type TestInstallation } from './installation.ts';

const SILENT = '2026-09-24';
let installation: TestInstallation;
let ada: Call;
let mend = () => {};

beforeAll(async () => {
  installation = await openTestInstallation({ demo: true, now: '2026-09-24T08:00:00.000Z' });
  await installation.initialize();
  ada = installation.as('ada@example.com');
  const { body } = await ada('GET', '/repositories/1/discover');
  const repositories = body.candidates
    .slice(0, 2)
    .map(({ owner, name }: { owner: string; name: string }) => ({ owner, name }));
  publish('2026-09-23', 5);
  await ada('POST', '/repositories/1/batch', { repositories });
  await installation.host.settled();
  await ada('POST', '/channels/1', {
    kind: 'webhook',
    name: 'one',
    contents: 'problems',
    url: `${installation.url}/webhooks/json/one`,
  });
});
afterAll(() => installation.close());

/** Lets GitHub answer five views and clones on each of 14 days, and on the silent day as many as given. */
function publish(through: Day, onSilentDay: number): void {
  const days = daysFrom(addDays(through, -13), through).map((date) => {
    const count = date === SILENT ? onSilentDay : 5;
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

async function collect(day: Day): Promise<{ began: number; over: number; sent: number }> {
  installation.now(`${day}T08:00:00.000Z`);
  await installation.collect();
  const { response } = await installation.host.invoke('traffic/watch', {});
  return response.result as never;
}

const stateOf = async (id: number) =>
  (await ada('GET', `/stats/1/${id}?from=${SILENT}&to=${SILENT}`)).body.series.state[0];
const overview = async () => (await ada('GET', `/stats/1?from=${SILENT}&to=${SILENT}`)).body;

test('when everything falls silent together, its zeros are suspect: they are not compared, and it is told once', async () => {
  publish(SILENT, 0);
  expect(await collect('2026-09-25')).toMatchObject({ began: 1, sent: 1 });
  expect([await stateOf(1), await stateOf(2)]).toEqual(['suspect', 'suspect']);
  const { comparison, attention, news } = await overview();
  expect(comparison.comparable).toBe(false);
  expect(attention).toEqual([]);
  expect(news).toMatchObject([
    {
      kind: 'all_silent',
      message:
        'GitHub counted nothing for any repository on 24 September. That may be its failure, so these days are not compared.',
    },
  ]);
  publish('2026-09-25', 0);
  expect(await collect('2026-09-26')).toMatchObject({ began: 0, sent: 0 });
  expect([await stateOf(1), await stateOf(2)]).toEqual(['suspect', 'suspect']);
});

test('it corrects itself when GitHub catches up, without another message', async () => {
  publish('2026-09-26', 7);
  expect(await collect('2026-09-27')).toMatchObject({ began: 0, over: 1, sent: 0 });
  expect([await stateOf(1), await stateOf(2)]).toEqual(['measured', 'measured']);
  const { news, totals, comparison } = await overview();
  expect(news).toEqual([]);
  expect(totals.viewCount).toBe(14);
  expect(comparison.comparable).toBe(true);
});

test('what GitHub never corrects stays suspect', async () => {
  const silent = '2026-09-29';
  const days = (through: Day) =>
    daysFrom(addDays(through, -13), through).map((date) => ({
      timestamp: `${date}T00:00:00Z`,
      count: date === silent ? 0 : 5,
      uniques: date === silent ? 0 : 2,
    }));
  for (const through of [silent, '2026-10-05', '2026-10-20']) {
    const body = { count: 70, uniques: 20, views: days(through), clones: days(through) };
    mend();
    mend = installation.github.fail({
      kind: 'status',
      status: 200,
      body,
      match: { path: /traffic\/(views|clones)$/ },
    });
    await collect(addDays(through, 1));
  }
  const { body } = await ada('GET', `/stats/1/1?from=${silent}&to=${silent}`);
  expect(body.series.state).toEqual(['suspect']);
  expect((await overview()).news).toEqual([]);
});
