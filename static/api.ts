import { isStillRunning } from '../lib/still-running.ts';
import type { Session } from './session.ts';

/** A GET request, with the type of its answer. */
export interface Read<Answer> {
  /** Path and query below the API's address. */
  url: string;
  /** Its CSV comes page by page. */
  paged?: true;
  readonly answer?: Answer;
}

/** The only error that a call throws: the API's own, or the reason why it did not answer. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  readonly code: string;
  readonly details: unknown;

  constructor(status: number, code: string, message: string, details?: unknown) {
    super(message);
    this.status = status;
    this.code = code;
    this.details = details;
  }
}

/** Whether the same call may succeed later: the connection, the server or its limits failed, not the request. */
export function mayPass(error: Error): boolean {
  return !(error instanceof ApiError) || [0, 202, 429].includes(error.status) || error.status >= 500;
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

interface Call {
  method: Method;
  path: string;
  body?: unknown;
  signal?: AbortSignal | undefined;
}

export interface Api {
  read<Answer>(read: Read<Answer>, signal?: AbortSignal): Promise<Answer>;
  send<Answer>(method: Method, path: string, body?: unknown): Promise<Answer>;
  /** Ends the access token, if the API answers soon. Never rejects: the person signs out here in any case. */
  endToken(): Promise<void>;
  /** The whole file, page by page where the route has pages; `onPart` learns how much of it is there, from 0 to 1. */
  csv(read: Read<unknown>, onPart: (share: number) => void): Promise<Blob>;
  text(read: Read<unknown>, signal?: AbortSignal): Promise<Response>;
}

/**
 * Why a call waits. `quota`: the platform takes no more calls in this minute. `answer`: the call takes longer than a minute,
 * and still runs.
 */
export type Obstacle = 'connection' | 'quota' | 'answer';

/** `seconds` until the call is repeated; 0: it is being repeated. */
export interface Waiting {
  obstacle: Obstacle;
  seconds: number;
}

/** Called whenever that changes, and with null when no call waits any more. */
type OnWaiting = (waiting: Waiting | null) => void;

/** A call that has no answer yet. */
interface Unanswered {
  obstacle: Obstacle;
  /** Until it makes sense to repeat it. */
  seconds: number;
  /** Whether the platform said that it did nothing. */
  isRefused: boolean;
}

const RETRY_SECONDS = 5;
const QUOTA_SECONDS = 10;
const MAX_WAIT_SECONDS = 60;
/** How long a call waits in all, for each obstacle. Asking for an answer again takes a minute more each time. */
const MAX_WAITS_SECONDS: Record<Obstacle, number> = { connection: 20, quota: 200, answer: 15 };
/** The platform gives up after a minute. Without CORS headers its answer looks like a broken connection. */
const GIVEN_UP_MS = 55_000;

export function openApi(
  apiUrl: string,
  session: Session,
  onWaiting: OnWaiting,
  leave: () => Promise<void>,
): Api {
  const isElsewhere = new URL(apiUrl, location.href).origin !== location.origin;
  /** The waiting for the quota that all calls share. */
  let quota: Promise<void> | undefined;

  async function attempt({ method, path, body, signal }: Call) {
    const token = await session.accessToken().catch(unreachable);
    const headers: Record<string, string> = {};
    if (token) headers.authorization = `Bearer ${token}`;
    else if (session.signedIn()) return expire();
    if (body !== undefined) headers['content-type'] = 'application/json';
    return fetch(`${apiUrl}/${path}`, {
      method,
      headers,
      credentials: 'omit',
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal ? { signal } : {}),
    });
  }

  /** Leaves for the provider. The promise stays open, as the page is about to unload. */
  async function expire(): Promise<never> {
    await leave().catch(() => {
      throw new ApiError(503, 'identity_provider_unavailable', NO_PROVIDER);
    });
    return new Promise(() => undefined);
  }

  /** Somebody signed out everywhere: a new token must come from a new sign-in, not from this session. */
  function startAnew(): Promise<never> {
    session.forget();
    location.assign('/');
    return new Promise(() => undefined);
  }

  /** Whether the API's server answers at all. Its refusals have no CORS headers, so a page cannot read them. */
  async function isThere(): Promise<boolean> {
    const ping = new URL('/ping', new URL(apiUrl, location.href));
    return fetch(ping, { mode: 'no-cors', credentials: 'omit', cache: 'no-store' }).then(
      () => true,
      () => false,
    );
  }

  async function ask(call: Call): Promise<Response | Unanswered> {
    const begun = performance.now();
    try {
      return await toOutcome(await attempt(call));
    } catch (error) {
      if (call.signal?.aborted || error instanceof ApiError) throw error;
      const unanswered = { seconds: RETRY_SECONDS, isRefused: false };
      if (!isElsewhere) return { ...unanswered, obstacle: 'connection' };
      if (performance.now() - begun > GIVEN_UP_MS) return { ...unanswered, obstacle: 'answer' };
      if (!(await isThere())) return { ...unanswered, obstacle: 'connection' };
      return { obstacle: 'quota', seconds: secondsToNextMinute(Date.now()), isRefused: false };
    }
  }

  async function wait({ obstacle, seconds }: Unanswered, signal?: AbortSignal): Promise<void> {
    if (obstacle !== 'quota') return pause({ obstacle, seconds }, onWaiting, signal);
    quota ??= pause({ obstacle, seconds }, onWaiting).finally(() => {
      quota = undefined;
    });
    await quota;
    signal?.throwIfAborted();
  }

  /**
   * Repeats calls while that helps. What must not be done twice is repeated only if the platform said that it did nothing:
   * otherwise it may have been done, or is still being done.
   */
  async function patiently(call: Call): Promise<Response> {
    const { method, signal } = call;
    const waited: Record<Obstacle, number> = { connection: 0, quota: 0, answer: 0 };
    try {
      for (;;) {
        await quota;
        const outcome = await ask(call);
        if (outcome instanceof Response) return outcome;
        const { obstacle, isRefused } = outcome;
        const isOver = waited[obstacle] >= MAX_WAITS_SECONDS[obstacle];
        if (isOver || !(isRefused || mayRepeat(call, obstacle))) throw toFailure(outcome, method);
        // This minute of the platform may end later than that of this clock, and a refused call costs nothing.
        const isAgain = obstacle === 'quota' && waited.quota > 0;
        const seconds = Math.min(isAgain ? QUOTA_SECONDS : outcome.seconds, MAX_WAIT_SECONDS);
        await wait({ ...outcome, seconds }, signal);
        waited[obstacle] += seconds;
      }
    } finally {
      if (Object.values(waited).some((seconds) => seconds > 0)) onWaiting(null);
    }
  }

  async function call(asked: Call): Promise<Response> {
    let answer = await patiently(asked);
    if (answer.status === 401 && (await isSignedOut(answer))) return startAnew();
    if (answer.status === 401 && session.signedIn() && !session.justSignedIn()) {
      const renewed = await session.renew().catch(() => null);
      if (!renewed) return expire();
      answer = await patiently(asked);
    }
    if (answer.status === 401 && session.signedIn() && !session.justSignedIn()) return expire();
    if (!answer.ok) throw await toError(answer);
    return answer;
  }

  return {
    read: async (read, signal) => (await call({ method: 'GET', path: read.url, signal })).json(),
    send: async (method, path, body) => (await call({ method, path, body })).json(),
    endToken: async () => {
      const signal = AbortSignal.timeout(END_TOKEN_MS);
      await attempt({ method: 'DELETE', path: 'me/session', signal }).catch(() => undefined);
    },
    csv: async (read, onPart) => {
      const path = `${read.url}${read.url.includes('?') ? '&' : '?'}format=csv`;
      if (!read.paged) return (await call({ method: 'GET', path })).blob();
      let answer = await call({ method: 'GET', path: `${path}&cursor=` });
      const total = Number(answer.headers.get('x-total-count'));
      if (total > MAX_FILE_ROWS) throw new ApiError(413, 'answer_too_large', TOO_LARGE);
      const parts = [await answer.text()];
      const pages = Math.ceil(total / Math.max(1, countRows(parts[0])));
      for (let next = answer.headers.get('x-next-cursor'); next; next = answer.headers.get('x-next-cursor')) {
        onPart(parts.length / pages);
        answer = await call({ method: 'GET', path: `${path}&cursor=${next}` });
        parts.push(withoutHeader(await answer.text()));
      }
      return new Blob(parts, { type: 'text/csv' });
    },
    text: (read, signal) => call({ method: 'GET', path: read.url, signal }),
  };
}

const LINE_END = '\r\n';
const countRows = (csv = '') => csv.split(LINE_END).length - 2;
const withoutHeader = (csv: string) => csv.slice(csv.indexOf(LINE_END) + LINE_END.length);

/** More could exhaust the browser's memory. */
const MAX_FILE_ROWS = 2_000_000;
const TOO_LARGE =
  'These are more than two million rows. Choose a shorter range, weeks or months, or fewer repositories.';
const END_TOKEN_MS = 5000;
const NO_PROVIDER =
  'Your session has ended, and the identity provider can’t be reached. Try again in a minute.';
const TOO_MANY = 'Too many requests. Try again in a minute.';
const TOO_LONG = 'The server takes longer than a minute to answer this. Try again later.';
const STILL_RUNNING =
  'This takes longer than a minute. It is still running; reload the page later to see what came of it.';
const UNKNOWN =
  'The server did not say whether this was done: it may take no more calls in this minute. Reload the page in a minute to see.';

function unreachable(): never {
  throw toUnreachable();
}

function toUnreachable(): ApiError {
  const message = navigator.onLine
    ? 'Can’t reach the server. Try again in a moment.'
    : 'You are offline. Check your connection, then try again.';
  return new ApiError(0, 'unreachable', message);
}

/** Setting fields twice changes nothing. A connection that breaks while you save is for you to judge. */
function mayRepeat({ method, path }: Call, obstacle: Obstacle): boolean {
  if (method === 'GET' || path.endsWith('/data-token') || path.endsWith('/widgets')) return true;
  return obstacle !== 'connection' && (method === 'PUT' || method === 'PATCH');
}

function toFailure({ obstacle, isRefused }: Unanswered, method: Method): ApiError {
  const isRead = method === 'GET';
  if (obstacle === 'connection') return toUnreachable();
  if (obstacle === 'answer') return new ApiError(202, 'still_running', isRead ? TOO_LONG : STILL_RUNNING);
  if (isRead || isRefused) return new ApiError(429, 'too_many_requests', TOO_MANY);
  return new ApiError(0, 'unreachable', UNKNOWN);
}

/** The platform counts by the minute. A little more, because clocks differ and other pages wait too. */
function secondsToNextMinute(now: number): number {
  return Math.ceil(60 - ((now / 1000) % 60) + 1 + 2 * Math.random());
}

/** The answer, unless it is only the platform's word that there is none. */
async function toOutcome(answer: Response): Promise<Response | Unanswered> {
  const { status, headers } = answer;
  if (status !== 429 && status !== 202) return answer;
  const body: unknown = await answer
    .clone()
    .json()
    .catch(() => null);
  if (status === 429) {
    const { error } = (body ?? {}) as { error?: { code?: string } | string };
    // A limit of the API itself, such as of reports that are sent, holds up no other call, and a minute changes little.
    if (typeof error === 'object' && error?.code !== 'too_many_requests') return answer;
    const now = Date.parse(headers.get('date') ?? '') || Date.now();
    const seconds = Number(headers.get('retry-after')) || secondsToNextMinute(now);
    const isBusy = typeof error === 'string' && error.includes('concurrent');
    return { obstacle: 'quota', seconds: isBusy ? RETRY_SECONDS : seconds, isRefused: true };
  }
  if (!isStillRunning(status, body)) return answer;
  return { obstacle: 'answer', seconds: RETRY_SECONDS, isRefused: false };
}

async function pause({ obstacle, seconds }: Waiting, onWaiting: OnWaiting, signal?: AbortSignal) {
  for (let left = seconds; left > 0 && !signal?.aborted; left--) {
    onWaiting({ obstacle, seconds: left });
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
  onWaiting({ obstacle, seconds: 0 });
  signal?.throwIfAborted();
}

async function isSignedOut(answer: Response): Promise<boolean> {
  return (await toError(answer.clone())).code === 'access_token_revoked';
}

async function toError(answer: Response): Promise<ApiError> {
  const body = (await answer.json().catch(() => null)) as { error?: unknown } | null;
  const error = body?.error;
  if (typeof error === 'object' && error !== null) {
    const { code, message, details } = error as { code?: string; message?: string; details?: unknown };
    return new ApiError(answer.status, code ?? 'unknown', message ?? `Status ${answer.status}.`, details);
  }
  const said = typeof error === 'string' ? ` It says: ${error}` : '';
  return new ApiError(answer.status, 'platform', `The server answered with status ${answer.status}.${said}`);
}
