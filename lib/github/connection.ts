import type { Octokit } from '@octokit/rest';
import { Failure } from '../failure.ts';
import { createSemaphore, retry } from './attempts.ts';
import { type AnswerMemory, createMemory } from './memory.ts';
import { type Fetch, openOctokit } from './octokit.ts';
import { parseTokenExpiry, toGitHubFailure } from './refusal.ts';

/** Lets requests through as GitHub's limits for the token allow, counting everybody who uses the token. */
export interface RateLimiter {
  /** Waits for its turn. Throws `out_of_time` or `rate_limited` if that is beyond the deadline. */
  enter(): Promise<void>;
  /** Reports that a request has ended, and how. */
  leave(outcome: { headers: Record<string, string> } | { error: unknown }): void;
}

/** A server, a token, and the limits of asking. */
export interface ConnectionOptions {
  /** The API's base URL without a slash at the end: `https://api.github.com`, or `https://<host>/api/v3`. */
  apiUrl: string;
  /** Sends the requests; the platform's own by default. */
  fetch?: Fetch;
  token: string;
  clock: () => Date;
  /** When everything must be answered, by the clock; 20 seconds from now by default. */
  deadline?: Date;
  /** When the token expires, as GitHub said when it was saved. It tells an expired token from a revoked one. */
  tokenExpiresAt?: Date | null;
  /** Called with each answer that says when the token expires. */
  onTokenExpiry?: (expiresAt: Date) => void;
  /** Milliseconds per second of waiting between tries; 1,000 by default, fewer in tests. */
  secondLasts?: number;
  /** Without one, GitHub's limits are ignored. */
  rateLimiter?: RateLimiter | undefined;
}

/** One answer, after any redirects. */
interface ConnectionAnswer {
  data: unknown;
  headers: Record<string, string>;
  redirected: boolean;
  /** True if GitHub answered 304; `data` is undefined then. */
  unchanged: boolean;
}

/** The known answer's ETag, where requests are counted, and which version of the API is needed. */
interface Condition {
  etag?: string | undefined;
  memory?: AnswerMemory | undefined;
  apiVersion?: string | undefined;
}

/** Asks GitHub for a path below the base URL. Throws a {@link Failure}, or what the given `fetch` throws. */
export type Connection = (
  path: string,
  parameters?: Record<string, string | number>,
  condition?: Condition,
) => Promise<ConnectionAnswer>;

const DEFAULT_DEADLINE_MS = 20_000;
/** GitHub allows an account 100 at once; other programs may use it too. */
const REQUEST_CONCURRENCY = 60;
const API_VERSION = '2022-11-28';
/** Octokit throws for this status. */
const NOT_MODIFIED = 304;

/**
 * Opens a connection that sends at most 60 requests at once, retries after 5xx, dropped connections and secondary limits,
 * and never waits beyond the deadline.
 *
 * The token goes to the host of `apiUrl` only: redirects are followed by repository id below `apiUrl`, never as given.
 */
export function openGitHubConnection(options: ConnectionOptions): Connection {
  const { apiUrl, clock, token, rateLimiter, secondLasts = 1000 } = options;
  const deadline = options.deadline ?? new Date(clock().getTime() + DEFAULT_DEADLINE_MS);
  const timeLeft = () => deadline.getTime() - clock().getTime();
  let octokit: Promise<Octokit> | undefined;
  const semaphore = createSemaphore(REQUEST_CONCURRENCY);

  async function ask(
    path: string,
    parameters: Record<string, string | number>,
    { etag, memory = createMemory(), apiVersion = API_VERSION }: Condition,
  ): Promise<ConnectionAnswer> {
    const sent = { 'x-github-api-version': apiVersion, ...(etag !== undefined && { 'if-none-match': etag }) };
    const attempt = async () => {
      octokit ??= openOctokit(options, timeLeft);
      const ready = await octokit;
      await rateLimiter?.enter();
      memory.counted += 1;
      try {
        const answer = await ready.request(`GET ${path}`, { ...parameters, headers: sent });
        rateLimiter?.leave({ headers: toTexts(answer.headers) });
        return answer;
      } catch (error) {
        const headers = isRequestFailure(error) ? toTexts(error.response?.headers ?? {}) : {};
        if (etag !== undefined && isRequestFailure(error) && error.status === NOT_MODIFIED) {
          rateLimiter?.leave({ headers });
          return { status: NOT_MODIFIED, headers, data: undefined };
        }
        const named = toNamedFailure(error, options);
        rateLimiter?.leave({ error: named });
        throw named;
      }
    };
    const { status, headers, data } = await semaphore(() => retry(attempt, { clock, deadline, secondLasts }));
    const texts = toTexts(headers);
    const expiresAt = parseTokenExpiry(texts['github-authentication-token-expiration']);
    if (expiresAt) options.onTokenExpiry?.(expiresAt);
    if (Number(status) < 300) return { data, headers: texts, redirected: false, unchanged: false };
    if (Number(status) === NOT_MODIFIED) {
      memory.counted -= 1;
      memory.unchanged += 1;
      return { data, headers: texts, redirected: false, unchanged: true };
    }
    const target = toRedirectTarget(apiUrl, texts.location);
    return { ...(await ask(target, {}, { memory })), redirected: true };
  }

  return async (path, parameters = {}, condition = {}) => {
    if (!/^[\x21-\x7e]+$/.test(token)) {
      throw new Failure('token_invalid', 'The GitHub token has characters that no token has. Copy it again.');
    }
    return ask(path, parameters, condition);
  };
}

function toTexts(headers: object): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}

/**
 * GitHub answers 301 with `/repositories/{id}…` for a repository that was renamed or transferred
 * (https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api#follow-redirects).
 */
function toRedirectTarget(apiUrl: string, location = ''): string {
  const rest = location.startsWith(`${apiUrl}/`) ? location.slice(apiUrl.length) : '';
  if (/^\/repositories\/\d+(?:\/[a-z/]+)?(?:\?per=(?:day|week))?$/.test(rest)) return rest;
  throw new Failure(
    'unreadable_answer',
    'GitHub redirects to another address. Check that the server’s address is the base URL of its API.',
  );
}

interface RequestFailure {
  status: number;
  message: string;
  cause?: unknown;
  response?: { headers: object };
}

function isRequestFailure(error: unknown): error is RequestFailure {
  return error instanceof Error && error.name === 'HttpError' && 'status' in error;
}

/** The system's code, such as ECONNREFUSED: messages may quote the request, which holds the token. */
function toSystemCode(cause: unknown): string {
  for (let error = cause; error instanceof Error; error = error.cause) {
    if ('code' in error && typeof error.code === 'string') return error.code;
    if (error.name === 'TimeoutError') return 'timeout';
  }
  return 'connection failed';
}

/** Looks at the response only: the failed request holds the token. */
function toNamedFailure(error: unknown, { clock, tokenExpiresAt = null }: ConnectionOptions): unknown {
  if (!isRequestFailure(error)) return error;
  if (error.cause instanceof Failure) return error.cause;
  if (!error.response) {
    const code = toSystemCode(error.cause);
    return new Failure('github_down', `GitHub cannot be reached (${code}). Try again later.`);
  }
  const refusal = { status: error.status, message: error.message, headers: toTexts(error.response.headers) };
  return toGitHubFailure(refusal, { now: clock(), tokenExpiresAt });
}
