import {
  addDays,
  type Day,
  daysBetween,
  daysFrom,
  lastOfWeek,
  newestEndedWeek,
  toDay,
  weekOf,
} from '../day.ts';
import type { Instant } from '../instant.ts';
import { type Figures, largerFigures, METRICS, sameFigures, UNKNOWN } from './figures.ts';
import { nameDays, type Observed, zeroWhereRead } from './observed.ts';
import { type Coverage, coverageOf, settledThrough } from './window.ts';

/** GitHub's own figures of one whole week, Monday to Sunday, once they no longer change: the only true weekly uniques. */
export interface TrafficWeek extends Figures {
  weekStart: Day;
  observedAt: Instant;
}

/** GitHub's `per=week` arrays, and the `per=day` arrays that were read with them. */
export interface WeeksRead {
  weeks: Observed;
  days: Observed;
}

/**
 * Merges GitHub's `per=week` arrays into the stored weeks and returns those to write. Only weeks count that are final and
 * lie wholly inside the window of the days read with them: GitHub cuts the others. Larger figures win.
 */
export function mergeWeeks(
  stored: readonly TrafficWeek[],
  { weeks, days }: WeeksRead,
  now: Date,
): TrafficWeek[] {
  const coverage = coverageOf(days, now);
  const rows = new Map(stored.map((row) => [row.weekStart, row]));
  const named = nameDays(days);
  const merged: TrafficWeek[] = [];
  for (const [weekStart, figuresOfWeek] of nameDays(weeks)) {
    if (weekStart < coverage.wholeFrom || lastOfWeek(weekStart) > coverage.finalThrough) continue;
    // A list that leaves the week out says zero, which is no more true than a count if the list is an old copy.
    const seen = largerFigures(zeroWhereRead(weeks), figuresOfWeek);
    if (coverage.kind === 'published' && !addsUp(weekStart, seen, named)) continue;
    const row = rows.get(weekStart);
    const figures = largerFigures(row ?? UNKNOWN, seen);
    if (row && sameFigures(row, figures)) continue;
    merged.push({ weekStart, ...figures, observedAt: now.toISOString() });
  }
  return merged;
}

/** The newest week that an answer tells for good; null when none lies wholly inside its window. */
export function finalWeek(coverage: Coverage): Day | null {
  return ifWhole(newestEndedWeek(coverage.finalThrough), coverage);
}

/** The week that ended last, while it lies wholly inside the window; in a sparse answer its figures may still grow. */
export function endedWeek(coverage: Coverage): Day | null {
  const over = coverage.kind === 'published' ? coverage.through : addDays(coverage.through, -1);
  return ifWhole(newestEndedWeek(over), coverage);
}

/**
 * The day on or before the instant from which the newest whole week can be read: of a published window the Monday after
 * it, of sparse answers the Thursday, when it has settled (it can until Saturday).
 */
export function readableSince(kind: Coverage['kind'], now: Date): Day {
  if (kind === 'published') return weekOf(toDay(now));
  const settled = settledThrough(now);
  return addDays(lastOfWeek(newestEndedWeek(settled)), daysBetween(settled, toDay(now)));
}

/** Whether a week's counts are the sums of its days': the two come from two requests, so one may be an old copy. */
function addsUp(weekStart: Day, week: Figures, named: ReadonlyMap<Day, Figures>): boolean {
  const days = daysFrom(weekStart, lastOfWeek(weekStart)).map((day) => named.get(day));
  return METRICS.filter((metric) => metric.endsWith('Count')).every((metric) => {
    const sum = days.reduce((total, day) => total + (day?.[metric] ?? 0), 0);
    return week[metric] === null || week[metric] === sum;
  });
}

const ifWhole = (week: Day, { wholeFrom }: Coverage) => (week >= wholeFrom ? week : null);
