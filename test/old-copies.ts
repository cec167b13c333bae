import type { TrafficWindow } from '../lib/answers/stats.ts';
import { addDays, type Day, daysFrom, toDay } from '../lib/day.ts';
import type { Db } from '../lib/db/database.ts';
import { type Figures, METRICS } from '../lib/traffic/figures.ts';
import type { TrafficDay } from '../lib/traffic/merge.ts';
import type { Observed } from '../lib/traffic/observed.ts';
import type { RepositoryKey } from '../lib/traffic/tables.ts';
import { storeByRulesOf2025 } from './rules-of-2025.ts';

/** What GitHub counted on a day. */
export type Truth = (day: Day) => Figures;

/** An answer that was read at an instant, and ended on a day. */
export interface Read {
  at: string;
  end: Day;
}

const daysUpTo = (end: Day) => daysFrom(addDays(end, -13), end);

/** GitHub's answer since 2026: 14 days in a row, zeros written out. */
export function answerOf(truth: Truth, end: Day): Observed {
  const listOf = (count: keyof Figures, uniques: keyof Figures) =>
    daysUpTo(end).map((date) => {
      const figures = truth(date);
      return { date, count: figures[count] ?? 0, uniques: figures[uniques] ?? 0 };
    });
  return { views: listOf('viewCount', 'viewUniques'), clones: listOf('cloneCount', 'cloneUniques') };
}

/** The totals of that answer, as if nobody had come on two days. */
export function totalsOf(truth: Truth, { at, end }: Read): TrafficWindow {
  const sum = (metric: keyof Figures) =>
    daysUpTo(end).reduce((total, day) => total + (truth(day)[metric] ?? 0), 0);
  const observedDate = toDay(new Date(at));
  return {
    observedDate,
    viewCount: sum('viewCount'),
    viewUniques: sum('viewUniques'),
    cloneCount: sum('cloneCount'),
    cloneUniques: sum('cloneUniques'),
  };
}

/** The days and windows that version 0.1.0 stored of these answers. */
export function storeReads(truth: Truth, reads: readonly Read[]) {
  let days: TrafficDay[] = [];
  const windows = new Map<Day, TrafficWindow>();
  for (const read of reads) {
    days = storeByRulesOf2025(days, answerOf(truth, read.end), read.at);
    const totals = totalsOf(truth, read);
    windows.set(totals.observedDate, totals);
  }
  return { days, windows: [...windows.values()] };
}

const at = (day: Day) => `${day}T08:00:00.000Z`;
const fresh = (from: Day, to: Day): Read[] =>
  daysFrom(from, to).map((day) => ({ at: at(day), end: addDays(day, -1) }));

/**
 * The winter of 2026: fresh answers until 8 February, then none, the window of 17 to 30 January on 20 and 21 February, and
 * fresh answers again when 16 February was forgotten.
 */
export const WINTER: readonly Read[] = [
  ...fresh('2026-01-18', '2026-02-08'),
  { at: at('2026-02-20'), end: '2026-01-30' },
  { at: at('2026-02-21'), end: '2026-01-30' },
  ...fresh('2026-03-03', '2026-03-04'),
];

/** The days that it made zero. */
export const FALSE_ZEROS = daysFrom('2026-02-08', '2026-02-16');

/** Traffic on each day, other on each, but for every ninth, on which nobody came. */
export const busy: Truth = (day) => {
  const number = Date.parse(day) / 86_400_000;
  if (number % 9 === 0) return { viewCount: 0, viewUniques: 0, cloneCount: 0, cloneUniques: 0 };
  const views = 20 + ((number * 7919) % 97);
  const clones = 1 + ((number * 104_729) % 31);
  return { viewCount: views, viewUniques: 10, cloneCount: clones, cloneUniques: 1 };
};

/** Inserts what is stored of a repository. */
export async function insertStored(
  db: Db,
  key: RepositoryKey,
  { days, windows }: ReturnType<typeof storeReads>,
): Promise<void> {
  await db
    .insertInto('trafficDay')
    .values(days.map((day) => ({ ...key, ...day })))
    .execute();
  await db
    .insertInto('trafficWindow')
    .values(windows.map((window) => ({ ...key, ...window })))
    .execute();
}

/** Makes the database one that got the rules for windows at an instant. */
export async function setUpgradedAt(db: Db, appliedAt: string): Promise<void> {
  await db.updateTable('schemaVersion').set({ appliedAt }).where('version', '>=', 15).execute();
}

/** A repository's days, each with its figures and state, to compare. */
export function listed(days: readonly TrafficDay[]) {
  return days.map((row) => [row.trafficDate, row.state, ...METRICS.map((metric) => row[metric])]);
}
