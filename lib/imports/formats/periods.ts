import { type Day, startOf } from '../../day.ts';

const isMonday = (date: Day) => startOf(date).getUTCDay() === 1;

/** Whether the dates are those of weeks: at least `minimum` Mondays and no other day. */
export function areWeeks(dates: Iterable<Day>, minimum: number): boolean {
  const different = new Set(dates);
  return different.size >= minimum && [...different].every(isMonday);
}

/** Whether the dates are those of months: at least three first days and no other day. */
export function areMonths(dates: Iterable<Day>): boolean {
  const different = new Set(dates);
  return different.size >= 3 && [...different].every((date) => date.endsWith('-01'));
}

/** Why weeks are no days. */
export const WEEKLY = 'These are weeks, all from a Monday on, and no days. They are kept as weeks.';

/** Why months are no days. */
export const MONTHLY = 'These are months, all from a first day on, and no days. They are left out.';
