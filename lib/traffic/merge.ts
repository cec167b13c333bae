import { addDays, type Day, daysFrom, toDay } from '../day.ts';
import type { Instant } from '../instant.ts';
import { type Figures, largerFigures, METRICS, type Metric, sameFigures, UNKNOWN, ZERO } from './figures.ts';
import { nameDays, type Observed } from './observed.ts';
import { cutFrom, type StoredState, settledThrough, wholeFrom } from './window.ts';

/** One repository's figures on one UTC day, as stored. */
export interface TrafficDay extends Figures {
  trafficDate: Day;
  state: StoredState;
  observedAt: Instant;
}

/** A smaller figure that GitHub gave later for a settled day. The larger one was kept. */
export interface Revision {
  trafficDate: Day;
  metric: Metric;
  kept: number;
  observed: number;
}

/** When an answer was read, and when its repository was created: a day before that is never known to be zero. */
export interface Reading {
  now: Date;
  createdDate: Day;
}

/** How late GitHub may publish; its window then ends as many days earlier. */
const LATE_DAYS = 2;

/**
 * Merges one of GitHub's answers into the stored days of its span. The larger figure wins. A day that the answer leaves
 * out lowers nothing; it is zero only if it has settled and was whole in the window. Returns the days to write, and the
 * smaller figures for settled days. Merging the same answer again returns no days.
 */
export function mergeDays(
  stored: readonly TrafficDay[],
  observed: Observed,
  reading: Reading,
): { days: TrafficDay[]; revisions: Revision[] } {
  const rows = new Map(stored.map((row) => [row.trafficDate, row]));
  const named = nameDays(observed);
  const today = toDay(reading.now);
  const dates = [...new Set([...daysFrom(wholeFrom(today), today), ...named.keys()])].sort();
  const days: TrafficDay[] = [];
  const revisions: Revision[] = [];
  for (const date of dates) {
    const row = rows.get(date);
    const figures = named.get(date);
    const whole = date >= wholeFrom(today);
    const merged = whole
      ? mergeWhole(date, row, figures, reading)
      : mergeCut(row, figures, { now: reading.now, date, oldest: date === dates[0] });
    if (merged && merged !== row) days.push(merged);
    if (row && figures && whole && date <= settledThrough(reading.now))
      revisions.push(...revisionsOf(row, figures));
  }
  return { days, revisions };
}

/** A figure of a final day that differs between GitHub and what is stored. */
export interface Difference {
  trafficDate: Day;
  metric: Metric;
  stored: number;
  observed: number;
}

/**
 * Where an answer differs from the stored days that are final and whole in the window. Provisional days still grow, and a
 * day that the answer leaves out is not taken for zero here.
 */
export function differencesOf(stored: readonly TrafficDay[], observed: Observed, now: Date): Difference[] {
  const named = nameDays(observed);
  const from = wholeFrom(toDay(now));
  const to = settledThrough(now);
  const final = stored.filter(({ trafficDate, state }) => {
    return state !== 'provisional' && trafficDate >= from && trafficDate <= to;
  });
  return final.flatMap((row) =>
    METRICS.flatMap((metric) => {
      const kept = row[metric];
      const seen = named.get(row.trafficDate)?.[metric] ?? null;
      if (kept === null || seen === null || kept === seen) return [];
      return [{ trafficDate: row.trafficDate, metric, stored: kept, observed: seen }];
    }),
  );
}

/**
 * The first day that a run covers with this answer: the window's first whole day, or the cut day before it. Days of a
 * window that ended weeks ago do not count, because nothing is known of the days after it.
 */
export function coveredFrom(observed: Observed, { now, createdDate }: Reading): Day {
  const today = toDay(now);
  const oldest = addDays(cutFrom(today), -LATE_DAYS);
  const named = [...observed.views, ...observed.clones]
    .map(({ date }) => date)
    .filter((date) => date >= oldest);
  const [, whole = today] = [wholeFrom(today), createdDate].sort();
  return [...named, whole].sort()[0] ?? whole;
}

/** A day that is whole in the window: a figure that the answer leaves out of a settled day is zero. */
function mergeWhole(
  date: Day,
  row: TrafficDay | undefined,
  named: Figures | undefined,
  { now, createdDate }: Reading,
): TrafficDay | undefined {
  const final = date <= settledThrough(now);
  if (!row && !named && (!final || date < createdDate)) return undefined;
  const seen = largerFigures(named ?? UNKNOWN, final ? ZERO : UNKNOWN);
  const figures = largerFigures(row ?? UNKNOWN, seen);
  const state = stateOfWhole(row, named, final);
  if (row && row.state !== 'provisional' && row.state === state && sameFigures(row, figures)) return row;
  const readAt = now.toISOString();
  const observedAt = row && row.observedAt > readAt ? row.observedAt : readAt;
  if (row && row.state === state && sameFigures(row, figures) && row.observedAt === observedAt) return row;
  return { trafficDate: date, ...figures, state, observedAt };
}

/** Certainty is never lost: a final day stays final, in whatever order the answers arrive. */
function stateOfWhole(row: TrafficDay | undefined, named: Figures | undefined, final: boolean): StoredState {
  if (named) return final || row?.state === 'measured' || row?.state === 'zero' ? 'measured' : 'provisional';
  if (!row) return 'zero';
  return row.state === 'provisional' && final ? 'measured' : row.state;
}

interface CutDay {
  now: Date;
  date: Day;
  /** True for the first day of the answer. */
  oldest: boolean;
}

/**
 * A day before the window's first whole day. Its figures may be cut, so they alone never make it final. An idle repository
 * gets a window that ended weeks ago, in which only the first day may be cut.
 */
function mergeCut(row: TrafficDay | undefined, named: Figures | undefined, { now, date, oldest }: CutDay) {
  if (!named) return row;
  const figures = largerFigures(row ?? UNKNOWN, named);
  const cut = oldest || date >= cutFrom(toDay(now));
  const before = row?.state === 'zero' ? 'measured' : row?.state;
  const state: StoredState = cut ? (before ?? 'provisional') : 'measured';
  if (row && sameFigures(row, figures) && row.state === state) return row;
  return { trafficDate: date, ...figures, state, observedAt: now.toISOString() };
}

function revisionsOf(row: TrafficDay, named: Figures): Revision[] {
  return METRICS.flatMap((metric) => {
    const kept = row[metric];
    const observed = named[metric];
    if (kept === null || observed === null || observed >= kept) return [];
    return [{ trafficDate: row.trafficDate, metric, kept, observed }];
  });
}
