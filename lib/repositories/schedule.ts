import type { Repository } from '../answers/repositories.ts';
import { toDay } from '../day.ts';
import type { Db } from '../db/database.ts';
import { inTransaction } from '../db/portable.ts';
import type { Schedule } from '../db/tables/repositories.ts';
import type { Instant } from '../instant.ts';
import { notFound } from '../request.ts';
import { readableSince } from '../traffic/week.ts';
import { listRepositoryRows, toRepository } from './repository.ts';

/** What decides whether a repository is collected by the alarm. */
export interface Scheduled {
  schedule: Schedule;
  lastSuccessAt: Instant | null;
  /** Since when collections fail in a row; null: the newest one went well. */
  failureAt: Instant | null;
}

const NOT_AGAIN_MS = 20 * 3_600_000;

/**
 * Whether the alarm takes a repository at an instant. Days are UTC days, so that an alarm that fires a little earlier than
 * the last one misses nothing: daily once a day; weekly once a week and, while its newest collection failed, once a day;
 * a paused one never.
 *
 * The weeks of a schedule begin on the Thursday on which GitHub's own figures of the week before the last become final.
 * Until Saturday they lie in its window: two alarms in a row may be missed before such a week has no uniques of its own,
 * and five before a day comes back cut, as GitHub remembers whole what was still growing twelve days before.
 */
export function isDue({ schedule, lastSuccessAt, failureAt }: Scheduled, now: Date): boolean {
  if (schedule === 'paused') return false;
  if (lastSuccessAt === null) return true;
  const isDaily = schedule === 'daily' || failureAt !== null;
  return toDay(new Date(lastSuccessAt)) < (isDaily ? toDay(now) : readableSince(now));
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
