import type { Answer } from './answer.ts';
import { Failure } from './failure.ts';
import type { ApiRequest } from './request.ts';

/** One invocation of an action. */
export interface Activation {
  /** The activation's id; empty outside the platform. */
  id: string;
  /** When the platform stops it. */
  deadline: Date;
  /** Where the platform has the web actions of this package; null outside the platform. */
  packageUrl: string | null;
  /** The parameters of the package, the action and the trigger, without those of the HTTP request. */
  parameters: Record<string, unknown>;
}

type Arguments = Record<string, unknown>;

/** The form of a web action's answer: https://github.com/apache/openwhisk/blob/master/docs/webactions.md */
interface WebAnswer {
  statusCode: number;
  headers: Record<string, string>;
  body?: unknown;
}

/** The platform takes results up to 1 MiB of JSON, headers included. */
const MAX_RESULT = 1024 * 1024;
const MAX_HEADERS = 8_000;
const MAX_ANSWER = 1_000_000;
const NO_DEADLINE = new Date(8_640_000_000_000_000);

function toActivation(args: Arguments): Activation {
  const { __OW_ACTIVATION_ID: id = '', __OW_DEADLINE: deadline } = process.env;
  const parameters = Object.fromEntries(Object.entries(args).filter(([name]) => !name.startsWith('__ow_')));
  return {
    id,
    deadline: deadline ? new Date(Number(deadline)) : NO_DEADLINE,
    packageUrl: findPackageUrl(),
    parameters,
  };
}

/** `__OW_ACTION_NAME` is '/namespace/package/action'. */
function findPackageUrl(): string | null {
  const { __OW_API_HOST: host = '', __OW_ACTION_NAME: name = '' } = process.env;
  const [, namespace = '', packageName] = name.split('/');
  if (host === '' || packageName === undefined) return null;
  return `${host.replace(/\/$/, '')}/api/v1/web/${encodeURIComponent(namespace)}/${packageName}`;
}

const textOf = (value: unknown) => (typeof value === 'string' ? value : '');

/** Raw web actions get JSON bodies in base64, which never begins with a character that begins JSON. */
function bodyOf(text: string, type: string): string {
  if (!type.includes('json') || /^\s*[{["]/.test(text)) return text;
  return Buffer.from(text, 'base64').toString('utf8');
}

/** HEAD is handled as GET: the platform sends the answer without its body (RFC 9110 §9.3.2). */
function toRequest(args: Arguments): ApiRequest {
  const asked = (textOf(args.__ow_method) || 'get').toUpperCase();
  const method = asked === 'HEAD' ? 'GET' : asked;
  const given = Object.entries(args.__ow_headers ?? {});
  const headers = new Map(given.map(([name, value]) => [name.toLowerCase(), String(value)]));
  const get = (name: string) => headers.get(name.toLowerCase()) ?? null;
  const query = textOf(args.__ow_query);
  const path = textOf(args.__ow_path).replace(/^\/*/, '/');
  const { href: url } = new URL(`https://action.invalid${path}${query ? `?${query}` : ''}`);
  const body = method === 'GET' ? '' : bodyOf(textOf(args.__ow_body), get('content-type') ?? '');
  return { method, url, headers: { get }, text: async () => body };
}

/** There are no cookies, so any origin may call. ALLOWED_ORIGINS limits that to those it names, separated by spaces. */
function corsHeaders(args: Arguments): Record<string, string> {
  const allowed = textOf(args.ALLOWED_ORIGINS).split(/\s+/).filter(Boolean);
  const origin = textOf((args.__ow_headers as Record<string, unknown> | undefined)?.origin);
  const granted = allowed.length === 0 ? '*' : allowed.find((one) => one === origin);
  return {
    ...(granted ? { 'access-control-allow-origin': granted } : {}),
    ...(allowed.length === 0 ? {} : { vary: 'Origin' }),
    'access-control-expose-headers':
      'content-disposition, retry-after, x-activation-id, x-next-cursor, x-total-count',
  };
}

const PREFLIGHT = {
  'access-control-allow-methods': 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS',
  'access-control-allow-headers': 'authorization, content-type',
  'access-control-max-age': '7200',
};

/**
 * JSON is answered as text: the platform would write an object over many lines, with sorted keys. It decodes JSON that looks
 * like base64, which a text with braces or brackets never does. In the result, its quotation marks are escaped; an object
 * needs less room.
 */
function toWebAnswer({ status: statusCode, headers, body }: Answer): WebAnswer {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  if (Buffer.byteLength(text) > MAX_ANSWER) throw new Failure('answer_too_large');
  const isShort = Buffer.byteLength(JSON.stringify(text)) + MAX_HEADERS <= MAX_RESULT;
  if (!isShort && typeof body === 'string') throw new Failure('answer_too_large');
  return { statusCode, headers, body: isShort ? text : body };
}

/** Log lines are JSON objects; they never hold arguments. */
function log(activation: Activation, line: Record<string, unknown>): void {
  console.log(JSON.stringify({ activationId: activation.id, ...line }));
}

function toLoggedFailure(error: unknown, activation: Activation): Failure {
  if (error instanceof Failure) {
    log(activation, { level: 'warn', status: error.status, code: error.code });
    return error;
  }
  log(activation, {
    level: 'error',
    code: 'internal',
    error: error instanceof Error ? error.stack : 'thrown',
  });
  const message = `Something unexpected went wrong. The log of activation ${activation.id} says what.`;
  return new Failure('internal', message);
}

function failureAnswer({ status, code, message, details }: Failure): WebAnswer {
  const body = { error: { code, message, ...(details ? { details } : {}) } };
  const headers = {
    'content-type': 'application/json',
    ...(details?.retryAfter !== undefined && { 'retry-after': String(details.retryAfter) }),
  };
  return { statusCode: status, headers, body: JSON.stringify(body) };
}

/**
 * Turns a function from requests to answers into the `main` of a web action (`web: raw`, `web-custom-options: true`). It
 * never rejects: a `Failure` is answered with its status, anything else with 500. It answers preflights itself.
 */
export function web(serve: (request: ApiRequest, activation: Activation) => Answer | Promise<Answer>) {
  return async (args: Arguments): Promise<WebAnswer> => {
    const cors = corsHeaders(args);
    if (args.__ow_method === 'options') return { statusCode: 204, headers: { ...cors, ...PREFLIGHT } };
    const activation = toActivation(args);
    const answer = await Promise.resolve()
      .then(async () => toWebAnswer(await serve(toRequest(args), activation)))
      .catch((error: unknown) => failureAnswer(toLoggedFailure(error, activation)));
    const own = {
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'x-activation-id': activation.id,
    };
    return { ...answer, headers: { ...own, ...answer.headers, ...cors } };
  };
}

/**
 * The `main` of an action that triggers and other actions start. It never rejects: a `Failure` becomes
 * `{ error: { code, message } }`, which the platform records as the activation's failure.
 */
export function job(run: (activation: Activation) => Promise<Record<string, unknown>>) {
  return async (args: Arguments): Promise<Record<string, unknown>> => {
    const activation = toActivation(args);
    try {
      return await run(activation);
    } catch (error) {
      const { code, message } = toLoggedFailure(error, activation);
      return { error: { code, message } };
    }
  };
}
