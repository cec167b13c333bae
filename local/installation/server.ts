import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import type { Socket } from 'node:net';
import { type Proxies, toNetwork } from './addresses.ts';
import { type CertificatePair, findExpiry, readPair, requireUsable, watchPair } from './certificate.ts';

export type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<unknown>;

/** The answer before the parts are open, and after they are closed. */
export const unavailable: Handler = async (_request, response) =>
  response
    .writeHead(503, { 'retry-after': '1', 'content-type': 'text/plain; charset=utf-8' })
    .end('Starting or stopping. Try again in a moment.\n');

/** Listens, and returns the port. Throws a sentence if the address cannot be used. */
export async function listen(
  server: Server,
  { host, port }: { host: string; port: number },
): Promise<number> {
  server.listen(port, host);
  await once(server, 'listening').catch(({ code, message }: NodeJS.ErrnoException) => {
    if (code === 'EADDRINUSE')
      throw new Error(
        `Port ${port} of ${host} is taken by another program: stop it, or choose another port with PORT.`,
      );
    if (code === 'EACCES')
      throw new Error(`This user may not listen on port ${port}: choose one above 1023 with PORT.`);
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
      throw new Error(`HOST is "${host}": this machine does not have that address.`);
    throw new Error(`The server cannot listen on ${host}, port ${port}: ${message}`);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  return address.port;
}

/** Closes the server and its connections. */
export async function closeServer(server: Server): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeAllConnections();
  await closed;
}

/** Longer than clients keep idle connections: if both sides close at the same time, a request in flight is lost. */
const KEEP_ALIVE_MS = 75_000;

/** Limits for unknown clients. Each ends with an answer that says so, or with a closed connection. */
const PUBLIC_LIMITS = {
  /** Until the headers are there, and until the body is. */
  headersTimeout: 15_000,
  requestTimeout: 60_000,
  connectionsCheckingInterval: 5_000,
};
const MAX_CONNECTIONS = 2_000;
/** Of one address that is no trusted proxy's. Browsers open six. */
const MAX_CONNECTIONS_OF_ADDRESS = 100;
const FIRST_BYTE_MS = 15_000;
/** Without a byte in either direction. It is longer than a call waits for its action: a minute. */
const SILENCE_MS = 120_000;

/** A server whose handler can be replaced. It answers 503 until the first one is set. */
export interface Switch {
  server: Server;
  turnTo: (next: Handler) => void;
  /** Ends what it does besides answering. */
  stop: () => void;
}

interface SwitchOptions {
  log: (line: object) => void;
  /** Set if unknown clients reach it. */
  open?: OpenOptions;
}

/** A server that unknown clients reach. */
interface OpenOptions {
  proxies: Proxies;
  tls?: TlsOptions;
}

interface TlsOptions {
  files: CertificatePair;
  /** The origin that the certificate is for. */
  url: string;
  /** Milliseconds until the files are looked at again. */
  interval: number;
}

export function createSwitch({ log, open }: SwitchOptions): Switch {
  let handler = unavailable;
  const answer = (request: IncomingMessage, response: ServerResponse) => {
    handler(request, response).catch((error: unknown) => {
      // A query may hold a key.
      const path = request.url?.replace(/\?.*$/, '');
      log({ level: 'error', event: 'request', url: path, message: String(error) });
      refuseFailed(response, error);
    });
  };
  const { server, stop } = create(answer, { log, ...(open && { open }) });
  if (open) limitConnections(server, open.proxies);
  const turnTo = (next: Handler) => {
    handler = next;
    if (next === unavailable) server.closeAllConnections();
  };
  return { server, turnTo, stop };
}

/** Says what failed, if there is an answer to be had at all. */
function refuseFailed(response: ServerResponse, error: unknown): void {
  if (response.headersSent) return void response.destroy();
  const isFull = ['ENOSPC', 'EDQUOT'].includes((error as NodeJS.ErrnoException | null)?.code ?? '');
  const sentence = isFull
    ? 'The disk of this server is full, so nothing can be stored (disk_full). Make space; then it goes on by itself.'
    : 'Something failed on this server (internal_error). Its log says what.';
  const headers = { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' };
  response.writeHead(isFull ? 503 : 500, headers).end(`${sentence}\n`);
}

function create(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
  { log, open }: SwitchOptions,
): { server: Server; stop: () => void } {
  const options = { keepAliveTimeout: KEEP_ALIVE_MS, ...(open && PUBLIC_LIMITS) };
  if (!open?.tls) return { server: createServer(options, answer), stop: () => {} };
  const { files, url, interval } = open.tls;
  const { hostname } = new URL(url);
  const current = readPair(files);
  requireUsable(current, hostname);
  const expiry = findExpiry(current, new Date());
  if (expiry) log({ level: 'warn', event: 'certificate', message: expiry });
  const server = createTlsServer({ ...options, ...current, minVersion: 'TLSv1.2' }, answer);
  sendPlainToHttps(server, url);
  // Connections that exist keep their certificate.
  const onChange = (pair: CertificatePair) => server.setSecureContext({ ...pair, minVersion: 'TLSv1.2' });
  return { server, stop: watchPair({ files, current, hostname, interval, onChange, log }) };
}

const TLS_HANDSHAKE = 0x16;

/** Answers plain http on the port of https with a redirect, where the TLS server would only close the connection. */
function sendPlainToHttps(server: TlsServer, url: string): void {
  const [onTls] = server.listeners('connection');
  if (!onTls) return;
  server.removeAllListeners('connection');
  server.on('connection', (socket: Socket) => {
    socket.setTimeout(FIRST_BYTE_MS, () => socket.destroy());
    socket.on('error', () => socket.destroy());
    socket.once('data', (chunk: Buffer) => {
      socket.setTimeout(0);
      socket.pause();
      if (chunk[0] !== TLS_HANDSHAKE) {
        const [, target = '/'] = /^(?:GET|HEAD) (\/[!-~]*) HTTP\/1/.exec(chunk.toString('latin1')) ?? [];
        socket.end(
          `HTTP/1.1 307 Temporary Redirect\r\nLocation: ${url}${target}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`,
        );
        return;
      }
      socket.unshift(chunk);
      onTls.call(server, socket);
      process.nextTick(() => socket.resume());
    });
  });
}

/**
 * Limits the connections of one address, so that nobody can use them all up. Trusted proxies have no limit, because they connect
 * for many people.
 */
function limitConnections(server: Server, { isProxy }: Proxies): void {
  const counts = new Map<string, number>();
  server.maxConnections = MAX_CONNECTIONS;
  server.setTimeout(SILENCE_MS);
  server.prependListener('connection', (socket: Socket) => {
    const { remoteAddress = '' } = socket;
    if (isProxy(remoteAddress)) return;
    const address = toNetwork(remoteAddress);
    const count = (counts.get(address) ?? 0) + 1;
    counts.set(address, count);
    socket.once('close', () => {
      const left = (counts.get(address) ?? 1) - 1;
      if (left > 0) counts.set(address, left);
      else counts.delete(address);
    });
    if (count > MAX_CONNECTIONS_OF_ADDRESS) socket.destroy();
  });
}
