import { addDays, type Day, daysFrom } from '../../lib/day.ts';
import type { Instant } from '../../lib/instant.ts';
import { bodyOf, type Said } from './ledger.ts';

/** A day as it must be stored, or shown if nothing can be stored. */
export interface ExpectedDay {
  /** Views, their uniques, clones, their uniques; null: unknown. */
  figures: (number | null)[];
  state: 'measured' | 'zero' | 'provisional' | 'cut';
}

interface Bucket {
  timestamp: string;
  count: number;
  uniques: number;
}

/** What one answer says, read once, as it is asked for after each day. */
interface Answer {
  today: Day;
  /** The figures of each day it names. */
  named: ReadonlyMap<Day, (number | null)[]>;
  /** For each figure, what a day has that it leaves out: 0 where the list was read, else null. */
  leftOut: (number | null)[];
  /** The windows of its lists, if each is one that GitHub published: 14 days in a row that are over. */
  windows: { from: Day; to: Day }[] | null;
  /** The oldest day that is whole. */
  wholeFrom: Day;
  /** The newest day that no longer grows. */
  finalThrough: Day;
}

const HOUR_MS = 3_600_000;
const PUBLISHED_DAYS = 14;
const SETTLING_HOURS = 72;
/** How many days before a sparse reading GitHub always shows in full. */
const WHOLE_BEFORE = 12;
/** How many days before it GitHub shows at least in part. */
const REMEMBERED_BEFORE = 13;
/** If its window ends today, it begins on this day at the latest. */
const CUT_BEFORE = 14;
/** A window may begin so many days earlier where GitHub is late. */
const LATE_DAYS = 2;

const dayOf = (at: Instant): Day => at.slice(0, 10);

/** The newest day that ended 72 hours before a reading: sparse answers no longer change it. */
export function settledThrough(at: Instant): Day {
  return addDays(dayOf(new Date(Date.parse(at) - SETTLING_HOURS * HOUR_MS).toISOString()), -1);
}

const known = new WeakMap<Said, Answer>();

function read(said: Said): Answer {
  const answer = known.get(said) ?? readAnswer(said);
  known.set(said, answer);
  return answer;
}

function readAnswer(said: Said): Answer {
  const { views } = (bodyOf(said, 'views') ?? {}) as { views?: Bucket[] };
  const { clones } = (bodyOf(said, 'clones') ?? {}) as { clones?: Bucket[] };
  const today = dayOf(said.at);
  const named = new Map<Day, (number | null)[]>();
  const set = (place: number) => (bucket: Bucket) => {
    const figures = named.get(bucket.timestamp.slice(0, 10)) ?? [null, null, null, null];
    figures.splice(place, 2, bucket.count, bucket.uniques);
    named.set(bucket.timestamp.slice(0, 10), figures);
  };
  views?.forEach(set(0));
  clones?.forEach(set(2));
  const lists = [views, clones].flatMap((list) => (list ? [list.map(dayOfBucket).sort()] : []));
  const windows = lists.flatMap((days) => toPublishedWindow(days, today) ?? []);
  const ofViews = views ? 0 : null;
  const ofClones = clones ? 0 : null;
  const leftOut = [ofViews, ofViews, ofClones, ofClones];
  if (lists.length > 0 && windows.length === lists.length) {
    const [finalThrough = today] = windows.map(({ to }) => to).sort();
    const wholeFrom =
      windows
        .map(({ from }) => from)
        .sort()
        .at(-1) ?? today;
    return { today, named, leftOut, windows, wholeFrom, finalThrough };
  }
  const oldest = [...named.keys()].sort().find((day) => day >= addDays(today, -CUT_BEFORE - LATE_DAYS));
  const always = addDays(today, -WHOLE_BEFORE);
  const wholeFrom = oldest !== undefined && addDays(oldest, 1) < always ? addDays(oldest, 1) : always;
  return { today, named, leftOut, windows: null, wholeFrom, finalThrough: settledThrough(said.at) };
}

const dayOfBucket = ({ timestamp }: Bucket): Day => timestamp.slice(0, 10);

function toPublishedWindow(days: readonly Day[], today: Day): { from: Day; to: Day } | null {
  const [from = today] = days;
  const to = addDays(from, PUBLISHED_DAYS - 1);
  return to < today && days.join() === daysFrom(from, to).join() ? { from, to } : null;
}

/**
 * The days at the edges of windows that look published. A server that answers as before 2026 cuts them without showing it.
 */
export function listEdges(readings: readonly Said[]): Set<Day> {
  return new Set(
    readings.flatMap((said) => (read(said).windows ?? []).flatMap(({ from, to }) => [from, to])),
  );
}

/**
 * The days that must be stored for a repository, from GitHub's answers to successful readings: the larger of each figure. A
 * published window makes each day it names final. In a sparse answer, a day left out 72 hours after its end is zero, and a
 * day read in full after that is final. A day that disappears before it was final is cut.
 */
export function toExpectedDays(readings: readonly Said[]): Map<Day, ExpectedDay> {
  const expected = new Map<Day, ExpectedDay>();
  for (const said of readings) {
    const answer = read(said);
    const absent = answer.windows ? [] : daysFrom(answer.wholeFrom, answer.today);
    const unfinished = [...expected].flatMap(([day, { state }]) => (state === 'provisional' ? [day] : []));
    for (const day of new Set([...answer.named.keys(), ...absent, ...unfinished])) {
      const after = answer.windows
        ? afterPublished(day, expected.get(day), answer)
        : afterSparse(day, expected.get(day), answer);
      if (after) expected.set(day, after);
    }
  }
  return expected;
}

function afterPublished(day: Day, before: ExpectedDay | undefined, answer: Answer): ExpectedDay | undefined {
  const seen = answer.named.get(day);
  if (!seen) return before && day < answer.wholeFrom ? { ...before, state: 'cut' } : before;
  const figures = larger(seen, before);
  return { figures, state: figures.every((one) => one === 0) ? 'zero' : 'measured' };
}

function afterSparse(day: Day, before: ExpectedDay | undefined, answer: Answer): ExpectedDay | undefined {
  const { named, leftOut, wholeFrom, finalThrough, today } = answer;
  const seen = named.get(day);
  const wasFinal = before?.state === 'measured' || before?.state === 'zero';
  if (day >= wholeFrom) {
    const isFinal = day <= finalThrough;
    if (!before && !seen && !isFinal) return undefined;
    const filled = (seen ?? leftOut.map(() => null)).map((one, place) =>
      isFinal ? (one ?? leftOut[place] ?? null) : one,
    );
    const figures = larger(filled, before);
    if (seen) return { figures, state: isFinal || wasFinal ? 'measured' : (before?.state ?? 'provisional') };
    if (!before) return { figures, state: 'zero' };
    return { figures, state: isFinal && !wasFinal ? 'measured' : before.state };
  }
  if (!seen) return before && { ...before, state: 'cut' };
  const [oldest] = [...named.keys()].sort();
  // Of an old window only the first day may be cut.
  const isCut = day === oldest || day >= addDays(today, -CUT_BEFORE);
  const figures = larger(seen, before);
  if (!isCut || before?.state === 'zero') return { figures, state: 'measured' };
  return { figures, state: before && before.state !== 'provisional' ? before.state : 'cut' };
}

function larger(seen: readonly (number | null)[], before: ExpectedDay | undefined): (number | null)[] {
  return seen.map((one, place) => {
    const other = before?.figures[place] ?? null;
    return one === null || other === null ? (one ?? other) : Math.max(one, other);
  });
}

/** What is shown for a day with nothing stored, by what the readings said. */
export function stateOfUnread(day: Day, readings: readonly Said[], today: Day): string {
  const answers = readings.map(read);
  const first = answers.flatMap(listCovered).sort()[0];
  if (first === undefined || day < first) return 'before';
  if (!answers.at(-1)?.windows) return day >= addDays(today, -REMEMBERED_BEFORE) ? 'provisional' : 'lost';
  // While published windows follow each other, the newest decides; a sparse answer between them starts anew.
  const lastSparse = answers.findLastIndex(({ windows }) => windows === null);
  const ends = answers.slice(lastSparse + 1).map(({ finalThrough }) => finalThrough);
  const newest = ends.sort().at(-1) ?? today;
  return day > addDays(newest, -PUBLISHED_DAYS) ? 'not_published' : 'lost';
}

/** The first whole day of an answer, and the cut one before it if it had traffic. */
function listCovered({ wholeFrom, named }: Answer): Day[] {
  const cut = addDays(wholeFrom, -1);
  return named.get(cut)?.some((figure) => figure !== null && figure > 0) ? [cut, wholeFrom] : [wholeFrom];
}
