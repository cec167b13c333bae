import { Refusal } from './refusal.ts';

/** Buckets that are remembered. Above, the ones that were used longest ago are forgotten. */
const MAX_BUCKETS = 20_000;

interface Bucket {
  tokens: number;
  at: number;
}

export interface RateLimiter {
  /** Takes a token. Returns how many milliseconds to wait for one; 0: it was taken. */
  take(key: string): number;
  /** Gives a token back. */
  giveBack(key: string): void;
}

/** A bucket of `burst` tokens for each key, which gets another one every `refillMs`. */
export function createRateLimiter({
  burst,
  refillMs,
  now = () => performance.now(),
}: {
  burst: number;
  refillMs: number;
  /** In milliseconds. */
  now?: () => number;
}): RateLimiter {
  const buckets = new Map<string, Bucket>();
  const bucketOf = (key: string): Bucket => {
    const at = now();
    const known = buckets.get(key) ?? { tokens: burst, at };
    const tokens = Math.min(burst, known.tokens + (at - known.at) / refillMs);
    const bucket = { tokens, at };
    // The last used one comes last.
    buckets.delete(key);
    buckets.set(key, bucket);
    for (const oldest of buckets.keys()) {
      if (buckets.size <= MAX_BUCKETS) break;
      buckets.delete(oldest);
    }
    return bucket;
  };
  return {
    take(key) {
      const bucket = bucketOf(key);
      if (bucket.tokens < 1) return Math.ceil((1 - bucket.tokens) * refillMs);
      bucket.tokens -= 1;
      return 0;
    },
    giveBack(key) {
      const bucket = bucketOf(key);
      bucket.tokens = Math.min(burst, bucket.tokens + 1);
    },
  };
}

export interface Guess {
  /** Identifies the account, or the address that was typed and has none. */
  account: string;
  /** The network address. */
  address: string;
  /** Whether this account signed in from this address before. */
  isKnown: boolean;
}

/** Says how long to wait. */
export function tooMany(waitMs: number, advice: string): Refusal {
  const seconds = Math.max(1, Math.ceil(waitMs / 1000));
  const wait =
    seconds < 90 ? `${seconds} second${seconds === 1 ? '' : 's'}` : `${Math.ceil(seconds / 60)} minutes`;
  return new Refusal(429, 'too_many_attempts', `Too many attempts. Wait ${wait}${advice}.`, seconds);
}

/**
 * Slows guessing of passwords: per account (ten guesses, then one a minute), and per address (twenty, then one every three seconds).
 * From an address that the account signed in from, guesses made elsewhere do not count: only its own do (ten, then one every 30
 * seconds). So nobody locks somebody else out.
 */
export function createGuesses(now?: () => number) {
  const clock = now && { now };
  const perAccount = createRateLimiter({ burst: 10, refillMs: 60_000, ...clock });
  const perAddress = createRateLimiter({ burst: 20, refillMs: 3_000, ...clock });
  const perKnown = createRateLimiter({ burst: 10, refillMs: 30_000, ...clock });

  return {
    /** Counts a guess, right or wrong; call `wasRight` if it was right. Throws `too_many_attempts`. */
    count({ account, address, isKnown }: Guess): { wasRight(): void } {
      const counted: [RateLimiter, string][] = [];
      const take = (limiter: RateLimiter, key: string) => {
        const wait = limiter.take(key);
        if (wait === 0) return void counted.push([limiter, key]);
        for (const [one, taken] of counted) one.giveBack(taken);
        throw tooMany(wait, ', or sign in with a passkey');
      };
      if (isKnown) take(perKnown, `${account} ${address}`);
      else {
        take(perAddress, address);
        take(perAccount, account);
      }
      return {
        wasRight: () => {
          for (const [limiter, key] of counted) limiter.giveBack(key);
        },
      };
    },
  };
}
