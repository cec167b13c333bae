import { addDays, startOf, toDay } from './day.ts';
import type { Db } from './db/database.ts';
import type { Instant } from './instant.ts';

/** Logs are kept for a little more than a year, to compare with the year before. Figures are kept forever. */
const LOG_DAYS = 400;

/** Two years, one of them a leap year. */
const AUDIT_DAYS = 731;

/** Nobody is away for longer, and GitHub's newest day is at most a few days old. */
const MAX_SILENT_DAYS = 60;

/**
 * False while GitHub's newest day is long past: then the clock is ahead, or nothing was collected for a while, and nothing is
 * deleted.
 */
export async function mayDelete(db: Db, now: Date): Promise<boolean> {
  const row = await db
    .selectFrom('repository')
    .select('publishedThrough')
    .where('publishedThrough', 'is not', null)
    .orderBy('publishedThrough', 'desc')
    .limit(1)
    .executeTakeFirst();
  const newest = row?.publishedThrough ?? null;
  return newest === null || newest >= addDays(toDay(now), -MAX_SILENT_DAYS);
}

/** What of logs ended before is deleted. */
export function logsKeptSince(now: Date): Instant {
  return startOf(addDays(toDay(now), -LOG_DAYS)).toISOString();
}

/** What happened before is deleted from the log of who did what. */
export function auditKeptSince(now: Date): Instant {
  return startOf(addDays(toDay(now), -AUDIT_DAYS)).toISOString();
}
