import { inChunks } from '../chunks.ts';
import { addDays, type Day, daysBetween, daysFrom } from '../day.ts';
import type { Db } from '../db/database.ts';
import type { AlertMetric } from '../db/tables/alerts.ts';
import type { GroupReferrerChange, MilestoneChange, NewChange, ReferrerChange } from './causes.ts';
import {
  type Counter,
  judgeMilestone,
  judgeReferrers,
  type NewReferrer,
  REFERRER_HISTORY_DAYS,
  type ReferrerList,
} from './detect.ts';
import type { Judged, JudgedGroup, Span } from './groups.ts';

/** Repositories whose rows are read at once. */
const CHUNK = 500;
/** Ranks that can be new. */
const TOP = 3;
/** Counters that are read late in a run may come after the round that judged the run's traffic. */
const LATE_DAYS = 2;
/** The newest known total may be so many days older than the judged ones. */
const TOTAL_DAYS = 14;

/** The lists of a group's repository have to reach back so far, or all of its referrers would be new to the group. */
const MIN_MEMBER_DAYS = 42;
/** The first weeks of any repository pass several round numbers of views. */
const MIN_VIEWED_DAYS = 28;

const oldestOf = (days: readonly Day[]): Day => [...days].sort()[0] ?? '';

/** Referrers that are new among a repository's top three. Whole lists are read only where a name came among them. */
export async function findNewReferrers(
  db: Db,
  tenantId: number,
  judged: readonly Judged[],
): Promise<ReferrerChange[]> {
  const due = judged.filter(({ seenFrom, seenThrough }) => seenFrom <= seenThrough);
  const found: ReferrerChange[] = [];
  for (const chunk of inChunks(due, CHUNK)) {
    const risen = await listRisenToTop(db, tenantId, chunk);
    for (const one of chunk) {
      if (!risen.has(one.repositoryId)) continue;
      const lists = await listReferrerLists(db, tenantId, one);
      const fresh = judgeReferrers(lists, { from: one.seenFrom, through: one.seenThrough });
      for (const referrer of fresh)
        found.push({ ...toReferrerChange(referrer), repositoryId: one.repositoryId, groupId: null });
    }
  }
  return found;
}

function toReferrerChange({
  referrer,
  date,
  viewCount,
  viewUniques,
}: NewReferrer): Omit<ReferrerChange, 'repositoryId' | 'groupId'> {
  return {
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

/** Referrers that are new among the top three of a group's lists together. Weeks are added up only where a name came among them. */
export async function findNewGroupReferrers(
  db: Db,
  tenantId: number,
  groups: readonly JudgedGroup[],
): Promise<GroupReferrerChange[]> {
  const found: GroupReferrerChange[] = [];
  for (const { groupId, memberIds, currentIds, seenFrom: from, seenThrough: through } of groups) {
    if (from > through) continue;
    const recent = { from: addDays(from, -TOTAL_DAYS), through };
    if (!hasRisenToTop(await listGroupLists(db, tenantId, currentIds, recent), from)) continue;
    const whole = { from: addDays(from, -REFERRER_HISTORY_DAYS), through };
    const listed = await listLongListed(db, tenantId, currentIds, whole);
    if (listed.length < 2) continue;
    const lists = await listGroupLists(db, tenantId, listed, whole);
    for (const referrer of judgeReferrers(lists, { from, through }))
      found.push({ ...toReferrerChange(referrer), repositoryId: null, groupId, memberIds });
  }
  return found;
}

/** The lists of several repositories together. */
async function listGroupLists(
  db: Db,
  tenantId: number,
  repositoryIds: readonly number[],
  { from, through }: Pick<Span, 'from' | 'through'>,
): Promise<ReferrerList[]> {
  const rows = await db
    .selectFrom('referrerSnapshot')
    .select(({ fn }) => ['snapshotDate', 'referrer', fn.sum<number>('viewCount').as('viewCount')])
    .select(({ fn }) => fn.sum<number | null>('viewUniques').as('viewUniques'))
    .where('tenantId', '=', tenantId)
    .where('repositoryId', 'in', [...repositoryIds])
    .where('snapshotDate', '>=', from)
    .where('snapshotDate', '<=', through)
    .where('importId', 'is', null)
    .groupBy(['snapshotDate', 'referrer'])
    .execute();
  rows.sort((one, other) => other.viewCount - one.viewCount);
  return toLists(rows);
}

function hasRisenToTop(lists: readonly ReferrerList[], from: Day): boolean {
  const topOf = (some: readonly ReferrerList[]) =>
    some.flatMap(({ referrers }) => referrers.slice(0, TOP).map(({ referrer }) => referrer));
  const before = new Set(topOf(lists.filter(({ date }) => date < from)));
  return topOf(lists.filter(({ date }) => date >= from)).some((name) => !before.has(name));
}

/** The repositories whose lists reach back long enough. */
async function listLongListed(
  db: Db,
  tenantId: number,
  repositoryIds: readonly number[],
  { from, through }: Pick<Span, 'from' | 'through'>,
): Promise<number[]> {
  const rows = await db
    .selectFrom('referrerSnapshot')
    .select(({ fn }) => ['repositoryId', fn.min<Day>('snapshotDate').as('first')])
    .where('tenantId', '=', tenantId)
    .where('repositoryId', 'in', [...repositoryIds])
    .where('snapshotDate', '>=', from)
    .where('importId', 'is', null)
    .groupBy('repositoryId')
    .execute();
  const latest = addDays(through, -MIN_MEMBER_DAYS);
  return rows.filter(({ first }) => first <= latest).map(({ repositoryId }) => repositoryId);
}

/** The repositories with a name among the newest top three that no list of the weeks before had there. */
async function listRisenToTop(db: Db, tenantId: number, chunk: readonly Judged[]): Promise<Set<number>> {
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
  { repositoryId, seenFrom, seenThrough }: Judged,
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
  return toLists(rows);
}

/** Rows by the day of their list, in the same order. */
function toLists(
  rows: readonly ({ snapshotDate: Day } & ReferrerList['referrers'][number])[],
): ReferrerList[] {
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

/** What a milestone may be of. */
interface Subject extends Span {
  repositoryId: number | null;
  groupId: number | null;
  memberIds: readonly number[];
}

const COUNTERS = ['stars', 'views', 'downloads'] as const;

/** Round numbers of stars, of all views, and of downloads that repositories and groups reached. Those of repositories come first. */
export async function findMilestones(
  db: Db,
  tenantId: number,
  { judged, groups }: { judged: readonly Judged[]; groups: readonly JudgedGroup[] },
): Promise<MilestoneChange[]> {
  const told = await listTold(db, tenantId);
  const subjects: Subject[] = [
    ...judged.map((one) => ({ ...one, groupId: null, memberIds: [one.repositoryId] })),
    ...groups.map((group) => ({ ...group, repositoryId: null })),
  ];
  const found: MilestoneChange[] = [];
  for (const counter of COUNTERS) {
    const due = subjects
      .map((subject) => ({ subject, span: spanOf(subject, counter) }))
      .filter(({ span }) => span.from <= span.through);
    if (due.length === 0) continue;
    const first = oldestOf(due.map(({ span }) => span.from));
    const ids = [...new Set(due.flatMap(({ subject }) => subject.memberIds))];
    const { totals, since } = await listTotals(db, tenantId, { counter, ids, first });
    for (const { subject, span } of due) {
      const own = sumTotals(subject.memberIds.flatMap((id) => [totals.get(id) ?? []]));
      const before = told.get(keyOf(subject, METRIC_OF[counter])) ?? null;
      const milestone = judgeMilestone(counter, own, { ...span, told: before });
      if (milestone === null) continue;
      const known = subject.memberIds.flatMap((id) => since.get(id) ?? []);
      if (counter === 'views' && daysBetween(oldestOf(known), milestone.date) < MIN_VIEWED_DAYS) continue;
      found.push(toMilestoneChange(subject, METRIC_OF[counter], milestone));
    }
  }
  return found;
}

function toMilestoneChange(
  { repositoryId, groupId, memberIds }: Subject,
  metric: AlertMetric,
  { date, milestone }: { date: Day; milestone: number },
): MilestoneChange {
  return {
    repositoryId,
    groupId,
    memberIds,
    metric,
    date,
    noticedOn: date,
    value: milestone,
    expected: null,
    people: null,
    expectedPeople: null,
    over: null,
  };
}

const keyOf = ({ repositoryId, groupId }: Pick<NewChange, 'repositoryId' | 'groupId'>, metric: AlertMetric) =>
  `${repositoryId} ${groupId} ${metric}`;

function spanOf(one: Span, counter: Counter): Pick<Span, 'from' | 'through'> {
  if (counter === 'views') return { from: one.from, through: one.through };
  if (one.seenFrom > one.seenThrough) return { from: one.seenFrom, through: one.seenThrough };
  const late = counter === 'downloads' ? LATE_DAYS : 0;
  return { from: addDays(one.seenFrom, -late), through: one.seenThrough };
}

/** The highest milestone of each counter that was told of. */
async function listTold(db: Db, tenantId: number): Promise<Map<string, number>> {
  const rows = await db
    .selectFrom('alertChange as c')
    .innerJoin('alert as a', (join) =>
      join.onRef('a.tenantId', '=', 'c.tenantId').onRef('a.alertId', '=', 'c.alertId'),
    )
    .select(({ fn }) => ['c.repositoryId', 'c.groupId', 'c.metric', fn.max<number>('c.amount').as('told')])
    .where('c.tenantId', '=', tenantId)
    .where('a.kind', '=', 'milestone')
    .groupBy(['c.repositoryId', 'c.groupId', 'c.metric'])
    .execute();
  return new Map(rows.map((row) => [keyOf(row, row.metric), row.told]));
}

/**
 * The totals of several repositories together. One that is not known yet on a day counts as it is first known, so that only what
 * it gains from then on counts as reached.
 */
function sumTotals(members: readonly (readonly Total[])[]): Total[] {
  const known = members
    .filter((totals) => totals.length > 0)
    .map((totals) => totals.toSorted((one, other) => (one.date < other.date ? -1 : 1)));
  if (known.length < 2) return known[0] ?? [];
  const dates = [...new Set(known.flatMap((totals) => totals.map(({ date }) => date)))].sort();
  const places = known.map(() => 0);
  return dates.map((date) => {
    let sum = 0;
    for (const [member, totals] of known.entries()) {
      let place = places[member] ?? 0;
      while ((totals[place + 1]?.date ?? '9999') <= date) place += 1;
      places[member] = place;
      sum += totals[place]?.total ?? 0;
    }
    return { date, total: sum };
  });
}

interface Asked {
  counter: Counter;
  ids: readonly number[];
  first: Day;
}

/** What is known of repositories, by id: totals of the days from the one before `first` on, and since when there are any. */
interface Totals {
  totals: Map<number, Total[]>;
  since: Map<number, Day>;
}

/** Every repository is read once, however many groups it is in. */
async function listTotals(db: Db, tenantId: number, { counter, ids, first }: Asked): Promise<Totals> {
  const list = { stars: listStars, views: listViews, downloads: listDownloads }[counter];
  const all: Totals = { totals: new Map(), since: new Map() };
  for (const chunk of inChunks(ids, CHUNK)) {
    const { totals, since } = await list(db, tenantId, chunk, first);
    for (const [id, own] of totals) all.totals.set(id, own);
    for (const [id, day] of since) all.since.set(id, day);
  }
  return all;
}

async function listStars(db: Db, tenantId: number, ids: readonly number[], first: Day): Promise<Totals> {
  const selectFacts = (some: readonly number[]) =>
    db
      .selectFrom('repositoryFact')
      .where('tenantId', '=', tenantId)
      .where('repositoryId', 'in', [...some])
      .where('importId', 'is', null);
  const rows = await selectFacts(ids)
    .select(['repositoryId', 'factDate as date', 'stars'])
    .where('factDate', '>=', addDays(first, -TOTAL_DAYS))
    .execute();
  const totals = new Map<number, Total[]>();
  for (const { repositoryId, date, stars } of rows) {
    if (stars === null) continue;
    const own = totals.get(repositoryId) ?? [];
    own.push({ date, total: stars });
    totals.set(repositoryId, own);
  }
  const uncollected = ids.filter((id) => !totals.has(id));
  if (uncollected.length === 0) return { totals, since: new Map() };
  const newest = selectFacts(uncollected)
    .select(({ fn }) => ['repositoryId', fn.max<Day>('factDate').as('date')])
    .groupBy('repositoryId');
  const older = await db
    .selectFrom('repositoryFact as f')
    .innerJoin(newest.as('n'), (join) =>
      join.onRef('n.repositoryId', '=', 'f.repositoryId').onRef('n.date', '=', 'f.factDate'),
    )
    .select(['f.repositoryId', 'f.factDate as date', 'f.stars'])
    .where('f.tenantId', '=', tenantId)
    .execute();
  for (const { repositoryId, date, stars } of older)
    if (stars !== null) totals.set(repositoryId, [{ date, total: stars }]);
  return { totals, since: new Map() };
}

/** Sums of all days: what is known today, less the days after each. */
async function listViews(db: Db, tenantId: number, ids: readonly number[], first: Day): Promise<Totals> {
  const selectDays = () =>
    db
      .selectFrom('trafficDay')
      .where('tenantId', '=', tenantId)
      .where('repositoryId', 'in', [...ids]);
  const before = await selectDays()
    .select(({ fn }) => ['repositoryId', fn.sum<number | null>('viewCount').as('total')])
    .select(({ fn }) => fn.min<Day>('trafficDate').as('since'))
    .where('trafficDate', '<', first)
    .groupBy('repositoryId')
    .execute();
  const gained = await selectDays()
    .select(['repositoryId', 'trafficDate as date', 'viewCount as gained'])
    .where('trafficDate', '>=', first)
    .execute();
  const since = new Map(before.map((row) => [row.repositoryId, row.since]));
  return { totals: toRunningTotals(before, gained, first), since };
}

async function listDownloads(db: Db, tenantId: number, ids: readonly number[], first: Day): Promise<Totals> {
  const now = await db
    .selectFrom('releaseAsset')
    .select(({ fn }) => ['repositoryId', fn.sum<number | null>('downloadCount').as('total')])
    .where('tenantId', '=', tenantId)
    .where('repositoryId', 'in', [...ids])
    .groupBy('repositoryId')
    .execute();
  if (now.length === 0) return { totals: new Map(), since: new Map() };
  const gained = await db
    .selectFrom('releaseDownload')
    .select(({ fn }) => [
      'repositoryId',
      'downloadDate as date',
      fn.sum<number | null>('gained').as('gained'),
    ])
    .where('tenantId', '=', tenantId)
    .where('repositoryId', 'in', [...ids])
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
  return { totals: toRunningTotals(before, gained, first), since: new Map() };
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
