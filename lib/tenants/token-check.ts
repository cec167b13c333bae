import { Failure } from '../failure.ts';
import type { RateLimiter } from '../github/connection.ts';
import { GitHubError } from '../github/error.ts';
import { toScopeError } from '../github/refusal.ts';
import { openGitHub } from '../github.ts';
import type { Instant } from '../instant.ts';
import type { ServerApi } from '../servers.ts';

/** What is known of a token that GitHub has just accepted. */
export interface CheckedToken {
  checkedAt: Instant;
  /** Null where GitHub does not say. */
  expiresAt: Instant | null;
}

function refused(reason: string, message: string): Failure {
  return new Failure(422, 'github_token_refused', message, { reason });
}

/**
 * Asks GitHub whose token it is, and whether a classic one has the scope for traffic. Throws `github_token_refused` with
 * the reason in `details.reason`: a code of `GitHubError`, or `other_user` when it is not `githubUser`'s. Throws
 * `GitHubError` when GitHub does not answer, and `private_address`.
 */
export async function checkToken(
  options: ServerApi & {
    githubUser: string;
    token: string;
    clock: () => Date;
    rateLimiter?: RateLimiter | undefined;
  },
): Promise<CheckedToken> {
  const { githubUser, clock, ...connection } = options;
  const viewer = await openGitHub({ ...connection, clock })
    .getViewer()
    .catch((error: unknown) => {
      if (!(error instanceof GitHubError) || error.status !== 422) throw error;
      throw refused(error.code, error.message);
    });
  if (viewer.login.toLowerCase() !== githubUser.toLowerCase())
    throw refused('other_user', `The token belongs to ${viewer.login}, not to ${githubUser}.`);
  const scopeError = toScopeError(viewer.scopes);
  if (scopeError) throw refused(scopeError.code, scopeError.message);
  return { checkedAt: clock().toISOString(), expiresAt: viewer.tokenExpiresAt?.toISOString() ?? null };
}
