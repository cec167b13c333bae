import { copyFile, mkdtemp, rm, stat } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createRemoteJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import * as oidc from 'openid-client';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { openIdentityStore } from '../../local/identity/store.ts';
import {
  createIdentityProvider,
  type IdentityProvider,
  type IdentityProviderOptions,
} from '../../local/identity.ts';

const CLIENT = 'traffic-pages';
const PAGES = 'http://127.0.0.1:1';
const people = [
  { email: 'ada@example.com', name: 'Ada <Lovelace>' },
  { email: 'mallory@example.com', name: 'Mallory', emailVerified: false },
];
const cleanUps: (() => unknown)[] = [];
let keysFolder: string;

/** A key takes long to generate, so all providers have the same one. */
beforeAll(async () => {
  keysFolder = await mkdtemp(path.join(tmpdir(), 'identity-test-'));
  await openIdentityStore(keysFolder);
});
afterAll(() => rm(keysFolder, { recursive: true, force: true }));
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

interface Opened extends IdentityProvider {
  server: Server;
  close(): Promise<void>;
}

async function open(options: Partial<IdentityProviderOptions> = {}, port = 0): Promise<Opened> {
  const { dataDir = await newFolder() } = options;
  const server = createServer((request, response) => {
    // Avoids old connections after a restart on the same port.
    response.setHeader('connection', 'close');
    void provider.handle(request, response);
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}/identity`;
  const provider = await createIdentityProvider({
    issuer,
    clientId: CLIENT,
    origins: [PAGES],
    people,
    ...options,
    dataDir,
  });
  const close = async () => {
    if (server.listening) await new Promise((resolve) => server.close(resolve));
  };
  cleanUps.push(close);
  return { ...provider, server, close };
}

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'identity-test-'));
  cleanUps.push(() => rm(folder, { recursive: true, force: true }));
  await copyFile(path.join(keysFolder, 'keys.json'), path.join(folder, 'keys.json'));
  return folder;
}

/** The parts of a browser that sign-in needs: cookies, and redirects up to the pages. */
function openBrowser() {
  const cookies = new Map<string, string>();
  return async function visit(url: string, form?: Record<string, string>) {
    let target: string = url;
    let init: RequestInit = form ? { method: 'POST', body: new URLSearchParams(form) } : {};
    for (;;) {
      const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
      const response = await fetch(target, { ...init, redirect: 'manual', headers: { cookie } });
      for (const set of response.headers.getSetCookie()) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
        if (value) cookies.set(name, value);
        else cookies.delete(name);
      }
      const location = response.headers.get('location');
      if (!location)
        return {
          url: target,
          status: response.status,
          headers: response.headers,
          html: await response.text(),
        };
      target = new URL(location, target).href;
      if (target.startsWith(PAGES))
        return { url: target, status: response.status, headers: response.headers, html: '' };
      init = {};
    }
  };
}

type Browser = ReturnType<typeof openBrowser>;

const configure = ({ issuer }: IdentityProvider) =>
  oidc.discovery(new URL(issuer), CLIENT, undefined, oidc.None(), { execute: [oidc.allowInsecureRequests] });

async function signIn(provider: IdentityProvider, form: Record<string, string>, browser = openBrowser()) {
  const config = await configure(provider);
  const verifier = oidc.randomPKCECodeVerifier();
  const parameters = {
    redirect_uri: `${PAGES}/`,
    scope: provider.scope,
    code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state: 'somewhere',
  };
  const page = await browser(oidc.buildAuthorizationUrl(config, parameters).href);
  const back = page.url.startsWith(PAGES) ? page : await browser(page.url, form);
  const checks = { pkceCodeVerifier: verifier, expectedState: 'somewhere' };
  const grant = () => oidc.authorizationCodeGrant(config, new URL(back.url), checks);
  return { config, browser, page, back, grant };
}

async function askUserinfo(provider: IdentityProvider, token: string): Promise<Response> {
  return fetch(`${provider.issuer}/me`, { headers: { authorization: `Bearer ${token}` } });
}

test('a person picked on the sign-in page gets an access token for this client, without their address', async () => {
  const provider = await open();
  const tokens = await (await signIn(provider, { email: 'ada@example.com' })).grant();
  const keys = createRemoteJWKSet(new URL(`${provider.issuer}/jwks`));
  const { payload, protectedHeader } = await jwtVerify(tokens.access_token, keys, {
    issuer: provider.issuer,
    audience: CLIENT,
    typ: 'at+jwt',
  });
  expect(protectedHeader).toMatchObject({ alg: 'RS256', typ: 'at+jwt' });
  expect(payload.aud).toEqual([CLIENT]);
  expect(JSON.stringify(payload)).not.toMatch(/\bada\b|lovelace|@/i);
  expect(tokens.claims()).toMatchObject({
    sub: payload.sub,
    email: 'ada@example.com',
    name: 'Ada <Lovelace>',
  });
});

test('userinfo has the address, whether it is verified, and the name', async () => {
  const provider = await open();
  const { config, grant } = await signIn(provider, { email: 'ada@example.com' });
  const tokens = await grant();
  const sub = tokens.claims()?.sub ?? '';
  const expected = { sub, email: 'ada@example.com', email_verified: true, name: 'Ada <Lovelace>' };
  expect(await oidc.fetchUserInfo(config, tokens.access_token, sub)).toEqual(expected);
  const issued = await provider.issueToken('ada@example.com');
  expect(await (await askUserinfo(provider, issued)).json()).toEqual(expected);
});

test('anybody can sign in by address and name, and is known afterwards', async () => {
  const provider = await open();
  const { grant } = await signIn(provider, { email: 'new@example.org', name: 'Neu & Co' });
  expect((await grant()).claims()).toMatchObject({ email: 'new@example.org', name: 'Neu & Co' });
  const claims = await (await askUserinfo(provider, await provider.issueToken('new@example.org'))).json();
  expect(claims).toMatchObject({ name: 'Neu & Co' });
});

test('the sign-in page says what it is, escapes its text and runs no other script', async () => {
  const provider = await open();
  const { page } = await signIn(provider, { email: 'ada@example.com' });
  expect(page.html).toContain('for local use only: it asks for no password');
  expect(page.html).toContain('Ada &lt;Lovelace&gt;');
  const policy = page.headers.get('content-security-policy');
  expect(policy).toContain("default-src 'none'");
  expect(policy).not.toMatch(/unsafe|\*/);
  expect(page.html).not.toMatch(/style=|<style|<script|https?:\/\//);
});

test('a malformed address is asked for again', async () => {
  const provider = await open();
  const { back } = await signIn(provider, { email: '"><script>', name: 'x' });
  expect(back.status).toBe(400);
  expect(back.html).toContain('role="alert"');
  expect(back.html).toContain('value="&quot;&gt;&lt;script&gt;"');
});

test('a canceled sign-in returns to the pages with access_denied', async () => {
  const provider = await open();
  const { page, browser } = await signIn(provider, { email: 'nobody' });
  const back = await browser(`${page.url}/cancel`, {});
  expect(new URL(back.url).searchParams.get('error')).toBe('access_denied');
});

test('a code needs its verifier and works once', async () => {
  const provider = await open();
  const { config, back, grant } = await signIn(provider, { email: 'ada@example.com' });
  const wrong = { pkceCodeVerifier: oidc.randomPKCECodeVerifier(), expectedState: 'somewhere' };
  await expect(oidc.authorizationCodeGrant(config, new URL(back.url), wrong)).rejects.toThrow();
  await grant();
  await expect(grant()).rejects.toThrow();
});

test('no sign-in starts without PKCE or for another origin’s pages', async () => {
  const provider = await open();
  const ask = (redirect: string) =>
    fetch(
      `${provider.issuer}/auth?client_id=${CLIENT}&response_type=code&scope=openid&redirect_uri=${redirect}`,
      {
        redirect: 'manual',
      },
    );
  const withoutPkce = await ask(`${PAGES}/`);
  expect(withoutPkce.headers.get('location')).toContain('error=invalid_request');
  const foreign = await ask('https://evil.example/');
  expect(foreign.status).toBe(400);
  expect(foreign.headers.get('location')).toBeNull();
  expect(foreign.headers.get('content-security-policy')).toContain("default-src 'none'");
});

test('a refresh token renews the access token, also after a restart', async () => {
  const dataDir = await newFolder();
  const first = await open({ dataDir });
  const tokens = await (await signIn(first, { email: 'ada@example.com' })).grant();
  const port = Number(new URL(first.issuer).port);
  await first.close();
  const second = await open({ dataDir, people: [] }, port);
  const renewed = await oidc.refreshTokenGrant(await configure(second), tokens.refresh_token ?? '');
  expect(decodeJwt(renewed.access_token)).toMatchObject({ sub: tokens.claims()?.sub, aud: [CLIENT] });
  expect((await askUserinfo(second, tokens.access_token)).status).toBe(200);
  expect((await stat(path.join(dataDir, 'keys.json'))).mode & 0o777).toBe(0o600);
});

async function signOut(config: oidc.Configuration, browser: Browser, idToken: string) {
  const parameters = { id_token_hint: idToken, post_logout_redirect_uri: `${PAGES}/` };
  const page = await browser(oidc.buildEndSessionUrl(config, parameters).href);
  const [, action = ''] = /action="([^"]+)"/.exec(page.html) ?? [];
  const [, xsrf = ''] = /name="xsrf" value="([^"]+)"/.exec(page.html) ?? [];
  return browser(action, { xsrf, logout: 'yes' });
}

test('a signed-in person is not asked again until they sign out, which also ends the refresh token', async () => {
  const provider = await open();
  const { config, browser, grant } = await signIn(provider, { email: 'ada@example.com' });
  const tokens = await grant();
  const again = await signIn(provider, {}, browser);
  expect(again.page.url).toContain(PAGES);
  const back = await signOut(config, browser, tokens.id_token ?? '');
  expect(back.url).toBe(`${PAGES}/`);
  await expect(oidc.refreshTokenGrant(config, tokens.refresh_token ?? '')).rejects.toMatchObject({
    error: 'invalid_grant',
  });
  expect((await signIn(provider, { email: 'ada@example.com' }, browser)).page.html).toContain('Sign in');
});

test('the pages’ scripts may call it, other sites’ may not', async () => {
  const provider = await open();
  const allowed = async (origin: string, url: string, init: RequestInit = {}) =>
    (await fetch(url, { ...init, headers: { ...init.headers, origin } })).headers.get(
      'access-control-allow-origin',
    );
  const userinfo = `${provider.issuer}/me`;
  const preflight = { method: 'OPTIONS', headers: { 'access-control-request-method': 'GET' } };
  expect(await allowed(PAGES, userinfo, preflight)).toBe(PAGES);
  expect(await allowed('https://evil.example', userinfo)).toBeNull();
  const exchange = {
    method: 'POST',
    body: new URLSearchParams({ grant_type: 'authorization_code', client_id: CLIENT }),
  };
  expect(await allowed(PAGES, `${provider.issuer}/token`, exchange)).toBe(PAGES);
  expect(await allowed('https://evil.example', `${provider.issuer}/token`, exchange)).toBeNull();
});

test('userinfo refuses foreign and expired tokens and ID tokens', async () => {
  const provider = await open();
  const tokens = await (await signIn(provider, { email: 'ada@example.com' })).grant();
  const [header, payload, signature] = tokens.access_token.split('.');
  const changed = Buffer.from(JSON.stringify({ ...decodeJwt(tokens.access_token), sub: 'x' })).toString(
    'base64url',
  );
  const refused = [
    `${header}.${changed}.${signature}`,
    `${header}.${payload}.`,
    tokens.id_token ?? '',
    await provider.issueToken('ada@example.com', { signedBy: 'foreign' }),
    await provider.issueToken('ada@example.com', { signedBy: 'none' }),
    await provider.issueToken('ada@example.com', { signedBy: 'public key' }),
    await provider.issueToken('ada@example.com', { expiresIn: -1 }),
  ];
  const statuses = await Promise.all(
    refused.map(async (token) => (await askUserinfo(provider, token)).status),
  );
  expect(statuses).toEqual(refused.map(() => 401));
});

test('an access token lasts an hour', async () => {
  let now = new Date('2026-03-01T08:00:00Z');
  const provider = await open({ clock: () => now });
  const token = await provider.issueToken('ada@example.com');
  now = new Date('2026-03-01T08:59:59Z');
  expect((await askUserinfo(provider, token)).status).toBe(200);
  now = new Date('2026-03-01T09:00:01Z');
  expect((await askUserinfo(provider, token)).status).toBe(401);
});

test('a token can be issued with every flaw that a verifier must notice', async () => {
  const provider = await open();
  const issued = await provider.issueToken('ada@example.com', {
    audience: 'other',
    issuer: 'urn:x',
    expiresIn: 5,
  });
  const { exp = 0, iat = 0, ...claims } = decodeJwt(issued);
  expect({ ...claims, lifetime: exp - iat }).toMatchObject({ aud: 'other', iss: 'urn:x', lifetime: 5 });
  const typed = await provider.issueToken('ada@example.com', { type: 'JWT' });
  expect(decodeProtectedHeader(typed).typ).toBe('JWT');
  const expired = decodeJwt(await provider.issueToken('ada@example.com', { expiresIn: -60 }));
  expect(expired.exp).toBeLessThan(Date.now() / 1000);
});

test('a person with an unverified address is another subject, and userinfo says so', async () => {
  const provider = await open();
  const real = await provider.issueToken('ada@example.com');
  const claimed = await provider.issueToken('ada@example.com', { emailVerified: false });
  expect(decodeJwt(claimed).sub).not.toBe(decodeJwt(real).sub);
  const answer = await (await askUserinfo(provider, claimed)).json();
  expect(answer).toMatchObject({ email: 'ada@example.com', email_verified: false });
  const mallory = await (
    await askUserinfo(provider, await provider.issueToken('mallory@example.com'))
  ).json();
  expect(mallory).toMatchObject({ email_verified: false });
});

test('a token issued by another process on the same folder is accepted', async () => {
  const dataDir = await newFolder();
  const running = await open({ dataDir });
  const beside = await createIdentityProvider({
    issuer: running.issuer,
    clientId: CLIENT,
    origins: [],
    people: [],
    dataDir,
  });
  const answer = await askUserinfo(running, await beside.issueToken('late@example.com'));
  expect(await answer.json()).toMatchObject({ email: 'late@example.com', email_verified: true });
});

test('it can be made to fail and to recover', async () => {
  const provider = await open();
  const token = await provider.issueToken('ada@example.com');
  provider.fail('down');
  await expect(askUserinfo(provider, token)).rejects.toThrow('fetch failed');
  provider.fail('slow');
  const waiting = askUserinfo(provider, token);
  const first = await Promise.race([
    waiting,
    new Promise((resolve) => setTimeout(resolve, 100, 'still waiting')),
  ]);
  expect(first).toBe('still waiting');
  provider.fail(null);
  expect((await waiting).status).toBe(200);
});

test('it writes nothing on the console', async () => {
  const said: unknown[] = [];
  const { warn, info, error } = console;
  const listen = (...words: unknown[]) => void said.push(words);
  Object.assign(console, { warn: listen, info: listen, error: listen });
  cleanUps.push(() => Object.assign(console, { warn, info, error }));
  const provider = await open();
  await (await signIn(provider, { email: 'ada@example.com' })).grant();
  expect(said).toEqual([]);
});
