import type { AliasedExpression, Transaction } from 'kysely';
import type { RankedPath, RankedReferrer } from './answers/stats.ts';
import type { Day } from './day.ts';
import type { Db } from './db/database.ts';
import { type Merge, mergeRows } from './db/portable.ts';
import { type Tables, widthOf } from './db/tables.ts';
import { toStorable } from './storable.ts';
import type { RepositoryKey } from './traffic/tables.ts';

/** One row of GitHub's top ten over 14 days. */
interface Popular {
  count: number;
  uniques: number;
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
  const rows = lists.flatMap(({ tenantId, repositoryId, snapshotDate, list }) => {
    const storable = list.map((one) => ({
      ...one,
      referrer: toStorable(one.referrer, widthOf('referrerSnapshot', 'referrer')),
    }));
    return sumEqual(storable, ({ referrer }) => referrer).map(({ referrer, count, uniques }, index) => ({
      tenantId,
      repositoryId,
      snapshotDate,
      listRank: index + 1,
      referrer,
      viewCount: count,
      viewUniques: uniques,
    }));
  });
  await mergeRows(trx, referrerRows, rows);
}

/** Stores merged paths of a day, each list as a whole; a later run on the same day replaces it. */
export async function savePaths(
  trx: Transaction<Tables>,
  lists: readonly ListOfDay<PopularPath>[],
): Promise<void> {
  await deleteReplaced(trx, 'pathSnapshot', lists);
  const rows = lists.flatMap(({ tenantId, repositoryId, snapshotDate, list }) =>
    list.map(({ path, title, count, uniques }, index) => ({
      tenantId,
      repositoryId,
      snapshotDate,
      listRank: index + 1,
      path,
      title,
      viewCount: count,
      viewUniques: uniques,
    })),
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
    const { count, uniques } = same ?? { count: 0, uniques: 0 };
    sums.set(nameOf(one), { ...(same ?? one), count: count + one.count, uniques: uniques + one.uniques });
  }
  return [...sums.values()].sort(byCount);
}

function byCount(one: Popular, other: Popular): number {
  return other.count - one.count || other.uniques - one.uniques;
}

function toPage(path: string, prefixes: readonly string[]): string {
  const page = path.replace(/[?#].*$/s, '');
  const lower = page.toLowerCase();
  const prefix = prefixes.find((one) => lower === one || lower.startsWith(`${one}/`));
  const rest = prefix === undefined ? page : page.slice(prefix.length);
  return rest === '' ? '/' : rest;
}

/** A range's first day, its newest snapshot and the one before; null if there is none. */
export interface SnapshotDates {
  from: Day;
  newest: Day | null;
  previous: Day | null;
}

/** The most names in an answered list. */
const MAX_ROWS = 100;

/** The referrers seen in a range, those in its newest snapshot first, by rank. */
export async function listReferrers(
  db: Db,
  { tenantId, repositoryId }: RepositoryKey,
  dates: SnapshotDates,
): Promise<RankedReferrer[]> {
  const list = db
    .selectFrom('referrerSnapshot')
    .select(['snapshotDate', 'listRank', 'viewCount', 'viewUniques', 'referrer as name', 'referrer as title'])
    .where('tenantId', '=', tenantId)
    .where('repositoryId', '=', repositoryId);
  const rows = await listRanked(db, list, dates);
  return rows.map(({ name, title: _, ...row }) => ({ referrer: name, ...row }));
}

/** The paths seen in a range, those in its newest snapshot first, by rank. */
export async function listPaths(
  db: Db,
  { tenantId, repositoryId }: RepositoryKey,
  dates: SnapshotDates,
): Promise<RankedPath[]> {
  const list = db
    .selectFrom('pathSnapshot')
    .select(['snapshotDate', 'listRank', 'viewCount', 'viewUniques', 'path as name', 'title'])
    .where('tenantId', '=', tenantId)
    .where('repositoryId', '=', repositoryId);
  const rows = await listRanked(db, list, dates);
  return rows.map(({ name, ...row }) => ({ path: name, ...row }));
}

/** The referrers that a repository's list first named in this span, but not those of its first list. */
export async function listFirstSeenReferrers(db: Db, tenantId: number, { from, to }: { from: Day; to: Day }) {
  const first = db
    .selectFrom('trafficWindow')
    .select(({ fn }) => ['repositoryId', fn.min('observedDate').as('firstDate')])
    .where('tenantId', '=', tenantId)
    .groupBy('repositoryId');
  return db
    .selectFrom('referrerSnapshot as s')
    .innerJoin(first.as('f'), 'f.repositoryId', 's.repositoryId')
    .select(({ fn }) => ['s.repositoryId', 's.referrer', fn.max('s.viewCount').as('viewCount')])
    .where('s.tenantId', '=', tenantId)
    .where('f.firstDate', '<', from)
    .where('s.snapshotDate', '<=', to)
    .groupBy(['s.repositoryId', 's.referrer'])
    .having(({ fn }) => fn.min('s.snapshotDate'), '>=', from)
    .execute();
}

/** A row of a repository's referrers or paths. */
interface Listed {
  snapshotDate: Day;
  listRank: number;
  viewCount: number;
  viewUniques: number;
  name: string;
  title: string;
}

interface Lists {
  as<A extends string>(alias: A): AliasedExpression<Listed, A>;
}

async function listRanked(db: Db, lists: Lists, { from, newest, previous }: SnapshotDates) {
  if (newest === null) return [];
  const seen = db
    .selectFrom(lists.as('l'))
    .select(({ fn }) => [
      'l.name',
      fn.min('l.snapshotDate').as('firstSeen'),
      fn.max('l.snapshotDate').as('lastSeen'),
    ])
    .where('l.snapshotDate', '<=', newest)
    .groupBy('l.name')
    .having(({ fn }) => fn.max('l.snapshotDate'), '>=', from);
  const rows = await db
    .selectFrom(lists.as('s'))
    .innerJoin(seen.as('n'), (join) =>
      join.onRef('n.name', '=', 's.name').onRef('n.lastSeen', '=', 's.snapshotDate'),
    )
    .leftJoin(lists.as('p'), (join) =>
      join.on('p.snapshotDate', '=', previous).onRef('p.name', '=', 's.name'),
    )
    .select(['s.name', 's.title', 's.listRank as rank', 's.viewCount', 's.viewUniques'])
    .select(['p.listRank as previousRank', 'n.firstSeen', 'n.lastSeen'])
    .orderBy('n.lastSeen', 'desc')
    .orderBy('s.listRank')
    .limit(MAX_ROWS)
    .execute();
  return rows.map((row) => ({ ...row, current: row.lastSeen === newest }));
}
