import type { Day } from '../day.ts';
import type { Db } from '../db/database.ts';
import type { RepositoryKey } from '../traffic.ts';

/** A name that was in the list on some day up to the range's end, as of the day it was last seen. */
interface Ranked {
  rank: number;
  viewCount: number;
  viewUniques: number;
  /** Its rank in the snapshot before; null: it was not in the list. */
  previousRank: number | null;
  firstSeen: Day;
  lastSeen: Day;
  /** False: it is no longer in the newest list. */
  current: boolean;
}

/** A site in the list of referrers, by GitHub's name for it. */
export interface RankedReferrer extends Ranked {
  referrer: string;
}

/** A page in the list of paths, as `mergePaths` leaves them: the repository's own page is '/'. */
export interface RankedPath extends Ranked {
  path: string;
  title: string;
}

/** The days of a range's lists: its first day, its newest snapshot and the one before that; null where there is none. */
export interface SnapshotDates {
  from: Day;
  newest: Day | null;
  previous: Day | null;
}

/** How many names a list answers, those in the newest snapshot first. */
const MOST_ROWS = 100;

/** The referrers seen in a range, those in its newest snapshot first, by rank. */
export async function listReferrers(
  db: Db,
  key: RepositoryKey,
  dates: SnapshotDates,
): Promise<RankedReferrer[]> {
  const { newest } = dates;
  if (newest === null) return [];
  const seen = db
    .selectFrom('referrerSnapshot')
    .select(({ fn }) => [
      'referrer',
      fn.min('snapshotDate').as('firstSeen'),
      fn.max('snapshotDate').as('lastSeen'),
    ])
    .where('tenantId', '=', key.tenantId)
    .where('repositoryId', '=', key.repositoryId)
    .where('snapshotDate', '<=', newest)
    .groupBy('referrer')
    .having(({ fn }) => fn.max('snapshotDate'), '>=', dates.from);
  const rows = await db
    .selectFrom('referrerSnapshot as s')
    .innerJoin(seen.as('n'), (join) =>
      join.onRef('n.referrer', '=', 's.referrer').onRef('n.lastSeen', '=', 's.snapshotDate'),
    )
    .leftJoin('referrerSnapshot as p', (join) =>
      join
        .onRef('p.tenantId', '=', 's.tenantId')
        .onRef('p.repositoryId', '=', 's.repositoryId')
        .on('p.snapshotDate', '=', dates.previous)
        .onRef('p.referrer', '=', 's.referrer'),
    )
    .select(['s.referrer', 's.listRank as rank', 's.viewCount', 's.viewUniques'])
    .select(['p.listRank as previousRank', 'n.firstSeen', 'n.lastSeen'])
    .where('s.tenantId', '=', key.tenantId)
    .where('s.repositoryId', '=', key.repositoryId)
    .orderBy('n.lastSeen', 'desc')
    .orderBy('s.listRank')
    .limit(MOST_ROWS)
    .execute();
  return rows.map((row) => ({ ...row, current: row.lastSeen === newest }));
}

/** The paths seen in a range, those in its newest snapshot first, by rank. */
export async function listPaths(db: Db, key: RepositoryKey, dates: SnapshotDates): Promise<RankedPath[]> {
  const { newest } = dates;
  if (newest === null) return [];
  const seen = db
    .selectFrom('pathSnapshot')
    .select(({ fn }) => [
      'path',
      fn.min('snapshotDate').as('firstSeen'),
      fn.max('snapshotDate').as('lastSeen'),
    ])
    .where('tenantId', '=', key.tenantId)
    .where('repositoryId', '=', key.repositoryId)
    .where('snapshotDate', '<=', newest)
    .groupBy('path')
    .having(({ fn }) => fn.max('snapshotDate'), '>=', dates.from);
  const rows = await db
    .selectFrom('pathSnapshot as s')
    .innerJoin(seen.as('n'), (join) =>
      join.onRef('n.path', '=', 's.path').onRef('n.lastSeen', '=', 's.snapshotDate'),
    )
    .leftJoin('pathSnapshot as p', (join) =>
      join
        .onRef('p.tenantId', '=', 's.tenantId')
        .onRef('p.repositoryId', '=', 's.repositoryId')
        .on('p.snapshotDate', '=', dates.previous)
        .onRef('p.path', '=', 's.path'),
    )
    .select(['s.path', 's.title', 's.listRank as rank', 's.viewCount', 's.viewUniques'])
    .select(['p.listRank as previousRank', 'n.firstSeen', 'n.lastSeen'])
    .where('s.tenantId', '=', key.tenantId)
    .where('s.repositoryId', '=', key.repositoryId)
    .orderBy('n.lastSeen', 'desc')
    .orderBy('s.listRank')
    .limit(MOST_ROWS)
    .execute();
  return rows.map((row) => ({ ...row, current: row.lastSeen === newest }));
}
