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
 * Two spans of equally many settled days, without provisional ones. `comparable` is false if either span has unknown days,
 * because a change would mislead.
 */
export const Comparison = z.object({
  from: Day,
  to: Day,
  previousFrom: Day,
  previousTo: Day,
  current: Totals,
  previous: Totals,
  comparable: z.boolean(),
});
export type Comparison = z.infer<typeof Comparison>;

/** The page's number and size, and the length of the whole list. */
export const Page = z.object({ number: Count, size: Count, total: Count });

export const Range = z.object({ from: Day, to: Day, by: Bucket, days: Count });
export type Range = z.infer<typeof Range>;
