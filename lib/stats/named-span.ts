import { addDays, type Day, lastOfWeek, monthOf, newestEndedWeek, startOf, toDay } from '../day.ts';
import type { RangeName } from './range-names.ts';

/** The days of a request that names none. */
export const DEFAULT_DAYS = 30;
/** The most days that a range has. */
export const MAX_DAYS = 3660;

/**
 * The first and the last day of a named range today. `all` begins on the first stored day; without one it has the days of a
 * request that names none.
 */
export function namedSpan(range: RangeName, today: Day, firstStoredDate: Day | null): { from: Day; to: Day } {
  switch (range) {
    case 'all': {
      const oldest = addDays(today, 1 - MAX_DAYS);
      const first = firstStoredDate ?? addDays(today, 1 - DEFAULT_DAYS);
      return { from: first < oldest ? oldest : first > today ? today : first, to: today };
    }
    case 'week': {
      const from = newestEndedWeek(addDays(today, -1));
      return { from, to: lastOfWeek(from) };
    }
    case 'month':
    case 'quarter':
    case 'year':
      return { from: unitOf(today, range), to: today };
    case 'last-month':
      return unitBefore(today, 'month');
    case 'last-quarter':
      return unitBefore(today, 'quarter');
    case 'last-year':
      return unitBefore(today, 'year');
    default:
      return { from: addDays(today, 1 - Number(range)), to: today };
  }
}

type Unit = 'month' | 'quarter' | 'year';

/** The first day of the month, quarter or year that a day is in. */
function unitOf(day: Day, unit: Unit): Day {
  if (unit === 'year') return `${day.slice(0, 4)}-01-01`;
  const month = monthOf(day);
  return unit === 'month' ? month : monthsAfter(month, -((Number(day.slice(5, 7)) - 1) % 3));
}

function unitBefore(today: Day, unit: Unit) {
  const to = addDays(unitOf(today, unit), -1);
  return { from: unitOf(to, unit), to };
}

/** The first day of the month so many months after the one that begins on `month`. */
export function monthsAfter(month: Day, count: number): Day {
  const date = startOf(month);
  date.setUTCMonth(date.getUTCMonth() + count);
  return toDay(date);
}
