import type { Bucket } from './answers/figures.ts';
import { MONTHS } from './day.ts';

/** UTC days for people, as in en-GB. Without formatters of `Intl`: the first answer of an action would wait for them. */

const dayOf = (day: string) => String(Number(day.slice(8)));
const yearOf = (day: string) => String(Number(day.slice(0, 4)));
const monthOf = (day: string) => MONTHS[Number(day.slice(5, 7)) - 1] ?? '';

/** Such as 'Nov'. */
export function formatShortMonth(day: string): string {
  const month = monthOf(day);
  return month === 'September' ? 'Sept' : month.slice(0, 3);
}

/** Such as '13 Nov'. */
export const formatShortDay = (day: string): string => `${dayOf(day)} ${formatShortMonth(day)}`;

/** Such as '13 Nov 2026'. */
export const formatDay = (day: string): string => `${formatShortDay(day)} ${yearOf(day)}`;

/** A span's first and last day, with what they share said once. */
export function formatSpan(from: string, to: string): string {
  if (from === to) return formatDay(from);
  const sameYear = from.slice(0, 4) === to.slice(0, 4);
  const sameMonth = from.slice(0, 7) === to.slice(0, 7);
  const first = sameMonth ? String(Number(from.slice(8))) : sameYear ? formatShortDay(from) : formatDay(from);
  return `${first} – ${formatDay(to)}`;
}

/** A bucket's name: a day, "Week of" its Monday, or a month. */
export function formatBucket(day: string, by: Bucket): string {
  if (by === 'month') return `${monthOf(day)} ${yearOf(day)}`;
  return by === 'week' ? `Week of ${formatDay(day)}` : formatDay(day);
}
