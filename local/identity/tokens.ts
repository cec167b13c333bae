import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { exportSPKI, importJWK, type JWK, type JWTPayload, jwtVerify, SignJWT, UnsecuredJWT } from 'jose';

/** How a token differs from those that the provider gives out; for tests of what must refuse it. */
export interface TokenOverrides {
  /** Seconds from now; negative: expired. */
  expiresIn?: number;
  audience?: string | string[];
  issuer?: string;
  /** The header's `typ`. */
  type?: string;
  /** foreign: a key of somebody else; none: no signature; public key: HS256 with the provider's public key. */
  signedBy?: 'provider' | 'foreign' | 'none' | 'public key';
}

export interface TokenSettings {
  issuer: string;
  clientId: string;
  scope: string;
  signingKey: JWK;
  clock: () => Date;
}

export const ACCESS_TOKEN_SECONDS = 3600;

/** The public half of a signing key, as it stands in the key set. */
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

/** An access token as the provider gives them out after a sign-in, but for the overrides. */
export async function issueAccessToken(
  subject: string,
  settings: TokenSettings,
  overrides: TokenOverrides = {},
): Promise<string> {
  const { expiresIn = ACCESS_TOKEN_SECONDS, signedBy = 'provider', type = 'at+jwt' } = overrides;
  const now = Math.floor(settings.clock().getTime() / 1000);
  const payload: JWTPayload = {
    jti: randomUUID(),
    sub: subject,
    iat: Math.min(now, now + expiresIn),
    exp: now + expiresIn,
    scope: settings.scope,
    client_id: settings.clientId,
    iss: overrides.issuer ?? settings.issuer,
    aud: overrides.audience ?? [settings.clientId],
  };
  if (signedBy === 'none') return new UnsecuredJWT(payload).encode();
  const alg = signedBy === 'public key' ? 'HS256' : 'RS256';
  const header = { alg, typ: type, kid: String(settings.signingKey.kid) };
  return new SignJWT(payload).setProtectedHeader(header).sign(await keyFor(settings, signedBy));
}

/** Whose access token it is; null when this provider did not sign it or it has expired. */
export async function subjectOfToken(token: string, settings: TokenSettings): Promise<string | null> {
  const key = await importJWK(toPublicKey(settings.signingKey), 'RS256');
  const options = { typ: 'at+jwt', algorithms: ['RS256'], currentDate: settings.clock() };
  const verified = await jwtVerify(token, key, options).catch(() => null);
  return verified?.payload.sub ?? null;
}
