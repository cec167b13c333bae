import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { type Caller, toTokenHeaders } from './access.ts';
import { type Answer, badCredentials, rateLimited, refuse, secondaryLimited } from './answer.ts';
import { type Apps, answerApp } from './apps.ts';
import type { Call } from './call.ts';
import { HOUR_MS } from './days.ts';
import { type Addresses, toEtag } from './documents.ts';
import type { Failure, Failures } from './failures.ts';
import { createLimits, type Quota, toQuotaHeaders } from './limits.ts';
import { answerCall, findTarget } from './routes.ts';
import type { AnswerKind } from './traffic.ts';
import type { Watch } from './watch.ts';
import type { TokenOptions, World } from './world.ts';

/** One answered request. Status 0: the connection was reset. */
export interface LoggedRequest {
  method: string;
  /** Without the base path, with the query. */
  path: string;
  status: number;
  token: string | undefined;
  at: Date;
}

export interface ExchangeOptions {
  world: World;
  failures: Failures;
  apps: Apps;
  clock: () => Date;
  baseUrl?: string;
  latency?: number;
  /** How traffic is answered at the moment. */
  answers: () => AnswerKind;
  /** Bans clients that break a rate limit. */
  watch?: Watch | undefined;
}

/** The simulator's HTTP interface. */
export interface Exchange {
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
  requests(): LoggedRequest[];
  resetRequests(): void;
}

const LOG_LENGTH = 100_000;
const ANONYMOUS_QUOTA = 60;
const QUOTA = 5000;
const MAX_CONCURRENCY = 100;
/** The API version of requests that name none. */
const API_VERSION = '2022-11-28';
const DOWN_PAGE =
  '<!DOCTYPE html><html><head><title>Unicorn! &middot; GitHub</title></head><body></body></html>';
const NO_USER_AGENT =
  'Request forbidden by administrative rules. Please make sure your request has a User-Agent header.';

export function createExchange(options: ExchangeOptions): Exchange {
  const { world, failures, apps, clock, baseUrl, latency = 0, watch } = options;
  const limits = createLimits();
  let log: LoggedRequest[] = [];
  let concurrency = 0;

  function toCall(request: IncomingMessage, url: URL, failure: Failure | undefined): Call {
    const now = clock();
    const token = world.token(toToken(request) ?? '');
    const valid =
      token && (token.expiresAt === undefined || token.expiresAt > now) && !refuses(token)
        ? token
        : undefined;
    const addresses = toAddresses(baseUrl, request);
    return {
      ...addresses,
      world,
      caller: valid && { token: valid, account: world.account(valid.login) },
      quota: limits.quotaOf(valid?.login ?? '', valid ? (valid.quota ?? QUOTA) : ANONYMOUS_QUOTA, now),
      now,
      path: url.pathname,
      query: url.searchParams,
      enterprise: new URL(addresses.apiUrl).pathname !== '/',
      answers: options.answers(),
      shownAt: new Date(now.getTime() - hoursBehind(failure) * HOUR_MS),
      withoutTraffic: failure?.kind === 'zeros',
      apiVersion: String(request.headers['x-github-api-version'] ?? API_VERSION),
    };
  }

  function answer(request: IncomingMessage, url: URL, failure: Failure | undefined): Answer {
    const { method = 'GET' } = request;
    const call = toCall(request, url, failure);
    if (failure?.kind === 'rate-limit') spend(call.quota, call.now, failure.resetIn);
    const found =
      planned(failure) ??
      answerApp(apps, call, { method, assertion: toToken(request) }) ??
      (method === 'GET' ? undefined : refuse(404, 'Not Found')) ??
      unidentified(call, request) ??
      (concurrency > MAX_CONCURRENCY ? secondaryLimited(403, 60) : undefined) ??
      outOfQuota(call, failure) ??
      answerCall(call);
    const sent = found.status === 200 ? toConditional(found, request, call.caller) : found;
    const counts = ![304, 401].includes(sent.status) && call.path !== '/rate_limit';
    if (counts && call.quota.used < call.quota.limit) call.quota.used += 1;
    return { ...sent, headers: { ...toHeaders(call), ...sent.headers } };
  }

  function record(request: LoggedRequest): void {
    if (log.length >= LOG_LENGTH) log = log.slice(LOG_LENGTH / 2);
    log.push(request);
  }

  return {
    async handle(request, response) {
      const url = toUrl(request.url);
      const method = request.method ?? 'GET';
      const token = toToken(request);
      const repository = findTarget(world, url.pathname, clock())?.entry.id;
      const failure = failures.take({ method, path: url.pathname, query: url.search, token, repository });
      const delay = latency + (failure?.kind === 'slow' ? failure.milliseconds : 0);
      concurrency += 1;
      const banned = watch?.arrive(token ?? '', clock());
      try {
        if (delay > 0) await wait(delay);
        if (failure?.kind === 'held') await failure.until;
        const asked = answer(request, url, failure);
        const found = banned ?? asked;
        watch?.tell(token ?? '', found, clock());
        const status = send(response, found, failure);
        record({ method, path: url.pathname + url.search, status, token, at: clock() });
      } finally {
        concurrency -= 1;
        watch?.leave(token ?? '');
      }
    },
    requests: () => log,
    resetRequests() {
      log = [];
    },
  };
}

/** Whether GitHub does not know the token yet, or any more. */
function refuses(token: TokenOptions): boolean {
  const { refusals = 0 } = token;
  token.refusals = Math.max(0, refusals - 1);
  return refusals > 0;
}

/** How old the traffic is that a failure shows. */
function hoursBehind(failure: Failure | undefined): number {
  if (failure?.kind === 'late') return failure.hours;
  return failure?.kind === 'old-copy' ? failure.days * 24 : 0;
}

function toUrl(url = '/'): URL {
  const base = 'http://github.invalid';
  return URL.canParse(url, base) ? new URL(url, base) : new URL(base);
}

function toToken(request: IncomingMessage): string | undefined {
  return /^(?:bearer|token) +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
}

function toAddresses(baseUrl: string | undefined, request: IncomingMessage): Addresses {
  const apiUrl = (baseUrl ?? `http://${request.headers.host ?? '127.0.0.1'}`).replace(/(?<!\/)\/+$/, '');
  const htmlUrl = apiUrl === 'https://api.github.com' ? 'https://github.com' : new URL(apiUrl).origin;
  return { apiUrl, htmlUrl };
}

/** Refuses an unknown, revoked or expired token before anything else, in the same words. */
function unidentified({ caller }: Call, request: IncomingMessage): Answer | undefined {
  if (request.headers['user-agent'] === undefined) return refuse(403, NO_USER_AGENT);
  return caller || request.headers.authorization === undefined ? undefined : badCredentials();
}

function spend(quota: Quota, now: Date, resetIn = 3600): void {
  quota.used = quota.limit;
  quota.reset = Math.floor(now.getTime() / 1000) + resetIn;
}

function outOfQuota({ caller, quota, ...call }: Call, failure: Failure | undefined): Answer | undefined {
  if (call.path === '/rate_limit' || call.enterprise || quota.used < quota.limit) return undefined;
  const status = failure?.kind === 'rate-limit' ? (failure.status ?? 403) : 403;
  return rateLimited(status, caller ? `user ID ${caller.account.id}` : '127.0.0.1');
}

function toHeaders({ caller, enterprise, now, path, quota, apiVersion }: Call): Record<string, string> {
  return {
    'content-type': 'application/json; charset=utf-8',
    date: now.toUTCString(),
    'cache-control': 'private, max-age=60, s-maxage=60',
    vary: 'Accept, Authorization, Cookie, X-GitHub-OTP',
    'x-github-media-type': 'github.v3; format=json',
    'x-github-api-version-selected': apiVersion,
    ...(caller ? toTokenHeaders(caller, path.includes('/traffic/') ? 'repo' : '') : {}),
    ...(enterprise ? { 'x-github-enterprise-version': '3.19.0' } : toQuotaHeaders(quota)),
  };
}

/** The answer that a failure rule prescribes, if any. */
function planned(failure: Failure | undefined): Answer | undefined {
  if (failure?.kind === 'secondary-limit') return secondaryLimited(failure.status ?? 403, failure.retryAfter);
  if (failure?.kind === 'down') {
    const headers = { 'content-type': 'text/html; charset=utf-8' };
    return { status: failure.status ?? 502, body: DOWN_PAGE, headers };
  }
  if (failure?.kind === 'garbage') {
    const headers = { 'content-type': failure.contentType ?? 'application/json; charset=utf-8' };
    return { status: 200, body: failure.body ?? '{"count":12,"uniques":', headers };
  }
  if (failure?.kind !== 'status') return undefined;
  const { status, message = 'Server Error', body, headers = {} } = failure;
  return body === undefined ? refuse(status, message, '/rest', headers) : { status, body, headers };
}

/** Answers 304 if the caller has the current version already. That costs no quota. */
function toConditional(found: Answer, request: IncomingMessage, caller: Caller | undefined): Answer {
  const body = toText(found.body);
  const headers = { ...found.headers, etag: toEtag(body, caller?.token.token) };
  if (caller && request.headers['if-none-match'] === headers.etag) return { status: 304, body: '', headers };
  return { status: 200, body, headers };
}

function toText(body: unknown): string {
  return typeof body === 'string' ? body : JSON.stringify(body);
}

/** Sends the answer, or the part that a failure allows. Returns the status, 0 for none. */
function send(
  response: ServerResponse,
  { status, body, headers }: Answer,
  failure: Failure | undefined,
): number {
  if (failure?.kind === 'reset') {
    response.socket?.resetAndDestroy();
    return 0;
  }
  const bytes = Buffer.from(toText(body));
  response.writeHead(status, status === 304 ? headers : { ...headers, 'content-length': bytes.length });
  if (failure?.kind !== 'cut') {
    response.end(bytes);
    return status;
  }
  response.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => response.socket?.destroy());
  return status;
}
