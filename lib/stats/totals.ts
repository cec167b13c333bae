import type { Comparison, NoChangeReason, Totals } from '../answers/figures.ts';
import { type Figures, type Metric, maxOf, plus } from '../traffic/figures.ts';
import { FINAL_STATES, type StoredState } from '../traffic/window.ts';

/** The name of each figure's sum. Uniques are not additive, so theirs is an upper bound. */
export const SUM_OF = {
  viewCount: 'viewCount',
  viewUniques: 'viewUniquesUpper',
  cloneCount: 'cloneCount',
  cloneUniques: 'cloneUniquesUpper',
} as const satisfies { [metric in Metric]: keyof Totals };

/** Below this, on both sides, a difference says nothing. */
const MIN_COMPARED = 10;

type Compared = Pick<Comparison, 'comparable' | 'current' | 'previous'>;

/** A figure in both spans; null if some day of either is unknown or not final, or if both figures are too small. */
function pairOf({ comparable, current, previous }: Compared, metric: Metric) {
  const now = current[SUM_OF[metric]];
  const before = previous[SUM_OF[metric]];
  if (!comparable || now === null || before === null) return null;
  return Math.max(now, before) < MIN_COMPARED ? null : { now, before };
}

/**
 * How much a figure changed from the span before, as a fraction: 0.08 is 8 % more. Null means unknown: see
 * {@link whyNoChange}.
 */
export function changeOf(compared: Compared, metric: Metric): number | null {
  const pair = pairOf(compared, metric);
  return pair === null || pair.before === 0 ? null : (pair.now - pair.before) / pair.before;
}

/** How much larger a figure is than in the span before; null means unknown. */
export function differenceOf(compared: Compared, metric: Metric): number | null {
  const pair = pairOf(compared, metric);
  return pair && pair.now - pair.before;
}

/** The same of what was gained in two spans; null where one is unknown, or both are too small. */
export function changeOfGains({ current, previous }: { current: number | null; previous: number | null }): {
  change: number | null;
  difference: number | null;
  reason: NoChangeReason | null;
} {
  if (current === null || previous === null)
    return { change: null, difference: null, reason: 'days_missing' };
  if (Math.max(current, previous) < MIN_COMPARED)
    return { change: null, difference: null, reason: 'too_few' };
  const difference = current - previous;
  return { change: previous === 0 ? null : difference / previous, difference, reason: null };
}

/** Why the difference of a figure is not given; null if it is. A change is not given either if the figure was zero before. */
export function whyNoChange(comparison: Comparison, metric: Metric): NoChangeReason | null {
  if (comparison.kind === 'none') return 'not_compared';
  if (differenceOf(comparison, metric) !== null) return null;
  if (comparison.comparable) return 'too_few';
  const reasons = comparison.leftOut.map(({ reason }) => reason);
  return reasons.find((reason) => reason !== 'archived') ?? reasons[0] ?? 'days_missing';
}

/** Totals, and what decides whether they are complete. */
export interface Sums extends Totals {
  /** Stored days whose figures are all known and final. */
  finalDays: number;
}

/** A new object with the sums of no days, for `addSums` to change: every figure is unknown. */
export function emptySums(): Sums {
  return {
    viewCount: null,
    viewUniquesLower: null,
    viewUniquesUpper: null,
    cloneCount: null,
    cloneUniquesLower: null,
    cloneUniquesUpper: null,
    knownDays: 0,
    lostDays: 0,
    finalDays: 0,
  };
}

/** Adds the sums of other days, or of other repositories, to `sums`. */
export function addSums(sums: Sums, more: Sums): void {
  sums.viewCount = plus(sums.viewCount, more.viewCount);
  sums.viewUniquesUpper = plus(sums.viewUniquesUpper, more.viewUniquesUpper);
  sums.viewUniquesLower = maxOf(sums.viewUniquesLower, more.viewUniquesLower);
  sums.cloneCount = plus(sums.cloneCount, more.cloneCount);
  sums.cloneUniquesUpper = plus(sums.cloneUniquesUpper, more.cloneUniquesUpper);
  sums.cloneUniquesLower = maxOf(sums.cloneUniquesLower, more.cloneUniquesLower);
  sums.knownDays += more.knownDays;
  sums.lostDays += more.lostDays;
  sums.finalDays += more.finalDays;
}

/** One stored day as sums. */
export function toSums(day: Figures & { state: StoredState }): Sums {
  const complete = day.viewCount !== null && day.cloneCount !== null && FINAL_STATES.includes(day.state);
  return {
    viewCount: day.viewCount,
    viewUniquesLower: day.viewUniques,
    viewUniquesUpper: day.viewUniques,
    cloneCount: day.cloneCount,
    cloneUniquesLower: day.cloneUniques,
    cloneUniquesUpper: day.cloneUniques,
    knownDays: 1,
    lostDays: 0,
    finalDays: complete ? 1 : 0,
  };
}

/** The sums without what decides whether they are complete. */
export function toTotals({ finalDays: _, ...totals }: Sums): Totals {
  return totals;
}
