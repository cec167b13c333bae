import { setTimeout as sleep } from 'node:timers/promises';
import { decodeJwt, decodeProtectedHeader, errors, type JWTPayload, jwtVerify } from 'jose';
import { sql, type Transaction } from 'kysely';
import type { Database, Db } from './db/database.ts';
import { given, inTransaction, type Merge, mergeRows } from './db/portable.ts';
import { requireInitialized } from './db/schema.ts';
import { type Tables, widthOf } from './db/tables.ts';
import { isAscii, parseEmail } from './email.ts';
import { Failure } from './failure.ts';
import { claimRoles, isUnclaimed, type Person } from './identity/claims.ts';
import {
  fetchDocument,
  invalidToken,
  openProvider,
  type Provider,
  type ProviderSource,
  providerUnavailable,
} from './identity/provider.ts';
import {
  type Account,
  endToken,
  endTokensOf,
  hasEnded,
  type Session,
  toTokenId,
} from './identity/session.ts';
import { isEmailVerified } from './identity/verified-email.ts';
import type { Instant } from './instant.ts';
import type { AddressScope } from './keys/scopes.ts';
import { isKey, looksLikeKey } from './keys/secret.ts';
import { refuseKeyInAddress, type UsedKey, useKey } from './keys/use.ts';
import { type ApiRequest, bearerToken } from './request.ts';
import { toStorable } from './storable.ts';

/** Who signed in. The e-mail address is verified, ASCII, and in lower case. */
export interface Principal extends Person {
  displayName: string;
}

/** A principal, and the access token that says so. */
export interface SignedIn extends Principal {
  session: Session;
  /** Nothing may rely on the address for longer without asking the provider again. */
  verifiedUntil: Date;
}

/** Finds out who sent a request, by its access token from the identity provider or its API key. */
export interface Identity {
  /**
   * The principal whose access token the request has. Asks the provider for the e-mail address when the last answer is half
   * an hour old, and gives the principal the roles that wait for somebody with that address. Throws 401 `unauthenticated`,
   * `access_token_expired`, `access_token_revoked` and `access_token_invalid`, 403 `email_unverified`, `email_not_ascii` and, for
   * an API key, `person_required`, 400 `key_in_address`, 503 `identity_provider_unavailable`, 409 `not_initialized` and 503
   * `schema_mismatch`.
   */
  requirePrincipal(request: ApiRequest): Promise<SignedIn>;
  /**
   * The API key that the request has as its bearer token; the call counts. A text that is no key costs no statement. Throws 401
   * `unauthenticated`, `key_invalid`, `key_expired` and `key_revoked`, 429 `key_rate_limited`, 400 `key_in_address`, 409
   * `not_initialized` and 503 `schema_mismatch`.
   */
  requireKey(request: ApiRequest): Promise<UsedKey>;
  /**
   * The key with this scope that the request has in its address, as `?key=`; the call counts. Throws the same, and
   * `key_in_address` for a key of any other scope.
   */
  requireKeyInAddress(request: ApiRequest, scope: AddressScope): Promise<UsedKey>;
  /** The same as `requirePrincipal` for an installation that is not initialized: always asks the provider and stores nothing. */
  requireNewPrincipal(request: ApiRequest): Promise<Principal>;
  /**
   * Signs out: the request's access token is refused from now on. Doing it again changes nothing. Throws what
   * `requirePrincipal` throws for a token.
   */
  signOut(request: ApiRequest): Promise<Account>;
  /**
   * Signs out everywhere: every access token of the account that was issued until now is refused. Returns when the second is
   * over, so that the next sign-in gets a token of a later one. Doing it again with a token that has ended changes nothing.
   * Throws what `requirePrincipal` throws.
   */
  signOutEverywhere(request: ApiRequest): Promise<Account>;
}

/** An access token that the provider signed for us, and that has not expired. */
interface Verified extends Session {
  token: string;
  userinfoUrl: string;
  claims: JWTPayload;
  /** When the token is no longer accepted. */
  expiresAt: Instant;
}

/** Lengths of the columns, in characters. */
const MAX_NAME = widthOf('principal', 'displayName');
const MAX_EMAIL = widthOf('principal', 'email');

/** How long the provider's answer about an address counts. */
const VERIFIED_MS = 3_600_000;
/** After how long the provider is asked again. It leaves what is issued now, such as a data token, the rest of the hour. */
const ASK_AGAIN_MS = VERIFIED_MS / 2;
/** How many seconds the clocks of the provider and of this machine may differ. */
const LEEWAY_S = 30;

/** Only signatures that need the provider's private key prove anything. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];

/** Throws `access_token_invalid` for what nobody can have signed. So it costs no statement and no request to the provider. */
function requireForm(token: string): void {
  try {
    const { alg = '' } = decodeProtectedHeader(token);
    if (ALGORITHMS.includes(alg) && decodeJwt(token).sub !== undefined) return;
  } catch {
    // No token at all.
  }
  throw invalidToken();
}

/** Claims that only ID tokens have; `identities` is App ID's. */
const ID_TOKEN_CLAIMS = ['nonce', 'at_hash', 'c_hash', 'identities'];

/**
 * True for RFC 9068 access tokens. Some providers give access tokens no type (App ID's `typ` is JWT, or JOSE in parts of its
 * documentation); these must have a scope and no claim of ID tokens, which are for the client and give no access to an API.
 */
function isAccessToken(type: string | undefined, payload: JWTPayload): boolean {
  if (/^(application\/)?at\+jwt$/i.test(type ?? '')) return true;
  const isIdToken = ID_TOKEN_CLAIMS.some((claim) => claim in payload);
  return /^(jwt|jose)$/i.test(type ?? 'JWT') && ('scope' in payload || 'scp' in payload) && !isIdToken;
}

function toTokenFailure(error: unknown): Failure {
  if (error instanceof Failure) return error;
  if (error instanceof errors.JWTExpired) return new Failure('access_token_expired');
  const isTokens = error instanceof errors.JOSEError && !(error instanceof errors.JWKSInvalid);
  return isTokens ? invalidToken() : providerUnavailable();
}

/** OpenID Connect Core 1.0 §2: at most 255 ASCII characters. */
const SUBJECT = /^[\x20-\x7e]{1,255}$/;
/** The last second of the year 9999, which every database can store. */
const LAST_SECOND = 253_402_300_799;

const isSecond = (value: unknown): value is number =>
  typeof value === 'number' && value >= 0 && value <= LAST_SECOND;

const toInstant = (seconds: number): Instant => new Date(seconds * 1000).toISOString();

/** Providers name in `azp` (OpenID Connect) or `client_id` (RFC 9068) the client that a token was issued to. */
function isForOtherClient({ azp, client_id: client }: JWTPayload, clientId: string): boolean {
  return [azp, client].some((name) => name !== undefined && name !== clientId);
}

/** Throws `access_token_invalid` if a claim is not what RFC 9068 and OpenID Connect say. */
function requireClaims(payload: JWTPayload, clientId: string, now: Date) {
  const { sub, iat, exp = 0, auth_time: signedInAt = iat } = payload;
  const isSubject = typeof sub === 'string' && SUBJECT.test(sub);
  if (!isSubject || isForOtherClient(payload, clientId)) throw invalidToken();
  if (!isSecond(iat) || !isSecond(signedInAt) || !Number.isFinite(exp)) throw invalidToken();
  if (iat > now.getTime() / 1000 + LEEWAY_S) throw invalidToken();
  return {
    subject: sub,
    // A refresh token carries on a session: everything of a session ends when the person signs out everywhere.
    issuedAt: toInstant(Math.floor(Math.min(iat, signedInAt))),
    expiresAt: toInstant(Math.min(exp + LEEWAY_S, LAST_SECOND)),
  };
}

interface Checks {
  clientId: string;
  now: Date;
}

async function verify(token: string, provider: Provider, { clientId, now }: Checks): Promise<Verified> {
  const { issuer, userinfoUrl, keys } = provider;
  const { payload, protectedHeader } = await jwtVerify(token, keys, {
    issuer,
    audience: clientId,
    algorithms: ALGORITHMS,
    clockTolerance: LEEWAY_S,
    currentDate: now,
    requiredClaims: ['exp', 'iat', 'sub'],
  });
  if (!isAccessToken(protectedHeader.typ, payload)) throw invalidToken();
  const claims = requireClaims(payload, clientId, now);
  return { token, userinfoUrl, issuer, claims: payload, tokenId: toTokenId(token, payload.jti), ...claims };
}

/** The provider may have changed its keys since it was last asked. */
function isOfUnknownKey(error: unknown): boolean {
  return error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWSSignatureVerificationFailed;
}

async function requireVerified(token: string, source: ProviderSource, checks: Checks): Promise<Verified> {
  requireForm(token);
  const current = await source.current();
  try {
    return await verify(token, current, checks);
  } catch (error) {
    const renewed = isOfUnknownKey(error) ? await source.renewed() : null;
    if (!renewed) throw toTokenFailure(error);
    return verify(token, renewed, checks).catch((again: unknown) => {
      throw toTokenFailure(again);
    });
  }
}

/** Throws `email_not_ascii`, and `email_unverified` for what is no address. */
function requireEmail(text: string): string {
  const email = parseEmail(text);
  if (email !== null && email.length <= MAX_EMAIL) return email;
  throw new Failure(isAscii(text) ? 'email_unverified' : 'email_not_ascii');
}

async function askUserinfo(verified: Verified, trusted: string[]): Promise<Principal> {
  const { token, userinfoUrl, issuer, subject, claims } = verified;
  const userinfo = await fetchDocument(userinfoUrl, token);
  if (userinfo.sub !== subject) throw invalidToken();
  const { email, name } = userinfo;
  if (typeof email !== 'string' || !isEmailVerified({ email, userinfo, token: claims }, trusted))
    throw new Failure('email_unverified');
  const displayName = typeof name === 'string' && name.trim() !== '' ? name.trim() : email;
  return {
    issuer,
    subject,
    email: requireEmail(email),
    displayName: toStorable(displayName, MAX_NAME),
  };
}

/** One statement for each request: who it is, whether the token has ended, and how many roles wait to be claimed. */
async function findPrincipal(db: Db, verified: Verified) {
  const { issuer, subject } = verified;
  const row = await db
    .selectFrom('principal')
    .select(['issuer', 'subject', 'email', 'displayName', 'verifiedAt'])
    .select((eb) => [
      eb.case().when(hasEnded(verified)).then(sql.lit(1)).else(sql.lit(0)).end().as('ended'),
      eb
        .selectFrom('member')
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .whereRef('member.email', '=', 'principal.email')
        .where(isUnclaimed('member', issuer))
        .as('tenantRoles'),
      eb
        .selectFrom('systemRole')
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .whereRef('systemRole.email', '=', 'principal.email')
        .where(isUnclaimed('systemRole', issuer))
        .as('systemRoles'),
    ])
    .where('issuer', '=', issuer)
    .where('subject', '=', subject)
    .executeTakeFirst();
  if (!row) return undefined;
  const { ended, tenantRoles, systemRoles, verifiedAt, ...principal } = row;
  return {
    principal,
    verifiedAt: new Date(verifiedAt),
    hasEnded: ended === 1,
    mayClaim: (tenantRoles ?? 0) + (systemRoles ?? 0) > 0,
  };
}

const principals: Merge<'principal'> = {
  into: 'principal',
  key: ['issuer', 'subject'],
  update: { email: given('email'), displayName: given('displayName'), verifiedAt: given('verifiedAt') },
};

/** Stores what the provider says about the principal now. */
export async function savePrincipal(
  trx: Transaction<Tables>,
  principal: Principal,
  now: Date,
): Promise<void> {
  await mergeRows(trx, principals, [{ ...principal, verifiedAt: now.toISOString() }]);
}

/** Recognizes people who signed in to the client `clientId` at the OpenID Connect provider `issuer`. */
export function openIdentity(options: {
  issuer: string;
  /** Where the provider is reached; null: at `issuer`. */
  issuerAddress: string | null;
  clientId: string;
  /** Identity providers behind App ID whose e-mail addresses count as verified, even if nothing says so. */
  trustedIdentities: string[];
  /** How many calls an API key may make in a minute. */
  keyCallsPerMinute: number;
  db: Db;
  dbFor: Database['dbFor'];
  clock: () => Date;
  /** The real time, even where `clock` was set: the provider dates its tokens by it. */
  tokenClock: () => Date;
}): Identity {
  const { issuer, clientId, trustedIdentities, keyCallsPerMinute, db, dbFor, clock, tokenClock } = options;
  const source = openProvider({ issuer, address: options.issuerAddress, db, clock });
  let initialized: Promise<void> | undefined;

  // The next request tries again after a failure.
  const requireReady = () => {
    initialized ??= requireInitialized(db);
    return initialized.catch((error: unknown) => {
      initialized = undefined;
      throw error;
    });
  };
  const requireToken = async (request: ApiRequest) => {
    await refuseKeyInAddress(dbFor, request, clock());
    const token = bearerToken(request);
    if (looksLikeKey(token)) throw new Failure('person_required');
    return requireVerified(token, source, { clientId, now: tokenClock() });
  };

  const findKnown = async (verified: Verified) => {
    const found = await findPrincipal(dbFor({ account: verified }), verified);
    if (found?.hasEnded) throw new Failure('access_token_revoked');
    return found;
  };
  // A clock that was set back does not keep an answer fresh for longer.
  const isFresh = (verifiedAt: Date) => Math.abs(clock().getTime() - verifiedAt.getTime()) < ASK_AGAIN_MS;
  const ask = async (verified: Verified) => {
    const principal = await askUserinfo(verified, trustedIdentities);
    await inTransaction(db, (trx) => savePrincipal(trx, principal, clock()));
  };
  const find = async (verified: Verified) => {
    const known = await findKnown(verified);
    if (known && isFresh(known.verifiedAt)) return known;
    await ask(verified);
    // The token of somebody who was unknown may have ended before.
    return findKnown(verified);
  };

  return {
    requireNewPrincipal: async (request) => askUserinfo(await requireToken(request), trustedIdentities),
    requirePrincipal: async (request) => {
      const verified = await requireToken(request);
      await requireReady();
      const found = await find(verified);
      if (!found) throw invalidToken();
      const { principal, verifiedAt, mayClaim } = found;
      if (mayClaim) await claimRoles({ dbFor }, principal, clock());
      return {
        ...principal,
        session: verified,
        verifiedUntil: new Date(verifiedAt.getTime() + VERIFIED_MS),
      };
    },
    requireKey: async (request) => {
      await refuseKeyInAddress(dbFor, request, clock());
      const key = bearerToken(request);
      if (!isKey(key)) throw new Failure('key_invalid');
      await requireReady();
      return useKey(dbFor, key, { now: clock(), callsPerMinute: keyCallsPerMinute });
    },
    requireKeyInAddress: async (request, scope) => {
      const key = new URL(request.url).searchParams.get('key') ?? '';
      if (!isKey(key)) throw new Failure('key_invalid');
      await requireReady();
      const used = await useKey(dbFor, key, { now: clock(), callsPerMinute: keyCallsPerMinute });
      if (used.scope !== scope) await refuseKeyInAddress(dbFor, request, clock());
      return used;
    },
    signOut: async (request) => {
      const verified = await requireToken(request);
      await requireReady();
      await endToken(db, verified, tokenClock());
      return verified;
    },
    signOutEverywhere: async (request) => {
      const verified = await requireToken(request);
      await requireReady();
      if (!(await findPrincipal(dbFor({ account: verified }), verified))) await ask(verified);
      const now = tokenClock();
      await endTokensOf(db, verified, now);
      // If the provider's clock is ahead, this token seems to be of later.
      await endToken(db, verified, now);
      await sleep(1000 - now.getMilliseconds());
      return verified;
    },
  };
}
