import { afterAll, beforeAll, expect, test } from 'vitest';
import { addDays, type Day } from '../lib/day.ts';
import { readBeforeAfter } from '../lib/stats/before-after.ts';
import { at, type Collecting, openCollecting, START } from './collecting.ts';

/** A Monday. */
const LAUNCH = addDays(START, 14);
const TODAY = addDays(START, 28);

let collecting: Collecting;
let launched: number;
let gappy: number;

beforeAll(async () => {
  collecting = await openCollecting(at(START));
  const spikes = [{ on: LAUNCH, views: 2000, halfLife: 2, referrer: 'news.ycombinator.com' }];
  launched = (await collecting.add('launched', { views: 60, clones: 5, starsPerDay: 2, spikes }))
    .repositoryId;
  gappy = (await collecting.add('gappy', { views: 40, clones: 5 })).repositoryId;
  for (const day of [0, 7, 14, 22]) await collecting.collect(at(addDays(START, day), '08:00'));
  await collecting.add('late', { views: 40 });
  await collecting.collect(at(TODAY));
  await collecting.db
    .deleteFrom('trafficDay')
    .where('repositoryId', '=', gappy)
    .where('trafficDate', '=', addDays(LAUNCH, -3))
    .execute();
});
afterAll(() => collecting.close());

const compare = (repositoryIds: number[] | null, date: Day, to = date, days: 7 | 14 | 28 = 7) =>
  readBeforeAfter(
    collecting.db,
    { tenantId: collecting.tenantId, repositoryIds },
    { date, to, days },
    collecting.clock(),
  );

async function sumOf(repositoryId: number, from: Day, to: Day) {
  const days = await collecting.days(repositoryId, from, to);
  const views = days.reduce((sum, { viewCount }) => sum + (viewCount ?? 0), 0);
  return { days: days.length, views, visitors: days.map(({ viewUniques }) => viewUniques ?? 0) };
}

test('the week after a launch is compared with the week before, with bounds of the visitors', async () => {
  const { before, after, days, refused, repositories } = await compare([launched], LAUNCH);
  expect({ days, refused, repositories }).toEqual({
    days: 7,
    refused: null,
    repositories: { compared: 1, total: 1 },
  });
  for (const [side, from] of [
    [before, addDays(LAUNCH, -7)],
    [after, LAUNCH],
  ] as const) {
    const truth = await sumOf(launched, from, addDays(from, 6));
    expect(side).toMatchObject({ from, to: addDays(from, 6), viewCount: truth.views });
    const { least, most } = side?.viewUniques ?? { least: null, most: null };
    expect(least).toBeGreaterThanOrEqual(Math.max(...truth.visitors));
    expect(most).toBeLessThanOrEqual(truth.visitors.reduce((sum, count) => sum + count, 0));
    // GitHub counted the week.
    expect(least).toBe(most);
    expect(side?.starsGained).toBeGreaterThan(0);
  }
  expect(after?.viewCount).toBeGreaterThan(5 * (before?.viewCount ?? 0));
});

test('where weeks are cut, visitors lie between the largest day or week and the sum of the days', async () => {
  const { before, after } = await compare([launched], addDays(LAUNCH, 1));
  for (const side of [before, after]) {
    const { visitors } = await sumOf(launched, side?.from ?? '', side?.to ?? '');
    expect(side?.viewUniques).toEqual({
      least: Math.max(...visitors),
      most: visitors.reduce((sum, count) => sum + count, 0),
    });
  }
});

test('a repository with an unknown day is left out, its days are named, and the others are compared', async () => {
  const { repositories, leftOut, refused, before } = await compare(null, LAUNCH);
  expect(repositories).toEqual({ compared: 1, total: 3 });
  expect(refused).toBeNull();
  expect(leftOut).toMatchObject([
    { fullName: 'ada/gappy', reason: 'days_missing', days: [addDays(LAUNCH, -3)] },
    { fullName: 'ada/late' },
  ]);
  expect(before).toEqual((await compare([launched], LAUNCH)).before);
});

test('nothing is compared where a day is unknown, and the refusal says which', async () => {
  const { before, after, refused } = await compare([gappy], LAUNCH);
  expect([before, after]).toEqual([null, null]);
  expect(refused).toEqual({ code: 'days_missing', message: 'Not comparable: 14 November is unknown.' });
  const early = await compare([launched], addDays(START, -30));
  expect(early.refused?.message).toMatch(
    /^Not comparable: 27 September, .* and \d+ more days are unknown\.$/,
  );
});

test('a recent event is compared on fewer days, and one that is not published yet not at all', async () => {
  const { days, before, after } = await compare([launched], addDays(TODAY, -3));
  expect(days).toBeLessThan(7);
  expect(addDays(before?.from ?? '', 7)).toBe(after?.from);
  const { refused } = await compare([launched], addDays(TODAY, 5));
  expect(refused).toEqual({
    code: 'not_yet',
    message: 'GitHub has not published 6 December yet: there is nothing after it to compare with.',
  });
});

test('a span of days is on neither side', async () => {
  const { before, after } = await compare([launched], addDays(LAUNCH, -2), addDays(LAUNCH, 1));
  expect(before?.to && before.to < addDays(LAUNCH, -2)).toBe(true);
  expect(after?.from).toBe(addDays(LAUNCH, 2));
});
