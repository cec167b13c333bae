import fc from 'fast-check';
import { expect, test } from 'vitest';
import { HISTORY_DAYS } from '../../lib/alerts/baseline.ts';
import {
  isJudged,
  judgeDays,
  judgeMilestone,
  judgeReferrers,
  type KnownChange,
  listComparable,
  REFERRER_HISTORY_DAYS,
  type SubjectDay,
} from '../../lib/alerts/detect.ts';
import { addDays, type Day, daysBetween, daysFrom } from '../../lib/day.ts';
import { SEED } from '../seed.ts';

const DATE = '2026-03-16';
const FROM = addDays(DATE, -HISTORY_DAYS);

const toDays = (from: Day, through: Day, viewsOn: (date: Day) => number): SubjectDay[] =>
  daysFrom(from, through).map((date) => ({
    date,
    state: 'measured' as const,
    viewCount: viewsOn(date),
    viewUniques: Math.round(viewsOn(date) / 4),
    cloneCount: 5,
    cloneUniques: 2,
  }));

test('a day with four times the usual views begins a spike once, and it is over once', () => {
  const days = toDays(FROM, addDays(DATE, 20), (date) => (date >= DATE && date < '2026-03-20' ? 400 : 100));
  const { began, over } = judgeDays(days, { from: DATE, through: addDays(DATE, 20), known: [] });
  expect(began).toMatchObject([
    { kind: 'spike', metric: 'views', date: DATE, count: { value: 400, expected: 100 }, factor: 4 },
  ]);
  expect(over).toMatchObject([
    { kind: 'spike', metric: 'views', date: DATE, overOn: '2026-03-20', overReason: 'back' },
  ]);
});

test('days that are not final are not judged', () => {
  expect([
    isJudged({ state: 'suspect' }),
    isJudged({ state: 'imported' }),
    isJudged({ state: 'zero' }),
  ]).toEqual([false, false, true]);
});

test('a group has the repositories that are known on the day and miss few of the days that most have', () => {
  const days = 100;
  const day = addDays(DATE, -days + 1);
  const known = (isKnown: (place: number) => boolean) =>
    Uint8Array.from({ length: days }, (_, place) => Number(isKnown(place)));
  const ofRepositories = new Map([
    [1, known(() => true)],
    [2, known((place) => place !== 50)],
    [3, known((place) => place !== days - 1)],
    [4, known((place) => place >= 20)],
    [5, known((place) => place >= 5)],
  ]);
  expect(listComparable({ from: day, ofRepositories }, DATE)).toEqual([1, 2, 5]);
  expect(listComparable({ from: day, ofRepositories }, addDays(DATE, -1))).toEqual([1, 2, 3, 5]);
  expect(listComparable({ from: day, ofRepositories: new Map() }, DATE)).toEqual([]);
});

test('a referrer that was in no list before is new among the top three, once', () => {
  const lists = daysFrom(addDays(DATE, -REFERRER_HISTORY_DAYS), addDays(DATE, 5)).map((date) => ({
    date,
    referrers: [
      { referrer: 'Google', viewCount: 300, viewUniques: 100 },
      ...(date >= DATE ? [{ referrer: 'news.ycombinator.com', viewCount: 200, viewUniques: 90 }] : []),
    ],
  }));
  expect(judgeReferrers(lists, { from: DATE, through: addDays(DATE, 5) })).toMatchObject([
    { referrer: 'news.ycombinator.com', date: DATE, firstSeen: DATE, rank: 2 },
  ]);
});

test('lists that are missing or stale make no referrer new', () => {
  const FIRST = addDays(DATE, -REFERRER_HISTORY_DAYS - 20);
  const dates = daysFrom(FIRST, addDays(DATE, 20));
  const isFresh = fc.array(fc.constantFrom('read', 'read', 'stale', 'missing'), {
    minLength: dates.length,
    maxLength: dates.length,
  });
  const gap = fc.record({ from: fc.integer({ min: 0, max: 124 }), days: fc.integer({ min: 0, max: 40 }) });
  // Each name has been there for long: lists of 14 days have it again and again.
  const cycles = fc.array(fc.integer({ min: 1, max: 28 }), { minLength: 4, maxLength: 8 });
  fc.assert(
    fc.property(isFresh, gap, cycles, (kinds, { from, days }, every) => {
      const read = dates.map((_, place) =>
        every
          .map((cycle, name) => ({
            referrer: `site-${name}`,
            viewCount:
              40 * Array.from({ length: 14 }).filter((_, back) => (place - back) % cycle === 0).length,
            viewUniques: 20,
          }))
          .filter(({ viewCount }) => viewCount > 0)
          .toSorted((one, other) => other.viewCount - one.viewCount),
      );
      let last = 0;
      const lists = dates.flatMap((date, place) => {
        if (kinds[place] === 'missing' || (place >= from && place < from + days)) return [];
        if (kinds[place] === 'read') last = place;
        return [{ date, referrers: read[last] ?? [] }];
      });
      expect(judgeReferrers(lists, { from: FIRST, through: addDays(DATE, 20) })).toEqual([]);
    }),
    { numRuns: 40, seed: SEED },
  );
});

test('a referrer that came while no list was read for weeks is not new', () => {
  const lists = daysFrom(addDays(DATE, -REFERRER_HISTORY_DAYS), DATE)
    .filter((date) => date < addDays(DATE, -36) || date > addDays(DATE, -16))
    .map((date) => ({
      date,
      referrers: [
        { referrer: 'Google', viewCount: 300, viewUniques: 100 },
        ...(date === DATE ? [{ referrer: 'news.ycombinator.com', viewCount: 200, viewUniques: 90 }] : []),
      ],
    }));
  expect(judgeReferrers(lists, { from: DATE, through: DATE })).toEqual([]);
});

test('a total that passes a round number is told, with the day', () => {
  const totals = [980, 995, 1010, 1020].map((total, place) => ({ date: addDays(DATE, place), total }));
  const span = { from: addDays(DATE, 1), through: addDays(DATE, 3), told: null };
  expect(judgeMilestone('stars', totals, span)).toMatchObject({ milestone: 1000, date: addDays(DATE, 2) });
  expect(judgeMilestone('stars', totals, { ...span, told: 1000 })).toBeNull();
});

/** Days of views that vary, with one more state for some of them. */
const variedDays = fc
  .array(fc.integer({ min: 80, max: 140 }), { minLength: 150, maxLength: 150 })
  .map((views) =>
    toDays(addDays(DATE, -129), addDays(DATE, 20), (date) => {
      const place = daysBetween(addDays(DATE, -129), date);
      const isLaunch = date >= DATE && date < addDays(DATE, 4);
      return (views[place] ?? 100) * (isLaunch ? 8 : 1) * 4;
    }),
  );
const JUDGED = { from: addDays(DATE, -30), through: addDays(DATE, 20), known: [] };

function holds(property: fc.IRawProperty<unknown, false>): void {
  fc.assert(property, { numRuns: 6, seed: SEED });
}

test('a spike that stands out does so too if all figures are ten times as large', () => {
  holds(
    fc.property(variedDays, (days) => {
      const larger = days.map((day) => ({
        ...day,
        viewCount: 10 * (day.viewCount ?? 0),
        viewUniques: 10 * (day.viewUniques ?? 0),
      }));
      const datesOf = (given: SubjectDay[]) => judgeDays(given, JUDGED).began.map(({ date }) => date);
      expect(datesOf(days)).toContain(DATE);
      expect(datesOf(larger)).toEqual(datesOf(days));
    }),
  );
});

test('days that are not known begin no alert, and days that are not final change nothing', () => {
  const states = fc.constantFrom('suspect', 'provisional', 'cut', 'lost', 'imported', 'not_published');
  holds(
    fc.property(variedDays, fc.array(states, { minLength: 40, maxLength: 40 }), (days, chosen) => {
      const usual = days.filter(({ date }) => date < DATE);
      const span = { ...JUDGED, through: addDays(DATE, -1) };
      const known = usual.filter((_, place) => place % 5 !== 3 || place < 60);
      expect(judgeDays(known, span).began).toEqual([]);
      const zeros = usual
        .filter((day) => !known.includes(day))
        .map((day, place) => ({
          ...day,
          viewCount: 0,
          viewUniques: 0,
          state: chosen[place] ?? ('suspect' as const),
        }));
      expect(judgeDays([...zeros, ...known], span)).toEqual(judgeDays(known, span));
    }),
  );
});

/** Days of people who come by chance, with seldom more than twice as many as usual, and whether each is known. */
const chanceDays = fc.record({
  chances: fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 150, maxLength: 150 }),
  unknown: fc.uniqueArray(fc.integer({ min: 0, max: 149 }), { maxLength: 90 }),
  roughness: fc.double({ min: 0.1, max: 0.7, noNaN: true }),
});

test('an alert on days of which some are unknown is one if all are known', () => {
  fc.assert(
    fc.property(chanceDays, ({ chances, unknown, roughness }) => {
      const first = addDays(DATE, -129);
      const all = toDays(first, addDays(DATE, 20), (date) => {
        const chance = chances[daysBetween(first, date)] ?? 0;
        return Math.round(200 * Math.exp(roughness * chance ** 3));
      });
      const known = all.filter((_, place) => !unknown.includes(place));
      const toldOf = (days: SubjectDay[]) =>
        judgeDays(days, JUDGED).began.map(({ kind, date }) => `${kind} ${date}`);
      const complete = toldOf(all);
      expect(toldOf(known).filter((told) => !complete.includes(told))).toEqual([]);
    }),
    { numRuns: 60, seed: SEED },
  );
});

const told = (days: SubjectDay[]) =>
  judgeDays(days, { from: DATE, through: addDays(DATE, 20), known: [] }).began.map(
    ({ kind, date, noticedOn }) => `${kind} ${date} ${noticedOn}`,
  );
/** 400 views a day, and others from a day on. */
const steadyUntil = (from: Day, views: readonly number[]) =>
  toDays(FROM, addDays(DATE, 20), (date) => views[daysBetween(from, date)] ?? 400);

test('a drop is one without its two lowest days, which GitHub may have counted in part', () => {
  const half = [220, 220, 220, 220, 220, 220];
  expect(told(steadyUntil(DATE, half))).toEqual([]);
  expect(told(steadyUntil(DATE, half.with(1, 40).with(2, 40)))).toEqual([]);
  expect(told(steadyUntil(DATE, [160, 160, 160, 160, 160, 160]))).toEqual([
    `drop ${DATE} ${addDays(DATE, 5)}`,
  ]);
});

test('a spike that may have begun on unknown days is not told when they are over', () => {
  const tail = [8000, 8000, 8000, 4000, 4000, 2000, 2000, 2000, 2000];
  const gap = (days: SubjectDay[], count: number) =>
    days.filter(({ date }) => date < addDays(DATE, -2) || date >= addDays(DATE, count - 2));
  const begunUnseen = steadyUntil(addDays(DATE, -2), tail);
  expect(told(gap(begunUnseen, 4))).toEqual([]);
  const laterSpike = steadyUntil(addDays(DATE, 4), tail);
  expect(told(gap(laterSpike, 4))).toEqual([`spike ${addDays(DATE, 4)} ${addDays(DATE, 4)}`]);
});

test('a few days of zeros between usual ones count as unknown', () => {
  const isSilent = ({ date }: SubjectDay) => date >= addDays(DATE, -30) && date < addDays(DATE, -27);
  for (const times of [2.45, 4]) {
    const days = steadyUntil(DATE, [400 * times]);
    const zeros = days.map((day) => (isSilent(day) ? { ...day, viewCount: 0, viewUniques: 0 } : day));
    expect(told(zeros)).toEqual(told(days.filter((day) => !isSilent(day))));
  }
  expect(told(steadyUntil(DATE, [400 * 2.45]))).toEqual([`spike ${DATE} ${DATE}`]);
});

test('the end of a change that was not told is no change of the other kind', () => {
  const changed = (views: number) =>
    toDays(FROM, addDays(DATE, 20), (date) => (date >= addDays(DATE, -28) && date < DATE ? views : 400));
  expect(told(changed(2000))).toEqual([]);
  expect(told(changed(50))).toEqual([]);
});

test('where some usual days are high, a spike is well above them', () => {
  const sometimesHigh = (views: number) =>
    toDays(FROM, DATE, (date) => (date === DATE ? views : daysBetween(FROM, date) % 13 === 0 ? 900 : 400));
  expect(told(sometimesHigh(1300))).toEqual([]);
  expect(told(sometimesHigh(1700))).toEqual([`spike ${DATE} ${DATE}`]);
});

test('judging day by day tells the same as judging all at once, and each alert is over once at most', () => {
  holds(
    fc.property(variedDays, (days) => {
      const all = judgeDays(days, JUDGED);
      let known: KnownChange[] = [];
      const over: KnownChange[] = [];
      for (const date of daysFrom(JUDGED.from, JUDGED.through)) {
        const upToNow = days.filter((day) => day.date <= date);
        const one = judgeDays(upToNow, { from: date, through: date, known });
        const began = one.began.map((change) => ({ ...change, overOn: null, overReason: null }));
        known = [...known, ...began].map(
          (before) => one.over.find((ended) => ended.date === before.date) ?? before,
        );
        over.push(...one.over);
      }
      expect(known.map(({ date, overOn }) => ({ date, overOn }))).toEqual(
        all.began.map(({ date }) => ({
          date,
          overOn: all.over.find((ended) => ended.date === date)?.overOn ?? null,
        })),
      );
      expect(new Set(over.map(({ date }) => date)).size).toBe(over.length);
    }),
  );
});
