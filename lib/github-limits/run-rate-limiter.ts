import { randomBytes } from 'node:crypto';
import type { Db } from '../db/database.ts';
import { Failure } from '../failure.ts';
import type { RateLimiter } from '../github/connection.ts';
import { changeUse, readLimits } from './stored-token-use.ts';
import {
  grantPoints,
  learnLimits,
  mergeLimits,
  releaseHolder,
  toLimits,
  UNKNOWN_LIMITS,
} from './token-use.ts';

interface RunRateLimiterOptions {
  db: Db;
  /** Identifies the token without revealing it. */
  fingerprint: string;
  /** Milliseconds left for waiting. */
  timeLeft: () => number;
  time?: Time;
}

/** The rate limiter of one activation. */
export interface RunRateLimiter extends RateLimiter {
  /** Gives others what this activation does not need any more. Call it after the last request. */
  release(): Promise<void>;
}

/** A clock and its timer, in milliseconds. */
export interface Time {
  now: () => number;
  wait: (milliseconds: number) => Promise<void>;
}

/** The machine's clock. */
export const REAL_TIME: Time = {
  now: () => Date.now(),
  wait: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
};
/** Points to ask for at once: few at first so that few expire unused, then more. */
const MIN_GRANT = 8;
const MAX_GRANT = 64;
const GROWTH = 1.5;

/**
 * Limits the rate of one activation's requests, together with everything else that uses the token: the database holds what
 * each uses. `enter` throws `rate_limited` or `out_of_time` if its turn would not come in the time left. When GitHub asks
 * one activation to slow down, the others stop before their next request.
 */
export function createRunRateLimiter({
  db,
  fingerprint,
  timeLeft,
  time = REAL_TIME,
}: RunRateLimiterOptions): RunRateLimiter {
  const holder = randomBytes(6).toString('base64url');
  let limits = UNKNOWN_LIMITS;
  let points = 0;
  let until = 0;
  let concurrency = 0;
  let inFlight = 0;
  let wanted = MIN_GRANT;
  let granted = 0;
  let filling: Promise<void> | undefined;
  let hearing: Promise<void> | undefined;
  let telling: Promise<void> = Promise.resolve();
  let hasAsked = false;
  let waiting: (() => void)[] = [];

  const wake = () => {
    for (const resolve of waiting) resolve();
    waiting = [];
  };

  const canAsk = () => points > 0 && time.now() < until && limits.retryAt <= time.now();

  /** Ends the block of points, if there is one. */
  function takeSettled() {
    const settled = granted > 0 ? { until, points: granted, used: granted - points } : undefined;
    points = 0;
    granted = 0;
    return settled;
  }

  /** Learns whether GitHub has asked another activation to slow down. Requests that begin together share one look. */
  function hear(): Promise<void> {
    hearing ??= readLimits({ db, fingerprint })
      .then(({ retryAt }) => {
        limits = mergeLimits(limits, { quota: null, retryAt });
      })
      .finally(() => {
        hearing = undefined;
      });
    return hearing;
  }

  /** Tells the other activations what GitHub said. */
  async function tell(): Promise<void> {
    const now = time.now();
    await changeUse({ db, fingerprint, now }, (use) => ({
      use: learnLimits(use, { now, limits }),
      grant: undefined,
    }));
  }

  async function fill(): Promise<void> {
    hasAsked = true;
    const used = granted - points;
    // Others cannot use what this one holds, so ask for what the last block needed, or for more if it was not enough.
    if (granted > 0)
      wanted = Math.max(MIN_GRANT, Math.min(MAX_GRANT, points > 0 ? used : Math.ceil(wanted * GROWTH)));
    let settled = takeSettled();
    for (;;) {
      const now = time.now();
      const request = { holder, now, points: wanted, inFlight, limits, ...(settled && { settled }) };
      settled = undefined;
      const grant = await changeUse({ db, fingerprint, now }, (use) => grantPoints(use, request));
      if ('until' in grant) {
        ({ points, until, concurrency } = grant);
        granted = points;
        return;
      }
      const pause = Math.max(0, grant.at - time.now());
      if (pause >= timeLeft()) throw toLimitFailure(grant.reason, grant.at);
      wanted = MIN_GRANT;
      await time.wait(pause);
    }
  }

  return {
    async enter() {
      for (;;) {
        if (canAsk() && inFlight < concurrency) {
          await hear();
          if (canAsk() && inFlight < concurrency) break;
        }
        // An answer frees a slot, and the first one tells the quota.
        if (inFlight > 0 && (canAsk() || !limits.quota)) {
          await new Promise<void>((resolve) => waiting.push(resolve));
          continue;
        }
        filling ??= fill().finally(() => {
          filling = undefined;
          wake();
        });
        await filling;
      }
      points -= 1;
      inFlight += 1;
    },
    leave(outcome) {
      inFlight -= 1;
      const learnt = toLimits(outcome, time.now());
      limits = mergeLimits(limits, learnt);
      if (limits.quota && limits.quota.reset <= time.now()) limits = { ...limits, quota: null };
      // If the database fails now, the next request meets it.
      if (learnt.retryAt > 0) telling = tell().catch(() => {});
      wake();
    },
    async release() {
      await telling;
      if (!hasAsked) return;
      const now = time.now();
      const settled = takeSettled();
      await changeUse({ db, fingerprint, now }, (use) => ({
        use: releaseHolder(use, { holder, now, inFlight, limits, ...(settled && { settled }) }),
        grant: undefined,
      }));
    },
  };
}

function toLimitFailure(reason: 'busy' | 'quota' | 'secondary_limit', at: number): Failure {
  const retryAt = new Date(at).toISOString();
  const minute = `${retryAt.slice(0, 16).replace('T', ' ')} UTC`;
  if (reason === 'quota') {
    const message = `The token's hourly GitHub quota is used up, except for a reserve. GitHub resets it at ${minute}.`;
    return new Failure('rate_limited', message, { retryAt });
  }
  return new Failure(
    'out_of_time',
    `GitHub's limits leave no room before ${minute}. The collection continues then.`,
  );
}
