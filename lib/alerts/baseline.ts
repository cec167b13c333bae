import { middleOf, WEEKDAYS } from '../stats/usual.ts';

/** Figures by the number of the day (`toDayNumber`). A day that is not known is not there. */
export type Counts = ReadonlyMap<number, number>;

/** The numbers of the days that are known. */
type KnownDays = Pick<ReadonlySet<number>, 'has'>;

/** What a day should have had. */
export interface Baseline {
  expected: number;
  /** The least and the most that would be expected if all unknown days had been low, or high. */
  least: number;
  most: number;
  /** The lowest and the highest median of three same weekdays in a row. */
  threeWeeks(): { lowest: number; highest: number };
  /** Whether every day of the twelve weeks is known. */
  isComplete: boolean;
  /** How far days usually are from what was expected of them, and how high the highest of them was, as logarithms: 0.1 is about 10 %. */
  scatter(): Scatter;
}

/** How far days are from what was expected of them, as logarithms of how many times as much. */
interface Scatter {
  /** The usual distance: the standard deviation that the median absolute deviation stands for. */
  spread: number;
  /** The highest day but one in twenty. */
  high: number;
}

const WEEK = 7;
/** How many days before a judged one count. */
export const HISTORY_DAYS = WEEKDAYS * WEEK;
/** Fewer known same weekdays, or days in all, say nothing. */
const MIN_WEEKDAYS = 4;
const MIN_KNOWN_DAYS = 4 * WEEK;
/** If fewer days of the last six weeks are known, nobody knows what is usual at present. */
const MIN_RECENT_DAYS = 5;
const RECENT_DAYS = 6 * WEEK;
/** The level is the middle of three weeks: it follows growth, and no launch of ten days moves it. */
const LEVEL_DAYS = 3 * WEEK;
/** Each day's level is that of the days before it, as for the judged day, unless too few days are left then. */
const MIN_SCATTER_DAYS = 21;
/** Days with at least this part of the expected figure are compared with it. */
const ALIKE = 1 / 3;
/** The median absolute deviation of a normal distribution times this is its standard deviation. */
const MAD_TO_DEVIATION = 1.4826;
/** Nobody's traffic is steadier than this. */
const MIN_SPREAD = 0.1;
/** Added to figures, so that zero has a logarithm. */
const HALF = 0.5;

interface KnownDay {
  day: number;
  count: number;
  /** The usual figure of its weekday. */
  usual: number;
  /** The figure by the usual one of its weekday. */
  relative: number;
}

/**
 * What a day should have had, by the twelve weeks before the day `before`: the median of the same weekdays, each raised or
 * lowered as the level of all days has changed since. Null if too little is known. `known` are the days that are known, also those that
 * were not usual and are left out of `counts`.
 */
export function toBaseline(
  counts: Counts,
  { day, before, known }: { day: number; before: number; known: KnownDays },
): Baseline | null {
  const history = listKnown(counts, before);
  if (history.length < MIN_KNOWN_DAYS) return null;
  if (history.filter((one) => one.day >= before - RECENT_DAYS).length < MIN_RECENT_DAYS) return null;
  const places = history.flatMap((one, place) => ((day - one.day) % WEEK === 0 ? [place] : []));
  if (places.length < MIN_WEEKDAYS) return null;
  const levelNow = levelAt(history, history.length);
  const adjusted = places.map((place) => {
    const count = history[place]?.count ?? 0;
    // As in `relative`: where nobody came, a level that rose expects somebody.
    return Math.max(0, ((count + HALF) * levelNow) / levelAt(history, place) - HALF);
  });
  const expected = middleOf(adjusted) ?? 0;
  const unknown = listUnknown(known, before);
  const unknownWeekdays = unknown.filter((one) => (day - one) % WEEK === 0).length;
  const unknownOfLevel = unknown.filter((one) => one >= before - LEVEL_DAYS).length;
  const lastDays = history.slice(-LEVEL_DAYS).map(({ relative }) => relative);
  const boundOf = (side: Side) =>
    (boundOfMiddle(adjusted, unknownWeekdays, side) * boundOfMiddle(lastDays, unknownOfLevel, side)) /
    levelNow;
  return {
    expected,
    least: boundOf('least'),
    most: boundOf('most'),
    isComplete: unknown.length === 0,
    threeWeeks() {
      const counts = places.map((place) => history[place]?.count ?? 0);
      const medians = counts.slice(2).map((_, place) => middleOf(counts.slice(place, place + 3)) ?? 0);
      return { lowest: Math.min(...medians), highest: Math.max(...medians) };
    },
    scatter() {
      const around = comparable(
        history.map((one, place) => toDeviation(one, levelAt(history, place))),
        expected,
      );
      const after = comparable(
        history
          .slice(LEVEL_DAYS)
          .map((one, place) => toDeviation(one, levelBefore(history, place + LEVEL_DAYS))),
        expected,
      );
      const ofAll = deviationOf(after.length >= MIN_SCATTER_DAYS ? after : around);
      const ofWeekday = deviationOf(adjusted.map((count) => Math.log((count + HALF) / (expected + HALF))));
      const sorted = around.toSorted((one, other) => other - one);
      const spread = Math.max(
        MIN_SPREAD,
        ofAll,
        // A few same weekdays say less than all days do.
        Math.sqrt((ofWeekday ** 2 + ofAll ** 2) / 2),
        1 / Math.sqrt(expected + 1),
      );
      // The median itself is only known so well: its standard error is that of the mean times √(π/2).
      const certainty = Math.sqrt(1 + Math.PI / 2 / adjusted.length);
      const completeness = Math.sqrt(1 + unknown.length / history.length);
      return { spread: spread * certainty * completeness, high: sorted[Math.floor(sorted.length / 20)] ?? 0 };
    },
  };
}

/** How far a day is from what was expected of it, as a logarithm. */
interface Deviation {
  expected: number;
  by: number;
}

const toDeviation = ({ usual, relative }: KnownDay, level: number): Deviation => ({
  expected: usual * level,
  by: Math.log(relative / level),
});

/** Few people come less regularly than many: only days with about as many expected say how far such a day may be. All of them, if too few are such days. */
function comparable(deviations: readonly Deviation[], expected: number): number[] {
  const alike = deviations.filter((one) => one.expected >= expected * ALIKE);
  return (alike.length >= MIN_SCATTER_DAYS ? alike : deviations).map(({ by }) => by);
}

type Side = 'least' | 'most';

/** The middle of values if so many unknown ones were all below, or above them; the least or highest known one at most. */
function boundOfMiddle(values: readonly number[], unknown: number, side: Side): number {
  const sorted = values.toSorted((one, other) => (side === 'most' ? one - other : other - one));
  const count = sorted.length + unknown;
  const at = (place: number) => sorted[Math.min(place, sorted.length - 1)] ?? 0;
  return (at(Math.floor((count - 1) / 2)) + at(Math.floor(count / 2))) / 2;
}

/** The days of the history that are not known. */
function listUnknown(known: KnownDays, before: number): number[] {
  const unknown: number[] = [];
  for (let day = before - HISTORY_DAYS; day < before; day += 1) if (!known.has(day)) unknown.push(day);
  return unknown;
}

/** The level of the 21 known days before a place. */
function levelBefore(history: readonly KnownDay[], place: number): number {
  return middleOf(history.slice(place - LEVEL_DAYS, place).map(({ relative }) => relative)) ?? 1;
}

function listKnown(counts: Counts, before: number): KnownDay[] {
  const known: { day: number; count: number }[] = [];
  const ofWeekday = Array.from({ length: WEEK }, () => [] as number[]);
  for (let day = before - HISTORY_DAYS; day < before; day += 1) {
    const count = counts.get(day);
    if (count === undefined) continue;
    known.push({ day, count });
    ofWeekday[day % WEEK]?.push(count);
  }
  const usual = ofWeekday.map((values) => middleOf(values) ?? 0);
  return known.map(({ day, count }) => ({
    day,
    count,
    usual: usual[day % WEEK] ?? 0,
    relative: (count + HALF) / ((usual[day % WEEK] ?? 0) + HALF),
  }));
}

/** The level of the 21 known days around a place; at the end of the history, of the last 21. */
function levelAt(history: readonly KnownDay[], place: number): number {
  const last = Math.min(history.length, Math.max(LEVEL_DAYS, place + Math.ceil(LEVEL_DAYS / 2)));
  const days = history.slice(Math.max(0, last - LEVEL_DAYS), last);
  return middleOf(days.map(({ relative }) => relative)) ?? 1;
}

/** The median absolute deviation, as the standard deviation that it stands for. */
function deviationOf(values: readonly number[]): number {
  const middle = middleOf(values) ?? 0;
  return MAD_TO_DEVIATION * (middleOf(values.map((value) => Math.abs(value - middle))) ?? 0);
}
