import { type Day, daysBetween } from '../../day.ts';

interface Point {
  date: Day;
  count: number | null;
}

/** With fewer neighbours, or smaller numbers, nothing can be said. */
const MIN_NEIGHBOURS = 14;
const MIN_MEDIAN = 30;
/** Neighbouring days of real traffic differ by more than a tenth as a rule; totals of 14 days by a few hundredths. */
const MAX_CHANGE = 0.05;

function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

/** Whether most of the series of a file that tell anything look like totals of 14 days. */
export function lookRolling(series: readonly Point[][]): boolean {
  const told = series.map(looksRolling).filter((answer) => answer !== null);
  return told.filter((answer) => answer).length * 2 > told.length;
}

/**
 * Whether numbers under days are likely totals of 14 days, one for each run: they hardly change from day to day. Null: there are
 * too few, or they are too small.
 */
function looksRolling(points: readonly Point[]): boolean | null {
  const known = points.filter((point): point is { date: Day; count: number } => point.count !== null);
  known.sort((one, other) => (one.date < other.date ? -1 : 1));
  const changes: number[] = [];
  for (const [index, { date, count }] of known.entries()) {
    const before = known[index - 1];
    if (!before || daysBetween(before.date, date) !== 1) continue;
    changes.push(Math.abs(count - before.count) / Math.max(count, before.count, 1));
  }
  if (changes.length < MIN_NEIGHBOURS || median(known.map(({ count }) => count)) < MIN_MEDIAN) return null;
  return median(changes) <= MAX_CHANGE;
}
