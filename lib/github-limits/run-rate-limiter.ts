import { randomBytes } from 'node:crypto';
import type { Db } from '../db/database.ts';
import { Failure } from '../failure.ts';
import type { RateLimiter } from '../github/connection.ts';
import { changeUse } from './stored-token-use.ts';
import { type Grant, grantPoints, mergeTold, type Told, toTold } from './token-use.ts';

interface RunRateLimiterOptions {
  db: Db;
  /** Stands for the token. */
  fingerprint: string;
  /** Milliseconds until which everything must be asked. */
  timeLeft: () => number;
  time?: Time;
}

/** Time as it really passes, unless told; milliseconds. */
export interface Time {
  now: () => number;
  wait: (milliseconds: number) => Promise<void>;
}

/** The machine's time. */
export const REAL_TIME: Time = {
  now: () => Date.now(),
  wait: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
};
/** Points that are asked for at once: few at first, so that little lapses, then more. */
const MIN_GRANT = 8;
const MAX_GRANT = 64;
const GROWTH = 1.5;

/** Paces the requests of one activation, in step with all others that use the token: what they use is in the database. */
export function createRunRateLimiter({
  db,
  fingerprint,
  timeLeft,
  time = REAL_TIME,
}: RunRateLimiterOptions): RateLimiter {
  const holder = randomBytes(6).toString('base64url');
  let told: Told = { quota: null, notBefore: 0 };
  let points = 0;
  let until = 0;
  let concurrency = 0;
  let inFlight = 0;
  let wanted = MIN_GRANT;
  let granted = 0;
  let filling: Promise<void> | undefined;
  let waiting: (() => void)[] = [];

  const wake = () => {
    for (const resolve of waiting) resolve();
    waiting = [];
  };

  async function fill(): Promise<void> {
    const used = granted - points;
    // What is held is lost to others meanwhile: so many as were used last, or more where they did not suffice.
    if (granted > 0)
      wanted = Math.max(MIN_GRANT, Math.min(MAX_GRANT, points > 0 ? used : Math.ceil(wanted * GROWTH)));
    let settled = granted > 0 ? { until, points: granted, used } : undefined;
    [points, granted] = [0, 0];
    for (;;) {
      const wish = { holder, now: time.now(), points: wanted, inFlight, told, ...(settled && { settled }) };
      settled = undefined;
      const grant = await changeUse({ db, fingerprint, now: wish.now }, (use) => grantPoints(use, wish));
      if (grant.points > 0) {
        ({ points, until, concurrency } = grant as Exclude<Grant, { points: 0 }>);
        granted = points;
        return;
      }
      const { at, reason } = grant as Extract<Grant, { points: 0 }>;
      const pause = Math.max(0, at - time.now());
      if (pause >= timeLeft()) throw toError(reason, at);
      wanted = MIN_GRANT;
      await time.wait(pause);
    }
  }

  return {
    async enter() {
      for (;;) {
        const mayUse = points > 0 && time.now() < until && told.notBefore <= time.now();
        if (mayUse && inFlight < concurrency) break;
        // The first answer tells the quota.
        if (inFlight > 0 && (mayUse || !told.quota)) {
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
      told = mergeTold(told, toTold(outcome, time.now()));
      if (told.quota && told.quota.reset <= time.now()) told = { ...told, quota: null };
      wake();
    },
  };
}

function toError(reason: 'pace' | 'quota' | 'slow down', at: number): Failure {
  const retryAt = new Date(at).toISOString();
  const minute = `${retryAt.slice(0, 16).replace('T', ' ')} UTC`;
  if (reason === 'quota') {
    const message = `What GitHub allows the token's owner in an hour is used up but for a reserve until ${minute}.`;
    return new Failure('rate_limited', message, { retryAt });
  }
  return new Failure('out_of_time', `GitHub's limits leave room again at ${minute}: it will be asked then.`);
}
