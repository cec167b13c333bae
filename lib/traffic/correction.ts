import type { TrafficWindow } from '../answers/stats.ts';
import { addDays, type Day, daysBetween, daysFrom, toDay } from '../day.ts';
import type { Instant } from '../instant.ts';
import { METRICS, sameFigures, ZERO } from './figures.ts';
import type { TrafficDay } from './merge.ts';
import { publishedFrom, type StoredState, settledThrough } from './window.ts';

/** One repository's stored data, as far back as corrections look. */
export interface StoredTraffic {
  days: readonly TrafficDay[];
  windows: readonly TrafficWindow[];
  /** Days for which GitHub once gave a smaller figure: their sum may have been different when a window was read. */
  revised: ReadonlySet<Day>;
}

/** The time when GitHub already wrote zeros out, but we still took left-out days as zero. */
export interface Era {
  since: Instant;
  until: Instant;
}

/** What the stored windows say about days that were stored by the rules for sparse answers. */
export interface Corrections {
  /** Zero only because an old copy left them out; really unknown. */
  wrong: Day[];
  /** Zero, and the windows neither confirm nor refute it. */
  undecided: Day[];
  /** Provisional, and proven to be final. */
  final: Pick<TrafficDay, 'trafficDate' | 'state'>[];
}

/** GitHub has served copies that were 26 days old; this leaves a margin. */
const OLDEST_COPY_DAYS = 60;
/** A day is in windows that are read on the 14 days after it. */
const READABLE_DAYS = 14;

/** How many days before a judged day the stored traffic must reach. */
export const LOOK_BACK_DAYS = OLDEST_COPY_DAYS + READABLE_DAYS;
/** How many days after a judged day the stored traffic must reach. */
export const LOOK_AHEAD_DAYS = READABLE_DAYS;

/**
 * Judges days stored by the rules for sparse answers once more, for a server that wrote zeros out. Each read left its
 * totals of 14 days. They tell which window was read: the one whose stored days have the same sums. A zero is wrong when
 * every read on the 14 days after it, and the read that stored it among them, fits only windows that end before it. A
 * provisional day is final when a read fits only windows with it. Judging again after the corrections changes nothing.
 */
export function findCorrections({ days, windows, revised }: StoredTraffic, era: Era): Corrections {
  const isInEra = ({ observedAt }: TrafficDay) => observedAt >= era.since && observedAt < era.until;
  const rows = new Map(days.map((row) => [row.trafficDate, row]));
  const reads = windows.filter(({ observedDate }) => observedDate >= toDay(new Date(era.since)));
  const judged = days.filter((row) => isInEra(row) && isLeftOutZero(row));
  // Without a wrong day, windows that contain it are known not to have been read, which may decide about others.
  for (;;) {
    const weigh = openScales(rows, reads, revised);
    const left = judged.filter(({ trafficDate }) => rows.has(trafficDate));
    const found = left.filter((row) => weigh(row) === 'wrong');
    if (found.length === 0) {
      const wrong = judged.filter(({ trafficDate }) => !rows.has(trafficDate));
      const undecided = left.filter((row) => weigh(row) === 'undecided');
      const open = days.filter((row) => row.state === 'provisional' && isInEra(row) && isKnown(row));
      const final = open.filter((row) => weigh(row) === 'confirmed');
      return {
        wrong: wrong.map(({ trafficDate }) => trafficDate),
        undecided: undecided.map(({ trafficDate }) => trafficDate),
        final: final.map((row) => ({ trafficDate: row.trafficDate, state: finalState(row) })),
      };
    }
    for (const { trafficDate } of found) rows.delete(trafficDate);
  }
}

/** Zero because a settled day was left out. A zero stored earlier than that was written out by GitHub. */
function isLeftOutZero(row: TrafficDay): boolean {
  return row.state === 'zero' && row.trafficDate <= settledThrough(new Date(row.observedAt));
}

function isKnown(row: TrafficDay): boolean {
  return METRICS.every((metric) => row[metric] !== null);
}

function finalState(row: TrafficDay): StoredState {
  return sameFigures(row, ZERO) ? 'zero' : 'measured';
}

type Verdict = 'confirmed' | 'wrong' | 'undecided';

/** Judges a day by all reads that could have contained it. */
function openScales(
  rows: ReadonlyMap<Day, TrafficDay>,
  reads: readonly TrafficWindow[],
  revised: ReadonlySet<Day>,
): (row: TrafficDay) => Verdict {
  const sumOf = remember((end: Day) => sumWindow(rows, revised, end));
  const byDate = new Map(reads.map((read) => [read.observedDate, read]));
  const candidatesOf = remember((read: TrafficWindow) => listCandidates(read, sumOf));
  return ({ trafficDate: day, observedAt }) => {
    const dates = daysFrom(addDays(day, 1), addDays(day, READABLE_DAYS));
    const after = dates.flatMap((date) => byDate.get(date) ?? []);
    const said = new Map(after.map((read) => [read.observedDate, whatIsSaid(day, candidatesOf(read))]));
    const all = [...said.values()];
    if (all.includes('named')) return 'confirmed';
    const isStoredBySuch = said.get(toDay(new Date(observedAt))) === 'left out';
    return isStoredBySuch && all.every((one) => one === 'left out') ? 'wrong' : 'undecided';
  };
}

/** A window that may have been read; `isSure` unless one of its figures is not known. */
interface Candidate {
  end: Day;
  isSure: boolean;
}

/**
 * What a read of the 14 days after a day says of it: a window that ends no earlier than the day contains it. A read that
 * fits windows with the day and windows without it says nothing.
 */
function whatIsSaid(day: Day, candidates: readonly Candidate[]): 'named' | 'left out' | 'unknown' {
  const withDay = candidates.filter(({ end }) => end >= day);
  const isSure = candidates.some((one) => one.isSure);
  if (!isSure || (withDay.length > 0 && withDay.length < candidates.length)) return 'unknown';
  return withDay.length > 0 ? 'named' : 'left out';
}

function listCandidates(read: TrafficWindow, sumOf: (end: Day) => WindowSum | null): Candidate[] {
  const last = addDays(read.observedDate, -1);
  return daysFrom(addDays(read.observedDate, -OLDEST_COPY_DAYS), last).flatMap((end) => {
    const sum = sumOf(end);
    if (sum === null || !mayFit(read, sum)) return [];
    return [{ end, isSure: sum.isSure }];
  });
}

/** The sums of a window's stored days. */
interface WindowSum extends Omit<TrafficWindow, 'observedDate'> {
  /** The largest day's uniques: 14 days together have at least as many, and at most the sum. */
  maxViewUniques: number;
  maxCloneUniques: number;
  isSure: boolean;
}

/** Null: a day is not stored, so that the window was never read. What is read is stored, each day of it. */
function sumWindow(
  rows: ReadonlyMap<Day, TrafficDay>,
  revised: ReadonlySet<Day>,
  end: Day,
): WindowSum | null {
  const days = daysFrom(publishedFrom(end), end).flatMap((day) => rows.get(day) ?? []);
  if (days.length <= daysBetween(publishedFrom(end), end)) return null;
  const listOf = (metric: (typeof METRICS)[number]) => days.map((row) => row[metric] ?? 0);
  const sum = (metric: (typeof METRICS)[number]) => listOf(metric).reduce((one, other) => one + other, 0);
  return {
    viewCount: sum('viewCount'),
    viewUniques: sum('viewUniques'),
    cloneCount: sum('cloneCount'),
    cloneUniques: sum('cloneUniques'),
    maxViewUniques: Math.max(...listOf('viewUniques')),
    maxCloneUniques: Math.max(...listOf('cloneUniques')),
    isSure: days.every((row) => isKnown(row) && !revised.has(row.trafficDate)),
  };
}

function mayFit(read: TrafficWindow, sum: WindowSum): boolean {
  if (!sum.isSure) return true;
  if (read.viewCount !== sum.viewCount || read.cloneCount !== sum.cloneCount) return false;
  if (read.viewUniques < sum.maxViewUniques || read.viewUniques > sum.viewUniques) return false;
  return read.cloneUniques >= sum.maxCloneUniques && read.cloneUniques <= sum.cloneUniques;
}

function remember<K, T>(compute: (key: K) => T): (key: K) => T {
  const known = new Map<K, T>();
  return (key) => {
    const found = known.get(key);
    if (found !== undefined) return found;
    const value = compute(key);
    known.set(key, value);
    return value;
  };
}
