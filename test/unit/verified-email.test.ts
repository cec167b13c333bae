import { expect, test } from 'vitest';
import { isEmailVerified } from '../../lib/identity/verified-email.ts';

const EMAIL = 'Ada@example.com';
type Claims = Record<string, unknown>;

const verified = (userinfo: Claims, token: Claims = {}, trusted: string[] = []) =>
  isEmailVerified({ email: EMAIL, userinfo, token }, trusted);

const byGoogle = (idpUserInfo: unknown, provider = 'google') => ({ identities: [{ provider, idpUserInfo }] });

test('a provider that says nothing has not verified the address', () => {
  expect(verified({})).toBe(false);
});

test.each([
  [true, true],
  ['true', true],
  [false, false],
  ['false', false],
  [1, false],
])('email_verified %j in userinfo decides first', (word, expected) => {
  expect(verified({ email_verified: word })).toBe(expected);
  expect(verified({ email_verified: word }, { email_verified: !expected })).toBe(expected);
});

test('false is never overruled', () => {
  const trusted = { amr: ['saml'] };
  const google = byGoogle({ email: EMAIL, email_verified: true });
  expect(verified({ ...google, email_verified: false }, trusted, ['saml'])).toBe(false);
  expect(verified(google, { ...trusted, email_verified: false }, ['saml'])).toBe(false);
});

test('the access token decides if userinfo says nothing and the token has that address', () => {
  expect(verified({}, { email_verified: true })).toBe(true);
  expect(verified({}, { email_verified: true, email: 'ada@EXAMPLE.com' })).toBe(true);
  expect(verified({}, { email_verified: true, email: 'eve@example.com' })).toBe(false);
  expect(verified({}, { email_verified: true, email: 7 })).toBe(false);
  expect(verified({ email_verified: null }, { email_verified: true })).toBe(true);
});

test('Google behind App ID decides for the same address', () => {
  expect(verified(byGoogle({ email: 'ada@example.com', email_verified: true }))).toBe(true);
  expect(verified(byGoogle({ email: EMAIL, verified_email: true }))).toBe(true);
  expect(verified(byGoogle({ email: EMAIL, email_verified: false, verified_email: true }))).toBe(false);
  expect(verified(byGoogle({ email: EMAIL, email_verified: 'true' }))).toBe(false);
  expect(verified(byGoogle({ email: EMAIL }))).toBe(false);
  expect(verified(byGoogle({ email: 'eve@example.com', email_verified: true }))).toBe(false);
  expect(verified(byGoogle({ email_verified: true }))).toBe(false);
  expect(verified(byGoogle({ email: EMAIL, email_verified: true }, 'facebook'))).toBe(false);
});

test('malformed identities say nothing', () => {
  for (const identities of [
    null,
    'google',
    {},
    [null],
    ['google'],
    [{ provider: 'google' }],
    [{ provider: 'google', idpUserInfo: null }],
  ])
    expect(verified({ identities })).toBe(false);
  const [google] = byGoogle({ email: EMAIL, email_verified: true }).identities;
  expect(verified({ identities: [null, { provider: 'facebook' }, google] })).toBe(true);
});

test('a trusted identity provider verifies its addresses', () => {
  expect(verified({}, { amr: ['saml'] }, ['saml'])).toBe(true);
  expect(verified({}, { amr: ['saml'] }, ['google', 'saml'])).toBe(true);
  expect(verified({}, { amr: ['saml', 'cloud_directory'] }, ['saml'])).toBe(false);
  expect(verified({}, { amr: ['saml'] })).toBe(false);
  expect(verified({}, { amr: [] }, ['saml'])).toBe(false);
  expect(verified({}, { amr: 'saml' }, ['saml'])).toBe(false);
  expect(verified({}, {}, ['saml'])).toBe(false);
});
