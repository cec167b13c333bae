import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addDays, type Day, daysFrom, toDay } from '../../lib/day.ts';
import { coveredFrom, mergeDays, type TrafficDay } from '../../lib/traffic/merge.ts';
import type { Observation } from '../../lib/traffic/observed.ts';
import { endedWeek, finalWeek, mergeWeeks, readableSince } from '../../lib/traffic/week.ts';
import { coverageOf, isOldCopy, stateOfMissing } from '../../lib/traffic/window.ts';
import { SEED } from '../seed.ts';

/** GitHub's answer since 2026: 14 days through `to`, zeros included. */
function windowThrough(to: Day, countOn: (day: Day) => number): Observation[] {
  return daysFrom(addDays(to, -13), to).map((date) => ({
    date,
    count: countOn(date),
    uniques: Math.min(countOn(date), 3),
  }));
}

const always = (count: number) => () => count;
const at = (day: Day, time = '08:00:00') => new Date(`${day}T${time}.000Z`);

function read(stored: readonly TrafficDay[], views: Observation[], clones: Observation[] | null, now: Date) {
  const reading = { now, createdDate: '2020-01-01' };
  const { days, revisions } = mergeDays(stored, { views, clones }, reading);
  const rows = new Map([...stored, ...days].map((day) => [day.trafficDate, day]));
  const after = [...rows.values()].sort((one, other) => (one.trafficDate < other.trafficDate ? -1 : 1));
  return { after, written: days, revisions, day: (date: Day) => rows.get(date) };
}

test('every day of a published window is final at first sight: measured, or zero where GitHub wrote 0', () => {
  const views = windowThrough('2026-02-19', (day) => (day === '2026-02-10' ? 0 : 5));
  const clones = windowThrough('2026-02-19', (day) => (day === '2026-02-11' ? 2 : 0));
  const { after, day } = read([], views, clones, at('2026-02-20'));
  expect(after.map(({ trafficDate }) => trafficDate)).toEqual(daysFrom('2026-02-06', '2026-02-19'));
  expect(new Set(after.map(({ state }) => state))).toEqual(new Set(['measured', 'zero']));
  expect(day('2026-02-10')).toMatchObject({ state: 'zero', viewCount: 0, cloneCount: 0 });
  expect(day('2026-02-19')).toMatchObject({ state: 'measured', viewCount: 5, cloneCount: 0 });
});

test('an old copy says nothing about the days after its end: no false zeros on 8 to 16 February', () => {
  const copy = windowThrough('2026-01-30', always(4));
  const { after } = read([], copy, copy, at('2026-02-20'));
  expect(after.map(({ trafficDate }) => trafficDate)).toEqual(daysFrom('2026-01-17', '2026-01-30'));
  const coverage = coverageOf({ views: copy, clones: copy }, at('2026-02-20'));
  expect(coverage).toMatchObject({ kind: 'published', through: '2026-01-30' });
  expect(isOldCopy(coverage, '2026-02-20')).toBe(true);
  const standpoint = {
    firstCoveredDate: '2026-01-17',
    publishedThrough: '2026-01-30',
    forgottenBefore: '2026-01-17',
  };
  for (const day of daysFrom('2026-01-31', '2026-02-20'))
    expect(stateOfMissing(day, standpoint, '2026-02-20')).toBe('not_published');
});

test('a window that ended two days ago is late, not an old copy', () => {
  const views = windowThrough('2026-02-18', always(1));
  expect(isOldCopy(coverageOf({ views, clones: views }, at('2026-02-20')), '2026-02-20')).toBe(false);
  expect(isOldCopy(coverageOf({ views, clones: views }, at('2026-02-21')), '2026-02-21')).toBe(true);
  const sparse = coverageOf({ views: views.slice(1), clones: null }, at('2026-02-21'));
  expect(isOldCopy(sparse, '2026-02-21')).toBe(false);
});

test('the days of an answer may come in any order', () => {
  const views = windowThrough('2026-02-19', always(1)).reverse();
  expect(coverageOf({ views, clones: null }, at('2026-02-20'))).toEqual({
    kind: 'published',
    wholeFrom: '2026-02-06',
    finalThrough: '2026-02-19',
    through: '2026-02-19',
  });
});

test('an answer without either list is not a published window', () => {
  expect(coverageOf({ views: null, clones: null }, at('2026-02-20')).kind).toBe('sparse');
});

test('an old copy after a newer answer rolls nothing back', () => {
  const fresh = windowThrough('2026-02-19', always(7));
  const { after } = read([], fresh, fresh, at('2026-02-20'));
  const copy = windowThrough('2026-02-10', always(7));
  const written = read(after, copy, copy, at('2026-02-21')).written.map(({ trafficDate }) => trafficDate);
  expect(written).toEqual(daysFrom('2026-01-28', '2026-02-05'));
});

test('a day called zero before is measured once GitHub names traffic on it, and a smaller figure is a revision', () => {
  const zeros = windowThrough('2026-02-19', always(0));
  const stored = read([], zeros, zeros, at('2026-02-20')).after;
  const full = windowThrough('2026-02-19', always(9));
  const corrected = read(stored, full, full, at('2026-02-21'));
  expect(corrected.day('2026-02-12')).toMatchObject({ state: 'measured', viewCount: 9 });
  expect(read(corrected.after, zeros, zeros, at('2026-02-22')).revisions).toContainEqual({
    trafficDate: '2026-02-12',
    metric: 'viewCount',
    kept: 9,
    observed: 0,
  });
});

test('fewer days, a gap, fifteen days or an unfinished today make an answer sparse', () => {
  const whole = windowThrough('2026-02-19', always(1));
  const now = at('2026-02-20');
  const kindOf = (views: Observation[], clones: Observation[] | null = null) =>
    coverageOf({ views, clones }, now).kind;
  expect(kindOf(whole)).toBe('published');
  expect(kindOf(whole.slice(1))).toBe('sparse');
  expect(kindOf([{ date: '2026-02-05', count: 1, uniques: 1 }, ...whole.slice(1)])).toBe('sparse');
  expect(kindOf([{ date: '2026-02-05', count: 1, uniques: 1 }, ...whole])).toBe('sparse');
  expect(kindOf(windowThrough('2026-02-20', always(1)))).toBe('sparse');
  expect(kindOf(whole, whole.slice(3))).toBe('sparse');
  expect(kindOf([])).toBe('sparse');
});

test('a server may switch: sparse answers and published windows follow each other', () => {
  const sparse = [{ date: '2026-02-18', count: 3, uniques: 1 }];
  const before = read([], sparse, [], at('2026-02-18')).after;
  expect(before.at(-1)).toMatchObject({ trafficDate: '2026-02-18', state: 'provisional', cloneCount: null });
  const window = windowThrough('2026-02-19', (day) => (day === '2026-02-18' ? 8 : 0));
  const published = read(before, window, windowThrough('2026-02-19', always(0)), at('2026-02-20'));
  expect(published.day('2026-02-18')).toMatchObject({ state: 'measured', viewCount: 8, cloneCount: 0 });
  const again = read(published.after, [{ date: '2026-02-21', count: 2, uniques: 2 }], [], at('2026-02-21'));
  expect(again.day('2026-02-21')).toMatchObject({ state: 'provisional', viewCount: 2 });
  expect(again.day('2026-02-19')?.state).toBe('zero');
});

test('views without clones are stored, and the clones stay unknown until they are read', () => {
  const views = windowThrough('2026-02-19', always(0));
  const half = read([], views, null, at('2026-02-20'));
  expect(half.after.map(({ trafficDate }) => trafficDate)).toEqual(daysFrom('2026-02-06', '2026-02-19'));
  expect(half.day('2026-02-19')).toMatchObject({ state: 'measured', viewCount: 0, cloneCount: null });
  const whole = read(half.after, views, views, at('2026-02-20', '09:00:00'));
  expect(whole.day('2026-02-19')).toMatchObject({ state: 'zero', cloneCount: 0 });
});

test('a day that was still growing is final in a published window, also with the figures that were known', () => {
  const views = windowThrough('2026-02-19', always(3));
  const growing = {
    viewCount: 3,
    viewUniques: 3,
    cloneCount: 3,
    cloneUniques: 3,
    state: 'provisional',
  } as const;
  const stored = [{ trafficDate: '2026-02-18', observedAt: '2026-02-18T08:00:00.000Z', ...growing }];
  expect(read(stored, views, views, at('2026-02-20')).day('2026-02-18')?.state).toBe('measured');
});

test('a suspect day stays suspect while GitHub says zero, and is measured once it names traffic', () => {
  const none = { viewCount: 0, viewUniques: 0, cloneCount: 0, cloneUniques: 0, state: 'suspect' } as const;
  const stored = [{ trafficDate: '2026-02-18', observedAt: '2026-02-19T08:00:00.000Z', ...none }];
  const stateAfter = (count: number) => {
    const views = windowThrough('2026-02-19', always(count));
    return read(stored, views, views, at('2026-02-20')).day('2026-02-18')?.state;
  };
  expect([stateAfter(0), stateAfter(2)]).toEqual(['suspect', 'measured']);
});

test('the zeros that GitHub writes before a repository was created are not stored', () => {
  const views = windowThrough('2026-02-19', (day) => (day >= '2026-02-15' ? 2 : 0));
  const reading = { now: at('2026-02-20'), createdDate: '2026-02-14' };
  const { days } = mergeDays([], { views, clones: views }, reading);
  expect(days.map(({ trafficDate }) => trafficDate)).toEqual(daysFrom('2026-02-14', '2026-02-19'));
  expect(coveredFrom({ views, clones: views }, reading)).toBe('2026-02-14');
});

test('traffic that GitHub names before a repository was created is stored, and the zeros around it are not', () => {
  const views = windowThrough('2026-02-19', (day) => (day >= '2026-02-15' || day === '2026-02-10' ? 2 : 0));
  const reading = { now: at('2026-02-20'), createdDate: '2026-02-14' };
  const { days } = mergeDays([], { views, clones: null }, reading);
  expect(days.map(({ trafficDate }) => trafficDate)).toEqual([
    '2026-02-10',
    ...daysFrom('2026-02-14', '2026-02-19'),
  ]);
  expect(coveredFrom({ views, clones: null }, reading)).toBe('2026-02-10');
  expect(coveredFrom({ views: null, clones: views }, reading)).toBe('2026-02-10');
});

test('of two lists with different windows, only the common days are covered', () => {
  const views = windowThrough('2026-02-19', always(3));
  const clones = windowThrough('2026-02-16', always(3));
  expect(coverageOf({ views, clones }, at('2026-02-20'))).toMatchObject({
    wholeFrom: '2026-02-06',
    through: '2026-02-16',
  });
  const { day } = read([], views, clones, at('2026-02-20'));
  expect(day('2026-02-18')).toMatchObject({ state: 'measured', viewCount: 3, cloneCount: null });
});

test('a week of a published window is final on Monday, and an old copy of its sum is not taken', () => {
  const days = windowThrough('2026-02-15', always(3));
  const monday = at('2026-02-16');
  const coverage = coverageOf({ views: days, clones: days }, monday);
  expect([finalWeek(coverage), endedWeek(coverage)]).toEqual(['2026-02-09', '2026-02-09']);
  const listOf = (count: number) => [{ date: '2026-02-09', count, uniques: 6 }];
  const weeks = (views: number, clones = views) => ({
    weeks: { views: listOf(views), clones: listOf(clones) },
    days: { views: days, clones: days },
  });
  expect(mergeWeeks([], weeks(21), monday)).toMatchObject([{ weekStart: '2026-02-09', viewUniques: 6 }]);
  expect(mergeWeeks([], weeks(12), monday)).toEqual([]);
  expect(mergeWeeks([], weeks(21, 12), monday)).toEqual([]);
  const views = listOf(21);
  expect(mergeWeeks([], { ...weeks(21), weeks: { views, clones: [] } }, monday)).toEqual([]);
  expect(mergeWeeks([], { ...weeks(21), weeks: { views, clones: null } }, monday)).toMatchObject([
    { viewCount: 21, cloneCount: null },
  ]);
  const withoutClones = { views: days, clones: windowThrough('2026-02-15', always(0)) };
  expect(mergeWeeks([], { weeks: { views, clones: [] }, days: withoutClones }, monday)).toMatchObject([
    { viewCount: 21, cloneCount: 0, cloneUniques: 0 },
  ]);
});

test('the newest week of a published window can be read from Monday on', () => {
  const since = ['2026-02-15', '2026-02-16', '2026-02-22'].map((day) => readableSince('published', at(day)));
  expect(since).toEqual(['2026-02-09', '2026-02-16', '2026-02-16']);
});

test('in any order of windows, even old copies, each named day is final and every other day untouched', () => {
  const trafficOn = (day: Day) => (Number(day.slice(8)) * 7) % 5;
  const windows = fc.array(
    fc.record({ day: fc.integer({ min: 0, max: 60 }), age: fc.integer({ min: 1, max: 30 }) }),
    { minLength: 1, maxLength: 15 },
  );
  const property = fc.property(windows, (drawn) => {
    let stored: TrafficDay[] = [];
    const named = new Set<Day>();
    for (const { day, age } of drawn) {
      const now = at(addDays('2026-03-01', day));
      const window = windowThrough(addDays(toDay(now), -age), trafficOn);
      for (const { date } of window) named.add(date);
      stored = read(stored, window, window, now).after;
      expect(read(stored, window, window, now).written).toEqual([]);
    }
    expect(stored.map(({ trafficDate, viewCount, state }) => [trafficDate, viewCount, state])).toEqual(
      [...named].sort().map((date) => [date, trafficOn(date), trafficOn(date) === 0 ? 'zero' : 'measured']),
    );
  });
  fc.assert(property, { numRuns: 100, seed: SEED });
});
