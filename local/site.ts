import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import path from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { contentSecurityPolicy, servingOf } from '../static/serving.ts';

export interface SiteOptions {
  /** The folder of the built pages. It is read once, so a later build changes nothing. */
  folder: string;
  /** The content of /config.json. */
  config: {
    apiUrl: string;
    issuer: string;
    clientId: string;
    scope: string;
    signOutUrl?: string;
    demo?: object;
  };
  /** The origins besides its own that the pages call now. Default: the issuer's. */
  origins?: () => string[];
}

export interface Site {
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
}

type Encoding = 'br' | 'gzip';

interface StaticFile {
  body: Buffer;
  type: string;
  etag: string;
  cacheControl: string;
  /** Compressed bodies, filled at the first request for each. */
  encoded: Map<Encoding, Promise<Buffer>>;
}

const COMPRESSED_ALREADY = ['image/png', 'font/woff2'];
const WORTH_COMPRESSING = 1024;

function toFile(name: string, body: Buffer): StaticFile {
  const etag = createHash('sha256').update(body).digest('base64url').slice(0, 22);
  return { body, etag, ...servingOf(name), encoded: new Map() };
}

async function readFiles(folder: string): Promise<Map<string, StaticFile>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries.filter((entry) => entry.isFile());
  const read = files.map(async (entry) => {
    const file = path.join(entry.parentPath, entry.name);
    const name = `/${path.relative(folder, file).split(path.sep).join('/')}`;
    return [name, toFile(name, await readFile(file))] as const;
  });
  return new Map(await Promise.all(read));
}

const compress: Record<Encoding, (body: Buffer) => Promise<Buffer>> = {
  br: (body) => promisify(brotliCompress)(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }),
  gzip: (body) => promisify(gzip)(body),
};

function encodingFor(request: IncomingMessage, { body, type }: StaticFile): Encoding | undefined {
  if (body.length < WORTH_COMPRESSING || COMPRESSED_ALREADY.includes(type)) return undefined;
  const accepted = String(request.headers['accept-encoding'] ?? '');
  return (['br', 'gzip'] as const).find((name) =>
    new RegExp(`\\b${name}\\b(?!\\s*;\\s*q=0(\\D|$))`).test(accepted),
  );
}

function encode(file: StaticFile, encoding: Encoding): Promise<Buffer> {
  const done = file.encoded.get(encoding) ?? compress[encoding](file.body);
  file.encoded.set(encoding, done);
  return done;
}

function securityHeaders(origins: string[]): Record<string, string> {
  const policy = contentSecurityPolicy(origins);
  return {
    'content-security-policy': `${policy}; frame-ancestors 'none'`,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'same-origin',
    'cross-origin-opener-policy': 'same-origin',
  };
}

async function sendFile(request: IncomingMessage, response: ServerResponse, file: StaticFile): Promise<void> {
  const encoding = encodingFor(request, file);
  const etag = `"${file.etag}${encoding ? `-${encoding}` : ''}"`;
  const headers = { etag, 'cache-control': file.cacheControl, vary: 'accept-encoding' };
  if (request.headers['if-none-match'] === etag) return void response.writeHead(304, headers).end();
  const body = encoding ? await encode(file, encoding) : file.body;
  response.writeHead(200, {
    ...headers,
    'content-type': file.type,
    'content-length': body.length,
    ...(encoding && { 'content-encoding': encoding }),
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}

function refuse(response: ServerResponse, status: number, sentence: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' });
  response.end(`${sentence}\n`);
}

/**
 * Serves the built pages. A path without a dot is an address within the pages and gets index.html; any other must be a
 * file.
 */
export async function openSite({ folder, config, origins }: SiteOptions): Promise<Site> {
  const files = await readFiles(folder);
  files.set('/config.json', toFile('/config.json', Buffer.from(JSON.stringify(config))));
  const called = origins ?? (() => [new URL(config.issuer).origin]);
  return {
    async handle(request, response) {
      for (const [name, value] of Object.entries(securityHeaders(called()))) response.setHeader(name, value);
      if (request.method !== 'GET' && request.method !== 'HEAD')
        return refuse(response.setHeader('allow', 'GET, HEAD'), 405, 'Only GET and HEAD work here.');
      const pathname = (request.url ?? '/').replace(/[?#].*/, '');
      const file = files.get(pathname.includes('.') ? pathname : '/index.html');
      if (file) await sendFile(request, response, file);
      else
        refuse(
          response,
          404,
          files.has('/index.html') ? 'There is no such file.' : 'The pages are not built.',
        );
    },
  };
}
