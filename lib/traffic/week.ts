import { addDays, type Day, daysBetween, toDay, weekOf } from '../day.ts';
import type { Instant } from '../instant.ts';
import { type Figures, largerFigures, sameFigures, ZERO } from './figures.ts';
import { nameDays, type Observed } from './observed.ts';
import { settledThrough, wholeFrom } from './window.ts';

/** GitHub's own figures of one whole week, Monday to Sunday, once they no longer change: the only true weekly uniques. */
export interface TrafficWeek extends Figures {
  weekStart: Day;
  observedAt: Instant;
}

const LAST_DAY = 6;

/**
 * Merges GitHub's `per=week` arrays into the stored weeks and returns those to write. Only weeks that have settled and
 * lie wholly inside the window count: GitHub cuts the others. Larger figures win.
 */
export function mergeWeeks(stored: readonly TrafficWeek[], observed: Observed, now: Date): TrafficWeek[] {
  const rows = new Map(stored.map((row) => [row.weekStart, row]));
  const weeks: TrafficWeek[] = [];
  for (const [weekStart, named] of nameDays(observed)) {
    if (weekStart < wholeFrom(toDay(now)) || addDays(weekStart, LAST_DAY) > settledThrough(now)) continue;
    const row = rows.get(weekStart);
    const figures = largerFigures(row ?? ZERO, named);
    if (row && sameFigures(row, figures)) continue;
    weeks.push({ weekStart, ...figures, observedAt: now.toISOString() });
  }
  return weeks;
}

/** The week that can be read now and lies wholly inside the window; null on days when there is none. */
export function readableWeek(now: Date): Day | null {
  return whole(weekOf(addDays(settledThrough(now), -LAST_DAY)), now);
}

/** The day, a Thursday, on or before an instant's since when the newest settled week can be read; until Saturday it can. */
export function readableSince(now: Date): Day {
  const settled = settledThrough(now);
  const sunday = addDays(weekOf(addDays(settled, -LAST_DAY)), LAST_DAY);
  return addDays(sunday, daysBetween(settled, toDay(now)));
}

/** The week that ended last, while it lies wholly inside the window; its figures may still grow. Null on Sundays. */
export function endedWeek(now: Date): Day | null {
  return whole(addDays(weekOf(toDay(now)), -LAST_DAY - 1), now);
}

const whole = (week: Day, now: Date) => (week >= wholeFrom(toDay(now)) ? week : null);
