/** The requests that a rule applies to. All given parts must match. */
interface Match {
  method?: string;
  /** Tested against the path without the base path and the query. */
  path?: RegExp;
  /** Tested against the query, such as `?per=week`. */
  query?: RegExp;
  token?: string;
  /** The repository's id, however the request names it. */
  repository?: number;
}

/** How a request fails. */
export type Failure =
  /** GitHub's error page for a server that is down. */
  | { kind: 'down'; status?: 500 | 502 | 503 | 504 }
  /** A status with an error in GitHub's form, or with your own body. */
  | { kind: 'status'; status: number; message?: string; body?: unknown; headers?: Record<string, string> }
  /** The right answer, delayed by this many milliseconds. */
  | { kind: 'slow'; milliseconds: number }
  /** The right answer, once `until` resolves. */
  | { kind: 'held'; until: Promise<unknown> }
  /** The connection closes in the middle of the right answer. */
  | { kind: 'cut' }
  /** The connection is reset before the answer. */
  | { kind: 'reset' }
  /** Status 200 with something that is not JSON. */
  | { kind: 'garbage'; body?: string; contentType?: string }
  /** The account's quota is used up for `resetIn` seconds; default: an hour. */
  | { kind: 'rate-limit'; status?: 403 | 429; resetIn?: number }
  /** The secondary rate limit. Without `retryAfter`, there is no such header. */
  | { kind: 'secondary-limit'; status?: 403 | 429; retryAfter?: number }
  /** Traffic appears this many hours late. */
  | { kind: 'late'; hours: number }
  /** Traffic is an old copy: what GitHub showed this many days ago. */
  | { kind: 'old-copy'; days: number }
  /** Traffic is nothing but zeros, or empty in sparse answers, as in a past outage of GitHub. */
  | { kind: 'zeros' };

export type FailureRule = Failure & {
  match?: Match;
  /** How many times; default: always. */
  times?: number;
};

interface FailureRequest {
  method: string;
  path: string;
  query: string;
  token: string | undefined;
  repository: number | undefined;
}

export interface Failures {
  add(rule: FailureRule): () => void;
  /** The first rule that matches this request, which counts as one use of it. */
  take(request: FailureRequest): Failure | undefined;
}

export function createFailures(): Failures {
  const rules = new Set<FailureRule & { left: number }>();
  return {
    add(rule) {
      const own = { ...rule, left: rule.times ?? Number.POSITIVE_INFINITY };
      rules.add(own);
      return () => void rules.delete(own);
    },
    take(request) {
      for (const rule of rules) {
        if (!matches(rule.match ?? {}, request)) continue;
        rule.left -= 1;
        if (rule.left <= 0) rules.delete(rule);
        return rule;
      }
      return undefined;
    },
  };
}

function matches(match: Match, request: FailureRequest): boolean {
  if (match.method !== undefined && match.method !== request.method) return false;
  if (match.token !== undefined && match.token !== request.token) return false;
  if (match.repository !== undefined && match.repository !== request.repository) return false;
  if (match.query !== undefined && !match.query.test(request.query)) return false;
  return match.path === undefined || match.path.test(request.path);
}
