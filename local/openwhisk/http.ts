import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { readMediaType, renderMediaType } from './media-types.ts';

/** A whole request, as the platform's controller sees it after it has read the body. */
export interface Call {
  method: string;
  /** Percent-encoded path without the query. */
  path: string;
  /** The text after the question mark; undefined if there is none. */
  query: string | undefined;
  /** Lower-case names; the last of several values wins. The content-type is as the controller renders it. */
  headers: Record<string, string>;
  body: Buffer;
  transactionId: string;
}

/** An answer. A header name may appear several times. */
export interface Reply {
  status: number;
  headers: [name: string, value: string][];
  body: string | Buffer;
}

/** An error that the caller sees as `{ error, code }`. */
export class Refusal extends Error {
  readonly status: number;
  /** Raised outside the route: the answer is compact JSON, without the headers that the route adds. */
  readonly outside: boolean;
  constructor(status: number, message: string, place: 'inside' | 'outside' = 'inside') {
    super(message);
    this.status = status;
    this.outside = place === 'outside';
  }
}

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];
const MAX_TARGET = 8192;
const MAX_ENTITY = 50 * 1024 * 1024;
const ILLEGAL_IN_QUERY = /[[\]{}|"^\\<>]/;
const NOT_HEADERS_OF_THE_CALL = new Set(['content-length', 'transfer-encoding', 'content-type']);
/** The HTTP layer writes these, whatever an action says. */
const OWNED_BY_HTTP = new Set(['content-length', 'transfer-encoding', 'date', 'server', 'connection']);

/** @throws {Refusal} if the body is larger than 50 MiB. */
export async function readCall(request: IncomingMessage, transactionId: string): Promise<Call> {
  const target = request.url ?? '/';
  const mark = target.indexOf('?');
  const call: Call = {
    method: request.method ?? 'GET',
    path: mark < 0 ? target : target.slice(0, mark),
    query: mark < 0 ? undefined : target.slice(mark + 1),
    headers: {},
    body: await readBody(request),
    transactionId,
  };
  call.headers = headersOf(request, call.body);
  return call;
}

/** @throws {Refusal} 414, 400 or 405 for requests that the HTTP server in front of the routes refuses. */
export function requireAcceptableRequest(request: IncomingMessage): void {
  const target = request.url ?? '/';
  if (target.length > MAX_TARGET)
    throw new Refusal(414, 'URI length exceeds the configured limit', 'outside');
  const query = target.split('?', 2)[1] ?? '';
  if (ILLEGAL_IN_QUERY.test(query)) throw new Refusal(400, 'Illegal request-target', 'outside');
  if (!METHODS.includes(request.method ?? ''))
    throw new Refusal(
      405,
      `HTTP method not allowed, supported methods: ${METHODS.slice().sort().join(', ')}`,
      'outside',
    );
}

/** The caller's own id, or a new one. */
export function transactionIdOf(request: IncomingMessage): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && given !== '' ? given : newTransactionId();
}

export function newTransactionId(): string {
  return randomBytes(16).toString('hex');
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > MAX_ENTITY) throw new Refusal(413, 'Request entity too large', 'outside');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function headersOf(request: IncomingMessage, body: Buffer): Record<string, string> {
  const { rawHeaders } = request;
  const pairs: [string, string][] = [];
  let contentType: string | undefined;
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = (rawHeaders[i] ?? '').toLowerCase();
    const value = rawHeaders[i + 1] ?? '';
    if (name === 'content-type') contentType = value;
    if (!NOT_HEADERS_OF_THE_CALL.has(name)) pairs.push([name, value]);
  }
  const entityType = entityTypeOf(contentType, body);
  if (entityType !== undefined) pairs.push(['content-type', entityType]);
  return Object.fromEntries(pairs);
}

function entityTypeOf(header: string | undefined, body: Buffer): string | undefined {
  const type = header === undefined ? undefined : readMediaType(header);
  if (type) return renderMediaType(type);
  return body.length > 0 ? 'application/octet-stream' : undefined;
}

/** The HTTP server's answer if a route fails unexpectedly. */
export const INTERNAL_ERROR: Reply = {
  status: 500,
  headers: [['content-type', 'text/plain; charset=UTF-8']],
  body: 'There was an internal server error.',
};

export function jsonReply(status: number, value: unknown): Reply {
  return {
    status,
    headers: [['content-type', 'application/json']],
    body: JSON.stringify(value, null, 2),
  };
}

export function refusalReply(refusal: Refusal, transaction: string): Reply {
  const envelope = { error: refusal.message, code: transaction };
  return {
    ...jsonReply(refusal.status, envelope),
    ...(refusal.outside && { body: JSON.stringify(envelope) }),
  };
}

/** Writes the answer. Headers with the same name stay separate lines. */
export function send(response: ServerResponse, method: string, transaction: string, reply: Reply): void {
  const body = Buffer.from(reply.body);
  // An answer cannot end with an informational status.
  const status = reply.status < 200 ? 500 : reply.status;
  const headers = reply.headers.filter(([name]) => !OWNED_BY_HTTP.has(name.toLowerCase()));
  headers.push(['x-request-id', transaction]);
  if (status !== 204 && status !== 304) headers.push(['content-length', String(body.length)]);
  try {
    response.writeHead(status, headers.flat());
  } catch {
    response.writeHead(500, ['content-length', '0']);
    response.end();
    return;
  }
  response.end(method === 'HEAD' || status === 204 || status === 304 ? undefined : body);
}
