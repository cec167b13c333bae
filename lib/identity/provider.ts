import { createLocalJWKSet, type JSONWebKeySet, type JWK, type JWTVerifyGetKey } from 'jose';
import type { Db } from '../db/database.ts';
import { isMissingTable } from '../db/errors.ts';
import { given, inTransaction, type Merge, mergeRows } from '../db/portable.ts';
import { widthOf } from '../db/tables.ts';
import { Failure } from '../failure.ts';
import { toDiscoveryUrl } from './discovery.ts';

/** What an OpenID Connect provider publishes about itself. */
export interface Provider {
  /** As its tokens name it, in `iss`. */
  issuer: string;
  userinfoUrl: string;
  /** Finds the public key that a token names. */
  keys: JWTVerifyGetKey;
  readAt: Date;
}

/** Provides the provider's document without fetching it for each new container. */
export interface ProviderSource {
  /**
   * The provider as of at most six hours ago. So a withdrawn key may be trusted for that long. Throws 503
   * `identity_provider_unavailable`.
   */
  current(): Promise<Provider>;
  /** The provider as it is now, or null if it was asked less than 30 seconds ago. Throws like `current`. */
  renewed(): Promise<Provider | null>;
}

const TIMEOUT_MS = 8_000;
const FRESH_MS = 6 * 3_600_000;
/** Keeps tokens with unknown keys from causing a request each. */
const COOLDOWN_MS = 30_000;
/** Characters of a stored key set: enough for ten keys of the longest kind in use. Longer ones are not stored. */
const MAX_KEYS_LENGTH = widthOf('identityProvider', 'keySet');
/** The members of a public signature key (RFC 7517 §4, RFC 7518 §6, RFC 8037), without the long, unused certificates. */
const KEY_MEMBERS = ['kty', 'kid', 'use', 'alg', 'n', 'e', 'crv', 'x', 'y'];

/** The failure of a token that is not accepted. */
export const invalidToken = () => new Failure('access_token_invalid');

/** The failure of a provider that does not answer as it should. */
export const providerUnavailable = () => new Failure('identity_provider_unavailable');

/** Fetches a JSON document from the provider. Throws `identity_provider_unavailable`, and 401 if it refuses the token. */
export async function fetchDocument(url: string, token?: string): Promise<Record<string, unknown>> {
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const response = await fetch(url, {
    headers: { accept: 'application/json', ...authorization },
    signal: AbortSignal.timeout(TIMEOUT_MS),
  }).catch(() => null);
  if (token !== undefined && (response?.status === 401 || response?.status === 403)) throw invalidToken();
  if (!response?.ok) throw providerUnavailable();
  const document: unknown = await response.json().catch(() => null);
  if (typeof document !== 'object' || document === null) throw providerUnavailable();
  return { ...document };
}

/** A row of the table. */
interface Stored {
  tokenIssuer: string;
  userinfoUrl: string;
  keySet: string;
  readAt: string;
}

/** Turns an address of the provider's into the one at which it is reached. */
type Reach = (url: string) => string;

async function discover(issuer: string, reach: Reach, now: Date): Promise<Stored> {
  const found = await fetchDocument(reach(toDiscoveryUrl(issuer)));
  const { issuer: tokenIssuer, jwks_uri: keysUrl, userinfo_endpoint: userinfoUrl } = found;
  const isSame = typeof tokenIssuer === 'string' && tokenIssuer.replace(/\/$/, '') === issuer;
  if (!isSame || typeof keysUrl !== 'string' || typeof userinfoUrl !== 'string') throw providerUnavailable();
  const { keys } = await fetchDocument(reach(keysUrl));
  if (!Array.isArray(keys)) throw providerUnavailable();
  const keySet = JSON.stringify({ keys: keys.filter(isAsymmetric).map(toPublicMembers) });
  return { tokenIssuer, userinfoUrl, keySet, readAt: now.toISOString() };
}

const isAsymmetric = (key: JWK | null) => ['RSA', 'EC', 'OKP'].includes(String(key?.kty));

const toPublicMembers = (key: JWK) =>
  Object.fromEntries(Object.entries(key).filter(([name]) => KEY_MEMBERS.includes(name)));

const toProvider = ({ tokenIssuer, userinfoUrl, keySet, readAt }: Stored, reach: Reach): Provider => ({
  issuer: tokenIssuer,
  userinfoUrl: reach(userinfoUrl),
  readAt: new Date(readAt),
  keys: createLocalJWKSet(JSON.parse(keySet) as JSONWebKeySet),
});

/** A clock that was set back does not keep a stored document fresh for longer. */
function isFresh(readAt: Date, now: Date): boolean {
  return Math.abs(now.getTime() - readAt.getTime()) < FRESH_MS;
}

/** Stores nothing before the installation is initialized, because the table does not exist yet. */
function unlessMissing(error: unknown): undefined {
  if (!isMissingTable(error)) throw error;
}

async function findStored(db: Db, issuer: string): Promise<Stored | undefined> {
  return db
    .selectFrom('identityProvider')
    .select(['tokenIssuer', 'userinfoUrl', 'keySet', 'readAt'])
    .where('issuer', '=', issuer)
    .executeTakeFirst()
    .catch(unlessMissing);
}

const providers: Merge<'identityProvider'> = {
  into: 'identityProvider',
  key: ['issuer'],
  update: {
    tokenIssuer: given('tokenIssuer'),
    userinfoUrl: given('userinfoUrl'),
    keySet: given('keySet'),
    readAt: given('readAt'),
  },
};

async function storeProvider(db: Db, issuer: string, stored: Stored): Promise<void> {
  if (stored.keySet.length > MAX_KEYS_LENGTH) return;
  await inTransaction(db, (trx) => mergeRows(trx, providers, [{ issuer, ...stored }])).catch(unlessMissing);
}

/**
 * The provider at `issuer`. Its documents are fetched at most every six hours and kept in the database, so that new
 * containers need not wait. As with the roles, whoever can write to that table can let anybody in.
 */
export function openProvider(options: {
  issuer: string;
  /** Where what lies below `issuer` is reached; null: there. */
  address: string | null;
  db: Db;
  clock: () => Date;
}): ProviderSource {
  const { issuer, address, db, clock } = options;
  const reach: Reach = (url) =>
    address !== null && url.startsWith(`${issuer}/`) ? `${address}${url.slice(issuer.length)}` : url;
  let known: Provider | undefined;
  let askedAt = Number.NEGATIVE_INFINITY;

  const ask = async () => {
    askedAt = performance.now();
    const stored = await discover(issuer, reach, clock());
    await storeProvider(db, issuer, stored);
    known = toProvider(stored, reach);
    return known;
  };

  return {
    current: async () => {
      if (known && isFresh(known.readAt, clock())) return known;
      const stored = await findStored(db, issuer);
      if (!stored || !isFresh(new Date(stored.readAt), clock())) return ask();
      known = toProvider(stored, reach);
      return known;
    },
    renewed: async () => (performance.now() - askedAt < COOLDOWN_MS ? null : ask()),
  };
}
