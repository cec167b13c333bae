import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { SHARE_POLICY } from '../../lib/shares/page.ts';
import type { Handler } from '../installation/server.ts';
import type { Folder, KeptFile } from './folder.ts';

const NOT_SHARED = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <meta name="robots" content="noindex" />
    <title>Not shared</title>
  </head>
  <body>
    <h1>This page is not shared</h1>
    <p>The address is wrong, or whoever shared it has ended that.</p>
  </body>
</html>
`;

/** A picture or JSON runs nothing, wherever it is opened. */
const FILE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox";

/**
 * Serves shared files to everybody, without an action. `others` answers for the files in /shared that are part of the pages: the
 * script and the styles of shared pages.
 */
export function serveFiles(folder: Folder, others: Handler): Handler {
  return async (request, response) => {
    const pathname = (request.url ?? '/').replace(/[?#].*/, '');
    if (/^\/shared\/[\w-]+\.\w+$/.test(pathname)) return others(request, response);
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return void response.writeHead(405, { allow: 'GET, HEAD' }).end();
    if (/^\/shared\/[\w-]+$/.test(pathname))
      return void response.writeHead(301, { location: `${pathname}/`, 'cache-control': 'no-cache' }).end();
    const key = `${pathname.slice(1)}${pathname.endsWith('/') ? 'index.html' : ''}`;
    const file = folder.accepts(key) ? await folder.get(key) : null;
    return file ? send(request, response, file) : sayNotShared(response);
  };
}

const COMMON = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
};

function send(request: IncomingMessage, response: ServerResponse, { headers, body }: KeptFile): void {
  const { 'content-type': type = 'application/octet-stream', 'cache-control': caching = 'no-cache' } =
    headers;
  const isPage = type.startsWith('text/html');
  const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
  const frames = headers['x-amz-meta-frame-ancestors'] ?? "'none'";
  const all: Record<string, string> = {
    ...COMMON,
    'content-type': type,
    'cache-control': caching,
    etag,
    'content-security-policy': isPage ? `${SHARE_POLICY}; frame-ancestors ${frames}` : FILE_POLICY,
  };
  if (headers['x-amz-meta-listed'] !== 'yes') all['x-robots-tag'] = 'noindex, nofollow, noarchive';
  if (!isPage) {
    all['access-control-allow-origin'] = '*';
    all['cross-origin-resource-policy'] = 'cross-origin';
  }
  if (request.headers['if-none-match'] === etag) return void response.writeHead(304, all).end();
  response.writeHead(200, { ...all, 'content-length': String(body.length) });
  response.end(request.method === 'HEAD' ? undefined : body);
}

function sayNotShared(response: ServerResponse): void {
  response.writeHead(404, {
    ...COMMON,
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'x-robots-tag': 'noindex',
  });
  response.end(NOT_SHARED);
}
