import { addDays, type Day, toDay } from './day.ts';
import type { Instant } from './db/tables.ts';
import {
  type Figures,
  largerFigures,
  nameDays,
  type Observed,
  rememberedFrom,
  sameFigures,
  settledThrough,
  ZERO,
} from './traffic-day.ts';

/** GitHub's own figures of one whole week, Monday to Sunday: the only true weekly uniques. */
export interface TrafficWeek extends Figures {
  weekStart: Day;
  observedAt: Instant;
}

/**
 * Merges GitHub's `per=week` arrays into the stored weeks and returns those to write. Only weeks that have ended and
 * lie wholly inside the window count: GitHub cuts the others. Larger figures win.
 */
export function mergeWeeks(stored: readonly TrafficWeek[], observed: Observed, now: Date): TrafficWeek[] {
  const rows = new Map(stored.map((row) => [row.weekStart, row]));
  const today = toDay(now);
  const weeks: TrafficWeek[] = [];
  for (const [weekStart, named] of nameDays(observed)) {
    if (weekStart < rememberedFrom(today) || addDays(weekStart, 6) >= today) continue;
    const row = rows.get(weekStart);
    const seen = isSettled(weekStart, now) ? largerFigures(named, ZERO) : named;
    const figures = row ? largerFigures(row, seen) : seen;
    const readAt = now.toISOString();
    const kept = row && (row.observedAt >= readAt || isSettled(weekStart, new Date(row.observedAt)));
    if (kept && sameFigures(row, figures)) continue;
    weeks.push({
      weekStart,
      ...figures,
      observedAt: row && row.observedAt > readAt ? row.observedAt : readAt,
    });
  }
  return weeks;
}

/** True when the week's figures, read at `observedAt`, are final and both views and clones are known. */
export function isExact(week: TrafficWeek): boolean {
  return (
    week.viewUniques !== null &&
    week.cloneUniques !== null &&
    isSettled(week.weekStart, new Date(week.observedAt))
  );
}

function isSettled(weekStart: Day, instant: Date): boolean {
  return addDays(weekStart, 6) <= settledThrough(instant);
}
