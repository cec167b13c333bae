import type { RateLimiter } from '../github/connection.ts';
import { GitHubError } from '../github/error.ts';
import type { Told } from './token-use.ts';

const HOUR_MS = 3_600_000;
/** A server without limits says nothing of them. */
const UNLIMITED = 1_000_000;

/** What GitHub said of a token's limits with what came of a request. */
export function toTold(outcome: Parameters<RateLimiter['leave']>[0], now: number): Told {
  if ('headers' in outcome) return { quota: toQuota(outcome.headers, now), notBefore: 0 };
  const { error } = outcome;
  const retryAt = error instanceof GitHubError ? Date.parse(error.details?.retryAt ?? '') : Number.NaN;
  if (Number.isNaN(retryAt)) return { quota: null, notBefore: 0 };
  if ((error as GitHubError).code === 'secondary_limit') return { quota: null, notBefore: retryAt };
  return { quota: { limit: UNLIMITED, remaining: 0, reset: retryAt }, notBefore: 0 };
}

function toQuota(headers: Record<string, string>, now: number): Told['quota'] {
  const [limit, remaining, reset] = ['limit', 'remaining', 'reset'].map((name) =>
    Number(headers[`x-ratelimit-${name}`] ?? Number.NaN),
  ) as [number, number, number];
  if (limit > 0 && remaining >= 0 && reset > 0) return { limit, remaining, reset: reset * 1000 };
  return { limit: UNLIMITED, remaining: UNLIMITED, reset: now + HOUR_MS };
}
