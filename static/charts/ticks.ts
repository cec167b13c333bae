import type { Bucket } from '../../lib/answers/figures.ts';
import { formatShortDay, formatShortMonth, toDate } from '../format.ts';

const DAY = 86_400_000;

/** Counts weeks from Monday to Monday. */
const weekOf = (day: string) => Math.floor((toDate(day).getTime() / DAY + 3) / 7);

const monthOf = (day: string) => Number(day.slice(0, 4)) * 12 + Number(day.slice(5, 7)) - 1;

/** Ways to thin out labels: one for each stretch of equal keys. */
const KEYS: ((day: string) => number)[] = [
  (day) => toDate(day).getTime() / DAY,
  (day) => Math.floor(toDate(day).getTime() / DAY / 2),
  weekOf,
  (day) => Math.floor(weekOf(day) / 2),
  monthOf,
  (day) => Math.floor(monthOf(day) / 3),
  (day) => Math.floor(monthOf(day) / 6),
  (day) => Math.floor(monthOf(day) / 12),
  (day) => Math.floor(monthOf(day) / 60),
];

/** The buckets whose labels fit: days, Mondays, months, quarters or years. */
export function tickIndexes(buckets: string[], atMost: number): number[] {
  for (const keyOf of KEYS) {
    const starts = buckets.flatMap((day, index) => {
      const before = buckets[index - 1];
      const begins = before === undefined ? keyOf === KEYS[0] : keyOf(before) !== keyOf(day);
      return begins ? [index] : [];
    });
    if (starts.length <= atMost) return starts.length ? starts : [0];
  }
  return [0];
}

/** A label for each of those buckets; the year is named where it begins. */
export function tickLabels(buckets: string[], indexes: number[], by: Bucket): string[] {
  const days = indexes.map((index) => buckets[index] ?? '');
  const monthly = by === 'month' || (days.every((day) => Number(day.slice(8)) <= 7) && days.length > 1);
  return days.map((day, place) => {
    if (!day) return '';
    const year = day.slice(0, 4);
    const newYear = place === 0 || days[place - 1]?.slice(0, 4) !== year;
    if (!monthly) return formatShortDay(day);
    return newYear ? `${formatShortMonth(day)} ${year}` : formatShortMonth(day);
  });
}
