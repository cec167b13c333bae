import { type Day, isDay } from '../../day.ts';
import { isObject } from '../../json.ts';
import type { ListKind, ReadListRow, ToolId, TrafficMetric } from '../history.ts';
import { readObjects, timesQuestion } from './csv.ts';
import type { Bucket, Draft } from './drafts.ts';
import { nameOfFile } from './file-names.ts';
import { type Gathering, requireMetric } from './gathering.ts';
import { parseLenientJson } from './lenient-json.ts';
import { isRepositoryName, type Naming } from './naming.ts';
import { areMonths, areWeeks, MONTHLY, WEEKLY } from './periods.ts';
import { sayRefused } from './refusals.ts';
import { lookRolling } from './rolling.ts';
import { lineAt, repairDoubleDecoding } from './text.ts';
import {
  baseOf,
  type Capture,
  captureOfName,
  folderOf,
  isRefused,
  parseCount,
  parseTime,
  toCapture,
} from './values.ts';

type Values = Record<string, unknown>;

interface JsonOutcome {
  tool: ToolId | null;
  left: string | null;
}

const objectsOf = (value: unknown): Values[] => (Array.isArray(value) ? value.filter(isObject) : []);
const textOf = (value: unknown) => (typeof value === 'string' ? value : '');

/** Reads a JSON file. */
export function readJson(path: string, text: string, gathering: Gathering): JsonOutcome {
  const parsed = parseLenientJson(text);
  if ('brokenAt' in parsed) {
    const line = lineAt(text, parsed.brokenAt);
    gathering.problem(
      path,
      'json_broken',
      `The file is no JSON from line ${line} on. Nothing is read from it.`,
      { line },
    );
    return { tool: null, left: 'The file is broken JSON.' };
  }
  if (parsed.repairedAt !== null)
    gathering.problem(
      path,
      'json_repaired',
      `The file is no valid JSON: ${parsed.repair}. It is read all the same.`,
      {
        line: lineAt(text, parsed.repairedAt),
      },
    );
  const [first] = parsed.documents;
  const value =
    parsed.documents.length > 1 && parsed.documents.every(Array.isArray) ? parsed.documents.flat() : first;
  return readValue({ path, gathering }, value);
}

interface Place {
  path: string;
  gathering: Gathering;
}

const NOTHING_KNOWN = 'The file has no numbers that we know.';

function readValue(place: Place, value: unknown): JsonOutcome {
  if (Array.isArray(value)) return readArray(place, value);
  if (!isObject(value)) return { tool: null, left: NOTHING_KNOWN };
  if ('schemaVersion' in value && 'label' in value && 'message' in value)
    return { tool: null, left: 'A badge for shields.io. It has no days.' };
  if (Array.isArray(value.dailyHistory)) return readTracker(place, value);
  if (Array.isArray(value.clone_history) && Array.isArray(value.view_history))
    return readCloneStats(place, value);
  if (isObject(value.files) && 'description' in value)
    return { tool: 'djdarcy', left: 'A list of archives. It has no days.' };
  const keys = Object.keys(value);
  if (keys.length > 0 && keys.every((key) => isTime(key))) return readDateMap(place, value);
  if (isObject(value.daily) && Object.keys(value.daily).every((key) => isTime(key)))
    return readDaily(place, value.daily);
  if (isAnswer(value.views) || isAnswer(value.clones) || isObject(value.views) || isObject(value.clones))
    return readBundle(place, value);
  if (Array.isArray(value.referrers) || Array.isArray(value.paths)) return readBundle(place, value);
  if ('count' in value && 'uniques' in value) return readFileOfADay(place, value);
  return { tool: null, left: NOTHING_KNOWN };
}

const isTime = (text: string) => !isRefused(parseTime(text, null)) && /^\d{4}-/.test(text);
const isAnswer = (value: unknown) => Array.isArray(value) && value.every(isObject);

function number(place: Place, value: unknown): number | null {
  const count = parseCount(value);
  if (!isRefused(count)) return count;
  sayRefused(place.gathering, place.path, null, count);
  return null;
}

/** A day as a file has it; null with a problem if there is none. A time of day makes it null without one. */
function dayOf(place: Place, value: unknown): { date: Day; clock: string | null } | null {
  const time = parseTime(value, null);
  if (isRefused(time)) {
    sayRefused(place.gathering, place.path, null, time);
    return null;
  }
  if (time.date <= place.gathering.today) return time;
  place.gathering.problem(place.path, 'date_in_future', 'A day has not come yet. It is left out.');
  return null;
}

/** Names of the fields that hold a bucket's time, count and uniques. */
const TIME_FIELDS = ['timestamp', 'date', 'day'];
const UNIQUES_FIELDS = ['uniques', 'unique', 'dailyUniques', 'unique_count'];

const fieldOf = (value: Values, names: readonly string[]) =>
  names.map((name) => value[name]).find((found) => found !== undefined);

/** The buckets of an answer, or of an array that a tool keeps in the same form. Leaves out rows with a time of day. */
function bucketsOf(place: Place, values: readonly Values[]): Bucket[] {
  const buckets: Bucket[] = [];
  const timed: Bucket[] = [];
  for (const value of values) {
    const day = dayOf(place, fieldOf(value, TIME_FIELDS));
    if (!day) continue;
    const bucket = {
      date: day.date,
      count: number(place, value.count),
      uniques: number(place, fieldOf(value, UNIQUES_FIELDS)),
    };
    if (day.clock === null) buckets.push(bucket);
    else timed.push(bucket);
  }
  return buckets.concat(askForTimed(place, timed));
}

function askForTimed({ path, gathering }: Place, timed: Bucket[]): Bucket[] {
  if (timed.length === 0) return [];
  const message =
    'Entries with a time of day are usually totals of 14 days as of that time, and no days. They are left out.';
  return gathering.ask(path, 'rolling_total', message, timesQuestion(path), timed.length) === 'days'
    ? timed
    : [];
}

/** A day's numbers in any of the forms that home-made files have. */
function addDays(place: Place, draft: Draft, metric: TrafficMetric, buckets: Bucket[]): void {
  const { path, gathering } = place;
  const dates = buckets.map(({ date }) => date);
  if (areWeeks(dates, 3)) {
    for (const bucket of buckets) gathering.week(draft, metric, bucket);
    gathering.problem(path, 'weekly', WEEKLY, { count: buckets.length });
    return;
  }
  if (areMonths(dates)) {
    gathering.problem(path, 'monthly', MONTHLY, { count: buckets.length });
    return;
  }
  if (lookRolling([buckets])) {
    const message = 'The numbers hardly change from day to day, like totals of 14 days. They are left out.';
    if (gathering.ask(path, 'looks_rolling', message, timesQuestion(path), buckets.length) !== 'days') return;
  }
  for (const { date, count, uniques } of buckets) gathering.day(draft, date, metric, { count, uniques });
}

/** What a document says of its repository: `repo: "owner/name"`, or an object with owner and name. */
function namingOf(value: Values, path: string, tool: ToolId): Naming {
  const given = value.repo ?? value.repository ?? value.full_name;
  if (typeof given === 'string' && isRepositoryName(given)) return { name: given, namedBy: 'column' };
  if (isObject(given)) {
    const owner = textOf(given.owner);
    const name = textOf(given.repo ?? given.name);
    const full = textOf(given.full_name) || (owner ? `${owner}/${name}` : name);
    if (isRepositoryName(full)) return { name: full, namedBy: 'column' };
  }
  return nameOfFile(path, tool);
}

const CAPTURE_FIELDS = [
  'collected_at',
  'captured_at',
  'fetched_at',
  'collectedAt',
  'fetchedAt',
  'timestamp',
  'date',
];

function captureIn(value: Values): Capture | null {
  const time = parseTime(fieldOf(value, CAPTURE_FIELDS), null);
  return isRefused(time) ? null : toCapture(time);
}

/** Views, clones, referrers and paths together: one raw answer, or several of one run; or a map of days for each metric. */
function readBundle(place: Place, value: Values): JsonOutcome {
  const { path, gathering } = place;
  const inside = captureIn(value);
  const isRaw = inside === null && !('repo' in value);
  const tool: ToolId = isRaw && isMtgFile(path) ? 'mtg' : isRaw && 'uniques' in value ? 'raw' : 'homemade';
  const source = { path, tool };
  const draft = gathering.repository(source, namingOf(value, path, tool));
  const capture = inside ?? captureOfName(path);
  let found = false;
  for (const metric of ['views', 'clones'] as const) {
    const given = value[metric];
    const answer = isObject(given) && Array.isArray(given[metric]) ? given[metric] : given;
    if (Array.isArray(answer)) {
      found = true;
      const buckets = bucketsOf(place, objectsOf(answer));
      if (tool === 'homemade' && !isObject(given)) addDays(place, draft, metric, buckets);
      else gathering.answer(draft, source, metric, buckets, capture);
    } else if (isObject(given) && Object.keys(given).every(isTime)) {
      found = true;
      addDays(place, draft, metric, mapToBuckets(place, given));
    }
  }
  for (const kind of ['referrers', 'paths'] as const) {
    const given = value[kind];
    if (!Array.isArray(given)) continue;
    found = true;
    gathering.list(draft, source, kind, capture, listRows(place, kind, given));
  }
  return { tool, left: found ? null : NOTHING_KNOWN };
}

const MTG_FOLDER = /(^|\/)(views|clones|referrers|paths)$/;

/** `views/2024-03-04.json` and `views/2024-03.json`. */
function isMtgFile(path: string): boolean {
  return MTG_FOLDER.test(folderOf(path)) && /^\d{4}-\d{2}(-\d{2})?\.json$/.test(baseOf(path));
}

/** `{ "2024-03-04": { count, uniques } }`, or `{ "2024-03-04": 12 }`. */
function mapToBuckets(place: Place, map: Values): Bucket[] {
  const rows = Object.entries(map).map(([date, value]) => ({
    date,
    ...(isObject(value) ? value : { count: value }),
  }));
  return bucketsOf(place, rows);
}

const ROW_NAMES: Record<ListKind, string[]> = {
  referrers: ['referrer', 'source', 'name'],
  paths: ['path', 'name'],
};

function listRows(place: Place, kind: ListKind, values: readonly unknown[]): ReadListRow[] {
  const rows: ReadListRow[] = [];
  for (const value of values) {
    if (!isObject(value)) continue;
    const name = textOf(fieldOf(value, ROW_NAMES[kind]));
    const count = number(place, value.count);
    if (name === '' || count === null) continue;
    const title = textOf(value.title) || null;
    rows.push({ name, title, count, uniques: number(place, fieldOf(value, UNIQUES_FIELDS)) });
  }
  return rows;
}

function readDateMap(place: Place, map: Values): JsonOutcome {
  const { path, gathering } = place;
  const values = Object.values(map);
  if (values.every((value) => typeof value === 'string')) return readPickle(place, map);
  if (values.every(Array.isArray)) return readListsByDate(place, map);
  const source = { path, tool: 'homemade' as const };
  if (values.some((value) => isObject(value) && ('views' in value || 'clones' in value)))
    return readMapOfBoth(place, map);
  const metric = requireMetric(gathering, path);
  if (!metric) return { tool: 'homemade', left: 'Whether it counts views or clones is not known.' };
  addDays(
    place,
    gathering.repository(source, nameOfFile(path, 'homemade')),
    metric,
    mapToBuckets(place, map),
  );
  return { tool: 'homemade', left: null };
}

/** `{ "2024-03-04": { views: { count, uniques } or 12, clones: … } }`. */
function readMapOfBoth(place: Place, map: Values): JsonOutcome {
  const { path, gathering } = place;
  const draft = gathering.repository({ path, tool: 'homemade' }, nameOfFile(path, 'homemade'));
  for (const metric of ['views', 'clones'] as const) {
    const rows = Object.entries(map).flatMap(([date, value]) => {
      const given = isObject(value) ? value[metric] : undefined;
      if (given === undefined || Array.isArray(given)) return [];
      const uniques = isObject(value)
        ? fieldOf(value, [`unique_${metric}`, `${metric}_unique`, `${metric}_uniques`])
        : null;
      return [{ date, ...(isObject(given) ? given : { count: given, uniques }) }];
    });
    addDays(place, draft, metric, bucketsOf(place, rows));
  }
  return { tool: 'homemade', left: null };
}

/** `{ "2024-03-04": [{ referrer, count, uniques }] }`. */
function readListsByDate(place: Place, map: Values): JsonOutcome {
  const { path, gathering } = place;
  const kind = listKindOf(Object.values(map).flat(), path);
  if (!kind) return { tool: null, left: NOTHING_KNOWN };
  const source = { path, tool: 'homemade' as const };
  const draft = gathering.repository(source, nameOfFile(path, 'homemade'));
  for (const [date, values] of Object.entries(map)) {
    const time = parseTime(date, null);
    if (!isRefused(time) && Array.isArray(values))
      gathering.list(draft, source, kind, toCapture(time), listRows(place, kind, values));
  }
  return { tool: 'homemade', left: null };
}

function listKindOf(values: readonly unknown[], path: string): ListKind | null {
  const first = values.find(isObject);
  if (first) {
    if ('referrer' in first) return 'referrers';
    return 'path' in first ? 'paths' : null;
  }
  const named =
    /(referr?ers?|paths?)/i.exec(baseOf(path))?.[1] ?? /(referr?ers?|paths?)$/i.exec(folderOf(path))?.[1];
  if (!named) return null;
  return /^p/i.test(named) ? 'paths' : 'referrers';
}

/** pickledb of seladb/github-traffic-stats: JSON in the strings of a JSON object. Views only. */
function readPickle(place: Place, map: Values): JsonOutcome {
  const { path, gathering } = place;
  const draft = gathering.repository({ path, tool: 'seladb' }, nameOfFile(path, 'seladb'));
  const rows: Values[] = [];
  for (const [timestamp, text] of Object.entries(map)) {
    const parsed = parseLenientJson(textOf(text));
    const value = 'documents' in parsed ? parsed.documents[0] : null;
    if (isObject(value)) rows.push({ ...value, timestamp });
    else gathering.problem(path, 'row_broken', 'A value is no JSON. It is left out.');
  }
  addDays(place, draft, 'views', bucketsOf(place, rows));
  return { tool: 'seladb', left: rows.length === 0 ? NOTHING_KNOWN : null };
}

/** `{ total, last_update, daily: { date: number } }`; the uniques stand in a second file, `views_uniq.json`. */
function readDaily(place: Place, daily: Values): JsonOutcome {
  const { path, gathering } = place;
  const metric = requireMetric(gathering, path);
  if (!metric) return { tool: 'homemade', left: 'Whether it counts views or clones is not known.' };
  const draft = gathering.repository({ path, tool: 'homemade' }, nameOfFile(path, 'homemade'));
  const buckets = mapToBuckets(place, daily);
  const areUniques = /uniq/i.test(baseOf(path));
  addDays(
    place,
    draft,
    metric,
    areUniques ? buckets.map(({ date, count }) => ({ date, count: null, uniques: count })) : buckets,
  );
  return { tool: 'homemade', left: null };
}

/** One file for each day: the day is the file's name, and the timestamp is the run that wrote it. */
function readFileOfADay(place: Place, value: Values): JsonOutcome {
  const { path, gathering } = place;
  const date = /^(\d{4}-\d{2}-\d{2})\.\w+$/.exec(baseOf(path))?.[1];
  if (!date || !isDay(date)) return { tool: null, left: 'It does not say of which day its numbers are.' };
  const metric = requireMetric(gathering, path);
  if (!metric) return { tool: 'homemade', left: 'Whether it counts views or clones is not known.' };
  const draft = gathering.repository({ path, tool: 'homemade' }, nameOfFile(path, 'homemade'));
  const day = dayOf(place, date);
  if (day)
    gathering.day(draft, day.date, metric, {
      count: number(place, value.count),
      uniques: number(place, value.uniques),
    });
  return { tool: 'homemade', left: null };
}

function readArray(place: Place, values: readonly unknown[]): JsonOutcome {
  const { path, gathering } = place;
  const rows = values.filter(isObject);
  const [first] = rows;
  if (!first) return readEmptyArray(place);
  if (
    rows.every(
      (row) =>
        isObject(row.views) ||
        isObject(row.clones) ||
        Array.isArray(row.paths) ||
        Array.isArray(row.referrers),
    )
  )
    return readBundles(place, rows);
  if ('referrer' in first || 'path' in first) return readList(place, rows);
  if (!fieldOf(first, TIME_FIELDS) || !('count' in first))
    return readObjects(path, rows, gathering) ?? { tool: null, left: NOTHING_KNOWN };
  if ('total' in first && !('uniques' in first)) return readStars(place, rows);
  const tool: ToolId = isMtgFile(path) ? 'mtg' : 'homemade';
  const metric = requireMetric(gathering, path);
  if (!metric) return { tool, left: 'Whether it counts views or clones is not known.' };
  const naming = (row: Values) => namingOf(row, path, tool);
  // Whether they are weeks is seen in all of a file's rows: a repository may have one only.
  if (
    areWeeks(
      bucketsOf(place, rows).map(({ date }) => date),
      2,
    )
  ) {
    for (const row of rows)
      for (const bucket of bucketsOf(place, [row]))
        gathering.week(gathering.repository({ path, tool }, naming(row)), metric, bucket);
    gathering.problem(path, 'weekly', WEEKLY, { count: rows.length });
    return { tool, left: null };
  }
  const drafts = new Map<Draft, Values[]>();
  for (const row of rows) {
    const draft = gathering.repository({ path, tool }, naming(row));
    const known = drafts.get(draft) ?? [];
    drafts.set(draft, known);
    known.push(row);
  }
  for (const [draft, own] of drafts) addDays(place, draft, metric, bucketsOf(place, own));
  return { tool, left: null };
}

/** `[]`: a list of nobody, if the name says that it is a list. */
function readEmptyArray({ path, gathering }: Place): JsonOutcome {
  const kind = listKindOf([], path);
  if (!kind) return { tool: null, left: 'An empty list.' };
  const tool: ToolId = isMtgFile(path) ? 'mtg' : 'raw';
  gathering.list(
    gathering.repository({ path, tool }, nameOfFile(path, tool)),
    { path, tool },
    kind,
    captureOfName(path),
    [],
  );
  return { tool, left: null };
}

function readBundles(place: Place, rows: readonly Values[]): JsonOutcome {
  const outcomes = rows.map((row) => readBundle(place, row));
  return outcomes.find(({ left }) => left === null) ?? { tool: null, left: NOTHING_KNOWN };
}

/** A raw answer for referrers or paths; or each name with its numbers of several days. */
function readList(place: Place, rows: readonly Values[]): JsonOutcome {
  const { path, gathering } = place;
  const kind: ListKind = 'referrer' in (rows[0] ?? {}) ? 'referrers' : 'paths';
  const isByName = rows.every((row) => Array.isArray(row.views));
  const tool: ToolId = isByName ? 'homemade' : isMtgFile(path) ? 'mtg' : 'raw';
  const source = { path, tool };
  const draft = gathering.repository(source, nameOfFile(path, tool));
  if (!isByName) {
    gathering.list(draft, source, kind, captureOfName(path), listRows(place, kind, rows));
    return { tool, left: null };
  }
  const byDate = new Map<string, Values[]>();
  for (const { views, ...name } of rows)
    for (const seen of objectsOf(views)) {
      const date = textOf(fieldOf(seen, ['request_date', ...CAPTURE_FIELDS]));
      const known = byDate.get(date) ?? [];
      byDate.set(date, known);
      known.push({ ...name, ...seen });
    }
  for (const [date, own] of byDate) {
    const time = parseTime(date, null);
    if (isRefused(time)) sayRefused(gathering, path, null, time);
    else gathering.list(draft, source, kind, toCapture(time), listRows(place, kind, own));
  }
  return { tool, left: null };
}

/** `[{ timestamp, count, total }]`: stars. `count` are those of the day. */
function readStars(place: Place, rows: readonly Values[]): JsonOutcome {
  const { path, gathering } = place;
  if (!/star/i.test(baseOf(path))) return { tool: null, left: 'It counts neither views nor clones.' };
  const draft = gathering.repository({ path, tool: 'homemade' }, nameOfFile(path, 'homemade'));
  for (const row of rows) {
    const day = dayOf(place, fieldOf(row, TIME_FIELDS));
    if (day) gathering.fact(draft, day.date, { starsRebuilt: number(place, row.total) });
  }
  return { tool: 'homemade', left: null };
}

/** git-clone-stats: every row names its repository, with or without owner. */
function readCloneStats(place: Place, value: Values): JsonOutcome {
  const { path, gathering } = place;
  const source = { path, tool: 'git-clone-stats' as const };
  const draftOf = (row: Values) => {
    const name = textOf(row.repo);
    if (isRepositoryName(name)) return gathering.repository(source, { name, namedBy: 'column' });
    gathering.problem(path, 'name_missing', 'A row names no repository. It is left out.');
    return null;
  };
  for (const [metric, rows] of [
    ['views', objectsOf(value.view_history)],
    ['clones', objectsOf(value.clone_history)],
  ] as const) {
    for (const row of rows) {
      const draft = draftOf(row);
      if (!draft) continue;
      for (const { date, count, uniques } of bucketsOf(place, [row]))
        gathering.day(draft, date, metric, { count, uniques });
    }
  }
  for (const row of objectsOf(value.repo_stars)) {
    const draft = draftOf(row);
    const day = dayOf(place, row.last_updated);
    if (draft && day) gathering.fact(draft, day.date, { stars: number(place, row.star_count) });
  }
  if (objectsOf(value.repo_stars).length > 0)
    gathering.problem(
      path,
      'local_time',
      'The tool writes its times without a zone: the day of a star count may be off by one.',
    );
  return { tool: 'git-clone-stats', left: null };
}

/** github-traffic-tracker: `state.json` and its archives. The last day of the state is still running. */
function readTracker(place: Place, value: Values): JsonOutcome {
  const { path, gathering } = place;
  const source = { path, tool: 'djdarcy' as const };
  const draft = gathering.repository(source, nameOfFile(path, 'djdarcy'));
  const history = objectsOf(value.dailyHistory);
  const isState = 'referrers' in value || 'popularPaths' in value || 'totalViews' in value;
  let lastCapture: Capture | null = null;
  for (const [index, entry] of history.entries()) {
    const day = dayOf(place, entry.date);
    if (!day) continue;
    const captured = entry.capturedAt === undefined ? null : parseTime(entry.capturedAt, null);
    const capture = captured && !isRefused(captured) ? toCapture(captured) : null;
    if (capture && (!lastCapture || (capture.at ?? '') > (lastCapture.at ?? ''))) lastCapture = capture;
    const isRunning =
      isState && index === history.length - 1 && (capture === null || capture.date <= day.date);
    const views = { count: number(place, entry.views), uniques: number(place, entry.uniqueViews) };
    const clones = { count: number(place, entry.clones), uniques: number(place, entry.uniqueClones) };
    gathering.day(draft, day.date, 'views', views, { isRunning });
    gathering.day(draft, day.date, 'clones', clones, { isRunning });
    gathering.fact(draft, day.date, {
      stars: number(place, entry.stars),
      forks: number(place, entry.forks),
      openIssues: number(place, entry.openIssues),
    });
  }
  if (Array.isArray(value.referrers))
    gathering.list(draft, source, 'referrers', lastCapture, listRows(place, 'referrers', value.referrers));
  if (Array.isArray(value.popularPaths)) {
    const rows = listRows(place, 'paths', value.popularPaths);
    for (const row of rows) row.title = row.title && repairDoubleDecoding(row.title);
    gathering.list(draft, source, 'paths', lastCapture, rows);
  }
  return { tool: 'djdarcy', left: history.length === 0 ? NOTHING_KNOWN : null };
}
