import { daysBetween, toDay } from '../day.ts';
import type { Db } from '../db/database.ts';
import { inTransaction } from '../db/portable.ts';
import type { Schedule } from '../db/tables/repositories.ts';
import type { Instant } from '../instant.ts';
import { listRepositoryRows, type Repository, toRepository } from '../repositories.ts';
import { notFound } from '../request.ts';

/** What decides whether a repository is collected by the alarm. */
export interface Scheduled {
  schedule: Schedule;
  lastSuccessAt: Instant | null;
  /** Since when collections fail in a row; null: the newest one went well. */
  failureAt: Instant | null;
}

/**
 * Of the 13 days for which GitHub remembers a day that was still growing when it was read, 7 pass between two weekly
 * collections: five alarms in a row may be missed before a day comes back cut.
 */
const DAYS_BETWEEN_WEEKLY = 7;
const NOT_AGAIN_MS = 20 * 3_600_000;

/**
 * Whether the alarm takes a repository at an instant. Days are UTC days, so that an alarm that fires a little earlier than
 * the last one misses nothing: daily once a day, weekly once in seven days and, while its newest collection failed,
 * once a day; a paused one never.
 */
export function isDue({ schedule, lastSuccessAt, failureAt }: Scheduled, now: Date): boolean {
  if (schedule === 'paused') return false;
  if (lastSuccessAt === null) return true;
  const days = daysBetween(toDay(new Date(lastSuccessAt)), toDay(now));
  return days >= (schedule === 'daily' || failureAt !== null ? 1 : DAYS_BETWEEN_WEEKLY);
}

/**
 * True while the alarm does not ask again: each refusal costs a request of the quota, and an hour later it would be the
 * same. Less than a day, so that an alarm that fires a little earlier than the day before asks all the same.
 */
export function wasRefusedLately({ refusedAt }: { refusedAt: Instant | null }, now: Date): boolean {
  return refusedAt !== null && now.getTime() - Date.parse(refusedAt) < NOT_AGAIN_MS;
}

/** Sets when repositories of a tenant are collected: all of them or, with `repository_not_found`, none. */
export async function setSchedule(
  db: Db,
  tenantId: number,
  { repositoryIds, schedule }: { repositoryIds: readonly number[]; schedule: Schedule },
  now: Date,
): Promise<Repository[]> {
  const ids = [...new Set(repositoryIds)];
  return inTransaction(db, async (trx) => {
    const { numUpdatedRows } = await trx
      .updateTable('repository')
      .set({ schedule, refusedAt: null })
      .where('tenantId', '=', tenantId)
      .where('repositoryId', 'in', ids)
      .executeTakeFirst();
    if (Number(numUpdatedRows) < ids.length) throw notFound('repository');
    const rows = await listRepositoryRows(trx, { tenantId, repositoryIds: ids });
    return rows.map((row) => toRepository(row, now));
  });
}
