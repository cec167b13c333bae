import { generateKeyPairSync } from 'node:crypto';
import { exportSPKI, importJWK, type JWK, type JWTPayload, jwtVerify, SignJWT, UnsecuredJWT } from 'jose';
import type { Shape } from './shape.ts';
import type { Account } from './store.ts';

/** How a token differs from those that the provider issues, to test that it is refused. */
export interface TokenOverrides {
  /** Seconds from now; negative: expired. */
  expiresIn?: number;
  audience?: string | string[];
  issuer?: string;
  /** The header's `typ`. */
  type?: string;
  /** foreign: another key; none: no signature; public key: HS256 with the provider's public key. */
  signedBy?: 'provider' | 'foreign' | 'none' | 'public key';
}

export interface TokenSettings {
  issuer: string;
  clientId: string;
  shape: Shape;
  signingKey: JWK;
  clock: () => Date;
}

export const ACCESS_TOKEN_SECONDS = 3600;

/** The public half of a signing key, as in the key set. */
export function toPublicKey(key: JWK): JWK {
  const { d: _d, p: _p, q: _q, dp: _dp, dq: _dq, qi: _qi, ...publicKey } = key;
  return publicKey;
}

async function publicKeyAsSecret(key: JWK): Promise<Uint8Array> {
  const publicKey = await importJWK(toPublicKey(key), 'RS256', { extractable: true });
  if (publicKey instanceof Uint8Array) throw new TypeError('The signing key is not an RSA key.');
  return new TextEncoder().encode(await exportSPKI(publicKey));
}

async function keyFor({ signingKey }: TokenSettings, signedBy: TokenOverrides['signedBy']) {
  if (signedBy === 'public key') return publicKeyAsSecret(signingKey);
  if (signedBy === 'foreign') return generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  return importJWK(signingKey, 'RS256');
}

/** The claims of an access token. Its `aud` is a list, like App ID's. */
export function toAccessPayload(
  account: Account,
  { iss, sub, aud, iat, exp }: JWTPayload,
  shape: Shape,
): JWTPayload {
  const standard = Object.entries({ iss, sub, aud, iat, exp }).filter(([, value]) => value !== undefined);
  return { ...shape.toAccessClaims(account), ...Object.fromEntries(standard) };
}

/** A token like those issued at sign-in, except for the overrides. */
async function issue(
  claims: JWTPayload,
  header: { typ: string; ver?: number },
  settings: TokenSettings,
  overrides: TokenOverrides,
): Promise<string> {
  const { signedBy = 'provider', type = header.typ } = overrides;
  if (signedBy === 'none') return new UnsecuredJWT(claims).encode();
  const alg = signedBy === 'public key' ? 'HS256' : 'RS256';
  const protectedHeader = { alg, ...header, typ: type, kid: String(settings.signingKey.kid) };
  return new SignJWT(claims).setProtectedHeader(protectedHeader).sign(await keyFor(settings, signedBy));
}

function toStandardClaims({ sub }: Account, settings: TokenSettings, overrides: TokenOverrides): JWTPayload {
  const { expiresIn = ACCESS_TOKEN_SECONDS } = overrides;
  const now = Math.floor(settings.clock().getTime() / 1000);
  return {
    sub,
    iat: Math.min(now, now + expiresIn),
    exp: now + expiresIn,
    iss: overrides.issuer ?? settings.issuer,
    aud: overrides.audience ?? [settings.clientId],
  };
}

/** An access token like those issued at sign-in, except for the overrides. */
export async function issueAccessToken(
  account: Account,
  settings: TokenSettings,
  overrides: TokenOverrides = {},
): Promise<string> {
  const { shape } = settings;
  const claims = toAccessPayload(account, toStandardClaims(account, settings, overrides), shape);
  return issue(claims, shape.header, settings, overrides);
}

/** An ID token like those issued at sign-in without a nonce. */
export async function issueIdToken(account: Account, settings: TokenSettings): Promise<string> {
  const { shape } = settings;
  const claims = { ...shape.toIdClaims(account), ...toStandardClaims(account, settings, {}) };
  return issue(claims, { ...shape.header, typ: 'JWT' }, settings, {});
}

/** The claims of an access token; null if it is not from this provider, is an ID token, or has expired. */
export async function readAccessToken(token: string, settings: TokenSettings): Promise<JWTPayload | null> {
  const key = await importJWK(toPublicKey(settings.signingKey), 'RS256');
  const { typ } = settings.shape.header;
  const options = { typ, algorithms: ['RS256'], requiredClaims: ['scope'], currentDate: settings.clock() };
  const verified = await jwtVerify(token, key, options).catch(() => null);
  return verified?.payload ?? null;
}
