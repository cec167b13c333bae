import { addDays, startOf, toDay } from './day.ts';
import type { Instant } from './instant.ts';

/** Logs are kept for a year and somewhat longer, so that one can be compared with the year before; figures for ever. */
const LOG_DAYS = 400;

/** What of logs ended before is deleted. */
export function logsKeptSince(now: Date): Instant {
  return startOf(addDays(toDay(now), -LOG_DAYS)).toISOString();
}
