import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { connect as connectTls } from 'node:tls';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { openInstallation } from '../../local/installation.ts';
import { createTestDatabase } from '../database.ts';
import { openChromium } from '../e2e/chromium.ts';
import { openVisitor } from '../e2e/visitor.ts';
import { freePort, type Outside, openOutside, type Started, startProduct, toVariables } from './started.ts';

const NAME = 'traffic.example.org';
const URL_OF = `https://${NAME}`;

/** What every proxy of this file stands in front of: an installation with a provider elsewhere. */
let port: number;
let started: Started;
let outside: Outside;
let folder: string;
let certificate: { cert: string; key: string };
const closing: (() => unknown)[] = [];

function makeCertificate(): { cert: string; key: string } {
  const files = { cert: path.join(folder, 'cert.pem'), key: path.join(folder, 'key.pem') };
  const kind = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', `/CN=${NAME}`];
  const names = ['-addext', `subjectAltName=DNS:${NAME}`, '-keyout', files.key, '-out', files.cert];
  execFileSync('openssl', [...kind, ...names], { stdio: 'ignore' });
  return files;
}

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'proxies-test-'));
  certificate = makeCertificate();
  outside = await openOutside([URL_OF]);
  port = await freePort();
  started = await startProduct({
    PUBLIC_URL: URL_OF,
    PORT: String(port),
    DATA_DIR: path.join(folder, 'data'),
    ...outside.environment,
    ...toVariables(await createTestDatabase()),
  });
});

afterAll(async () => {
  await started?.stop();
  await outside?.close();
  for (const close of closing.reverse()) await close();
  await rm(folder, { recursive: true, force: true });
});

interface Answer {
  status: number | undefined;
  headers: IncomingMessage['headers'];
  body: string;
}

/** Asks the proxy on that port by the public name. */
async function ask(
  at: number,
  target: string,
  { headers = {}, method = 'GET', body = '', from = '127.0.0.1' } = {},
): Promise<Answer> {
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const sent = request(
      {
        host: '127.0.0.1',
        port: at,
        localAddress: from,
        servername: NAME,
        path: target,
        method,
        headers: { host: NAME, ...headers },
        rejectUnauthorized: false,
        agent: false,
      },
      resolve,
    ).once('error', reject);
    sent.end(body);
  });
  return { status: answer.statusCode, headers: answer.headers, body: await text(answer) };
}

const API = '/api/v1/web/guest/traffic';

/** Runs a proxy until the tests are over. It is there once its port answers. */
async function runProxy(command: string, args: string[], at: number): Promise<ChildProcess> {
  const child = spawn(command, args, {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder, HOME: folder },
  });
  let errors = '';
  child.stderr.on('data', (chunk) => {
    errors += chunk;
  });
  closing.push(async () => {
    if (child.exitCode === null && child.kill('SIGTERM')) await once(child, 'exit');
  });
  const answers = async () => {
    if (child.exitCode !== null) throw new Error(`${command} ended: ${errors}`);
    const socket = connect(at, '127.0.0.1');
    await once(socket, 'connect');
    socket.destroy();
  };
  await vi.waitFor(answers, { timeout: 30_000, interval: 50 });
  return child;
}

const example = (name: string) => readFile(path.join('docs/examples', name), 'utf8');

/** Caddy as in the example, with its own authority instead of Let's Encrypt. */
async function startCaddy(change: (config: string) => string = (config) => config) {
  const https = await freePort();
  const http = await freePort();
  const options = `{
	admin off
	local_certs
	skip_install_trust
	https_port ${https}
	http_port ${http}
}
`;
  const config = change((await example('Caddyfile')).replace('127.0.0.1:8080', `127.0.0.1:${port}`));
  const file = path.join(folder, `Caddyfile-${https}`);
  await writeFile(file, options + config);
  await runProxy('caddy', ['run', '--config', file, '--adapter', 'caddyfile'], https);
  // Its certificate takes a moment.
  await vi.waitFor(() => ask(https, '/healthz'), { timeout: 30_000, interval: 50 });
  return https;
}

/** nginx as in the example, with a certificate of the test's. */
async function startNginx(change: (config: string) => string = (config) => config) {
  const https = await freePort();
  const http = await freePort();
  const own = path.join(folder, `nginx-${https}`);
  await mkdir(own);
  const server = change(await example('nginx.conf'))
    .replace('127.0.0.1:8080', `127.0.0.1:${port}`)
    .replace('listen 80;', `listen ${http};`)
    .replace('listen 443 ssl;', `listen ${https} ssl;`)
    .replace(/\/etc\/letsencrypt\S*fullchain\.pem/, certificate.cert)
    .replace(/\/etc\/letsencrypt\S*privkey\.pem/, certificate.key);
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${own}/${name};`,
  );
  const user = process.getuid?.() === 0 ? 'user root;' : '';
  await writeFile(
    path.join(own, 'nginx.conf'),
    `${user} daemon off; pid ${own}/pid; error_log stderr;
events {}
http { access_log off; ${paths.join(' ')} ${server} }`,
  );
  await runProxy('nginx', ['-p', own, '-c', path.join(own, 'nginx.conf'), '-e', 'stderr'], https);
  return https;
}

const PROXIES = { caddy: startCaddy, nginx: startNginx };

test('the programs of Debian are there', () => {
  for (const file of ['/usr/bin/caddy', '/usr/sbin/nginx'])
    expect([file, existsSync(file)]).toEqual([file, true]);
});

test('without a sign-in it is for this machine only', async () => {
  const opening = openInstallation({ dataDir: path.join(folder, 'open'), host: '0.0.0.0' });
  await expect(opening).rejects.toThrow(
    'The sign-in without passwords is for this machine only, not for 0.0.0.0.',
  );
});

test('it is set up at its own address', async () => {
  const { initSecret } = JSON.parse(await readFile(path.join(folder, 'data/installation.json'), 'utf8'));
  expect(started.output()).toContain(`${URL_OF}/#init=${initSecret}`);
  const direct = await fetch(`http://127.0.0.1:${port}/readyz`);
  expect([direct.status, await direct.json()]).toEqual([
    200,
    { ready: true, initialized: false, problems: [] },
  ]);
  const https = await startCaddy();
  const token = await outside.provider.issueToken('ada@example.com');
  const body = JSON.stringify({
    secret: initSecret,
    displayName: 'Ours',
    server: { kind: 'enterprise', url: outside.github.apiUrl.replace('/api/v3', '') },
    githubUser: 'ada',
    githubToken: 'ghp_ada',
  });
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const answer = await ask(https, `${API}/init`, { method: 'POST', headers, body });
  expect([answer.status, answer.body]).toEqual([201, expect.stringContaining('Ours')]);
});

describe.each(['caddy', 'nginx'] as const)('behind %s, as in its example', (name) => {
  let at: number;
  let browser: Browser;

  beforeAll(async () => {
    at = await PROXIES[name]();
    browser = await openChromium([
      `--host-resolver-rules=MAP ${NAME}:443 127.0.0.1:${at}`,
      '--ignore-certificate-errors',
    ]);
  });
  afterAll(() => browser?.close());

  test('a person signs in, and sees the tenant', async () => {
    const ada = await openVisitor(browser, URL_OF, { others: [new URL(outside.provider.issuer).origin] });
    await ada.page.goto(`${URL_OF}/`);
    await ada.page
      .getByRole('button', { name: /sign in/i })
      .first()
      .click();
    await ada.signInAs('Ada Lovelace');
    await expect.poll(() => ada.page.locator('h1').textContent()).not.toBe('');
    expect(await ada.page.evaluate('window.isSecureContext')).toBe(true);
    expect(ada.problems()).toEqual([]);
    await ada.close();
  });

  test('there is no simulator, no stand-in and no sign-in without passwords: the pages answer there', async () => {
    for (const target of [
      '/github/api/v3/meta',
      '/webhooks/json/x',
      '/identity/auth?client_id=traffic-pages',
    ]) {
      const { status, body } = await ask(at, target);
      expect([target, status, body]).toEqual([target, 200, expect.stringContaining('<!doctype html>')]);
    }
  });

  test('answers are compressed, and have secure headers', async () => {
    const headers = { 'accept-encoding': 'gzip' };
    for (const target of ['/', '/openapi.json', '/config.json', `${API}/init`]) {
      const answer = await ask(at, target, { headers });
      expect([target, answer.status]).toEqual([target, 200]);
      expect(answer.headers).toMatchObject({
        'strict-transport-security': 'max-age=31536000',
        'x-content-type-options': 'nosniff',
        'content-security-policy': expect.stringContaining("frame-ancestors 'none'"),
      });
    }
    const large = await ask(at, '/openapi.json', { headers });
    expect(large.headers['content-encoding']).toBe('gzip');
    const token = await outside.provider.issueToken('ada@example.com');
    const authorization = `Bearer ${token}`;
    const api = await ask(at, `${API}/audit`, { headers: { ...headers, authorization } });
    expect([api.status, api.headers['content-encoding']]).toEqual([200, 'gzip']);
  });

  test('callers are counted by their own address, whatever they claim', async () => {
    const from = name === 'caddy' ? '127.0.0.41' : '127.0.0.42';
    const headers = { 'x-forwarded-for': '203.0.113.77' };
    const statuses: unknown[] = [];
    // An address without a token gets a tenth of 3,000. By default nginx has 512 connections for both sides.
    while (statuses.length < 400) {
      const calls = Array.from({ length: 80 }, () => ask(at, `${API}/me`, { from, headers }));
      statuses.push(...(await Promise.all(calls)).map(({ status }) => status));
    }
    expect(new Set(statuses)).toEqual(new Set([401, 429]));
    const refused = started.lines().filter(({ event }) => event === 'too_many_requests');
    expect(refused.map(({ caller }) => caller)).toContain(`address ${from}`);
    expect(JSON.stringify(refused)).not.toMatch(/203\.0\.113|"address 127\.0\.0\.1"/);
    expect((await ask(at, `${API}/me`, { from: '127.0.0.50' })).status).toBe(401);
  });

  test('a proxy that sends another host gets the message', async () => {
    const change = {
      caddy: (config: string) =>
        config.replace(
          /reverse_proxy (\S+)/,
          'reverse_proxy $1 {\n\t\theader_up Host {upstream_hostport}\n\t}',
        ),
      nginx: (config: string) => config.replace(/.*proxy_set_header Host.*\n/, ''),
    };
    const wrong = await PROXIES[name](change[name]);
    const answer = await ask(wrong, '/');
    expect(answer.status).toBe(421);
    expect(answer.body).toContain(`This server is ${URL_OF} and not 127.0.0.1`);
    expect(answer.body).toMatch(
      /proxy_set_header Host.*Caddy: does so unless header_up Host says otherwise/s,
    );
  });
});

describe('with accounts of its own, and no provider elsewhere', () => {
  let own: Started;
  let ownPort: number;
  let environment: Record<string, string>;

  beforeAll(async () => {
    ownPort = await freePort();
    environment = {
      PUBLIC_URL: URL_OF,
      DATA_DIR: path.join(folder, 'own'),
      ...toVariables(await createTestDatabase()),
    };
  });
  afterAll(() => own?.stop());

  test('behind Caddy, the link of the first start leads to the administrator’s account and the set-up', async () => {
    own = await startProduct({ ...environment, PORT: String(ownPort) });
    const at = await startCaddy((config) => config.replace(`127.0.0.1:${port}`, `127.0.0.1:${ownPort}`));
    const browser = await openChromium([
      `--host-resolver-rules=MAP ${NAME}:443 127.0.0.1:${at}`,
      '--ignore-certificate-errors',
    ]);
    closing.push(() => browser.close());
    const [link = ''] = /https:\/\/[^\s"\\]+#init=[\w-]+/.exec(own.output()) ?? [];
    const { page, problems } = await openVisitor(browser, URL_OF);
    await page.goto(link);
    await page.getByLabel('E-mail address').fill('ada@example.com');
    await page.getByLabel('Name').fill('Ada Lovelace');
    await page.getByLabel('Password').fill('violet kettle drums seventeen');
    await page.getByRole('button', { name: 'Continue with this password' }).click();
    await page.getByRole('heading', { name: 'Set up this installation' }).waitFor();
    expect(problems()).toEqual([]);
    await own.stop();
  });

  test('without a proxy it speaks https itself, and takes a new certificate without a restart', async () => {
    own = await startProduct({
      ...environment,
      PORT: String(ownPort),
      TLS_CERT: certificate.cert,
      TLS_KEY: certificate.key,
    });
    const first = await readFile(certificate.cert, 'utf8');
    const serverCertificate = () =>
      new Promise<string>((resolve, reject) => {
        const socket = connectTls({
          host: '127.0.0.1',
          port: ownPort,
          servername: NAME,
          rejectUnauthorized: false,
        });
        socket.once('error', reject).once('secureConnect', () => {
          resolve(new X509Certificate(socket.getPeerCertificate().raw).fingerprint256);
          socket.destroy();
        });
      });
    expect(await ask(ownPort, '/config.json')).toMatchObject({ status: 200 });
    expect(await serverCertificate()).toBe(new X509Certificate(first).fingerprint256);
    makeCertificate();
    const second = new X509Certificate(await readFile(certificate.cert, 'utf8')).fingerprint256;
    expect(second).not.toBe(new X509Certificate(first).fingerprint256);
    await vi.waitFor(async () => expect(await serverCertificate()).toBe(second), {
      timeout: 30_000,
      interval: 500,
    });
    expect(own.lines()).toContainEqual(expect.objectContaining({ message: 'The certificate was replaced.' }));
  });
});
