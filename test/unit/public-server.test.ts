import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request as sendPlain } from 'node:http';
import { Agent, request as send } from 'node:https';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TLSSocket } from 'node:tls';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openProxies } from '../../local/installation/addresses.ts';
import { closeServer, createSwitch, listen, type Switch } from '../../local/installation/server.ts';
import { NEXT_TLS, OTHER_TLS, TLS } from '../tls.ts';

const NOBODY = openProxies(['192.0.2.1']);
const AT = { host: '127.0.0.1', port: 0 };
let folder: string;
let files: { cert: string; key: string };
let lines: Record<string, unknown>[];
let opened: Switch | undefined;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'public-server-'));
  files = { cert: path.join(folder, 'cert.pem'), key: path.join(folder, 'key.pem') };
  lines = [];
});

afterEach(async () => {
  opened?.stop();
  if (opened) await closeServer(opened.server);
  opened = undefined;
  rmSync(folder, { recursive: true });
});

function store(pair: { cert: string; key: string }): void {
  writeFileSync(files.cert, pair.cert);
  writeFileSync(files.key, pair.key);
}

function open(url = 'https://127.0.0.1'): Switch {
  const log = (line: object) => void lines.push({ ...line });
  opened = createSwitch({ log, open: { proxies: NOBODY, tls: { files, url, interval: 5 } } });
  opened.turnTo(async (_request, response) => response.end('secret'));
  return opened;
}

/** Asks once, without an agent on a connection of its own. Returns the name in the server's certificate. */
function ask(port: number, agent = new Agent({ maxCachedSessions: 0 })) {
  const options = { host: '127.0.0.1', port, rejectUnauthorized: false, agent };
  return new Promise<{ name: string; reused: boolean }>((resolve, reject) => {
    const request = send(options, (answer) => {
      const name = (answer.socket as TLSSocket).getPeerCertificate().subject.CN;
      answer.resume().once('end', () => resolve({ name: String(name), reused: request.reusedSocket }));
    });
    request.once('error', reject).end();
  });
}

test('a new certificate is used as soon as its files change, and connections stay', async () => {
  store(TLS);
  const port = await listen(open().server, AT);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  expect(await ask(port, agent)).toEqual({ name: 'A platform of our own', reused: false });
  store(NEXT_TLS);
  await vi.waitFor(async () => expect((await ask(port)).name).toBe('The next certificate'));
  expect(await ask(port, agent)).toEqual({ name: 'A platform of our own', reused: true });
  agent.destroy();
  expect(lines).toMatchObject([{ level: 'info', message: 'The certificate was replaced.' }]);
});

test.each([
  [
    'a key of another certificate',
    { cert: NEXT_TLS.cert, key: TLS.key },
    /not a certificate and its private key/,
  ],
  ['a file cut short', { cert: NEXT_TLS.cert.slice(0, 300), key: NEXT_TLS.key }, /not a certificate/],
  ['a certificate for another name', OTHER_TLS, /is for DNS:other.example.org, not for 127.0.0.1/],
])(
  '%s is refused at the start, and later logged once while the old one stays',
  async (_what, pair, words) => {
    store(pair);
    expect(() => open()).toThrow(words);
    store(TLS);
    const port = await listen(open().server, AT);
    store(pair);
    await vi.waitFor(() => expect(lines).not.toEqual([]));
    expect((await ask(port)).name).toBe('A platform of our own');
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({
      level: 'error',
      message: expect.stringMatching(/The old certificate stays/),
    });
    store(NEXT_TLS);
    await vi.waitFor(async () => expect((await ask(port)).name).toBe('The next certificate'));
  },
);

test('files that are missing are named', () => {
  expect(() => open()).toThrow(/^TLS_CERT is ".*cert\.pem", which cannot be read \(ENOENT\)\.$/);
});

test('plain http on the port of https is sent to https', async () => {
  store(TLS);
  const port = await listen(open('https://127.0.0.1:8443').server, AT);
  const moved = await new Promise<(string | number | undefined)[]>((resolve, reject) => {
    sendPlain({ host: '127.0.0.1', port, path: '/tenants/1?a=b' }, (answer) => {
      answer.resume();
      resolve([answer.statusCode, answer.headers.location]);
    })
      .once('error', reject)
      .end();
  });
  expect(moved).toEqual([307, 'https://127.0.0.1:8443/tenants/1?a=b']);
});

test('one address gets a hundred connections, and others still get in', async () => {
  opened = createSwitch({ log: () => {}, open: { proxies: NOBODY } });
  const port = await listen(opened.server, AT);
  const sockets = Array.from({ length: 130 }, () => connect(port, '127.0.0.1').on('error', () => {}));
  await vi.waitFor(() => expect(sockets.filter(({ closed }) => closed)).toHaveLength(30));
  const other = connect({ port, host: '127.0.0.1', localAddress: '127.0.0.2' });
  other.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
  const answer = await new Promise((resolve) => other.once('data', (data) => resolve(String(data))));
  expect(answer).toContain('503');
  for (const socket of [...sockets, other]) socket.destroy();
});

test('an address that this machine does not have is refused in one sentence', async () => {
  opened = createSwitch({ log: () => {} });
  const refused = listen(opened.server, { host: '192.0.2.1', port: 0 });
  await expect(refused).rejects.toThrow('HOST is "192.0.2.1": this machine does not have that address.');
});
