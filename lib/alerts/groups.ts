import { addDays, type Day, toDay } from '../day.ts';
import type { Db } from '../db/database.ts';
import { listStoredGroups, readContents } from '../groups/contents.ts';

/** An older day is no news: it became known late, or was imported. */
export const RECENT_DAYS = 7;

/** The days, and the lists and counters, that are judged now. `from` is after `through` if no day is. */
export interface Span {
  from: Day;
  through: Day;
  seenFrom: Day;
  seenThrough: Day;
}

/** The days of a repository that are judged now. */
export interface Judged extends Span {
  repositoryId: number;
}

/** The days of a group that all its current repositories have by now, and that were not judged before. */
export interface JudgedGroup extends Span {
  groupId: number;
  memberIds: readonly number[];
  /** Those that are collected: nobody waits for the others. */
  currentIds: readonly number[];
}

/** A tenant's groups. */
export interface GroupSpans {
  members: ReadonlyMap<number, readonly number[]>;
  /** Those of two repositories or more that may have something to judge. */
  judged: readonly JudgedGroup[];
}

/** What each group holds, and what of it is judged in a round that judges these repositories. */
export async function listJudgedGroups(
  db: Db,
  tenantId: number,
  { judged, now }: { judged: readonly Judged[]; now: Date },
): Promise<GroupSpans> {
  const groups = await listStoredGroups(db, tenantId);
  if (groups.length === 0) return { members: new Map(), judged: [] };
  const contents = await readContents(db, { tenantId, repositoryIds: null }, groups);
  const members = new Map([...contents].map(([groupId, { repositoryIds }]) => [groupId, repositoryIds]));
  const standing = await listStanding(db, tenantId);
  for (const one of judged) standing.set(one.repositoryId, one);
  const behind = addDays(toDay(now), -RECENT_DAYS);
  const spans = [...members].flatMap(([groupId, memberIds]): JudgedGroup[] => {
    const current = memberIds.flatMap((id) => standing.get(id) ?? []).filter((one) => one.through >= behind);
    if (memberIds.length < 2 || current.length === 0) return [];
    const currentIds = current.map(({ repositoryId }) => repositoryId);
    return [{ groupId, memberIds, currentIds, ...toGroupSpan(current) }];
  });
  return { members, judged: spans };
}

const oldest = (days: readonly Day[]): Day => [...days].sort()[0] ?? '';

function toGroupSpan(current: readonly Judged[]): Span {
  return {
    from: oldest(current.map(({ from }) => from)),
    through: oldest(current.map(({ through }) => through)),
    seenFrom: oldest(current.map(({ seenFrom }) => seenFrom)),
    seenThrough: oldest(current.map(({ seenThrough }) => seenThrough)),
  };
}

/** How far each repository was judged before: nothing of it is left to judge. */
async function listStanding(db: Db, tenantId: number): Promise<Map<number, Judged>> {
  const rows = await db
    .selectFrom('alertJudgement')
    .select(['repositoryId', 'judgedThrough', 'seenThrough'])
    .where('tenantId', '=', tenantId)
    .execute();
  return new Map(
    rows.map(({ repositoryId, judgedThrough, seenThrough }) => [
      repositoryId,
      {
        repositoryId,
        from: addDays(judgedThrough, 1),
        through: judgedThrough,
        seenFrom: addDays(seenThrough, 1),
        seenThrough,
      },
    ]),
  );
}

/** Those of some repositories that had the most views on a day. */
export async function listMostViewed(
  db: Db,
  tenantId: number,
  { repositoryIds, date, limit }: { repositoryIds: readonly number[]; date: Day; limit: number },
): Promise<number[]> {
  if (repositoryIds.length === 0) return [];
  const rows = await db
    .selectFrom('trafficDay')
    .select('repositoryId')
    .where('tenantId', '=', tenantId)
    .where('repositoryId', 'in', [...repositoryIds])
    .where('trafficDate', '=', date)
    .where('viewCount', '>', 0)
    .orderBy('viewCount', 'desc')
    .orderBy('repositoryId')
    .limit(limit)
    .execute();
  return rows.map(({ repositoryId }) => repositoryId);
}
