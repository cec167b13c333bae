import { setTimeout as wait } from 'node:timers/promises';
import { Failure, type FailureCode } from '../failure.ts';

/** Runs work when there is room. The rest waits in order. */
export type Semaphore = <T>(work: () => Promise<T>) => Promise<T>;

/** A semaphore that runs `limit` pieces of work at once. */
export function createSemaphore(limit: number): Semaphore {
  const waiting: (() => void)[] = [];
  let room = limit;
  return async (work) => {
    if (room > 0) room -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else room += 1;
    }
  };
}

/** The results of all work. When some of it fails, waits for the rest before it throws the first failure. */
export async function waitForAll<T extends readonly Promise<unknown>[] | []>(work: T) {
  await Promise.allSettled(work);
  return Promise.all(work);
}

/** How long to retry, by which clock. */
export interface RetryOptions {
  clock: () => Date;
  deadline: Date;
  /** Milliseconds per second of waiting; 1,000 except in tests. */
  secondLasts: number;
  /** Whether not to retry here, although it makes sense elsewhere. */
  isFinal?: (failure: Failure) => boolean;
}

/** Seconds before each retry, by failure. */
const PAUSES: Partial<Record<FailureCode, readonly number[]>> = {
  github_down: [1, 4],
  unreadable_answer: [1],
  // GitHub refuses a new token for some seconds (https://github.com/octokit/auth-app.js/issues/65).
  app_token_refused: [1, 2, 4],
};
/** How often to wait for a secondary limit. */
const MAX_LIMITS = 2;

/**
 * Retries what may succeed the next time: after 1 and then 4 seconds if the server is down, once if the answer cannot be
 * read, for 7 seconds if a new token of an app is refused, and when GitHub says so after a secondary limit. Throws the last failure if the pause would
 * reach the deadline.
 */
export async function retry<T>(attempt: () => Promise<T>, options: RetryOptions): Promise<T> {
  const counts = new Map<FailureCode, number>();
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof Failure) || options.isFinal?.(error)) throw error;
      const now = options.clock();
      const count = counts.get(error.code) ?? 0;
      const pause = toPause(error, count, now);
      const left = options.deadline.getTime() - now.getTime();
      if (pause === undefined || pause * options.secondLasts >= left) throw error;
      counts.set(error.code, count + 1);
      await wait(pause * options.secondLasts);
    }
  }
}

/** Seconds until the next retry after this many equal failures; undefined if there is none. */
function toPause({ code, details }: Failure, count: number, now: Date): number | undefined {
  if (details?.tooLong) return undefined;
  if (code !== 'secondary_limit') return PAUSES[code]?.[count];
  if (details?.retryAt === undefined || count === MAX_LIMITS) return undefined;
  return Math.max(0, (Date.parse(details.retryAt) - now.getTime()) / 1000);
}
