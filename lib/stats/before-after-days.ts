import { addDays, type Day, daysBetween } from '../day.ts';

/** How many days each side may have: whole weeks, so that both have the same weekdays. */
export const SIDE_DAYS = [7, 14, 28] as const;
export type SideDays = (typeof SIDE_DAYS)[number];

/** The first and the last day of a side. */
export interface Side {
  from: Day;
  to: Day;
}

const DAYS_IN_WEEK = 7;

/**
 * The days before and after an event that are compared: final ones only, equally many, and the same weekdays on both sides. A
 * single day belongs to the side after it; a span belongs to neither. After a recent event, the sides are shorter than `days`.
 * Null while the first day after it is not final.
 */
export function toSides(
  event: { date: Day; to: Day },
  { days, finalThrough }: { days: SideDays; finalThrough: Day },
): { before: Side; after: Side; days: number } | null {
  const first = firstDayAfter(event);
  const count = Math.min(days, daysBetween(first, finalThrough) + 1);
  if (count < 1) return null;
  const shift = Math.ceil((daysBetween(event.date, first) + count) / DAYS_IN_WEEK) * DAYS_IN_WEEK;
  const from = addDays(first, -shift);
  return {
    before: { from, to: addDays(from, count - 1) },
    after: { from: first, to: addDays(first, count - 1) },
    days: count,
  };
}

/** The first day of the side after an event. */
export function firstDayAfter({ date, to }: { date: Day; to: Day }): Day {
  return date === to ? date : addDays(to, 1);
}
