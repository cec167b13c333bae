import type { Bucket, ComparisonKind, Range } from '../answers/figures.ts';
import { addDays, type Day, daysBetween } from '../day.ts';
import { Failure } from '../failure.ts';
import { bucketsOf, defaultBucket } from './buckets.ts';
import { DEFAULT_DAYS, MAX_DAYS, monthsAfter, namedSpan } from './named-span.ts';
import type { RangeName } from './range-names.ts';

/** The range that a request asks for: a named one, or its first and last day. */
export interface RangeRequest {
  range?: RangeName | undefined;
  from?: Day | undefined;
  to?: Day | undefined;
  by?: Bucket | undefined;
  /** The first and last day are those of a whole month: it is compared with the month before. */
  unit?: 'month' | undefined;
  /**
   * What the range is compared with: the period before by default, the same period a year earlier, the days from a given
   * one on, or nothing.
   */
  compare?: 'year' | 'none' | Day | undefined;
}

/** Two spans of equally many days, usually the second before the first. */
export interface Spans {
  kind: ComparisonKind;
  from: Day;
  to: Day;
  previousFrom: Day;
  previousTo: Day;
}

/** A range with its buckets and the spans that are compared, as of today. */
export interface Calendar {
  range: Range;
  buckets: Day[];
  spans: Spans;
  today: Day;
}

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
    ? namedSpan(request.range, today, firstStoredDate)
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

/** 52 weeks: a day is compared with the same weekday. */
const YEAR_IN_DAYS = 364;

/**
 * The range's days up to `settledTo`, so without provisional ones, and the days that they are compared with. Each is compared
 * with the day whole weeks earlier, so with the same weekday, unless the request names the first of the earlier days. A
 * month, quarter or year is compared with the one before, as exactly as whole weeks allow. No day is on both sides of a comparison with the
 * period before.
 */
export function spansOf(range: Range, settledTo: Day, request: RangeRequest = {}): Spans {
  const kind = kindOf(request.compare);
  const shift = shiftOf(range, request);
  const end = later(range.from, earlier(settledTo, range.to));
  const to = kind === 'previous' ? earlier(end, addDays(range.from, shift - 1)) : end;
  return {
    kind,
    from: range.from,
    to,
    previousFrom: addDays(range.from, -shift),
    previousTo: addDays(to, -shift),
  };
}

/**
 * The day that each bucket of a range is compared with, and the whole earlier span: also of days that are not settled yet.
 * Undefined if nothing is compared.
 */
export function earlierSpanOf(range: Range, { kind, from, previousFrom }: Spans) {
  if (kind === 'none') return undefined;
  const shift = daysBetween(previousFrom, from);
  const to = addDays(range.to, -shift);
  return { shift, from: previousFrom, to: kind === 'previous' ? earlier(to, addDays(range.from, -1)) : to };
}

function kindOf(compare: RangeRequest['compare']): ComparisonKind {
  if (compare === undefined) return 'previous';
  return compare === 'year' || compare === 'none' ? compare : 'span';
}

/** How many days before a day the one lies that it is compared with. */
function shiftOf({ from, days }: Range, { range: name, unit: named, compare }: RangeRequest): number {
  const kind = kindOf(compare);
  if (kind === 'year') return YEAR_IN_DAYS;
  if (kind === 'span') return daysBetween(compare ?? from, from);
  const unit = UNITS.find(({ names }) => names.some((one) => one === (name ?? named)));
  if (!unit) return Math.ceil(days / DAYS_IN_WEEK) * DAYS_IN_WEEK;
  return Math.round(daysBetween(monthsAfter(from, -unit.months), from) / DAYS_IN_WEEK) * DAYS_IN_WEEK;
}

const DAYS_IN_WEEK = 7;

const UNITS: readonly { names: readonly RangeName[]; months: number }[] = [
  { names: ['month', 'last-month'], months: 1 },
  { names: ['quarter', 'last-quarter'], months: 3 },
  { names: ['year', 'last-year'], months: 12 },
];

const earlier = (one: Day, other: Day) => (one < other ? one : other);
const later = (one: Day, other: Day) => (one > other ? one : other);

function givenSpan(request: RangeRequest, today: Day) {
  const to = request.to === undefined || request.to > today ? today : request.to;
  return { from: request.from ?? addDays(to, 1 - DEFAULT_DAYS), to };
}
