import type { Day } from '../../day.ts';
import type { ListKind, ReadListRow, ToolId, TrafficMetric } from '../history.ts';
import { type Columns, columnsOf, type Role, toColumnName } from './columns.ts';
import type { Bucket, Draft } from './drafts.ts';
import { nameOfFile } from './file-names.ts';
import { type Gathering, requireMetric } from './gathering.ts';
import { isFullName, isRepositoryName, type Naming } from './naming.ts';
import { areMonths, areWeeks, MONTHLY, WEEKLY } from './periods.ts';
import { REFUSALS, sayRefused } from './refusals.ts';
import { lookRolling } from './rolling.ts';
import { type CsvFile, eachRow, headerOf, MAX_COLUMNS, type Row } from './rows.ts';
import {
  baseOf,
  type Capture,
  captureOfName,
  type DateOrder,
  dateOrderOf,
  folderOf,
  isRefused,
  metricOfPath,
  type ParsedTime,
  parseCount,
  parseTime,
  toCapture,
} from './values.ts';
import { readWide } from './wide.ts';

const isRepohistory = (header: readonly string[]) =>
  ['Date,Total Views,Unique Views', 'Date,Total Clones,Unique Clones'].includes(header.join(','));

const NCHAH_NAME = /^\d{4}-\d{2}-\d{2}-\d{2}h-\d{2}m-(traffic|clone|referrer)-stats\.csv$/;
const WIDE_NAME = /^(referrers|popular-content)( ?\(\d+\))?\.csv$/i;

function toolOf(path: string, header: readonly string[], gathering: Gathering): ToolId {
  const names = header.map(toColumnName);
  if (isRepohistory(header)) return 'repohistory';
  if (names.includes('time_iso8601') || /_(top_(referrers|paths)_snapshot|series_fragment)\.csv$/.test(path))
    return 'ghrs';
  if (header[0] === '_date') return 'sangonzal';
  if (names[0] === 'rid') return 'ibm-seed';
  if (names.includes('unique_visitors_cloners') || NCHAH_NAME.test(baseOf(path))) return 'nchah';
  if (
    header.join(',') === 'timestamp,count,uniques' &&
    gathering.paths.has(path.replace(/\.csv$/i, '_views.db'))
  )
    return 'seladb';
  return 'homemade';
}

/**
 * Reads a table. Returns the tool that wrote it, or why nothing was read. `later`: it can only be understood beside other files,
 * so that it has to be read again after them.
 */
export function readCsv(given: CsvFile, gathering: Gathering, pass: 'first' | 'second'): CsvOutcome {
  // Files that several programs have written have several kinds of line ends.
  const file = { path: given.path, text: given.text.replace(/\r\n?/g, '\n') };
  const header = headerOf(file.text);
  if (header.length < 2) return { tool: null, left: 'The file is no table.' };
  if (header[0] === 'Date' && WIDE_NAME.test(baseOf(file.path)) && columnsOf(header).count === undefined)
    return pass === 'first' ? 'later' : readWide(file, header, gathering);
  if (toColumnName(header[0] ?? '') === 'rid') {
    if (columnsOf(header).date === undefined) return readSeedNames(file, header, gathering);
    if (pass === 'first') return 'later';
  }
  const headerless = headerlessColumns(header);
  const columns = headerless ?? columnsOf(header);
  const tool = headerless ? 'nchah' : toolOf(file.path, header, gathering);
  const kind = kindOf(columns, file.path);
  if (!kind) return { tool: null, left: 'No column of the table is one that we know.' };
  const table = openTable(file, tool, columns, gathering);
  let first = headerless === null;
  const broken = eachRow(file.text, (row) => {
    if (first) {
      first = false;
      return;
    }
    table.take(row);
  });
  if (broken !== null)
    gathering.problem(file.path, 'csv_broken', 'A quote is not closed: what follows is read as one cell.', {
      line: broken,
    });
  return { tool, left: table.finish() };
}

const seedKey = (path: string, number: string) => `${folderOf(path)} ${number}`;

/** The seed's list of repositories: a number, an owner and a name in each row. */
function readSeedNames({ path, text }: CsvFile, header: readonly string[], gathering: Gathering): CsvOutcome {
  const columns = header.map(toColumnName);
  const owner = columns.indexOf('orgname');
  const name = columns.indexOf('reponame');
  if (owner < 0 || name < 0) return { tool: null, left: 'No column of the table is one that we know.' };
  eachRow(text, ({ cells }) => {
    const full = `${cells[owner]}/${cells[name]}`;
    if (isFullName(full)) gathering.seedNames.set(seedKey(path, cells[0] ?? ''), full);
  });
  return { tool: 'ibm-seed', left: null };
}

function seedName(path: string, number: string, gathering: Gathering): Naming {
  const name = gathering.seedNames.get(seedKey(path, number));
  return name ? { name, namedBy: 'column' } : { name: null, namedBy: null, place: `number ${number}` };
}

type CsvOutcome = 'later' | { tool: ToolId | null; left: string | null };

/**
 * Reads flat objects, such as `[{ "date": …, "views": 5 }]`, as a table whose columns are the fields. Null if they have no field that
 * we know.
 */
export function readObjects(
  path: string,
  objects: readonly Record<string, unknown>[],
  gathering: Gathering,
): { tool: ToolId | null; left: string | null } | null {
  const fields = [...new Set(objects.flatMap((one) => Object.keys(one)))].slice(0, MAX_COLUMNS);
  const columns = columnsOf(fields);
  if (!kindOf(columns, path)) return null;
  const table = openTable({ path, text: '' }, 'homemade', columns, gathering);
  for (const one of objects)
    table.take({ line: null, cells: fields.map((field) => String(one[field] ?? '')) });
  return { tool: 'homemade', left: table.finish() };
}

/** `merge-csv.sh` of nchah/github-traffic-stats writes no header: name, day, number, number. */
function headerlessColumns(cells: readonly string[]): Columns | null {
  const [name = '', date = '', count = '', uniques = ''] = cells;
  const isRow = cells.length === 4 && isRepositoryName(name) && /^\d{4}-\d{2}-\d{2}/.test(date);
  if (!isRow || !/^\d+$/.test(count) || !/^\d+$/.test(uniques)) return null;
  return { repository: 0, date: 1, count: 2, uniques: 3 };
}

type Kind = 'list' | 'days' | 'facts';

function kindOf(columns: Columns, path: string): Kind | null {
  const has = (...roles: Role[]) => roles.some((role) => columns[role] !== undefined);
  if (has('referrer', 'path') && has('count', 'viewCount', 'uniques')) return 'list';
  if (!has('date', 'capture')) return null;
  if (has('viewCount', 'cloneCount', 'viewUniques', 'cloneUniques')) return 'days';
  if (has('count') && has('uniques')) return 'days';
  if (has('count') && metricOfPath(path)) return 'days';
  return has('stars', 'starsRebuilt', 'forks', 'forksRebuilt', 'subscribers') ? 'facts' : null;
}

const NAME_MISSING = 'A row names no repository. It is left out.';

/** Words in the first cell of a row that adds the others up. */
const SUM_ROW = /^(|total|totals|sum|summe|gesamt|grand total)\s*:?$/i;
/** What tools write as a name when there is none. */
const NO_NAME = /^(no[-_ ]?(referrers?|paths?|data)|none|null|n\/a)$/i;

interface DayRow {
  draft: Draft;
  date: Day;
  line: number | null;
  views: { count: number | null; uniques: number | null };
  clones: { count: number | null; uniques: number | null };
}

interface Table {
  take(row: Row): void;
  /** Why nothing was read, if nothing was. */
  finish(): string | null;
}

function openTable(file: CsvFile, tool: ToolId, columns: Columns, gathering: Gathering): Table {
  const { path } = file;
  const source = { path, tool };
  const isList = columns.referrer !== undefined || columns.path !== undefined;
  const listKind: ListKind = columns.referrer === undefined ? 'paths' : 'referrers';
  const dateColumn = columns.date ?? columns.capture;
  const order = dateColumn === undefined ? null : dateOrder(file, dateColumn, gathering);
  const metric = needsMetric(columns) ? metricOf(file, tool, columns, gathering) : null;
  const name = nameOfFile(path, tool);
  const fileCapture = captureOfName(path);
  const rows: DayRow[] = [];
  const lists = new Map<string, { draft: Draft; capture: Capture | null; rows: ReadListRow[] }>();
  let taken = 0;
  let seen = 0;

  const cell = (row: Row, role: Role) => {
    const index = columns[role];
    return index === undefined ? '' : (row.cells[index] ?? '');
  };
  const count = (row: Row, role: Role): number | null => {
    if (columns[role] === undefined) return null;
    const value = parseCount(cell(row, role));
    if (!isRefused(value)) return value;
    sayRefused(gathering, path, row.line, value);
    return null;
  };

  /** By the text of the cell. */
  const drafts = new Map<string, Draft | null>();

  function draftOf(row: Row): Draft | null {
    const key = `${cell(row, 'owner')}|${cell(row, 'repository')}|${cell(row, 'seedId')}`;
    let draft = drafts.get(key);
    if (draft === undefined) {
      draft = openDraft(row);
      drafts.set(key, draft);
    }
    if (!draft) gathering.problem(path, 'name_missing', NAME_MISSING, { line: row.line });
    return draft;
  }

  function openDraft(row: Row): Draft | null {
    if (columns.repository === undefined) {
      const isSeed = columns.seedId !== undefined;
      return gathering.repository(source, isSeed ? seedName(path, cell(row, 'seedId'), gathering) : name);
    }
    const given = cell(row, 'repository');
    const owner = cell(row, 'owner');
    const full = owner !== '' && !given.includes('/') ? `${owner}/${given}` : given;
    return isRepositoryName(full) ? gathering.repository(source, { name: full, namedBy: 'column' }) : null;
  }

  function timeOf(row: Row): ParsedTime | null {
    const given = dateColumn === undefined ? '' : (row.cells[dateColumn] ?? '');
    if (dateColumn !== undefined && SUM_ROW.test(given)) {
      gathering.problem(path, 'sum_row', 'A row without a day, such as a sum, is left out.', {
        line: row.line,
      });
      return null;
    }
    const time = parseTime(given, order);
    if (isRefused(time)) {
      if (time.refused !== 'date_order') sayRefused(gathering, path, row.line, time);
      return null;
    }
    if (time.date > gathering.today) {
      gathering.problem(path, 'date_in_future', 'A row is of a day that has not come. It is left out.', {
        line: row.line,
      });
      return null;
    }
    return time;
  }

  function takeListRow(row: Row) {
    const given = cell(row, listKind === 'paths' ? 'path' : 'referrer');
    const time = dateColumn === undefined ? null : timeOf(row);
    if (dateColumn !== undefined && !time) return;
    if (NO_NAME.test(given)) {
      gathering.problem(
        path,
        'failed_read',
        `“${given}” stands for a list that could not be read. It is left out.`,
        { line: row.line },
      );
      return;
    }
    const total = count(row, 'count') ?? count(row, 'viewCount');
    const draft = draftOf(row);
    if (given === '' || total === null || !draft) return;
    const capture = time ? toCapture(time) : fileCapture;
    const key = `${capture?.at ?? capture?.date} ${cell(row, 'repository')}`;
    const list = lists.get(key) ?? { draft, capture, rows: [] };
    lists.set(key, list);
    list.rows.push({
      name: given,
      title: cell(row, 'title') || null,
      count: total,
      uniques: count(row, 'uniques') ?? count(row, 'viewUniques'),
    });
    taken++;
  }

  function takeFacts(row: Row, draft: Draft, date: Day) {
    const facts = {
      stars: count(row, 'stars'),
      starsRebuilt: count(row, 'starsRebuilt'),
      forks: count(row, 'forks'),
      forksRebuilt: count(row, 'forksRebuilt'),
      // Answers that have no subscribers are written as 0.
      subscribers: count(row, 'subscribers') || null,
      openIssues: count(row, 'openIssues'),
    };
    if (Object.values(facts).every((value) => value === null)) return;
    gathering.fact(draft, date, facts);
    taken++;
  }

  const hasFacts = ['stars', 'starsRebuilt', 'forks', 'forksRebuilt', 'subscribers'].some(
    (role) => columns[role as Role] !== undefined,
  );
  const hasDays = kindOf(columns, path) === 'days';
  const timed: Row[] = [];

  function takeDayRow(row: Row) {
    const time = timeOf(row);
    if (!time) return;
    const draft = draftOf(row);
    if (!draft) return;
    if (hasFacts) takeFacts(row, draft, time.date);
    if (!hasDays) return;
    if (time.clock !== null || columns.date === undefined) {
      timed.push(row);
      return;
    }
    rows.push(toDayRow(row, draft, time.date));
  }

  function toDayRow(row: Row, draft: Draft, date: Day): DayRow {
    const shared = { count: count(row, 'count'), uniques: count(row, 'uniques') };
    const only = metric ?? onlyMetric(columns);
    const views = { count: count(row, 'viewCount'), uniques: count(row, 'viewUniques') };
    const clones = { count: count(row, 'cloneCount'), uniques: count(row, 'cloneUniques') };
    const target = only === 'views' ? views : only === 'clones' ? clones : null;
    if (target) {
      target.count ??= shared.count;
      target.uniques ??= shared.uniques;
    }
    return { draft, date, line: row.line, views, clones };
  }

  function takeTimedRows() {
    const [first] = timed;
    if (!first) return;
    const message =
      'Rows with a time of day are usually totals of 14 days as of that time, and no days. They are left out.';
    const answer = gathering.ask(path, 'rolling_total', message, timesQuestion(path), timed.length);
    if (answer !== 'days') {
      if (answer === 'leave')
        gathering.problem(path, 'rolling_total', message, { line: first.line, count: timed.length });
      return;
    }
    for (const row of timed) {
      const time = timeOf(row);
      const draft = time && draftOf(row);
      if (draft) rows.push(toDayRow(row, draft, time.date));
    }
  }

  return {
    take(row) {
      seen++;
      if (isList) takeListRow(row);
      else takeDayRow(row);
    },
    finish() {
      takeTimedRows();
      if (
        isList &&
        seen === 0 &&
        (fileCapture || dateColumn === undefined) &&
        columns.repository === undefined
      )
        lists.set('', { draft: gathering.repository(source, name), capture: fileCapture, rows: [] });
      for (const { draft, capture, rows: named } of lists.values())
        gathering.list(draft, source, listKind, capture, named);
      taken += addDays(rows, file, tool, gathering) + lists.size;
      if (seen === 0 && lists.size === 0) return 'The table has a header and no rows.';
      return taken === 0 ? 'No row of the table could be taken.' : null;
    },
  };

  function metricOf(csv: CsvFile, by: ToolId, found: Columns, all: Gathering): TrafficMetric | null {
    const told = onlyMetric(found);
    if (told) return told;
    if (by === 'seladb') return 'views';
    // A name such as `2017-07-30-11h-17m-traffic-stats.csv`.
    if (/traffic-stats/.test(csv.path)) return 'views';
    return requireMetric(all, csv.path, csv.text.startsWith('timestamp,count,uniques') ? 'views' : null);
  }
}

/** The question whether rows that look like totals are days. */
export function timesQuestion(path: string) {
  return {
    id: `times:${path}`,
    kind: 'times' as const,
    choices: [
      { value: 'leave', label: 'Totals: leave them out' },
      { value: 'days', label: 'Days: import them' },
    ],
    suggestions: ['leave'],
  };
}

const needsMetric = (columns: Columns) =>
  columns.referrer === undefined && columns.path === undefined && columns.count !== undefined;

/** The metric that all of a table's counts are of; null if it has both, or does not say. */
function onlyMetric(columns: Columns): TrafficMetric | null {
  const views = columns.viewCount !== undefined || columns.viewUniques !== undefined;
  const clones = columns.cloneCount !== undefined || columns.cloneUniques !== undefined;
  if (views === clones) return null;
  return views ? 'views' : 'clones';
}

/** How a file writes its dates, if it has any of the kind of 03/04/2025. */
function dateOrder({ path, text }: CsvFile, column: number, gathering: Gathering): DateOrder | null {
  let order: DateOrder | null = null;
  let isNeeded = false;
  eachRow(text, ({ cells }) => {
    const cell = cells[column] ?? '';
    if (!/^\d{1,2}[-/]\d{1,2}[-/]\d/.test(cell)) return;
    isNeeded = true;
    order ??= dateOrderOf(cell);
  });
  if (!isNeeded || order) return order;
  const answer = gathering.ask(path, 'date_order', REFUSALS.date_order, {
    id: `dates:${path}`,
    kind: 'dates',
    choices: [
      { value: 'dmy', label: 'Day, month, year' },
      { value: 'mdy', label: 'Month, day, year' },
    ],
    suggestions: [],
  });
  return answer === 'dmy' || answer === 'mdy' ? answer : null;
}

/** Adds the rows to their repositories. Returns how many were taken. */
function addDays(rows: readonly DayRow[], { path }: CsvFile, tool: ToolId, gathering: Gathering): number {
  const weeks =
    tool === 'homemade' &&
    areWeeks(
      rows.map(({ date }) => date),
      3,
    );
  if (weeks) {
    for (const { draft, date, views, clones } of rows) {
      gathering.week(draft, 'views', { date, ...views });
      gathering.week(draft, 'clones', { date, ...clones });
    }
    gathering.problem(path, 'weekly', WEEKLY, { count: rows.length });
    return rows.length;
  }
  if (tool === 'homemade' && areMonths(rows.map(({ date }) => date))) {
    gathering.problem(path, 'monthly', MONTHLY, { count: rows.length });
    return 0;
  }
  const capture = captureOfName(path);
  const isAnswer = capture !== null && (tool === 'nchah' || /_series_fragment\.csv$/.test(path));
  if (isAnswer) return addAnswers(rows, { path, tool }, capture, gathering);
  if (tool === 'homemade' && !mayBeDays(rows, path, gathering)) return 0;
  const seen = new Map<string, DayRow>();
  for (const row of rows) {
    const zeros = zerosOf(row, tool);
    if (zeros === 'not measured') {
      gathering.problem(path, 'zero_not_measured', ZERO_NOT_MEASURED, { line: row.line });
      continue;
    }
    sayContradiction(seen, row, path, gathering);
    if (zeros) gathering.problem(path, 'zero_doubtful', ZERO_DOUBTFUL, { line: row.line });
    gathering.day(row.draft, row.date, 'views', row.views, { doubtfulZero: zeros === 'views' });
    gathering.day(row.draft, row.date, 'clones', row.clones, { doubtfulZero: zeros === 'clones' });
  }
  return rows.length;
}

const ZERO_NOT_MEASURED = 'The tool fills days that it does not know with 0. They stay unknown.';
const ZERO_DOUBTFUL = 'A 0 beside a number above 0 may stand for “not measured”.';

/** GitHub writes its zeros since then, so that tools need not fill any in. */
const ZEROS_WRITTEN_SINCE = '2025-12-31';

function zerosOf({ date, views, clones }: DayRow, tool: ToolId): TrafficMetric | 'not measured' | null {
  const only = views.count ?? clones.count;
  if (tool === 'repohistory') return only === 0 ? 'not measured' : null;
  if (date >= ZEROS_WRITTEN_SINCE && tool !== 'ibm-seed') return null;
  if (views.count === 0 && (clones.count ?? 0) > 0) return 'views';
  if (clones.count === 0 && (views.count ?? 0) > 0) return 'clones';
  return null;
}

function sayContradiction(seen: Map<string, DayRow>, row: DayRow, path: string, gathering: Gathering) {
  const key = `${row.date} ${row.draft.given}`;
  const known = seen.get(key);
  seen.set(key, row);
  if (!known) return;
  if (known.views.count === row.views.count && known.clones.count === row.clones.count) return;
  const message = 'Several rows of a day differ. The largest number counts.';
  gathering.problem(path, 'contradicting_rows', message, { line: row.line });
}

function addAnswers(
  rows: readonly DayRow[],
  source: { path: string; tool: ToolId },
  capture: Capture,
  gathering: Gathering,
) {
  const buckets = new Map<Draft, { views: Bucket[]; clones: Bucket[] }>();
  for (const { draft, date, views, clones } of rows) {
    const known = buckets.get(draft) ?? { views: [], clones: [] };
    buckets.set(draft, known);
    if (views.count !== null) known.views.push({ date, ...views });
    if (clones.count !== null) known.clones.push({ date, ...clones });
  }
  for (const [draft, { views, clones }] of buckets) {
    if (views.length > 0) gathering.answer(draft, source, 'views', views, capture);
    if (clones.length > 0) gathering.answer(draft, source, 'clones', clones, capture);
  }
  return rows.length;
}

/** Whether numbers may be those of days: totals of 14 days hardly change from row to row. Asks if they look like totals. */
function mayBeDays(rows: readonly DayRow[], path: string, gathering: Gathering): boolean {
  const byDraft = new Map<Draft, DayRow[]>();
  for (const row of rows) {
    const known = byDraft.get(row.draft) ?? [];
    byDraft.set(row.draft, known);
    known.push(row);
  }
  const series = [...byDraft.values()].flatMap((own) =>
    (['views', 'clones'] as const).map((metric) =>
      own.map((row) => ({ date: row.date, count: row[metric].count })),
    ),
  );
  if (!lookRolling(series)) return true;
  const message = 'The numbers hardly change from day to day, like totals of 14 days. They are left out.';
  return gathering.ask(path, 'looks_rolling', message, timesQuestion(path), rows.length) === 'days';
}
