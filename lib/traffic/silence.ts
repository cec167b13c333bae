import { type Expression, expressionBuilder, type SqlBool, sql } from 'kysely';
import { addDays, type Day, daysFrom, toDay } from '../day.ts';
import type { Db } from '../db/database.ts';
import { inTransaction, type Merge, mergeRows } from '../db/portable.ts';
import type { Tables } from '../db/tables.ts';
import type { Instant } from '../instant.ts';
import { decideDate } from './layers.ts';
import { cutFrom, FINAL_STATES, type StoredState } from './window.ts';

/** A day of a GitHub server. */
interface ServerDay {
  serverId: number;
  trafficDate: Day;
}

/** The repositories with usual traffic, on a day on which nobody came to any repository of their server. */
export interface QuietDay {
  /** How many of them were read lately, or have this day. */
  readCount: number;
  /** How many of them are zero on this day. */
  zeroCount: number;
}

/** How many final days before a day say what is usual, and how many of them must have traffic. */
const USUAL_DAYS = 14;
const MIN_BUSY_DAYS = 12;
/** How far back the usual days may lie. */
const LOOK_BACK_DAYS = 42;
/** One repository alone may just be quiet. */
const MIN_REPOSITORIES = 2;
/** The share that must be zero of those that were read: of many, some get an old copy. */
const MIN_SHARE = 0.9;
/** A repository read longer ago is not waited for. */
const LATELY_MS = 36 * 3_600_000;

interface StateChange {
  before: StoredState;
  after: StoredState;
}

const SILENCE: StateChange = { before: 'zero', after: 'suspect' };
const CORRECTION: StateChange = { before: 'suspect', after: 'zero' };

/** Whether a quiet day was silent: GitHub may have failed, so its zeros are suspect. */
export function isSilent({ readCount, zeroCount }: QuietDay): boolean {
  return zeroCount >= MIN_REPOSITORIES && zeroCount >= MIN_SHARE * readCount;
}

/**
 * Finds the days on which all repositories of a server fell silent together, over all tenants, and makes their zeros
 * suspect; takes that back where GitHub has caught up. A silent day stays silent until somebody came on it. Reads little
 * unless a whole day is quiet. Doing it again changes nothing.
 */
export async function judgeSilence(db: Db, now: Date): Promise<void> {
  const to = toDay(now);
  const from = cutFrom(to);
  await endSilence(db, from, now);
  for (const trafficDate of daysFrom(from, to))
    for (const serverId of await listQuietServers(db, trafficDate)) {
      const day = { serverId, trafficDate };
      if (isSilent(await countQuiet(db, day, now))) await beginSilence(db, day);
    }
  await setAll(db, from, SILENCE);
  await setAll(db, from, CORRECTION);
}

/** Makes those zeros of a tenant suspect that a run has just read of days which are known to be silent. */
export async function markSilence(db: Db, tenantId: number): Promise<void> {
  const days = await db
    .selectFrom('silentDay as s')
    .innerJoin('tenant as t', 't.serverId', 's.serverId')
    .select('s.trafficDate')
    .where('t.tenantId', '=', tenantId)
    .where('s.endedAt', 'is', null)
    .execute();
  for (const { trafficDate } of days) await setState(db, { tenantId, trafficDate }, SILENCE);
}

/** The days that GitHub still shows of a tenant's repositories and that are suspect. */
export interface SuspectDays {
  tenantId: number;
  first: Day;
  last: Day;
}

/** Which tenants have suspect days that GitHub still shows. */
export async function listSuspectDays(db: Db, now: Date): Promise<SuspectDays[]> {
  const dates = db
    .selectFrom('silentDay')
    .select('trafficDate')
    .distinct()
    .where('trafficDate', '>=', cutFrom(toDay(now)))
    .where('endedAt', 'is', null);
  return db
    .selectFrom('tenant as t')
    .innerJoin('trafficDay as d', 'd.tenantId', 't.tenantId')
    .select(({ fn }) => [
      't.tenantId',
      fn.min<Day>('d.trafficDate').as('first'),
      fn.max<Day>('d.trafficDate').as('last'),
    ])
    .where('d.trafficDate', 'in', dates)
    .where('d.state', '=', 'suspect')
    .groupBy('t.tenantId')
    .execute();
}

/** Somebody came to a repository of the server of `s` on its day. */
function isBusy(date: Day | Expression<Day>, serverId: Expression<number>): Expression<SqlBool> {
  const { exists, or } = expressionBuilder<Tables>();
  const busy = (table: 'trafficDay' | 'collectedDay') =>
    exists(
      selectDaysOfServer(date, serverId, table).where(({ eb, or: either }) =>
        either([eb('d.viewCount', '>', 0), eb('d.cloneCount', '>', 0)]),
      ),
    );
  return or([busy('trafficDay'), busy('collectedDay')]);
}

/** Days as we measured them: `collectedDay` has those whose row in `trafficDay` an import decided. */
function selectDaysOfServer(
  date: Day | Expression<Day>,
  serverId: Expression<number>,
  table: 'trafficDay' | 'collectedDay' = 'trafficDay',
) {
  return expressionBuilder<Tables>()
    .selectFrom('tenant as t')
    .innerJoin(`${table} as d` as 'trafficDay as d', 'd.tenantId', 't.tenantId')
    .select('d.tenantId')
    .where('t.serverId', '=', serverId)
    .where('d.trafficDate', '=', date)
    .$if(table === 'trafficDay', (query) => query.where('d.importId', 'is', null));
}

/** The servers on which a day has zeros and nothing else, and which are not known to have been silent. */
async function listQuietServers(db: Db, date: Day): Promise<number[]> {
  const rows = await db
    .selectFrom('githubServer as s')
    .select('s.serverId')
    .where(({ exists, ref }) =>
      exists(selectDaysOfServer(date, ref('s.serverId')).where('d.state', '=', 'zero')),
    )
    .where(({ not, ref }) => not(isBusy(date, ref('s.serverId'))))
    .where(({ eb, exists, not }) =>
      not(
        exists(
          eb
            .selectFrom('silentDay as k')
            .select('k.serverId')
            .whereRef('k.serverId', '=', 's.serverId')
            .where('k.trafficDate', '=', date),
        ),
      ),
    )
    .orderBy('s.serverId')
    .execute();
  return rows.map(({ serverId }) => serverId);
}

/** A repository has usual traffic if it had some on 12 of its 14 final days before. Suspect days are not final. */
async function countQuiet(db: Db, { serverId, trafficDate }: ServerDay, now: Date): Promise<QuietDay> {
  const since: Instant = new Date(now.getTime() - LATELY_MS).toISOString();
  const before = db
    .selectFrom('tenant as t')
    .innerJoin('trafficDay as d', 'd.tenantId', 't.tenantId')
    .select(['d.tenantId', 'd.repositoryId'])
    .select([
      sql<number>`case when d.view_count > 0 or d.clone_count > 0 then 1 else 0 end`.as('busy'),
      sql<number>`row_number() over (partition by d.tenant_id, d.repository_id order by d.traffic_date desc)`.as(
        'place',
      ),
    ])
    .where('t.serverId', '=', serverId)
    .where('d.trafficDate', '>=', addDays(trafficDate, -LOOK_BACK_DAYS))
    .where('d.trafficDate', '<', trafficDate)
    .where('d.state', 'in', FINAL_STATES)
    .where('d.importId', 'is', null);
  const usual = db
    .selectFrom(before.as('b'))
    .select(['b.tenantId', 'b.repositoryId'])
    .where('b.place', '<=', USUAL_DAYS)
    .groupBy(['b.tenantId', 'b.repositoryId'])
    .having(({ fn }) => fn.sum('b.busy'), '>=', MIN_BUSY_DAYS);
  const counts = await db
    .selectFrom(usual.as('u'))
    .innerJoin('repository as r', (join) =>
      join.onRef('r.tenantId', '=', 'u.tenantId').onRef('r.repositoryId', '=', 'u.repositoryId'),
    )
    .leftJoin('trafficDay as d', (join) =>
      join
        .onRef('d.tenantId', '=', 'u.tenantId')
        .onRef('d.repositoryId', '=', 'u.repositoryId')
        .on('d.trafficDate', '=', trafficDate)
        .on('d.importId', 'is', null),
    )
    .select(({ fn }) => [
      fn.countAll<number>().as('readCount'),
      sql<number | null>`sum(case when d.state = 'zero' then 1 else 0 end)`.as('zeroCount'),
    ])
    .where(({ eb, or }) => or([eb('d.state', 'is not', null), eb('r.lastSuccessAt', '>', since)]))
    .executeTakeFirstOrThrow();
  return { readCount: counts.readCount, zeroCount: counts.zeroCount ?? 0 };
}

const silentDays: Merge<'silentDay'> = { into: 'silentDay', key: ['serverId', 'trafficDate'] };

/** Marks its zeros at once, so that they count as silence and not as usual when the day after it is judged. */
async function beginSilence(db: Db, day: ServerDay): Promise<void> {
  await inTransaction(db, (trx) => mergeRows(trx, silentDays, [day]));
  await setAll(db, day.trafficDate, SILENCE);
}

/** Ends the silence of days on which somebody came after all. */
async function endSilence(db: Db, from: Day, now: Date): Promise<void> {
  await db
    .updateTable('silentDay')
    .set({ endedAt: now.toISOString() })
    .where('trafficDate', '>=', from)
    .where('endedAt', 'is', null)
    .where(({ ref }) => isBusy(ref('silentDay.trafficDate'), ref('silentDay.serverId')))
    .execute();
}

/** Makes a change of silent days since a date for all tenants: of those that are over, or of those that are not. */
async function setAll(db: Db, from: Day, change: StateChange): Promise<void> {
  const select = (table: 'trafficDay' | 'collectedDay') =>
    db
      .selectFrom('silentDay as s')
      .innerJoin('tenant as t', 't.serverId', 's.serverId')
      .innerJoin(`${table} as d` as 'trafficDay as d', (join) =>
        join.onRef('d.tenantId', '=', 't.tenantId').onRef('d.trafficDate', '=', 's.trafficDate'),
      )
      .select(['d.tenantId', 'd.trafficDate'])
      .distinct()
      .where('s.trafficDate', '>=', from)
      .where('s.endedAt', change === CORRECTION ? 'is not' : 'is', null)
      .where('d.state', '=', change.before);
  const days = await select('trafficDay')
    .where('d.importId', 'is', null)
    .union(select('collectedDay'))
    .execute();
  for (const day of days) await setState(db, day, change);
}

async function setState(
  db: Db,
  { tenantId, trafficDate }: { tenantId: number; trafficDate: Day },
  { before, after }: StateChange,
): Promise<void> {
  await inTransaction(db, async (trx) => {
    await trx
      .updateTable('trafficDay')
      .set({ state: after })
      .where('tenantId', '=', tenantId)
      .where('trafficDate', '=', trafficDate)
      .where('state', '=', before)
      .where('importId', 'is', null)
      .execute();
    await trx
      .updateTable('collectedDay')
      .set({ state: after })
      .where('tenantId', '=', tenantId)
      .where('trafficDate', '=', trafficDate)
      .where('state', '=', before)
      .execute();
    await decideDate(trx, tenantId, trafficDate);
  });
}
