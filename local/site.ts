import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import path from 'node:path';
import { promisify } from 'node:util';
import { brotliDecompress, gzip } from 'node:zlib';
import { contentSecurityPolicy, servingOf } from '../static/serving.ts';

export interface SiteOptions {
  /** The folder of the built pages. It is read once, so a later build changes nothing. */
  folder: string;
  /** The folder of the same files compressed with Brotli, of those that get smaller. */
  compressed: string;
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
  /** Compressed with Brotli where there is such a file: the pages are 4 MB, and 0.6 MB compressed. */
  body: Buffer;
  isCompressed: boolean;
  /** The same with gzip, from the first request for it. */
  gzipped?: Promise<Buffer>;
  type: string;
  etag: string;
  cacheControl: string;
}

function toFile(name: string, body: Buffer, { isCompressed }: { isCompressed: boolean }): StaticFile {
  const etag = createHash('sha256').update(body).digest('base64url').slice(0, 22);
  return { body, isCompressed, etag, ...servingOf(name) };
}

async function readFiles({ folder, compressed }: SiteOptions): Promise<Map<string, StaticFile>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = new Map<string, StaticFile>();
  for (const entry of entries.filter((one) => one.isFile())) {
    const file = path.join(entry.parentPath, entry.name);
    const inside = path.relative(folder, file);
    const other = path.join(compressed, inside);
    const isCompressed = existsSync(other);
    const name = `/${inside.split(path.sep).join('/')}`;
    files.set(name, toFile(name, readFileSync(isCompressed ? other : file), { isCompressed }));
  }
  return files;
}

function encodingFor(request: IncomingMessage, { isCompressed }: StaticFile): Encoding | undefined {
  if (!isCompressed) return undefined;
  const accepted = String(request.headers['accept-encoding'] ?? '');
  return (['br', 'gzip'] as const).find((name) =>
    new RegExp(`\\b${name}\\b(?!\\s*;\\s*q=0(\\D|$))`).test(accepted),
  );
}

const decompress = ({ body }: StaticFile): Promise<Buffer> => promisify(brotliDecompress)(body);

const toGzip = async (file: StaticFile): Promise<Buffer> => promisify(gzip)(await decompress(file));

async function bodyOf(file: StaticFile, encoding: Encoding | undefined): Promise<Buffer> {
  if (!file.isCompressed || encoding === 'br') return file.body;
  if (encoding === undefined) return decompress(file);
  file.gzipped ??= toGzip(file);
  return file.gzipped;
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
  const body = await bodyOf(file, encoding);
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
export async function openSite(options: SiteOptions): Promise<Site> {
  const { config, origins } = options;
  const files = await readFiles(options);
  const written = Buffer.from(JSON.stringify(config));
  files.set('/config.json', toFile('/config.json', written, { isCompressed: false }));
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
