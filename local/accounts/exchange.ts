import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { Refusal } from './refusal.ts';

/** A form or a passkey's answer is smaller. */
const MAX_BODY_BYTES = 50_000;

async function readText(request: IncomingMessage): Promise<string> {
  const length = Number(request.headers['content-length'] ?? Number.NaN);
  if (length <= MAX_BODY_BYTES) return text(request);
  request.resume();
  throw new Refusal(413, 'payload_too_large', 'The request is too large.');
}

/** Throws unless the request comes from a page of `origins`: no other site may send forms in somebody's name. */
export function requireOrigin({ headers }: IncomingMessage, origins: string[]): void {
  const { origin } = headers;
  const site = headers['sec-fetch-site'];
  // A form on a page without referrer sends "null"; the browser still says that it is the same origin.
  const isSame =
    origin === undefined || origin === 'null' ? site === 'same-origin' : origins.includes(origin);
  if (isSame) return;
  throw new Refusal(
    403,
    'foreign_origin',
    'This request came from another site. Open the page again and repeat what you did.',
  );
}

/** The fields of a form. */
export async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  return new URLSearchParams(await readText(request));
}

/** A JSON object. Throws for anything else; only a script of ours, or of an allowed origin, can send this type. */
export async function readJson(request: IncomingMessage): Promise<Record<string, unknown>> {
  if (!/^application\/json\b/.test(request.headers['content-type'] ?? ''))
    throw new Refusal(415, 'unsupported_media_type', 'Send the body as application/json.');
  try {
    const body: unknown = JSON.parse(await readText(request));
    if (typeof body === 'object' && body !== null) return { ...body };
  } catch (error) {
    if (error instanceof Refusal) throw error;
  }
  throw new Refusal(400, 'malformed_json', 'The body is not valid JSON.');
}

/** The field as text; '' if it is none. */
export const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

export function sendJson(response: ServerResponse, status: number, body: object): void {
  const headers = {
    'content-type': 'application/json',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  };
  response.writeHead(status, headers).end(JSON.stringify(body));
}

/** Answers with a refusal as the API's errors look. */
export function sendRefusal(response: ServerResponse, { status, code, message, retryAfter }: Refusal): void {
  if (retryAfter !== undefined) response.setHeader('retry-after', String(retryAfter));
  sendJson(response, status, { error: { code, message } });
}
