import { type Expression, expressionBuilder, type SqlBool } from 'kysely';
import type { Repository } from '../answers/repositories.ts';
import { type Actor, recordAudit } from '../audit.ts';
import { addDays, type Day, startOf, toDay } from '../day.ts';
import type { Db } from '../db/database.ts';
import { inTransaction } from '../db/portable.ts';
import type { Schedule } from '../db/tables/repositories.ts';
import type { Tables } from '../db/tables.ts';
import type { Instant } from '../instant.ts';
import { andMore } from '../number-format.ts';
import { notFound } from '../request.ts';
import { readableSince } from '../traffic/week.ts';
import { listRepositoryRows, toFullName, toRepository } from './repository.ts';

/** What decides whether the alarm collects a repository. */
export interface Scheduled {
  schedule: Schedule;
  lastSuccessAt: Instant | null;
  /** The first of the failures in a row; null when the newest collection succeeded. */
  failureAt: Instant | null;
  publishedThrough: Day | null;
}

/** What decides whether the sweep asks for a repository again. */
export interface AskedAgain extends Omit<Scheduled, 'failureAt'> {
  /** The end of the newest answer when that was an old copy. */
  oldCopyThrough: Day | null;
  /** Successful reads since 08:00 UTC of the day of `lastSuccessAt`. */
  readsToday: number;
  /** GitHub stands still, and a sample of other repositories is asked instead. */
  isHeld: boolean;
}

/** A repository is due when it last succeeded before the instant for its schedule. */
export interface DueLimits {
  daily: Instant;
  /** Where GitHub publishes whole windows. */
  weekly: Instant;
  /** Where GitHub's answers are sparse. */
  weeklySparse: Instant;
  /** A success later than this was dated by a clock that was ahead, and does not count. */
  latest: Instant;
}

const DAY_MS = 86_400_000;
/** A little less than the hour between two sweeps. */
export const SWEEP_PAUSE_MS = 55 * 60_000;
/** By 08:00 UTC GitHub has published the day before; in the night it may not have. */
const PUBLISHED_AFTER_MS = 8 * 3_600_000;
/** The alarm's, and three more. */
const MAX_READS_OF_DAY = 4;
const REFUSED_PAUSE_MS = 20 * 3_600_000;

/**
 * The limits at an instant. They are the starts of UTC days, so an alarm that fires a little earlier than the last one
 * misses nothing.
 *
 * A weekly schedule turns on Monday, when the week before is published; it stays in GitHub's window for another week. With
 * sparse answers it turns on Thursday, when GitHub's weekly figures of the week before the last become final. That week
 * stays in the window until Saturday: two alarms in a row may be missed before it has no uniques of its own. Five may be
 * missed before a day is cut, because GitHub still shows a day in full twelve days after it was unfinished.
 */
export function dueLimits(now: Date): DueLimits {
  return {
    daily: startOf(toDay(now)).toISOString(),
    weekly: startOf(readableSince('published', now)).toISOString(),
    weeklySparse: startOf(readableSince('sparse', now)).toISOString(),
    latest: new Date(now.getTime() + DAY_MS).toISOString(),
  };
}

/**
 * Whether the alarm collects a repository: a daily one once a day, a weekly one once a week but once a day while its
 * collections fail, a paused one never. {@link whereDue} says the same in SQL.
 */
export function isDue(
  { schedule, lastSuccessAt, failureAt, publishedThrough }: Scheduled,
  now: Date,
): boolean {
  if (schedule === 'paused') return false;
  if (lastSuccessAt === null) return true;
  const { daily, weekly, weeklySparse, latest } = dueLimits(now);
  if (lastSuccessAt > latest) return true;
  if (schedule === 'daily' || failureAt !== null) return lastSuccessAt < daily;
  return lastSuccessAt < (publishedThrough === null ? weeklySparse : weekly);
}

/** {@link isDue} as a condition on the rows of `repository`. */
export function whereDue({ daily, weekly, weeklySparse, latest }: DueLimits): Expression<SqlBool> {
  const eb = expressionBuilder<Tables, 'repository'>();
  const isDaily = eb.or([
    eb('repository.schedule', '=', 'daily'),
    eb('repository.failureAt', 'is not', null),
  ]);
  return eb.and([
    eb('repository.schedule', '<>', 'paused'),
    eb.or([
      eb('repository.lastSuccessAt', 'is', null),
      eb('repository.lastSuccessAt', '>', latest),
      eb.and([isDaily, eb('repository.lastSuccessAt', '<', daily)]),
      eb.and([
        eb('repository.schedule', '=', 'weekly'),
        eb.or([
          eb.and([
            eb('repository.publishedThrough', 'is', null),
            eb('repository.lastSuccessAt', '<', weeklySparse),
          ]),
          eb.and([
            eb('repository.publishedThrough', 'is not', null),
            eb('repository.lastSuccessAt', '<', weekly),
          ]),
        ]),
      ]),
    ]),
  ]);
}

/** When GitHub has published the day before, on the instant's UTC day. */
export function publishedAt(now: Date): Instant {
  return new Date(startOf(toDay(now)).getTime() + PUBLISHED_AFTER_MS).toISOString();
}

/**
 * Whether the sweep asks for a repository again: after an old copy every hour, and where the day before is missing at most
 * three times on the same day, from 08:00 UTC on. While GitHub stands still, only a sample is asked.
 * {@link whereAskedAgain} says the same in SQL.
 */
export function isAskedAgain(
  { schedule, lastSuccessAt, publishedThrough, oldCopyThrough, readsToday, isHeld }: AskedAgain,
  now: Date,
): boolean {
  const { lastReadBefore, today, yesterday, published } = askLimits(now);
  if (isHeld || schedule === 'paused' || lastSuccessAt === null || lastSuccessAt > lastReadBefore)
    return false;
  if (oldCopyThrough !== null) return true;
  if (now.toISOString() < published || publishedThrough === null) return false;
  const isUsedUp = lastSuccessAt >= published && readsToday >= MAX_READS_OF_DAY;
  return publishedThrough < yesterday && lastSuccessAt >= today && !isUsedUp;
}

/** {@link isAskedAgain} as a condition on the rows of `repository`, with the sample of {@link listSample}. */
export function whereAskedAgain(now: Date, sample: readonly number[]): Expression<SqlBool> {
  const eb = expressionBuilder<Tables, 'repository'>();
  const { lastReadBefore, today, yesterday, published } = askLimits(now);
  const isMissing = eb.and([
    eb('repository.publishedThrough', '<', yesterday),
    eb('repository.lastSuccessAt', '>=', today),
    eb.or([
      eb('repository.lastSuccessAt', '<', published),
      eb('repository.readsToday', '<', MAX_READS_OF_DAY),
    ]),
  ]);
  const isOldCopy = eb('repository.oldCopyThrough', 'is not', null);
  return eb.and([
    eb('repository.schedule', '<>', 'paused'),
    eb('repository.lastSuccessAt', '<=', lastReadBefore),
    eb.or([eb.not(isStalled()), ...(sample.length > 0 ? [eb('repository.repositoryId', 'in', sample)] : [])]),
    now.toISOString() < published ? isOldCopy : eb.or([isOldCopy, isMissing]),
  ]);
}

/** GitHub publishes nothing newer of a repository's visibility on its server. */
function isStalled(): Expression<SqlBool> {
  const { exists, selectFrom } = expressionBuilder<Tables, 'repository'>();
  return exists(
    selectFrom('publication as p')
      .innerJoin('tenant as o', 'o.serverId', 'p.serverId')
      .select('p.serverId')
      .whereRef('o.tenantId', '=', 'repository.tenantId')
      .whereRef('p.visibility', '=', 'repository.visibility')
      .where('p.stalledAt', 'is not', null),
  );
}

function askLimits(now: Date) {
  const today = toDay(now);
  return {
    lastReadBefore: new Date(now.getTime() - SWEEP_PAUSE_MS).toISOString(),
    today: startOf(today).toISOString(),
    yesterday: addDays(today, -1),
    published: publishedAt(now),
  };
}

/**
 * True while the alarm leaves a refused repository alone: asking again an hour later would cost a request and change
 * nothing. The pause is shorter than a day, so an alarm that fires a little early still asks.
 */
export function wasRefusedLately({ refusedAt }: { refusedAt: Instant | null }, now: Date): boolean {
  return refusedAt !== null && Math.abs(now.getTime() - Date.parse(refusedAt)) < REFUSED_PAUSE_MS;
}

/** Sets the schedule of repositories of a tenant. Changes none and throws `repository_not_found` if one is missing. */
export async function setSchedule(
  db: Db,
  tenantId: number,
  { repositoryIds, schedule }: { repositoryIds: readonly number[]; schedule: Schedule },
  by: Actor,
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
    const subject = describeRepositories(rows.map(toFullName));
    await recordAudit(trx, by, { tenantId, kind: 'schedule_set', subject, detail: schedule });
    return rows.map((row) => toRepository(row, by.now));
  });
}

/** The first of many names, and how many more there are. */
function describeRepositories([first = '', ...others]: string[]): string {
  if (others.length === 0) return first;
  return `${first} ${andMore(others.length)}`;
}
