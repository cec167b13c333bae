import { Failure } from '../failure.ts';
import { parseUrl } from '../url.ts';
import { createSemaphore, retry } from './attempts.ts';
import { type HeldToken, holdToken, type TokenRenewal } from './held-token.ts';
import { type AnswerMemory, createMemory } from './memory.ts';
import { type Fetch, openOctokit, type Send } from './octokit.ts';
import { parseTokenExpiry, toGitHubFailure, toOtherRepository } from './refusal.ts';
import { type RawAnswer, toUnreadableFailure } from './unreadable.ts';

/** Lets requests through as GitHub's limits for the token allow, counting everybody who uses the token. */
export interface RateLimiter {
  /** Waits for its turn. Throws `out_of_time` or `rate_limited` if that is beyond the deadline. */
  enter(): Promise<void>;
  /** Reports that a request has ended, and how. */
  leave(outcome: { headers: Record<string, string> } | { error: unknown }): void;
}

/** A server, a token, and the limits for requests. */
export interface ConnectionOptions {
  /** The API's base URL without a slash at the end: `https://api.github.com`, or `https://<host>/api/v3`. */
  apiUrl: string;
  /** Sends the requests; the platform's own by default. */
  fetch?: Fetch;
  token: string;
  /** For an installation of a GitHub App: what to do when GitHub refuses the token. */
  renewal?: TokenRenewal | undefined;
  clock: () => Date;
  /** The deadline of all requests, by the clock; 20 seconds from now by default. */
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
  /** True if GitHub answered 304; `data` is undefined then. */
  unchanged: boolean;
  /** When GitHub answered: by its clock if the two differ by more than ten minutes, else by ours. */
  answeredAt: Date;
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
const MAX_REDIRECTS = 5;
/** If our clock differs from GitHub's by more than this, GitHub's counts. */
const MAX_SKEW_MS = 10 * 60_000;
/** Octokit throws for this status. */
const NOT_MODIFIED = 304;

/**
 * Opens a connection that sends at most 60 requests at once, retries after 5xx, dropped connections and secondary limits,
 * and never waits beyond the deadline.
 *
 * The token goes to `apiUrl` only. Of a redirect, just the path of a repository is used, below `apiUrl`; at most five are
 * followed, none to an address that was asked already, and none from the id of a repository to another id.
 */
export function openGitHubConnection(options: ConnectionOptions): Connection {
  const { apiUrl, clock, rateLimiter, secondLasts = 1000 } = options;
  const deadline = options.deadline ?? new Date(clock().getTime() + DEFAULT_DEADLINE_MS);
  const timeLeft = () => deadline.getTime() - clock().getTime();
  let octokit: Promise<Send> | undefined;
  const semaphore = createSemaphore(REQUEST_CONCURRENCY);
  const holder = holdToken(options.token, options.renewal);

  async function askOnce(
    path: string,
    parameters: Record<string, string | number>,
    { etag, memory = createMemory(), apiVersion = API_VERSION }: Condition,
  ) {
    const send = async ({ token }: HeldToken) => {
      octokit ??= openOctokit(options, timeLeft);
      const ready = await octokit;
      await rateLimiter?.enter();
      memory.counted += 1;
      const sent: Record<string, string> = {
        authorization: `Bearer ${token}`,
        'x-github-api-version': apiVersion,
      };
      if (etag !== undefined) sent['if-none-match'] = etag;
      try {
        const answer = await ready(path, { ...parameters, headers: sent });
        rateLimiter?.leave({ headers: toTexts(answer.headers) });
        return answer;
      } catch (error) {
        const headers = isRequestFailure(error) ? toTexts(error.response?.headers ?? {}) : {};
        if (etag !== undefined && isRequestFailure(error) && error.status === NOT_MODIFIED) {
          rateLimiter?.leave({ headers });
          return { status: NOT_MODIFIED, headers, data: undefined };
        }
        const named = toNamedFailure(error, token, options);
        rateLimiter?.leave({ error: named });
        throw named;
      }
    };
    const askWith = (held: HeldToken) => {
      const attempt = async () => {
        const answer = await send(held);
        if (Number(answer.status) < 300) requireReadable(answer, held.token);
        return answer;
      };
      // A token that was accepted before is not retried.
      const isFinal = (failure: Failure) => isTokenRefused(failure) && !held.isFresh;
      return retry(attempt, { clock, deadline, secondLasts, isFinal });
    };
    const askRenewing = async () => {
      for (;;) {
        const held = holder.current();
        try {
          return await askWith(held);
        } catch (error) {
          if (!isTokenRefused(error) || !(await holder.replace(held))) throw error;
        }
      }
    };
    const answer = await semaphore(askRenewing);
    const headers = toTexts(answer.headers);
    const expiresAt = parseTokenExpiry(headers['github-authentication-token-expiration']);
    if (expiresAt) options.onTokenExpiry?.(expiresAt);
    const unchanged = Number(answer.status) === NOT_MODIFIED;
    if (unchanged) {
      memory.counted -= 1;
      memory.unchanged += 1;
    }
    const answeredAt = toAnsweredAt(headers.date, clock());
    return { status: Number(answer.status), data: answer.data as unknown, headers, unchanged, answeredAt };
  }

  async function ask(
    path: string,
    parameters: Record<string, string | number>,
    condition: Condition,
  ): Promise<ConnectionAnswer> {
    const first = await askOnce(path, parameters, condition);
    if (!isRedirect(first)) return first;
    const { memory, apiVersion } = condition;
    const id = toRepositoryId(path);
    const asked = new Set([`${apiUrl}${toAddress(path, parameters)}`]);
    let answer = first;
    while (isRedirect(answer)) {
      const target = toRedirectTarget(apiUrl, answer.headers.location, asked);
      if (asked.size > MAX_REDIRECTS)
        throw new Failure('unreadable_answer', `GitHub redirects more than ${MAX_REDIRECTS} times.`);
      const other = toRepositoryId(target.slice(apiUrl.length));
      if (id !== undefined && other !== undefined && other !== id) throw toOtherRepository(id, other);
      asked.add(target);
      answer = await askOnce(target, {}, { memory, apiVersion });
    }
    return answer;
  }

  return async (path, parameters = {}, condition = {}) => {
    if (!/^[\x21-\x7e]+$/.test(options.token)) {
      throw new Failure('token_invalid', 'The GitHub token has characters that no token has. Copy it again.');
    }
    return ask(path, parameters, condition);
  };
}

const isTokenRefused = (error: unknown) => error instanceof Failure && error.code === 'app_token_refused';

const isRedirect = ({ status }: { status: number }) => status >= 300 && status !== NOT_MODIFIED;

/** A path with its parameters in it, as a redirect would name it. */
function toAddress(path: string, parameters: Record<string, string | number>): string {
  const rest = new URLSearchParams();
  const query = new Map(Object.entries(parameters));
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = query.get(name);
    query.delete(name);
    return encodeURIComponent(value ?? '');
  });
  for (const [name, value] of query) rest.set(name, String(value));
  return rest.size === 0 ? filled : `${filled}?${rest}`;
}

/** Checks our clock against the header `date`: a clock some days ahead would make zeros of future days. */
function toAnsweredAt(header: string | undefined, now: Date): Date {
  const theirs = Date.parse(header ?? '');
  return Math.abs(theirs - now.getTime()) > MAX_SKEW_MS ? new Date(theirs) : now;
}

function toTexts(headers: object): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}

/**
 * Where a redirect leads: GitHub answers 301 with `/repositories/{id}…` for a repository that was renamed or transferred
 * (https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api#follow-redirects). A server
 * behind a proxy may name another scheme, or the new name first. Only the path is used, below `apiUrl`, unless that was
 * asked already and the server wants https instead of http.
 */
function toRedirectTarget(apiUrl: string, location = '', asked: ReadonlySet<string>): string {
  const base = new URL(apiUrl);
  const url = parseUrl(location, `${apiUrl}/`);
  const prefix = base.pathname.replace(/\/$/, '');
  if (!url || !isSameServer(base, url) || !url.pathname.startsWith(`${prefix}/`))
    throw new Failure('unreadable_answer', toRedirectMessage(base, url));
  const path = url.pathname.slice(prefix.length) + url.search;
  if (!REPOSITORY_PATH.test(path)) throw new Failure('unreadable_answer', toRedirectMessage(base, url));
  const target = `${apiUrl}${path}`;
  if (!asked.has(target)) return target;
  if (base.protocol === 'http:' && url.protocol === 'https:' && !asked.has(url.href)) return url.href;
  throw new Failure(
    'unreadable_answer',
    'GitHub redirects in a circle. Tell the administrator of the server.',
  );
}

/** The id in the path of a repository; undefined if the path names it otherwise. */
function toRepositoryId(path: string): number | undefined {
  const id = /^\/repositories\/(\d+)\b/.exec(path)?.[1];
  return id === undefined ? undefined : Number(id);
}

const REPOSITORY_PATH = /^\/(?:repositories\/\d+|repos\/[\w.-]+\/[\w.-]+)(?:\/[a-z/]+)?(?:\?[\w.&=-]*)?$/;

/** Another scheme has another default port; any other port is another server. */
function isSameServer(base: URL, url: URL): boolean {
  if (url.hostname !== base.hostname || !['http:', 'https:'].includes(url.protocol)) return false;
  return url.port === base.port || (url.protocol !== base.protocol && url.port === '');
}

function toRedirectMessage(base: URL, url: URL | undefined): string {
  if (url && url.host !== base.host)
    return `GitHub redirects to another server, ${url.host}. Check that the server’s address is right.`;
  return 'GitHub redirects to something that is no repository. Check that the server’s address is right.';
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

/** Throws `unreadable_answer` for an answer without JSON. A page may quote the request, which holds the token. */
function requireReadable({ status, data }: RawAnswer, token: string): void {
  const quotable = typeof data === 'string' ? data.replaceAll(token, '…') : data;
  const failure = toUnreadableFailure({ status, data: quotable });
  if (failure) throw failure;
}

/** Looks at the response only: the failed request holds the token, and so may a page that quotes it. */
function toNamedFailure(
  error: unknown,
  token: string,
  { clock, renewal, tokenExpiresAt = null }: ConnectionOptions,
): unknown {
  if (!isRequestFailure(error)) return error;
  if (error.cause instanceof Failure) return error.cause;
  if (!error.response) {
    const code = toSystemCode(error.cause);
    return new Failure('github_down', `GitHub cannot be reached (${code}). Try again later.`);
  }
  const message = error.message.replaceAll(token, '…');
  const refusal = { status: error.status, message, headers: toTexts(error.response.headers) };
  const readsAs = renewal ? 'installation' : 'user';
  return toGitHubFailure(refusal, { now: clock(), tokenExpiresAt, readsAs });
}
