import type { Bucket, Range } from '../answers/figures.ts';
import {
  addDays,
  type Day,
  type DaySpan,
  daysBetween,
  lastOfWeek,
  monthOf,
  newestEndedWeek,
  toDayNumber,
  weekOf,
} from '../day.ts';

const MAX_DAYS_BY_DAY = 92;
const MAX_DAYS_BY_WEEK = 731;

/** The buckets for so many days, unless a request names others: days up to 92, weeks up to two years, then months. */
export function defaultBucket(days: number): Bucket {
  if (days <= MAX_DAYS_BY_DAY) return 'day';
  return days <= MAX_DAYS_BY_WEEK ? 'week' : 'month';
}

/** The first day of the bucket that the day is in. */
export function bucketOf(day: Day, by: Bucket): Day {
  if (by === 'week') return weekOf(day);
  return by === 'month' ? monthOf(day) : day;
}

/** The last day of the bucket that begins on `start`. */
function lastOfBucket(start: Day, by: Bucket): Day {
  if (by === 'day') return start;
  return by === 'week' ? lastOfWeek(start) : addDays(monthOf(addDays(start, 31)), -1);
}

/** The first day of each bucket; the first bucket may begin before the range. */
export function bucketsOf({ from, to, by }: Range): Day[] {
  const buckets: Day[] = [];
  for (let start = bucketOf(from, by); start <= to; start = addDays(lastOfBucket(start, by), 1))
    buckets.push(start);
  return buckets;
}

/** The first and the last day of the range that are in the bucket: at its ends the range may cut a bucket. */
export function bucketDays(bucket: Day, { from, to, by }: Omit<Range, 'days'>): { from: Day; to: Day } {
  const last = lastOfBucket(bucket, by);
  return { from: bucket < from ? from : bucket, to: last > to ? to : last };
}

/** How many days of the range have a figure. */
export function knownDaysOf(
  range: Range,
  buckets: readonly Day[],
  values: readonly (number | null)[],
): number {
  return buckets.reduce((sum, bucket, place) => {
    if (values[place] == null) return sum;
    const { from, to } = bucketDays(bucket, range);
    return sum + daysBetween(from, to) + 1;
  }, 0);
}

/** How many days of a bucket are in the range; null if all are. */
export function cutOf(bucket: Day, range: Omit<Range, 'days'>): { days: number; of: number } | null {
  const of = daysBetween(bucket, lastOfBucket(bucket, range.by)) + 1;
  const { from, to } = bucketDays(bucket, range);
  const days = daysBetween(from, to) + 1;
  return days === of ? null : { days, of };
}

/** The days of the range that are in the bucket, by number. */
export function bucketSpan(bucket: Day, range: Range): DaySpan {
  const { from, to } = bucketDays(bucket, range);
  return [toDayNumber(from), toDayNumber(to)];
}

/**
 * The earliest and the latest day on which a week can begin that lies wholly in the range. GitHub's weekly uniques count
 * for these weeks only: of a week that the range cuts they include people of other days.
 */
export function wholeWeeks({ from, to }: Pick<Range, 'from' | 'to'>): { from: Day; to: Day } {
  return { from, to: newestEndedWeek(to) };
}

/** 'YYYY-Www' (ISO 8601): a week belongs to the year of its Thursday. */
export function weekLabel(day: Day): string {
  const thursday = addDays(weekOf(day), 3);
  const year = thursday.slice(0, 4);
  const week = Math.floor(daysBetween(`${year}-01-01`, thursday) / 7) + 1;
  return `${year}-W${String(week).padStart(2, '0')}`;
}
