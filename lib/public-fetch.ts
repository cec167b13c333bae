import * as http from 'node:http';
import * as https from 'node:https';
import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { lookupPublic } from './addresses.ts';

/** A longer body of a request is refused. */
interface PublicRequest {
  method?: string | undefined;
  headers?: Record<string, string>;
  signal: AbortSignal;
}

/** Shorter than servers keep an idle connection. */
const IDLE_MS = 4_000;
const agents = {
  'http:': new http.Agent({ keepAlive: true, timeout: IDLE_MS }),
  'https:': new https.Agent({ keepAlive: true, timeout: IDLE_MS }),
};
/** These have no body. */
const BARE = [204, 304];

/**
 * Like `fetch`, but connects to public addresses only, whatever the host name resolved to before; rejects with
 * `private_address` otherwise. A host that is an address must have been checked. Follows no redirects.
 */
export function fetchPublic(
  url: string,
  { method = 'GET', headers = {}, signal }: PublicRequest,
): Promise<Response> {
  const { protocol } = new URL(url);
  const [{ request }, agent] = protocol === 'https:' ? [https, agents['https:']] : [http, agents['http:']];
  return new Promise((resolve, reject) => {
    const sent = { ...headers, 'accept-encoding': 'gzip' };
    const outgoing = request(url, { method, headers: sent, signal, agent, lookup: lookupPublic });
    outgoing.on('error', (error) => reject(signal.aborted ? signal.reason : error));
    outgoing.on('response', (incoming) => resolve(toResponse(incoming)));
    outgoing.end();
  });
}

function toResponse(incoming: http.IncomingMessage): Response {
  const status = incoming.statusCode ?? 0;
  const headers = Object.entries(incoming.headersDistinct).map(([name, values = []]): [string, string] => [
    name,
    values.join(', '),
  ]);
  if (BARE.includes(status)) incoming.resume();
  return new Response(BARE.includes(status) ? null : decode(incoming), { status, headers });
}

function decode(incoming: http.IncomingMessage): ReadableStream<Uint8Array> {
  const isZipped = incoming.headers['content-encoding'] === 'gzip';
  const text = isZipped ? pipeline(incoming, createGunzip(), () => undefined) : incoming;
  return Readable.toWeb(text) as ReadableStream<Uint8Array>;
}
