import { afterAll, beforeAll, expect, test } from 'vitest';
import { addDays } from '../../lib/day.ts';
import { DEMO_TODAY, type Demo, expectTruth, openDemo } from '../demo.ts';

let demo: Demo;

beforeAll(async () => {
  demo = await openDemo('sparse');
}, 300_000);
afterAll(() => demo.installation.close());

test('every settled day of the demo matches GitHub when its answers are sparse, too', async () => {
  const { compared, lost } = await expectTruth(demo);
  expect(compared).toBeGreaterThan(3000);
  expect([...(lost.get(1) ?? [])]).toEqual([]);
  expect(lost.get(2)?.size).toBeGreaterThan(7);
}, 300_000);

test('its newest days are preliminary then, and today has figures', async () => {
  const { repositories } = await demo.overviewOf(1);
  const burrow = repositories.find(({ fullName }) => fullName.endsWith('/burrow'));
  const { buckets, series } = await demo.statsOf(1, burrow?.repositoryId ?? 0);
  const stateOf = (day: string) => series.state[buckets.indexOf(day)];
  expect([0, -1, -2, -5].map((days) => stateOf(addDays(DEMO_TODAY, days)))).toEqual([
    'provisional',
    'provisional',
    'provisional',
    'measured',
  ]);
});
