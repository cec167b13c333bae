import { isBinaryCode } from './entities.ts';
import type { Reply } from './http.ts';
import { jsonReply, Refusal } from './http.ts';
import { isObject, prettyJson } from './json.ts';
import { accepts, isJsonFamily, readMediaType, renderAnswerType } from './media-types.ts';
import type { Extension } from './web-request.ts';

/** The part of an activation's outcome that a web answer depends on. */
export interface WebOutcome {
  status: 'success' | 'application error' | 'action developer error' | 'whisk internal error';
  result: unknown;
}

/**
 * The answer to a finished activation.
 * @throws {Refusal} when the result does not fit the extension, or the caller does not accept its type (406).
 */
export function toReply(outcome: WebOutcome, extension: Extension, accept: string | undefined): Reply {
  const reply = encoders[extension](projectionOf(outcome));
  return requireAcceptable(reply, accept);
}

function projectionOf({ status, result }: WebOutcome): unknown {
  if (status !== 'success' && status !== 'application error')
    throw new Refusal(400, 'There was an error processing your request.');
  // The platform takes every result for an object, and fails on the arrays that the runtime allows.
  if (!isObject(result)) throw new TypeError('the result is not an object');
  return status === 'success' ? result : result.error;
}

const encoders: Record<Extension, (result: unknown) => Reply> = {
  '.http': asHttp,
  '.json': (result) => {
    if (!isObject(result) && !Array.isArray(result)) throw invalidMedia('application/json');
    return jsonReply(200, result);
  },
  '.html': (result) => asText(pick(result, 'html'), 'text/html', 'text/html; charset=UTF-8'),
  '.svg': (result) => asText(pick(result, 'svg'), 'image/svg+xml', 'image/svg+xml'),
  '.text': (result) => {
    const value = pick(result, 'text');
    if (value === undefined) throw new Refusal(404, 'Response does not include requested property.');
    return answer(200, 'text/plain; charset=UTF-8', typeof value === 'string' ? value : prettyJson(value));
  },
};

function pick(result: unknown, field: string): unknown {
  if (!isObject(result)) return result;
  return result.body !== undefined ? result.body : result[field];
}

function asText(value: unknown, media: string, contentType: string): Reply {
  if (typeof value !== 'string') throw invalidMedia(media);
  return answer(200, contentType, value);
}

function asHttp(result: unknown): Reply {
  if (!isObject(result)) throw invalidMedia('message/http');
  const headers = headersOf(result.headers);
  const status = statusOf(result.statusCode);
  const { body } = result;
  const others = headers.filter(([name]) => name.toLowerCase() !== 'content-type');
  if (body === undefined || body === null || body === '')
    return { status: status ?? 204, headers: others, body: '' };
  const given = headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1];
  const encoded = typeof body === 'string' ? stringBody(body, given) : jsonBody(body, given);
  return { status: status ?? 200, headers: [...others, ['content-type', encoded.type]], body: encoded.body };
}

function headersOf(headers: unknown): [string, string][] {
  if (headers === undefined) return [];
  if (!isObject(headers)) throw invalidMedia('message/http');
  return Object.entries(headers).flatMap(([name, value]) => headerLines(name, value));
}

function headerLines(name: string, value: unknown): [string, string][] {
  if (Array.isArray(value)) return value.flatMap((element) => headerLines(name, element));
  if (!['string', 'number', 'boolean'].includes(typeof value)) throw invalidMedia('message/http');
  return [[name, String(value)]];
}

function statusOf(code: unknown): number | undefined {
  if (code === undefined) return undefined;
  const numeric = typeof code === 'number' || (typeof code === 'string' && /^[+-]?\d+$/.test(code));
  const status = numeric ? Number(code) : Number.NaN;
  if (!Number.isInteger(status) || status < 100 || status > 599) throw invalidMedia('message/http');
  return status;
}

interface Encoded {
  type: string;
  body: string | Buffer;
}

const TYPE_MISMATCH = 'Response type in header did not match generated content type.';
const UNKNOWN_TYPE = 'Response did not specify a known content-type.';
/** What Java's basic decoder accepts: padding is optional, line breaks are not allowed. */
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/;

function stringBody(body: string, given: string | undefined): Encoded {
  const media = readMediaType(given ?? 'text/html');
  if (!media) throw new Refusal(400, UNKNOWN_TYPE);
  const type = renderAnswerType(media);
  // The platform applies its test for base64 to JSON answers, too, for compatibility.
  if (!media.binary && !(isJsonFamily(media) && isBinaryCode(body))) return { type, body };
  if (media.binary && !BASE64.test(body)) throw new Refusal(400, TYPE_MISMATCH);
  return { type, body: Buffer.from(body.trim(), 'base64') };
}

function jsonBody(body: unknown, given: string | undefined): Encoded {
  const media = readMediaType(given ?? 'application/json');
  if (!media || !isJsonFamily(media)) throw new Refusal(400, TYPE_MISMATCH);
  return { type: media.value, body: prettyJson(body) };
}

/** Empty answers and error statuses are exempt from content negotiation. */
function requireAcceptable(reply: Reply, accept: string | undefined): Reply {
  const type = reply.headers.find(([name]) => name === 'content-type')?.[1];
  if (type === undefined || reply.body.length === 0 || reply.status < 200 || reply.status >= 400)
    return reply;
  if (accepts(accept, type.split(';')[0] ?? type)) return reply;
  throw new Refusal(406, `Resource representation is only available with these types:\n${type}`, 'outside');
}

function answer(status: number, type: string, body: string): Reply {
  return { status, headers: [['content-type', type]], body };
}

function invalidMedia(type: string): Refusal {
  return new Refusal(400, `Response is not valid '${type}'.`);
}
