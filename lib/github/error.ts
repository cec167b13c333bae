import { Failure, type FailureStatus } from '../failure.ts';

/**
 * Why GitHub did not answer with what was asked:
 *
 * - `token_invalid`, `token_expired`, `token_sso_required`: the token does not identify its owner (to the organization).
 * - `missing_scope`, `missing_permission`, `no_push_access`: its owner, or it, may not read traffic.
 * - `not_found`: there is no such repository for this token.
 * - `rate_limited`, `secondary_limit`: asked too much; `details.retryAt` says when it may go on.
 * - `github_down`, `unreadable_answer`: GitHub failed. `out_of_time`: it did not answer before the deadline.
 * - `blocked`: an organization's or GitHub's rule forbids it.
 * - `app_not_found`, `app_suspended`, `app_key_refused`, `clock_skew`: GitHub does not accept the app.
 * - `installation_not_found`, `installation_suspended`: the app may not read there any more.
 */
export type GitHubErrorCode =
  | 'token_invalid'
  | 'token_expired'
  | 'token_sso_required'
  | 'missing_scope'
  | 'missing_permission'
  | 'no_push_access'
  | 'not_found'
  | 'rate_limited'
  | 'secondary_limit'
  | 'github_down'
  | 'out_of_time'
  | 'unreadable_answer'
  | 'blocked'
  | 'app_not_found'
  | 'app_suspended'
  | 'app_key_refused'
  | 'clock_skew'
  | 'installation_not_found'
  | 'installation_suspended';

/** Facts for the interface; which are there depends on the code. */
export interface GitHubErrorDetails {
  /** ISO 8601: from when on another try can succeed. */
  retryAt?: string;
  /** The scopes or permissions that are missing, in GitHub's words: `repo`, `administration=read`. */
  needed?: string;
  /** Where the token's owner authorizes it for the organization. */
  ssoUrl?: string;
}

const REFUSED = 422;
const STATUSES: Record<GitHubErrorCode, FailureStatus> = {
  token_invalid: 422,
  token_expired: 422,
  token_sso_required: 422,
  missing_scope: 422,
  missing_permission: 422,
  no_push_access: 422,
  not_found: 422,
  rate_limited: 503,
  secondary_limit: 503,
  github_down: 502,
  out_of_time: 503,
  unreadable_answer: 502,
  blocked: 422,
  app_not_found: 422,
  app_suspended: 422,
  app_key_refused: 422,
  clock_skew: 422,
  installation_not_found: 422,
  installation_suspended: 422,
};

/** Failures that meet whatever is asked with the token: asking for more would only use up its quota, or time. */
const FOR_ALL: readonly string[] = [
  ...(['token_invalid', 'token_expired', 'rate_limited', 'secondary_limit', 'out_of_time'] as const),
] satisfies GitHubErrorCode[];

/** True where every other request with the token would fail as well. */
export function isForAll({ code }: { code: string }): boolean {
  return FOR_ALL.includes(code);
}

/** True where GitHub refuses what it is asked, as it will until somebody changes the token or the repository. */
export function isRefusal(code: string): boolean {
  return new Map<string, number>(Object.entries(STATUSES)).get(code) === REFUSED;
}

/** A named failure of GitHub's API. The message is one sentence for a person; it never holds a token. */
export class GitHubError extends Failure {
  declare readonly code: GitHubErrorCode;
  declare readonly details: (GitHubErrorDetails & Record<string, unknown>) | undefined;

  constructor(code: GitHubErrorCode, message: string, details?: GitHubErrorDetails) {
    super(STATUSES[code], code, message, details && { ...details });
    this.name = 'GitHubError';
  }
}
