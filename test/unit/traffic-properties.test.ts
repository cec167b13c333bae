import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  addDays,
  commonDays,
  type Day,
  daysBetween,
  daysFrom,
  isDay,
  monthOf,
  toDay,
  toDayNumber,
  weekOf,
} from '../../lib/day.ts';
import { Failure } from '../../lib/failure.ts';
import { bucketOf, bucketSpan, bucketsOf, weekLabel } from '../../lib/stats/buckets.ts';
import { spansOf, toRange } from '../../lib/stats/range.ts';
import { METRICS } from '../../lib/traffic/figures.ts';
import { mergeDays, type TrafficDay } from '../../lib/traffic/merge.ts';
import type { Observation } from '../../lib/traffic/observed.ts';
import { finalWeek, mergeWeeks, type TrafficWeek } from '../../lib/traffic/week.ts';
import {
  coverageOf,
  type DayState,
  daysUntilLoss,
  leastCertain,
  missingSpans,
  settledThrough,
  stateOfMissing,
} from '../../lib/traffic/window.ts';
import { SEED } from '../seed.ts';

function holds(property: fc.IRawProperty<unknown, false>, numRuns = 200): void {
  fc.assert(property, { numRuns, seed: SEED });
}

const HOUR = 3_600_000;
const FIRST = Date.UTC(2019, 11, 20);
/** Days around ends of years and leap days, in the words of the calendar and not of `lib/day.ts`. */
const dayNumbers = fc.integer({ min: 0, max: 3000 });
const toModelDay = (number: number): Day => new Date(FIRST + number * 24 * HOUR).toISOString().slice(0, 10);
const days = dayNumbers.map(toModelDay);
const instants = fc
  .integer({ min: 0, max: 3000 * 24 * 60 })
  .map((minutes) => new Date(FIRST + minutes * 60_000));

test('days are computed like whole numbers', () => {
  holds(
    fc.property(dayNumbers, fc.integer({ min: -400, max: 400 }), (number, step) => {
      const day = toModelDay(number);
      const later = toModelDay(number + step);
      expect(addDays(day, step)).toBe(later);
      expect(daysBetween(day, later)).toBe(step);
      expect(toDayNumber(later) - toDayNumber(day)).toBe(step);
      expect(isDay(later)).toBe(true);
      expect(day < later).toBe(step > 0);
      const span = Array.from({ length: Math.max(0, step + 1) }, (_, index) => toModelDay(number + index));
      expect(daysFrom(day, later)).toEqual(span);
    }),
  );
});

test('a day’s week begins on the last Monday, its month on the last first, and its ISO week is that of its Thursday', () => {
  const weekday = (day: Day) => new Date(`${day}T12:00:00Z`).getUTCDay();
  holds(
    fc.property(dayNumbers, (number) => {
      const day = toModelDay(number);
      let monday = number;
      while (weekday(toModelDay(monday)) !== 1) monday -= 1;
      expect(weekOf(day)).toBe(toModelDay(monday));
      let first = number;
      while (!toModelDay(first).endsWith('-01')) first -= 1;
      expect(monthOf(day)).toBe(toModelDay(first));
      // Counted Thursday by Thursday since the year began.
      let thursdays = 0;
      const year = toModelDay(monday + 3).slice(0, 4);
      for (let one = monday + 3; toModelDay(one).startsWith(year); one -= 7) thursdays += 1;
      expect(weekLabel(day)).toBe(`${year}-W${String(thursdays).padStart(2, '0')}`);
    }),
  );
});

const requests = fc.oneof(
  fc.record({ range: fc.constantFrom('7', '14', '30', '90', '365', 'all' as const) }),
  fc.record({ from: days, to: fc.option(days, { nil: undefined }) }),
  fc.record({ to: days }),
);
const asked = fc.record({
  request: requests,
  by: fc.constantFrom('day', 'week', 'month', undefined),
  today: days,
  stored: fc.option(days, { nil: null }),
});

test('every day of a range is in one bucket, and buckets hold nothing else', () => {
  holds(
    fc.property(asked, ({ request, by, today, stored }) => {
      const read = () => toRange({ ...request, by } as Parameters<typeof toRange>[0], today, stored, 800);
      let range: ReturnType<typeof toRange>;
      try {
        range = read();
      } catch (error) {
        expect(error).toBeInstanceOf(Failure);
        return;
      }
      expect(range.to <= today || range.to === range.from).toBe(true);
      const all = daysFrom(range.from, range.to);
      expect(range.days).toBe(all.length);
      const buckets = bucketsOf(range);
      expect(buckets.length).toBeLessThanOrEqual(800);
      const firstAndLast = new Map<Day, [number, number]>();
      for (const day of all) {
        const bucket = bucketOf(day, range.by);
        const [first] = firstAndLast.get(bucket) ?? [toDayNumber(day)];
        firstAndLast.set(bucket, [first, toDayNumber(day)]);
      }
      expect(buckets).toEqual([...firstAndLast.keys()]);
      expect(buckets.map((bucket) => bucketSpan(bucket, range))).toEqual([...firstAndLast.values()]);
    }),
    60,
  );
});

test('the spans that are compared are equally long, whole weeks apart, and leave out what has not settled', () => {
  holds(
    fc.property(dayNumbers, fc.integer({ min: 0, max: 500 }), dayNumbers, (number, length, settled) => {
      const range = { from: toModelDay(number), to: toModelDay(number + length) };
      const spans = spansOf({ ...range, by: 'day', days: length + 1 }, toModelDay(settled));
      expect(spans.from).toBe(range.from);
      expect(spans.to <= range.to && (spans.to <= toModelDay(settled) || spans.to === range.from)).toBe(true);
      expect(daysBetween(spans.from, spans.to)).toBe(daysBetween(spans.previousFrom, spans.previousTo));
      expect(spans.previousTo < spans.from).toBe(true);
      expect(daysBetween(spans.previousFrom, spans.from) % 7).toBe(0);
      expect(daysBetween(spans.previousFrom, spans.from) - length).toBeLessThanOrEqual(7);
      const last = Math.max(number, Math.min(settled, number + length));
      expect(spans.to).toBe(toModelDay(last));
    }),
  );
});

test('the common days of two spans are those in both', () => {
  const span = fc.tuple(fc.integer({ min: 0, max: 60 }), fc.integer({ min: -3, max: 40 }));
  holds(
    fc.property(span, span, ([one, oneLength], [other, otherLength]) => {
      const numbers = (first: number, length: number) =>
        Array.from({ length: Math.max(0, length + 1) }, (_, index) => first + index);
      const both = numbers(one, oneLength).filter((day) => numbers(other, otherLength).includes(day));
      expect(commonDays([one, one + oneLength], [other, other + otherLength])).toBe(both.length);
    }),
  );
});

test('a day has settled when 72 hours have gone since its end, and not a minute earlier', () => {
  holds(
    fc.property(instants, fc.integer({ min: -8, max: 1 }), (now, offset) => {
      const day = addDays(toDay(now), offset);
      const end = new Date(`${addDays(day, 1)}T00:00:00Z`).getTime();
      expect(day <= settledThrough(now)).toBe(now.getTime() - end >= 72 * HOUR);
    }),
  );
});

test('a missing day is before, lost or provisional as the first covered day and GitHub’s memory say', () => {
  holds(
    fc.property(
      dayNumbers,
      fc.integer({ min: -30, max: 2 }),
      fc.option(dayNumbers, { nil: null }),
      (now, offset, first) => {
        const today = toModelDay(now);
        const day = toModelDay(now + offset);
        const covered = first === null ? null : toModelDay(first);
        const remembered = offset >= -13;
        const isBefore = first === null || now + offset < first;
        const state = isBefore ? 'before' : remembered ? 'provisional' : 'lost';
        const standpoint = { firstCoveredDate: covered, publishedThrough: null, forgottenBefore: null };
        expect(stateOfMissing(day, standpoint, today)).toBe(state);
        const { lost, coming } = missingSpans(standpoint, today);
        const number = toDayNumber(day);
        const isIn = ([from, to]: readonly [number, number]) => number >= from && number <= to;
        expect([isIn(lost), isIn(coming)]).toEqual([state === 'lost', state === 'provisional']);
      },
    ),
  );
});

test('days until loss are how many days the last covered one stays in GitHub’s memory', () => {
  holds(
    fc.property(dayNumbers, fc.integer({ min: 0, max: 40 }), (covered, age) => {
      const last = toModelDay(covered);
      let left = 0;
      // The first day on which GitHub remembers the last covered one no more would be the one after the last chance.
      while (covered >= covered + age + left + 1 - 13) left += 1;
      const standpoint = {
        firstCoveredDate: last,
        lastCoveredDate: last,
        publishedThrough: null,
        stalledThrough: null,
        forgottenBefore: null,
      };
      expect(daysUntilLoss(standpoint, toModelDay(covered + age))).toBe(left);
      const isRemembered =
        stateOfMissing(last, standpoint, toModelDay(covered + age + left)) === 'provisional';
      expect(isRemembered).toBe(age <= 13);
    }),
  );
});

test('several days are as certain as the least certain one, and zero only if all are', () => {
  const states: DayState[] = [
    'lost',
    'before',
    'not_published',
    'suspect',
    'provisional',
    'cut',
    'imported',
    'measured',
    'zero',
  ];
  holds(
    fc.property(fc.array(fc.constantFrom(...states), { minLength: 1 }), (drawn) => {
      const together = leastCertain(new Set(drawn));
      expect(drawn).toContain(together);
      for (const state of drawn) expect(states.indexOf(together)).toBeLessThanOrEqual(states.indexOf(state));
      expect(together === 'zero').toBe(drawn.every((state) => state === 'zero'));
    }),
  );
});

test('the week that can be read is the one Monday whose week has settled and is wholly in the window', () => {
  holds(
    fc.property(instants, (now) => {
      const today = toDay(now);
      const fits = daysFrom(addDays(today, -40), today).filter(
        (day) => weekOf(day) === day && day >= addDays(today, -12) && addDays(day, 6) <= settledThrough(now),
      );
      expect(fits.length).toBeLessThanOrEqual(1);
      expect(finalWeek(coverageOf({ views: [], clones: [] }, now))).toBe(fits[0] ?? null);
    }),
  );
});

const count = fc.integer({ min: 0, max: 9 });
const weekReadings = fc.array(
  fc.record({
    hours: fc.integer({ min: 0, max: 24 * 60 }),
    counts: fc.array(fc.option(fc.tuple(count, count), { nil: null }), { minLength: 3, maxLength: 3 }),
  }),
  { minLength: 1, maxLength: 25 },
);

test('for every week, the largest figures read when it was settled and whole are kept', () => {
  const start = Date.UTC(2025, 11, 22);
  holds(
    fc.property(weekReadings, (readings) => {
      const inOrder = [...readings].sort((one, other) => one.hours - other.hours);
      const stored = new Map<Day, TrafficWeek>();
      const model = new Map<Day, number[]>();
      for (const { hours, counts } of inOrder) {
        const now = new Date(start + hours * HOUR);
        const today = toDay(now);
        const views: Observation[] = [];
        for (const [place, figures] of counts.entries()) {
          const date = addDays(weekOf(today), -7 * place);
          if (!figures) continue;
          views.push({ date, count: figures[0], uniques: figures[1] });
          const age = (now.getTime() - Date.parse(`${addDays(date, 7)}T00:00:00Z`)) / HOUR;
          const isWhole = daysBetween(date, today) <= 12;
          const before = model.get(date) ?? [0, 0];
          if (age >= 72 && isWhole)
            model.set(
              date,
              before.map((one, index) => Math.max(one, figures[index] ?? 0)),
            );
        }
        const read = { weeks: { views, clones: [] }, days: { views: [], clones: [] } };
        for (const week of mergeWeeks([...stored.values()], read, now)) stored.set(week.weekStart, week);
        expect(mergeWeeks([...stored.values()], read, now)).toEqual([]);
      }
      const kept = [...stored.values()].map((week) => [week.weekStart, [week.viewCount, week.viewUniques]]);
      expect(Object.fromEntries(kept)).toEqual(Object.fromEntries(model));
    }),
  );
});

const dayReadings = fc.array(
  fc.record({
    hours: fc.integer({ min: 0, max: 24 * 25 }),
    views: fc.dictionary(fc.integer({ min: 0, max: 15 }).map(String), count),
    clones: fc.dictionary(fc.integer({ min: 0, max: 15 }).map(String), count),
  }),
  { minLength: 1, maxLength: 12 },
);

test('in any order of answers, no figure falls, no certainty is lost, and only settled days have revisions', () => {
  const start = Date.UTC(2026, 0, 14, 6);
  const rank = { provisional: 0, suspect: 0, cut: 1, imported: 1, zero: 2, measured: 3 };
  holds(
    fc.property(dayReadings, (readings) => {
      const stored = new Map<Day, TrafficDay>();
      for (const { hours, views, clones } of readings) {
        const now = new Date(start + hours * HOUR);
        const toList = (drawn: Record<string, number>): Observation[] =>
          Object.entries(drawn).map(([ago, one]) => ({
            date: addDays(toDay(now), -Number(ago)),
            count: one,
            uniques: Math.min(one, 2),
          }));
        const observed = { views: toList(views), clones: toList(clones) };
        const reading = { now, createdDate: '2020-01-01' };
        const { days: written, revisions } = mergeDays([...stored.values()], observed, reading);
        const settled = settledThrough(now);
        // Collected first, because thousands of calls of `expect` are slow.
        const wrong = {
          fallen: written.filter((day) => {
            const before = stored.get(day.trafficDate);
            return METRICS.some((metric) => (day[metric] ?? -1) < (before?.[metric] ?? -1));
          }),
          lessCertain: written.filter((day) => {
            const before = stored.get(day.trafficDate);
            return before && rank[day.state] < rank[before.state];
          }),
          zeros: written.filter(
            (day) => day.state === 'zero' && (day.viewCount !== 0 || day.cloneCount !== 0),
          ),
          revisions: revisions.filter((one) => one.observed >= one.kept || one.trafficDate > settled),
        };
        for (const day of written) stored.set(day.trafficDate, day);
        const again = mergeDays([...stored.values()], observed, reading).days;
        expect({ ...wrong, again }).toEqual({
          fallen: [],
          lessCertain: [],
          zeros: [],
          revisions: [],
          again: [],
        });
      }
    }),
  );
});
