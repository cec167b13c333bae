import { daysBetween, startOf, toDay } from '../lib/day.ts';
import { formatShortDay } from '../lib/day-format.ts';

/** Formats numbers and UTC days as en-GB. */

export { formatBucket, formatDay, formatShortDay, formatShortMonth, formatSpan } from '../lib/day-format.ts';
export { andMore, formatCount, plural } from '../lib/number-format.ts';
export { cutOf } from '../lib/stats/buckets.ts';

const utc = { timeZone: 'UTC' } as const;
const weekday = new Intl.DateTimeFormat('en-GB', {
  ...utc,
  weekday: 'short',
  day: 'numeric',
  month: 'short',
  year: 'numeric',
});
const moment = new Intl.DateTimeFormat('en-GB', {
  ...utc,
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
});

/** With the weekday, such as 'Fri 13 Nov 2026'. */
export const formatWeekday = (day: string) => weekday.format(startOf(day)).replace(',', '');

export const formatInstant = (instant: string) => `${moment.format(new Date(instant))} UTC`;

const clock = new Intl.DateTimeFormat('en-GB', { ...utc, hour: '2-digit', minute: '2-digit' });

/** A recent instant, such as 'today, 06:00' or '23 Nov, 06:00' (UTC). */
export function formatRecent(instant: string, now = new Date()): string {
  const days = daysBetween(toDay(new Date(instant)), toDay(now));
  const day = days === 0 ? 'today' : days === 1 ? 'yesterday' : formatShortDay(instant.slice(0, 10));
  const year = days > 300 ? ` ${instant.slice(0, 4)}` : '';
  return `${day}${year}, ${clock.format(new Date(instant))}`;
}

const share = new Intl.NumberFormat('en-GB', { style: 'percent', maximumFractionDigits: 0 });

/** A share, or a change whose direction is shown otherwise. */
export const formatShare = (part: number) => share.format(part);

export function formatDuration(from: string, to: string): string {
  const seconds = Math.max(0, Math.round((Date.parse(to) - Date.parse(from)) / 1000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}
