import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { TrafficWindow } from '../../lib/answers/stats.ts';
import { addDays, type Day, daysBetween, daysFrom } from '../../lib/day.ts';
import { findCorrections, LOOK_BACK_DAYS } from '../../lib/traffic/correction.ts';
import { mergeDays, type TrafficDay } from '../../lib/traffic/merge.ts';
import {
  answerOf,
  busy,
  FALSE_ZEROS,
  type Read,
  storeReads,
  type Truth,
  totalsOf,
  WINTER,
} from '../old-copies.ts';
import { SEED } from '../seed.ts';

const ERA = { since: '2025-12-31T00:00:00.000Z', until: '2026-06-01T00:00:00.000Z' };
const NONE: ReadonlySet<Day> = new Set();
const idle: Truth = () => ({ viewCount: 0, viewUniques: 0, cloneCount: 0, cloneUniques: 0 });

const zerosOf = (days: readonly TrafficDay[]) =>
  days.filter(({ state }) => state === 'zero').map(({ trafficDate }) => trafficDate);

test('the window of 17 to 30 January, served on 20 February, made nine days zero: these are wrong', () => {
  const stored = storeReads(busy, WINTER);
  expect(zerosOf(stored.days)).toEqual(FALSE_ZEROS);
  const { wrong, undecided } = findCorrections({ ...stored, revised: NONE }, ERA);
  expect({ wrong, undecided }).toEqual({ wrong: FALSE_ZEROS, undecided: [] });
});

test('zeros are undecided when the totals of the read that stored them are missing', () => {
  const { days, windows } = storeReads(busy, WINTER);
  const others = windows.filter(({ observedDate }) => observedDate !== '2026-02-20');
  const { wrong, undecided } = findCorrections({ days, windows: others, revised: NONE }, ERA);
  expect({ wrong, undecided }).toEqual({ wrong: [], undecided: FALSE_ZEROS });
});

test('zeros are undecided when the totals fit windows with the day and windows without it', () => {
  const stored = storeReads(idle, WINTER);
  const { wrong, undecided } = findCorrections({ ...stored, revised: NONE }, ERA);
  expect({ wrong, undecided }).toEqual({ wrong: [], undecided: FALSE_ZEROS });
});

test('zeros are undecided when GitHub gave another figure for a day of the only window that fits', () => {
  const stored = storeReads(busy, WINTER);
  const { wrong, undecided } = findCorrections({ ...stored, revised: new Set(['2026-01-20']) }, ERA);
  expect({ wrong, undecided }).toEqual({ wrong: [], undecided: FALSE_ZEROS });
});

test('zeros are undecided when GitHub gave another figure for a day of a window with them', () => {
  const stored = storeReads(busy, WINTER);
  const { wrong, undecided } = findCorrections({ ...stored, revised: new Set(['2026-02-17']) }, ERA);
  expect({ wrong, undecided }).toEqual({ wrong: [], undecided: FALSE_ZEROS });
});

test('a window with a day that is not stored was never read, whatever the sum of its other days', () => {
  const twice: Truth = (day) =>
    ['2026-01-20', '2026-02-18'].includes(day)
      ? { viewCount: 50, viewUniques: 9, cloneCount: 5, cloneUniques: 2 }
      : idle(day);
  const reads = WINTER.filter(({ at }) => at < '2026-02-01' || at > '2026-03-01');
  const copy = { at: '2026-02-20T08:00:00.000Z', end: '2026-01-30' };
  const inOrder = [...reads, copy].sort((one, other) => (one.at < other.at ? -1 : 1));
  const { wrong, undecided } = findCorrections({ ...storeReads(twice, inOrder), revised: NONE }, ERA);
  expect({ wrong, undecided }).toEqual({ wrong: FALSE_ZEROS, undecided: [] });
});

test('a zero that was stored before its day had settled was written out by GitHub', () => {
  const { days, windows } = storeReads(idle, WINTER);
  const early = days.map((row) => ({ ...row, observedAt: `${addDays(row.trafficDate, 1)}T08:00:00.000Z` }));
  const { wrong, undecided } = findCorrections({ days: early, windows, revised: NONE }, ERA);
  expect({ wrong, undecided }).toEqual({ wrong: [], undecided: [] });
});

test('zeros stored before GitHub wrote zeros out, or by the rules for windows, are left alone', () => {
  const stored = { ...storeReads(busy, WINTER), revised: NONE };
  const nothing = { wrong: [], undecided: [], final: [] };
  expect(findCorrections(stored, { ...ERA, since: '2026-05-01T00:00:00.000Z' })).toEqual(nothing);
  expect(findCorrections(stored, { ...ERA, until: '2026-01-01T00:00:00.000Z' })).toEqual(nothing);
});

test('provisional days in a window whose totals fit are final', () => {
  const stored = storeReads(busy, WINTER);
  const provisional = stored.days.filter(({ state }) => state === 'provisional');
  const { final } = findCorrections({ ...stored, revised: NONE }, ERA);
  const dates = [
    '2026-01-04',
    '2026-01-05',
    '2026-02-05',
    '2026-02-06',
    '2026-02-07',
    '2026-02-18',
    '2026-03-01',
    '2026-03-02',
    '2026-03-03',
  ];
  expect(provisional.map(({ trafficDate }) => trafficDate)).toEqual(dates);
  const idleDates = ['2026-01-04', '2026-02-18'];
  expect(final).toEqual(
    dates.map((trafficDate) => ({
      trafficDate,
      state: idleDates.includes(trafficDate) ? 'zero' : 'measured',
    })),
  );
});

test('a provisional day stays when its window was not kept, or one of its figures is unknown', () => {
  const { days, windows } = storeReads(busy, WINTER);
  const later = windows.filter(({ observedDate }) => observedDate > '2026-01-18');
  const halves = days.map((row) => (row.trafficDate === '2026-03-03' ? { ...row, cloneCount: null } : row));
  const { final } = findCorrections({ days: halves, windows: later, revised: NONE }, ERA);
  const dates = final.map(({ trafficDate }) => trafficDate);
  expect(dates).not.toContain('2026-01-04');
  expect(dates).not.toContain('2026-03-03');
  expect(dates).toContain('2026-03-02');
});

const START = '2026-02-01';
const dayAfter = (count: number) => addDays(START, count);
const morningOf = (day: Day) => `${day}T08:00:00.000Z`;

/** A day of ten views and clones by one person each; `after` is its number of days after the start. */
const tenOn = (after: number, change: Partial<TrafficDay> = {}): TrafficDay => ({
  trafficDate: dayAfter(after),
  viewCount: 10,
  viewUniques: 1,
  cloneCount: 10,
  cloneUniques: 1,
  state: 'measured',
  observedAt: morningOf(dayAfter(after + 1)),
  ...change,
});
const zeroOn = (after: number, change: Partial<TrafficDay> = {}) =>
  tenOn(after, { ...idle(dayAfter(after)), state: 'zero', ...change });

/** The totals that a read on a day left: 14 days like those above, unless `change` says otherwise. */
const readOn = (after: number, change: Partial<TrafficWindow> = {}): TrafficWindow => ({
  observedDate: dayAfter(after),
  viewCount: 140,
  viewUniques: 14,
  cloneCount: 140,
  cloneUniques: 14,
  ...change,
});

/** The 13 days that the first two windows share. */
const BETWEEN = Array.from({ length: 13 }, (_, place) => tenOn(place + 1));

const PROVISIONAL = { state: 'provisional' } as const;
const finalOf = (days: TrafficDay[], windows: TrafficWindow[], revised = NONE) =>
  findCorrections({ days, windows, revised }, ERA).final.map(({ trafficDate }) => trafficDate);

test.each<[string, Partial<TrafficDay>, Partial<TrafficDay>, Partial<TrafficWindow>]>([
  ['too few clones for the window before', { cloneCount: 50 }, {}, {}],
  ['fewer unique viewers than on a day of the window before', { viewUniques: 9 }, {}, { viewUniques: 8 }],
  ['fewer unique cloners than on a day of the window before', { cloneUniques: 9 }, {}, { cloneUniques: 8 }],
  ['more unique viewers than the window before can have', {}, { viewUniques: 9 }, { viewUniques: 15 }],
  ['more unique cloners than the window before can have', {}, { cloneUniques: 9 }, { cloneUniques: 15 }],
])('a read with %s was of the window that ends on the last day', (_, ofFirst, ofLast, totals) => {
  const days = [tenOn(0, ofFirst), ...BETWEEN, tenOn(14, { ...PROVISIONAL, ...ofLast })];
  expect(finalOf(days, [readOn(15, totals)])).toEqual([dayAfter(14)]);
  expect(finalOf([tenOn(0), ...BETWEEN, tenOn(14, PROVISIONAL)], [readOn(15)])).toEqual([]);
});

test('a day of every window that a read fits is final, although a day of one of them was revised', () => {
  const days = [tenOn(0, { viewCount: 50 }), ...BETWEEN, tenOn(14, PROVISIONAL), tenOn(15)];
  expect(finalOf(days, [readOn(16)], new Set([dayAfter(15)]))).toEqual([dayAfter(14)]);
});

test('a provisional day without traffic is zero once it is final, and one missing day rules out a window', () => {
  const days = [...BETWEEN, zeroOn(14, PROVISIONAL)];
  const totals = { viewCount: 130, viewUniques: 13, cloneCount: 130, cloneUniques: 13 };
  const { final } = findCorrections({ days, windows: [readOn(15, totals)], revised: NONE }, ERA);
  expect(final).toEqual([{ trafficDate: dayAfter(14), state: 'zero' }]);
});

test('a provisional day with an unknown figure stays, even where the others prove which window was read', () => {
  const half = { ...PROVISIONAL, cloneCount: null, cloneUniques: null };
  const totals = { cloneCount: 130, cloneUniques: 13 };
  expect(finalOf([tenOn(0, { viewCount: 50 }), ...BETWEEN, tenOn(14, half)], [readOn(15, totals)])).toEqual(
    [],
  );
});

/** A zero that an old copy left out: the 14 days from the second on have more traffic than those before and after. */
const LEFT_OUT = zeroOn(15, { observedAt: morningOf(dayAfter(19)) });
const AROUND_IT = [zeroOn(0), ...BETWEEN, tenOn(14), LEFT_OUT];
const OLD_COPY = readOn(19);
/** Fits the window that begins a day earlier and the one that ends a day later. */
const UNCLEAR = { viewCount: 130, viewUniques: 13, cloneCount: 130, cloneUniques: 13 };
const judge = (windows: TrafficWindow[], era = ERA) => {
  const { wrong, undecided } = findCorrections({ days: AROUND_IT, windows, revised: NONE }, era);
  return { wrong, undecided };
};
const WRONG = { wrong: [LEFT_OUT.trafficDate], undecided: [] };

test('a zero is undecided when one of the reads that could have had the day fits windows with it', () => {
  expect(judge([OLD_COPY])).toEqual(WRONG);
  expect(judge([OLD_COPY, readOn(20, UNCLEAR)])).toEqual({ wrong: [], undecided: [LEFT_OUT.trafficDate] });
});

test('the rules for sparse answers were used from the first instant of their time, and not at its end', () => {
  const at = LEFT_OUT.observedAt;
  expect(judge([OLD_COPY], { ...ERA, since: at })).toEqual(WRONG);
  expect(judge([OLD_COPY], { ...ERA, until: at })).toEqual({ wrong: [], undecided: [] });
});

test('a read of an earlier day than GitHub began to write zeros says nothing', () => {
  const windows = [readOn(18, UNCLEAR), OLD_COPY];
  expect(judge(windows).undecided).toEqual([LEFT_OUT.trafficDate]);
  expect(judge(windows, { ...ERA, since: `${dayAfter(19)}T00:00:00.000Z` })).toEqual(WRONG);
});

test('corrections look back far enough for the oldest copy that they expect', () => {
  const zero = '2026-04-17';
  const stored = storeReads(busy, [
    { at: '2026-02-10T08:00:00.000Z', end: '2026-02-09' },
    { at: '2026-02-24T08:00:00.000Z', end: '2026-02-23' },
    { at: '2026-02-28T08:00:00.000Z', end: '2026-02-27' },
    { at: '2026-04-29T08:00:00.000Z', end: '2026-02-28' },
  ]);
  const days = stored.days.filter(({ trafficDate }) => trafficDate >= addDays(zero, -LOOK_BACK_DAYS));
  const { wrong } = findCorrections({ ...stored, days, revised: NONE }, ERA);
  expect(wrong).toContain(zero);
});

const FIRST = '2026-01-10';

/** Small figures and many zeros, so that different windows often have the same sums. */
const truths: fc.Arbitrary<Truth> = fc
  .array(fc.constantFrom(0, 0, 0, 1, 2), { minLength: 120, maxLength: 120 })
  .map((drawn) => (day) => {
    const count = drawn[daysBetween('2025-12-01', day)] ?? 0;
    return { viewCount: count, viewUniques: count, cloneCount: 0, cloneUniques: 0 };
  });

/** Reads in order: days from one to the next, and how many days ago the answer ends. */
const readsWith = (age: fc.Arbitrary<number>): fc.Arbitrary<Read[]> =>
  fc.array(fc.tuple(fc.integer({ min: 1, max: 16 }), age), { minLength: 1, maxLength: 14 }).map((drawn) => {
    let day = FIRST;
    return drawn.map(([step, ago]) => {
      day = addDays(day, step > 12 ? step : Math.ceil(step / 4));
      return { at: `${day}T08:00:00.000Z`, end: addDays(day, -ago) };
    });
  });
const freshAges = fc.constantFrom(1, 1, 2);
const anyAges = fc.oneof(freshAges, fc.integer({ min: 3, max: 26 }));

function holds(property: fc.IRawProperty<unknown>): void {
  fc.assert(property, { numRuns: 80, seed: SEED });
}

test('a zero that GitHub wrote in fresh answers is never wrong', () => {
  holds(
    fc.property(truths, readsWith(freshAges), (truth, reads) => {
      let days: TrafficDay[] = [];
      for (const { at, end } of reads) {
        const reading = { now: new Date(at), createdDate: '2020-01-01' };
        const merged = mergeDays(days, answerOf(truth, end), reading).days;
        const rows = new Map([...days, ...merged].map((row) => [row.trafficDate, row]));
        days = [...rows.values()];
      }
      const windows = reads.map((read) => totalsOf(truth, read));
      expect(findCorrections({ days, windows, revised: NONE }, ERA).wrong).toEqual([]);
    }),
  );
});

test('of old copies and fresh answers, only days that no answer named are wrong, and what is final is true', () => {
  let wrongDays = 0;
  holds(
    fc.property(truths, readsWith(anyAges), (truth, reads) => {
      const stored = storeReads(truth, reads);
      const { wrong, undecided, final } = findCorrections({ ...stored, revised: NONE }, ERA);
      const named = new Set(reads.flatMap(({ end }) => daysFrom(addDays(end, -13), end)));
      expect(wrong.filter((day) => named.has(day))).toEqual([]);
      expect([...wrong, ...undecided].sort()).toEqual(zerosOf(stored.days));
      const rows = new Map(stored.days.map((row) => [row.trafficDate, row]));
      for (const { trafficDate } of final) expect(rows.get(trafficDate)).toMatchObject(truth(trafficDate));
      wrongDays += wrong.length;
    }),
  );
  expect(wrongDays).toBeGreaterThan(50);
});

test('judging again after the corrections finds nothing more', () => {
  holds(
    fc.property(truths, readsWith(anyAges), (truth, reads) => {
      const stored = { ...storeReads(truth, reads), revised: NONE };
      const { wrong, undecided, final } = findCorrections(stored, ERA);
      const states = new Map(final.map((one) => [one.trafficDate, one.state]));
      const days = stored.days
        .filter(({ trafficDate }) => !wrong.includes(trafficDate))
        .map((row) => ({ ...row, state: states.get(row.trafficDate) ?? row.state }));
      const again = findCorrections({ ...stored, days }, ERA);
      expect(again.wrong).toEqual([]);
      expect(again.final).toEqual([]);
      expect(again.undecided).toEqual(undecided);
    }),
  );
});
