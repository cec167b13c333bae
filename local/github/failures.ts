/** Which requests a rule hits; every part that is given must fit. */
interface Match {
  method?: string;
  /** Against the path without the base path and the query. */
  path?: RegExp;
  token?: string;
  /** The repository's id, however it was addressed. */
  repository?: number;
}

/** What goes wrong. */
export type Failure =
  /** GitHub's page for a server that does not answer. */
  | { kind: 'down'; status?: 500 | 502 | 503 | 504 }
  /** Any status with one of GitHub's errors, or with a body of your own. */
  | { kind: 'status'; status: number; message?: string; body?: unknown; headers?: Record<string, string> }
  /** The right answer, but only after this many milliseconds. */
  | { kind: 'slow'; milliseconds: number }
  /** The connection ends in the middle of the right answer. */
  | { kind: 'cut' }
  /** The connection is reset before anything is answered. */
  | { kind: 'reset' }
  /** 200 with something that is not JSON. */
  | { kind: 'garbage'; body?: string; contentType?: string }
  /** The quota of the account is spent for `resetIn` seconds (an hour unless told). */
  | { kind: 'rate-limit'; status?: 403 | 429; resetIn?: number }
  /** Too much at once; without `retryAfter` there is no header. */
  | { kind: 'secondary-limit'; status?: 403 | 429; retryAfter?: number }
  /** Traffic is published this many hours late. */
  | { kind: 'late'; hours: number }
  /** Traffic shows nothing at all, as once happened to everybody. */
  | { kind: 'zeros' };

export type FailureRule = Failure & {
  match?: Match;
  /** How often; for ever unless told. */
  times?: number;
};

interface FailureRequest {
  method: string;
  path: string;
  token: string | undefined;
  repository: number | undefined;
}

export interface Failures {
  add(rule: FailureRule): () => void;
  /** The first rule for this request, which is used up by one. */
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
  return match.path === undefined || match.path.test(request.path);
}
