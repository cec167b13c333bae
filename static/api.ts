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

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

interface Call {
  method: Method;
  path: string;
  body?: unknown;
  signal?: AbortSignal | undefined;
  /** Instead of the session's token. */
  bearer?: string;
}

export interface Api {
  read<Answer>(read: Read<Answer>, signal?: AbortSignal): Promise<Answer>;
  send<Answer>(method: Method, path: string, body?: unknown): Promise<Answer>;
  /** Ends the access token, if the API answers soon. Never rejects: the person signs out here in any case. */
  endToken(): Promise<void>;
  /** The whole file, page by page where the route has pages; `onPart` learns how much of it is there, from 0 to 1. */
  csv(read: Read<unknown>, onPart: (share: number) => void): Promise<Blob>;
  /** Reads text with a token other than the session's; throws an `ApiError` with status 401 when that token has expired. */
  text(read: Read<unknown>, token: string, signal?: AbortSignal): Promise<Response>;
}

/** Called with the seconds until a call is retried, and with 0 when it goes on. */
type Waiting = (seconds: number) => void;

const WAITS_SECONDS = [5, 15, 30, 60];

export function openApi(
  apiUrl: string,
  session: Session,
  onWaiting: Waiting,
  leave: () => Promise<void>,
): Api {
  async function attempt({ method, path, body, signal, bearer }: Call) {
    const token = bearer ?? (await session.accessToken().catch(unreachable));
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

  /**
   * The platform's own refusals (too many calls in a minute) carry no CORS headers, so the browser only reports a failed
   * request. Reads are then retried after a while. Writes are never retried, as they may have succeeded.
   */
  async function patiently(call: Call) {
    const { method, signal } = call;
    for (let tries = 0; ; tries++) {
      const wait = WAITS_SECONDS[tries];
      const answer = await attempt(call).catch((error: unknown) => {
        if (signal?.aborted || error instanceof ApiError) throw error;
        if (method !== 'GET' || wait === undefined || tries > 1) return unreachable();
        return null;
      });
      if (answer && answer.status !== 429) return answer;
      if (wait === undefined) throw new ApiError(429, 'too_many_requests', TOO_MANY);
      await pause(Number(answer?.headers.get('retry-after')) || wait, onWaiting, signal);
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
    text: async ({ url: path }, bearer, signal) => {
      const answer = await patiently({ method: 'GET', path, signal, bearer });
      if (!answer.ok) throw await toError(answer);
      return answer;
    },
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

function unreachable(): never {
  const message = navigator.onLine
    ? 'Can’t reach the server. Try again in a moment.'
    : 'You are offline. Check your connection, then try again.';
  throw new ApiError(0, 'unreachable', message);
}

async function pause(seconds: number, onWaiting: Waiting, signal?: AbortSignal) {
  for (let left = Math.min(60, seconds); left > 0 && !signal?.aborted; left--) {
    onWaiting(left);
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
  onWaiting(0);
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
