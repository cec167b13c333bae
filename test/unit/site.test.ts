import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { brotliCompressSync, brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openSite } from '../../local/site.ts';

const SCRIPT = `console.log('${'x'.repeat(5000)}');`;
const CONFIG = {
  apiUrl: '/api/v1/web/guest/traffic',
  issuer: 'https://id.example/oauth/v4/1',
  clientId: 'pages',
  scope: 'openid',
};
let folder: string;
const server = createServer();

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'site-test-'));
  await mkdir(path.join(folder, 'static/assets'), { recursive: true });
  await writeFile(path.join(folder, 'static/index.html'), '<!doctype html>pages');
  await writeFile(path.join(folder, 'static/assets/main-ABCD.js'), SCRIPT);
  await writeFile(path.join(folder, 'secret.txt'), 'not for the public');
  await mkdir(path.join(folder, 'compressed/assets'), { recursive: true });
  await writeFile(path.join(folder, 'compressed/assets/main-ABCD.js'), brotliCompressSync(SCRIPT));
  const site = await openSite({
    folder: path.join(folder, 'static'),
    compressed: path.join(folder, 'compressed'),
    config: CONFIG,
  });
  server.on('request', (incoming, outgoing) => void site.handle(incoming, outgoing));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true, force: true });
});

/** Sends the path unchanged; fetch would normalize it. */
async function ask(route: string, headers: Record<string, string> = {}, method = 'GET') {
  const { port } = server.address() as AddressInfo;
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    request({ port, host: '127.0.0.1', path: route, method, headers }, resolve).once('error', reject).end();
  });
  return { status: answer.statusCode, headers: answer.headers, body: await buffer(answer) };
}

test.each(['/', '/index.html', '/tenants/1/repositories/7', '/?code=abc', '/x?a=b.c'])(
  '%s is answered with the entry page, which is never cached',
  async (route) => {
    const { status, headers, body } = await ask(route);
    expect([status, body.toString()]).toEqual([200, '<!doctype html>pages']);
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
    expect(headers['cache-control']).toBe('no-cache');
  },
);

test('a hashed file is cached for a year, compressed as the browser accepts', async () => {
  const plain = await ask('/assets/main-ABCD.js');
  expect(plain.headers).toMatchObject({
    'content-type': 'text/javascript; charset=utf-8',
    vary: 'accept-encoding',
  });
  expect(plain.headers['cache-control']).toBe('public, max-age=31536000, immutable');
  const br = await ask('/assets/main-ABCD.js', { 'accept-encoding': 'gzip, deflate, br' });
  expect(br.headers['content-encoding']).toBe('br');
  const gzip = await ask('/assets/main-ABCD.js', { 'accept-encoding': 'gzip, br;q=0' });
  expect(gzip.headers['content-encoding']).toBe('gzip');
  const texts = [plain.body, brotliDecompressSync(br.body), gunzipSync(gzip.body)].map(String);
  expect(texts).toEqual([SCRIPT, SCRIPT, SCRIPT]);
  expect(br.body.length).toBeLessThan(plain.body.length / 10);
});

test('a file that the browser has is not sent again', async () => {
  const { headers } = await ask('/');
  const again = await ask('/', { 'if-none-match': String(headers.etag) });
  expect([again.status, again.body.length]).toEqual([304, 0]);
  expect((await ask('/', { 'if-none-match': '"other"' })).status).toBe(200);
});

test.each(['/missing.js', '/../secret.txt', '/assets/../../secret.txt', '/%2e%2e/secret.txt', '/assets'])(
  '%s reveals nothing',
  async (route) => {
    const { body } = await ask(route);
    expect(body.toString()).not.toContain('not for the public');
    if (route.includes('.')) expect((await ask(route)).status).toBe(404);
  },
);

test('/config.json names the API and the identity provider', async () => {
  const { headers, body } = await ask('/config.json');
  expect(headers['content-type']).toBe('application/json');
  expect(JSON.parse(body.toString())).toEqual(CONFIG);
});

test('the policy allows scripts, styles and calls only to the page’s origin, its API and its provider', async () => {
  for (const route of ['/', '/assets/main-ABCD.js', '/missing.js']) {
    const { headers } = await ask(route);
    const policy = headers['content-security-policy'];
    expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'");
    expect(policy).toContain("connect-src 'self' https://id.example;");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/unsafe|\*/);
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['referrer-policy']).toBe('same-origin');
  }
});

test('HEAD answers like GET without the body; other methods are refused', async () => {
  const head = await ask('/assets/main-ABCD.js', {}, 'HEAD');
  expect([head.status, head.body.length, head.headers['content-length']]).toEqual([
    200,
    0,
    String(SCRIPT.length),
  ]);
  const post = await ask('/', {}, 'POST');
  expect([post.status, post.headers.allow]).toEqual([405, 'GET, HEAD']);
});
