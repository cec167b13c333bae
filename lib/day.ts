/** A UTC day as 'YYYY-MM-DD'. Days compare and sort as strings. */
export type Day = string;

const MILLISECONDS = 86_400_000;

/** The UTC day of an instant. */
export function toDay(instant: Date): Day {
  return instant.toISOString().slice(0, 10);
}

/** The months' names. Every action loads this file, and making an `Intl.DateTimeFormat` would delay each cold start by 10 ms. */
export const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

/** The day in a sentence, such as '23 September'. */
export function toDayAndMonth(day: Day): string {
  const date = startOf(day);
  return `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]}`;
}

/** Midnight UTC at which the day begins. */
export function startOf(day: Day): Date {
  return new Date(`${day}T00:00:00Z`);
}

/** The day `count` days later; earlier when negative. */
export function addDays(day: Day, count: number): Day {
  return toDay(new Date(startOf(day).getTime() + count * MILLISECONDS));
}

/** Whole days from `from` to `to`; 0 for the same day. */
export function daysBetween(from: Day, to: Day): number {
  return toDayNumber(to) - toDayNumber(from);
}

/** Every day from `from` to `to`, both included; empty when `to` is earlier. */
export function daysFrom(from: Day, to: Day): Day[] {
  const first = startOf(from).getTime();
  const count = Math.max(0, daysBetween(from, to) + 1);
  return Array.from({ length: count }, (_, index) => toDay(new Date(first + index * MILLISECONDS)));
}

/** The Monday on or before the day (ISO 8601 weeks, and GitHub's). */
export function weekOf(day: Day): Day {
  return addDays(day, -((startOf(day).getUTCDay() + 6) % 7));
}

/** The Sunday on or after the day. */
export function lastOfWeek(day: Day): Day {
  return addDays(weekOf(day), 6);
}

/** The Monday of the newest week that has ended by the end of the day. */
export function newestEndedWeek(day: Day): Day {
  return addDays(weekOf(addDays(day, 1)), -7);
}

/** The first day of the day's month. */
export function monthOf(day: Day): Day {
  return `${day.slice(0, 7)}-01`;
}

/** True for a day that exists in the calendar, as 'YYYY-MM-DD'. */
export function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const instant = startOf(text);
  return !Number.isNaN(instant.getTime()) && toDay(instant) === text;
}

/** The number of the day: consecutive days have consecutive numbers. */
export function toDayNumber(day: Day): number {
  return Date.parse(day) / MILLISECONDS;
}

/** The first and the last of consecutive days, by number. */
export type DaySpan = readonly [first: number, last: number];

/** How many days two spans have in common. */
export function commonDays([first, last]: DaySpan, [otherFirst, otherLast]: DaySpan): number {
  return Math.max(0, Math.min(last, otherLast) - Math.max(first, otherFirst) + 1);
}
