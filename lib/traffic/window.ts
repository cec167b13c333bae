import { addDays, type Day, type DaySpan, daysBetween, toDay, toDayNumber } from '../day.ts';
import type { Instant } from '../instant.ts';

/** How a stored day is known. `provisional` means last read within 72 hours of its end, so its figures may be too low. */
export type StoredState = 'measured' | 'zero' | 'provisional' | 'imported';

/** What a page shows for a day: its stored state, or why nothing is stored. */
export type DayState = StoredState | 'lost' | 'before';

const CERTAINTY: readonly DayState[] = ['lost', 'before', 'provisional', 'imported', 'measured', 'zero'];
const HOUR = 3_600_000;

/**
 * GitHub's window moves by the hour and spans 14 or 15 days. Today and the 12 days before it are whole. The 13th and 14th
 * day before come back cut to the hour, or not at all.
 */
const WHOLE_DAYS_BEFORE_TODAY = 12;
const REMEMBERED_DAYS_BEFORE_TODAY = 13;
const CUT_DAYS_BEFORE_TODAY = 14;
/** How long after a day's end GitHub may still change its figures (it publishes up to two days late). */
const SETTLING_HOURS = 72;

/** The oldest day that GitHub remembers on `today`, whole or in part. */
export function rememberedFrom(today: Day): Day {
  return addDays(today, -REMEMBERED_DAYS_BEFORE_TODAY);
}

/** The oldest day that is whole in GitHub's window at any hour of `today`. */
export function wholeFrom(today: Day): Day {
  return addDays(today, -WHOLE_DAYS_BEFORE_TODAY);
}

/** The newest day whose figures are final when read at the instant. */
export function settledThrough(instant: Date): Day {
  return addDays(toDay(new Date(instant.getTime() - SETTLING_HOURS * HOUR)), -1);
}

/** The newest day that is final for the repository that was collected last; if none ever was, as if it were now. */
export function settledDate(rows: readonly { lastSuccessAt: Instant | null }[], now: Date): Day {
  const last = rows
    .map((row) => row.lastSuccessAt ?? '')
    .sort()
    .at(-1);
  return settledThrough(last ? new Date(last) : now);
}

/**
 * Days until GitHub forgets a day that no run has covered. The newest covered day was still growing when it was read, so
 * it counts as uncovered. 0 means that today is the last chance or that it has passed; a repository that was never
 * collected has 0.
 */
export function daysUntilLoss(lastCoveredDate: Day | null, today: Day): number {
  if (lastCoveredDate === null) return 0;
  return Math.max(0, REMEMBERED_DAYS_BEFORE_TODAY - Math.max(0, daysBetween(lastCoveredDate, today)));
}

/** Why no figures are stored for a day of a repository that runs cover from `firstCoveredDate`. */
export function stateOfMissing(day: Day, firstCoveredDate: Day | null, today: Day): DayState {
  if (firstCoveredDate === null || day < firstCoveredDate) return 'before';
  return day >= rememberedFrom(today) ? 'provisional' : 'lost';
}

/** The state of several days together: the least certain one. It is `zero` only if all are. */
export function leastCertain(states: ReadonlySet<DayState>): DayState {
  return CERTAINTY.find((state) => states.has(state)) ?? 'before';
}

/** Where nothing is stored: the days since the first covered one that are lost, and those GitHub still remembers. */
export function missingSpans(
  firstCoveredDate: Day | null,
  today: Day,
): { lost: DaySpan; provisional: DaySpan } {
  const first = firstCoveredDate === null ? Number.MAX_SAFE_INTEGER : toDayNumber(firstCoveredDate);
  const remembered = toDayNumber(rememberedFrom(today));
  return {
    lost: [first, remembered - 1],
    provisional: [Math.max(first, remembered), Number.MAX_SAFE_INTEGER],
  };
}

/** The oldest day that can come back cut when GitHub publishes on time. */
export function cutFrom(today: Day): Day {
  return addDays(today, -CUT_DAYS_BEFORE_TODAY);
}
