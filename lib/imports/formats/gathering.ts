import { addDays, type Day, daysBetween, isDay } from '../../day.ts';
import {
  type GivenFile,
  type ListKind,
  PROBLEMS,
  type ProblemCode,
  type ReadAnswers,
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
import {
  type Answer,
  type Bucket,
  byDate,
  type Draft,
  type DraftList,
  type Facts,
  knowsSomething,
  larger,
  noteDay,
  noteFact,
  noteWeek,
  type Observation,
  SIGHTS,
  type Sight,
  toDays,
  toFact,
  ZERO_DOUBTFUL,
} from './drafts.ts';
import { type Ask, groupBy, isFull, keyOf, type Naming, nameAlone, nameDrafts, ownerOf } from './naming.ts';
import { areWeeks, WEEKLY } from './periods.ts';
import { type Capture, metricOfPath, rootOf } from './values.ts';

/** GitHub's answers from this day on name 14 days, zeros included, and none of them is cut. */
const DENSE_SINCE: Day = '2025-12-31';
/** So many views in two weeks have referrers: an empty list beside them was not read. */
const MANY_VIEWS = 100;
/** No list of GitHub has more than ten names; tools that add those of several runs of a day have a few more. */
const MAX_LIST_ROWS = 100;

/** The file that is being read. */
interface Source {
  path: string;
  tool: ToolId;
}

/** Files of the same kind, such as one for each run, have the same pattern. */
const patternOf = (path: string) => path.replace(/\d+/g, '#');

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
  ask: Ask;
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

function askForDate(draft: Draft, key: string, lists: DraftList[], ask: Ask): Day | null {
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
