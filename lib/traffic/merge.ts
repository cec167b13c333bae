import { addDays, type Day, daysFrom, toDay } from '../day.ts';
import type { Instant } from '../instant.ts';
import { type Figures, largerFigures, METRICS, type Metric, sameFigures, UNKNOWN } from './figures.ts';
import { nameDays, type Observed, zeroWhereRead } from './observed.ts';
import { type Coverage, coverageOf, cutFrom, FINAL_STATES, type StoredState } from './window.ts';

/** One repository's stored figures of one UTC day. */
export interface TrafficDay extends Figures {
  trafficDate: Day;
  state: StoredState;
  observedAt: Instant;
}

/** A smaller figure read later for a final day, which was not stored. */
export interface Revision {
  trafficDate: Day;
  metric: Metric;
  kept: number;
  observed: number;
}

/** When and for which repository an answer was read; no day before `createdDate` can be known to be zero. */
export interface Reading {
  now: Date;
  createdDate: Day;
}

/**
 * Merges one answer of GitHub into the stored days: larger figures win, and an absent day lowers nothing. Every day of a
 * published window is final. In a sparse answer a settled day that lies wholly inside the window and is left out is zero.
 * Stored days that can no longer be read whole are cut. Returns the days to write and the smaller figures for final days;
 * merging the same answer again returns no days.
 */
export function mergeDays(
  stored: readonly TrafficDay[],
  observed: Observed,
  reading: Reading,
): { days: TrafficDay[]; revisions: Revision[] } {
  const coverage = coverageOf(observed, reading.now);
  const rows = new Map(stored.map((row) => [row.trafficDate, row]));
  const named = nameDays(observed);
  const covered = daysFrom(coverage.wholeFrom, coverage.through);
  const unfinished = stored.filter(({ state }) => state === 'provisional').map((row) => row.trafficDate);
  const dates = new Set([...covered, ...named.keys(), ...unfinished]);
  const answer = { observed, reading, coverage, oldest: [...named.keys()].sort()[0] };
  const days: TrafficDay[] = [];
  const revisions: Revision[] = [];
  for (const date of dates) {
    const row = rows.get(date);
    const figures = named.get(date);
    const merged = mergeDay(date, row, figures, answer);
    if (merged && merged !== row) days.push(merged);
    const isFinal = date >= coverage.wholeFrom && date <= coverage.finalThrough;
    if (row && figures && isFinal) revisions.push(...revisionsOf(row, figures));
  }
  return { days, revisions };
}

/** A final day's figure that differs between GitHub and the stored one. */
export interface Difference {
  trafficDate: Day;
  metric: Metric;
  stored: number;
  observed: number;
}

/**
 * The differences between an answer and the stored figures, for final days wholly inside the window. Growing days do not
 * count, and a day that the answer leaves out does not count as zero.
 */
export function differencesOf(stored: readonly TrafficDay[], observed: Observed, now: Date): Difference[] {
  const named = nameDays(observed);
  const { wholeFrom, finalThrough } = coverageOf(observed, now);
  const final = stored.filter(({ trafficDate, state }) => {
    return FINAL_STATES.includes(state) && trafficDate >= wholeFrom && trafficDate <= finalThrough;
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
 * The first day an answer covers: of a published window the first day, of a sparse one the first whole day or the cut one
 * before it; never a day before the repository was created, unless GitHub names traffic on it.
 */
export function coveredFrom(observed: Observed, { now, createdDate }: Reading): Day {
  const { wholeFrom } = coverageOf(observed, now);
  const busy = [...(observed.views ?? []), ...(observed.clones ?? [])]
    .filter(({ date, count }) => date >= cutBefore(wholeFrom) && count > 0)
    .map(({ date }) => date);
  const whole = wholeFrom > createdDate ? wholeFrom : createdDate;
  return [...busy, whole].sort()[0] ?? whole;
}

interface Answer {
  observed: Observed;
  reading: Reading;
  coverage: Coverage;
  /** The oldest day the answer names. */
  oldest: Day | undefined;
}

/** The day before a date: the only one before the first whole day that a sparse answer can name, and then cut. */
const cutBefore = (wholeFrom: Day): Day => addDays(wholeFrom, -1);

/** A day after an answer; the same row if the answer adds nothing. */
function mergeDay(
  date: Day,
  row: TrafficDay | undefined,
  named: Figures | undefined,
  answer: Answer,
): TrafficDay | undefined {
  const { coverage, reading } = answer;
  if (!named && date < coverage.wholeFrom) return row && { ...row, state: 'cut' };
  if (coverage.kind === 'published') return named ? mergePublished(date, row, named, reading) : row;
  return date >= coverage.wholeFrom
    ? mergeWhole(date, row, named, answer)
    : mergeCut(date, row, named ?? UNKNOWN, answer);
}

/** A day of a published window is final at first sight; a suspect one stays so while it is zero. Before a repository was created, GitHub writes zeros too. */
function mergePublished(
  date: Day,
  row: TrafficDay | undefined,
  named: Figures,
  { now, createdDate }: Reading,
): TrafficDay | undefined {
  const figures = largerFigures(row ?? UNKNOWN, named);
  const zero = row?.state === 'suspect' ? 'suspect' : 'zero';
  const state = isAllZero(figures) ? zero : 'measured';
  if (!row && date < createdDate && !hasTraffic(figures)) return undefined;
  if (row && row.state === state && sameFigures(row, figures)) return row;
  return { trafficDate: date, ...figures, state, observedAt: now.toISOString() };
}

/** A day wholly inside a sparse window: figures that the answer leaves out of a settled day are zero. */
function mergeWhole(
  date: Day,
  row: TrafficDay | undefined,
  named: Figures | undefined,
  { observed, reading, coverage }: Answer,
): TrafficDay | undefined {
  const { now, createdDate } = reading;
  const final = date <= coverage.finalThrough;
  if (!row && !named && (!final || date < createdDate)) return undefined;
  const seen = largerFigures(named ?? UNKNOWN, final ? zeroWhereRead(observed) : UNKNOWN);
  const figures = largerFigures(row ?? UNKNOWN, seen);
  const state = stateOfWhole(row, named, final);
  if (row && row.state !== 'provisional' && row.state === state && sameFigures(row, figures)) return row;
  const readAt = now.toISOString();
  const observedAt = row && row.observedAt > readAt ? row.observedAt : readAt;
  if (row && row.state === state && sameFigures(row, figures) && row.observedAt === observedAt) return row;
  return { trafficDate: date, ...figures, state, observedAt };
}

/** Certainty is never lost: a final day stays final, whatever is read later. */
function stateOfWhole(row: TrafficDay | undefined, named: Figures | undefined, final: boolean): StoredState {
  if (named && (final || row?.state === 'measured' || row?.state === 'zero')) return 'measured';
  if (named) return row?.state === 'cut' ? 'cut' : 'provisional';
  if (!row) return 'zero';
  const isUnfinished = row.state === 'provisional' || row.state === 'cut';
  return isUnfinished && final ? 'measured' : row.state;
}

/**
 * A day before a sparse window's first whole day: its figures may be cut, so alone they never make it whole. Idle
 * repositories get windows that ended weeks ago; only their first day may be cut.
 */
function mergeCut(date: Day, row: TrafficDay | undefined, named: Figures, { oldest, reading }: Answer) {
  const figures = largerFigures(row ?? UNKNOWN, named);
  const isCut = date === oldest || date >= cutFrom(toDay(reading.now));
  const state = stateOfCut(row?.state, isCut);
  if (row && sameFigures(row, figures) && row.state === state) return row;
  return { trafficDate: date, ...figures, state, observedAt: reading.now.toISOString() };
}

function stateOfCut(before: StoredState | undefined, isCut: boolean): StoredState {
  if (!isCut || before === 'zero') return 'measured';
  return before === undefined || before === 'provisional' ? 'cut' : before;
}

function isAllZero(figures: Figures): boolean {
  return METRICS.every((metric) => figures[metric] === 0);
}

function hasTraffic(figures: Figures): boolean {
  return METRICS.some((metric) => (figures[metric] ?? 0) > 0);
}

function revisionsOf(row: TrafficDay, named: Figures): Revision[] {
  return METRICS.flatMap((metric) => {
    const kept = row[metric];
    const observed = named[metric];
    if (kept === null || observed === null || observed >= kept) return [];
    return [{ trafficDate: row.trafficDate, metric, kept, observed }];
  });
}
