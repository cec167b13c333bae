import { Failure, isRefusal } from '../failure.ts';
import type { RateLimiter } from '../github/connection.ts';
import { toScopeFailure } from '../github/refusal.ts';
import { openGitHub } from '../github.ts';
import type { Instant } from '../instant.ts';
import type { ServerApi } from '../servers.ts';

/** What is known of a token that GitHub has just accepted. */
export interface CheckedToken {
  checkedAt: Instant;
  /** Null if GitHub does not say. */
  expiresAt: Instant | null;
}

function refused(reason: string, message: string): Failure {
  return new Failure('github_token_refused', message, { reason });
}

/**
 * Asks GitHub whose token this is and, for a classic one, whether it has the scope for traffic. Throws
 * `github_token_refused` with the reason in `details.reason`: GitHub's, or `other_user` if it is not `githubUser`'s. Also
 * throws `private_address`, and GitHub's outages.
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
      if (!(error instanceof Failure) || !isRefusal(error.code)) throw error;
      throw refused(error.code, error.message);
    });
  if (viewer.login.toLowerCase() !== githubUser.toLowerCase())
    throw refused('other_user', `The token belongs to ${viewer.login}, not to ${githubUser}.`);
  const scopeFailure = toScopeFailure(viewer.scopes);
  if (scopeFailure) throw refused(scopeFailure.code, scopeFailure.message);
  return { checkedAt: clock().toISOString(), expiresAt: viewer.tokenExpiresAt?.toISOString() ?? null };
}
