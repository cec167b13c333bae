import type { IncomingMessage, ServerResponse } from 'node:http';
import { parseUrl } from '../../lib/url.ts';
import { isLoopback } from '../settings.ts';
import type { Proxies } from './addresses.ts';
import type { Handler } from './server.ts';

/** Bytes of a request's body, as on the platform. */
const MAX_BODY = 1024 * 1024;
const YEAR_SECONDS = 31_536_000;
const FORWARDED = /^(forwarded|x-forwarded-.*|x-real-ip)$/;

interface AdmissionOptions {
  /** The origin that browsers use. */
  url: string;
  proxies: Proxies;
}

/** Every answer has these unless it brings its own. */
function secureHeaders({ protocol, hostname }: URL): [string, string][] {
  const headers: [string, string][] = [
    ['x-content-type-options', 'nosniff'],
    ['referrer-policy', 'same-origin'],
    ['content-security-policy', "default-src 'none'; frame-ancestors 'none'"],
  ];
  if (protocol === 'https:' && !isLoopback(hostname))
    headers.push(['strict-transport-security', `max-age=${YEAR_SECONDS}`]);
  return headers;
}

/** The names of this server in Host headers. A site that points its own name here (DNS rebinding) has another. */
function namesOf({ protocol, host, hostname, port }: URL): string[] {
  if (port !== '') return [host];
  return [host, `${hostname}${protocol === 'https:' ? ':443' : ':80'}`];
}

/** Whether it is another name of the same port of this machine. */
function isAlias(name: string, { hostname, port }: URL): boolean {
  const other = isLoopback(hostname) ? parseUrl(`http://${name}`) : undefined;
  return other !== undefined && isLoopback(other.hostname) && other.port === port;
}

function refuseName(response: ServerResponse, url: URL, name: string): void {
  const shown = /^[\w.:[\]-]{1,100}$/.test(name) ? ` and not ${name}` : '';
  const lines = [
    `This server is ${url.origin}${shown}: open ${url.origin}`,
    'If a proxy is in front, let it pass on the name that the browser asked for:',
    '  nginx: proxy_set_header Host $http_host;',
    '  Apache: ProxyPreserveHost On',
    '  Caddy: does so unless header_up Host says otherwise',
    'If that name is right, set PUBLIC_URL to it and start again.',
  ];
  response.writeHead(421, { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' });
  response.end(`${lines.join('\n')}\n`);
}

function refuseBody(response: ServerResponse): void {
  const error = { code: 'payload_too_large', message: 'A request may have at most 1 MiB.' };
  response.writeHead(413, { 'content-type': 'application/json', connection: 'close' });
  response.end(JSON.stringify({ error }));
}

/** Temporary: a browser remembers the others, also when PUBLIC_URL has changed. */
function redirect(response: ServerResponse, location: string): void {
  response.writeHead(307, { location, 'cache-control': 'no-store' }).end();
}

/** Replaces what the request says about proxies by what is known, for every part behind. */
function setForwarded(request: IncomingMessage, known: Record<string, string>): void {
  for (const name of Object.keys(request.headers)) if (FORWARDED.test(name)) delete request.headers[name];
  Object.assign(request.headers, known);
  const { rawHeaders } = request;
  const kept = rawHeaders.filter(
    (_, place) => !FORWARDED.test((rawHeaders[place - (place % 2)] ?? '').toLowerCase()),
  );
  request.rawHeaders = [...kept, ...Object.entries(known).flat()];
}

/** Sets X-Forwarded-For, -Host and -Proto, which the parts behind may believe. The host is that of the public address. */
export function forward(handle: Handler, { url, proxies }: AdmissionOptions): Handler {
  const { host, protocol } = new URL(url);
  return async (request, response) => {
    setForwarded(request, {
      'x-forwarded-for': proxies.addressOf(request) ?? 'unknown',
      'x-forwarded-host': host,
      'x-forwarded-proto': protocol.slice(0, -1),
    });
    return handle(request, response);
  };
}

/**
 * Stands before a real installation. Refuses requests for another name (421) and large bodies (413), sends plain http to
 * https, gives every answer secure headers, and does what `forward` does.
 */
export function admit(handle: Handler, { url, proxies }: AdmissionOptions): Handler {
  const own = new URL(url);
  const names = namesOf(own);
  const headers = secureHeaders(own);
  const isHttps = own.protocol === 'https:';
  const pass = forward(handle, { url, proxies });

  return async (request, response) => {
    const { url: target = '/', method = '' } = request;
    const isRead = method === 'GET' || method === 'HEAD';
    const name = request.headers.host ?? '';
    for (const [header, value] of headers) response.setHeader(header, value);
    if (!names.includes(name.toLowerCase())) {
      if (isRead && isAlias(name, own)) return redirect(response, `${url}${target}`);
      return refuseName(response, own, name);
    }
    const scheme = proxies.isProxy(request.socket.remoteAddress ?? '')
      ? request.headers['x-forwarded-proto']
      : undefined;
    if (isHttps && scheme === 'http' && isRead) return redirect(response, `${url}${target}`);
    if (Number(request.headers['content-length'] ?? 0) > MAX_BODY) return refuseBody(response);
    return pass(request, response);
  };
}
