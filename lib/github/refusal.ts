import { Failure } from '../failure.ts';
import { toServerVersion } from './answers.ts';
import { isPage, toFirstWords } from './unreadable.ts';

/** GitHub's refusal: its status, sentence and headers (in lower case). */
export interface Refusal {
  status: number;
  message: string;
  headers: Record<string, string>;
}

/** What is known besides the answer. */
export interface RefusalContext {
  now: Date;
  /** When the token expires, if an earlier answer said so. */
  tokenExpiresAt: Date | null;
  /** Whose request was refused: a person's token, or an installation of a GitHub App. */
  readsAs: ReadsAs;
}

/** Whose rights the request used. */
export type ReadsAs = 'user' | 'installation';

/**
 * The failure for a refused request. The order matters. A missing permission may come with `x-ratelimit-remaining: 0`, after
 * the last request of the hour, and is still not a rate limit. A rate limit has the status of a missing permission.
 */
export function toGitHubFailure(refusal: Refusal, context: RefusalContext): Failure {
  const { status } = refusal;
  if (status === 401) return toUnauthorized(refusal, context);
  if (status === 403 || status === 429) {
    return (
      toLimitFailure(refusal, context) ??
      toPermissionFailure(refusal, context) ??
      toQuotaFailure(refusal, context)
    );
  }
  if (status === 404 || status === 410) {
    return toNotFound(refusal, context);
  }
  if (status === 451) return toBlockedFailure(refusal);
  if (status >= 500) {
    return new Failure('github_down', `GitHub has a problem of its own (status ${status}). Try again later.`);
  }
  const words = toFirstWords(withoutLink(refusal.message));
  return new Failure(
    'unreadable_answer',
    `GitHub answered with an unexpected status (${status}): “${words}”.`,
  );
}

/** The failure when GitHub answers about another repository than the one with the id. */
export function toOtherRepository(id: number, otherId: number): Failure {
  const message = `GitHub has no repository with the id ${id} any more: it answers with another one, with the id ${otherId}. Add that one to collect it; what is stored here stays.`;
  return new Failure('not_found', message);
}

/**
 * The header `github-authentication-token-expiration`, e.g. `2026-12-20 13:05:01 UTC`; null: none, or not understood.
 * It comes with every answer to a personal access token that ends
 * (https://docs.github.com/en/authentication/keeping-your-account-and-data-secure/token-expiration-and-revocation).
 */
export function parseTokenExpiry(header: string | undefined): Date | null {
  const parts = /^(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2}:\d{2}) (UTC|[+-]\d{4})$/.exec(header?.trim() ?? '');
  if (!parts) return null;
  const at = new Date(`${parts[1]}T${parts[2]}${parts[3] === 'UTC' ? 'Z' : parts[3]}`);
  return Number.isNaN(at.getTime()) ? null : at;
}

/** GitHub says "Bad credentials" for revoked, mistyped and expired tokens alike. */
function toUnauthorized({ headers }: Refusal, { now, tokenExpiresAt, readsAs }: RefusalContext): Failure {
  if (readsAs === 'installation') return new Failure('app_token_refused');
  const end = parseTokenExpiry(headers['github-authentication-token-expiration']) ?? tokenExpiresAt;
  if (end && end <= now) {
    const day = end.toISOString().slice(0, 10);
    return new Failure(
      'token_expired',
      `The GitHub token expired on ${day}. Make a new one and save it here.`,
    );
  }
  return new Failure(
    'token_invalid',
    'GitHub does not accept the token: it is mistyped, revoked or expired. Make a new one and save it here.',
  );
}

/**
 * Limits that name themselves. Primary: `x-ratelimit-remaining` is 0 until `x-ratelimit-reset` (epoch seconds);
 * secondary: wait as `retry-after` says, else at least a minute
 * (https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#exceeding-the-rate-limit).
 */
function toLimitFailure({ status, message, headers }: Refusal, context: RefusalContext): Failure | undefined {
  const { now } = context;
  const retryAfter = Number(headers['retry-after']);
  if (/secondary rate|abuse detection/i.test(message) || retryAfter > 0) {
    const retryAt = new Date(now.getTime() + (retryAfter > 0 ? retryAfter : 60) * 1000);
    return new Failure(
      'secondary_limit',
      `GitHub asks this account to slow down. It can be asked again at ${toMinute(retryAt)}.`,
      { retryAt: retryAt.toISOString() },
    );
  }
  if (status !== 429 && !/rate limit exceeded/i.test(message)) return undefined;
  return toRateLimitFailure(headers, context);
}

function toRateLimitFailure(headers: Record<string, string>, { now, readsAs }: RefusalContext): Failure {
  const reset = Number(headers['x-ratelimit-reset']);
  const isAhead = reset * 1000 > now.getTime();
  const retryAt = new Date(isAhead ? reset * 1000 : now.getTime() + 60_000);
  const limit = headers['x-ratelimit-limit'];
  const quota = limit === undefined ? 'requests' : `${limit} requests`;
  const who = readsAs === 'installation' ? 'The installation of the GitHub App' : 'The token’s owner';
  return new Failure(
    'rate_limited',
    `${who} has used up GitHub’s limit of ${quota} an hour. It starts again at ${toMinute(retryAt)}.`,
    { retryAt: retryAt.toISOString() },
  );
}

/** An unknown refusal is the quota's if nothing is left of it; otherwise some rule forbids the request. */
function toQuotaFailure(refusal: Refusal, context: RefusalContext): Failure {
  if (refusal.headers['x-ratelimit-remaining'] === '0') return toRateLimitFailure(refusal.headers, context);
  return toBlockedFailure(refusal);
}

/**
 * What a token or its owner lacks, from GitHub's messages and headers
 * (https://docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api).
 */
function toPermissionFailure(refusal: Refusal, { readsAs }: RefusalContext): Failure | undefined {
  const { message, headers } = refusal;
  if (readsAs === 'installation') return toInstallationFailure(refusal);
  const ssoUrl = /^required; url=(\S+)/.exec(headers['x-github-sso'] ?? '')?.[1];
  if (ssoUrl !== undefined || /SAML enforcement/i.test(message)) {
    if (ssoUrl === undefined) return new Failure('token_sso_required');
    const message = `The organization requires single sign-on. Authorize the token within an hour at ${ssoUrl} or, later, with Configure SSO beside the token on GitHub.`;
    return new Failure('token_sso_required', message, { ssoUrl });
  }
  if (/not accessible by integration/i.test(message)) return toAppPermission(headers);
  if (/not accessible by (personal access|fine-grained)/i.test(message)) {
    const needed = headers['x-accepted-github-permissions'] ?? 'administration=read';
    return new Failure(
      'missing_permission',
      `The fine-grained token lacks the permission ${needed} for this repository, or its organization has not approved the token yet. Check both at GitHub.`,
      { needed },
    );
  }
  return /must have (push access|admin rights)/i.test(message) ? toPushFailure(headers) : undefined;
}

/** What an installation of a GitHub App lacks. */
function toInstallationFailure({ message, headers }: Refusal): Failure | undefined {
  if (/installation has been suspended/i.test(message)) return new Failure('installation_suspended');
  const isLacking = /not accessible by|must have (push access|admin rights)/i.test(message);
  return isLacking ? toAppPermission(headers) : undefined;
}

function toAppPermission(headers: Record<string, string>): Failure {
  return new Failure(
    'missing_permission',
    'The GitHub App may not read the traffic of this repository. Add the repository to its installation, or grant the permission Administration (read).',
    { needed: headers['x-accepted-github-permissions'] ?? 'administration=read' },
  );
}

function toNotFound({ headers }: Refusal, { readsAs }: RefusalContext): Failure {
  const version = toServerVersion(headers);
  const details = version === undefined ? {} : { serverVersion: version };
  if (readsAs === 'user') return new Failure('not_found', undefined, details);
  return new Failure(
    'not_found',
    'GitHub shows the GitHub App no such repository. Check the name, and that the app’s installation includes the repository.',
    details,
  );
}

function toPushFailure(headers: Record<string, string>): Failure {
  return (
    toScopeFailure(parseScopes(headers['x-oauth-scopes'])) ??
    new Failure(
      'no_push_access',
      'The token’s owner needs write access. GitHub shows a repository’s traffic only to people who may push to it.',
    )
  );
}

/**
 * `missing_scope` if a classic token has neither `repo` nor `public_repo`: then even an owner is refused. A fine-grained token
 * has null scopes.
 */
export function toScopeFailure(scopes: string[] | null): Failure | undefined {
  if (!scopes || scopes.includes('repo') || scopes.includes('public_repo')) return undefined;
  return new Failure('missing_scope', undefined, { needed: 'repo' });
}

/** GitHub's message, without the link to its documentation. Of a proxy's page, only the visible text. */
function toBlockedFailure({ status, message }: Refusal): Failure {
  if (isPage(message)) {
    const page = `an HTML page that is not GitHub’s: “${toFirstWords(message)}”. A proxy may refuse it.`;
    return new Failure('blocked', `GitHub’s API cannot be reached (status ${status}). What came is ${page}`);
  }
  const said = withoutLink(message).slice(0, 300);
  return new Failure('blocked', `GitHub refuses access (status ${status}): ${said}`);
}

/** GitHub's message without the link to its documentation, which Octokit appends. */
function withoutLink(message: string): string {
  return message.replace(/ - https:\/\/\S+$/, '');
}

/** The scopes in `x-oauth-scopes`; null: the header is missing, as for fine-grained tokens. */
export function parseScopes(header: string | undefined): string[] | null {
  if (header === undefined) return null;
  return header
    .split(',')
    .map((scope) => scope.trim())
    .filter((scope) => scope !== '');
}

function toMinute(instant: Date): string {
  return `${instant.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
