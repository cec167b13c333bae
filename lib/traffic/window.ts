import { addDays, type Day, type DaySpan, daysBetween, toDay, toDayNumber } from '../day.ts';
import type { Instant } from '../instant.ts';
import type { Observed } from './observed.ts';

/**
 * How a stored day is known. `provisional`: read before it was final, so it may still grow. `cut`: GitHub showed only a
 * part of it and has forgotten it since, so its figures are lower bounds for good. `suspect`: GitHub said zero for it when
 * everything fell silent at once, so it may be GitHub's failure.
 */
export type StoredState = Exclude<DayState, 'lost' | 'before' | 'not_published'>;

/** The states of days whose figures are whole and no longer change: only these are compared, summed up and warned of. */
export const FINAL_STATES: readonly StoredState[] = ['measured', 'zero', 'imported'];

/** The states of a day, the least certain first. */
export const DAY_STATES = [
  'lost',
  'before',
  'not_published',
  'suspect',
  'provisional',
  'cut',
  'imported',
  'measured',
  'zero',
] as const;

/** What is shown for a day: a stored day's state, or why none is stored. `not_published`: it can still come. */
export type DayState = (typeof DAY_STATES)[number];

const HOUR = 3_600_000;

/** Since 2026 GitHub answers exactly this many days in a row, zeros included, and never today. */
const PUBLISHED_DAYS = 14;
/** A published window that ended at least this many days ago is an old copy: GitHub is a day or two late at most. */
export const OLD_COPY_DAYS = 3;

/**
 * In a sparse answer the window moves by the hour and has 14 or 15 days: today and the 12 days before are wholly inside,
 * the 13th and the 14th come back cut to the hour, or not at all.
 */
const WHOLE_DAYS_BEFORE_TODAY = 12;
const REMEMBERED_DAYS_BEFORE_TODAY = 13;
const CUT_DAYS_BEFORE_TODAY = 14;
/** A sparse window may end, and so begin, this many days late. */
const LATE_DAYS = 2;
/** How long after a day's end a sparse answer may still change its figures. */
const SETTLING_HOURS = 72;

/** Which days an answer covers completely. */
export interface Coverage {
  /**
   * `published`: the answer names each day of a window that is over. `sparse`: it names only days with traffic, today
   * among them, as GitHub did before 2026 and as older GitHub Enterprise Servers do.
   */
  kind: 'published' | 'sparse';
  /** The oldest day that is whole. */
  wholeFrom: Day;
  /** The newest day whose figures no longer change. */
  finalThrough: Day;
  /** The newest day the answer covers: the window's end, or today, which is unfinished. */
  through: Day;
}

/** Which days an answer that was read at the instant covers. The answer alone decides which kind it is. */
export function coverageOf(observed: Observed, now: Date): Coverage {
  const today = toDay(now);
  const arrays = [observed.views, observed.clones].flatMap((array) =>
    array === null ? [] : [array.map(({ date }) => date).sort()],
  );
  const windows = arrays.map((dates) => publishedWindow(dates, today));
  if (windows.length > 0 && windows.every((window) => window !== null)) {
    // The two arrays come from two requests, so that one of them may be older.
    const from = windows.map((window) => window.from).sort();
    const to = windows.map((window) => window.to).sort();
    const through = to[0] ?? today;
    return { kind: 'published', wholeFrom: from.at(-1) ?? today, finalThrough: through, through };
  }
  const oldest = arrays
    .flat()
    .sort()
    .find((date) => date >= addDays(cutFrom(today), -LATE_DAYS));
  // Only the oldest day that an answer names can be cut: the day after it is whole.
  const wholeFrom = [sparseWholeFrom(today), ...(oldest ? [addDays(oldest, 1)] : [])].sort()[0] ?? today;
  return { kind: 'sparse', wholeFrom, finalThrough: settledThrough(now), through: today };
}

/** The first and last of 14 days in a row that are all over on `today`; null for any other days. */
function publishedWindow(dates: readonly Day[], today: Day): { from: Day; to: Day } | null {
  const from = dates[0] ?? today;
  const to = addDays(from, PUBLISHED_DAYS - 1);
  const isWhole =
    dates.length === PUBLISHED_DAYS && dates.every((date, place) => date === addDays(from, place));
  return isWhole && to < today ? { from, to } : null;
}

/** Whether GitHub answered with an old copy: no news, and nothing is known of the days after it. A sparse answer covers today. */
export function isOldCopy({ through }: Coverage, today: Day): boolean {
  return daysBetween(through, today) >= OLD_COPY_DAYS;
}

/** The oldest day that a window contains which was published through a day. */
export function publishedFrom(publishedThrough: Day): Day {
  return addDays(publishedThrough, 1 - PUBLISHED_DAYS);
}

/** The last day on which GitHub's answer contains a day, if it publishes without delay. */
export function lastShownOn(date: Day): Day {
  return addDays(date, PUBLISHED_DAYS);
}

/** The oldest day that a sparse answer still shows, at least in part, on `today`. */
export function rememberedFrom(today: Day): Day {
  return addDays(today, -REMEMBERED_DAYS_BEFORE_TODAY);
}

/** The oldest day that is wholly in every sparse answer of `today`, whatever the hour. */
function sparseWholeFrom(today: Day): Day {
  return addDays(today, -WHOLE_DAYS_BEFORE_TODAY);
}

/** The oldest day that a sparse answer cuts when GitHub publishes without delay. */
export function cutFrom(today: Day): Day {
  return addDays(today, -CUT_DAYS_BEFORE_TODAY);
}

/** The newest day whose figures are final in a sparse answer that is read at the instant. */
export function settledThrough(instant: Date): Day {
  return addDays(toDay(new Date(instant.getTime() - SETTLING_HOURS * HOUR)), -1);
}

/** A repository's newest answers; the columns of `repository` have these names. */
export interface Standpoint {
  /** Null: it was never collected. */
  firstCoveredDate: Day | null;
  lastCoveredDate: Day | null;
  /** The end of the newest published window that was read of it; null when its newest answer was sparse. */
  publishedThrough: Day | null;
  /**
   * GitHub no longer shows days before this one: the start of the newest window seen of it, or of others of its
   * visibility on its server. Null when its newest answer was sparse: then the calendar decides.
   */
  forgottenBefore: Day | null;
  lastSuccessAt: Instant | null;
  /** The day after which GitHub publishes nothing of its visibility at present; null while GitHub moves on. */
  stalledThrough: Day | null;
}

/** The oldest day that GitHub still shows of a repository. */
export function shownFrom({ forgottenBefore }: Pick<Standpoint, 'forgottenBefore'>, today: Day): Day {
  return forgottenBefore ?? rememberedFrom(today);
}

/** The newest day that is final for any of these repositories; if none was ever collected, as if it were now. */
export function finalDate(
  rows: readonly Pick<Standpoint, 'publishedThrough' | 'lastSuccessAt'>[],
  now: Date,
): Day {
  const dates = rows.flatMap(({ publishedThrough }) => publishedThrough ?? []);
  const sparse = rows.filter(({ publishedThrough }) => publishedThrough === null);
  const lastRead = sparse
    .flatMap(({ lastSuccessAt }) => lastSuccessAt ?? [])
    .sort()
    .at(-1);
  if (lastRead !== undefined) dates.push(settledThrough(new Date(lastRead)));
  return dates.sort().at(-1) ?? settledThrough(now);
}

/** What decides when GitHub forgets a day that no run has covered. */
export type LossStandpoint = Pick<Standpoint, 'lastCoveredDate' | 'publishedThrough' | 'stalledThrough'>;

/**
 * Days until GitHub forgets a day that no run has covered. 0 means the last chance is today or gone, as for a repository
 * never collected. The newest day of a sparse answer was still growing, so it counts as uncovered. While GitHub stands
 * still, nothing leaves its window.
 */
export function daysUntilLoss(
  { lastCoveredDate, publishedThrough, stalledThrough }: LossStandpoint,
  today: Day,
): number {
  if (lastCoveredDate === null) return 0;
  if (publishedThrough === null)
    return Math.max(0, REMEMBERED_DAYS_BEFORE_TODAY - Math.max(0, daysBetween(lastCoveredDate, today)));
  // The first uncovered day is the oldest of the window that ends 14 days after the newest one that was read.
  const newestEnd = stalledThrough ?? addDays(today, -1);
  return Math.max(0, PUBLISHED_DAYS - daysBetween(publishedThrough, newestEnd));
}

/** Why no figures are stored for a day of a repository. */
export function stateOfMissing(
  day: Day,
  standpoint: Pick<Standpoint, 'firstCoveredDate' | 'publishedThrough' | 'forgottenBefore'>,
  today: Day,
): DayState {
  if (standpoint.firstCoveredDate === null || day < standpoint.firstCoveredDate) return 'before';
  if (day < shownFrom(standpoint, today)) return 'lost';
  return standpoint.publishedThrough === null ? 'provisional' : 'not_published';
}

/** The state of several days together: the least certain of theirs, `zero` only where all are. */
export function leastCertain(states: ReadonlySet<DayState>): DayState {
  return DAY_STATES.find((state) => states.has(state)) ?? 'before';
}

/** Days that are lost where nothing is stored, and days that can still come. */
export interface MissingSpans {
  lost: DaySpan;
  coming: DaySpan;
}

/** Which days since the first covered one are lost where nothing is stored, and which can still come. */
export function missingSpans(
  standpoint: Pick<Standpoint, 'firstCoveredDate' | 'forgottenBefore'>,
  today: Day,
): MissingSpans {
  const { firstCoveredDate } = standpoint;
  const first = firstCoveredDate === null ? Number.MAX_SAFE_INTEGER : toDayNumber(firstCoveredDate);
  const shown = toDayNumber(shownFrom(standpoint, today));
  return { lost: [first, shown - 1], coming: [Math.max(first, shown), Number.MAX_SAFE_INTEGER] };
}
