import { addDays, type Day, daysFrom, toDay } from '../lib/day.ts';
import { type Figures, largerFigures, sameFigures, UNKNOWN, ZERO } from '../lib/traffic/figures.ts';
import type { TrafficDay } from '../lib/traffic/merge.ts';
import { nameDays, type Observed } from '../lib/traffic/observed.ts';

/** Version 0.1.0 read every answer as a sparse one. This is its way to store days, to have data as it left it. */
export function storeByRulesOf2025(
  stored: readonly TrafficDay[],
  observed: Observed,
  now: string,
): TrafficDay[] {
  const today = toDay(new Date(now));
  const wholeFrom = addDays(today, -12);
  const settled = addDays(toDay(new Date(Date.parse(now) - 72 * 3_600_000)), -1);
  const rows = new Map(stored.map((row) => [row.trafficDate, row]));
  const named = nameDays(observed);
  const dates = [...new Set([...daysFrom(wholeFrom, today), ...named.keys()])].sort();
  for (const date of dates) {
    const reading = {
      date,
      now,
      isFinal: date <= settled,
      isCut: date === dates[0] || date >= addDays(today, -14),
    };
    const merge = date >= wholeFrom ? mergeWhole : mergeCut;
    const merged = merge(rows.get(date), named.get(date), reading);
    if (merged) rows.set(date, merged);
  }
  return [...rows.values()].sort((one, other) => (one.trafficDate < other.trafficDate ? -1 : 1));
}

interface Reading {
  date: Day;
  now: string;
  isFinal: boolean;
  isCut: boolean;
}

function mergeWhole(
  row: TrafficDay | undefined,
  named: Figures | undefined,
  { date, now, isFinal }: Reading,
) {
  if (!row && !named && !isFinal) return undefined;
  const seen = largerFigures(named ?? UNKNOWN, isFinal ? ZERO : UNKNOWN);
  const figures = largerFigures(row ?? UNKNOWN, seen);
  const state = stateOfWhole(row, named, isFinal);
  if (row && row.state !== 'provisional' && row.state === state && sameFigures(row, figures)) return row;
  return { trafficDate: date, ...figures, state, observedAt: now };
}

function stateOfWhole(row: TrafficDay | undefined, named: Figures | undefined, isFinal: boolean) {
  if (named)
    return isFinal || row?.state === 'measured' || row?.state === 'zero' ? 'measured' : 'provisional';
  if (!row) return 'zero';
  return row.state === 'provisional' && isFinal ? 'measured' : row.state;
}

function mergeCut(row: TrafficDay | undefined, named: Figures | undefined, { date, now, isCut }: Reading) {
  if (!named) return row;
  const figures = largerFigures(row ?? UNKNOWN, named);
  const before = row?.state === 'zero' ? 'measured' : row?.state;
  const state = isCut ? (before ?? 'provisional') : 'measured';
  if (row && sameFigures(row, figures) && row.state === state) return row;
  return { trafficDate: date, ...figures, state, observedAt: now };
}
