import { createLocalJWKSet, type JSONWebKeySet, type JWK, type JWTVerifyGetKey } from 'jose';
import type { Db } from '../db/database.ts';
import { isMissingTable } from '../db/errors.ts';
import { given, inTransaction, type Merge, mergeRows } from '../db/portable.ts';
import { widthOf } from '../db/tables.ts';
import { Failure } from '../failure.ts';

/** What an OpenID Connect provider publishes about itself. */
export interface Provider {
  /** As its tokens name it. */
  issuer: string;
  userinfoUrl: string;
  /** Finds the public key that a token says it was signed with. */
  keys: JWTVerifyGetKey;
  readAt: Date;
}

/** Knows the provider without asking it for every container that starts. */
export interface ProviderSource {
  /**
   * The provider as it was at most six hours ago: so long a key that it has withdrawn may still be trusted. Throws 503
   * `identity_provider_unavailable`.
   */
  current(): Promise<Provider>;
  /** The provider as it is now; null when it was asked less than 30 seconds ago. Throws like `current`. */
  renewed(): Promise<Provider | null>;
}

const TIMEOUT_MS = 8_000;
const FRESH_MS = 6 * 3_600_000;
/** Whoever sends tokens of unknown keys does not make this ask the provider each time. */
const COOLDOWN_MS = 30_000;
/** Characters of a key set that the database holds: ten keys of the longest kind in use. A longer one is not kept. */
const MAX_KEYS_LENGTH = widthOf('identityProvider', 'keySet');
/** What a public key for signatures is made of: RFC 7517 §4, RFC 7518 §6, RFC 8037. Certificates are long, and not used. */
const KEY_MEMBERS = ['kty', 'kid', 'use', 'alg', 'n', 'e', 'crv', 'x', 'y'];

/** The failure of a token that is not accepted. */
export const invalidToken = () => new Failure('access_token_invalid');

/** The failure of a provider that does not answer as it should. */
export const unavailable = () => new Failure('identity_provider_unavailable');

/** Asks the provider for a JSON document. Throws `identity_provider_unavailable`, and 401 where it refuses the token. */
export async function fetchDocument(url: string, token?: string): Promise<Record<string, unknown>> {
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const response = await fetch(url, {
    headers: { accept: 'application/json', ...authorization },
    signal: AbortSignal.timeout(TIMEOUT_MS),
  }).catch(() => null);
  if (token !== undefined && (response?.status === 401 || response?.status === 403)) throw invalidToken();
  if (!response?.ok) throw unavailable();
  const document: unknown = await response.json().catch(() => null);
  if (typeof document !== 'object' || document === null) throw unavailable();
  return { ...document };
}

/** A row of the table. */
interface Stored {
  tokenIssuer: string;
  userinfoUrl: string;
  keySet: string;
  readAt: string;
}

/** OpenID Connect Discovery 1.0 §4. */
async function discover(issuer: string, now: Date): Promise<Stored> {
  const found = await fetchDocument(`${issuer}/.well-known/openid-configuration`);
  const { issuer: tokenIssuer, jwks_uri: keysUrl, userinfo_endpoint: userinfoUrl } = found;
  const isSame = typeof tokenIssuer === 'string' && tokenIssuer.replace(/\/$/, '') === issuer;
  if (!isSame || typeof keysUrl !== 'string' || typeof userinfoUrl !== 'string') throw unavailable();
  const { keys } = await fetchDocument(keysUrl);
  if (!Array.isArray(keys)) throw unavailable();
  const keySet = JSON.stringify({ keys: keys.filter(isAsymmetric).map(toPublicMembers) });
  return { tokenIssuer, userinfoUrl, keySet, readAt: now.toISOString() };
}

const isAsymmetric = (key: JWK | null) => ['RSA', 'EC', 'OKP'].includes(String(key?.kty));

const toPublicMembers = (key: JWK) =>
  Object.fromEntries(Object.entries(key).filter(([name]) => KEY_MEMBERS.includes(name)));

const toProvider = ({ tokenIssuer, userinfoUrl, keySet, readAt }: Stored): Provider => ({
  issuer: tokenIssuer,
  userinfoUrl,
  readAt: new Date(readAt),
  keys: createLocalJWKSet(JSON.parse(keySet) as JSONWebKeySet),
});

/** Also when the clock was set back, what is kept is not fresh for longer. */
function isFresh(readAt: Date, now: Date): boolean {
  return Math.abs(now.getTime() - readAt.getTime()) < FRESH_MS;
}

/** Before the installation is initialised there is no table: then nothing is stored. */
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

async function store(db: Db, issuer: string, stored: Stored): Promise<void> {
  if (stored.keySet.length > MAX_KEYS_LENGTH) return;
  await inTransaction(db, (trx) => mergeRows(trx, providers, [{ issuer, ...stored }])).catch(unlessMissing);
}

/**
 * Knows the provider at `issuer`, which is asked at most every six hours: its answer is kept in the database, so that a
 * container that starts need not wait for it. Whoever can write to that table can let anybody in, as with the roles.
 */
export function openProvider(options: { issuer: string; db: Db; clock: () => Date }): ProviderSource {
  const { issuer, db, clock } = options;
  let known: Provider | undefined;
  let askedAt = Number.NEGATIVE_INFINITY;

  const ask = async () => {
    askedAt = performance.now();
    const stored = await discover(issuer, clock());
    await store(db, issuer, stored);
    known = toProvider(stored);
    return known;
  };

  return {
    current: async () => {
      if (known && isFresh(known.readAt, clock())) return known;
      const stored = await findStored(db, issuer);
      if (!stored || !isFresh(new Date(stored.readAt), clock())) return ask();
      known = toProvider(stored);
      return known;
    },
    renewed: async () => (performance.now() - askedAt < COOLDOWN_MS ? null : ask()),
  };
}
