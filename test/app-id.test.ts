import { randomUUID } from 'node:crypto';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Person } from '../local/identity/store.ts';
import { type Answer, openTestInstallation, type TestInstallation } from './installation.ts';

const TENANT = randomUUID();
const ADA = 'ada@example.com';

let installation: TestInstallation;

beforeAll(async () => {
  installation = await openTestInstallation({
    demo: true,
    identity: { path: `/oauth/v4/${TENANT}`, shape: 'appid' },
    environment: { TRUSTED_IDENTITIES: 'saml' },
  });
  await installation.initialize();
});

afterAll(() => installation?.close());

const bear = (token: string): Promise<Answer> =>
  installation.anonymously('GET', '/me', undefined, { authorization: `Bearer ${token}` });
const outcome = ({ status, body }: Answer) => [status, body.error?.code ?? body.email];

test('an access token in App ID’s format is accepted', async () => {
  const token = await installation.identity.issueToken(ADA);
  expect(decodeProtectedHeader(token)).toMatchObject({ alg: 'RS256', typ: 'JWT', ver: 4 });
  const { iss, aud, scope, ...claims } = decodeJwt(token);
  expect({ iss, aud }).toEqual({ iss: `${installation.url}/oauth/v4/${TENANT}`, aud: ['traffic-pages'] });
  expect(scope).toMatch(/^openid appid_default /);
  expect(claims).toEqual({
    sub: expect.any(String),
    iat: expect.any(Number),
    exp: expect.any(Number),
    tenant: TENANT,
    amr: ['cloud_directory'],
    email_verified: true,
  });
  expect(outcome(await bear(token))).toEqual([200, ADA]);
});

test('an ID token in App ID’s format, without a nonce, is refused as an access token', async () => {
  const token = await installation.identity.issueIdToken(ADA);
  expect(decodeProtectedHeader(token)).toMatchObject({ alg: 'RS256', typ: 'JWT', ver: 4 });
  expect(decodeJwt(token)).toMatchObject({ aud: ['traffic-pages'], email: ADA, tenant: TENANT });
  expect(decodeJwt(token)).not.toHaveProperty('nonce');
  expect(outcome(await bear(token))).toEqual([401, 'access_token_invalid']);
});

const people: [string, Partial<Person>, 200 | 403][] = [
  ['of Cloud Directory who confirmed the address', {}, 200],
  ['of Cloud Directory who did not', { emailVerified: false }, 403],
  ['whose address Google verified', { through: 'google' }, 200],
  ['whose address Google did not verify', { through: 'google', emailVerified: false }, 403],
  ['of a SAML provider that is trusted', { through: 'saml' }, 200],
  ['of Facebook, which says nothing of the address', { through: 'facebook' }, 403],
];

test.each(people)('a person %s needs a verified address', async (_, person, status) => {
  const email = `${randomUUID()}@example.com`;
  const answer = outcome(await bear(await installation.identity.issueToken(email, person)));
  expect(answer).toEqual([status, status === 200 ? email : 'email_unverified']);
});
