import type { Octokit } from '@octokit/rest';
import { Failure } from '../failure.ts';
import { createSemaphore, retry } from './attempts.ts';
import { type AnswerMemory, createMemory } from './memory.ts';
import { type Fetch, openOctokit } from './octokit.ts';
import { parseTokenExpiry, toGitHubFailure } from './refusal.ts';

/** Lets requests go when GitHub's limits for the token allow it, whoever else is at work with the token. */
export interface RateLimiter {
  /** Waits for its turn; throws `out_of_time`, or `rate_limited`, when that is not in the time that is left. */
  enter(): Promise<void>;
  /** Says that a request has ended, and what came of it. */
  leave(outcome: { headers: Record<string, string> } | { error: unknown }): void;
}

/** Which server is asked with which token, and within what limits. */
export interface ConnectionOptions {
  /** The API's base URL without a slash at the end: `https://api.github.com`, or `https://<host>/api/v3`. */
  apiUrl: string;
  /** With what it is asked; the platform's own unless told. */
  fetch?: Fetch;
  token: string;
  clock: () => Date;
  /** Until when everything must be answered, by the clock; 20 seconds from now unless told. */
  deadline?: Date;
  /** When the token ends, as GitHub said when it was saved: tells an expired token from a revoked one. */
  tokenExpiresAt?: Date | null;
  /** Told when the token ends, with every answer that says so. */
  onTokenExpiry?: (expiresAt: Date) => void;
  /** Milliseconds that stand for one second of waiting between tries; 1,000 unless told. */
  secondLasts?: number;
  /** Without it GitHub's limits are not looked at. */
  rateLimiter?: RateLimiter | undefined;
}

/** One answer, whatever redirects led to it. */
interface ConnectionAnswer {
  data: unknown;
  headers: Record<string, string>;
  redirected: boolean;
  /** True: GitHub answered 304, and `data` is nothing. */
  unchanged: boolean;
}

/** The answer that is known already, where requests are counted, and the API's version that is needed. */
interface Condition {
  etag?: string | undefined;
  memory?: AnswerMemory | undefined;
  apiVersion?: string | undefined;
}

/** Asks GitHub for a path below the base URL. Throws only {@link Failure}, and what the given `fetch` fails with. */
export type Connection = (
  path: string,
  parameters?: Record<string, string | number>,
  condition?: Condition,
) => Promise<ConnectionAnswer>;

const DEFAULT_DEADLINE_MS = 20_000;
/** GitHub allows 100 at once for everything an account does; others may be at work for it as well. */
const REQUEST_CONCURRENCY = 60;
const API_VERSION = '2022-11-28';
/** Octokit takes this status for a failure. */
const NOT_MODIFIED = 304;

/**
 * Opens a connection that asks at most 60 things at once, tries again after 5xx, dropped connections and secondary
 * limits, and never waits beyond the deadline.
 *
 * The token goes to the host of `apiUrl` only: redirects are followed by repository id below `apiUrl`, never as given.
 */
export function openConnection(options: ConnectionOptions): Connection {
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
        const named = toNamed(error, options);
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
      throw new Failure('token_invalid', 'The GitHub token holds characters no token has: copy it again.');
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
    'GitHub redirects to somewhere else: is this the base URL of its API?',
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

/** What the system calls it, e.g. ECONNREFUSED: messages may quote the request, which holds the token. */
function toSystemCode(cause: unknown): string {
  for (let error = cause; error instanceof Error; error = error.cause) {
    if ('code' in error && typeof error.code === 'string') return error.code;
    if (error.name === 'TimeoutError') return 'timeout';
  }
  return 'connection failed';
}

/** Only the response is looked at: the request that failed holds the token. */
function toNamed(error: unknown, { clock, tokenExpiresAt = null }: ConnectionOptions): unknown {
  if (!isRequestFailure(error)) return error;
  if (error.cause instanceof Failure) return error.cause;
  if (!error.response) {
    const code = toSystemCode(error.cause);
    return new Failure('github_down', `GitHub cannot be reached (${code}): try again later.`);
  }
  const refusal = { status: error.status, message: error.message, headers: toTexts(error.response.headers) };
  return toGitHubFailure(refusal, { now: clock(), tokenExpiresAt });
}
