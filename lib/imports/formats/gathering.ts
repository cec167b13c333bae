import { addDays, type Day, daysBetween, isDay, startOf } from '../../day.ts';
import {
  type Counts,
  type GivenFile,
  type ListKind,
  type NamedBy,
  PROBLEMS,
  type ProblemCode,
  type ReadAnswers,
  type ReadDay,
  type ReadFact,
  type ReadList,
  type ReadListRow,
  type ReadProblem,
  type ReadQuestion,
  type ReadRepository,
  type ReadWeek,
  type ToolId,
  type TrafficMetric,
  type UndatedList,
} from '../history.ts';
import { type Capture, metricOfPath, rootOf } from './values.ts';

/** What an observation of a day says besides its number. */
const SEEN_CUT = 1;
const SEEN_WHOLE = 2;
const SEEN_RUNNING = 4;
const SEEN_SOMEHOW = 8;
const ZERO_DOUBTFUL = 16;
const ZERO_FIRM = 32;

/** GitHub's answers from this day on name 14 days, zeros included, and none of them is cut. */
const DENSE_SINCE: Day = '2025-12-31';
/** So many views in two weeks have referrers: an empty list beside them was not read. */
const MANY_VIEWS = 100;
/** No list of GitHub has more than ten names; tools that add those of several runs of a day have a few more. */
const MAX_LIST_ROWS = 100;

interface Observation {
  count: number | null;
  uniques: number | null;
}

/** `copied`: from a file that a tool has kept for long, so that nobody knows which days were cut. */
type Sight = 'whole' | 'cut' | 'running' | 'copied';

const SIGHTS: Record<Sight, number> = {
  whole: SEEN_WHOLE,
  cut: SEEN_CUT,
  running: SEEN_RUNNING,
  copied: SEEN_SOMEHOW,
};

export interface Bucket extends Observation {
  date: Day;
}

/** One answer of GitHub for views or clones. */
interface Answer {
  path: string;
  metric: TrafficMetric;
  buckets: Bucket[];
  capture: Capture | null;
}

interface DraftDay extends Counts {
  views: number;
  clones: number;
}

interface DraftList {
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

type Facts = Partial<DraftFact>;

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

/** The file that is being read. */
interface Source {
  path: string;
  tool: ToolId;
}

/** How a file names a repository. */
export interface Naming {
  /** `owner/name` or a name; null if the file has none. */
  name: string | null;
  namedBy: NamedBy | null;
  githubId?: number;
  choices?: string[];
  /** What tells it from other repositories without a name in the same files. */
  place?: string;
}

const FULL_NAME = /^([a-z\d](?:[a-z\d-]{0,38}))\/([\w.-]{1,100})$/i;
const NAME = /^[\w.-]{1,100}$/;

/** Whether it is an owner and a repository's name. */
export function isFullName(text: string): boolean {
  return FULL_NAME.test(text);
}

/** Whether it is a full name, or a repository's name alone. */
export function isRepositoryName(text: string): boolean {
  return FULL_NAME.test(text) || NAME.test(text);
}

const larger = (one: number | null, other: number | null | undefined) => {
  if (other === null || other === undefined) return one;
  return one === null ? other : Math.max(one, other);
};

function noteDay(
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

function noteWeek(weeks: Map<Day, Counts>, metric: TrafficMetric, { date, count, uniques }: Bucket) {
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

const isMonday = (date: Day) => startOf(date).getUTCDay() === 1;

/** Whether the dates are those of weeks: at least `minimum` Mondays and no other day. */
export function areWeeks(dates: Iterable<Day>, minimum: number): boolean {
  const different = new Set(dates);
  return different.size >= minimum && [...different].every(isMonday);
}

/** Whether the dates are those of months: at least three first days and no other day. */
export function areMonths(dates: Iterable<Day>): boolean {
  const different = new Set(dates);
  return different.size >= 3 && [...different].every((date) => date.endsWith('-01'));
}

/** Files of the same kind, such as one for each run, have the same pattern. */
const patternOf = (path: string) => path.replace(/\d+/g, '#');

/** First segments of a path on GitHub that are no owner's name: tools leave out `/owner/name`. */
const NO_OWNER =
  /^(blob|tree|issues?|pulls?|releases|wiki|actions|commits?|network|graphs|security|projects|labels)$/i;

/** The full name with which all paths of a list begin; null if they do not. */
function nameInPaths(rows: Iterable<ReadListRow>): string | null {
  let common: string | null = null;
  for (const { name } of rows) {
    const [, owner = '', repository = ''] = name.split('/');
    const full = `${owner}/${repository}`;
    if (NO_OWNER.test(owner) || !isFullName(full)) return null;
    if (common !== null && common.toLowerCase() !== full.toLowerCase()) return null;
    common ??= full;
  }
  return common;
}

const newestFirst = (one: DraftList, other: DraftList) =>
  (one.capture?.at ?? one.capture?.date ?? '') < (other.capture?.at ?? other.capture?.date ?? '') ? 1 : -1;

/** The full names in a repository's lists of paths; the newest first. */
function namesInPaths(draft: Draft): string[] {
  const lists = [...draft.lists.values()].filter(({ kind, rows }) => kind === 'paths' && rows.size > 0);
  const names = lists.sort(newestFirst).map(({ rows }) => nameInPaths(rows.values()));
  return [...new Set(names.filter((name) => name !== null))];
}

const sameName = (one: string, other: string) => one.toLowerCase() === other.toLowerCase();
const nameAlone = (full: string) => full.slice(full.indexOf('/') + 1);
const ownerOf = (full: string | null) => (full?.includes('/') ? full.slice(0, full.indexOf('/')) : null);

/** Collects what the files say, and makes one history of it. */
export interface Gathering {
  /** The day on which the files are read; later days cannot have happened. */
  today: Day;
  answers: ReadAnswers;
  paths: ReadonlySet<string>;
  /** Names of the seed's repositories by the folder and number; they stand in a file of their own. */
  seedNames: Map<string, string>;
  repository(source: Source, naming: Naming): Draft;
  day(draft: Draft, date: Day, metric: TrafficMetric, seen: Observation, options?: DayOptions): void;
  answer(
    draft: Draft,
    source: Source,
    metric: TrafficMetric,
    buckets: Bucket[],
    capture: Capture | null,
  ): void;
  week(draft: Draft, metric: TrafficMetric, bucket: Bucket): void;
  list(draft: Draft, source: Source, kind: ListKind, capture: Capture | null, rows: ReadListRow[]): void;
  fact(draft: Draft, date: Day, facts: Facts): void;
  problem(path: string, code: ProblemCode, message: string, options?: ProblemOptions): void;
  /** Asks, and gives the answer if there is one. */
  ask(
    path: string,
    code: ProblemCode,
    message: string,
    question: ReadQuestion,
    count?: number,
  ): string | null;
  finish(): { repositories: ReadRepository[]; problems: ReadProblem[] };
}

interface DayOptions {
  /** A 0 may stand for "not measured". */
  doubtfulZero?: boolean;
  /** The day was not over when its numbers were taken. */
  isRunning?: boolean;
}

interface ProblemOptions {
  line?: number | null;
  count?: number;
}

export interface GatheringOptions {
  today: Day;
  answers: ReadAnswers;
  files: readonly Pick<GivenFile, 'path'>[];
}

export function openGathering({ today, answers, files }: GatheringOptions): Gathering {
  const drafts = new Map<string, Draft>();
  const problems = new Map<string, ReadProblem>();

  function problem(
    path: string,
    code: ProblemCode,
    message: string,
    { line = null, count = 1 }: ProblemOptions = {},
  ) {
    const key = `${code} ${path}`;
    const known = problems.get(key);
    if (known) known.count += count;
    else {
      // What is a question until it is answered is left out afterwards.
      const weight = PROBLEMS[code] === 'question' ? 'left' : PROBLEMS[code];
      problems.set(key, { path, line, count, code, weight, message, question: null });
    }
  }

  function ask(
    path: string,
    code: ProblemCode,
    message: string,
    question: ReadQuestion,
    count = 1,
  ): string | null {
    const answer = answers[question.id]?.trim();
    const allowed = question.choices?.some(({ value }) => value === answer) ?? answer !== '';
    if (answer !== undefined && allowed) return answer;
    problems.set(question.id, { path, line: null, count, code, weight: 'question', message, question });
    return null;
  }

  function repository(source: Source, { name, namedBy, githubId, choices = [], place = '' }: Naming): Draft {
    const root = rootOf(source.path);
    const named = name?.includes('/') ? name.toLowerCase() : `${root}|${name?.toLowerCase() ?? place}`;
    const key = githubId === undefined ? named : `#${githubId}`;
    let draft = drafts.get(key);
    if (!draft) {
      draft = {
        root,
        place,
        githubId: githubId ?? null,
        given: name,
        namedBy,
        choices,
        formerNames: new Set(),
        tools: new Set(),
        files: new Set(),
        days: new Map(),
        weeks: new Map(),
        answers: [],
        lists: new Map(),
        facts: new Map(),
      };
      drafts.set(key, draft);
    }
    draft.tools.add(source.tool);
    draft.files.add(source.path);
    return draft;
  }

  function list(draft: Draft, source: Source, kind: ListKind, capture: Capture | null, rows: ReadListRow[]) {
    const key = `${kind} ${capture?.at ?? capture?.date ?? source.path}`;
    let known = draft.lists.get(key);
    if (!known) {
      known = { kind, capture, path: source.path, rows: new Map() };
      draft.lists.set(key, known);
    }
    for (const row of rows) {
      const earlier = known.rows.get(row.name);
      if (earlier) {
        earlier.count = Math.max(earlier.count, row.count);
        earlier.uniques = larger(earlier.uniques, row.uniques);
        earlier.title ??= row.title;
      } else if (known.rows.size < MAX_LIST_ROWS) known.rows.set(row.name, { ...row });
      else
        problem(
          source.path,
          'row_broken',
          `A list has more than ${MAX_LIST_ROWS} names. The others are left out.`,
        );
    }
  }

  return {
    today,
    answers,
    paths: new Set(files.map(({ path }) => path)),
    seedNames: new Map(),
    repository,
    day(draft, date, metric, seen, { doubtfulZero = false, isRunning = false } = {}) {
      const sight = SIGHTS[isRunning ? 'running' : 'copied'];
      noteDay(draft.days, date, metric, seen, doubtfulZero ? sight | ZERO_DOUBTFUL : sight);
    },
    answer: (draft, { path }, metric, buckets, capture) =>
      draft.answers.push({ path, metric, buckets, capture }),
    week: (draft, metric, bucket) => noteWeek(draft.weeks, metric, bucket),
    list,
    fact: (draft, date, facts) => noteFact(draft.facts, date, facts),
    problem,
    ask,
    finish() {
      for (const draft of drafts.values()) applyAnswers(draft, problem);
      const named = nameDrafts([...drafts.values()], ask).filter(knowsSomething);
      for (const draft of named) leaveOutFailedLists(draft, problem);
      const repositories = named.map((draft) => toRepository(draft, { ask, problem }));
      return {
        repositories: repositories.sort((one, other) => (one.key < other.key ? -1 : 1)),
        problems: [...problems.values()].sort((one, other) => (one.path < other.path ? -1 : 1)),
      };
    },
  };
}

const NO_FACTS: DraftFact = {
  stars: null,
  forks: null,
  subscribers: null,
  openIssues: null,
  starsRebuilt: null,
  forksRebuilt: null,
};

function noteFact(facts: Map<Day, DraftFact>, date: Day, seen: Facts) {
  const known = facts.get(date) ?? { ...NO_FACTS };
  for (const name of Object.keys(NO_FACTS) as (keyof DraftFact)[])
    known[name] = larger(known[name], seen[name]);
  if (Object.values(known).some((value) => value !== null)) facts.set(date, known);
}

/** An answer as GitHub gives it since 2026: 14 days in a row, whole and final. */
function isDense({ buckets, capture }: Answer): boolean {
  const first = buckets[0]?.date;
  const last = buckets.at(-1)?.date;
  if (!first || !last || !capture || buckets.length !== 14) return false;
  return last >= DENSE_SINCE && last < capture.date && daysBetween(first, last) === 13;
}

/** GitHub cut the oldest day of its answers at the hour of the request; and a day is not over while it is asked for. */
function sightOf(date: Day, answer: Answer, oldest: Day | undefined): Sight {
  if (isDense(answer)) return 'whole';
  if (!answer.capture) return date === oldest ? 'cut' : 'whole';
  if (date >= answer.capture.date) return 'running';
  return date <= addDays(answer.capture.date, -14) ? 'cut' : 'whole';
}

/** Answers become days or weeks only when all of the same kind are known: a quiet repository's days may all be Mondays. */
function applyAnswers(draft: Draft, problem: Gathering['problem']) {
  for (const { buckets } of draft.answers) buckets.sort(byDate);
  const kinds = groupBy(draft.answers, ({ metric, path }) => `${metric} ${patternOf(path)}`);
  for (const answers of kinds.values()) {
    const dates = answers.flatMap(({ buckets }) => buckets.map(({ date }) => date));
    const saysWeek = answers.some(({ path }) => /week/i.test(path));
    const weekly = areWeeks(dates, saysWeek ? 1 : 2);
    for (const answer of answers) {
      if (weekly) {
        for (const bucket of answer.buckets) noteWeek(draft.weeks, answer.metric, bucket);
        problem(answer.path, 'weekly', WEEKLY, { count: answer.buckets.length });
        continue;
      }
      const oldest = answer.buckets[0]?.date;
      for (const bucket of answer.buckets)
        noteDay(draft.days, bucket.date, answer.metric, bucket, SIGHTS[sightOf(bucket.date, answer, oldest)]);
    }
  }
  draft.answers = [];
}

/** Why weeks are no days. */
export const WEEKLY = 'These are weeks, all from a Monday on, and no days. They are kept as weeks.';

/** Why months are no days. */
export const MONTHLY = 'These are months, all from a first day on, and no days. They are left out.';

function mergeInto(target: Draft, other: Draft) {
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

const knowsSomething = ({ days, weeks, lists, facts }: Draft) =>
  [days, weeks, lists, facts].some(({ size }) => size > 0);

const isFull = (draft: Draft) => draft.given?.includes('/') === true;

/** Finds each repository's name by the hints of the files and by answers, and merges what is one repository. */
function nameDrafts(drafts: Draft[], ask: Gathering['ask']): Draft[] {
  for (const draft of drafts) takePathsName(draft);
  let left = drafts;
  // The same repository: with and without its owner, or in files of the same folder that do not name it.
  left = mergeWhere(left, (draft, others) => {
    if (draft.githubId !== null || isFull(draft)) return null;
    const here = others.filter((other) => other.root === draft.root && other !== draft);
    const sameHere = here.filter((other) => {
      if (draft.given === null) return other.given !== null;
      return isFull(other) && sameName(nameAlone(other.given ?? ''), draft.given);
    });
    return sameHere.length === 1 ? (sameHere[0] ?? null) : null;
  });
  takeOwnerAnswers(left, ask);
  takeNameAnswers(left, ask);
  const firstOf = (draft: Draft, others: Draft[]) =>
    others.find((other) => {
      if (other === draft) return true;
      if (draft.githubId !== null && other.githubId !== null) return draft.githubId === other.githubId;
      return isFull(draft) && isFull(other) && sameName(draft.given ?? '', other.given ?? '');
    });
  return mergeWhere(left, (draft, others) => {
    const first = firstOf(draft, others);
    return first === draft ? null : (first ?? null);
  });
}

function groupBy<Value>(values: readonly Value[], toKey: (value: Value) => string): Map<string, Value[]> {
  const groups = new Map<string, Value[]>();
  for (const value of values) {
    const group = groups.get(toKey(value));
    if (group) group.push(value);
    else groups.set(toKey(value), [value]);
  }
  return groups;
}

/** Merges each draft into the one that `findTarget` gives for it. */
function mergeWhere(drafts: Draft[], findTarget: (draft: Draft, others: Draft[]) => Draft | null): Draft[] {
  let left = drafts;
  for (const draft of drafts) {
    const target = findTarget(draft, left);
    if (!target) continue;
    mergeInto(target, draft);
    left = left.filter((other) => other !== draft);
  }
  return left;
}

function takePathsName(draft: Draft) {
  const [newest, ...older] = namesInPaths(draft);
  if (newest === undefined) return;
  if (draft.given === null || (!isFull(draft) && sameName(nameAlone(newest), draft.given))) {
    draft.given = newest;
    draft.namedBy = 'paths';
  }
  for (const name of [newest, ...older])
    if (isFull(draft) && !sameName(name, draft.given ?? '')) draft.formerNames.add(name);
}

/** The most frequent first. */
function byFrequency(values: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort((one, other) => other[1] - one[1]).map(([value]) => value);
}

function takeOwnerAnswers(drafts: Draft[], ask: Gathering['ask']) {
  const lacking = drafts.filter(
    (draft) => draft.given !== null && !isFull(draft) && draft.choices.length === 0 && knowsSomething(draft),
  );
  const groups = groupBy(lacking, ({ root }) => topOf(root));
  const owners = drafts.flatMap(({ given }) => ownerOf(given) ?? []);
  for (const [top, group] of groups) {
    const names = group.map(({ given }) => given).slice(0, 3);
    const known = drafts.filter(
      (draft) =>
        isFull(draft) && group.some(({ given }) => sameName(nameAlone(draft.given ?? ''), given ?? '')),
    );
    const owner = ask(
      [...(group[0]?.files ?? [])][0] ?? top,
      'owner_unknown',
      `The files name ${names.join(', ')}${group.length > 3 ? ' and others' : ''} without an owner.`,
      {
        id: `owner:${top}`,
        kind: 'owner',
        choices: null,
        suggestions: byFrequency([...owners, ...known.flatMap(({ given }) => ownerOf(given) ?? [])]),
      },
      group.length,
    );
    if (owner === null) continue;
    for (const draft of group) {
      if (!isFullName(`${owner}/${draft.given}`)) continue;
      draft.given = `${owner}/${draft.given}`;
      draft.namedBy = 'answer';
    }
  }
}

/** The folders of one drop's repositories usually have one owner. */
const topOf = (root: string) => root.split('/')[0] ?? '';

function keyOf(draft: Draft): string {
  if (draft.githubId !== null) return `#${draft.githubId}`;
  if (isFull(draft)) return (draft.given ?? '').toLowerCase();
  return `${draft.root}|${draft.given ?? draft.place}`;
}

function takeNameAnswers(drafts: Draft[], ask: Gathering['ask']) {
  for (const draft of drafts) {
    if (!knowsSomething(draft) || isFull(draft) || (draft.given !== null && draft.choices.length === 0))
      continue;
    const [path = draft.root] = draft.files;
    const answer = ask(
      path,
      'repository_unknown',
      'The files do not say which repository they are about.',
      {
        id: `repository:${keyOf(draft)}`,
        kind: 'repository',
        choices: null,
        suggestions: draft.choices,
      },
      draft.files.size,
    );
    if (answer === null || !isFullName(answer)) continue;
    draft.given = answer;
    draft.namedBy = 'answer';
  }
}

function viewsBefore(draft: Draft, date: Day | null): number {
  const newest = date ?? [...draft.days.keys()].reduce((one, other) => (one > other ? one : other), '');
  if (newest === '') return 0;
  let sum = 0;
  for (let back = 0; back <= 14; back++) sum += draft.days.get(addDays(newest, -back))?.viewCount ?? 0;
  return sum;
}

function leaveOutFailedLists(draft: Draft, problem: Gathering['problem']) {
  for (const [key, { kind, capture, path, rows }] of draft.lists) {
    if (rows.size > 0 || viewsBefore(draft, capture?.date ?? null) < MANY_VIEWS) continue;
    draft.lists.delete(key);
    problem(
      path,
      'failed_read',
      `An empty list of ${kind} beside many views: the tool could not read it. It is left out.`,
    );
  }
}

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

const byDate = <Row extends { date: Day }>(one: Row, other: Row) => (one.date < other.date ? -1 : 1);

function toDays(draft: Draft): ReadDay[] {
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

function toFact([date, fact]: [Day, DraftFact]): ReadFact {
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

const toRows = (rows: Map<string, ReadListRow>) =>
  [...rows.values()].sort((one, other) => other.count - one.count || (one.name < other.name ? -1 : 1));

const timeOf = ({ date, capturedAt, kind }: ReadList) => `${date} ${capturedAt ?? ''} ${kind}`;

function toRepository(draft: Draft, { ask, problem }: Pick<Gathering, 'ask' | 'problem'>): ReadRepository {
  const key = keyOf(draft);
  const lists: ReadList[] = [];
  const undatedLists: UndatedList[] = [];
  const undated = [...draft.lists.values()].filter(({ capture }) => capture === null);
  const date = undated.length === 0 ? null : askForDate(draft, key, undated, ask);
  for (const { kind, capture, rows } of draft.lists.values()) {
    const known = capture?.date ?? date;
    if (known) lists.push({ kind, date: known, capturedAt: capture?.at ?? null, rows: toRows(rows) });
    else undatedLists.push({ kind, rows: toRows(rows) });
  }
  const facts = [...draft.facts].map(toFact).sort(byDate);
  if (facts.some(({ rebuilt }) => rebuilt.length > 0))
    problem([...draft.files][0] ?? '', 'stars_rebuilt', STARS_REBUILT);
  const weeks: ReadWeek[] = [...draft.weeks].map(([date, counts]) => ({ date, ...counts }));
  const days = toDays(draft);
  return {
    key,
    label: draft.given ?? (draft.place || draft.root || 'a repository without a name'),
    githubId: draft.githubId,
    owner: ownerOf(draft.given),
    name: isFull(draft) ? nameAlone(draft.given ?? '') : draft.given,
    namedBy: draft.namedBy,
    formerNames: [...draft.formerNames].sort(),
    tools: [...draft.tools].sort(),
    files: [...draft.files].sort(),
    days,
    weeks: weeks.sort(byDate),
    lists: lists.sort((one, other) => (timeOf(one) < timeOf(other) ? -1 : 1)),
    undatedLists,
    facts,
    exported: null,
  };
}

const STARS_REBUILT =
  'Stars or forks were counted later, from people who still had them. Who took theirs back is missing.';

function askForDate(draft: Draft, key: string, lists: DraftList[], ask: Gathering['ask']): Day | null {
  const newest = [...draft.days.keys()].sort().at(-1) ?? null;
  const answer = ask(
    lists[0]?.path ?? '',
    'list_undated',
    'The files do not say when these lists of referrers and paths were captured. Without a day they are left out.',
    { id: `date:${key}`, kind: 'date', choices: null, suggestions: newest === null ? [] : [newest] },
    lists.length,
  );
  return answer !== null && isDay(answer) ? answer : null;
}

/**
 * What a file counts, by its name and folders; else by the answer to a question. Null while that is open, and for `neither`.
 */
export function requireMetric(gathering: Gathering, path: string, suggestion: TrafficMetric | null = null) {
  const told = metricOfPath(path);
  if (told) return told;
  const answer = gathering.ask(
    path,
    'metric_unknown',
    'The file does not say whether it counts views or clones.',
    {
      id: `metric:${path}`,
      kind: 'metric',
      choices: [
        { value: 'views', label: 'Views' },
        { value: 'clones', label: 'Clones' },
        { value: 'neither', label: 'Neither: leave it out' },
      ],
      suggestions: suggestion === null ? [] : [suggestion],
    },
  );
  return answer === 'views' || answer === 'clones' ? answer : null;
}
