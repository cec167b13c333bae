import type { Comparison, Totals } from '../answers/figures.ts';
import { daysBetween } from '../day.ts';
import { type Figures, type Metric, maxOf, plus } from '../traffic/figures.ts';
import { FINAL_STATES, type StoredState } from '../traffic/window.ts';
import type { Spans } from './range.ts';

/** The name of each figure's sum. Uniques are not additive, so theirs is an upper bound. */
export const SUM_OF = {
  viewCount: 'viewCount',
  viewUniques: 'viewUniquesUpper',
  cloneCount: 'cloneCount',
  cloneUniques: 'cloneUniquesUpper',
} as const satisfies { [metric in Metric]: keyof Totals };

/**
 * How much a figure changed from the span before, as a fraction: 0.08 is 8 % more. Null means unknown: some day of either
 * span is unknown or not final, or the figure was zero before.
 */
export function changeOf(
  { comparable, current, previous }: Pick<Comparison, 'comparable' | 'current' | 'previous'>,
  metric: Metric,
): number | null {
  const now = current[SUM_OF[metric]];
  const before = previous[SUM_OF[metric]];
  if (!comparable || now === null || before === null || before === 0) return null;
  return (now - before) / before;
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

/** The sums of two spans that are compared. */
export interface ComparedSums {
  current: Sums;
  previous: Sums;
}

/** Whether all of so many days are known and final, in both spans. */
export function isComparable({ current, previous }: ComparedSums, days: number): boolean {
  return days > 0 && current.finalDays === days && previous.finalDays === days;
}

/** Compares the sums of two spans, for so many repositories. */
export function toComparison(spans: Spans, sums: ComparedSums, repositoryCount: number): Comparison {
  return {
    ...spans,
    current: toTotals(sums.current),
    previous: toTotals(sums.previous),
    comparable: isComparable(sums, daysOf(spans) * repositoryCount),
  };
}

/** How many days each of the two spans has. */
export function daysOf({ from, to }: Spans): number {
  return daysBetween(from, to) + 1;
}
