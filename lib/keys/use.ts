import { createHash } from 'node:crypto';
import { type Expression, type ExpressionBuilder, type SqlBool, sql } from 'kysely';
import type { Database, Db } from '../db/database.ts';
import { isMissingTable } from '../db/errors.ts';
import type { KeyReach, KeyScope } from '../db/tables/keys.ts';
import type { Tables } from '../db/tables.ts';
import { Failure } from '../failure.ts';
import { listStoredGroups, readContents } from '../groups/contents.ts';
import type { Instant } from '../instant.ts';
import type { ApiRequest } from '../request.ts';
import { findKey } from './secret.ts';

/** A key that was just used: it is known, neither revoked nor expired, and had a call left. */
export interface UsedKey {
  tenantId: number;
  keyId: number;
  name: string;
  scope: KeyScope;
  reach: KeyReach;
  groupId: number | null;
  hint: string;
  expiresAt: Instant;
}

/** When a call is made, and how many a key may make in a minute of the clock. */
interface Counting {
  now: Date;
  callsPerMinute: number;
}

const MINUTE_MS = 60_000;

/**
 * SHA-256 of a key, in hexadecimal. A slow hash, as for passwords, would protect nothing: nobody can try out 2^256 keys, and every
 * call would pay for it.
 */
export function hashKey(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}

/**
 * Finds a key and counts the call, in one statement: all containers count in the same row, which is why the limit holds for all of
 * them together. The last use is part of that statement, and changes once a minute. Throws `key_invalid`, `key_revoked`,
 * `key_expired` and `key_rate_limited`, after a second statement; none of them changes anything.
 */
export async function useKey(
  dbFor: Database['dbFor'],
  key: string,
  { now, callsPerMinute }: Counting,
): Promise<UsedKey> {
  const keyHash = hashKey(key);
  const db = dbFor({ keyHash });
  const used = await countCall(db, keyHash, { now, callsPerMinute });
  if (used) return used;
  throw await whyRefused(db, keyHash, { now, callsPerMinute });
}

async function countCall(
  db: Db,
  keyHash: string,
  { now, callsPerMinute }: Counting,
): Promise<UsedKey | undefined> {
  const minute = Math.floor(now.getTime() / MINUTE_MS);
  // The clocks of two containers differ a little, so that one may already count in the next minute. Then so do the others.
  const isCounting = (eb: ExpressionBuilder<Tables, 'apiKey'>) =>
    eb.between('callMinute', minute, minute + 1);
  const at = now.toISOString();
  return db
    .updateTable('apiKey')
    .set((eb) => ({
      callCount: eb
        .case()
        .when(isCounting(eb))
        .then(sql<number>`${sql.ref('callCount')} + 1`)
        .else(sql.lit(1))
        .end(),
      callMinute: eb.case().when(isCounting(eb)).then(eb.ref('callMinute')).else(sql.lit(minute)).end(),
      lastUsedAt: eb
        .case()
        .when(eb.between('lastUsedAt', new Date(now.getTime() - MINUTE_MS).toISOString(), at))
        .then(eb.ref('lastUsedAt'))
        .else(eb.cast<Instant>(eb.val(at), 'timestamptz'))
        .end(),
    }))
    .where('secretHash', '=', keyHash)
    .where('revokedAt', 'is', null)
    .where('expiresAt', '>', at)
    .where((eb): Expression<SqlBool> => eb.or([eb.not(isCounting(eb)), eb('callCount', '<', callsPerMinute)]))
    .returning(['tenantId', 'keyId', 'name', 'scope', 'reach', 'groupId', 'hint', 'expiresAt'])
    .executeTakeFirst();
}

async function whyRefused(db: Db, keyHash: string, { now, callsPerMinute }: Counting): Promise<Failure> {
  const key = await db
    .selectFrom('apiKey')
    .select(['revokedAt', 'expiresAt'])
    .where('secretHash', '=', keyHash)
    .executeTakeFirst();
  if (!key) return new Failure('key_invalid');
  if (key.revokedAt !== null) return new Failure('key_revoked');
  if (key.expiresAt <= now.toISOString()) {
    const message = `This API key expired on ${key.expiresAt.slice(0, 10)}. Ask a manager of the tenant for another one.`;
    return new Failure('key_expired', message);
  }
  const retryAfter = Math.ceil((MINUTE_MS - (now.getTime() % MINUTE_MS)) / 1000);
  const message = `This API key has made its ${callsPerMinute} calls of this minute. Try again in ${retryAfter} seconds.`;
  return new Failure('key_rate_limited', message, { retryAfter });
}

/** The repositories that a key is for now; null means all of the tenant. Nothing, if its group is gone. */
export async function listKeyRepositories(
  db: Db,
  { tenantId, keyId, reach, groupId }: Pick<UsedKey, 'tenantId' | 'keyId' | 'reach' | 'groupId'>,
): Promise<number[] | null> {
  if (reach === 'all') return null;
  if (reach === 'group') {
    const groups = groupId === null ? [] : await listStoredGroups(db, tenantId, [groupId]);
    const contents = await readContents(db, { tenantId, repositoryIds: null }, groups);
    return [...contents.values()].flatMap((one) => one.repositoryIds);
  }
  const rows = await db
    .selectFrom('apiKeyRepository')
    .select('repositoryId')
    .where('tenantId', '=', tenantId)
    .where('keyId', '=', keyId)
    .orderBy('repositoryId')
    .execute();
  return rows.map(({ repositoryId }) => repositoryId);
}

/** What the log of who did what calls a key. No e-mail address looks like this. */
export function toKeyActor({ name, hint }: Pick<UsedKey, 'name' | 'hint'>): string {
  return `API key ${name} (gta_${hint}…)`;
}

/**
 * Throws `key_in_address` if the request's address holds a key, and notes it with the key, so that its managers learn that it may
 * have leaked. It is not revoked: only its holder and who reads their logs know it, and ending it here would stop every other program that
 * uses it.
 */
export async function refuseKeyInAddress(
  dbFor: Database['dbFor'],
  request: ApiRequest,
  now: Date,
): Promise<void> {
  const key = findKey(request.url);
  if (key === undefined) return;
  const keyHash = hashKey(key);
  await dbFor({ keyHash })
    .updateTable('apiKey')
    .set({ exposedAt: now.toISOString() })
    .where('secretHash', '=', keyHash)
    .where('exposedAt', 'is', null)
    .execute()
    .catch(unlessMissing);
  throw new Failure('key_in_address');
}

/** Before the installation is initialized, there is no table, and no key. */
function unlessMissing(error: unknown): void {
  if (!isMissingTable(error)) throw error;
}
