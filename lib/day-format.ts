import type { Bucket } from './answers/figures.ts';
import { startOf } from './day.ts';

/** UTC days for people, as en-GB. The formatters are made when they are first used: an action that writes no day should not wait for them. */

const formatters = new Map<Intl.DateTimeFormatOptions, Intl.DateTimeFormat>();

function formatWith(options: Intl.DateTimeFormatOptions, day: string): string {
  const formatter = formatters.get(options) ?? new Intl.DateTimeFormat('en-GB', options);
  formatters.set(options, formatter);
  return formatter.format(startOf(day));
}

const utc = { timeZone: 'UTC' } as const;
const LONG_DAY = { ...utc, day: 'numeric', month: 'short', year: 'numeric' } as const;
const SHORT_DAY = { ...utc, day: 'numeric', month: 'short' } as const;
const LONG_MONTH = { ...utc, month: 'long', year: 'numeric' } as const;
const SHORT_MONTH = { ...utc, month: 'short' } as const;

/** Such as '13 Nov 2026'. */
export const formatDay = (day: string): string => formatWith(LONG_DAY, day);

/** Such as '13 Nov'. */
export const formatShortDay = (day: string): string => formatWith(SHORT_DAY, day);

/** Such as 'Nov'. */
export const formatShortMonth = (day: string): string => formatWith(SHORT_MONTH, day);

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
  if (by === 'month') return formatWith(LONG_MONTH, day);
  return by === 'week' ? `Week of ${formatDay(day)}` : formatDay(day);
}
