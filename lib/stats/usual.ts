import type { Usual } from '../answers/day.ts';
import { addDays, type Day } from '../day.ts';
import { type Figures, METRICS, plus, UNKNOWN } from '../traffic/figures.ts';
import { FINAL_STATES, type StoredState } from '../traffic/window.ts';

/** A day is compared with so many same weekdays before it: twelve weeks are a season, and half of them may be unusual. */
export const WEEKDAYS = 12;

/** The same weekdays before a day, newest first. */
export function sameWeekdays(date: Day): Day[] {
  return Array.from({ length: WEEKDAYS }, (_, week) => addDays(date, -7 * (week + 1)));
}

/** The middle of numbers; the mean of the two in the middle if they are even in number. Null for none. */
export function middleOf(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  const sorted = values.toSorted((one, other) => one - other);
  const half = Math.floor(sorted.length / 2);
  const upper = sorted[half] ?? 0;
  const lower = sorted.length % 2 === 0 ? (sorted[half - 1] ?? 0) : upper;
  return (lower + upper) / 2;
}

/** The middle of counts, rounded. Null for none. */
export function medianOf(values: readonly number[]): number | null {
  const middle = middleOf(values);
  return middle === null ? null : Math.round(middle);
}

/** The median of each figure over final days. */
export function toUsual(days: readonly Figures[]): Usual {
  const median = (metric: keyof Figures) => medianOf(days.flatMap((day) => day[metric] ?? []));
  return {
    days: days.length,
    viewCount: median('viewCount'),
    viewUniques: median('viewUniques'),
    cloneCount: median('cloneCount'),
    cloneUniques: median('cloneUniques'),
  };
}

/** A stored day of one of several repositories. */
export interface StoredDay extends Figures {
  repositoryId: number;
  trafficDate: Day;
  state: StoredState;
}

export const isFinal = ({ state }: Pick<StoredDay, 'state'>): boolean => FINAL_STATES.includes(state);

/** The sum of each figure. */
export function sumFigures(days: readonly Figures[]): Figures {
  const sums = { ...UNKNOWN };
  for (const day of days) for (const metric of METRICS) sums[metric] = plus(sums[metric], day[metric]);
  return sums;
}

/** A weekday counts if at least this part of the repositories is final that are on the best known one. */
const MIN_SHARE = 0.5;

/** Repositories that can be compared with earlier same weekdays. */
export interface ComparedDay {
  repositoryIds: number[];
  figures: Figures;
  usual: Usual;
}

/**
 * Compares the sums of repositories on a day with the medians of their sums on the same weekdays before. Each sum is of the
 * same repositories: those that are final on the day and on every weekday that counts. A weekday that most of
 * them have lost is skipped; otherwise no repository would be left to compare.
 */
export function compareDay(date: Day, rows: readonly StoredDay[]): ComparedDay {
  const finalRows = rows.filter(isFinal);
  const onDay = new Map(
    finalRows.filter((row) => row.trafficDate === date).map((row) => [row.repositoryId, row]),
  );
  const byWeekday = new Map<Day, Map<number, StoredDay>>();
  for (const row of finalRows) {
    if (row.trafficDate === date || !onDay.has(row.repositoryId)) continue;
    const known = byWeekday.get(row.trafficDate) ?? new Map<number, StoredDay>();
    known.set(row.repositoryId, row);
    byWeekday.set(row.trafficDate, known);
  }
  const most = Math.max(0, ...[...byWeekday.values()].map(({ size }) => size));
  const counted = [...byWeekday.values()].filter(({ size }) => size >= most * MIN_SHARE);
  const repositoryIds =
    counted.length === 0 ? [] : [...onDay.keys()].filter((id) => counted.every((rows) => rows.has(id)));
  const ofCompared = (rows: ReadonlyMap<number, StoredDay>) =>
    sumFigures(repositoryIds.flatMap((id) => rows.get(id) ?? []));
  return {
    repositoryIds,
    figures: ofCompared(onDay),
    usual: toUsual(repositoryIds.length === 0 ? [] : counted.map(ofCompared)),
  };
}
