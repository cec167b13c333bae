import { sql } from 'kysely';
import { addDays, type Day, daysFrom, toDay } from '../day.ts';
import type { Db } from '../db/database.ts';
import { inTransaction } from '../db/portable.ts';
import { cutFrom, FINAL_STATES, type StoredState } from './window.ts';

/** A repository's stored day, as far as silence goes. */
export interface JudgedDay {
  repositoryId: number;
  trafficDate: Day;
  state: StoredState;
  /** Whether anybody came. */
  isBusy: boolean;
}

/** How many final days before a day say what is usual, and how many of them must have traffic. */
const USUAL_DAYS = 14;
const MIN_BUSY_DAYS = 12;
/** One repository alone may just be quiet. */
const MIN_REPOSITORIES = 2;
/** How far back the usual days may lie. */
const LOOK_BACK_DAYS = 42;

/**
 * The days of a span on which all repositories fell silent together: at least two with usual traffic are zero, and no
 * repository at all has any. A repository has usual traffic if it had some on 12 of its 14 final days before; days of
 * silence do not count among them.
 */
export function findSilentDays(days: readonly JudgedDay[], from: Day, to: Day): Day[] {
  const repositories = new Map<number, JudgedDay[]>();
  for (const day of days)
    repositories.set(day.repositoryId, [...(repositories.get(day.repositoryId) ?? []), day]);
  const busyDays = new Set(days.filter(({ isBusy }) => isBusy).map(({ trafficDate }) => trafficDate));
  const silent = new Set<Day>();
  for (const date of daysFrom(from, to)) {
    if (busyDays.has(date)) continue;
    const usual = [...repositories.values()].filter((own) => hasUsualTraffic(own, date, silent));
    const isZero = ({ trafficDate, state }: JudgedDay) =>
      trafficDate === date && (state === 'zero' || state === 'suspect');
    if (usual.length >= MIN_REPOSITORIES && usual.every((own) => own.some(isZero))) silent.add(date);
  }
  return [...silent];
}

function hasUsualTraffic(own: readonly JudgedDay[], date: Day, silent: ReadonlySet<Day>): boolean {
  const before = own
    .filter(({ trafficDate, state }) => {
      return trafficDate < date && !silent.has(trafficDate) && FINAL_STATES.includes(state);
    })
    .sort((one, other) => (one.trafficDate < other.trafficDate ? 1 : -1))
    .slice(0, USUAL_DAYS);
  return before.filter(({ isBusy }) => isBusy).length >= MIN_BUSY_DAYS;
}

/**
 * Marks the zero days of a tenant as suspect where everything fell silent together, and takes that back where GitHub has
 * caught up. Reads little unless a whole day is silent. Call it when a run has read everything.
 */
export async function judgeSilence(db: Db, tenantId: number, now: Date): Promise<void> {
  const to = toDay(now);
  const from = cutFrom(to);
  const counts = await db
    .selectFrom('trafficDay')
    .select([
      'trafficDate',
      sql<number>`sum(case when view_count > 0 or clone_count > 0 then 1 else 0 end)`.as('busy'),
      sql<number>`sum(case when state = 'zero' then 1 else 0 end)`.as('zero'),
      sql<number>`sum(case when state = 'suspect' then 1 else 0 end)`.as('suspect'),
    ])
    .where('tenantId', '=', tenantId)
    .where('trafficDate', '>=', from)
    .groupBy('trafficDate')
    .execute();
  if (!counts.some(({ busy, zero, suspect }) => suspect > 0 || (busy === 0 && zero > 0))) {
    // GitHub has corrected every day itself, or the last suspect one has left the window.
    await db
      .updateTable('tenant')
      .set({ suspectFrom: null, suspectTo: null })
      .where('tenantId', '=', tenantId)
      .where('suspectFrom', 'is not', null)
      .execute();
    return;
  }
  const silent = findSilentDays(
    await listJudgedDays(db, tenantId, addDays(from, -LOOK_BACK_DAYS)),
    from,
    to,
  ).sort();
  const corrected = counts
    .filter(({ trafficDate, suspect }) => suspect > 0 && !silent.includes(trafficDate))
    .map(({ trafficDate }) => trafficDate);
  await inTransaction(db, async (trx) => {
    const mark = async (dates: readonly Day[], before: StoredState, state: StoredState) => {
      if (dates.length === 0) return;
      await trx
        .updateTable('trafficDay')
        .set({ state })
        .where('tenantId', '=', tenantId)
        .where('trafficDate', 'in', dates)
        .where('state', '=', before)
        .execute();
    };
    await mark(silent, 'zero', 'suspect');
    await mark(corrected, 'suspect', 'zero');
    await trx
      .updateTable('tenant')
      .set({ suspectFrom: silent[0] ?? null, suspectTo: silent.at(-1) ?? null })
      .where('tenantId', '=', tenantId)
      .execute();
  });
}

async function listJudgedDays(db: Db, tenantId: number, from: Day): Promise<JudgedDay[]> {
  const rows = await db
    .selectFrom('trafficDay')
    .select(['repositoryId', 'trafficDate', 'state', 'viewCount', 'cloneCount'])
    .where('tenantId', '=', tenantId)
    .where('trafficDate', '>=', from)
    .execute();
  return rows.map(({ viewCount, cloneCount, ...day }) => ({
    ...day,
    isBusy: (viewCount ?? 0) > 0 || (cloneCount ?? 0) > 0,
  }));
}
