import { type AliasedExpression, sql, type Transaction } from 'kysely';
import type { TenantAccess } from './access.ts';
import type { ListRise, Rises } from './answers/day.ts';
import type { ListHistory, RankedPath, RankedReferrer } from './answers/stats.ts';
import { type Day, daysBetween, weekOf } from './day.ts';
import type { Db } from './db/database.ts';
import { given, type Merge, mergeRows, sqlWeekOf } from './db/portable.ts';
import { type Tables, widthOf } from './db/tables.ts';
import { toStorable } from './storable.ts';
import { plus } from './traffic/figures.ts';
import type { RepositoryKey } from './traffic/tables.ts';
import { lastShownOn } from './traffic/window.ts';

/** One row of GitHub's top ten over 14 days. */
interface Popular {
  count: number;
  /** Null: only imported lists may not know them. */
  uniques: number | null;
}

/** A site that visitors came from, by GitHub's name for it. */
export interface PopularReferrer extends Popular {
  referrer: string;
}

/** A viewed page and its title. */
export interface PopularPath extends Popular {
  path: string;
  title: string;
}

const referrerRows: Merge<'referrerSnapshot'> = {
  into: 'referrerSnapshot',
  key: ['tenantId', 'repositoryId', 'snapshotDate', 'listRank'],
};

const firstReferrers: Merge<'firstReferrer'> = {
  into: 'firstReferrer',
  key: ['tenantId', 'repositoryId', 'referrer'],
};

/** A referrer that our own lists named before keeps its first day. */
const firstCollected: Merge<'firstReferrer'> = {
  ...firstReferrers,
  onlyIf: sql`${sql.ref('kept.collectedDate')} is null`,
  update: { collectedDate: given('collectedDate') },
};

const pathRows: Merge<'pathSnapshot'> = {
  into: 'pathSnapshot',
  key: ['tenantId', 'repositoryId', 'snapshotDate', 'listRank'],
};

/** A repository's list as of a day. */
interface ListOfDay<Entry> extends RepositoryKey {
  snapshotDate: Day;
  list: readonly Entry[];
  /** Whether an earlier run may have stored a list of the same day. */
  replaces: boolean;
}

/** Stores referrers of a day, each list as a whole; a later run on the same day replaces it. */
export async function saveReferrers(
  trx: Transaction<Tables>,
  lists: readonly ListOfDay<PopularReferrer>[],
): Promise<void> {
  await deleteReplaced(trx, 'referrerSnapshot', lists);
  const rows = lists.flatMap(({ tenantId, repositoryId, snapshotDate, list }) =>
    toReferrerRows(list).map((row) => ({ tenantId, repositoryId, snapshotDate, ...row })),
  );
  await mergeRows(trx, referrerRows, rows);
  const firstRows = rows.map(({ tenantId, repositoryId, referrer, snapshotDate }) => ({
    tenantId,
    repositoryId,
    referrer,
    firstDate: snapshotDate,
    collectedDate: snapshotDate,
  }));
  await mergeRows(trx, firstCollected, firstRows);
}

/** A list of referrers as it is stored, from the first rank on: names that are equal when they are cut are summed up. */
export function toReferrerRows(list: readonly PopularReferrer[]) {
  const storable = list.map((one) => ({
    ...one,
    referrer: toStorable(one.referrer, widthOf('referrerSnapshot', 'referrer')),
  }));
  return sumEqual(storable, ({ referrer }) => referrer).map(({ referrer, count, uniques }, index) => ({
    listRank: index + 1,
    referrer,
    viewCount: count,
    viewUniques: uniques,
  }));
}

/** A merged list of paths as it is stored, from the first rank on. */
export function toPathRows(list: readonly PopularPath[]) {
  return list.map(({ path, title, count, uniques }, index) => ({
    listRank: index + 1,
    path,
    title,
    viewCount: count,
    viewUniques: uniques,
  }));
}

/** Decides the first days of a repository's referrers anew, from our own lists and the imported ones. */
export async function decideFirstReferrers(
  trx: Transaction<Tables>,
  { tenantId, repositoryId }: RepositoryKey,
): Promise<void> {
  await trx
    .deleteFrom('firstReferrer')
    .where('tenantId', '=', tenantId)
    .where('repositoryId', '=', repositoryId)
    .where('collectedDate', 'is', null)
    .execute();
  await trx
    .updateTable('firstReferrer')
    .set(({ ref }) => ({ firstDate: ref('collectedDate') as never }))
    .where('tenantId', '=', tenantId)
    .where('repositoryId', '=', repositoryId)
    .execute();
  const imported = await trx
    .selectFrom('referrerSnapshot')
    .select(({ fn }) => ['referrer', fn.min<Day>('snapshotDate').as('firstDate')])
    .where('tenantId', '=', tenantId)
    .where('repositoryId', '=', repositoryId)
    .where('importId', 'is not', null)
    .groupBy('referrer')
    .execute();
  await mergeRows(
    trx,
    { ...firstReferrers, update: { firstDate: earlierOf('kept.firstDate', 'given.firstDate') } },
    imported.map((row) => ({ tenantId, repositoryId, ...row })),
  );
}

const earlierOf = (one: string, other: string) =>
  sql`case when ${sql.ref(one)} < ${sql.ref(other)} then ${sql.ref(one)} else ${sql.ref(other)} end`;

/** Stores merged paths of a day, each list as a whole; a later run on the same day replaces it. */
export async function savePaths(
  trx: Transaction<Tables>,
  lists: readonly ListOfDay<PopularPath>[],
): Promise<void> {
  await deleteReplaced(trx, 'pathSnapshot', lists);
  const rows = lists.flatMap(({ tenantId, repositoryId, snapshotDate, list }) =>
    toPathRows(list).map((row) => ({ tenantId, repositoryId, snapshotDate, ...row })),
  );
  await mergeRows(trx, pathRows, rows);
}

async function deleteReplaced(
  trx: Transaction<Tables>,
  table: 'referrerSnapshot' | 'pathSnapshot',
  lists: readonly ListOfDay<unknown>[],
): Promise<void> {
  const replaced = lists.filter(({ replaces }) => replaces);
  for (const date of new Set(replaced.map(({ snapshotDate }) => snapshotDate))) {
    const ofDate = replaced.filter(({ snapshotDate }) => snapshotDate === date);
    await trx
      .deleteFrom(table)
      .where('tenantId', 'in', [...new Set(ofDate.map(({ tenantId }) => tenantId))])
      .where('snapshotDate', '=', date)
      .where(
        'repositoryId',
        'in',
        ofDate.map(({ repositoryId }) => repositoryId),
      )
      .execute();
  }
}

/**
 * Strips `/owner/name` from paths, for every name the repository has or had: after a transfer GitHub lists a page under
 * both. Strips queries and fragments too: `/?tab=readme-ov-file` is the front page. Sums equal paths, so their uniques are
 * an upper bound, and keeps the title of the one with most views.
 */
export function mergePaths(paths: readonly PopularPath[], fullNames: readonly string[]): PopularPath[] {
  const prefixes = fullNames.map((name) => `/${name.toLowerCase()}`);
  const stripped = paths.map((one) => ({
    ...one,
    path: toStorable(toPage(one.path, prefixes), widthOf('pathSnapshot', 'path')),
    title: toStorable(one.title, widthOf('pathSnapshot', 'title')),
  }));
  return sumEqual(stripped, ({ path }) => path);
}

/** Sums entries of the same name, most views first. The one with most views gives the other fields. */
function sumEqual<T extends Popular>(list: readonly T[], nameOf: (one: T) => string): T[] {
  const sums = new Map<string, T>();
  for (const one of [...list].sort(byCount)) {
    const same = sums.get(nameOf(one));
    const { count, uniques } = same ?? { count: 0, uniques: null };
    sums.set(nameOf(one), {
      ...(same ?? one),
      count: count + one.count,
      uniques: plus(uniques, one.uniques),
    });
  }
  return [...sums.values()].sort(byCount);
}

function byCount(one: Popular, other: Popular): number {
  return other.count - one.count || (other.uniques ?? 0) - (one.uniques ?? 0);
}

function toPage(path: string, prefixes: readonly string[]): string {
  const page = path.replace(/[?#].*$/s, '');
  const lower = page.toLowerCase();
  const prefix = prefixes.find((one) => lower === one || lower.startsWith(`${one}/`));
  const rest = prefix === undefined ? page : page.slice(prefix.length);
  return rest === '' ? '/' : rest;
}

/** The lists of a range. */
export interface ListSpan {
  from: Day;
  /** When the newest list up to the range's end was read, and the one before; null if there is none. */
  newest: Day | null;
  previous: Day | null;
  /** The days of the range on which both lists were read, oldest first. */
  dates: readonly Day[];
}

/** The names of a range, the highest peak first, and the course of the first ones. */
interface Ranking<Name> {
  list: Name[];
  history: ListHistory;
}

/** The most names in an answered list. */
const MAX_NAMES = 100;
/** A chart has no more colored lines. */
const MAX_SERIES = 6;
/** In longer ranges, the history is by week. */
const MAX_DAYS_BY_DAY = 366;

/** The referrers seen in a range. */
export async function readReferrers(
  db: Db,
  key: RepositoryKey,
  span: ListSpan,
): Promise<Ranking<RankedReferrer>> {
  const { list, history } = await readRanking(db, selectReferrers(db, key), span);
  return { list: list.map(({ name, title: _, ...row }) => ({ referrer: name, ...row })), history };
}

/** The paths seen in a range. */
export async function readPaths(db: Db, key: RepositoryKey, span: ListSpan): Promise<Ranking<RankedPath>> {
  const { list, history } = await readRanking(db, selectPaths(db, key), span);
  return { list: list.map(({ name, ...row }) => ({ path: name, ...row })), history };
}

/** All lists of referrers or paths that were read in a span, oldest first, each by rank. */
export async function listSnapshots(
  db: Db,
  key: RepositoryKey,
  { of, from, to }: { of: 'referrers' | 'paths'; from: Day; to: Day },
): Promise<Listed[]> {
  const lists = of === 'referrers' ? selectReferrers(db, key) : selectPaths(db, key);
  return db
    .selectFrom(lists.as('l'))
    .selectAll()
    .where('l.snapshotDate', '>=', from)
    .where('l.snapshotDate', '<=', to)
    .orderBy('l.snapshotDate')
    .orderBy('l.listRank')
    .execute();
}

function selectReferrers(db: Db, { tenantId, repositoryId }: RepositoryKey) {
  return db
    .selectFrom('referrerSnapshot')
    .select(['snapshotDate', 'listRank', 'viewCount', 'viewUniques', 'referrer as name', 'referrer as title'])
    .where('tenantId', '=', tenantId)
    .where('repositoryId', '=', repositoryId);
}

function selectPaths(db: Db, { tenantId, repositoryId }: RepositoryKey) {
  return db
    .selectFrom('pathSnapshot')
    .select(['snapshotDate', 'listRank', 'viewCount', 'viewUniques', 'path as name', 'title'])
    .where('tenantId', '=', tenantId)
    .where('repositoryId', '=', repositoryId);
}

/** The referrers that a repository's list first named in a span, but not those of its first list. */
function selectFirstSeen(
  db: Db,
  { tenantId, repositoryIds }: TenantAccess,
  { from, to }: { from: Day; to: Day },
) {
  return db
    .selectFrom('firstReferrer as f')
    .select(['f.repositoryId', 'f.referrer'])
    .where('f.tenantId', '=', tenantId)
    .$if(repositoryIds !== null, (query) => query.where('f.repositoryId', 'in', repositoryIds ?? []))
    .where('f.firstDate', '>=', from)
    .where('f.firstDate', '<=', to)
    .where(({ exists, selectFrom }) =>
      exists(
        selectFrom('trafficWindow as w')
          .select('w.observedDate')
          .whereRef('w.tenantId', '=', 'f.tenantId')
          .whereRef('w.repositoryId', '=', 'f.repositoryId')
          .whereRef('w.observedDate', '<', 'f.firstDate'),
      ),
    );
}

/** The referrers that a repository's list first named in a span, each with the largest view count of its lists there, and its first day. */
export async function listFirstSeenReferrers(
  db: Db,
  access: TenantAccess,
  span: { from: Day; to: Day },
): Promise<{ repositoryId: number; referrer: string; viewCount: number; date: Day }[]> {
  if (access.repositoryIds?.length === 0) return [];
  const lists = selectFirstSeen(db, access, span)
    .innerJoin('referrerSnapshot as s', (join) =>
      join
        .onRef('s.tenantId', '=', 'f.tenantId')
        .onRef('s.repositoryId', '=', 'f.repositoryId')
        .onRef('s.referrer', '=', 'f.referrer')
        .on('s.snapshotDate', '>=', span.from)
        .on('s.snapshotDate', '<=', span.to),
    )
    .select(['s.viewCount', 's.snapshotDate as date'])
    .select(({ fn }) =>
      fn
        .agg<number>('row_number')
        .over((over) =>
          over
            .partitionBy(['f.repositoryId', 'f.referrer'])
            .orderBy('s.viewCount', 'desc')
            .orderBy('s.snapshotDate'),
        )
        .as('place'),
    );
  return db
    .selectFrom(lists.as('l'))
    .select(['l.repositoryId', 'l.referrer', 'l.viewCount', 'l.date'])
    .where('l.place', '=', 1)
    .execute();
}

/** The newest referrers that lists of the repositories in scope first named in a span, and how many there are. */
export async function listNewestReferrers(
  db: Db,
  access: TenantAccess,
  { from, to, limit }: { from: Day; to: Day; limit: number },
): Promise<{ rows: { repositoryId: number; referrer: string; firstDate: Day }[]; count: number }> {
  if (access.repositoryIds?.length === 0) return { rows: [], count: 0 };
  const rows = await selectFirstSeen(db, access, { from, to })
    .select('f.firstDate')
    .select(sql<number>`count(*) over ()`.as('count'))
    .orderBy('f.firstDate', 'desc')
    .orderBy('f.repositoryId')
    .orderBy('f.referrer')
    .limit(limit)
    .execute();
  return { rows, count: rows[0]?.count ?? 0 };
}

/** Names in GitHub's list, if it is full. */
const FULL_LIST = 10;
/** The most names that are answered as risen. */
const MAX_RISES = 5;

/**
 * What entered or rose in repositories' lists between the last ones without a day and the first ones with it. GitHub's list
 * of a day is of the 14 days before.
 */
export async function listRises(
  db: Db,
  tenantId: number,
  { repositoryIds, date }: { repositoryIds: readonly number[]; date: Day },
): Promise<Map<number, Rises>> {
  if (repositoryIds.length === 0) return new Map();
  const reads = await listReadsAround(db, tenantId, { repositoryIds, date });
  const referrers = db
    .selectFrom('referrerSnapshot')
    .select(['tenantId', 'repositoryId', 'snapshotDate', 'listRank', 'viewCount', 'referrer as name']);
  const paths = db
    .selectFrom('pathSnapshot')
    .select(['tenantId', 'repositoryId', 'snapshotDate', 'listRank', 'viewCount', 'path as name']);
  const risenReferrers = await listRisesOf(db, tenantId, { lists: referrers, reads, isCut: isFull });
  // Rows of one page are summed up, so that a full list of paths may be shorter.
  const risenPaths = await listRisesOf(db, tenantId, { lists: paths, reads, isCut: hasAny });
  return new Map(
    repositoryIds.map((id) => [
      id,
      {
        lists: reads.get(id) ?? null,
        referrers: risenReferrers.get(id) ?? [],
        paths: risenPaths.get(id) ?? [],
      },
    ]),
  );
}

type ReadsAround = Map<number, { date: Day; previousDate: Day | null }>;

/** By repository, when the first lists with a day were read, and the last ones without it. */
async function listReadsAround(
  db: Db,
  tenantId: number,
  { repositoryIds, date }: { repositoryIds: readonly number[]; date: Day },
): Promise<ReadsAround> {
  const reads = db
    .selectFrom('trafficWindow')
    .where('tenantId', '=', tenantId)
    .where('repositoryId', 'in', repositoryIds)
    .groupBy('repositoryId');
  const after = await reads
    .select(({ fn }) => ['repositoryId', fn.min('observedDate').as('date')])
    .where('observedDate', '>', date)
    .where('observedDate', '<=', lastShownOn(date))
    .execute();
  const before = await reads
    .select(({ fn }) => ['repositoryId', fn.max('observedDate').as('date')])
    .where('observedDate', '<=', date)
    .execute();
  const previous = new Map(before.map((row) => [row.repositoryId, row.date]));
  return new Map(
    after.map((row) => [
      row.repositoryId,
      { date: row.date, previousDate: previous.get(row.repositoryId) ?? null },
    ]),
  );
}

interface ListedOf {
  tenantId: number;
  repositoryId: number;
  snapshotDate: Day;
  listRank: number;
  viewCount: number;
  name: string;
}

const isFull = (list: readonly unknown[]) => list.length >= FULL_LIST;
const hasAny = (list: readonly unknown[]) => list.length > 0;

interface ListsAround {
  lists: { as<A extends string>(alias: A): AliasedExpression<ListedOf, A> };
  reads: ReadsAround;
  /** Whether a list may lack names that had views. */
  isCut: (list: readonly unknown[]) => boolean;
}

async function listRisesOf(
  db: Db,
  tenantId: number,
  { lists, reads, isCut }: ListsAround,
): Promise<Map<number, ListRise[]>> {
  const dates = new Set(
    [...reads.values()].flatMap(({ date, previousDate }) => [date, previousDate ?? date]),
  );
  if (dates.size === 0) return new Map();
  const ofRepositories = db
    .selectFrom(lists.as('l'))
    .where('l.tenantId', '=', tenantId)
    .where('l.repositoryId', 'in', [...reads.keys()]);
  const rows = await ofRepositories
    .select(['l.repositoryId', 'l.snapshotDate', 'l.listRank', 'l.viewCount', 'l.name'])
    .where('l.snapshotDate', 'in', [...dates])
    .orderBy('l.listRank')
    .execute();
  const rises = new Map<number, ListRise[]>();
  for (const [repositoryId, { date, previousDate }] of reads) {
    const own = rows.filter((row) => row.repositoryId === repositoryId);
    const previous = own.filter(({ snapshotDate }) => snapshotDate === previousDate);
    const floor = isCut(previous) ? (previous.at(-1)?.viewCount ?? 0) : 0;
    const list = previousDate === null ? [] : own.filter(({ snapshotDate }) => snapshotDate === date);
    const risen = list.map((row) =>
      toRise(
        row,
        previous.find(({ name }) => name === row.name),
        floor,
      ),
    );
    const most = risen.filter(({ atMost }) => atMost > 0).sort((one, other) => other.atMost - one.atMost);
    rises.set(repositoryId, most.slice(0, MAX_RISES));
  }
  const entered = [...rises.values()].flat().filter(({ previousRank }) => previousRank === null);
  if (entered.length === 0) return rises;
  const seen = await ofRepositories
    .select(({ fn }) => ['l.repositoryId', 'l.name', fn.min('l.snapshotDate').as('firstSeen')])
    .where(
      'l.name',
      'in',
      entered.map(({ name }) => name),
    )
    .groupBy(['l.repositoryId', 'l.name'])
    .execute();
  for (const { repositoryId, name, firstSeen } of seen) {
    const rise = rises.get(repositoryId)?.find((one) => one.name === name);
    if (rise) rise.isFirstSeen = firstSeen === reads.get(repositoryId)?.date;
  }
  return rises;
}

/** A name that entered had no more views before than the last one of a full list. */
function toRise(
  row: Omit<ListedOf, 'tenantId'>,
  before: { listRank: number; viewCount: number } | undefined,
  floor: number,
): ListRise {
  return {
    name: row.name,
    rank: row.listRank,
    viewCount: row.viewCount,
    previousRank: before?.listRank ?? null,
    previousViewCount: before?.viewCount ?? null,
    atLeast: Math.max(0, row.viewCount - (before?.viewCount ?? floor)),
    atMost: Math.max(0, row.viewCount - (before?.viewCount ?? 0)),
    isFirstSeen: false,
  };
}

/** A row of a repository's referrers or paths. */
interface Listed {
  snapshotDate: Day;
  listRank: number;
  viewCount: number;
  viewUniques: number | null;
  name: string;
  title: string;
}

interface Lists {
  as<A extends string>(alias: A): AliasedExpression<Listed, A>;
}

type RankedName = Omit<RankedPath, 'path'> & { name: string };

async function readRanking(db: Db, lists: Lists, span: ListSpan): Promise<Ranking<RankedName>> {
  const { from, newest, previous, dates } = span;
  const rows =
    newest === null || newest < from ? [] : await listPeaksAndLast(db, lists, { from, newest, previous });
  const last = new Map(rows.filter(({ lastPlace }) => lastPlace === 1).map((row) => [row.name, row]));
  const peaks = rows.filter(({ peakPlace, name }) => peakPlace === 1 && last.has(name)).slice(0, MAX_NAMES);
  const names = peaks.map(({ name }) => name);
  if (newest === null || names.length === 0)
    return { list: [], history: { by: 'day', dates: [...dates], series: [] } };
  const firstSeen = await listFirstSeen(db, lists, names, newest);
  const list = peaks.map((peak) => {
    const { name, title, viewCount, viewUniques, snapshotDate, listRank, previousRank, bestRank } =
      last.get(peak.name) ?? peak;
    const current = snapshotDate === newest;
    return {
      name,
      title,
      rank: listRank,
      viewCount,
      viewUniques,
      previousRank,
      firstSeen: firstSeen.get(name) ?? snapshotDate,
      lastSeen: snapshotDate,
      current,
      leftDate: current ? null : (dates.find((date) => date > snapshotDate) ?? newest),
      peak: { date: peak.snapshotDate, viewCount: peak.viewCount, viewUniques: peak.viewUniques },
      bestRank,
    };
  });
  return { list, history: await readHistory(db, lists, names.slice(0, MAX_SERIES), span) };
}

/** For each name of a range the row of its peak and its last row, which may be the same; the highest peak first. */
function listPeaksAndLast(
  db: Db,
  lists: Lists,
  { from, newest, previous }: { from: Day; newest: Day; previous: Day | null },
) {
  const inRange = db
    .selectFrom(lists.as('l'))
    .select(['l.name', 'l.title', 'l.snapshotDate', 'l.listRank', 'l.viewCount', 'l.viewUniques'])
    .select(({ fn }) => [
      fn
        .agg<number>('row_number')
        .over((over) =>
          over
            .partitionBy('l.name')
            .orderBy('l.viewCount', 'desc')
            .orderBy('l.viewUniques', 'desc')
            .orderBy('l.snapshotDate'),
        )
        .as('peakPlace'),
      fn
        .agg<number>('row_number')
        .over((over) => over.partitionBy('l.name').orderBy('l.snapshotDate', 'desc'))
        .as('lastPlace'),
      fn
        .max<number>('l.viewCount')
        .over((over) => over.partitionBy('l.name'))
        .as('peakCount'),
      fn
        .min<number>('l.listRank')
        .over((over) => over.partitionBy('l.name'))
        .as('bestRank'),
    ])
    .where('l.snapshotDate', '>=', from)
    .where('l.snapshotDate', '<=', newest);
  return db
    .selectFrom(inRange.as('s'))
    .leftJoin(lists.as('p'), (join) =>
      join.on('p.snapshotDate', '=', previous).onRef('p.name', '=', 's.name'),
    )
    .select(['s.name', 's.title', 's.snapshotDate', 's.listRank', 's.viewCount', 's.viewUniques'])
    .select(['s.peakPlace', 's.lastPlace', 's.bestRank', 'p.listRank as previousRank'])
    .where(({ eb, or }) => or([eb('s.peakPlace', '=', 1), eb('s.lastPlace', '=', 1)]))
    .orderBy('s.peakCount', 'desc')
    .orderBy('s.bestRank')
    .orderBy('s.name')
    .limit(2 * MAX_NAMES)
    .execute();
}

/** When names were first in a list, however long ago. */
async function listFirstSeen(
  db: Db,
  lists: Lists,
  names: readonly string[],
  newest: Day,
): Promise<Map<string, Day>> {
  const rows = await db
    .selectFrom(lists.as('l'))
    .select(({ fn }) => ['l.name', fn.min('l.snapshotDate').as('firstSeen')])
    .where('l.snapshotDate', '<=', newest)
    .where('l.name', 'in', names)
    .groupBy('l.name')
    .execute();
  return new Map(rows.map(({ name, firstSeen }) => [name, firstSeen]));
}

async function readHistory(
  db: Db,
  lists: Lists,
  names: readonly string[],
  { from, newest, dates }: ListSpan,
): Promise<ListHistory> {
  const isByDay = daysBetween(from, newest ?? from) < MAX_DAYS_BY_DAY;
  const shown = isByDay ? [...dates] : [...new Set(dates.map(weekOf))];
  const inRange = db
    .selectFrom(lists.as('l'))
    .select(['l.name', 'l.viewCount', 'l.listRank'])
    .select((isByDay ? sql<Day>`l.snapshot_date` : sqlWeekOf('l.snapshotDate')).as('date'))
    .where('l.name', 'in', names)
    .where('l.snapshotDate', '>=', from)
    .where('l.snapshotDate', '<=', newest);
  const rows = await db
    .selectFrom(inRange.as('h'))
    .select(({ fn }) => [
      'h.name',
      'h.date',
      fn.max('h.viewCount').as('value'),
      fn.min('h.listRank').as('rank'),
    ])
    .groupBy(['h.name', 'h.date'])
    .execute();
  const places = new Map(shown.map((date, place) => [date, place]));
  const series = new Map(
    names.map((name) => [
      name,
      {
        name,
        values: new Array<number | null>(shown.length).fill(null),
        ranks: new Array<number | null>(shown.length).fill(null),
      },
    ]),
  );
  for (const { name, date, value, rank } of rows) {
    const place = places.get(date);
    const one = series.get(name);
    if (place === undefined || !one) continue;
    one.values[place] = value;
    one.ranks[place] = rank;
  }
  return { by: isByDay ? 'day' : 'week', dates: shown, series: [...series.values()] };
}
