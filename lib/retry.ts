import type { Instant } from './db/tables.ts';
import type { Failure } from './failure.ts';

const MINUTE_MS = 60_000;
/** Longer than sending one message takes: after that, whoever claimed it is gone. */
export const CLAIM_MS = 5 * MINUTE_MS;
const FIRST_PAUSE_MS = 45 * MINUTE_MS;
const LONGEST_PAUSE_MS = 24 * 60 * MINUTE_MS;

/** The instant so many milliseconds later. */
export function after(now: Date, milliseconds: number): Instant {
  return new Date(now.getTime() + milliseconds).toISOString();
}

/**
 * When to send again what failed after so many attempts: as the channel asks, else after three quarters of an hour, and
 * twice as long each time, at most a day.
 */
export function toNextTry({ details }: Failure, attempts: number, now: Date): Instant {
  const asked = Number(details?.retryAfter ?? 0) * 1000;
  const pause = FIRST_PAUSE_MS * 2 ** Math.min(attempts - 1, 10);
  return after(now, Math.min(asked > 0 ? asked : pause, LONGEST_PAUSE_MS));
}
