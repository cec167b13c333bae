import { addDays, type Day, type DaySpan, daysBetween, toDay, toDayNumber } from '../day.ts';
import type { Instant } from '../instant.ts';

/** How a stored day is known; `provisional`: not read again 72 hours after it ended, so its figures may be too low. */
export type StoredState = 'measured' | 'zero' | 'provisional' | 'imported';

/** What is shown for a day: a stored one's state, or why none is stored. */
export type DayState = StoredState | 'lost' | 'before';

const CERTAINTY: readonly DayState[] = ['lost', 'before', 'provisional', 'imported', 'measured', 'zero'];
const HOUR = 3_600_000;

/**
 * GitHub's window moves by the hour and has 14 or 15 days: today and the 12 days before are wholly inside, the 13th and
 * the 14th come back cut to the hour, or not at all.
 */
const WHOLE_DAYS_BEFORE_TODAY = 12;
const REMEMBERED_DAYS_BEFORE_TODAY = 13;
const CUT_DAYS_BEFORE_TODAY = 14;
/** How long after a day's end GitHub may still change its figures (it publishes up to two days late). */
const SETTLING_HOURS = 72;

/** The oldest day of which GitHub still remembers at least a part on `today`. */
export function rememberedFrom(today: Day): Day {
  return addDays(today, -REMEMBERED_DAYS_BEFORE_TODAY);
}

/** The oldest day that is wholly in GitHub's window, whatever the hour. */
export function wholeFrom(today: Day): Day {
  return addDays(today, -WHOLE_DAYS_BEFORE_TODAY);
}

/** The newest day whose figures are final for a reader at the instant. */
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
 * Days until GitHub forgets a day that no run has covered: the newest covered day was still growing when it was read,
 * so it counts as uncovered. 0 means the last chance is today or gone, as for a repository never collected.
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

/** The state of several days together: the least certain of theirs, `zero` only where all are. */
export function leastCertain(states: ReadonlySet<DayState>): DayState {
  return CERTAINTY.find((state) => states.has(state)) ?? 'before';
}

/** Which days since the first covered one are lost where nothing is stored, and which GitHub still remembers. */
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

/** The oldest day that comes back cut when GitHub publishes without delay. */
export function cutFrom(today: Day): Day {
  return addDays(today, -CUT_DAYS_BEFORE_TODAY);
}
