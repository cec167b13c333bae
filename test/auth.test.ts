import { createPrivateKey, createSign, generateKeyPairSync, type JsonWebKey } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { decodeJwt, importJWK, type JWK, type JWTPayload, SignJWT } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDatabase } from '../lib/db/database.ts';
import { openDataToken } from './data-tokens.ts';
import { type Answer, openTestInstallation, type TestInstallation } from './installation.ts';
import { getIdentityKeys } from './on-demand.ts';

let installation: TestInstallation;
/** The provider's own. */
let signingKey: JWK;

beforeAll(async () => {
  installation = await openTestInstallation({ demo: true });
  ({ signingKey } = JSON.parse(readFileSync(await getIdentityKeys(), 'utf8')));
  await installation.initialize();
});

afterAll(() => installation.close());

const getMe = (headers: Record<string, string>): Promise<Answer> =>
  installation.anonymously('GET', '/me', undefined, headers);
const bear = (token: string) => getMe({ authorization: `Bearer ${token}` });
const outcome = ({ status, body }: Answer) => [status, body.error?.code];

type Overrides = Parameters<TestInstallation['identity']['issueToken']>[1];
const issue = (overrides: Overrides = {}) => installation.identity.issueToken('ada@example.com', overrides);

test('a token from the provider is accepted', async () => {
  const { status, body } = await bear(await issue());
  expect([status, body.email]).toEqual([200, 'ada@example.com']);
});

test('a request without a bearer token gets 401', async () => {
  for (const authorization of ['', 'Bearer', 'Bearer ', 'Basic YTpi', 'Token abc'])
    expect(outcome(await getMe(authorization ? { authorization } : {})), authorization).toEqual([
      401,
      'unauthenticated',
    ]);
});

type Claims = Record<string, unknown>;

/** A token that the provider signed, as another program than ours might make it: with these claims and this header. */
async function sign(claims: Claims = {}, header: Claims = {}, key = signingKey): Promise<string> {
  const all = { ...decodeJwt(await issue()), ...claims } as JWTPayload;
  const alg = String(header.alg ?? 'RS256');
  return new SignJWT(all)
    .setProtectedHeader({ typ: 'at+jwt', kid: String(signingKey.kid), ...header, alg })
    .sign(await importJWK(key, alg), { crit: { b64: true, exp: true, 'urn:x': true } });
}

/** A token of these exact texts, with a signature of the provider's key unless another is given. */
async function signText(header: string, payload: string, signature?: string): Promise<string> {
  const input = [header, payload].map((text) => Buffer.from(text).toString('base64url')).join('.');
  const key = createPrivateKey({ key: signingKey as JsonWebKey, format: 'jwk' });
  return `${input}.${signature ?? createSign('RSA-SHA256').update(input).sign(key, 'base64url')}`;
}

async function signHmac(secret: string, header: Claims = {}): Promise<string> {
  const claims = decodeJwt(await issue());
  const protectedHeader = { alg: 'HS256', typ: 'at+jwt', kid: String(signingKey.kid), ...header };
  return new SignJWT(claims).setProtectedHeader(protectedHeader).sign(new TextEncoder().encode(secret));
}

/** A key that is not the provider's, with the provider's key id. */
const foreignKey = () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const named = { kid: String(signingKey.kid), alg: 'RS256' };
  return {
    jwk: { ...privateKey.export({ format: 'jwk' }), ...named } as JWK,
    published: { ...publicKey.export({ format: 'jwk' }), ...named },
  };
};

const publishedKey = () => installation.identity.jwks.keys[0];
const now = () => Math.floor(Date.now() / 1000);
const header = (changes: Claims = {}) =>
  JSON.stringify({ alg: 'RS256', typ: 'at+jwt', kid: signingKey.kid, ...changes });
const payload = async (changes: Claims = {}) => JSON.stringify({ ...decodeJwt(await issue()), ...changes });

/** Each as it is sent. `elsewhere` answers with a key set, and would be asked by a verifier that follows a header. */
const refused: [string, (elsewhere: string) => Promise<string>, string?][] = [
  ['that has expired', () => issue({ expiresIn: -120 }), 'access_token_expired'],
  ['of another issuer', () => issue({ issuer: 'https://issuer.example' })],
  ['of an issuer that begins alike', () => issue({ issuer: `${installation.identity.issuer}.example` })],
  ['of an issuer with another case', () => issue({ issuer: installation.identity.issuer.toUpperCase() })],
  ['without an issuer', () => sign({ iss: undefined })],
  ['of a list of issuers', () => sign({ iss: [installation.identity.issuer] })],
  ['for another client', () => issue({ audience: 'another-client' })],
  ['for two others', () => issue({ audience: ['one', 'two'] })],
  ['for nobody', () => sign({ aud: undefined })],
  ['for an empty list', () => issue({ audience: [] })],
  ['for an audience that is no text', () => sign({ aud: { 0: 'traffic-pages' } })],
  ['for a client that begins alike', () => issue({ audience: 'traffic-pages.example' })],
  ['that was issued to another client (azp)', () => sign({ azp: 'another-client' })],
  ['that was issued to another client (client_id)', () => sign({ client_id: 'another-client' })],
  ['signed by somebody else', () => issue({ signedBy: 'foreign' })],
  ['signed by somebody else with the provider’s key id', async () => sign({}, {}, foreignKey().jwk)],
  ['with the key id of no key', () => sign({}, { kid: 'unknown' })],
  ['with a key id that is a path', () => sign({}, { kid: '../../dev/null' })],
  ['with a key id that is SQL', () => sign({}, { kid: "' or '1'='1" })],
  ['without a signature (alg none)', () => issue({ signedBy: 'none' })],
  ['with alg None', async () => signText(header({ alg: 'None' }), await payload(), '')],
  ['with alg NONE and a signature', async () => signText(header({ alg: 'NONE' }), await payload())],
  ['with an empty alg', async () => signText(header({ alg: '' }), await payload())],
  ['with a list for alg', async () => signText(header({ alg: ['RS256'] }), await payload())],
  ['with no alg', async () => signText(header({ alg: undefined }), await payload())],
  ['with RS1, which uses SHA-1', async () => signText(header({ alg: 'RS1' }), await payload())],
  ['signed with the public key as a secret (PEM)', () => issue({ signedBy: 'public key' })],
  ['signed with the public key as a secret (JWK)', () => signHmac(JSON.stringify(publishedKey()))],
  ['signed with the modulus as a secret', () => signHmac(String(signingKey.n))],
  ['signed with an empty secret', () => signHmac('\0'.repeat(32))],
  ['signed with the client id as a secret', () => signHmac('traffic-pages'.padEnd(32, '\0'))],
  ['of another type', () => issue({ type: 'logout+jwt' })],
  ['of the type of data tokens', () => issue({ type: 'data+jwt' })],
  ['with a critical extension', () => sign({}, { crit: ['urn:x'], 'urn:x': 1 })],
  ['with exp as a critical header', () => sign({}, { crit: ['exp'], exp: now() + 60 })],
  ['with an empty list of critical headers', async () => signText(header({ crit: [] }), await payload())],
  [
    'whose payload is not encoded (b64)',
    async () => signText(header({ crit: ['b64'], b64: false }), await payload()),
  ],
  ['whose header names a key set (jku)', async (url) => sign({}, { jku: url, kid: 'x' }, foreignKey().jwk)],
  ['whose header names a certificate (x5u)', async (url) => sign({}, { x5u: url }, foreignKey().jwk)],
  [
    'whose header holds its key (jwk)',
    async () => {
      const { jwk, published } = foreignKey();
      return sign({}, { jwk: published }, jwk);
    },
  ],
  ['whose header holds a certificate (x5c)', async () => sign({}, { x5c: ['MIIB'] }, foreignKey().jwk)],
  ['that begins in a minute (nbf)', () => sign({ nbf: now() + 60 })],
  ['that was issued in a minute (iat)', () => sign({ iat: now() + 60 })],
  ['that does not say when it was issued', () => sign({ iat: undefined })],
  ['that was issued before 1970', () => sign({ iat: -1 })],
  ['whose iat is text', () => sign({ iat: String(now()) })],
  ['whose sign-in (auth_time) is text', () => sign({ auth_time: 'yesterday' })],
  ['that never expires', () => sign({ exp: undefined })],
  ['whose exp is text', () => sign({ exp: String(now() + 60) })],
  [
    'whose exp is no number',
    async () => signText(header(), (await payload()).replace(/"exp":\d+/, '"exp":1e999')),
  ],
  ['without a subject', () => sign({ sub: undefined })],
  ['with an empty subject', () => sign({ sub: '' })],
  ['with a number as subject', () => sign({ sub: 7 })],
  ['with null as subject', () => sign({ sub: null })],
  ['with true as subject', () => sign({ sub: true })],
  ['with a list as subject', async () => sign({ sub: [decodeJwt(await issue()).sub] })],
  ['with an object as subject', () => sign({ sub: { $ne: '' } })],
  ['with a subject of 256 characters', () => sign({ sub: 's'.repeat(256) })],
  ['with a subject that holds U+0000', () => sign({ sub: 'a\0b' })],
  ['with a subject outside of ASCII', () => sign({ sub: 'ada\u212A' })],
  [
    'with a second subject, which counts, that userinfo does not name',
    async () => signText(header(), (await payload()).replace(/}$/, ',"sub":"administrator"}')),
  ],
  [
    'with a second audience, which counts',
    async () => signText(header(), (await payload()).replace(/}$/, ',"aud":"another-client"}')),
  ],
  [
    'with a second exp, which counts',
    async () => signText(header(), (await payload()).replace(/}$/, ',"exp":1}')),
    'access_token_expired',
  ],
  [
    'with a second alg, which counts',
    async () => signText(header().replace(/}$/, ',"alg":"none"}'), await payload(), ''),
  ],
  ['whose payload is a list', () => signText(header(), '[]')],
  ['whose payload is a text', () => signText(header(), '"ada"')],
  ['whose payload is no JSON', () => signText(header(), 'ada')],
  ['whose header is no JSON', async () => signText('x', await payload())],
  ['of five parts', async () => `${await issue()}.x.y`],
  ['of two parts', async () => (await issue()).replace(/\.[^.]*$/, '')],
  ['without a type and without a scope', () => sign({ scope: undefined }, { typ: 'JWT' })],
];

test('every forged, foreign, outdated or malformed token is refused, and no header leads anywhere', async () => {
  let asked = 0;
  const elsewhere = createServer((_, response) => {
    asked += 1;
    response.end(JSON.stringify({ keys: [foreignKey().published] }));
  });
  await once(elsewhere.listen(0, '127.0.0.1'), 'listening');
  const url = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/keys`;
  const found: Record<string, unknown> = {};
  const expected: Record<string, unknown> = {};
  for (const [what, make, code = 'access_token_invalid'] of refused) {
    found[what] = outcome(await bear(await make(url)));
    expected[what] = [401, code];
  }
  elsewhere.close();
  expect(found).toEqual(expected);
  expect(asked).toBe(0);
});

test('the tokens of that table differ from a good one only in what it says', async () => {
  const good: [string, Promise<string>][] = [
    ['signed here', sign()],
    ['of these texts', signText(header(), await payload())],
    ['issued to our client', sign({ azp: 'traffic-pages' })],
    ['for us among others', issue({ audience: ['one', 'traffic-pages'] })],
    ['without a type', sign({}, { typ: undefined })],
    ['that began a minute ago', sign({ nbf: now() - 60, auth_time: now() - 3600 })],
    ['that lasts forever', sign({ exp: 1e15 })],
  ];
  for (const [what, token] of good) expect(outcome(await bear(await token)), what).toEqual([200, undefined]);
});

const withToken = (token: string) => (method: string, path: string, body?: unknown) =>
  installation.anonymously(method, path, body, { authorization: `Bearer ${token}` });

test('signing out ends the access token at once, and doing it again is no failure', async () => {
  const token = await issue();
  const other = await issue();
  const { subject, issuer } = (await bear(token)).body;
  for (const _ of [1, 2]) {
    const { status, body } = await withToken(token)('DELETE', '/me/session');
    expect([status, body]).toEqual([200, { issuer, subject }]);
    expect(outcome(await bear(token))).toEqual([401, 'access_token_revoked']);
  }
  expect((await bear(other)).status).toBe(200);
  const forged = withToken(await issue({ signedBy: 'foreign' }));
  expect(outcome(await forged('DELETE', '/me/session'))).toEqual([401, 'access_token_invalid']);
});

test('a token without an id ends too, however its signature is written', async () => {
  const token = await sign({ jti: undefined });
  expect((await withToken(token)('DELETE', '/me/session')).status).toBe(200);
  // The last character of an RSA signature in base64url has four bits to spare.
  const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const last = digits.indexOf(token.at(-1) ?? '');
  const respelled = `${token.slice(0, -1)}${digits[last ^ 1]}`;
  expect(respelled).not.toBe(token);
  for (const text of [token, respelled, `${token}==`]) {
    const { status, body } = await bear(text);
    expect([status, ['access_token_revoked', 'access_token_invalid']]).toEqual([
      401,
      expect.arrayContaining([body.error.code]),
    ]);
  }
  expect((await bear(await sign({ jti: undefined, scope: 'another' }))).status).toBe(200);
});

test('signing out everywhere ends every token that was issued until then, and no later one', async () => {
  const mine = () => installation.identity.issueToken('bo@example.com');
  const here = await mine();
  const there = await mine();
  for (const token of [here, there]) expect((await bear(token)).status).toBe(200);
  const others = await issue();
  expect((await withToken(here)('DELETE', '/me/sessions')).status).toBe(200);
  for (const token of [here, there])
    expect(outcome(await bear(token))).toEqual([401, 'access_token_revoked']);
  expect((await bear(others)).status).toBe(200);

  const next = await mine();
  expect((await bear(next)).status).toBe(200);
  const { sub, jti } = decodeJwt(next);
  const renewed = await sign({ sub, jti: `${jti}.2`, auth_time: (decodeJwt(here).iat ?? 0) - 1 });
  expect(outcome(await bear(renewed)), 'a token of a session that began before').toEqual([
    401,
    'access_token_revoked',
  ]);
  // A token that has ended ends nothing else.
  for (const token of [here, there]) {
    expect((await withToken(token)('DELETE', '/me/sessions')).status).toBe(200);
    expect((await bear(next)).status).toBe(200);
  }
});

test('somebody whom the API has not seen before can sign out, too', async () => {
  const mine = () => installation.identity.issueToken('cy@example.com');
  const first = await mine();
  const second = await mine();
  const third = await mine();
  expect((await withToken(first)('DELETE', '/me/session')).status).toBe(200);
  expect(outcome(await bear(first))).toEqual([401, 'access_token_revoked']);
  expect((await withToken(second)('DELETE', '/me/sessions')).status).toBe(200);
  for (const token of [second, third])
    expect(outcome(await bear(token))).toEqual([401, 'access_token_revoked']);
});

test('a dashboard’s data token ends with the access token that it was issued for', async () => {
  const open = async (token: string) => {
    const data = await openDataToken(withToken(token), 1);
    return () => withToken(data)('GET', '/stats/1/table');
  };
  const one = await issue();
  const two = await issue();
  const readWithOne = await open(one);
  const readWithTwo = await open(two);
  for (const read of [readWithOne, readWithTwo]) expect((await read()).status).toBe(200);
  await withToken(one)('DELETE', '/me/session');
  expect(outcome(await readWithOne())).toEqual([401, 'data_token_invalid']);
  expect((await readWithTwo()).status).toBe(200);
  await withToken(two)('DELETE', '/me/sessions');
  expect(outcome(await readWithTwo())).toEqual([401, 'data_token_invalid']);
});

test('a changed token, or text that is not a token, is refused', async () => {
  const [header = '', payload = '', signature = ''] = (await issue()).split('.');
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
  const forged = Buffer.from(JSON.stringify({ ...claims, sub: 'administrator' })).toString('base64url');
  for (const token of [`${header}.${forged}.${signature}`, `${header}.${payload}.`, 'a.b.c', 'x', '..'])
    expect(outcome(await bear(token)), token).toEqual([401, 'access_token_invalid']);
});

test('a token without a type is accepted', async () => {
  expect((await bear(await issue({ type: 'JWT' }))).status).toBe(200);
});

test('an ID token is refused as an access token, although the provider signed it for this client', async () => {
  const { iss, aud, sub, iat } = decodeJwt(await issue());
  const marks = [{ nonce: 'x' }, { at_hash: 'x' }, { c_hash: 'x' }].map((mark) => ({
    ...mark,
    scope: 'openid',
  }));
  for (const claims of [...marks, {}, { email: 'ada@example.com', email_verified: true }]) {
    const token = await new SignJWT({ iss, aud, sub, iat, ...claims } as JWTPayload)
      .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid: String(signingKey.kid) })
      .setExpirationTime('1h')
      .sign(await importJWK(signingKey, 'RS256'));
    expect(outcome(await bear(token)), JSON.stringify(claims)).toEqual([401, 'access_token_invalid']);
  }
});

test('a person without a verified e-mail address is refused', async () => {
  const token = await installation.identity.issueToken('eve@example.com', { emailVerified: false });
  expect(outcome(await bear(token))).toEqual([403, 'email_unverified']);
});

test('any name at the provider is accepted', async () => {
  const long = `${'n'.repeat(199)}😀😀`;
  for (const [email, name, shown] of [
    ['nul@example.com', 'a\u0000b', 'ab'],
    ['long@example.com', long, `${'n'.repeat(199)}😀`],
  ] as const) {
    const { status, body } = await bear(await installation.identity.issueToken(email, { name }));
    expect([status, body.displayName]).toEqual([200, shown]);
  }
  const address = `${'x'.repeat(320)}@example.com`;
  expect(outcome(await bear(await installation.identity.issueToken(address)))).toEqual([
    403,
    'email_unverified',
  ]);
});

test('a person without a role learns who they are and sees nothing', async () => {
  const { status, body } = await installation.as('nobody@example.com')('GET', '/me');
  expect([status, body.systemRole, body.tenants]).toEqual([200, null, []]);
});

test('while the provider is down, known people keep working and new ones get 503', async () => {
  const fresh = await openTestInstallation({ demo: true });
  await fresh.initialize();
  const asNew = fresh.as('grace@example.com');
  fresh.identity.fail('down');
  const waiting = await asNew('GET', '/me');
  expect(outcome(waiting)).toEqual([503, 'identity_provider_unavailable']);
  fresh.identity.fail(null);
  expect((await asNew('GET', '/me')).status).toBe(200);
  fresh.identity.fail('down');
  expect((await asNew('GET', '/me')).status).toBe(200);
  await fresh.close();
});

test('a new container uses the stored provider document for up to six hours', async () => {
  const fresh = await openTestInstallation({ demo: true, coldStarts: true });
  await fresh.initialize();
  const ada = fresh.as('ada@example.com');
  expect((await ada('GET', '/me')).status).toBe(200);
  fresh.identity.fail('down');
  expect((await ada('GET', '/me')).status).toBe(200);
  const { db } = openDatabase(fresh.database.url);
  const read = (minutes: number) => ({ readAt: new Date(Date.now() - minutes * 60_000).toISOString() });
  await db.updateTable('identityProvider').set(read(359)).execute();
  expect((await ada('GET', '/me')).status).toBe(200);
  await db.updateTable('identityProvider').set(read(361)).execute();
  expect(outcome(await ada('GET', '/me'))).toEqual([503, 'identity_provider_unavailable']);
  await db.destroy();
  await fresh.close();
});

test('new keys of the provider are accepted at once and kept; tokens it never signed stay refused', async () => {
  const fresh = await openTestInstallation({ demo: true, coldStarts: true });
  await fresh.initialize();
  const ada = fresh.as('ada@example.com');
  await ada('GET', '/me');
  const { db } = openDatabase(fresh.database.url);
  const { keySet: current } = await db
    .selectFrom('identityProvider')
    .select('keySet')
    .executeTakeFirstOrThrow();
  const [key] = JSON.parse(current).keys;
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const foreign = { ...key, ...publicKey.export({ format: 'jwk' }) };
  for (const earlier of [[], [{ ...foreign, kid: 'earlier' }], [foreign]]) {
    await db
      .updateTable('identityProvider')
      .set({ keySet: JSON.stringify({ keys: earlier }) })
      .execute();
    expect((await ada('GET', '/me')).status).toBe(200);
    const { keySet } = await db.selectFrom('identityProvider').select('keySet').executeTakeFirstOrThrow();
    expect(keySet).toBe(current);
    const forged = await fresh.identity.issueToken('ada@example.com', { signedBy: 'foreign' });
    const answer = await fresh.anonymously('GET', '/me', undefined, { authorization: `Bearer ${forged}` });
    expect(outcome(answer)).toEqual([401, 'access_token_invalid']);
  }
  await db.destroy();
  await fresh.close();
});

test('answers are not cached, and any allowed origin may read them without cookies', async () => {
  const answer = await getMe({ origin: installation.url, authorization: `Bearer ${await issue()}` });
  expect(answer.headers.get('cache-control')).toBe('no-store');
  expect(answer.headers.get('access-control-allow-origin')).toBe(installation.url);
  expect(answer.headers.get('access-control-allow-credentials')).toBeNull();
  expect(answer.headers.get('x-activation-id')).toMatch(/^[0-9a-f]{32}$/);
  const foreign = await getMe({ origin: 'https://elsewhere.example' });
  expect(foreign.headers.get('access-control-allow-origin')).toBeNull();
  expect(foreign.headers.get('vary')).toMatch(/origin/i);
});

test('a preflight needs no token and is cached for two hours', async () => {
  const { status, headers } = await installation.anonymously(
    'OPTIONS',
    '/members/1/a%40b.example',
    undefined,
    {
      origin: installation.url,
      'access-control-request-method': 'PUT',
      'access-control-request-headers': 'authorization,content-type',
    },
  );
  expect(status).toBe(204);
  expect(headers.get('access-control-allow-methods')).toContain('PUT');
  expect(headers.get('access-control-allow-headers')).toMatch(/authorization.*content-type/);
  expect(headers.get('access-control-max-age')).toBe('7200');
});

test('an unknown path or method gets 404', async () => {
  const ada = installation.as('ada@example.com');
  expect(outcome(await ada('GET', '/me/else'))).toEqual([404, 'route_not_found']);
  const answer = await ada('DELETE', '/me');
  expect(outcome(answer)).toEqual([405, 'method_not_allowed']);
  expect(answer.body.error.message).toBe('DELETE is not possible here; GET is.');
  expect((await ada('HEAD', '/me')).status).toBe(200);
});
