import * as z from 'zod';
import { DAY_STATES } from '../traffic/window.ts';

/** Shapes that several answers share. */

export const Day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/);
export const Instant = z.iso.datetime();
export const Count = z.int().min(0);
/** A figure that may be unknown. */
export const Figure = Count.nullable();

/** Columns with one value per bucket; null means unknown. */
export const FigureColumns = {
  viewCount: z.array(Figure),
  viewUniques: z.array(Figure),
  cloneCount: z.array(Figure),
  cloneUniques: z.array(Figure),
};

export const Bucket = z.enum(['day', 'week', 'month']);
export type Bucket = z.infer<typeof Bucket>;

/**
 * `provisional`: read before it was final. `cut`: GitHub showed only a part of it, for good. `suspect`: zero, like everything
 * else at once. `not_published`: nothing yet, but it can still come. `before`: earlier than the first day that
 * was ever collected.
 */
export const DayState = z.enum(DAY_STATES);
export type DayState = z.infer<typeof DayState>;

/** Sums over days. Uniques do not add up: the true figure lies between the lower and the upper bound. */
export const Totals = z.object({
  viewCount: Figure,
  viewUniquesLower: Figure,
  viewUniquesUpper: Figure,
  cloneCount: Figure,
  cloneUniquesLower: Figure,
  cloneUniquesUpper: Figure,
  /** Days with known figures and lost days, counted per repository. */
  knownDays: Count,
  lostDays: Count,
});
export type Totals = z.infer<typeof Totals>;

/**
 * What a range is compared with: the period before, the same weekdays a year earlier, the span from a given day, or
 * nothing.
 */
export const ComparisonKind = z.enum(['previous', 'year', 'span', 'none']);
export type ComparisonKind = z.infer<typeof ComparisonKind>;

/**
 * Why a repository is not compared. `days_missing`: some days of a span are unknown or not final. `nothing_earlier`: the
 * earlier span begins before its first known day. `archived`: GitHub gives no traffic of it.
 */
export const LeftOutReason = z.enum(['days_missing', 'nothing_earlier', 'archived']);
export type LeftOutReason = z.infer<typeof LeftOutReason>;

/** Why no change is given. `too_few`: the earlier figure is too small for a percentage. */
export const NoChangeReason = z.enum([...LeftOutReason.options, 'too_few', 'not_compared']);
export type NoChangeReason = z.infer<typeof NoChangeReason>;

/**
 * Two spans of equally many settled days, without provisional ones. Only repositories are compared whose days are all known
 * and final in both spans: `current` and `previous` are their sums alone. `comparable` is false if there is none.
 */
export const Comparison = z.object({
  kind: ComparisonKind,
  from: Day,
  to: Day,
  previousFrom: Day,
  previousTo: Day,
  current: Totals,
  previous: Totals,
  comparable: z.boolean(),
  repositories: z.object({ compared: Count, total: Count }),
  /** At most 20 of the repositories that are not compared. */
  leftOut: z.array(z.object({ repositoryId: z.int(), fullName: z.string(), reason: LeftOutReason })),
});
export type Comparison = z.infer<typeof Comparison>;

/**
 * The period that a range is compared with, for a second line in its chart: one value per bucket of the range, from equally
 * many days. These are the figures of all repositories that have any.
 */
export const ComparisonSeries = z.object({
  /** The first of the days that a bucket is compared with. */
  dates: z.array(Day),
  ...FigureColumns,
  /** Stars gained. */
  stars: z.array(Figure),
  downloads: z.array(Figure),
});
export type ComparisonSeries = z.infer<typeof ComparisonSeries>;

/**
 * A color, as a place from 0 to 7 in a list of eight. A repository has the same one wherever it is drawn.
 */
export const ColorIndex = z.int().min(0).max(7);

/** The page's number and size, and the length of the whole list. */
export const Page = z.object({ number: Count, size: Count, total: Count });

export const Range = z.object({ from: Day, to: Day, by: Bucket, days: Count });
export type Range = z.infer<typeof Range>;
