import { hkdfSync } from 'node:crypto';
import { decodeProtectedHeader, errors, jwtVerify, SignJWT } from 'jose';
import * as z from 'zod';
import { hasTenantRight, type TenantAccess } from '../access.ts';
import type { Db } from '../db/database.ts';
import { Failure } from '../failure.ts';
import { type ApiRequest, bearerToken } from '../request.ts';
import { toTokenKeys } from '../secrets.ts';

/** A token that only reads one tenant's traffic table. */
export interface DataToken {
  token: string;
  expiresAt: string;
}

const TYPE = 'data+jwt';
const AUDIENCE = 'stats/table';
const SECONDS = 3600;

const Claims = z.object({
  sub: z.string(),
  tenant: z.int(),
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

/** A data token for what the principal may see in the tenant now. It expires after an hour. */
export async function issueDataToken(
  tokenKey: string,
  { email }: { email: string },
  { tenantId, repositoryIds }: TenantAccess,
  now: Date,
): Promise<DataToken> {
  const [key = new Uint8Array()] = toSigningKeys(tokenKey);
  const issuedAt = Math.floor(now.getTime() / 1000);
  const repositories = repositoryIds === null ? {} : { repositories: packIds(repositoryIds) };
  const token = await new SignJWT({ tenant: tenantId, ...repositories })
    .setProtectedHeader({ alg: 'HS256', typ: TYPE })
    .setSubject(email)
    .setAudience(AUDIENCE)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + SECONDS)
    .sign(key);
  return { token, expiresAt: new Date((issuedAt + SECONDS) * 1000).toISOString() };
}

/** True if the request's token says that it is a data token. */
export function bearsDataToken(request: ApiRequest): boolean {
  try {
    return decodeProtectedHeader(bearerToken(request)).typ === TYPE;
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

/**
 * What the request's data token may read of the tenant: the repositories of the time it was issued. It stops working when
 * its owner may see fewer. Throws `data_token_expired` and `data_token_invalid`.
 */
export async function requireDataAccess(
  db: Db,
  tokenKey: string,
  request: ApiRequest,
  tenantId: number | undefined,
  now: Date,
): Promise<TenantAccess> {
  const claims = await verify(bearerToken(request), toSigningKeys(tokenKey), now);
  if (claims.tenant !== tenantId) throw invalid();
  const right = claims.repositories === undefined ? 'seeAllTraffic' : 'seeTraffic';
  if (!(await hasTenantRight(db, { email: claims.sub }, tenantId, right))) throw invalid();
  return {
    tenantId,
    repositoryIds: claims.repositories === undefined ? null : unpackIds(claims.repositories),
  };
}
