import { createHash, hkdfSync } from 'node:crypto';
import { decodeProtectedHeader, errors, jwtVerify, SignJWT } from 'jose';
import { type Expression, expressionBuilder, type SqlBool } from 'kysely';
import * as z from 'zod';
import { hasTenantRight, requireTenantAccess, type TenantAccess } from '../access.ts';
import type { Db } from '../db/database.ts';
import type { Tables } from '../db/tables.ts';
import { Failure } from '../failure.ts';
import { type ApiRequest, bearerToken } from '../request.ts';
import { toTokenKeys } from '../secrets.ts';
import type { Person } from './claims.ts';
import { hasEnded, type Session } from './session.ts';

/**
 * A token that, followed by `~` and a secret, only reads one tenant's traffic table. The platform records every answer,
 * so the token alone must open nothing. It does not record requests, which carry the secret.
 */
export interface DataToken {
  token: string;
  expiresAt: string;
}

/** Whom a data token is for: somebody who is signed in. */
export interface DataTokenOwner {
  email: string;
  session: Session;
  /** Until when the provider's word about the address counts. */
  verifiedUntil: Date;
}

const TYPE = 'data+jwt';
const AUDIENCE = 'stats/table';

/** Who it was issued to, and for which access token. */
const Claims = z.object({
  sub: z.string(),
  provider: z.string(),
  email: z.string(),
  session: z.string(),
  since: z.iso.datetime(),
  tenant: z.int(),
  /** The SHA-256 of the secret, in base64url. */
  challenge: z.string(),
  /** The ids of the readable repositories, each as the distance from the one before, in base 36. Absent means all. */
  repositories: z.string().optional(),
});

/** Separate keys, so that signing never weakens what TOKEN_KEY seals (RFC 5869). */
function toSigningKeys(tokenKey: string): Uint8Array[] {
  return toTokenKeys(tokenKey).map((key) => new Uint8Array(hkdfSync('sha256', key, '', TYPE, 32)));
}

function packIds(ids: readonly number[]): string {
  const sorted = [...ids].sort((one, other) => one - other);
  return sorted.map((id, place) => (id - (sorted[place - 1] ?? 0)).toString(36)).join('.');
}

function unpackIds(packed: string): number[] {
  let last = 0;
  return packed
    .split('.')
    .filter(Boolean)
    .map((distance) => (last += Number.parseInt(distance, 36)));
}

/**
 * A data token for what the principal may see in the tenant now, for whoever knows the secret with the SHA-256 `challenge`. It expires when the principal's address must be verified
 * again: after half an hour to an hour.
 */
export async function issueDataToken(
  tokenKey: string,
  { email, session, verifiedUntil }: DataTokenOwner,
  { tenantId, repositoryIds }: TenantAccess,
  { challenge, now }: { challenge: string; now: Date },
): Promise<DataToken> {
  const [key = new Uint8Array()] = toSigningKeys(tokenKey);
  const { issuer: provider, subject, tokenId, issuedAt: since } = session;
  const repositories = repositoryIds === null ? {} : { repositories: packIds(repositoryIds) };
  const expiresAt = Math.floor(verifiedUntil.getTime() / 1000);
  const token = await new SignJWT({
    tenant: tenantId,
    provider,
    email,
    session: tokenId,
    since,
    challenge,
    ...repositories,
  })
    .setProtectedHeader({ alg: 'HS256', typ: TYPE })
    .setSubject(subject)
    .setAudience(AUDIENCE)
    .setIssuedAt(Math.floor(now.getTime() / 1000))
    .setExpirationTime(expiresAt)
    .sign(key);
  return { token, expiresAt: new Date(expiresAt * 1000).toISOString() };
}

/** The token and the secret of a request. */
function bearerOf(request: ApiRequest): { token: string; secret: string } {
  const [token = '', secret = ''] = bearerToken(request).split('~', 2);
  return { token, secret };
}

/** True if the request's token says that it is a data token. */
export function bearsDataToken(request: ApiRequest): boolean {
  try {
    return decodeProtectedHeader(bearerOf(request).token).typ === TYPE;
  } catch {
    return false;
  }
}

const invalid = () => new Failure('data_token_invalid');

async function verify(token: string, keys: Uint8Array[], now: Date) {
  for (const key of keys) {
    try {
      const expected = { audience: AUDIENCE, typ: TYPE, algorithms: ['HS256'], currentDate: now };
      const { payload } = await jwtVerify(token, key, { ...expected, requiredClaims: ['exp'] });
      return Claims.parse(payload);
    } catch (error) {
      if (error instanceof errors.JWTExpired) throw new Failure('data_token_expired');
    }
  }
  throw invalid();
}

/** A condition: the access token that it was issued for is still good, and its owner still has the address. */
function isAlive(session: Session, { issuer, subject, email }: Person): Expression<SqlBool> {
  const eb = expressionBuilder<Tables>();
  const owner = eb
    .selectFrom('principal')
    .select('subject')
    .where('issuer', '=', issuer)
    .where('subject', '=', subject)
    .where('email', '=', email);
  return eb.and([eb.exists(owner), eb.not(hasEnded(session))]);
}

/**
 * What the request's data token may read of the tenant: the repositories of the time it was issued that its owner may still
 * see. It stops working when its owner loses the role that it needs, has another address, or signs out. Throws `data_token_expired` and `data_token_invalid`.
 */
export async function requireDataAccess(
  db: Db,
  tokenKey: string,
  request: ApiRequest,
  tenantId: number | undefined,
  now: Date,
): Promise<TenantAccess> {
  const { token, secret } = bearerOf(request);
  const claims = await verify(token, toSigningKeys(tokenKey), now);
  if (createHash('sha256').update(secret).digest('base64url') !== claims.challenge) throw invalid();
  if (claims.tenant !== tenantId) throw invalid();
  const right = claims.repositories === undefined ? 'seeAllTraffic' : 'seeTraffic';
  const person = { issuer: claims.provider, subject: claims.sub, email: claims.email };
  const session = { ...person, tokenId: claims.session, issuedAt: claims.since };
  if (!(await hasTenantRight(db, person, tenantId, right, isAlive(session, person)))) throw invalid();
  if (claims.repositories === undefined) return { tenantId, repositoryIds: null };
  const given = unpackIds(claims.repositories);
  const { repositoryIds } = await requireTenantAccess(db, person, tenantId, right);
  const visible = repositoryIds && new Set(repositoryIds);
  return { tenantId, repositoryIds: visible === null ? given : given.filter((id) => visible.has(id)) };
}
