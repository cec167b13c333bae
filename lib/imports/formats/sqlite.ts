import type { Database, SqlJsStatic, SqlValue } from 'sql.js';
import type { ListKind, ReadListRow, ToolId } from '../history.ts';
import type { Draft } from './drafts.ts';
import type { Gathering } from './gathering.ts';
import { isRepositoryName } from './naming.ts';
import { isRefused, parseCount, parseTime } from './values.ts';

const MAGIC = 'SQLite format 3\0';

export function isSqlite(bytes: Uint8Array): boolean {
  return new TextDecoder('latin1').decode(bytes.subarray(0, MAGIC.length)) === MAGIC;
}

/** The newest `user_version` of ghstats that has been looked at. */
const KNOWN_VERSION = 3;

type Row = Record<string, SqlValue>;

function* rowsOf(db: Database, sql: string): Generator<Row> {
  const statement = db.prepare(sql);
  try {
    while (statement.step()) yield statement.getAsObject();
  } finally {
    statement.free();
  }
}

function columnsOf(db: Database, table: string): Set<string> {
  return new Set([...rowsOf(db, `pragma table_info("${table}")`)].map(({ name }) => String(name)));
}

interface SqliteOutcome {
  tool: ToolId | null;
  left: string | null;
}

const NEEDED = [
  'repo_id',
  'date',
  'stars',
  'forks',
  'clones_count',
  'clones_uniques',
  'views_count',
  'views_uniques',
];

/** Reads a database of ghstats, or of an old git-clone-stats. */
export function readSqlite(
  path: string,
  bytes: Uint8Array,
  sqlite: SqlJsStatic,
  gathering: Gathering,
): SqliteOutcome {
  if (gathering.paths.has(`${path}-wal`))
    gathering.problem(
      path,
      'sqlite_unwritten',
      'A -wal file lies beside it: the newest numbers may be in that file. Stop the tool and copy again to have them.',
    );
  let db: Database | null = null;
  try {
    db = new sqlite.Database(bytes);
    const tables = new Set(
      [...rowsOf(db, "select name from sqlite_master where type = 'table'")].map(({ name }) => String(name)),
    );
    if (tables.has('repos') && tables.has('repo_stats')) return readGhstats({ db, path, tables, gathering });
    if (tables.has('clone_history') && tables.has('view_history'))
      return readCloneStats({ db, path, tables, gathering });
    gathering.problem(
      path,
      'sqlite_not_known',
      'The database has no tables that we know. Nothing is read from it.',
    );
    return { tool: null, left: 'A database of another program.' };
  } catch {
    gathering.problem(
      path,
      'sqlite_broken',
      'The database is broken. Nothing is read from it. Copy it again while the tool is stopped.',
    );
    return { tool: null, left: 'A broken database.' };
  } finally {
    db?.close();
  }
}

interface Opened {
  db: Database;
  path: string;
  tables: ReadonlySet<string>;
  gathering: Gathering;
}

function readGhstats({ db, path, tables, gathering }: Opened): SqliteOutcome {
  const columns = columnsOf(db, 'repo_stats');
  const missing = NEEDED.filter((name) => !columns.has(name));
  if (missing.length > 0) {
    gathering.problem(
      path,
      'sqlite_not_known',
      `Its table repo_stats has no ${missing.join(', ')}: another version of ghstats. Nothing is read from it.`,
    );
    return { tool: 'ghstats', left: 'A database of another version.' };
  }
  const [version] = rowsOf(db, 'pragma user_version');
  if (Number(version?.user_version ?? 0) > KNOWN_VERSION)
    gathering.problem(
      path,
      'sqlite_newer',
      'The database is of a newer ghstats than we know. What has the same form is read.',
    );
  const source = { path, tool: 'ghstats' as const };
  const drafts = new Map<SqlValue, Draft>();
  for (const { id, name } of rowsOf(db, 'select id, name from repos')) {
    const full = String(name);
    if (isRepositoryName(full))
      drafts.set(
        id ?? null,
        gathering.repository(source, { name: full, namedBy: 'column', githubId: Number(id) }),
      );
  }
  const runs = readLists({ db, path, tables, gathering }, source, drafts);
  for (const row of rowsOf(db, `select ${NEEDED.join(', ')} from repo_stats order by repo_id, date`)) {
    const draft = drafts.get(row.repo_id ?? null);
    if (draft) takeStats(row, draft, runs.has(`${row.repo_id} ${row.date}`), { path, gathering });
  }
  gathering.problem(
    path,
    'zero_not_measured',
    'ghstats writes 0 where it measured nothing. Those days stay unknown.',
  );
  return { tool: 'ghstats', left: null };
}

interface Place {
  path: string;
  gathering: Gathering;
}

function numberOf(value: SqlValue | undefined, { path, gathering }: Place): number | null {
  const count = parseCount(value);
  if (!isRefused(count)) return count;
  gathering.problem(path, count.refused, 'A number in the database cannot be one of GitHub. It is left out.');
  return null;
}

function takeStats(row: Row, draft: Draft, isRun: boolean, place: Place) {
  const time = parseTime(row.date, null);
  if (isRefused(time) || time.date > place.gathering.today) {
    place.gathering.problem(
      place.path,
      'date_impossible',
      'A row has no day that exists or has come. It is left out.',
    );
    return;
  }
  const number = (name: string) => numberOf(row[name], place);
  // Every column is 0 by default: a 0 says nothing.
  const views = { count: number('views_count') || null, uniques: number('views_uniques') };
  const clones = { count: number('clones_count') || null, uniques: number('clones_uniques') };
  if (views.count) place.gathering.day(draft, time.date, 'views', views);
  if (clones.count) place.gathering.day(draft, time.date, 'clones', clones);
  const stars = number('stars') || null;
  // Only a run measures forks, and stars that people have taken back since.
  const measured = isRun ? { stars, forks: number('forks') } : { starsRebuilt: stars };
  place.gathering.fact(draft, time.date, measured);
}

const LISTS: { kind: ListKind; table: string; columns: string }[] = [
  { kind: 'referrers', table: 'repo_referrers', columns: 'referrer as name, null as title' },
  { kind: 'paths', table: 'repo_popular_paths', columns: 'path as name, title' },
];

/** Returns the repositories and days of which there is a list: on those days the tool ran. */
function readLists(
  { db, path, tables, gathering }: Opened,
  source: { path: string; tool: ToolId },
  drafts: Map<SqlValue, Draft>,
): Set<string> {
  const runs = new Set<string>();
  for (const { kind, table, columns } of LISTS) {
    if (!tables.has(table)) continue;
    for (const row of rowsOf(db, `select repo_id, date, ${columns}, count, uniques from "${table}"`)) {
      const draft = drafts.get(row.repo_id ?? null);
      const time = parseTime(row.date, null);
      const count = numberOf(row.count, { path, gathering });
      if (!draft || isRefused(time) || count === null) continue;
      runs.add(`${row.repo_id} ${row.date}`);
      const listed: ReadListRow = {
        name: String(row.name),
        title: row.title === null ? null : String(row.title),
        count,
        uniques: numberOf(row.uniques, { path, gathering }),
      };
      gathering.list(draft, source, kind, { date: time.date, at: null }, [listed]);
    }
  }
  return runs;
}

function readCloneStats({ db, path, gathering }: Opened): SqliteOutcome {
  const source = { path, tool: 'git-clone-stats' as const };
  for (const [metric, table] of [
    ['views', 'view_history'],
    ['clones', 'clone_history'],
  ] as const) {
    for (const row of rowsOf(db, `select repo, timestamp, count, uniques from ${table}`)) {
      const name = String(row.repo);
      const time = parseTime(row.timestamp, null);
      if (!isRepositoryName(name) || isRefused(time) || time.date > gathering.today) {
        gathering.problem(path, 'row_broken', 'A row has no repository or no day. It is left out.');
        continue;
      }
      const draft = gathering.repository(source, { name, namedBy: 'column' });
      const seen = {
        count: numberOf(row.count, { path, gathering }),
        uniques: numberOf(row.uniques, { path, gathering }),
      };
      gathering.day(draft, time.date, metric, seen);
    }
  }
  return { tool: 'git-clone-stats', left: null };
}
