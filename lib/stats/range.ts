import type { Range } from '../answers/figures.ts';
import { addDays, type Day, daysBetween, monthOf, toDayNumber, weekOf } from '../day.ts';
import { Failure } from '../failure.ts';

/** For how long one point or row stands: a day, a week from Monday, or a calendar month, all in UTC. */
export type Bucket = 'day' | 'week' | 'month';

/** What a request says about its span, already parsed: a named range ending today, or its first and last day. */
export interface RangeRequest {
  range?: '7' | '14' | '30' | '90' | '365' | 'all' | undefined;
  from?: Day | undefined;
  to?: Day | undefined;
  by?: Bucket | undefined;
}

/** Two spans of equally many days, the second before the first. */
export interface Spans {
  from: Day;
  to: Day;
  previousFrom: Day;
  previousTo: Day;
}

const DEFAULT_DAYS = 30;
const MAX_DAYS = 3660;
const MAX_DAYS_BY_DAY = 92;
const MAX_DAYS_BY_WEEK = 731;

/**
 * The range that a request means today. `all` begins at the first stored day. A range ends today at the latest. Throws
 * `range_reversed` and `range_too_long`, and `too_many_points` when it has more buckets than `mostBuckets`.
 */
export function toRange(
  request: RangeRequest,
  today: Day,
  firstStoredDate: Day | null,
  mostBuckets: number,
): Range {
  const { from, to } = request.range ? named(request.range, today, firstStoredDate) : given(request, today);
  if (from > to)
    throw new Failure('range_reversed', `The range begins on ${from}, after its end on ${to} (UTC days).`);
  const days = daysBetween(from, to) + 1;
  if (days > MAX_DAYS)
    throw new Failure('range_too_long', `Ask for at most ${MAX_DAYS} days; ${days} were asked for.`);
  const by = request.by ?? defaultBucket(days);
  const buckets = by === 'day' ? days : bucketsOf({ from, to, by, days }).length;
  if (buckets > mostBuckets)
    throw new Failure(
      'too_many_points',
      `These are ${buckets} points, and at most ${mostBuckets} are answered: ask for longer buckets or fewer days.`,
    );
  return { from, to, by, days };
}

/** The first day of each bucket; the first bucket may begin before the range. */
export function bucketsOf({ from, to, by }: Range): Day[] {
  const buckets: Day[] = [];
  for (let day = bucketOf(from, by); day <= to; day = nextBucket(day, by)) buckets.push(day);
  return buckets;
}

/** The first day of the bucket that the day is in. */
export function bucketOf(day: Day, by: Bucket): Day {
  if (by === 'week') return weekOf(day);
  return by === 'month' ? monthOf(day) : day;
}

/** The first day of the bucket after the one that begins on `start`. */
function nextBucket(start: Day, by: Bucket): Day {
  if (by === 'day') return addDays(start, 1);
  return by === 'week' ? addDays(start, 7) : monthOf(addDays(start, 31));
}

/** The range's days up to `settledTo`, which leaves out the provisional ones, and equally many days before them. */
export function spansOf({ from, to }: Range, settledTo: Day): Spans {
  const end = settledTo < from ? from : settledTo > to ? to : settledTo;
  const days = daysBetween(from, end) + 1;
  return { from, to: end, previousFrom: addDays(from, -days), previousTo: addDays(from, -1) };
}

/** First and last day by number. */
export type Span = readonly [first: number, last: number];

/** The days of the range that are in the bucket. */
export function bucketSpan(bucket: Day, { from, to, by }: Range): Span {
  const end = nextBucket(bucket, by);
  return [Math.max(toDayNumber(bucket), toDayNumber(from)), Math.min(toDayNumber(end) - 1, toDayNumber(to))];
}

/** The first and the last day of the range that are in the bucket: at the range's ends a bucket may be cut. */
export function bucketDays(bucket: Day, { from, to, by }: Range): { from: Day; to: Day } {
  const end = addDays(nextBucket(bucket, by), -1);
  return { from: bucket < from ? from : bucket, to: end > to ? to : end };
}

/** How many days two spans have in common. */
export function commonDays([first, last]: Span, [otherFirst, otherLast]: Span): number {
  return Math.max(0, Math.min(last, otherLast) - Math.max(first, otherFirst) + 1);
}

/** 'YYYY-Www' of ISO 8601: a week belongs to the year that its Thursday is in. */
export function weekLabel(day: Day): string {
  const thursday = addDays(weekOf(day), 3);
  const year = thursday.slice(0, 4);
  const week = Math.floor(daysBetween(`${year}-01-01`, thursday) / 7) + 1;
  return `${year}-W${String(week).padStart(2, '0')}`;
}

function named(range: NonNullable<RangeRequest['range']>, today: Day, firstStoredDate: Day | null) {
  const oldest = addDays(today, 1 - MAX_DAYS);
  if (range !== 'all') return { from: addDays(today, 1 - Number(range)), to: today };
  const first = firstStoredDate ?? addDays(today, 1 - DEFAULT_DAYS);
  return { from: first < oldest ? oldest : first > today ? today : first, to: today };
}

function given(request: RangeRequest, today: Day) {
  const to = request.to === undefined || request.to > today ? today : request.to;
  if (request.from && request.to && request.from > request.to) return { from: request.from, to: request.to };
  return { from: request.from ?? addDays(to, 1 - DEFAULT_DAYS), to };
}

/** The buckets in which so many days are shown unless others are asked for. */
export function defaultBucket(days: number): Bucket {
  if (days <= MAX_DAYS_BY_DAY) return 'day';
  return days <= MAX_DAYS_BY_WEEK ? 'week' : 'month';
}
