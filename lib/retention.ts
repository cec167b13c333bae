import { addDays, startOf, toDay } from './day.ts';
import type { Instant } from './instant.ts';

/** Logs are kept for a little more than a year, to compare with the year before. Figures are kept forever. */
const LOG_DAYS = 400;

/** Two years, one of them a leap year. */
const AUDIT_DAYS = 731;

/** What of logs ended before is deleted. */
export function logsKeptSince(now: Date): Instant {
  return startOf(addDays(toDay(now), -LOG_DAYS)).toISOString();
}

/** What happened before is deleted from the log of who did what. */
export function auditKeptSince(now: Date): Instant {
  return startOf(addDays(toDay(now), -AUDIT_DAYS)).toISOString();
}
