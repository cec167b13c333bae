import { expect, test } from 'vitest';
import { formatChange, formatDifference, toShownChange } from '../../lib/number-format.ts';
import type { RepositoryRow } from '../../lib/repositories/repository.ts';
import { compareRepositories, isComparable } from '../../lib/stats/comparison.ts';
import { type ListRequest, listTraffic } from '../../lib/stats/overview-order.ts';
import { addUp, type RangeSums } from '../../lib/stats/overview-sums.ts';
import type { Spans } from '../../lib/stats/range.ts';
import {
  addSums,
  changeOf,
  differenceOf,
  emptySums,
  type Sums,
  toSums,
  toTotals,
  whyNoChange,
} from '../../lib/stats/totals.ts';
import { plus } from '../../lib/traffic/figures.ts';

/** Three days against those a week before. */
const SPANS: Spans = {
  kind: 'previous',
  from: '2026-03-04',
  to: '2026-03-06',
  previousFrom: '2026-02-25',
  previousTo: '2026-02-27',
};

const known = (figure: number, days = 3): Sums => ({
  viewCount: figure,
  viewUniquesLower: figure + 1,
  viewUniquesUpper: figure + 2,
  cloneCount: figure + 3,
  cloneUniquesLower: figure + 4,
  cloneUniquesUpper: figure + 5,
  knownDays: days,
  lostDays: 0,
  finalDays: days,
});

test('an unknown figure adds nothing, and the sum of two unknown ones is unknown', () => {
  expect([plus(1, 2), plus(null, 2), plus(1, null), plus(null, null), plus(0, null)]).toEqual([
    3,
    2,
    1,
    null,
    0,
  ]);
});

test('counts and upper bounds add up, the lower bound is the larger one', () => {
  const sums = emptySums();
  addSums(sums, { ...known(10, 2), lostDays: 1 });
  addSums(sums, { ...known(4, 3), lostDays: 2, finalDays: 1 });
  addSums(sums, emptySums());
  expect(sums).toEqual({
    viewCount: 14,
    viewUniquesLower: 11,
    viewUniquesUpper: 18,
    cloneCount: 20,
    cloneUniquesLower: 14,
    cloneUniquesUpper: 24,
    knownDays: 5,
    lostDays: 3,
    finalDays: 3,
  });
  expect(emptySums()).toEqual({ ...known(0, 0), ...toTotals(emptySums()) });
  expect(Object.values(emptySums()).filter((figure) => figure === null)).toHaveLength(6);
});

test('a stored day is final when its figures are known and settled', () => {
  const figures = { viewCount: 9, viewUniques: 2, cloneCount: 4, cloneUniques: 1 };
  const sums = toSums({ ...figures, state: 'measured' });
  expect(sums).toEqual({
    viewCount: 9,
    viewUniquesLower: 2,
    viewUniquesUpper: 2,
    cloneCount: 4,
    cloneUniquesLower: 1,
    cloneUniquesUpper: 1,
    knownDays: 1,
    lostDays: 0,
    finalDays: 1,
  });
  const finalDays = (change: object) => toSums({ ...figures, state: 'measured', ...change }).finalDays;
  expect(finalDays({ state: 'zero' })).toBe(1);
  expect(finalDays({ state: 'imported' })).toBe(1);
  expect(finalDays({ state: 'provisional' })).toBe(0);
  expect(finalDays({ viewCount: null })).toBe(0);
  expect(finalDays({ cloneCount: null })).toBe(0);
});

test('totals do not say how many days are final', () => {
  const { finalDays: _, ...totals } = known(1);
  expect(toTotals(known(1))).toEqual(totals);
});

interface Days {
  current?: number;
  previous?: number;
  /** Days of the earlier span that are lost. */
  lost?: number;
  failureCode?: string;
}

/** Compares repositories that have 80 views, and 40 before. */
function compare(repositories: Days[], spans = SPANS) {
  const all = repositories.map(({ current = 3, previous = 3, lost = 0, failureCode }, place) => ({
    row: { repositoryId: place + 1, owner: 'Owner', name: `n${place + 1}`, failureCode: failureCode ?? null },
    sums: { current: known(80, current), previous: { ...known(40, previous), lostDays: lost } },
  }));
  return compareRepositories(spans, all);
}

test('a repository is compared when all its days are known and final in both spans', () => {
  expect(compare([{}])).toEqual({
    ...SPANS,
    current: toTotals(known(80)),
    previous: toTotals(known(40)),
    comparable: true,
    repositories: { compared: 1, total: 1 },
    leftOut: [],
  });
  expect(compare([{ current: 2 }]).comparable).toBe(false);
  expect(compare([{ previous: 2 }]).comparable).toBe(false);
  expect(compare([]).comparable).toBe(false);
});

test('repositories that cannot be compared are left out of both spans, with the reason', () => {
  const all = [
    {},
    { previous: 0 },
    { previous: 2, lost: 1 },
    { current: 1, failureCode: 'archived' },
    { current: 2 },
    {},
  ];
  const { current, previous, comparable, repositories, leftOut } = compare(all);
  expect([current.viewCount, previous.viewCount, comparable]).toEqual([160, 80, true]);
  expect(repositories).toEqual({ compared: 2, total: 6 });
  expect(leftOut.map(({ fullName, reason }) => [fullName, reason])).toEqual([
    ['Owner/n2', 'nothing_earlier'],
    ['Owner/n3', 'days_missing'],
    ['Owner/n4', 'archived'],
    ['Owner/n5', 'days_missing'],
  ]);
  expect(compare(new Array(30).fill({ current: 0 })).leftOut).toHaveLength(20);
});

test('without a comparison nothing is compared, and nothing is left out', () => {
  expect(compare([{}, { previous: 0 }], { ...SPANS, kind: 'none' })).toMatchObject({
    comparable: false,
    current: { viewCount: null },
    repositories: { compared: 0, total: 2 },
    leftOut: [],
  });
});

test('a missing change has the shortest reason', () => {
  const reason = (repositories: Days[]) => whyNoChange(compare(repositories), 'viewCount');
  expect(reason([{}, { current: 0 }])).toBeNull();
  expect(reason([{ previous: 0 }])).toBe('nothing_earlier');
  expect(reason([{ failureCode: 'archived', previous: 0 }, { current: 2 }])).toBe('days_missing');
  expect(reason([{ failureCode: 'archived', previous: 0 }])).toBe('archived');
  expect(whyNoChange(compare([{}], { ...SPANS, kind: 'none' }), 'viewCount')).toBe('not_compared');
  const few = { ...compare([{}]), current: toTotals(known(9)), previous: toTotals(known(2)) };
  expect([whyNoChange(few, 'viewCount'), differenceOf(few, 'viewCount')]).toEqual(['too_few', null]);
  expect([whyNoChange(few, 'cloneCount'), differenceOf(few, 'cloneCount')]).toEqual([null, 7]);
});

test('a change is rounded before it gets a sign, and is a multiple from ten times as much on', () => {
  const texts = [0.004, -0.004, 0, 0.005, -0.061, 9.99, 10, 1234.4].map(formatChange);
  expect(texts).toEqual(['0%', '0%', '0%', '+1%', '−6%', '+999%', '11×', '1,235×']);
  expect([-0.004, 0.2, -0.2, 20].map((change) => toShownChange(change).direction)).toEqual([
    'same',
    'up',
    'down',
    'up',
  ]);
  expect([5503, -190, 0].map(formatDifference)).toEqual(['+5,503', '−190', '0']);
});

test('a change is a fraction of the figure before, and unknown without one', () => {
  const change = (now: number | null, before: number | null, comparable = true) => {
    const current = { ...known(0), viewCount: now, cloneCount: 7 };
    return changeOf({ comparable, current, previous: { ...known(0), viewCount: before } }, 'viewCount');
  };
  expect(change(108, 100)).toBeCloseTo(0.08);
  expect(change(50, 100)).toBe(-0.5);
  expect(change(0, 40)).toBe(-1);
  expect(change(36, 9)).toBe(3);
  expect(change(9, 4)).toBeNull();
  expect(change(50, 0)).toBeNull();
  expect(change(null, 50)).toBeNull();
  expect(change(50, null)).toBeNull();
  expect(change(50, 50, false)).toBeNull();
});

test('the sums of no repositories are unknown', () => {
  expect(addUp([])).toEqual({ total: emptySums(), current: emptySums(), previous: emptySums() });
});

test('sums of repositories add up', () => {
  const one: RangeSums = { total: known(1), current: known(2), previous: known(3) };
  const sums = addUp([one, one]);
  const twice = (figure: number) => {
    const expected = emptySums();
    addSums(expected, known(figure));
    addSums(expected, known(figure));
    return expected;
  };
  expect(sums).toEqual({
    total: twice(1),
    current: twice(2),
    previous: twice(3),
  });
});

/** Repositories by name, each with what its sums and its row say. */
interface Given {
  sums?: Partial<RangeSums>;
  stars?: number | null;
}

function order(repositories: Record<string, Given>, request: ListRequest) {
  const traffic = Object.entries(repositories).map(([name, { stars = null, sums: own = {} }]) => {
    const sums = { ...addUp([]), ...own };
    return {
      row: { owner: 'Owner', name, stars } as RepositoryRow,
      sums,
      comparable: isComparable(sums, 3),
    };
  });
  return listTraffic(traffic, request).map(({ row }) => row.name);
}

test('names are sorted naturally, in either order', () => {
  const repositories = { 'x-10': {}, b: {}, 'X-9': {}, a: {} };
  expect(order(repositories, { sort: 'name' })).toEqual(['a', 'b', 'X-9', 'x-10']);
  expect(order(repositories, { sort: 'name', order: 'desc' })).toEqual(['x-10', 'X-9', 'b', 'a']);
  expect(order({ ab: {}, a_b: {} }, { sort: 'name' })).toEqual(['a_b', 'ab']);
});

test.each([
  ['viewCount', 'viewCount'],
  ['viewUniques', 'viewUniquesUpper'],
  ['cloneCount', 'cloneCount'],
  ['cloneUniques', 'cloneUniquesUpper'],
] as const)(
  'sorted by %s, the largest come first, unknown ones last in either order, equal ones by name',
  (sort, field) => {
    const of = (figure: number | null): Given => ({ sums: { total: { ...emptySums(), [field]: figure } } });
    const repositories = {
      unknown: of(null),
      b: of(5),
      low: of(-1),
      another: of(null),
      a: of(5),
      high: of(9),
    };
    expect(order(repositories, { sort })).toEqual(['high', 'a', 'b', 'low', 'another', 'unknown']);
    expect(order(repositories, { sort, order: 'asc' })).toEqual([
      'low',
      'a',
      'b',
      'high',
      'another',
      'unknown',
    ]);
  },
);

test('sorted by stars, the stored number decides', () => {
  const repositories = { few: { stars: 1 }, unknown: {}, many: { stars: 20 } };
  expect(order(repositories, { sort: 'stars' })).toEqual(['many', 'few', 'unknown']);
  expect(order(repositories, { sort: 'stars', order: 'asc' })).toEqual(['few', 'many', 'unknown']);
});

test('sorted by change, a repository without a comparison comes last', () => {
  const of = (current: Sums, previous: Sums): Given => ({ sums: { current, previous } });
  const repositories = {
    slightly: of(known(108), known(100)),
    gap: of(known(900), known(1, 2)),
    halved: of(known(40), known(80)),
  };
  expect(order(repositories, { sort: 'change' })).toEqual(['slightly', 'halved', 'gap']);
  expect(order(repositories, { sort: 'change', order: 'asc' })).toEqual(['halved', 'slightly', 'gap']);
});

test('the search ignores case in owners and names', () => {
  const repositories = { burrow: {}, 'Tidy-Dates': {} };
  expect(order(repositories, { sort: 'name', q: ' TIDY ' })).toEqual(['Tidy-Dates']);
  expect(order(repositories, { sort: 'name', q: 'owner/b' })).toEqual(['burrow']);
  expect(order(repositories, { sort: 'name', q: 'none' })).toEqual([]);
});
