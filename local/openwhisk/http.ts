import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { prettyJson, sortedJson } from './json.ts';
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

/**
 * Where a request is refused. Inside a route, the caller sees `{ error, code }` and the headers that the route adds. Outside
 * it, the JSON is compact and has no such headers. The server in front of the routes answers in plain text, and closes the
 * connection.
 */
type Place = 'inside' | 'outside' | 'server';

/** An error that the caller sees. */
export class Refusal extends Error {
  readonly status: number;
  readonly place: Place;
  constructor(status: number, message: string, place: Place = 'inside') {
    super(message);
    this.status = status;
    this.place = place;
  }
}

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];
/** What the server knows besides, although no route takes it. */
const OTHER_METHODS = ['TRACE', 'CONNECT'];
const MAX_TARGET = 8192;
const MAX_ENTITY = 50 * 1024 * 1024;
const MAX_CHUNK = 1024 * 1024;
const MAX_HEADERS = 64;
const MAX_HEADER_NAME = 64;
const MAX_HEADER_VALUE = 8192;
const ILLEGAL_IN_PATH = /[^\w\-.~!$&'()*+,;=:@/%]/;
const ILLEGAL_IN_QUERY = /[^\w\-.~!$&'()*+,;=:@/?%]/;
/** A percent sign without two hexadecimal digits; captures the first other character. */
const MALFORMED_PERCENT = /%[\da-f]?(?:([^\da-f])|$)/i;
const NOT_HEADERS_OF_THE_CALL = new Set(['content-length', 'transfer-encoding', 'content-type']);
/** The HTTP layer writes these, whatever an action says. */
const OWNED_BY_HTTP = new Set(['content-length', 'transfer-encoding', 'date', 'server', 'connection']);

/** @throws {Refusal} if the body is larger than 50 MiB, or a chunked one larger than 1 MiB. */
export async function readCall(request: IncomingMessage, transactionId: string): Promise<Call> {
  const { path, query } = splitTarget(request);
  const call: Call = {
    method: request.method ?? 'GET',
    path: resolveDots(path),
    query,
    headers: {},
    body: await readBody(request),
    transactionId,
  };
  call.headers = headersOf(request, call.body);
  return call;
}

function splitTarget({ url = '/' }: IncomingMessage): { path: string; query: string | undefined } {
  const mark = url.indexOf('?');
  return mark < 0
    ? { path: url, query: undefined }
    : { path: url.slice(0, mark), query: url.slice(mark + 1) };
}

/** Without its `.` and `..` segments, encoded or not (RFC 3986 §5.2.4). */
function resolveDots(path: string): string {
  const resolved: string[] = [];
  const segments = path.split('/').slice(1);
  for (const [index, segment] of segments.entries()) {
    const text = decodePercent(segment);
    const isDots = text === '.' || text === '..';
    if (text === '..') resolved.pop();
    if (!isDots) resolved.push(segment);
    else if (index === segments.length - 1) resolved.push('');
  }
  return `/${resolved.join('/')}`;
}

/** Decodes what the server has accepted. Bytes that are no UTF-8 become U+FFFD. */
export function decodePercent(text: string): string {
  const bytes = text.replace(/%([\da-f]{2})/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

/** Whether every percent sign is followed by two hexadecimal digits. */
export function isPercentEncoded(text: string): boolean {
  return !MALFORMED_PERCENT.test(text);
}

/** @throws {Refusal} 501, 414, 400, 431 or 405 for requests that reach no route. */
export function requireAcceptableRequest(request: IncomingMessage): void {
  const { method = '', url = '/', rawHeaders } = request;
  const isKnown = METHODS.includes(method);
  if (!isKnown && !OTHER_METHODS.includes(method))
    throw new Refusal(501, 'Unsupported HTTP method', 'server');
  if (url.length > MAX_TARGET)
    throw new Refusal(414, `URI length exceeds the configured limit of ${MAX_TARGET} characters`, 'server');
  const illegal = illegalInTarget(request);
  if (illegal) throw new Refusal(400, `Illegal request-target: ${illegal}`, 'server');
  requireShortHeaders(rawHeaders);
  if (!isKnown)
    throw new Refusal(
      405,
      `HTTP method not allowed, supported methods: ${METHODS.slice().sort().join(', ')}`,
      'outside',
    );
}

/** What is wrong with it; undefined: nothing. */
function illegalInTarget(request: IncomingMessage): string | undefined {
  const { path, query = '' } = splitTarget(request);
  const character = ILLEGAL_IN_PATH.exec(path)?.[0] ?? ILLEGAL_IN_QUERY.exec(query)?.[0];
  if (character !== undefined) return `Invalid input '${character}'`;
  const malformed = MALFORMED_PERCENT.exec(path) ?? MALFORMED_PERCENT.exec(query);
  if (!malformed) return undefined;
  const [, other] = malformed;
  return `${other === undefined ? 'Unexpected end of input' : `Invalid input '${other}'`}, expected HEXDIG`;
}

function requireShortHeaders(rawHeaders: string[]): void {
  if (rawHeaders.length / 2 > MAX_HEADERS)
    throw new Refusal(
      400,
      `HTTP message contains more than the configured limit of ${MAX_HEADERS} headers`,
      'server',
    );
  for (const [index, text] of rawHeaders.entries()) {
    const [what, limit] = index % 2 === 0 ? ['name', MAX_HEADER_NAME] : ['value', MAX_HEADER_VALUE];
    if (text.length > Number(limit))
      throw new Refusal(
        431,
        `HTTP header ${what} exceeds the configured limit of ${limit} characters`,
        'server',
      );
  }
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
  const isChunked = request.headers['transfer-encoding'] !== undefined;
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    // The platform refuses one chunk of that length. Node does not tell where chunks end.
    if (isChunked && length > MAX_CHUNK) throw new Refusal(500, INTERNAL_ERROR, 'server');
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
    if (NOT_HEADERS_OF_THE_CALL.has(name)) continue;
    pairs.push([name, name === 'authorization' ? renderCredentials(value) : value]);
  }
  const entityType = entityTypeOf(contentType, body);
  if (entityType !== undefined) pairs.push(['content-type', entityType]);
  return Object.fromEntries(pairs);
}

/** The server writes the two schemes it knows in its own way. */
function renderCredentials(value: string): string {
  return value.replace(/^(basic|bearer)\s+/i, (_, scheme: string) =>
    scheme.toLowerCase() === 'basic' ? 'Basic ' : 'Bearer ',
  );
}

function entityTypeOf(header: string | undefined, body: Buffer): string | undefined {
  const type = header === undefined ? undefined : readMediaType(header);
  if (type) return renderMediaType(type);
  return body.length > 0 ? 'application/octet-stream' : undefined;
}

/** What the server says if a route fails unexpectedly. */
const INTERNAL_ERROR = 'There was an internal server error.';

export function internalErrorReply(): Reply {
  return textReply(500, INTERNAL_ERROR);
}

export function jsonReply(status: number, value: unknown): Reply {
  return { status, headers: [['content-type', 'application/json']], body: prettyJson(value) };
}

function textReply(status: number, body: string): Reply {
  return { status, headers: [['content-type', 'text/plain; charset=UTF-8']], body };
}

export function refusalReply({ status, message, place }: Refusal, transaction: string): Reply {
  if (place === 'server') return textReply(status, message);
  const envelope = { error: message, code: transaction };
  const reply = jsonReply(status, envelope);
  return place === 'inside' ? reply : { ...reply, body: sortedJson(envelope) };
}

/** Statuses whose answers have no body, and so no content type. */
const WITHOUT_BODY = [204, 205, 304];

export interface SendOptions {
  method: string;
  /** Undefined: the request was refused before it had one, and the connection is closed. */
  transactionId: string | undefined;
}

/** Writes the answer. Headers with the same name stay separate lines. */
export function send(response: ServerResponse, reply: Reply, { method, transactionId }: SendOptions): void {
  // An answer cannot end with an informational status.
  const status = reply.status < 200 ? 500 : reply.status;
  const isBodiless = WITHOUT_BODY.includes(status);
  const body = isBodiless ? Buffer.alloc(0) : Buffer.from(reply.body);
  const isDropped = (name: string) => OWNED_BY_HTTP.has(name) || (isBodiless && name === 'content-type');
  const headers = reply.headers.filter(([name]) => !isDropped(name.toLowerCase()));
  headers.push(transactionId === undefined ? ['connection', 'close'] : ['x-request-id', transactionId]);
  if (status !== 204 && status !== 304) headers.push(['content-length', String(body.length)]);
  try {
    response.writeHead(status, headers.flat());
  } catch {
    response.writeHead(500, ['content-length', '0']);
    response.end();
    return;
  }
  response.end(method === 'HEAD' || isBodiless ? undefined : body);
}
