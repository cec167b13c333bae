import type { Bucket, Range } from '../answers/figures.ts';
import { addDays, type Day, daysBetween } from '../day.ts';
import { Failure } from '../failure.ts';
import { bucketsOf, defaultBucket } from './buckets.ts';

/** The range that a request asks for: a named one that ends today, or its first and last day. */
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

/**
 * The range that a request means today. `all` begins on the first stored day. No range ends after today. Throws
 * `range_reversed`, `range_too_long`, and `too_many_points` if it has more than `maxBuckets` buckets.
 */
export function toRange(
  request: RangeRequest,
  today: Day,
  firstStoredDate: Day | null,
  maxBuckets: number,
): Range {
  const { from, to } = request.range
    ? named(request.range, today, firstStoredDate)
    : givenSpan(request, today);
  if (from > to)
    throw new Failure('range_reversed', `The range begins on ${from}, after its end on ${to} (UTC days).`);
  const days = daysBetween(from, to) + 1;
  if (days > MAX_DAYS)
    throw new Failure('range_too_long', `Ask for at most ${MAX_DAYS} days; ${days} were asked for.`);
  const by = request.by ?? defaultBucket(days);
  const buckets = bucketsOf({ from, to, by, days }).length;
  if (buckets > maxBuckets)
    throw new Failure(
      'too_many_points',
      `These are ${buckets} points, and at most ${maxBuckets} are answered: ask for longer buckets or fewer days.`,
    );
  return { from, to, by, days };
}

/** The range's days up to `settledTo`, so without provisional ones, and the same number of days before them. */
export function spansOf({ from, to }: Range, settledTo: Day): Spans {
  const end = settledTo < from ? from : settledTo > to ? to : settledTo;
  const days = daysBetween(from, end) + 1;
  return { from, to: end, previousFrom: addDays(from, -days), previousTo: addDays(from, -1) };
}

function named(range: NonNullable<RangeRequest['range']>, today: Day, firstStoredDate: Day | null) {
  const oldest = addDays(today, 1 - MAX_DAYS);
  if (range !== 'all') return { from: addDays(today, 1 - Number(range)), to: today };
  const first = firstStoredDate ?? addDays(today, 1 - DEFAULT_DAYS);
  return { from: first < oldest ? oldest : first > today ? today : first, to: today };
}

function givenSpan(request: RangeRequest, today: Day) {
  const to = request.to === undefined || request.to > today ? today : request.to;
  return { from: request.from ?? addDays(to, 1 - DEFAULT_DAYS), to };
}
