import { addDays, type Day, daysBetween, lastOfWeek, newestEndedWeek, toDay } from '../day.ts';
import type { Instant } from '../instant.ts';
import { type Figures, largerFigures, sameFigures, ZERO } from './figures.ts';
import { nameDays, type Observed } from './observed.ts';
import { settledThrough, wholeFrom } from './window.ts';

/** GitHub's own final figures for a whole week, Monday to Sunday: the only true weekly uniques. */
export interface TrafficWeek extends Figures {
  weekStart: Day;
  observedAt: Instant;
}

/**
 * Merges GitHub's `per=week` arrays into the stored weeks and returns those to write. Only weeks count that have settled
 * and are whole in the window: GitHub cuts the others. The larger figure wins.
 */
export function mergeWeeks(stored: readonly TrafficWeek[], observed: Observed, now: Date): TrafficWeek[] {
  const rows = new Map(stored.map((row) => [row.weekStart, row]));
  const weeks: TrafficWeek[] = [];
  for (const [weekStart, named] of nameDays(observed)) {
    if (weekStart < wholeFrom(toDay(now)) || lastOfWeek(weekStart) > settledThrough(now)) continue;
    const row = rows.get(weekStart);
    const figures = largerFigures(row ?? ZERO, named);
    if (row && sameFigures(row, figures)) continue;
    weeks.push({ weekStart, ...figures, observedAt: now.toISOString() });
  }
  return weeks;
}

/** The newest week that has settled, while it still lies wholly inside the window: three days a week. Else null. */
export function readableWeek(now: Date): Day | null {
  return ifWhole(settledWeek(now), now);
}

/** The Thursday on or before the instant from which the newest settled week can be read; it can until Saturday. */
export function readableSince(now: Date): Day {
  const settlingDays = daysBetween(settledThrough(now), toDay(now));
  return addDays(lastOfWeek(settledWeek(now)), settlingDays);
}

/** The week that ended last, while it lies wholly inside the window; its figures may still grow. Null on Sundays. */
export function endedWeek(now: Date): Day | null {
  return ifWhole(newestEndedWeek(addDays(toDay(now), -1)), now);
}

const settledWeek = (now: Date) => newestEndedWeek(settledThrough(now));

const ifWhole = (week: Day, now: Date) => (week >= wholeFrom(toDay(now)) ? week : null);
