import { type Day, daysFrom, toDay, toDayNumber } from '../day.ts';
import { middleOf } from '../stats/usual.ts';
import type { Figures } from '../traffic/figures.ts';
import type { DayState } from '../traffic/window.ts';
import { type Baseline, type Counts, HISTORY_DAYS, toBaseline } from './baseline.ts';

/** A day of a repository, or of a group's repositories together. */
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
export interface Change {
  kind: 'spike' | 'drop';
  metric: AlertMetric;
  /** The first day of it. */
  date: Day;
  /** The day on which it was certain: later than `date` for a drop. */
  noticedOn: Day;
  /** The views or clones of `noticedOn`. */
  count: Measured;
  /** The visitors or cloners of `noticedOn`. They decide: one crawler can make thousands of views, and CI thousands of clones. */
  uniques: Measured;
  /**
   * How many times as many visitors or cloners as expected came on the day of a spike, and how many times fewer on the days
   * of a drop; 1,000 at most.
   */
  factor: number;
}

/**
 * Why an alert is over. `back`: the figures are as before. `lasting`: they stayed as they are for four weeks, which are usual now.
 * `unknown`: too few days are known since to say.
 */
export type OverReason = 'back' | 'lasting' | 'unknown';

/** What has to be kept of an alert. */
export interface KnownChange extends Pick<Change, 'kind' | 'metric' | 'date' | 'noticedOn'> {
  /**
   * The first day that no longer belongs to it; for `lasting` and `unknown`, the day on which that was decided. Null: it is
   * not over.
   */
  overOn: Day | null;
  overReason: OverReason | null;
}

/** What happened on newly judged days. */
interface Judgement {
  /** In the order in which they were noticed. */
  began: Change[];
  /** Those that ended, of those that were open before and of those that began. */
  over: (KnownChange & { overOn: Day; overReason: OverReason })[];
}

/** States of days that are judged and compared. Imported days are neither: another tool's figures may mean something else. */
export const JUDGED_STATES = ['measured', 'zero'] as const satisfies readonly DayState[];

/** Whether a day is judged, and compared with others. */
export const isJudged = ({ state }: Pick<SubjectDay, 'state'>): boolean =>
  JUDGED_STATES.some((one) => one === state);

/**
 * Judges the days from `from` to `through`, oldest first, each by the days before it. `days` should reach back
 * `GIVEN_DAYS` before `from`; days that are not there are unknown, and their order does not matter. `known` are the alerts of
 * the same subject that are open, and those that began in the days given: their days are not usual ones. A subject has at most one
 * open alert of a metric.
 */
export function judgeDays(
  days: readonly SubjectDay[],
  { from, through, known }: { from: Day; through: Day; known: readonly KnownChange[] },
): Judgement {
  const judgement: Judgement = { began: [], over: [] };
  for (const metric of ['views', 'clones'] as const) {
    const series = toSeries(days, metric);
    const ofMetric = known
      .filter((one) => one.metric === metric)
      .toSorted((one, other) => (one.date < other.date ? -1 : 1));
    for (const one of ofMetric) leaveOut(series, one);
    let open: KnownChange | undefined = ofMetric.find(({ overOn }) => overOn === null);
    for (const date of daysFrom(from, through)) {
      const day = toDayNumber(date);
      if (open) {
        const end = findEnd(series, open, day);
        if (end === null) continue;
        const over = { ...open, ...end };
        judgement.over.push(over);
        leaveOut(series, over);
        open = undefined;
        continue;
      }
      const change = findSpike(series, day) ?? findDrop(series, day);
      if (change === null) continue;
      judgement.began.push(change);
      open = {
        kind: change.kind,
        metric,
        date: change.date,
        noticedOn: change.noticedOn,
        overOn: null,
        overReason: null,
      };
    }
  }
  return judgement;
}

/** A day with fewer people, or figures, is no spike, however few were usual. */
const MIN_PEOPLE = 25;
const MIN_COUNT = 40;
/** A spike has at least so many times the usual people. */
const MIN_FACTOR = 2.4;
/** How many times the usual spread it is away; a smaller one has to stand out more. */
const MIN_SPREADS = 3;
const SMALL_FACTOR = 3;
const MIN_SPREADS_IF_SMALL = 4;
/** This far from what is expected, as a logarithm, it stands out however much days vary. */
const ENOUGH = Math.log(4);
/** Where days of the twelve weeks before are unknown, it has to be larger, and to stand out more. */
const MIN_FACTOR_IF_INCOMPLETE = 2.5;
const SPREADS_IF_INCOMPLETE = 0.5;
/** It may stand out less if the day before stands out, too: chance seldom makes two such days. */
const SPREADS_OF_DAY_BEFORE = 0.8;
const BEFORE = { minFactor: 1.5, minSpreads: 1.5 };
/**
 * What any three of the twelve weeks had is not unusual: while days are unknown, a change may go untold, and its end would look like
 * the opposite change. A spike has at least so many times the people of the highest three weeks.
 */
const MIN_FACTOR_OF_THREE_WEEKS = 1.8;
/** And a drop has at most this part of the lowest three. */
const MAX_DROP_OF_THREE_WEEKS = 0.5;
/** Days that are not this low need no full comparison. */
const ROUGHLY_LOW = 0.9;
const MIN_DROP_SPREADS = 2.5;
/** How far it is above what one day in twenty reaches, as a logarithm. */
const MIN_ABOVE_HIGH = 0.5;
/** Where fewer people are usual on average, nobody can say that they stay away. */
const MIN_USUAL_PEOPLE = 15;
/** The part of the usual people who come in the holidays at the end of the year, if they are few. */
const HOLIDAY_PART = 0.4;
/** A day without anybody may be GitHub's, unless hardly anybody comes on the others either. */
const NEARLY_SILENT = 0.1;
/** Outages that wrote zeros for everybody were never longer. */
const MAX_SILENT_DAYS = 3;
/** So many unknown days in a row may hide how a launch began. */
const GAP_DAYS = 3;
/** For so long after them, a launch that began within them is still high. */
const LAUNCH_DAYS = 14;
/** A drop is certain after so many known days in a row, */
const DROP_DAYS = 6;
/** within so many days, */
const MAX_DROP_SPAN = 9;
/** with at most this part of the usual people on each, */
const MAX_DROP_DAY = 0.6;
/** and at most this part on all of them together. */
const MAX_DROP = 0.45;
/** GitHub sometimes counts days in part, and does not say so: it has to be one without the lowest two days, too. */
const MAX_PARTLY_COUNTED = 2;
/** From here on a day is as before. */
const MAX_AFTER_SPIKE = 1.5;
const MIN_AFTER_DROP = 0.7;
/** An alert is over if so many of the last known days are such days. */
const BACK_DAYS = 5;
const MIN_BACK_DAYS = 4;
/** What lasts so long is usual now. */
const LASTING_DAYS = 28;
const USUAL_NOW_DAYS = 14;
/** It stays open until so many of these days are known, or nobody would know what is usual now. */
const MIN_USUAL_NOW_DAYS = 10;
/** For so long after its beginning, a return to the time before what lasted is no alert, and a drop that lasted is not told again. */
const RETURN_DAYS = 56;
/** A factor is at most this. */
const MAX_TIMES = 1000;

/** How many days before the first judged one have to be given: days are compared with those before an alert, too. */
export const GIVEN_DAYS = HISTORY_DAYS + RETURN_DAYS + MAX_DROP_SPAN;

interface Series {
  metric: AlertMetric;
  counts: ReadonlyMap<number, number>;
  people: ReadonlyMap<number, number>;
  /** The days that are known without doubt. */
  known: Set<number>;
  /** The same without holidays and without the days of alerts that are over, which were not usual. */
  usualCounts: Map<number, number>;
  usualPeople: Map<number, number>;
  /** Alerts that are over, in the order in which they began. */
  ended: KnownChange[];
}

function toSeries(days: readonly SubjectDay[], metric: AlertMetric): Series {
  const series = {
    metric,
    counts: new Map<number, number>(),
    people: new Map<number, number>(),
    known: new Set<number>(),
    usualCounts: new Map<number, number>(),
    usualPeople: new Map<number, number>(),
    ended: [],
  };
  for (const day of days) {
    const count = metric === 'views' ? day.viewCount : day.cloneCount;
    const uniques = metric === 'views' ? day.viewUniques : day.cloneUniques;
    if (!isJudged(day) || count === null || uniques === null) continue;
    const number = toDayNumber(day.date);
    series.counts.set(number, count);
    series.people.set(number, uniques);
    if (isHoliday(day.date)) continue;
    series.usualCounts.set(number, count);
    series.usualPeople.set(number, uniques);
  }
  series.known = new Set(series.people.keys());
  for (const day of listDoubtfulZeros(series.people)) {
    series.known.delete(day);
    series.usualCounts.delete(day);
    series.usualPeople.delete(day);
  }
  return series;
}

/**
 * Days without anybody between days as usual. An installation that has only one repository cannot tell an outage that
 * wrote zeros from such days.
 */
function listDoubtfulZeros(people: Counts): number[] {
  const isUsual = (day: number) => {
    const uniques = people.get(day);
    return uniques !== undefined && uniques > 0 && uniques >= roughlyUsual(people, day) * MIN_AFTER_DROP;
  };
  return [...people].flatMap(([first, uniques]) => {
    if (uniques > 0 || people.get(first - 1) === 0) return [];
    let next = first;
    while (people.get(next) === 0) next += 1;
    if (next - first > MAX_SILENT_DAYS || !isUsual(first - 1) || !isUsual(next)) return [];
    const run = Array.from({ length: next - first }, (_, place) => first + place);
    return run.some((day) => roughlyUsual(people, day) >= MIN_USUAL_PEOPLE) ? run : [];
  });
}

/** Leaves out the days of an alert that is over. What lasted is usual now, by its last days: a launch has a long tail. */
function leaveOut({ usualCounts, usualPeople, ended }: Series, one: KnownChange): void {
  const { date, overOn, overReason } = one;
  if (overOn === null) return;
  ended.push(one);
  const last = toDayNumber(overOn) - (overReason === 'lasting' ? USUAL_NOW_DAYS : 0);
  for (let day = toDayNumber(date); day < last; day += 1) {
    usualCounts.delete(day);
    usualPeople.delete(day);
  }
}

function findSpike(series: Series, day: number): Change | null {
  const { metric, counts, people, known, usualCounts, usualPeople } = series;
  const count = counts.get(day) ?? 0;
  const uniques = people.get(day) ?? 0;
  if (uniques < MIN_PEOPLE || count < MIN_COUNT) return null;
  if (uniques < roughlyUsual(people, day) * MIN_FACTOR) return null;
  const ofPeople = toBaseline(usualPeople, { day, before: day, known });
  if (ofPeople === null) return null;
  const minFactor = ofPeople.isComplete ? MIN_FACTOR : MIN_FACTOR_IF_INCOMPLETE;
  if (uniques < minFactor * ofPeople.most) return null;
  if (uniques < MIN_FACTOR_OF_THREE_WEEKS * ofPeople.threeWeeks().highest) return null;
  if (mayHaveBegunUnseen(series, day)) return null;
  const distance = Math.log((uniques + 1) / (ofPeople.most + 1));
  const { spread, high } = ofPeople.scatter();
  if (distance < high + MIN_ABOVE_HIGH) return null;
  let spreads = uniques < SMALL_FACTOR * ofPeople.most ? MIN_SPREADS_IF_SMALL : MIN_SPREADS;
  if (!ofPeople.isComplete) spreads += SPREADS_IF_INCOMPLETE;
  if (isHighBefore(series, day)) spreads -= SPREADS_OF_DAY_BEFORE;
  if (distance < Math.min(spreads * spread, ENOUGH)) return null;
  const before = expectedBefore(series, 'drop', day);
  if (before !== null && uniques < MIN_FACTOR * before) return null;
  const ofCount = toBaseline(usualCounts, { day, before: day, known });
  if (ofCount === null) return null;
  return {
    kind: 'spike',
    metric,
    date: dayOf(day),
    noticedOn: dayOf(day),
    count: toMeasured(count, ofCount),
    uniques: toMeasured(uniques, ofPeople),
    factor: timesOf(uniques, ofPeople.expected),
  };
}

/** Whether a spike may have begun on days that are not known: the first known day after them is high already. */
function mayHaveBegunUnseen({ people, known, usualPeople }: Series, day: number): boolean {
  let first = day;
  while (day - first < LAUNCH_DAYS && hasKnownBefore(known, first)) first -= 1;
  if (day - first === LAUNCH_DAYS) return false;
  const usual = toBaseline(usualPeople, { day: first, before: first, known });
  return usual === null || (people.get(first) ?? 0) > usual.most * MAX_AFTER_SPIKE;
}

/** Whether one of the days of a gap that would end before a day is known. */
function hasKnownBefore(known: Series['known'], day: number): boolean {
  for (let back = 1; back <= GAP_DAYS; back += 1) if (known.has(day - back)) return true;
  return false;
}

/** Whether the day before is high, too. */
function isHighBefore({ people, known, usualPeople }: Series, day: number): boolean {
  const uniques = people.get(day - 1);
  if (uniques === undefined) return false;
  const usual = toBaseline(usualPeople, { day: day - 1, before: day - 1, known });
  if (usual === null || uniques < BEFORE.minFactor * usual.most) return false;
  return Math.log((uniques + 1) / (usual.most + 1)) >= BEFORE.minSpreads * usual.scatter().spread;
}

/**
 * Finds a drop: each of the last known days is low, compared with what was usual before the first of them. A day without
 * visitors counts only if hardly anybody came on the others: outages have written zeros for everybody.
 */
function findDrop(series: Series, day: number): Change | null {
  const { metric, counts, people, known, usualCounts, usualPeople } = series;
  const uniquesOfDay = people.get(day);
  if (uniquesOfDay === undefined || uniquesOfDay > roughlyUsual(usualPeople, day) * ROUGHLY_LOW) return null;
  const window: number[] = [];
  for (let one = day; one > day - MAX_DROP_SPAN && window.length < DROP_DAYS; one -= 1)
    if (people.has(one)) window.push(one);
  const first = window.at(-1);
  if (first === undefined || window.length < DROP_DAYS) return null;
  const hasSilent = window.some((one) => people.get(one) === 0);
  let isNearlySilent = true;
  const judged: { uniques: number; least: number; lowest: number }[] = [];
  for (const one of window) {
    const usual = toBaseline(usualPeople, { day: one, before: first, known });
    if (usual === null) return null;
    const uniques = people.get(one) ?? 0;
    const part = isHoliday(dayOf(one)) ? HOLIDAY_PART : 1;
    const least = usual.least * part;
    if (uniques > least * MAX_DROP_DAY) return null;
    if (uniques > least * NEARLY_SILENT) isNearlySilent = false;
    judged.push({ uniques, least, lowest: usual.threeWeeks().lowest * part });
  }
  if (hasSilent && !isNearlySilent) return null;
  const expected = sumOf(judged, ({ least }) => least);
  const sum = sumOf(judged, ({ uniques }) => uniques);
  const certain = judged
    .toSorted((one, other) => other.uniques * one.least - one.uniques * other.least)
    .slice(0, DROP_DAYS - MAX_PARTLY_COUNTED);
  if (sumOf(certain, ({ uniques }) => uniques) > sumOf(certain, ({ least }) => least) * MAX_DROP) return null;
  if (expected < MIN_USUAL_PEOPLE * DROP_DAYS) return null;
  if (sum > sumOf(judged, ({ lowest }) => lowest) * MAX_DROP_OF_THREE_WEEKS) return null;
  const hasDropped = series.ended.findLast(
    ({ kind, overReason }) => kind === 'drop' && overReason === 'lasting',
  );
  if (hasDropped && day - toDayNumber(hasDropped.date) <= RETURN_DAYS) return null;
  const before = expectedBefore(series, 'spike', day);
  if (before !== null && (people.get(day) ?? 0) > before * MAX_DROP_DAY) return null;
  const ofCount = toBaseline(usualCounts, { day, before: first, known });
  const ofPeople = toBaseline(usualPeople, { day, before: first, known });
  if (ofCount === null || ofPeople === null) return null;
  if (Math.log((expected + 1) / (sum + 1)) < MIN_DROP_SPREADS * ofPeople.scatter().spread) return null;
  return {
    kind: 'drop',
    metric,
    date: dayOf(first),
    noticedOn: dayOf(day),
    count: toMeasured(counts.get(day) ?? 0, ofCount),
    uniques: toMeasured(people.get(day) ?? 0, ofPeople),
    factor: timesOf(expected, sum),
  };
}

/** What was expected of a day before the last alert of a kind that lasted; null if there is none. */
function expectedBefore(
  { known, usualPeople, ended }: Series,
  kind: Change['kind'],
  day: number,
): number | null {
  const last = ended.findLast((one) => one.kind === kind && one.overReason === 'lasting');
  if (!last || day - toDayNumber(last.date) > RETURN_DAYS) return null;
  return toBaseline(usualPeople, { day, before: toDayNumber(last.date), known })?.expected ?? null;
}

/** From 19 December to 7 January fewer people come, and nobody is told that: these days are not usual ones. */
function isHoliday(day: Day): boolean {
  const date = day.slice(5);
  return date >= '12-19' || date <= '01-07';
}

/** The middle of the last same weekdays. */
function roughlyUsual(people: Counts, day: number): number {
  const before = [1, 2, 3, 4, 5, 6].flatMap((week) => people.get(day - 7 * week) ?? []);
  return middleOf(before) ?? 0;
}

/** How many times as many; one is the least that counts, so that silence makes no infinity. */
function timesOf(many: number, few: number): number {
  return Math.min(MAX_TIMES, many / Math.max(1, few));
}

/** Why and when an alert is over on a day; null if it is not. Its days are compared with those before it. */
function findEnd(
  { people, known, usualPeople }: Series,
  { kind, date }: KnownChange,
  day: number,
): { overOn: Day; overReason: OverReason } | null {
  const begin = toDayNumber(date);
  const isBackOn = (one: number) => {
    const usual = toBaseline(usualPeople, { day: one, before: begin, known });
    return usual !== null && isBack(kind, people.get(one) ?? 0, usual);
  };
  const last: number[] = [];
  for (let one = day; one > begin && last.length < BACK_DAYS; one -= 1) if (people.has(one)) last.push(one);
  const back = last.length === BACK_DAYS ? last.filter(isBackOn) : [];
  const first = back.at(-1);
  if (first !== undefined && back.length >= MIN_BACK_DAYS)
    return { overOn: dayOf(first), overReason: 'back' };
  if (day - begin < LASTING_DAYS) return null;
  const countKnown = (from: number) => {
    let knownDays = 0;
    for (let one = from; one <= day; one += 1) if (people.has(one)) knownDays += 1;
    return knownDays;
  };
  if (countKnown(day - USUAL_NOW_DAYS + 1) < MIN_USUAL_NOW_DAYS)
    return day - begin < RETURN_DAYS ? null : { overOn: dayOf(day), overReason: 'unknown' };
  return {
    overOn: dayOf(day),
    overReason: countKnown(begin + 1) * 2 < LASTING_DAYS ? 'unknown' : 'lasting',
  };
}

function isBack(kind: Change['kind'], uniques: number, { expected }: Baseline): boolean {
  return kind === 'spike'
    ? uniques <= Math.max(expected * MAX_AFTER_SPIKE, MIN_PEOPLE / 2)
    : uniques >= expected * MIN_AFTER_DROP;
}

const sumOf = <T>(values: readonly T[], toNumber: (value: T) => number): number =>
  values.reduce((sum, value) => sum + toNumber(value), 0);

function toMeasured(value: number, { expected, scatter }: Baseline): Measured {
  const width = Math.exp(MIN_SPREADS * scatter().spread);
  return {
    value,
    expected: Math.round(expected),
    low: Math.round(expected / width),
    high: Math.round(expected * width),
  };
}

const MILLISECONDS = 86_400_000;
const dayOf = (number: number): Day => toDay(new Date(number * MILLISECONDS));

/** On which days each of a group's repositories is judged. */
export interface JudgedDays {
  /** The first of the days. */
  from: Day;
  /** A byte for each day: 1 if the repository is judged on it. */
  ofRepositories: ReadonlyMap<number, Uint8Array>;
}

/**
 * The repositories whose days together can be compared with `date`: those that are judged on it and that have no day missing where most
 * have one. Only the days on which all of them are judged count, so that a lost day is no drop and a repository that joined is no spike.
 */
export function listComparable({ from, ofRepositories }: JudgedDays, date: Day): number[] {
  const place = toDayNumber(date) - toDayNumber(from);
  const onDate = [...ofRepositories].filter(([, days]) => days[place] === 1);
  const known: number[] = [];
  for (const [, days] of onDate)
    for (const [at, isKnown] of days.entries()) known[at] = (known[at] ?? 0) + isKnown;
  const most = Math.max(0, ...known);
  const counted = known.flatMap((count, at) => (count > 0 && count * 2 >= most ? [at] : []));
  return onDate.flatMap(([id, days]) =>
    counted.filter((at) => days[at] === 1).length * 10 >= counted.length * 9 ? [id] : [],
  );
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
  const followed = listFollowed(earlier, today);
  const [oldest] = followed;
  if (!oldest || followed.length < MIN_LISTS) return [];
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

/** The last lists without a longer gap between them, or before today. */
function listFollowed(earlier: readonly ReferrerList[], today: number): ReferrerList[] {
  const followed: ReferrerList[] = [];
  let next = today;
  for (const list of earlier.toReversed()) {
    const day = toDayNumber(list.date);
    if (next - day > MAX_LIST_GAP) break;
    followed.unshift(list);
    next = day;
  }
  return followed;
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
 * now, so that an import raises all of them. `told` is the highest milestone announced before, so that none is announced again when a
 * total falls and rises.
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
