import type { Day } from '../../day.ts';
import type {
  Counts,
  ListKind,
  NamedBy,
  ReadDay,
  ReadFact,
  ReadListRow,
  ToolId,
  TrafficMetric,
} from '../history.ts';
import type { Capture } from './values.ts';

/*
 * A draft collects what the files say of one repository while they are read. Here numbers are noted, two drafts of the same repository
 * are merged, and days get their states from their marks.
 */

/** What an observation of a day says besides its number. */
const SEEN_CUT = 1;
const SEEN_WHOLE = 2;
const SEEN_RUNNING = 4;
const SEEN_SOMEHOW = 8;
/** The mark of a 0 that may stand for "not measured". */
export const ZERO_DOUBTFUL = 16;
const ZERO_FIRM = 32;

/** The numbers of a day, as one place of a file has them. */
export interface Observation {
  count: number | null;
  uniques: number | null;
}

/** `copied`: from a file that a tool has kept for long, so that nobody knows which days were cut. */
export type Sight = 'whole' | 'cut' | 'running' | 'copied';

/** The mark of each sight of a day. */
export const SIGHTS: Record<Sight, number> = {
  whole: SEEN_WHOLE,
  cut: SEEN_CUT,
  running: SEEN_RUNNING,
  copied: SEEN_SOMEHOW,
};

/** A day or week of an answer of GitHub. */
export interface Bucket extends Observation {
  date: Day;
}

/** One answer of GitHub for views or clones. */
export interface Answer {
  path: string;
  metric: TrafficMetric;
  buckets: Bucket[];
  capture: Capture | null;
}

interface DraftDay extends Counts {
  views: number;
  clones: number;
}

/** A list of 14 days, by its names. */
export interface DraftList {
  kind: ListKind;
  capture: Capture | null;
  path: string;
  rows: Map<string, ReadListRow>;
}

interface DraftFact {
  stars: number | null;
  forks: number | null;
  subscribers: number | null;
  openIssues: number | null;
  starsRebuilt: number | null;
  forksRebuilt: number | null;
}

/** Some numbers as of a day. */
export type Facts = Partial<DraftFact>;

/** What is known of one repository so far. */
export interface Draft {
  root: string;
  /** What tells it from others without a name in the same folder. */
  place: string;
  githubId: number | null;
  /** `owner/name`, a name alone, or null. */
  given: string | null;
  namedBy: NamedBy | null;
  /** Full names of which one is right. */
  choices: string[];
  formerNames: Set<string>;
  tools: Set<ToolId>;
  files: Set<string>;
  days: Map<Day, DraftDay>;
  weeks: Map<Day, Counts>;
  answers: Answer[];
  lists: Map<string, DraftList>;
  facts: Map<Day, DraftFact>;
}

/** The larger of two numbers; a known one wins over an unknown one. */
export const larger = (one: number | null, other: number | null | undefined) => {
  if (other === null || other === undefined) return one;
  return one === null ? other : Math.max(one, other);
};

/** Notes numbers of a day: the larger ones stay, and the marks add up. */
export function noteDay(
  days: Map<Day, DraftDay>,
  date: Day,
  metric: TrafficMetric,
  seen: Observation,
  marks: number,
) {
  if (seen.count === null && seen.uniques === null) return;
  let day = days.get(date);
  if (!day) {
    day = { viewCount: null, viewUniques: null, cloneCount: null, cloneUniques: null, views: 0, clones: 0 };
    days.set(date, day);
  }
  const isFirmZero = seen.count === 0 && (marks & ZERO_DOUBTFUL) === 0;
  day[metric] |= isFirmZero ? marks | ZERO_FIRM : marks;
  if (metric === 'views') {
    day.viewCount = larger(day.viewCount, seen.count);
    day.viewUniques = larger(day.viewUniques, seen.uniques);
  } else {
    day.cloneCount = larger(day.cloneCount, seen.count);
    day.cloneUniques = larger(day.cloneUniques, seen.uniques);
  }
}

/** Notes numbers of a week: the larger ones stay. */
export function noteWeek(weeks: Map<Day, Counts>, metric: TrafficMetric, { date, count, uniques }: Bucket) {
  const week = weeks.get(date) ?? {
    viewCount: null,
    viewUniques: null,
    cloneCount: null,
    cloneUniques: null,
  };
  weeks.set(date, week);
  if (metric === 'views') {
    week.viewCount = larger(week.viewCount, count);
    week.viewUniques = larger(week.viewUniques, uniques);
  } else {
    week.cloneCount = larger(week.cloneCount, count);
    week.cloneUniques = larger(week.cloneUniques, uniques);
  }
}

const NO_FACTS: DraftFact = {
  stars: null,
  forks: null,
  subscribers: null,
  openIssues: null,
  starsRebuilt: null,
  forksRebuilt: null,
};

/** Notes numbers as of a day: the larger ones stay. */
export function noteFact(facts: Map<Day, DraftFact>, date: Day, seen: Facts) {
  const known = facts.get(date) ?? { ...NO_FACTS };
  for (const name of Object.keys(NO_FACTS) as (keyof DraftFact)[])
    known[name] = larger(known[name], seen[name]);
  if (Object.values(known).some((value) => value !== null)) facts.set(date, known);
}

/** Merges a second draft of the same repository into the first. */
export function mergeInto(target: Draft, other: Draft) {
  target.githubId ??= other.githubId;
  for (const tool of other.tools) target.tools.add(tool);
  for (const file of other.files) target.files.add(file);
  for (const name of other.formerNames) target.formerNames.add(name);
  for (const [date, { views, clones, ...counts }] of other.days) {
    const seenViews = { count: counts.viewCount, uniques: counts.viewUniques };
    const seenClones = { count: counts.cloneCount, uniques: counts.cloneUniques };
    const zeros = (marks: number) => (marks & ZERO_FIRM ? marks & ~ZERO_DOUBTFUL : marks);
    noteDay(target.days, date, 'views', seenViews, zeros(views));
    noteDay(target.days, date, 'clones', seenClones, zeros(clones));
  }
  for (const [date, week] of other.weeks) {
    noteWeek(target.weeks, 'views', { date, count: week.viewCount, uniques: week.viewUniques });
    noteWeek(target.weeks, 'clones', { date, count: week.cloneCount, uniques: week.cloneUniques });
  }
  for (const [key, list] of other.lists) {
    const known = target.lists.get(key);
    if (!known) target.lists.set(key, list);
    else for (const row of list.rows.values()) mergeRow(known.rows, row);
  }
  for (const [date, facts] of other.facts) noteFact(target.facts, date, facts);
}

function mergeRow(rows: Map<string, ReadListRow>, row: ReadListRow) {
  const known = rows.get(row.name);
  if (!known) {
    rows.set(row.name, row);
    return;
  }
  known.count = Math.max(known.count, row.count);
  known.uniques = larger(known.uniques, row.uniques);
}

/** Whether anything is known of it. */
export const knowsSomething = ({ days, weeks, lists, facts }: Draft) =>
  [days, weeks, lists, facts].some(({ size }) => size > 0);

const NOTHING: TrafficMetric[] = [];
const BOTH: TrafficMetric[] = ['views', 'clones'];

/** Most days have no marks, and share one empty list. */
function marked(day: DraftDay, isMarked: (marks: number, count: number | null) => boolean): TrafficMetric[] {
  const views = isMarked(day.views, day.viewCount);
  const clones = isMarked(day.clones, day.cloneCount);
  if (!views && !clones) return NOTHING;
  if (views && clones) return BOTH;
  return views ? ['views'] : ['clones'];
}

const isCut = (marks: number) => (marks & SEEN_CUT) !== 0 && (marks & SEEN_WHOLE) === 0;
const isRunning = (marks: number) =>
  (marks & SEEN_RUNNING) !== 0 && (marks & ~SEEN_RUNNING & ~ZERO_FIRM) === 0;
const isDoubtful = (marks: number, count: number | null) =>
  count === 0 && (marks & ZERO_DOUBTFUL) !== 0 && (marks & ZERO_FIRM) === 0;

/** Sorts by date. */
export const byDate = <Row extends { date: Day }>(one: Row, other: Row) => (one.date < other.date ? -1 : 1);

/** Its days, sorted, with what their marks mean. */
export function toDays(draft: Draft): ReadDay[] {
  const days: ReadDay[] = [];
  for (const [date, day] of draft.days) {
    days.push({
      date,
      viewCount: day.viewCount,
      viewUniques: day.viewUniques,
      cloneCount: day.cloneCount,
      cloneUniques: day.cloneUniques,
      lowerBound: marked(day, isCut),
      provisional: marked(day, isRunning),
      doubtfulZero: marked(day, isDoubtful),
    });
  }
  return days.sort(byDate);
}

/** Numbers as of a day, and which of them were counted later. */
export function toFact([date, fact]: [Day, DraftFact]): ReadFact {
  const rebuilt: ReadFact['rebuilt'] = [];
  if (fact.stars === null && fact.starsRebuilt !== null) rebuilt.push('stars');
  if (fact.forks === null && fact.forksRebuilt !== null) rebuilt.push('forks');
  return {
    date,
    stars: fact.stars ?? fact.starsRebuilt,
    forks: fact.forks ?? fact.forksRebuilt,
    subscribers: fact.subscribers,
    openIssues: fact.openIssues,
    rebuilt,
    starsRebuilt: fact.starsRebuilt,
  };
}
