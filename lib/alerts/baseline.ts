import { middleOf, WEEKDAYS } from '../stats/usual.ts';

/** Counts by the number of the day (`toDayNumber`). A day that is not known is not there. */
export type Counts = ReadonlyMap<number, number>;

/** What a day should have had. */
export interface Baseline {
  expected: number;
  /** The usual spread of the logarithm of a count: 0.1 is about 10 %. */
  spread: number;
}

/** Fewer known same weekdays say nothing. */
const MIN_WEEKDAYS = 4;
const WEEK = 7;
/** The level is the middle of three weeks: it follows growth, and no launch of ten days moves it. */
const LEVEL_DAYS = 3 * WEEK;
const HISTORY_DAYS = WEEKDAYS * WEEK;
/** The median absolute deviation of a normal distribution times this is its standard deviation. */
const MAD_TO_DEVIATION = 1.4826;
/** Nobody's traffic is steadier than this. */
const MIN_SPREAD = 0.1;

interface KnownDay {
  day: number;
  count: number;
  /** The count by the usual one of its weekday. */
  relative: number;
}

/**
 * What a day should have had, by the twelve weeks before `before`: the median of the same weekdays, each raised or lowered as
 * the level of all days has changed since. Null if fewer than four of these weekdays are known.
 */
export function toBaseline(counts: Counts, day: number, before: number): Baseline | null {
  const history = listKnown(counts, before);
  const sameWeekdays = history.filter((known) => (day - known.day) % WEEK === 0);
  if (sameWeekdays.length < MIN_WEEKDAYS) return null;
  const levelNow = levelAt(history, before);
  const levels = new Map(history.map((known) => [known.day, levelAt(history, known.day)]));
  const adjusted = sameWeekdays.map(({ day, count }) => count * (levelNow / (levels.get(day) ?? levelNow)));
  const expected = middleOf(adjusted) ?? 0;
  const deviations = history.map(({ day, relative }) => toLog(relative, levels.get(day) ?? 1));
  const ofWeekday = adjusted.map((count) => Math.log((count + HALF) / (expected + HALF)));
  return {
    expected,
    spread: Math.max(
      MIN_SPREAD,
      deviationOf(deviations),
      deviationOf(ofWeekday),
      1 / Math.sqrt(expected + 1),
    ),
  };
}

/** Keeps the logarithm of zero finite. */
const HALF = 0.5;

const toLog = (relative: number, level: number) => Math.log((relative + 0.01) / (level + 0.01));

function listKnown(counts: Counts, before: number): KnownDay[] {
  const byWeekday = new Map<number, number[]>();
  const known: { day: number; count: number }[] = [];
  for (let day = before - HISTORY_DAYS; day < before; day += 1) {
    const count = counts.get(day);
    if (count === undefined) continue;
    known.push({ day, count });
    const ofWeekday = byWeekday.get(day % WEEK) ?? [];
    ofWeekday.push(count);
    byWeekday.set(day % WEEK, ofWeekday);
  }
  const usual = new Map([...byWeekday].map(([weekday, values]) => [weekday, middleOf(values) ?? 0]));
  return known.map(({ day, count }) => ({
    day,
    count,
    relative: (count + HALF) / ((usual.get(day % WEEK) ?? 0) + HALF),
  }));
}

/** The level of the 21 known days around a day; at the end of the history, of the last 21. */
function levelAt(history: readonly KnownDay[], day: number): number {
  const place = history.findIndex((known) => known.day >= day);
  const at = place < 0 ? history.length : place;
  const last = Math.min(history.length, Math.max(LEVEL_DAYS, at + Math.ceil(LEVEL_DAYS / 2)));
  const days = history.slice(Math.max(0, last - LEVEL_DAYS), last);
  return middleOf(days.map(({ relative }) => relative)) ?? 1;
}

function deviationOf(values: readonly number[]): number {
  const middle = middleOf(values) ?? 0;
  return MAD_TO_DEVIATION * (middleOf(values.map((value) => Math.abs(value - middle))) ?? 0);
}
