import type { Db } from '../db/database.ts';
import { Failure } from '../failure.ts';
import type { RateLimiter } from '../github/connection.ts';
import { REAL_TIME, type Time } from './run-rate-limiter.ts';
import { changeUse } from './stored-token-use.ts';
import { bookPoints, mergeLimits, toLimits, UNKNOWN_LIMITS } from './token-use.ts';

interface PersonRateLimiterOptions {
  db: Db;
  /** Identifies the token without revealing it. */
  fingerprint: string;
  /** Milliseconds that the call may wait, all its requests together. */
  maxWait: number;
  time?: Time;
}

interface Group {
  points: number;
  booked: Promise<void>;
}

/**
 * Counts the requests of a person's call with everything else that uses the token, so that runs ask less meanwhile. They go
 * before runs and wait only for a full minute, at most `maxWait`; then they go anyway, and GitHub decides. `enter` throws
 * `secondary_limit` while GitHub asks to slow down.
 */
export function createPersonRateLimiter({
  db,
  fingerprint,
  time = REAL_TIME,
  ...options
}: PersonRateLimiterOptions): RateLimiter {
  let limits = UNKNOWN_LIMITS;
  let { maxWait } = options;
  let waiting: Group | undefined;
  let last: Promise<void> = Promise.resolve();

  async function book(points: number): Promise<void> {
    const now = time.now();
    const booked = await changeUse({ db, fingerprint, now }, (use) =>
      bookPoints(use, { now, points, limits, maxWait }),
    );
    if ('retryAt' in booked) throw toSecondaryLimit(booked.retryAt);
    const pause = booked.at - time.now();
    if (pause <= 0) return;
    maxWait -= pause;
    await time.wait(pause);
  }

  /** Requests that arrive while earlier ones are being booked form one group, which is booked together. */
  function openGroup(): Group {
    const group: Group = { points: 0, booked: Promise.resolve() };
    group.booked = last.then(() => {
      waiting = undefined;
      return book(group.points);
    });
    last = group.booked.catch(() => {});
    return group;
  }

  return {
    async enter() {
      waiting ??= openGroup();
      waiting.points += 1;
      await waiting.booked;
    },
    leave(outcome) {
      limits = mergeLimits(limits, toLimits(outcome, time.now()));
    },
  };
}

function toSecondaryLimit(at: number): Failure {
  const retryAt = new Date(at).toISOString();
  const message = `GitHub asks to slow down. Try again at ${retryAt.slice(11, 19)} UTC.`;
  return new Failure('secondary_limit', message, { retryAt });
}
