import { addDays, type Day, daysFrom } from '../../lib/day.ts';
import type { Instant } from '../../lib/instant.ts';
import { bodyOf, type Said } from './ledger.ts';

/** A day as it must be stored, or shown where nothing can be stored. */
export interface ExpectedDay {
  /** Views, their uniques, clones, their uniques; null: unknown. */
  figures: (number | null)[];
  state: 'measured' | 'zero' | 'provisional';
}

interface Bucket {
  timestamp: string;
  count: number;
  uniques: number;
}

const HOUR_MS = 3_600_000;
const SETTLING_HOURS = 72;
/** Days before the day of a reading that GitHub shows whole at any hour. */
const WHOLE_BEFORE = 12;
/** Days before it of which GitHub shows a part at least. */
const REMEMBERED_BEFORE = 13;
/** Where its window ends today, it begins within this day at the latest. */
const CUT_BEFORE = 14;

const dayOf = (at: Instant): Day => at.slice(0, 10);

/** The newest day that ended 72 hours before a reading. */
export function finalThrough(at: Instant): Day {
  return addDays(dayOf(new Date(Date.parse(at) - SETTLING_HOURS * HOUR_MS).toISOString()), -1);
}

type NamedDays = ReadonlyMap<Day, (number | null)[]>;

const named = new WeakMap<Said, NamedDays>();

/** The days that an answer names; read once, as it is asked for after each day. */
function toFigures(said: Said): NamedDays {
  const days = named.get(said) ?? readFigures(said);
  named.set(said, days);
  return days;
}

function readFigures(said: Said): NamedDays {
  const { views = [] } = (bodyOf(said, 'views') ?? {}) as { views?: Bucket[] };
  const { clones = [] } = (bodyOf(said, 'clones') ?? {}) as { clones?: Bucket[] };
  const days = new Map<Day, (number | null)[]>();
  const set = (place: number) => (bucket: Bucket) => {
    const figures = days.get(bucket.timestamp.slice(0, 10)) ?? [null, null, null, null];
    figures.splice(place, 2, bucket.count, bucket.uniques);
    days.set(bucket.timestamp.slice(0, 10), figures);
  };
  views.forEach(set(0));
  clones.forEach(set(2));
  return days;
}

/** Whether a day is in a window that ended before today, and not its first, which alone is cut. */
function isInOldWindow(day: Day, named: ReadonlyMap<Day, unknown>, today: Day): boolean {
  const [oldest = day] = [...named.keys()].sort();
  return named.has(day) && day > oldest && day < addDays(today, -CUT_BEFORE);
}

/**
 * The days that must be stored of a repository, from what GitHub said in the readings that succeeded: the larger of each
 * figure, zero for what was left out 72 hours after a day's end, and final what was read whole after that.
 */
export function toExpectedDays(readings: readonly Said[]): Map<Day, ExpectedDay> {
  const expected = new Map<Day, ExpectedDay & { isNamed: boolean }>();
  for (const said of readings) {
    const named = toFigures(said);
    const today = dayOf(said.at);
    const whole = new Set(daysFrom(addDays(today, -WHOLE_BEFORE), today));
    for (const day of new Set([...named.keys(), ...whole])) {
      const before = expected.get(day);
      const isFinal = whole.has(day) && day <= finalThrough(said.at);
      const seen = (named.get(day) ?? [null, null, null, null]).map((one) => one ?? (isFinal ? 0 : null));
      if (!before && !named.has(day) && !isFinal) continue;
      const isNamed = named.has(day) || (before?.isNamed ?? false);
      const certain = isNamed ? ('measured' as const) : ('zero' as const);
      const isCertain =
        isFinal ||
        isInOldWindow(day, named, today) ||
        (before !== undefined && before.state !== 'provisional');
      const state = isCertain ? certain : ('provisional' as const);
      const figures = seen.map((one, place) => larger(one, before?.figures[place] ?? null));
      expected.set(day, { figures, state, isNamed });
    }
  }
  return expected;
}

function larger(one: number | null, other: number | null): number | null {
  return one === null || other === null ? (one ?? other) : Math.max(one, other);
}

/** The first day of which anything can be known: the first whole one of the earliest reading, or an earlier one it named. */
export function firstCovered(readings: readonly Said[]): Day | null {
  const days = readings.flatMap((said) => [
    addDays(dayOf(said.at), -WHOLE_BEFORE),
    ...toFigures(said).keys(),
  ]);
  return days.sort()[0] ?? null;
}

/** What is shown of a day of which nothing is stored. */
export function stateOfUnread(day: Day, first: Day | null, today: Day): string {
  if (first === null || day < first) return 'before';
  return day >= addDays(today, -REMEMBERED_BEFORE) ? 'provisional' : 'lost';
}
