import { expect, test } from 'vitest';
import type { Comparison, Totals } from '../../lib/answers/figures.ts';
import { knownDaysOf } from '../../lib/stats/buckets.ts';
import { type TileMetric, type TileSource, tilesOf } from '../../static/figures/tiles.ts';

const totalsOf = (views: number | null, more: Partial<Totals> = {}): Totals => ({
  viewCount: views,
  viewUniquesLower: views,
  viewUniquesUpper: views,
  cloneCount: 100,
  cloneUniquesLower: 50,
  cloneUniquesUpper: 50,
  knownDays: 28,
  lostDays: 0,
  ...more,
});

const comparisonOf = (
  now: number | null,
  before: number | null,
  more: Partial<Comparison> = {},
): Comparison => ({
  kind: 'previous',
  from: '2026-10-27',
  to: '2026-11-23',
  previousFrom: '2026-09-22',
  previousTo: '2026-10-19',
  current: totalsOf(now),
  previous: totalsOf(before),
  comparable: true,
  repositories: { compared: 6, total: 6 },
  leftOut: [],
  ...more,
});

const range = { from: '2026-10-27', to: '2026-11-25', by: 'day', days: 30 } as const;

function tileOf(metric: TileMetric, comparison: Comparison, more: Partial<TileSource> = {}) {
  const source: TileSource = {
    range,
    totals: totalsOf(12_960),
    comparison,
    knownDays: 28,
    stars: { total: 1827, gained: 121, asOf: '2026-11-25' },
    downloads: { total: 9000, gained: 6500, current: 6500, previous: 5804 },
    cloneNote: 'CI included',
    ...more,
  };
  const tile = tilesOf(source).find((one) => one.metric === metric);
  if (!tile) throw new Error(`There is no tile of ${metric}.`);
  return tile;
}

test('the figure before is shown only if the comparison covers all of the figure', () => {
  expect(tileOf('viewCount', comparisonOf(12_960, 7016)).note).toBe('7,016 before');
  expect(tileOf('viewCount', comparisonOf(12_000, 7016)).note).toBe('463 a day');
  const some = comparisonOf(12_960, 7016, { repositories: { compared: 5, total: 6 } });
  expect(tileOf('viewCount', some).note).toBe('463 a day');
});

test.each([
  [12_960, 7016, { text: '85%', direction: 'up' }],
  [10_004, 10_000, { text: '0%', direction: 'same' }],
  [9996, 10_000, { text: '0%', direction: 'same' }],
  [5000, 10_000, { text: '50%', direction: 'down' }],
  [20_000, 1000, { text: '20×', direction: 'up' }],
  [500, 0, { text: 'new', direction: 'up' }],
])('a change from %d to %d is rounded before its sign is chosen', (now, before, delta) => {
  expect(tileOf('viewCount', comparisonOf(now, before)).delta).toMatchObject({
    ...delta,
    pair: { now, before },
    reason: null,
  });
});

test('without a comparison there is a dash with the shortest reason, or nothing if none is wanted', () => {
  const missing = comparisonOf(null, null, {
    comparable: false,
    repositories: { compared: 0, total: 1 },
    leftOut: [{ repositoryId: 1, fullName: 'a/b', reason: 'nothing_earlier' }],
  });
  expect(tileOf('viewCount', missing).delta).toMatchObject({
    text: '–',
    pair: null,
    reason: 'Nothing earlier',
  });
  expect(tileOf('viewCount', comparisonOf(5, 3)).delta).toMatchObject({ text: '–', reason: 'Too few' });
  expect(tileOf('viewCount', comparisonOf(1, 2, { kind: 'none' })).delta).toBeNull();
});

test('visitors have a least only where their sum is not certain', () => {
  const totals = totalsOf(12_960, { viewUniquesLower: 3304, viewUniquesUpper: 6771 });
  expect(tileOf('viewUniques', comparisonOf(1, 1), { totals })).toMatchObject({ value: 6771, least: 3304 });
  expect(tileOf('cloneUniques', comparisonOf(1, 1))).toMatchObject({ value: 50, least: null });
  const unknown = totalsOf(null);
  expect(tileOf('viewUniques', comparisonOf(1, 1), { totals: unknown })).toMatchObject({
    value: null,
    least: null,
    note: 'no days known',
  });
});

test('stars show what was gained as a number, downloads a change', () => {
  expect(tileOf('stars', comparisonOf(1, 1))).toMatchObject({
    value: 1827,
    note: 'as of 25 Nov',
    delta: { text: '+121' },
  });
  expect(tileOf('downloads', comparisonOf(1, 1)).delta).toMatchObject({ text: '12%', direction: 'up' });
  expect(tileOf('stars', comparisonOf(1, 1), { stars: { total: null, gained: null } })).toMatchObject({
    value: null,
    delta: null,
  });
});

test('the tile of stars names the forks of several repositories', () => {
  const note = (forks: { total: number | null; gained: number | null }) =>
    tileOf('stars', comparisonOf(1, 1), { forks }).note;
  expect([note({ total: 1412, gained: 9 }), note({ total: 1, gained: 0 })]).toEqual([
    '1,412 forks, +9',
    '1 fork',
  ]);
  expect(note({ total: null, gained: null })).toBe('as of 25 Nov');
});

test('the days with figures are counted within the range', () => {
  expect(
    knownDaysOf(
      { ...range, by: 'week', days: 9, from: '2026-11-01', to: '2026-11-09' },
      ['2026-10-26', '2026-11-02', '2026-11-09'],
      [1, null, 3],
    ),
  ).toBe(2);
});
