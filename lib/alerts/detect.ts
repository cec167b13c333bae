import { type Day, daysFrom, toDay, toDayNumber } from '../day.ts';
import type { Figures } from '../traffic/figures.ts';
import type { DayState } from '../traffic/window.ts';
import { type Baseline, type Counts, toBaseline } from './baseline.ts';

/** A day of a repository, or of a group's repositories together (`sumGroupDays`). */
export interface SubjectDay extends Figures {
  date: Day;
  state: DayState;
}

/** What is judged: views with their visitors, clones with their cloners. */
type AlertMetric = 'views' | 'clones';

/** A figure of a day beside the one that was expected. */
interface Measured {
  value: number;
  /** Rounded to a whole number. */
  expected: number;
  /** What the figure is between on a usual day, rounded. */
  low: number;
  high: number;
}

/** A spike or a drop that began. */
interface Change {
  kind: 'spike' | 'drop';
  metric: AlertMetric;
  /** The first day of it. */
  date: Day;
  /** The day on which it was certain: later than `date` for a drop. */
  noticedOn: Day;
  /** The views or clones of `noticedOn`. */
  count: Measured;
  /** The visitors or cloners of `noticedOn`; null where they are not known. */
  uniques: Measured | null;
  /** How many times as high as expected a spike is, and how many times as low a drop; 1,000 at most. */
  factor: number;
}

/** What has to be kept of an alert that is not over. */
export type OpenChange = Pick<Change, 'kind' | 'metric' | 'date' | 'noticedOn'>;

/**
 * Why an alert is over. `back`: the figures are as before. `lasting`: they stayed as they are for four weeks, which are usual now.
 * `unknown`: too few days are known since to say.
 */
type OverReason = 'back' | 'lasting' | 'unknown';

/** A spike or a drop that is over. */
interface Over {
  kind: Change['kind'];
  metric: AlertMetric;
  /** The first day of the spike or drop. */
  date: Day;
  /** The first day that no longer belongs to it; for `lasting` and `unknown`, the day on which that was decided. */
  overOn: Day;
  reason: OverReason;
}

/** What happened on newly judged days, and what is open after them. */
export interface Judgement {
  began: Change[];
  over: Over[];
  open: OpenChange[];
}

/** States of days that are judged and compared. Imported days are neither: another tool's figures may mean something else. */
const JUDGED_STATES: readonly DayState[] = ['measured', 'zero'];

/** Whether a day is judged, and compared with others. */
export const isJudged = ({ state }: Pick<SubjectDay, 'state'>): boolean => JUDGED_STATES.includes(state);

/**
 * Judges the days from `from` to `through`, oldest first, each by the days before it. `days` should reach back
 * `HISTORY_DAYS` before `from` and before the beginning of what is open. Days that are not there are unknown. The order of
 * `days` does not matter.
 */
export function judgeDays(
  days: readonly SubjectDay[],
  { from, through, open }: { from: Day; through: Day; open: readonly OpenChange[] },
): Judgement {
  const judgement: Judgement = { began: [], over: [], open: [] };
  for (const metric of ['views', 'clones'] as const) {
    const series = toSeries(days, metric);
    let current = open.find((one) => one.metric === metric) ?? null;
    for (const date of daysFrom(from, through)) {
      const day = toDayNumber(date);
      if (current) {
        const over = findEnd(series, current, day);
        if (over === null) continue;
        judgement.over.push(over);
        current = null;
        continue;
      }
      const change = findBeginning(series, metric, day);
      if (change === null) continue;
      judgement.began.push(change);
      current = { kind: change.kind, metric, date: change.date, noticedOn: change.noticedOn };
    }
    if (current) judgement.open.push(current);
  }
  return judgement;
}

/** How many days before the first judged one have to be given. */
export const HISTORY_DAYS = 84;

/** A spike is at least so many times what was expected. */
const MIN_FACTOR = 2;
/** What is expected counts as at least this, so that a spike has at least twice as many. */
const MIN_EXPECTED: Record<AlertMetric, { count: number; uniques: number }> = {
  views: { count: 20, uniques: 6 },
  clones: { count: 20, uniques: 6 },
};
/** How many times the usual spread a figure has to be away. */
const MIN_SPREADS = 3;

/** A drop is certain after so many known days in a row. */
const DROP_DAYS = 5;
/** Each of them has at most this part of what was expected, and all together at most the other. */
const MAX_DROP_DAY = 0.6;
const MAX_DROP = 0.45;
/** A day is as before from here on. */
const MAX_BACK_SPIKE = 1.5;
const MIN_BACK_DROP = 0.7;
/** It is over after so many such days in a row. */
const BACK_DAYS = 3;
/** What lasts so long is usual now. */
const LASTING_DAYS = 28;
const MAX_TIMES = 1000;

interface Series {
  metric: AlertMetric;
  counts: Counts;
  uniques: Counts;
}

function toSeries(days: readonly SubjectDay[], metric: AlertMetric): Series {
  const judged = days.filter(isJudged);
  const countOf = (day: Figures) => (metric === 'views' ? day.viewCount : day.cloneCount);
  const uniquesOf = (day: Figures) => (metric === 'views' ? day.viewUniques : day.cloneUniques);
  const toCounts = (figureOf: (day: Figures) => number | null): Counts =>
    new Map(
      judged.flatMap((day) => {
        const figure = figureOf(day);
        return figure === null ? [] : [[toDayNumber(day.date), figure] as const];
      }),
    );
  return { metric, counts: toCounts(countOf), uniques: toCounts(uniquesOf) };
}

function findBeginning(series: Series, metric: AlertMetric, day: number): Change | null {
  const count = series.counts.get(day);
  if (count === undefined) return null;
  const baseline = toBaseline(series.counts, day, day);
  if (baseline === null) return null;
  const uniques = series.uniques.get(day);
  const uniquesBaseline = uniques === undefined ? null : toBaseline(series.uniques, day, day);
  const { count: minCount, uniques: minUniques } = MIN_EXPECTED[metric];
  const isHigh = isSpike(count, baseline, minCount);
  const uniquesAreHigh =
    uniques === undefined || uniquesBaseline === null || isSpike(uniques, uniquesBaseline, minUniques);
  const found = { metric, noticedOn: dayOf(day), count: toMeasured(count, baseline) };
  const measuredUniques =
    uniques === undefined || uniquesBaseline === null ? null : toMeasured(uniques, uniquesBaseline);
  if (isHigh && uniquesAreHigh) {
    const factor = Math.min(MAX_TIMES, count / Math.max(1, baseline.expected));
    return { ...found, kind: 'spike', date: dayOf(day), uniques: measuredUniques, factor };
  }
  const drop = findDrop(series, day, minCount);
  if (drop === null) return null;
  return { ...found, kind: 'drop', date: dayOf(drop.first), uniques: measuredUniques, factor: drop.factor };
}

function isSpike(count: number, { expected, spread }: Baseline, minExpected: number): boolean {
  const atLeast = Math.max(expected, minExpected);
  const ratio = count / atLeast;
  return ratio >= MIN_FACTOR && Math.log(ratio) >= MIN_SPREADS * spread;
}

/** The last known days, if each of them is low. */
function findDrop(
  { counts }: Series,
  day: number,
  minExpected: number,
): { first: number; factor: number } | null {
  const known: number[] = [];
  for (let one = day; one > day - 2 * DROP_DAYS && known.length < DROP_DAYS; one -= 1)
    if (counts.has(one)) known.push(one);
  const first = known.at(-1);
  if (first === undefined || known.length < DROP_DAYS) return null;
  let sum = 0;
  let expectedSum = 0;
  for (const one of known) {
    const baseline = toBaseline(counts, one, first);
    const count = counts.get(one) ?? 0;
    if (baseline === null || baseline.expected < minExpected) return null;
    if (count > baseline.expected * MAX_DROP_DAY) return null;
    sum += count;
    expectedSum += baseline.expected;
  }
  if (sum > expectedSum * MAX_DROP) return null;
  return { first, factor: Math.min(MAX_TIMES, expectedSum / Math.max(1, sum)) };
}

/** Whether the alert is over on a day. The days of it are compared with those before it. */
function findEnd({ metric, counts }: Series, open: OpenChange, day: number): Over | null {
  const begin = toDayNumber(open.date);
  const over = { kind: open.kind, metric, date: open.date };
  const back: number[] = [];
  for (let one = day; one > begin && back.length < BACK_DAYS; one -= 1) {
    const count = counts.get(one);
    if (count === undefined) continue;
    const baseline = toBaseline(counts, one, begin);
    if (baseline === null || !isBack(open.kind, count, baseline, MIN_EXPECTED[metric].count)) break;
    back.push(one);
  }
  const first = back.at(-1);
  if (first !== undefined && back.length === BACK_DAYS)
    return { ...over, overOn: dayOf(first), reason: 'back' };
  if (day - begin < LASTING_DAYS) return null;
  const knownDays = [...counts.keys()].filter((one) => one > begin && one <= day).length;
  return { ...over, overOn: dayOf(day), reason: knownDays * 2 < LASTING_DAYS ? 'unknown' : 'lasting' };
}

function isBack(kind: Change['kind'], count: number, { expected }: Baseline, minExpected: number): boolean {
  return kind === 'spike'
    ? count <= Math.max(expected, minExpected) * MAX_BACK_SPIKE
    : count >= expected * MIN_BACK_DROP;
}

function toMeasured(value: number, { expected, spread }: Baseline): Measured {
  const width = Math.exp(MIN_SPREADS * spread);
  return {
    value,
    expected: Math.round(expected),
    low: Math.round(expected / width),
    high: Math.round(expected * width),
  };
}

const MILLISECONDS = 86_400_000;
const dayOf = (number: number): Day => toDay(new Date(number * MILLISECONDS));

/** A day of one of a group's repositories. */
export interface MemberDay extends SubjectDay {
  repositoryId: number;
}

/**
 * The days of several repositories together, as they can be compared with `date`: only repositories that are judged on it and
 * that have no day missing where most have one. Other days are left out, so that a lost day is no drop and a
 * repository that joined is no spike.
 */
export function sumGroupDays(days: readonly MemberDay[], date: Day): SubjectDay[] {
  const byDate = new Map<Day, Map<number, MemberDay>>();
  for (const day of days) {
    if (!isJudged(day)) continue;
    const ofDate = byDate.get(day.date) ?? new Map<number, MemberDay>();
    ofDate.set(day.repositoryId, day);
    byDate.set(day.date, ofDate);
  }
  const onDate = byDate.get(date);
  if (!onDate) return [];
  const known = [...byDate.values()].map((ofDate) => [...ofDate.keys()].filter((id) => onDate.has(id)));
  const most = Math.max(...known.map((ids) => ids.length));
  const counted = known.filter((ids) => ids.length * 2 >= most);
  const ids = [...onDate.keys()].filter(
    (id) => counted.filter((one) => one.includes(id)).length * 10 >= counted.length * 9,
  );
  return [...byDate].flatMap(([one, ofDate]) => {
    const members = ids.flatMap((id) => ofDate.get(id) ?? []);
    if (ids.length === 0 || members.length < ids.length) return [];
    const sumOf = (figureOf: (day: Figures) => number | null) =>
      members.reduce<number | null>((sum, day) => {
        const figure = figureOf(day);
        return sum === null || figure === null ? null : sum + figure;
      }, 0);
    return [
      {
        date: one,
        state: 'measured' as const,
        viewCount: sumOf((day) => day.viewCount),
        viewUniques: sumOf((day) => day.viewUniques),
        cloneCount: sumOf((day) => day.cloneCount),
        cloneUniques: sumOf((day) => day.cloneUniques),
      },
    ];
  });
}

/** A repository's list of referrers as it was read on a day, the first rank first. */
export interface ReferrerList {
  date: Day;
  referrers: readonly { referrer: string; viewCount: number; viewUniques: number | null }[];
}

/** A referrer that is new among the top three. */
export interface NewReferrer {
  kind: 'referrer';
  referrer: string;
  /** When the list was read that has it among the top three. */
  date: Day;
  /** When a list first had it at all. */
  firstSeen: Day;
  rank: number;
  /** Of 14 days. */
  viewCount: number;
  viewUniques: number | null;
}

const TOP = 3;
/** A name that no list had for so many days before is new. */
const FORGOTTEN_DAYS = 90;
/** A name that got into a list so many days ago is still new. */
const NEW_DAYS = 14;
/** Lists have to reach back so far, or every name would be new. */
const MIN_LIST_DAYS = 28;
const MIN_LISTS = 4;
/** After a longer gap nobody knows when a name came. */
const MAX_LIST_GAP = 8;
const MIN_REFERRED = { views: 20, uniques: 5 };

/** How many days before the first judged list have to be given. */
export const REFERRER_HISTORY_DAYS = FORGOTTEN_DAYS + NEW_DAYS;

/** The referrers that are new among the top three in lists that were read from `from` to `through`; each once. Lists of imports must not be given. */
export function judgeReferrers(
  lists: readonly ReferrerList[],
  { from, through }: { from: Day; through: Day },
): NewReferrer[] {
  const sorted = lists.toSorted((one, other) => (one.date < other.date ? -1 : 1));
  return sorted.flatMap((list, place) => {
    if (list.date < from || list.date > through) return [];
    return listNewInTop(list, sorted.slice(0, place));
  });
}

function listNewInTop(list: ReferrerList, earlierLists: readonly ReferrerList[]): NewReferrer[] {
  const today = toDayNumber(list.date);
  const earlier = earlierLists.filter(({ date }) => today - toDayNumber(date) <= REFERRER_HISTORY_DAYS);
  const [oldest] = earlier;
  const newest = earlier.at(-1);
  if (!oldest || !newest || earlier.length < MIN_LISTS) return [];
  if (today - toDayNumber(newest.date) > MAX_LIST_GAP) return [];
  return list.referrers.slice(0, TOP).flatMap(({ referrer, viewCount, viewUniques }, place) => {
    if (viewCount < MIN_REFERRED.views || (viewUniques ?? MIN_REFERRED.uniques) < MIN_REFERRED.uniques)
      return [];
    const seen = earlier.filter(({ referrers }) => referrers.some((one) => one.referrer === referrer));
    const firstSeen = seen[0]?.date ?? list.date;
    if (today - toDayNumber(firstSeen) > NEW_DAYS) return [];
    if (toDayNumber(firstSeen) - toDayNumber(oldest.date) < MIN_LIST_DAYS) return [];
    if (seen.some(({ referrers }) => referrers.slice(0, TOP).some((one) => one.referrer === referrer)))
      return [];
    return [
      { kind: 'referrer', referrer, date: list.date, firstSeen, rank: place + 1, viewCount, viewUniques },
    ];
  });
}

/** What is counted up to milestones. */
export type Counter = 'stars' | 'views' | 'downloads';

/** A round number that was reached. */
export interface Milestone {
  kind: 'milestone';
  counter: Counter;
  /** The first day with at least so many. */
  date: Day;
  milestone: number;
  value: number;
}

const FIRST_MILESTONE: Record<Counter, number> = { stars: 100, views: 1000, downloads: 1000 };

/**
 * The highest milestone that a total reached on a day from `from` to `through`; null if none. `totals` need the newest one
 * before `from` too: without it nothing is known to have been reached just now. They have to be figured out from what is known
 * now, so that an import raises all of them. `told` is the highest milestone that was told before, so that a total that falls
 * and rises again is told once.
 */
export function judgeMilestone(
  counter: Counter,
  totals: readonly { date: Day; total: number }[],
  { from, through, told }: { from: Day; through: Day; told: number | null },
): Milestone | null {
  const sorted = totals.toSorted((one, other) => (one.date < other.date ? -1 : 1));
  const earlier = sorted.filter(({ date }) => date < from);
  if (earlier.length === 0) return null;
  const passed = Math.max(told ?? 0, ...earlier.map(({ total }) => total));
  const judged = sorted.filter(({ date }) => date >= from && date <= through);
  const most = Math.max(0, ...judged.map(({ total }) => total));
  const milestone = highestMilestone(counter, most);
  if (milestone === null || milestone <= passed) return null;
  const first = judged.find(({ total }) => total >= milestone);
  if (!first) return null;
  return { kind: 'milestone', counter, date: first.date, milestone, value: first.total };
}

/** The highest of 1, 2, 5, 10, 20, 50, … times the first tenth that is not above a total. */
function highestMilestone(counter: Counter, total: number): number | null {
  const first = FIRST_MILESTONE[counter];
  if (total < first) return null;
  const power = 10 ** Math.floor(Math.log10(total) + 1e-9);
  const step = [5, 2, 1].find((one) => one * power <= total) ?? 1;
  return Math.max(first, step * power);
}
