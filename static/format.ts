import type { Bucket, Range } from '../lib/answers/figures.ts';
import { daysBetween, startOf, toDay } from '../lib/day.ts';
import { formatNumber } from '../lib/number-format.ts';
import { bucketDays, lastOfBucket } from '../lib/stats/buckets.ts';

/** Formats numbers and UTC days as en-GB. */

export { plural } from '../lib/number-format.ts';

const compact = new Intl.NumberFormat('en-GB', { notation: 'compact', maximumFractionDigits: 2 });
const utc = { timeZone: 'UTC' } as const;
const longDay = new Intl.DateTimeFormat('en-GB', { ...utc, day: 'numeric', month: 'short', year: 'numeric' });
const weekday = new Intl.DateTimeFormat('en-GB', {
  ...utc,
  weekday: 'short',
  day: 'numeric',
  month: 'short',
  year: 'numeric',
});
const shortDay = new Intl.DateTimeFormat('en-GB', { ...utc, day: 'numeric', month: 'short' });
const longMonth = new Intl.DateTimeFormat('en-GB', { ...utc, month: 'long', year: 'numeric' });
const shortMonth = new Intl.DateTimeFormat('en-GB', { ...utc, month: 'short' });
const moment = new Intl.DateTimeFormat('en-GB', {
  ...utc,
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
});

export function formatCount(value: number | null): string {
  return value === null ? '–' : formatNumber(value);
}

export const formatCompact = (value: number) => compact.format(value);

export const formatDay = (day: string) => longDay.format(startOf(day));

/** With the weekday, such as 'Fri 13 Nov 2026'. */
export const formatWeekday = (day: string) => weekday.format(startOf(day)).replace(',', '');

export const formatShortDay = (day: string) => shortDay.format(startOf(day));

export const formatShortMonth = (day: string) => shortMonth.format(startOf(day));

/** A span's first and last day, with what they share said once. */
export function formatSpan(from: string, to: string): string {
  if (from === to) return formatDay(from);
  const sameYear = from.slice(0, 4) === to.slice(0, 4);
  const sameMonth = from.slice(0, 7) === to.slice(0, 7);
  const first = sameMonth ? String(Number(from.slice(8))) : sameYear ? formatShortDay(from) : formatDay(from);
  return `${first} – ${formatDay(to)}`;
}

/** A bucket's name: a day, "week of" its Monday, or a month. */
export function formatBucket(day: string, by: Bucket): string {
  if (by === 'month') return longMonth.format(startOf(day));
  return by === 'week' ? `Week of ${formatDay(day)}` : formatDay(day);
}

/** How many days of a bucket are in a range; null if all are. */
export function cutOf(bucket: string, range: Omit<Range, 'days'>): { days: number; of: number } | null {
  const of = daysBetween(bucket, lastOfBucket(bucket, range.by)) + 1;
  const { from, to } = bucketDays(bucket, range);
  const days = daysBetween(from, to) + 1;
  return days === of ? null : { days, of };
}

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
