import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { decodeJwt, importJWK, type JWTPayload, SignJWT } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDatabase } from '../lib/db/database.ts';
import { type Answer, openTestInstallation, type TestInstallation } from './installation.ts';
import { getIdentityKeys } from './on-demand.ts';

let installation: TestInstallation;

beforeAll(async () => {
  installation = await openTestInstallation({ demo: true });
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

const refused: [string, Overrides, string][] = [
  ['an expired token', { expiresIn: -120 }, 'access_token_expired'],
  ['a token of another issuer', { issuer: 'https://issuer.example' }, 'access_token_invalid'],
  ['a token for another client', { audience: 'another-client' }, 'access_token_invalid'],
  ['a token for many others', { audience: ['one', 'two'] }, 'access_token_invalid'],
  ['a token signed by somebody else', { signedBy: 'foreign' }, 'access_token_invalid'],
  ['a token without a signature', { signedBy: 'none' }, 'access_token_invalid'],
  ['a token signed with the public key as a secret', { signedBy: 'public key' }, 'access_token_invalid'],
  ['a token of another type', { type: 'logout+jwt' }, 'access_token_invalid'],
];

test.each(refused)('%s is refused', async (_, overrides, code) => {
  expect(outcome(await bear(await issue(overrides)))).toEqual([401, code]);
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
  const { signingKey } = JSON.parse(readFileSync(await getIdentityKeys(), 'utf8'));
  const { iss, aud, sub } = decodeJwt(await issue());
  const marks = [{ nonce: 'x' }, { at_hash: 'x' }, { c_hash: 'x' }].map((mark) => ({
    ...mark,
    scope: 'openid',
  }));
  for (const claims of [...marks, {}, { email: 'ada@example.com', email_verified: true }]) {
    const token = await new SignJWT({ iss, aud, sub, ...claims } as JWTPayload)
      .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid: signingKey.kid })
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
