import { createHash, timingSafeEqual } from 'node:crypto';
import { Failure } from './failure.ts';

const FIRST_WAIT_MS = 1000;
const MAX_WAIT_MS = 8000;

const digest = (text: string) => createHash('sha256').update(text).digest();

/**
 * Checks guesses of the installation's secret in constant time, and answers wrong ones late: after 1, 2, 4 and at most 8
 * seconds, counted for each container. A container serves nobody else while it waits, so guessing in parallel needs as many
 * containers. A right guess is never late. The check throws `init_secret_wrong`.
 */
export function createInitSecretCheck(wait: (ms: number) => Promise<unknown>) {
  let delay = FIRST_WAIT_MS;
  return async (given: string, secret: string): Promise<void> => {
    if (timingSafeEqual(digest(given), digest(secret))) return;
    const late = delay;
    delay = Math.min(MAX_WAIT_MS, delay * 2);
    await wait(late);
    throw new Failure('init_secret_wrong');
  };
}
