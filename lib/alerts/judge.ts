import type { Insertable, Transaction } from 'kysely';
import { inChunks } from '../chunks.ts';
import { addDays, type Day, daysFrom, toDay } from '../day.ts';
import type { Db } from '../db/database.ts';
import { given, insertRows, inTransaction, type Merge, mergeRows } from '../db/portable.ts';
import type { AlertKind } from '../db/tables/alerts.ts';
import type { Tables } from '../db/tables.ts';
import { listReleases } from '../extras/releases.ts';
import { listStoredGroups } from '../groups/contents.ts';
import type { Instant } from '../instant.ts';
import { lockTenantIfThere } from '../locks.ts';
import { logsKeptSince } from '../retention.ts';
import { listRises } from '../snapshots.ts';
import { METRICS } from '../traffic/figures.ts';
import { finalDate } from '../traffic/window.ts';
import {
  type Cause,
  type GroupChange,
  type KnownAlert,
  type NewChange,
  type RepositoryChange,
  toCauses,
} from './causes.ts';
import { findMilestones, findNewGroupReferrers, findNewReferrers } from './counters.ts';
import {
  type Change,
  GIVEN_DAYS,
  judgeDays,
  type KnownChange,
  listComparable,
  type SubjectDay,
} from './detect.ts';
import { readJudgedDays, sumDays } from './group-days.ts';
import { type Judged, type JudgedGroup, listJudgedGroups, listMostViewed, RECENT_DAYS } from './groups.ts';
import { toAlertSight } from './reading.ts';
import { readAlertKinds } from './settings.ts';
import { findSnooze, listSnoozes } from './snoozes.ts';

/** Alerts that began so many days ago may be about the same cause as a new finding. */
const KNOWN_DAYS = 14;
/** What is open for so long will not be judged any more: its repository is paused, archived or fails. */
const STALE_DAYS = 45;
/** Repositories whose days are read at once. */
const CHUNK = 100;
/** The repositories of one alert whose lists are looked at for reasons, and the reasons of each kind. */
const MAX_EXPLAINED = 5;
const MAX_REASONS = 3;
/** A referrer that brought this part of what a spike has more than usual is its cause. */
const CAUSING_SHARE = 0.3;
/** What brought less than this part explains nothing. */
const EXPLAINING_SHARE = 0.05;

/** A repository that was collected since it was last judged. */
interface DueRepository {
  tenantId: number;
  repositoryId: number;
  publishedThrough: Day | null;
  lastSuccessAt: Instant | null;
  judgedThrough: Day | null;
  seenThrough: Day | null;
}

/**
 * Judges the days that became final since the last time, of every tenant that has any. Costs one statement if there are none.
 * Each tenant is one transaction; two that judge the same days at once store them once. Of a repository that was never
 * judged, only its newest day counts, so that a history tells nothing. Returns how many alerts began and ended.
 */
export async function judgeAlerts(
  db: Db,
  { now, isTime }: { now: Date; isTime: () => boolean },
): Promise<{ alerts: number; alertsOver: number }> {
  await closeStale(db, now);
  const due = new Map<number, DueRepository[]>();
  for (const row of await listDue(db)) due.set(row.tenantId, [...(due.get(row.tenantId) ?? []), row]);
  const total = { alerts: 0, alertsOver: 0 };
  for (const [tenantId, rows] of due) {
    if (!isTime()) break;
    const { began, over } = await judgeTenant(db, tenantId, rows, now);
    total.alerts += began;
    total.alertsOver += over;
  }
  return total;
}

async function listDue(db: Db): Promise<DueRepository[]> {
  return db
    .selectFrom('repository as r')
    .leftJoin('alertJudgement as j', (join) =>
      join.onRef('j.tenantId', '=', 'r.tenantId').onRef('j.repositoryId', '=', 'r.repositoryId'),
    )
    .select(['r.tenantId', 'r.repositoryId', 'r.publishedThrough', 'r.lastSuccessAt'])
    .select(['j.judgedThrough', 'j.seenThrough'])
    .where('r.lastSuccessAt', 'is not', null)
    .where(({ eb, or, cast, ref }) =>
      or([
        eb('j.judgedThrough', 'is', null),
        eb('r.publishedThrough', '>', ref('j.judgedThrough')),
        eb(cast<Day>(ref('r.lastSuccessAt'), 'date'), '>', ref('j.seenThrough')),
      ]),
    )
    .orderBy('r.tenantId')
    .orderBy('r.repositoryId')
    .execute();
}

function toJudged(row: DueRepository, now: Date): Judged {
  const recent = addDays(toDay(now), -RECENT_DAYS);
  const through = finalDate([row], now);
  const seenThrough = toDay(new Date(row.lastSuccessAt ?? now));
  const after = (day: Day | null, newest: Day) => (day === null ? newest : addDays(day, 1));
  const laterOf = (one: Day, other: Day) => (one > other ? one : other);
  return {
    repositoryId: row.repositoryId,
    from: laterOf(after(row.judgedThrough, through), recent),
    // A day that is judged stays judged, whatever GitHub shows later.
    through: laterOf(through, row.judgedThrough ?? through),
    seenFrom: laterOf(after(row.seenThrough, seenThrough), recent),
    seenThrough: laterOf(seenThrough, row.seenThrough ?? seenThrough),
  };
}

async function judgeTenant(
  db: Db,
  tenantId: number,
  rows: readonly DueRepository[],
  now: Date,
): Promise<{ began: number; over: number }> {
  const judged = rows.map((row) => toJudged(row, now));
  const kinds = await readAlertKinds(db, tenantId);
  const stored = await listStored(db, tenantId, addDays(toDay(now), -GIVEN_DAYS - RECENT_DAYS));
  const groups = await listJudgedGroups(db, tenantId, { judged, now });
  const found = await findInTenant(db, tenantId, { judged, groups: groups.judged, kinds, stored });
  const since = addDays(toDay(now), -KNOWN_DAYS - RECENT_DAYS);
  const known = await listKnown(db, tenantId, { since, members: groups.members });
  const causes = toCauses(found, known);
  const reasons = new Map<Cause, NewReason[]>();
  for (const cause of causes)
    if (cause.alertId === null) reasons.set(cause, await findReasons(db, tenantId, cause));
  return inTransaction(db, async (trx) => {
    if (!(await claim(trx, tenantId, rows, judged))) return { began: 0, over: 0 };
    await endChanges(trx, tenantId, found.over);
    const over = await closeEnded(trx, now, tenantId);
    const began = await storeCauses(trx, tenantId, { causes, reasons, now });
    // What ended before it was noticed is closed at once.
    await closeEnded(trx, now, tenantId);
    return { began, over };
  });
}

interface Search {
  judged: readonly Judged[];
  groups: readonly JudgedGroup[];
  kinds: readonly AlertKind[];
  stored: readonly StoredChange[];
}

async function findInTenant(db: Db, tenantId: number, search: Search) {
  const { judged, groups, kinds } = search;
  const changes: RepositoryChange[] = [];
  const over: StoredOver[] = [];
  for (const chunk of inChunks(judged, CHUNK)) {
    const some = await judgeChunk(db, tenantId, { ...search, judged: chunk });
    changes.push(...some.changes);
    over.push(...some.over);
  }
  const ofGroups = await judgeGroups(db, tenantId, search);
  const isWanted = ({ kind }: { kind: AlertKind }) => kinds.includes(kind);
  return {
    changes: (await findCausesOf(db, tenantId, changes)).filter(isWanted),
    groups: ofGroups.changes.filter(isWanted),
    over: [...over, ...ofGroups.over],
    referrers: kinds.includes('referrer') ? await findNewReferrers(db, tenantId, judged) : [],
    groupReferrers: kinds.includes('referrer') ? await findNewGroupReferrers(db, tenantId, groups) : [],
    milestones: kinds.includes('milestone') ? await findMilestones(db, tenantId, { judged, groups }) : [],
  };
}

/** A spike or drop that is stored. */
interface StoredChange extends KnownChange {
  alertId: number;
  changeId: number;
  repositoryId: number | null;
  groupId: number | null;
}

/** One that ended within the judged days. */
type Ended = ReturnType<typeof judgeDays>['over'][number];
type StoredOver = Ended & Pick<StoredChange, 'alertId' | 'changeId'>;

/** The spikes and drops that are open, and those that began since a day. */
async function listStored(db: Db, tenantId: number, since: Day): Promise<StoredChange[]> {
  const rows = await db
    .selectFrom('alert as a')
    .innerJoin('alertChange as c', (join) =>
      join.onRef('c.tenantId', '=', 'a.tenantId').onRef('c.alertId', '=', 'a.alertId'),
    )
    .select(['a.alertId', 'a.kind', 'c.changeId', 'c.repositoryId', 'c.groupId', 'c.metric'])
    .select(['c.changeDate as date', 'c.noticedDate as noticedOn', 'c.overDate as overOn', 'c.overReason'])
    .where('a.tenantId', '=', tenantId)
    .where(({ eb, or }) => or([eb('c.overDate', 'is', null), eb('c.changeDate', '>=', since)]))
    .execute();
  return rows.flatMap(({ kind, metric, ...row }) => {
    if ((kind !== 'spike' && kind !== 'drop') || (metric !== 'views' && metric !== 'clones')) return [];
    return [{ ...row, kind, metric }];
  });
}

async function judgeChunk(db: Db, tenantId: number, { judged, stored }: Search) {
  const due = judged.filter(({ from, through }) => from <= through);
  const ids = new Set(due.map(({ repositoryId }) => repositoryId));
  const ofThese = stored.filter(({ repositoryId }) => repositoryId !== null && ids.has(repositoryId));
  const first = due.map(({ from }) => from).sort()[0];
  const changes: RepositoryChange[] = [];
  const over: StoredOver[] = [];
  if (first === undefined) return { changes, over };
  const days = await listDays(db, tenantId, [...ids], addDays(first, -GIVEN_DAYS));
  const byRepository = new Map<number, RepositoryDay[]>();
  for (const day of days) {
    const own = byRepository.get(day.repositoryId) ?? [];
    own.push(day);
    byRepository.set(day.repositoryId, own);
  }
  for (const { repositoryId, from, through } of due) {
    const own = ofThese.filter((one) => one.repositoryId === repositoryId);
    const judgement = judgeDays(byRepository.get(repositoryId) ?? [], {
      from,
      through,
      known: own,
    });
    over.push(...toStoredOver(judgement.over, own));
    for (const change of judgement.began) {
      const ended = judgement.over.find(
        ({ metric, date }) => metric === change.metric && date === change.date,
      );
      changes.push({
        ...toNewChange(change, ended),
        kind: change.kind,
        repositoryId,
        groupId: null,
        cause: null,
      });
    }
  }
  return { changes, over };
}

function toStoredOver(over: readonly Ended[], stored: readonly StoredChange[]): StoredOver[] {
  return over.flatMap((one) => {
    const known = stored.find(
      ({ metric, date, overOn }) => overOn === null && metric === one.metric && date === one.date,
    );
    return known ? [{ ...one, alertId: known.alertId, changeId: known.changeId }] : [];
  });
}

function toNewChange(
  { metric, date, noticedOn, count, uniques }: Change,
  ended?: Ended,
): Omit<NewChange, 'repositoryId' | 'groupId'> {
  return {
    metric,
    date,
    noticedOn,
    value: count.value,
    expected: count.expected,
    people: uniques.value,
    expectedPeople: uniques.expected,
    over: ended ? { date: ended.overOn, reason: ended.overReason } : null,
  };
}

interface RepositoryDay extends SubjectDay {
  repositoryId: number;
}

async function listDays(
  db: Db,
  tenantId: number,
  repositoryIds: readonly number[],
  from: Day,
): Promise<RepositoryDay[]> {
  return db
    .selectFrom('trafficDay')
    .select(['repositoryId', 'trafficDate as date', 'state', ...METRICS])
    .where('tenantId', '=', tenantId)
    .where('repositoryId', 'in', repositoryIds)
    .where('trafficDate', '>=', from)
    .execute();
}

/** Judges the sums of groups. */
async function judgeGroups(
  db: Db,
  tenantId: number,
  { groups, stored }: Search,
): Promise<{ changes: GroupChange[]; over: StoredOver[] }> {
  const changes: GroupChange[] = [];
  const over: StoredOver[] = [];
  for (const { groupId, memberIds, currentIds, from, through } of groups) {
    if (from > through || currentIds.length < 2) continue;
    const own = stored.filter((one) => one.groupId === groupId);
    const first = addDays(from, -GIVEN_DAYS);
    const judgedDays = await readJudgedDays(db, tenantId, currentIds, { from: first, to: through });
    let known: readonly KnownChange[] = own;
    for (const date of daysFrom(from, through)) {
      // Which repositories can be compared depends on the day.
      const comparable = listComparable(judgedDays, date);
      const days = await sumDays(db, tenantId, comparable, { from: first, to: date });
      const judgement = judgeDays(days, { from: date, through: date, known });
      over.push(...toStoredOver(judgement.over, own));
      known = known.map(
        (one) =>
          judgement.over.find((ended) => ended.metric === one.metric && ended.date === one.date) ?? one,
      );
      for (const change of judgement.began) {
        known = [...known, { ...change, overOn: null, overReason: null }];
        changes.push({
          ...toNewChange(change),
          kind: change.kind,
          repositoryId: null,
          groupId,
          memberIds,
        });
      }
    }
  }
  return { changes, over };
}

/** Names the referrers that brought spikes. */
async function findCausesOf(
  db: Db,
  tenantId: number,
  changes: readonly RepositoryChange[],
): Promise<RepositoryChange[]> {
  const spikes = changes.filter(({ kind, metric }) => kind === 'spike' && metric === 'views');
  const causes = new Map<RepositoryChange, string>();
  for (const date of new Set(spikes.map(({ date }) => date))) {
    const ofDate = spikes.filter((one) => one.date === date);
    const repositoryIds = ofDate.map(({ repositoryId }) => repositoryId);
    const rises = await listRises(db, tenantId, { repositoryIds, date });
    for (const spike of ofDate) {
      const more = spike.value - (spike.expected ?? 0);
      const entered = (rises.get(spike.repositoryId)?.referrers ?? []).find(
        ({ previousRank, atLeast }) => previousRank === null && atLeast >= more * CAUSING_SHARE,
      );
      if (entered) causes.set(spike, entered.name);
    }
  }
  return changes.map((change) => ({ ...change, cause: causes.get(change) ?? null }));
}

interface KnownSearch {
  since: Day;
  members: ReadonlyMap<number, readonly number[]>;
}

async function listKnown(db: Db, tenantId: number, { since, members }: KnownSearch): Promise<KnownAlert[]> {
  const rows = await db
    .selectFrom('alert as a')
    .innerJoin('alertChange as c', (join) =>
      join.onRef('c.tenantId', '=', 'a.tenantId').onRef('c.alertId', '=', 'a.alertId'),
    )
    .select(['a.alertId', 'a.kind', 'a.name', 'a.alertDate', 'a.closedAt', 'c.repositoryId', 'c.groupId'])
    .select(['c.metric', 'c.changeDate as date', 'c.amount as value'])
    .where('a.tenantId', '=', tenantId)
    .where(({ eb, or }) => or([eb('a.closedAt', 'is', null), eb('a.alertDate', '>=', since)]))
    .orderBy('a.alertId')
    .execute();
  const byAlert = new Map<number, typeof rows>();
  for (const row of rows) {
    const own = byAlert.get(row.alertId) ?? [];
    own.push(row);
    byAlert.set(row.alertId, own);
  }
  return [...byAlert.values()].flatMap((changes) => {
    const [first] = changes;
    if (!first) return [];
    const memberIds = changes.flatMap(({ repositoryId, groupId }) =>
      repositoryId === null ? (members.get(groupId ?? 0) ?? []) : [repositoryId],
    );
    const { alertId, kind, name, alertDate: date, closedAt } = first;
    return [{ alertId, kind, name, date, isOpen: closedAt === null, changes, memberIds }];
  });
}

type NewReason = Omit<Insertable<Tables['alertReason']>, 'tenantId' | 'alertId' | 'reasonId'>;

/** What entered or rose in lists, and what was released, around the day of an alert. */
async function findReasons(db: Db, tenantId: number, cause: Cause): Promise<NewReason[]> {
  const { kind, date, added } = cause;
  const own = [...new Set(added.flatMap(({ repositoryId }) => repositoryId ?? []))];
  const ids =
    own.length > 0
      ? own.slice(0, MAX_EXPLAINED)
      : await listMostViewed(db, tenantId, {
          repositoryIds: [...cause.memberIds],
          date,
          limit: MAX_EXPLAINED,
        });
  if (ids.length === 0) return [];
  // A round number is reached by all visitors so far, not by those of a day.
  const rises = await listRises(db, tenantId, { repositoryIds: kind === 'milestone' ? [] : ids, date });
  const access = { tenantId, repositoryIds: ids };
  const releases = await listReleases(db, access, {
    from: addDays(date, -1),
    to: addDays(date, 1),
    limit: MAX_EXPLAINED * MAX_REASONS,
  });
  const ofLists = ids.flatMap((repositoryId) => {
    const own = rises.get(repositoryId);
    const explains = ({ atLeast }: { atLeast: number }) =>
      atLeast >= EXPLAINING_SHARE * toExcess(added, repositoryId);
    const toReason =
      (kind: 'referrer' | 'path') =>
      ({ name, previousRank, atLeast }: { name: string; previousRank: number | null; atLeast: number }) => ({
        repositoryId,
        kind,
        name,
        reasonDate: date,
        movement: previousRank === null ? ('entered' as const) : ('rose' as const),
        amount: atLeast > 0 ? atLeast : null,
      });
    return [
      ...(own?.referrers ?? []).filter(explains).slice(0, MAX_REASONS).map(toReason('referrer')),
      ...(own?.paths ?? []).filter(explains).slice(0, MAX_REASONS).map(toReason('path')),
    ];
  });
  const released = releases.rows.map(({ repositoryId, tag, publishedAt }) => ({
    repositoryId,
    kind: 'release' as const,
    name: tag,
    reasonDate: toDay(new Date(publishedAt)),
    movement: null,
    amount: null,
  }));
  return [...ofLists, ...released];
}

/** By how much the views of a repository, or of its group, differ from what was usual; 0 if the alert is not about views. */
function toExcess(changes: Cause['added'], repositoryId: number): number {
  const views = changes.find(
    (change) =>
      change.metric === 'views' && (change.repositoryId === repositoryId || change.groupId !== null),
  );
  return views ? Math.abs(views.value - (views.expected ?? 0)) : 0;
}

const judgements: Merge<'alertJudgement'> = {
  into: 'alertJudgement',
  key: ['tenantId', 'repositoryId'],
  update: { judgedThrough: given('judgedThrough'), seenThrough: given('seenThrough') },
};

/** Notes what is judged now. False if somebody judged any of it meanwhile, or the tenant is gone. Locks the tenant. */
async function claim(
  trx: Transaction<Tables>,
  tenantId: number,
  rows: readonly DueRepository[],
  judged: readonly Judged[],
): Promise<boolean> {
  if (!(await lockTenantIfThere(trx, tenantId))) return false;
  const current = await trx
    .selectFrom('repository as r')
    .leftJoin('alertJudgement as j', (join) =>
      join.onRef('j.tenantId', '=', 'r.tenantId').onRef('j.repositoryId', '=', 'r.repositoryId'),
    )
    .select(['r.repositoryId', 'j.judgedThrough', 'j.seenThrough'])
    .where('r.tenantId', '=', tenantId)
    .execute();
  const stored = new Map(current.map((row) => [row.repositoryId, row]));
  const isSame = (row: DueRepository) => {
    const now = stored.get(row.repositoryId);
    return !now || (now.judgedThrough === row.judgedThrough && now.seenThrough === row.seenThrough);
  };
  if (!rows.every(isSame)) return false;
  const noted = judged
    .filter(({ repositoryId }) => stored.has(repositoryId))
    .map(({ repositoryId, through, seenThrough }) => ({
      tenantId,
      repositoryId,
      judgedThrough: through,
      seenThrough,
    }));
  await mergeRows(trx, judgements, noted);
  return true;
}

async function endChanges(
  trx: Transaction<Tables>,
  tenantId: number,
  over: readonly StoredOver[],
): Promise<void> {
  for (const { alertId, changeId, overOn, overReason } of over)
    await trx
      .updateTable('alertChange')
      .set({ overDate: overOn, overReason })
      .where('tenantId', '=', tenantId)
      .where('alertId', '=', alertId)
      .where('changeId', '=', changeId)
      .execute();
}

/** Closes open alerts of which nothing is open any more: it is over, or its repository is gone. Returns how many. */
async function closeEnded(db: Db, now: Date, tenantId?: number): Promise<number> {
  const { numUpdatedRows } = await db
    .updateTable('alert')
    .set({ closedAt: now.toISOString() })
    .where('closedAt', 'is', null)
    .$if(tenantId !== undefined, (query) => query.where('tenantId', '=', tenantId ?? 0))
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('alertChange as c')
            .select('c.changeId')
            .whereRef('c.tenantId', '=', 'alert.tenantId')
            .whereRef('c.alertId', '=', 'alert.alertId')
            .where('c.overDate', 'is', null),
        ),
      ),
    )
    .executeTakeFirst();
  return Number(numUpdatedRows);
}

/** Ends what was not judged for weeks. */
async function closeStale(db: Db, now: Date): Promise<void> {
  const { numUpdatedRows } = await db
    .updateTable('alertChange')
    .set({ overDate: toDay(now), overReason: 'unknown' })
    .where('overDate', 'is', null)
    .where('changeDate', '<', addDays(toDay(now), -STALE_DAYS))
    .where(({ exists, selectFrom }) =>
      exists(
        selectFrom('alert as a')
          .select('a.alertId')
          .whereRef('a.tenantId', '=', 'alertChange.tenantId')
          .whereRef('a.alertId', '=', 'alertChange.alertId')
          .where('a.closedAt', 'is', null),
      ),
    )
    .executeTakeFirst();
  if (Number(numUpdatedRows) > 0) await closeEnded(db, now);
}

interface Storing {
  causes: readonly Cause[];
  reasons: ReadonlyMap<Cause, readonly NewReason[]>;
  now: Date;
}

/** Stores new alerts and what belongs to known ones. Returns how many are new. */
async function storeCauses(
  trx: Transaction<Tables>,
  tenantId: number,
  { causes, reasons, now }: Storing,
): Promise<number> {
  if (causes.length === 0) return 0;
  const sight = await toAlertSight(trx, { tenantId, repositoryIds: null });
  const snoozes = await listSnoozes(trx, sight, toDay(now));
  const current = await trx
    .selectFrom('repository')
    .select('repositoryId')
    .where('tenantId', '=', tenantId)
    .execute();
  const ids = new Set(current.map(({ repositoryId }) => repositoryId));
  const groups = await listStoredGroups(trx, tenantId);
  const groupIds = new Set(groups.map(({ groupId }) => groupId));
  let count = 0;
  for (const cause of causes) {
    const added = cause.added.filter(({ repositoryId, groupId }) =>
      repositoryId === null ? groupIds.has(groupId ?? 0) : ids.has(repositoryId),
    );
    if (added.length === 0) continue;
    const isNew = cause.alertId === null;
    const alertId =
      cause.alertId ?? (await insertAlert(trx, tenantId, cause, findSnooze(snoozes, cause.kind, added), now));
    await insertChanges(trx, { tenantId, alertId }, added);
    if (!isNew) continue;
    count += 1;
    const rows = (reasons.get(cause) ?? []).filter(({ repositoryId }) => ids.has(repositoryId));
    await insertRows(
      trx,
      'alertReason',
      rows.map((row, place) => ({ tenantId, alertId, reasonId: place + 1, ...row })),
    );
  }
  return count;
}

async function insertAlert(
  trx: Transaction<Tables>,
  tenantId: number,
  { kind, name, date }: Cause,
  snoozeId: number | null,
  now: Date,
): Promise<number> {
  const isOpen = kind === 'spike' || kind === 'drop';
  const { alertId } = await trx
    .insertInto('alert')
    .values({
      tenantId,
      kind,
      name,
      alertDate: date,
      createdAt: now.toISOString(),
      closedAt: isOpen ? null : now.toISOString(),
      snoozeId,
    })
    .returning('alertId')
    .executeTakeFirstOrThrow();
  return alertId;
}

async function insertChanges(
  trx: Transaction<Tables>,
  key: { tenantId: number; alertId: number },
  added: readonly NewChange[],
): Promise<void> {
  const row = await trx
    .selectFrom('alertChange')
    .select(({ fn }) => fn.max<number | null>('changeId').as('last'))
    .where('tenantId', '=', key.tenantId)
    .where('alertId', '=', key.alertId)
    .executeTakeFirst();
  const last = row?.last ?? 0;
  await insertRows(
    trx,
    'alertChange',
    added.map((change, place) => ({
      tenantId: key.tenantId,
      alertId: key.alertId,
      changeId: last + place + 1,
      repositoryId: change.repositoryId,
      groupId: change.groupId,
      metric: change.metric,
      changeDate: change.date,
      noticedDate: change.noticedOn,
      overDate: change.over?.date ?? null,
      overReason: change.over?.reason ?? null,
      amount: change.value,
      expected: change.expected,
      people: change.people,
      expectedPeople: change.expectedPeople,
    })),
  );
}

/** Deletes alerts that ended before logs are kept, and those whose repositories and groups are all gone. Returns how many. */
export async function deleteOldAlerts(db: Db, now: Date): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom('alert')
    .where(({ eb, or, not, exists, selectFrom }) =>
      or([
        eb('closedAt', '<', logsKeptSince(now)),
        not(
          exists(
            selectFrom('alertChange as c')
              .select('c.changeId')
              .whereRef('c.tenantId', '=', 'alert.tenantId')
              .whereRef('c.alertId', '=', 'alert.alertId'),
          ),
        ),
      ]),
    )
    .executeTakeFirst();
  return Number(numDeletedRows);
}
