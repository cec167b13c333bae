import { addDays, type Day, daysFrom } from '../day.ts';
import type { Db } from '../db/database.ts';
import type { AlertMetric } from '../db/tables/alerts.ts';
import type { NewChange, ReferrerChange } from './causes.ts';
import {
  type Counter,
  judgeMilestone,
  judgeReferrers,
  REFERRER_HISTORY_DAYS,
  type ReferrerList,
} from './detect.ts';

/** Which lists and counters of a repository are judged now, and which of its days. */
interface Seen {
  repositoryId: number;
  from: Day;
  through: Day;
  seenFrom: Day;
  seenThrough: Day;
}

/** Repositories whose rows are read at once. */
const CHUNK = 500;
/** Ranks that can be new. */
const TOP = 3;
/** Counters that are read late in a run may come after the round that judged the run's traffic. */
const LATE_DAYS = 2;
/** The newest known total may be so many days older than the judged ones. */
const TOTAL_DAYS = 14;

function* inChunks(seen: readonly Seen[]): Generator<readonly Seen[]> {
  for (let start = 0; start < seen.length; start += CHUNK) yield seen.slice(start, start + CHUNK);
}

const oldestOf = (days: readonly Day[]): Day => [...days].sort()[0] ?? '';

/** Referrers that are new among a repository's top three. Whole lists are read only where a name came among them. */
export async function findNewReferrers(
  db: Db,
  tenantId: number,
  judged: readonly Seen[],
): Promise<ReferrerChange[]> {
  const due = judged.filter(({ seenFrom, seenThrough }) => seenFrom <= seenThrough);
  const found: ReferrerChange[] = [];
  for (const chunk of inChunks(due)) {
    const risen = await listRisenToTop(db, tenantId, chunk);
    for (const one of chunk) {
      if (!risen.has(one.repositoryId)) continue;
      const lists = await listReferrerLists(db, tenantId, one);
      const fresh = judgeReferrers(lists, { from: one.seenFrom, through: one.seenThrough });
      found.push(...fresh.map((referrer) => toReferrerChange(one.repositoryId, referrer)));
    }
  }
  return found;
}

function toReferrerChange(
  repositoryId: number,
  { referrer, date, viewCount, viewUniques }: ReturnType<typeof judgeReferrers>[number],
): ReferrerChange {
  return {
    repositoryId,
    groupId: null,
    referrer,
    metric: 'views',
    date,
    noticedOn: date,
    value: viewCount,
    expected: null,
    people: viewUniques,
    expectedPeople: null,
    over: null,
  };
}

/** The repositories with a name among the newest top three that no list of the weeks before had there. */
async function listRisenToTop(db: Db, tenantId: number, chunk: readonly Seen[]): Promise<Set<number>> {
  const from = oldestOf(chunk.map(({ seenFrom }) => seenFrom));
  const rows = await db
    .selectFrom('referrerSnapshot')
    .select(['repositoryId', 'referrer', 'snapshotDate'])
    .where('tenantId', '=', tenantId)
    .where(
      'repositoryId',
      'in',
      chunk.map(({ repositoryId }) => repositoryId),
    )
    .where('snapshotDate', '>=', addDays(from, -TOTAL_DAYS))
    .where('listRank', '<=', TOP)
    .where('importId', 'is', null)
    .execute();
  const seenFrom = new Map(chunk.map((one) => [one.repositoryId, one.seenFrom]));
  const before = new Set<string>();
  for (const { repositoryId, referrer, snapshotDate } of rows)
    if (snapshotDate < (seenFrom.get(repositoryId) ?? '')) before.add(`${repositoryId} ${referrer}`);
  return new Set(
    rows.flatMap(({ repositoryId, referrer, snapshotDate }) =>
      snapshotDate >= (seenFrom.get(repositoryId) ?? '') && !before.has(`${repositoryId} ${referrer}`)
        ? [repositoryId]
        : [],
    ),
  );
}

async function listReferrerLists(
  db: Db,
  tenantId: number,
  { repositoryId, seenFrom, seenThrough }: Seen,
): Promise<ReferrerList[]> {
  const from = addDays(seenFrom, -REFERRER_HISTORY_DAYS);
  const rows = await db
    .selectFrom('referrerSnapshot')
    .select(['snapshotDate', 'referrer', 'viewCount', 'viewUniques'])
    .where('tenantId', '=', tenantId)
    .where('repositoryId', '=', repositoryId)
    .where('snapshotDate', '>=', from)
    .where('snapshotDate', '<=', seenThrough)
    .where('importId', 'is', null)
    .orderBy('snapshotDate')
    .orderBy('listRank')
    .execute();
  const lists = new Map<Day, ReferrerList['referrers'][number][]>();
  for (const { snapshotDate, ...referrer } of rows) {
    const list = lists.get(snapshotDate) ?? [];
    list.push(referrer);
    lists.set(snapshotDate, list);
  }
  return [...lists].map(([date, referrers]) => ({ date, referrers }));
}

const METRIC_OF: Record<Counter, AlertMetric> = { stars: 'stars', views: 'views', downloads: 'downloads' };

/** A total as of a day. */
interface Total {
  date: Day;
  total: number;
}

/** Round numbers of stars, of all views, and of downloads that repositories reached. */
export async function findMilestones(
  db: Db,
  tenantId: number,
  judged: readonly Seen[],
): Promise<NewChange[]> {
  const found: NewChange[] = [];
  for (const chunk of inChunks(judged)) {
    const told = await listTold(db, tenantId, chunk);
    const totals: Record<Counter, Map<number, Total[]>> = {
      stars: await listStars(db, tenantId, chunk),
      views: await listViews(db, tenantId, chunk),
      downloads: await listDownloads(db, tenantId, chunk),
    };
    for (const one of chunk)
      for (const counter of ['stars', 'views', 'downloads'] as const) {
        const span = spanOf(one, counter);
        const before = told.get(`${one.repositoryId} ${METRIC_OF[counter]}`) ?? null;
        const own = totals[counter].get(one.repositoryId) ?? [];
        const milestone = judgeMilestone(counter, own, {
          from: span.from,
          through: span.through,
          told: before,
        });
        if (milestone)
          found.push({
            repositoryId: one.repositoryId,
            groupId: null,
            metric: METRIC_OF[counter],
            date: milestone.date,
            noticedOn: milestone.date,
            value: milestone.milestone,
            expected: null,
            people: null,
            expectedPeople: null,
            over: null,
          });
      }
  }
  return found;
}

function spanOf(one: Seen, counter: Counter): { from: Day; through: Day } {
  if (counter === 'views') return { from: one.from, through: one.through };
  const late = counter === 'downloads' ? LATE_DAYS : 0;
  return { from: addDays(one.seenFrom, -late), through: one.seenThrough };
}

/** The highest milestone of each counter that was told of. */
async function listTold(db: Db, tenantId: number, chunk: readonly Seen[]): Promise<Map<string, number>> {
  const rows = await db
    .selectFrom('alertChange as c')
    .innerJoin('alert as a', (join) =>
      join.onRef('a.tenantId', '=', 'c.tenantId').onRef('a.alertId', '=', 'c.alertId'),
    )
    .select(({ fn }) => ['c.repositoryId', 'c.metric', fn.max<number>('c.amount').as('told')])
    .where('c.tenantId', '=', tenantId)
    .where('a.kind', '=', 'milestone')
    .where(
      'c.repositoryId',
      'in',
      chunk.map(({ repositoryId }) => repositoryId),
    )
    .groupBy(['c.repositoryId', 'c.metric'])
    .execute();
  return new Map(rows.map(({ repositoryId, metric, told }) => [`${repositoryId} ${metric}`, told]));
}

async function listStars(db: Db, tenantId: number, chunk: readonly Seen[]): Promise<Map<number, Total[]>> {
  const from = addDays(oldestOf(chunk.map(({ seenFrom }) => seenFrom)), -TOTAL_DAYS);
  const rows = await db
    .selectFrom('repositoryFact')
    .select(['repositoryId', 'factDate as date', 'stars'])
    .where('tenantId', '=', tenantId)
    .where(
      'repositoryId',
      'in',
      chunk.map(({ repositoryId }) => repositoryId),
    )
    .where('factDate', '>=', from)
    .where('importId', 'is', null)
    .execute();
  const totals = new Map<number, Total[]>();
  for (const { repositoryId, date, stars } of rows)
    if (stars !== null)
      totals.set(repositoryId, [...(totals.get(repositoryId) ?? []), { date, total: stars }]);
  return totals;
}

/** Sums of all days: what is known today, less the days after each. */
async function listViews(db: Db, tenantId: number, chunk: readonly Seen[]): Promise<Map<number, Total[]>> {
  const due = chunk.filter(({ from, through }) => from <= through);
  if (due.length === 0) return new Map();
  const ids = due.map(({ repositoryId }) => repositoryId);
  const first = oldestOf(due.map(({ from }) => from));
  const selectDays = () =>
    db.selectFrom('trafficDay').where('tenantId', '=', tenantId).where('repositoryId', 'in', ids);
  const before = await selectDays()
    .select(({ fn }) => ['repositoryId', fn.sum<number | null>('viewCount').as('total')])
    .where('trafficDate', '<', first)
    .groupBy('repositoryId')
    .execute();
  const gained = await selectDays()
    .select(['repositoryId', 'trafficDate as date', 'viewCount as gained'])
    .where('trafficDate', '>=', first)
    .execute();
  return toRunningTotals(before, gained, first);
}

async function listDownloads(
  db: Db,
  tenantId: number,
  chunk: readonly Seen[],
): Promise<Map<number, Total[]>> {
  const ids = chunk.map(({ repositoryId }) => repositoryId);
  const first = addDays(oldestOf(chunk.map(({ seenFrom }) => seenFrom)), -LATE_DAYS);
  const now = await db
    .selectFrom('releaseAsset')
    .select(({ fn }) => ['repositoryId', fn.sum<number | null>('downloadCount').as('total')])
    .where('tenantId', '=', tenantId)
    .where('repositoryId', 'in', ids)
    .groupBy('repositoryId')
    .execute();
  if (now.length === 0) return new Map();
  const gained = await db
    .selectFrom('releaseDownload')
    .select(({ fn }) => [
      'repositoryId',
      'downloadDate as date',
      fn.sum<number | null>('gained').as('gained'),
    ])
    .where('tenantId', '=', tenantId)
    .where('repositoryId', 'in', ids)
    .where('downloadDate', '>=', first)
    .groupBy(['repositoryId', 'downloadDate'])
    .execute();
  const sums = new Map<number, number>();
  for (const { repositoryId, gained: more } of gained)
    sums.set(repositoryId, (sums.get(repositoryId) ?? 0) + (more ?? 0));
  const before = now.map(({ repositoryId, total }) => ({
    repositoryId,
    total: (total ?? 0) - (sums.get(repositoryId) ?? 0),
  }));
  return toRunningTotals(before, gained, first);
}

/** The total of the day before `first`, and of each day since. */
function toRunningTotals(
  before: readonly { repositoryId: number; total: number | null }[],
  gained: readonly { repositoryId: number; date: Day; gained: number | null }[],
  first: Day,
): Map<number, Total[]> {
  const more = new Map(gained.map((row) => [`${row.repositoryId} ${row.date}`, row.gained ?? 0]));
  const last =
    gained
      .map(({ date }) => date)
      .sort()
      .at(-1) ?? first;
  const days = daysFrom(first, last);
  return new Map(
    before.map(({ repositoryId, total }) => {
      let sum = total ?? 0;
      const totals = [{ date: addDays(first, -1), total: sum }];
      for (const date of days) {
        sum += more.get(`${repositoryId} ${date}`) ?? 0;
        totals.push({ date, total: sum });
      }
      return [repositoryId, totals];
    }),
  );
}
