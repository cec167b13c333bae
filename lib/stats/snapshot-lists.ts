import type { AliasedExpression } from 'kysely';
import type { RankedPath, RankedReferrer } from '../answers/stats.ts';
import type { Day } from '../day.ts';
import type { Db } from '../db/database.ts';
import type { RepositoryKey } from '../traffic.ts';

/** The days of a range's lists: its first day, its newest snapshot and the one before that; null where there is none. */
export interface SnapshotDates {
  from: Day;
  newest: Day | null;
  previous: Day | null;
}

/** How many names a list answers, those in the newest snapshot first. */
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

/** A row of one repository's lists of a kind. */
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
