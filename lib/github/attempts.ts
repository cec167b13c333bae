import { setTimeout as wait } from 'node:timers/promises';
import { Failure } from '../failure.ts';

/** Runs work when there is room; the rest waits in order. */
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

/** How long to retry, by which clock. */
export interface RetryOptions {
  clock: () => Date;
  deadline: Date;
  /** Milliseconds per second of waiting; 1,000 except in tests. */
  secondLasts: number;
}

const MAX_PAUSES = 2;

/**
 * Retries what may succeed the next time: after 1 and then 4 seconds if the server is down, and when GitHub says so after a
 * secondary limit. Throws the last failure if the pause would reach the deadline: nothing waits in vain.
 */
export async function retry<T>(attempt: () => Promise<T>, options: RetryOptions): Promise<T> {
  for (let pauses = 0; ; pauses += 1) {
    try {
      return await attempt();
    } catch (error) {
      const now = options.clock();
      const pause = toPause(error, pauses, now);
      const left = options.deadline.getTime() - now.getTime();
      if (pause === undefined || pauses === MAX_PAUSES || pause * options.secondLasts >= left) throw error;
      await wait(pause * options.secondLasts);
    }
  }
}

/** Seconds until another try makes sense; undefined if it never does. */
function toPause(error: unknown, pauses: number, now: Date): number | undefined {
  if (!(error instanceof Failure)) return undefined;
  if (error.code === 'github_down') return (pauses + 1) ** 2;
  const { retryAt } = error.details ?? {};
  if (error.code !== 'secondary_limit' || retryAt === undefined) return undefined;
  return Math.max(0, (Date.parse(retryAt) - now.getTime()) / 1000);
}
