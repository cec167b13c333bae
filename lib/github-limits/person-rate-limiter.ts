import type { Db } from '../db/database.ts';
import { Failure } from '../failure.ts';
import type { RateLimiter } from '../github/connection.ts';
import { REAL_TIME, type Time } from './run-rate-limiter.ts';
import { changeUse } from './stored-token-use.ts';
import { bookPoints, mergeTold, type Told, toTold } from './token-use.ts';

interface PersonRateLimiterOptions {
  db: Db;
  /** Stands for the token. */
  fingerprint: string;
  /** Milliseconds that the call may spend on waiting. */
  patience: number;
  time?: Time;
}

interface Gathering {
  points: number;
  booked: Promise<void>;
}

/**
 * Counts what a person's call asks GitHub with all else that uses the token, so that runs ask less meanwhile. It has the
 * first turn, and waits only for a minute that is full. Where patience does not reach so far it asks at once all the
 * same: whether that is too much is for GitHub to say. Throws `secondary_limit` while GitHub has asked to slow down.
 */
export function createPersonRateLimiter({
  db,
  fingerprint,
  time = REAL_TIME,
  ...call
}: PersonRateLimiterOptions): RateLimiter {
  let told: Told = { quota: null, notBefore: 0 };
  let { patience } = call;
  let gathering: Gathering | undefined;
  let last: Promise<void> = Promise.resolve();

  async function book(points: number): Promise<void> {
    const now = time.now();
    const booked = await changeUse({ db, fingerprint, now }, (use) =>
      bookPoints(use, { now, points, told, patience }),
    );
    if ('slowDown' in booked) throw toSlowDown(booked.slowDown);
    const pause = booked.at - time.now();
    if (pause <= 0) return;
    patience -= pause;
    await time.wait(pause);
  }

  /** All that ask until those before are booked are booked together. */
  function gather(): Gathering {
    const group: Gathering = { points: 0, booked: Promise.resolve() };
    group.booked = last.then(() => {
      gathering = undefined;
      return book(group.points);
    });
    last = group.booked.catch(() => {});
    return group;
  }

  return {
    async enter() {
      gathering ??= gather();
      gathering.points += 1;
      await gathering.booked;
    },
    leave(outcome) {
      told = mergeTold(told, toTold(outcome, time.now()));
    },
  };
}

function toSlowDown(at: number): Failure {
  const retryAt = new Date(at).toISOString();
  const message = `GitHub asks to slow down: it may be asked again at ${retryAt.slice(11, 19)} UTC.`;
  return new Failure('secondary_limit', message, { retryAt });
}
