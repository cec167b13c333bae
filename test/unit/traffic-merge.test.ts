import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addDays, commonDays, daysFrom, toDay, toDayNumber } from '../../lib/day.ts';
import { coveredFrom, differencesOf, mergeDays, type TrafficDay } from '../../lib/traffic/merge.ts';
import type { Observation, Observed } from '../../lib/traffic/observed.ts';
import { endedWeek, finalWeek, mergeWeeks, readableSince, type TrafficWeek } from '../../lib/traffic/week.ts';
import {
  coverageOf,
  daysUntilLoss,
  finalDate,
  leastCertain,
  missingSpans,
  stateOfMissing,
} from '../../lib/traffic/window.ts';
import { SEED } from '../seed.ts';

const CREATED = '2020-01-01';
/** A Wednesday; whole days are those from 2 January, settled ones those up to 10 January. */
const NOW = '2026-01-14T06:00:00.000Z';

const on = (date: string, count: number, uniques = count): Observation => ({ date, count, uniques });

function read(stored: readonly TrafficDay[], observed: Partial<Observed>, now = NOW, createdDate = CREATED) {
  const reading = { now: new Date(now), createdDate };
  const { days, revisions } = mergeDays(stored, { views: [], clones: [], ...observed }, reading);
  const rows = new Map([...stored, ...days].map((day) => [day.trafficDate, day]));
  const after = [...rows.values()].sort((one, other) => (one.trafficDate < other.trafficDate ? -1 : 1));
  return { days, revisions, after, day: (date: string) => rows.get(date) };
}

const day = (
  trafficDate: string,
  figures: (number | null)[],
  state: TrafficDay['state'],
  observedAt = NOW,
): TrafficDay => ({
  trafficDate,
  state,
  observedAt,
  viewCount: figures[0] ?? null,
  viewUniques: figures[1] ?? null,
  cloneCount: figures[2] ?? null,
  cloneUniques: figures[3] ?? null,
});

test('a settled day that GitHub names is measured; a list that leaves it out means zero', () => {
  const { day: found } = read([], { views: [on('2026-01-05', 37, 9)] });
  expect(found('2026-01-05')).toEqual(day('2026-01-05', [37, 9, 0, 0], 'measured'));
});

test('of a list that GitHub did not give, nothing is known: its figures are not zero', () => {
  const views = read([], { views: [on('2026-01-05', 37, 9)], clones: null });
  expect(views.day('2026-01-05')).toMatchObject({ viewCount: 37, cloneCount: null, cloneUniques: null });
  expect(views.day('2026-01-06')).toMatchObject({ viewCount: 0, viewUniques: 0, cloneCount: null });
  const clones = read([], { views: null, clones: [on('2026-01-05', 2, 1)] });
  expect(clones.after.map(({ trafficDate }) => trafficDate)).toEqual(daysFrom('2026-01-02', '2026-01-10'));
  expect(clones.day('2026-01-05')).toMatchObject({ viewCount: null, viewUniques: null, cloneCount: 2 });
  expect(clones.day('2026-01-06')).toMatchObject({ viewCount: null, cloneCount: 0, cloneUniques: 0 });
});

test('an unsettled day is provisional, and figures that GitHub leaves out are unknown', () => {
  const { day: found } = read([], { views: [on('2026-01-12', 37, 9)] });
  expect(found('2026-01-12')).toEqual(day('2026-01-12', [37, 9, null, null], 'provisional'));
  expect(found('2026-01-11')).toBeUndefined();
});

test('a settled day wholly inside the window that GitHub leaves out is zero', () => {
  const { after } = read([], {});
  expect(after.map(({ trafficDate }) => trafficDate)).toEqual(daysFrom('2026-01-02', '2026-01-10'));
  expect(after[0]).toEqual(day('2026-01-02', [0, 0, 0, 0], 'zero'));
});

test('a day settles 72 hours after its end, to the second', () => {
  expect(read([], {}, '2026-01-13T23:59:59.999Z').day('2026-01-10')).toBeUndefined();
  expect(read([], {}, '2026-01-14T00:00:00.000Z').day('2026-01-10')?.state).toBe('zero');
});

test('days before a repository’s creation are not zero', () => {
  const { after } = read([], {}, NOW, '2026-01-08');
  expect(after.map(({ trafficDate }) => trafficDate)).toEqual(['2026-01-08', '2026-01-09', '2026-01-10']);
});

test('the oldest day comes back cut: the larger figure stays, without a revision', () => {
  const stored = [day('2026-01-01', [73, 20, 4, 3], 'measured', '2026-01-05T06:00:00.000Z')];
  const { days, revisions } = read(stored, { views: [on('2026-01-01', 18, 7)] });
  expect(days.map(({ trafficDate }) => trafficDate)).not.toContain('2026-01-01');
  expect(revisions).toEqual([]);
});

test('the oldest day of an answer is cut for good, and the day after it is whole', () => {
  const { day: found } = read([], { views: [on('2025-12-31', 18, 7), on('2026-01-03', 2)] });
  expect(found('2025-12-31')).toEqual(day('2025-12-31', [18, 7, null, null], 'cut'));
  expect(found('2026-01-01')).toEqual(day('2026-01-01', [0, 0, 0, 0], 'zero'));
});

test('a day that was still growing when it was read last is cut once GitHub shows no more of it', () => {
  const stored = [day('2025-12-20', [5, 3, null, null], 'provisional', '2025-12-20T06:00:00.000Z')];
  expect(read(stored, {}).day('2025-12-20')).toEqual(
    day('2025-12-20', [5, 3, null, null], 'cut', '2025-12-20T06:00:00.000Z'),
  );
});

test('today grows, and the largest figure of each field is kept', () => {
  const morning = read([], { views: [on('2026-01-14', 3, 2)] }).after;
  const evening = read(
    morning,
    { views: [on('2026-01-14', 9, 5)], clones: [on('2026-01-14', 1)] },
    '2026-01-14T20:00:00.000Z',
  );
  expect(evening.day('2026-01-14')).toEqual(
    day('2026-01-14', [9, 5, 1, 1], 'provisional', '2026-01-14T20:00:00.000Z'),
  );
});

test('a day published late turns from unknown, or zero, to measured', () => {
  const late = read(
    read([], {}).after,
    { views: [on('2026-01-10', 4), on('2026-01-13', 6)] },
    '2026-01-17T06:00:00.000Z',
  );
  expect(late.day('2026-01-10')).toMatchObject({ state: 'measured', viewCount: 4, cloneCount: 0 });
  expect(late.day('2026-01-13')).toMatchObject({ state: 'measured', viewCount: 6, cloneCount: 0 });
});

test('an absent day never lowers a figure, and settles the day', () => {
  const stored = [day('2026-01-08', [5, 3, null, null], 'provisional', '2026-01-08T06:00:00.000Z')];
  const { day: found, revisions } = read(stored, {});
  expect(found('2026-01-08')).toEqual(day('2026-01-08', [5, 3, 0, 0], 'measured'));
  expect(revisions).toEqual([]);
});

test('a later, smaller figure for a settled day becomes a revision and is not stored', () => {
  const stored = [day('2026-01-05', [37, 9, 2, 1], 'measured', '2026-01-13T06:00:00.000Z')];
  const { days, revisions } = read(stored, {
    views: [on('2026-01-05', 30, 9)],
    clones: [on('2026-01-05', 2, 1)],
  });
  expect(days.map(({ trafficDate }) => trafficDate)).not.toContain('2026-01-05');
  expect(revisions).toEqual([{ trafficDate: '2026-01-05', metric: 'viewCount', kept: 37, observed: 30 }]);
});

test('the first whole day and the last settled one have revisions, and a figure that is left out has none', () => {
  const stored = ['2026-01-01', '2026-01-02', '2026-01-10', '2026-01-11'].map((date) =>
    day(date, [37, 9, 2, 1], 'measured', '2026-01-13T06:00:00.000Z'),
  );
  const { revisions } = read(stored, { views: stored.map(({ trafficDate }) => on(trafficDate, 30, 9)) });
  const revision = { metric: 'viewCount', kept: 37, observed: 30 };
  expect(revisions).toEqual([
    { trafficDate: '2026-01-02', ...revision },
    { trafficDate: '2026-01-10', ...revision },
  ]);
});

test('a smaller figure for an unsettled day is not a revision', () => {
  const stored = [day('2026-01-13', [37, 9, null, null], 'provisional')];
  expect(read(stored, { views: [on('2026-01-13', 30, 9)] }).revisions).toEqual([]);
});

test('an imported day that GitHub names becomes measured, and one it leaves out stays imported', () => {
  const stored = [
    day('2026-01-05', [37, 9, null, null], 'imported', '2025-12-01T00:00:00.000Z'),
    day('2026-01-06', [8, 2, null, null], 'imported', '2025-12-01T00:00:00.000Z'),
  ];
  const { day: found } = read(stored, { views: [on('2026-01-05', 40, 8)] });
  expect(found('2026-01-05')).toEqual(day('2026-01-05', [40, 9, 0, 0], 'measured'));
  expect(found('2026-01-06')).toEqual(day('2026-01-06', [8, 2, 0, 0], 'imported'));
});

test('an idle repository answers a window that ended weeks ago: its days are kept, only the first may be cut', () => {
  const { day: found } = read([], { views: [on('2025-11-01', 3), on('2025-11-02', 4), on('2025-11-05', 5)] });
  expect(found('2025-11-01')?.state).toBe('cut');
  expect(found('2025-11-02')).toEqual(day('2025-11-02', [4, 4, null, null], 'measured'));
  expect(found('2025-11-04')).toBeUndefined();
  expect(found('2026-01-10')?.state).toBe('zero');
});

test('an earlier reading does not undo a later one', () => {
  const later = read([], { views: [on('2026-01-10', 9)] }, '2026-01-14T06:00:00.000Z').after;
  const { days } = read(later, { views: [on('2026-01-10', 7)] }, '2026-01-13T06:00:00.000Z');
  expect(days.map(({ trafficDate }) => trafficDate)).not.toContain('2026-01-10');
});

test('runs cover from the first whole day, a cut day that was named, or the creation', () => {
  const reading = { now: new Date(NOW), createdDate: CREATED };
  expect(coveredFrom({ views: [], clones: [] }, reading)).toBe('2026-01-02');
  expect(coveredFrom({ views: [on('2025-12-31', 1)], clones: [] }, reading)).toBe('2025-12-31');
  expect(coveredFrom({ views: [on('2025-11-05', 1)], clones: [] }, reading)).toBe('2026-01-02');
  expect(coveredFrom({ views: [on('2025-12-29', 1)], clones: [] }, reading)).toBe('2025-12-29');
  expect(coveredFrom({ views: [on('2025-12-28', 1)], clones: [] }, reading)).toBe('2026-01-02');
  const unordered = { views: [on('2026-01-05', 1)], clones: [on('2026-01-01', 1), on('2025-12-31', 1)] };
  expect(coveredFrom(unordered, reading)).toBe('2025-12-31');
  expect(coveredFrom({ views: [], clones: [] }, { ...reading, createdDate: '2026-01-09' })).toBe(
    '2026-01-09',
  );
});

test('a provisional day that is read again with the same figures was read later', () => {
  const before = day('2026-01-12', [37, 9, null, null], 'provisional', '2026-01-13T06:00:00.000Z');
  const { days } = read([before], { views: [on('2026-01-12', 37, 9)] });
  expect(days.find(({ trafficDate }) => trafficDate === '2026-01-12')).toEqual({
    ...before,
    observedAt: NOW,
  });
});

test('an answer that arrives late does not set back when a day was read', () => {
  const before = day('2026-01-12', [37, 9, null, null], 'provisional', '2026-01-14T07:00:00.000Z');
  const { days } = read([before], { views: [on('2026-01-12', 37, 9)] });
  expect(days.filter(({ trafficDate }) => trafficDate === '2026-01-12')).toEqual([]);
});

test('a day of an old window that is not its first is final, also with the figures that were known', () => {
  const before = day('2025-12-12', [5, 5, null, null], 'provisional');
  const { day: found } = read([before], { views: [on('2025-12-10', 1), on('2025-12-12', 5)] });
  expect(found('2025-12-12')?.state).toBe('measured');
});

test('a day that was cut is measured by an answer that has it whole, even if that arrives late', () => {
  const cut = day('2026-01-01', [5, 3, 0, 0], 'cut', NOW);
  const { day: found } = read([cut], { views: [on('2026-01-01', 5, 3)] }, '2026-01-13T06:00:00.000Z');
  expect(found('2026-01-01')).toEqual({ ...cut, state: 'measured' });
});

test('the oldest days that GitHub remembers are cut, also when the other list is weeks old', () => {
  const views = [on('2025-11-01', 3)];
  for (const date of ['2025-12-31', '2026-01-01'])
    expect(read([], { views, clones: [on(date, 2)] }).day(date)?.state).toBe('cut');
});

test('differences of final days are reported, figure by figure', () => {
  const stored = [
    day('2026-01-01', [1, 1, 1, 1], 'measured'),
    day('2026-01-02', [9, 3, 4, 2], 'measured'),
    day('2026-01-05', [0, 0, 0, 0], 'zero'),
    day('2026-01-06', [5, null, 5, 5], 'measured'),
    day('2026-01-07', [5, 5, 5, 5], 'provisional'),
    day('2026-01-08', [5, 5, 5, 5], 'measured'),
    day('2026-01-10', [8, 8, 8, 8], 'measured'),
    day('2026-01-11', [5, 5, 5, 5], 'measured'),
  ];
  const dates = [
    '2026-01-01',
    '2026-01-02',
    '2026-01-05',
    '2026-01-06',
    '2026-01-07',
    '2026-01-10',
    '2026-01-11',
  ];
  const observed = { views: dates.map((date) => on(date, 9, 8)), clones: [on('2026-01-02', 3, 2)] };
  const difference = (trafficDate: string, metric: string, was: number, seen: number) => ({
    trafficDate,
    metric,
    stored: was,
    observed: seen,
  });
  expect(differencesOf(stored, observed, new Date(NOW))).toEqual([
    difference('2026-01-02', 'viewUniques', 3, 8),
    difference('2026-01-02', 'cloneCount', 4, 3),
    difference('2026-01-05', 'viewCount', 0, 9),
    difference('2026-01-05', 'viewUniques', 0, 8),
    difference('2026-01-06', 'viewCount', 5, 9),
    difference('2026-01-10', 'viewCount', 8, 9),
  ]);
});

test('a span is final through the day that the repository collected last has final', () => {
  const rows = (...at: (string | null)[]) =>
    at.map((lastSuccessAt) => ({ lastSuccessAt, publishedThrough: null }));
  const now = new Date(NOW);
  expect(finalDate(rows('2026-01-09T06:00:00.000Z', '2026-01-13T06:00:00.000Z', null), now)).toBe(
    '2026-01-09',
  );
  expect(finalDate(rows('2026-01-13T06:00:00.000Z', '2026-01-09T06:00:00.000Z'), now)).toBe('2026-01-09');
  expect(finalDate(rows('2026-01-09T06:00:00.000Z'), now)).toBe('2026-01-05');
  expect(finalDate(rows(null, null), now)).toBe('2026-01-10');
  expect(finalDate([], now)).toBe('2026-01-10');
  const published = { lastSuccessAt: '2026-01-14T06:00:00.000Z', publishedThrough: '2026-01-13' };
  expect(finalDate([...rows('2026-01-14T06:00:00.000Z'), published], now)).toBe('2026-01-13');
  expect(finalDate([{ ...published, publishedThrough: '2026-01-01' }], now)).toBe('2026-01-01');
});

test('the newest settled week can be read from Thursday on', () => {
  const since = (date: string) => readableSince('sparse', new Date(`${date}T06:00:00.000Z`));
  expect(since('2026-01-14')).toBe('2026-01-08');
  expect(since('2026-01-15')).toBe('2026-01-15');
  expect(since('2026-01-17')).toBe('2026-01-15');
  expect(since('2026-01-21')).toBe('2026-01-15');
  expect(since('2026-01-22')).toBe('2026-01-22');
});

test('missing days are lost until GitHub remembers them, and none is missing before the first run', () => {
  const number = toDayNumber;
  const since = (firstCoveredDate: string | null) => ({ firstCoveredDate, forgottenBefore: null });
  const whole = [0, number('2030-01-01')] as const;
  const { lost, coming } = missingSpans(since('2025-12-20'), '2026-01-14');
  expect(lost).toEqual([number('2025-12-20'), number('2025-12-31')]);
  expect(coming[0]).toBe(number('2026-01-01'));
  expect(missingSpans(since('2026-01-10'), '2026-01-14').coming[0]).toBe(number('2026-01-10'));
  expect(commonDays(whole, missingSpans(since('2026-01-10'), '2026-01-14').lost)).toBe(0);
  const never = missingSpans(since(null), '2026-01-14');
  expect([commonDays(whole, never.lost), commonDays(whole, never.coming)]).toEqual([0, 0]);
});

test('no days have no known figures', () => {
  expect(leastCertain(new Set())).toBe('before');
});

const SPARSE = { firstCoveredDate: '2025-12-06', publishedThrough: null, forgottenBefore: null };

test('a day without figures is before, lost or provisional where answers are sparse', () => {
  const states = ['2025-12-05', '2025-12-06', '2025-12-31', '2026-01-01', '2026-01-14'];
  expect(states.map((one) => stateOfMissing(one, SPARSE, '2026-01-14'))).toEqual([
    'before',
    'lost',
    'lost',
    'provisional',
    'provisional',
  ]);
  expect(stateOfMissing('2026-01-10', { ...SPARSE, firstCoveredDate: null }, '2026-01-14')).toBe('before');
});

test('a day without figures is lost only if it is before the newest window, however long GitHub stands still', () => {
  const standpoint = {
    firstCoveredDate: '2025-12-06',
    publishedThrough: '2026-01-13',
    forgottenBefore: '2025-12-31',
  };
  const states = ['2025-12-05', '2025-12-30', '2025-12-31', '2026-01-14', '2026-02-19'];
  expect(states.map((one) => stateOfMissing(one, standpoint, '2026-02-20'))).toEqual([
    'before',
    'lost',
    'not_published',
    'not_published',
    'not_published',
  ]);
});

test('the least certain of several days is shown', () => {
  expect(leastCertain(new Set(['measured', 'zero', 'lost', 'provisional']))).toBe('lost');
  expect(leastCertain(new Set(['zero', 'measured']))).toBe('measured');
  expect(leastCertain(new Set(['zero']))).toBe('zero');
});

test('days until loss count down from the last covered day', () => {
  expect(
    ['2026-01-14', '2026-01-13', '2026-01-02', '2026-01-01', '2025-12-01'].map((one) =>
      daysUntilLoss({ lastCoveredDate: one, publishedThrough: null, stalledThrough: null }, '2026-01-14'),
    ),
  ).toEqual([13, 12, 1, 0, 0]);
  expect(
    daysUntilLoss({ lastCoveredDate: null, publishedThrough: null, stalledThrough: null }, '2026-01-14'),
  ).toBe(0);
});

test('after a published window, days until loss count down from its end', () => {
  const left = ['2026-01-13', '2026-01-12', '2025-12-30', '2025-12-29', '2025-12-01'].map(
    (publishedThrough) =>
      daysUntilLoss({ lastCoveredDate: '2026-01-14', publishedThrough, stalledThrough: null }, '2026-01-14'),
  );
  expect(left).toEqual([14, 13, 0, 0, 0]);
});

const week = (
  weekStart: string,
  views: number | null,
  clones: number | null,
  observedAt = NOW,
): TrafficWeek => ({
  weekStart,
  observedAt,
  viewCount: views,
  viewUniques: views,
  cloneCount: clones,
  cloneUniques: clones,
});

const NO_DAYS: Observed = { views: [], clones: [] };

test('only weeks that have settled and lie wholly in the window are kept', () => {
  const views = ['2025-12-29', '2026-01-05', '2026-01-12'].map((one) => on(one, 10));
  const keptAt = (now: string) =>
    mergeWeeks([], { weeks: { views, clones: [] }, days: NO_DAYS }, new Date(now));
  expect(keptAt('2026-01-14T23:59:59.999Z')).toEqual([]);
  expect(keptAt('2026-01-15T00:00:00.000Z')).toEqual([week('2026-01-05', 10, 0, '2026-01-15T00:00:00.000Z')]);
  expect(keptAt('2026-01-17T23:59:59.999Z')).toHaveLength(1);
  expect(keptAt('2026-01-18T00:00:00.000Z')).toEqual([]);
});

test('the larger of two readings of a week is kept; repeating it changes nothing', () => {
  const at = new Date('2026-01-16T06:00:00.000Z');
  const stored = [week('2026-01-05', 10, 0)];
  const toRead = (count: number) => ({
    weeks: { views: [on('2026-01-05', count)], clones: [] },
    days: NO_DAYS,
  });
  expect(mergeWeeks(stored, toRead(9), at)).toEqual([]);
  expect(mergeWeeks(stored, toRead(12), at)).toEqual([week('2026-01-05', 12, 0, at.toISOString())]);
});

test('a week of sparse answers is final on three days', () => {
  const days = daysFrom('2026-01-13', '2026-01-20').map((one) =>
    finalWeek(coverageOf(NO_DAYS, new Date(`${one}T06:00:00Z`))),
  );
  expect(days).toEqual([null, null, '2026-01-05', '2026-01-05', '2026-01-05', null, null, null]);
});

test('the week that ended is known from Monday on, and cut on Sunday', () => {
  const days = daysFrom('2026-01-11', '2026-01-18').map((one) =>
    endedWeek(coverageOf(NO_DAYS, new Date(`${one}T06:00:00Z`))),
  );
  expect(days).toEqual([null, ...Array(6).fill('2026-01-05'), null]);
});

/** One answer of a GitHub that publishes some of the days of its window, and when it was read. */
const answers = fc.record({
  /** Hours after the answer before. */
  after: fc.integer({ min: 0, max: 24 * 20 }),
  views: fc.dictionary(fc.integer({ min: 0, max: 15 }).map(String), fc.integer({ min: 0, max: 9 })),
  clones: fc.dictionary(fc.integer({ min: 0, max: 15 }).map(String), fc.integer({ min: 0, max: 9 })),
});

interface Read {
  now: Date;
  observed: { views: Observation[]; clones: Observation[] };
  /** The oldest day that it names. */
  oldest: string | undefined;
  /** The 12th before today, or the day after the oldest one that an answer of today names. */
  firstWhole: string;
  /** Days before this one are those of a window that ended long ago. */
  firstOfWindow: string;
}

function toReads(
  drawn: { after: number; views: Record<string, number>; clones: Record<string, number> }[],
): Read[] {
  let hours = 0;
  return drawn.map(({ after, views, clones }) => {
    hours += after;
    const now = new Date(Date.parse('2025-12-01T00:00:00Z') + hours * 3_600_000);
    const toDays = (figures: Record<string, number>) =>
      Object.entries(figures).map(([ago, count]) => on(addDays(toDay(now), -Number(ago)), count + 2, count));
    const observed = { views: toDays(views), clones: toDays(clones) };
    const dates = [...observed.views, ...observed.clones].map((one) => one.date).sort();
    return {
      now,
      observed,
      oldest: dates[0],
      firstWhole: firstWhole(toDay(now), dates),
      firstOfWindow: addDays(toDay(now), -14),
    };
  });
}

function firstWhole(today: string, dates: readonly string[]): string {
  const fromToday = addDays(today, -16);
  const oldest = dates.find((date) => date >= fromToday);
  const usual = addDays(today, -12);
  return oldest !== undefined && addDays(oldest, 1) < usual ? addDays(oldest, 1) : usual;
}

/** The same from the definitions, one day at a time, over all answers there were. */
function derive(
  date: string,
  reads: readonly Read[],
): Pick<TrafficDay, 'state' | 'viewCount' | 'cloneUniques'> | undefined {
  const namedBy = reads.filter(({ observed }) =>
    [...observed.views, ...observed.clones].some((one) => one.date === date),
  );
  const ended = Date.parse(`${date}T00:00:00Z`) + 24 * 3_600_000;
  const settledBy = reads.filter(
    (one) => one.now.getTime() >= ended + 72 * 3_600_000 && date >= one.firstWhole,
  );
  const wholeBy = namedBy.filter(({ oldest, firstOfWindow }) => date < firstOfWindow && date !== oldest);
  if (namedBy.length === 0 && settledBy.length === 0) return undefined;
  const figure = (list: 'views' | 'clones', field: 'count' | 'uniques') => {
    const seen = namedBy.flatMap(({ observed }) =>
      observed[list].filter((one) => one.date === date).map((one) => one[field]),
    );
    const all = [...seen, ...settledBy.map(() => 0)];
    return all.length === 0 ? null : Math.max(...all);
  };
  const final = settledBy.length > 0 || wholeBy.length > 0;
  const isOver = reads.some((one) => date < one.firstWhole);
  const open = isOver ? 'cut' : 'provisional';
  const state = !final ? open : namedBy.length > 0 ? 'measured' : 'zero';
  return { state, viewCount: figure('views', 'count'), cloneUniques: figure('clones', 'uniques') };
}

test('merging answers one by one equals the definition over all of them; repeating it changes nothing', () => {
  const property = fc.property(fc.array(answers, { minLength: 1, maxLength: 12 }), (drawn) => {
    const reads = toReads(drawn);
    let stored: TrafficDay[] = [];
    let written = 0;
    for (const { now, observed } of reads) {
      stored = read(stored, observed, now.toISOString()).after;
      written += read(stored, observed, now.toISOString()).days.length;
    }
    const dates = daysFrom('2025-11-10', toDay(reads.at(-1)?.now ?? new Date(NOW)));
    const rows = stored.map(({ trafficDate, state, viewCount, cloneUniques }) => [
      trafficDate,
      { state, viewCount, cloneUniques },
    ]);
    const expected = dates.map((date) => [date, derive(date, reads)]).filter(([, row]) => row !== undefined);
    expect({ written, rows }).toEqual({ written: 0, rows: expected });
  });
  fc.assert(property, { numRuns: 200, seed: SEED });
});
