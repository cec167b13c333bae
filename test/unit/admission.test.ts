import { createServer, type IncomingMessage, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, expect, test } from 'vitest';
import { LOOPBACK, openProxies } from '../../local/installation/addresses.ts';
import { admit } from '../../local/installation/admission.ts';

const PUBLIC = 'https://traffic.example.org';
let close = () => {};
/** The headers that came through, as the parts behind see them. */
let seen: { headers: IncomingMessage['headers']; raw: string[] } | undefined;

afterEach(() => {
  close();
  seen = undefined;
});

async function serve(url: string, trusted: string[] = LOOPBACK): Promise<number> {
  const handle = admit(
    async (request, response) => {
      seen = { headers: request.headers, raw: request.rawHeaders };
      request.resume();
      response.writeHead(200, ['content-type', 'text/plain']).end('through');
    },
    { url, proxies: openProxies(trusted) },
  );
  const server = createServer((request, response) => void handle(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  close = () => server.close();
  return (server.address() as AddressInfo).port;
}

async function ask(port: number, headers: Record<string, string>, method = 'GET', path = '/a?b=c') {
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    send({ port, host: '127.0.0.1', path, method, headers: { connection: 'close', ...headers } }, resolve)
      .once('error', reject)
      .end();
  });
  return { status: answer.statusCode, headers: answer.headers, body: await text(answer) };
}

test('it answers to its own name, with secure headers, and to no other', async () => {
  const port = await serve(PUBLIC);
  for (const host of ['traffic.example.org', 'Traffic.Example.org', 'traffic.example.org:443']) {
    const { status, headers, body } = await ask(port, { host });
    expect([host, status, body]).toEqual([host, 200, 'through']);
    expect(headers).toMatchObject({
      'strict-transport-security': 'max-age=31536000',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    });
  }
  for (const host of [
    'evil.example',
    `127.0.0.1:${port}`,
    'traffic.example.org.evil.example',
    'traffic.example.org:80',
  ]) {
    seen = undefined;
    const { status, body } = await ask(port, { host });
    expect([host, status, seen]).toEqual([host, 421, undefined]);
    expect(body).toContain(`This server is ${PUBLIC} and not ${host}: open ${PUBLIC}\n`);
    expect(body).toMatch(/nginx: proxy_set_header Host \$http_host;.*set PUBLIC_URL/s);
  }
  expect((await ask(port, { host: '<script>' })).body).not.toContain('<');
});

test('on this machine, other names of it lead to the one that sign-in works with', async () => {
  const port = await serve('http://localhost:8080');
  expect(await ask(port, { host: 'localhost:8080' })).toMatchObject({ status: 200 });
  expect((await ask(port, { host: 'localhost:8080' })).headers).not.toHaveProperty(
    'strict-transport-security',
  );
  const moved = await ask(port, { host: '127.0.0.1:8080' });
  expect([moved.status, moved.headers.location]).toEqual([307, 'http://localhost:8080/a?b=c']);
  expect((await ask(port, { host: '127.0.0.1:8080' }, 'POST')).status).toBe(421);
  // Another port, as a container may publish, is another origin.
  expect((await ask(port, { host: 'localhost:9090' })).status).toBe(421);
});

test('plain http at a proxy is sent to https', async () => {
  const port = await serve(PUBLIC);
  const headers = { host: 'traffic.example.org', 'x-forwarded-proto': 'http' };
  const moved = await ask(port, headers);
  expect([moved.status, moved.headers.location]).toEqual([307, `${PUBLIC}/a?b=c`]);
  expect((await ask(port, { ...headers, 'x-forwarded-proto': 'https' })).status).toBe(200);
});

test('a body above 1 MiB is refused before it is read', async () => {
  const port = await serve(PUBLIC);
  const sized = (length: number) => ({ host: 'traffic.example.org', 'content-length': String(length) });
  const { status, headers, body } = await ask(port, sized(1024 * 1024 + 1), 'POST');
  expect([status, headers.connection]).toEqual([413, 'close']);
  expect(JSON.parse(body)).toMatchObject({ error: { code: 'payload_too_large' } });
});

test.each([
  ['a trusted proxy names the client last', LOOPBACK, '198.51.100.1, 203.0.113.9', '203.0.113.9'],
  ['proxies behind each other', [...LOOPBACK, '10.0.0.0/8'], '6.6.6.6, 203.0.113.9, 10.1.2.3', '203.0.113.9'],
  ['a port', LOOPBACK, '203.0.113.9:50123', '203.0.113.9'],
  ['IPv6 in brackets', LOOPBACK, '[2001:db8::1]:50123', '2001:db8::1'],
  ['no proxy is trusted', ['192.0.2.0/24'], '203.0.113.9', '127.0.0.1'],
  ['nothing', LOOPBACK, '', '127.0.0.1'],
  ['only proxies', LOOPBACK, '127.0.0.5, 127.0.0.6', '127.0.0.5'],
  ['nonsense', LOOPBACK, 'me', 'unknown'],
])('the address of the client: %s', async (_what, trusted, forwarded, expected) => {
  const port = await serve(PUBLIC, trusted);
  await ask(port, {
    host: 'traffic.example.org',
    ...(forwarded && { 'x-forwarded-for': forwarded }),
    forwarded: 'for=6.6.6.6',
    'x-real-ip': '6.6.6.6',
    'x-forwarded-host': 'evil.example',
    'x-other': 'kept',
  });
  const known = {
    'x-forwarded-for': expected,
    'x-forwarded-host': 'traffic.example.org',
    'x-forwarded-proto': 'https',
    'x-other': 'kept',
  };
  expect(seen?.headers).toMatchObject(known);
  expect(seen?.headers).not.toHaveProperty('forwarded');
  expect(seen?.raw.join('\n')).not.toMatch(/6\.6\.6\.6|evil/);
  const raw = seen?.raw ?? [];
  for (const [name, value] of Object.entries(known)) expect(raw[raw.indexOf(name) + 1]).toBe(value);
});
