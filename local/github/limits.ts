/** An account's hourly quota. */
export interface Quota {
  limit: number;
  used: number;
  /** When it resets, in seconds since 1970. */
  reset: number;
}

export interface Limits {
  /** The quota of an account, shared by all its tokens. A new hour starts with the first request after the last one. */
  quotaOf(account: string, limit: number, now: Date): Quota;
}

const HOUR = 3600;

export function createLimits(): Limits {
  const quotas = new Map<string, Quota>();
  return {
    quotaOf(account, limit, now) {
      const seconds = Math.floor(now.getTime() / 1000);
      const known = quotas.get(account);
      // A clock that was set back starts a new hour, too.
      if (known && seconds < known.reset && known.reset <= seconds + HOUR) {
        known.limit = limit;
        return known;
      }
      const fresh = { limit, used: 0, reset: seconds + HOUR };
      quotas.set(account, fresh);
      return fresh;
    },
  };
}

export function toQuotaDocument({ limit, used, reset }: Quota): Record<string, unknown> {
  return { limit, used, remaining: Math.max(0, limit - used), reset, resource: 'core' };
}

export function toQuotaHeaders({ limit, used, reset }: Quota): Record<string, string> {
  return {
    'x-ratelimit-limit': String(limit),
    'x-ratelimit-remaining': String(Math.max(0, limit - used)),
    'x-ratelimit-used': String(used),
    'x-ratelimit-reset': String(reset),
    'x-ratelimit-resource': 'core',
  };
}
