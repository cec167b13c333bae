import { decodeJwt, decodeProtectedHeader, errors, type JWTPayload, jwtVerify } from 'jose';
import type { Transaction } from 'kysely';
import type { Db } from './db/database.ts';
import { given, inTransaction, type Merge, mergeRows } from './db/portable.ts';
import { requireInitialized } from './db/schema.ts';
import { type Tables, widthOf } from './db/tables.ts';
import { isAscii, parseEmail } from './email.ts';
import { Failure } from './failure.ts';
import {
  fetchDocument,
  invalidToken,
  openProvider,
  type Provider,
  type ProviderSource,
  providerUnavailable,
} from './identity/provider.ts';
import { isEmailVerified } from './identity/verified-email.ts';
import { type ApiRequest, bearerToken } from './request.ts';
import { toStorable } from './storable.ts';

/** Who signed in. The e-mail address is verified and in lower case; roles belong to it. */
export interface Principal {
  issuer: string;
  subject: string;
  email: string;
  displayName: string;
}

/** Finds out who sent a request, by its access token from the identity provider. */
export interface Identity {
  /**
   * The principal whose access token the request has. Asks the provider for the e-mail address, at most once a day per
   * subject. Throws 401 `unauthenticated`, `access_token_expired` and
   * `access_token_invalid`, 403 `email_unverified` and `email_not_ascii`, 503 `identity_provider_unavailable`, 409 `not_initialized` and
   * 503 `schema_mismatch`.
   */
  requirePrincipal(request: ApiRequest): Promise<Principal>;
  /** The same for an installation that is not initialized: always asks the provider and stores nothing. */
  requireNewPrincipal(request: ApiRequest): Promise<Principal>;
}

interface Verified {
  token: string;
  userinfoUrl: string;
  issuer: string;
  subject: string;
  claims: JWTPayload;
}

/** Lengths of the columns, in characters. */
const MAX_NAME = widthOf('principal', 'displayName');
const MAX_EMAIL = widthOf('principal', 'email');

const REMEMBERED_MS = 24 * 3_600_000;
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

async function verify(token: string, provider: Provider, audience: string): Promise<Verified> {
  const { issuer, userinfoUrl, keys } = provider;
  const options = { issuer, audience, algorithms: ALGORITHMS, clockTolerance: LEEWAY_S };
  const { payload, protectedHeader } = await jwtVerify(token, keys, {
    ...options,
    requiredClaims: ['exp', 'sub'],
  });
  if (!isAccessToken(protectedHeader.typ, payload) || !payload.sub) throw invalidToken();
  return { token, issuer, userinfoUrl, subject: payload.sub, claims: payload };
}

/** The provider may have changed its keys since it was last asked. */
function isOfUnknownKey(error: unknown): boolean {
  return error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWSSignatureVerificationFailed;
}

async function requireVerified(token: string, source: ProviderSource, audience: string): Promise<Verified> {
  requireForm(token);
  const current = await source.current();
  try {
    return await verify(token, current, audience);
  } catch (error) {
    const renewed = isOfUnknownKey(error) ? await source.renewed() : null;
    if (!renewed) throw toTokenFailure(error);
    return verify(token, renewed, audience).catch((again: unknown) => {
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

async function findPrincipal(db: Db, { issuer, subject }: Verified, since: Date) {
  return db
    .selectFrom('principal')
    .select(['issuer', 'subject', 'email', 'displayName'])
    .where('issuer', '=', issuer)
    .where('subject', '=', subject)
    .where('verifiedAt', '>', since.toISOString())
    .executeTakeFirst();
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
  clientId: string;
  /** Identity providers behind App ID whose e-mail addresses count as verified, even if nothing says so. */
  trustedIdentities: string[];
  db: Db;
  clock: () => Date;
}): Identity {
  const { issuer, clientId, trustedIdentities, db, clock } = options;
  const source = openProvider({ issuer, db, clock });
  let initialized: Promise<void> | undefined;

  // The next request tries again after a failure.
  const requireReady = () => {
    initialized ??= requireInitialized(db);
    return initialized.catch((error: unknown) => {
      initialized = undefined;
      throw error;
    });
  };
  const requireToken = async (request: ApiRequest) => requireVerified(bearerToken(request), source, clientId);

  return {
    requireNewPrincipal: async (request) => askUserinfo(await requireToken(request), trustedIdentities),
    requirePrincipal: async (request) => {
      const verified = await requireToken(request);
      await requireReady();
      const known = await findPrincipal(db, verified, new Date(clock().getTime() - REMEMBERED_MS));
      if (known) return known;
      const principal = await askUserinfo(verified, trustedIdentities);
      await inTransaction(db, (trx) => savePrincipal(trx, principal, clock()));
      return principal;
    },
  };
}
