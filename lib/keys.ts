import type { Transaction } from 'kysely';
import type { ApiKey, OwnKey } from './answers/keys.ts';
import { type Actor, recordAudit } from './audit.ts';
import type { Db } from './db/database.ts';
import { isDuplicateKey } from './db/errors.ts';
import { insertRows, inTransaction } from './db/portable.ts';
import type { KeyReach, KeyScope } from './db/tables/keys.ts';
import type { Tables } from './db/tables.ts';
import { Failure } from './failure.ts';
import { getGroupName } from './groups.ts';
import { rightsOfKey } from './keys/scopes.ts';
import type { UsedKey } from './keys/use.ts';
import { lockTenant } from './locks.ts';
import { plural } from './number-format.ts';
import { requireRepositories, toFullName } from './repositories/repository.ts';
import { notFound } from './request.ts';
import { logsKeptSince } from './retention.ts';

/** What a key is made of. Its secret stays with whoever made it. */
export interface NewKey {
  name: string;
  scope: KeyScope;
  reach: KeyReach;
  /** The group of a key for a group. */
  groupId: number | null;
  /** The repositories of a key for some. */
  repositoryIds: number[];
  /** For how many days it works. */
  days: number;
  /** SHA-256 of the key, in hexadecimal. */
  secretHash: string;
  hint: string;
}

/** The most active keys of a tenant. */
const MAX_KEYS = 100;
/** The most keys of a list, those that ended included. */
const MAX_LISTED = 300;
/** How many repositories a list names for each key. */
const NAMED_REPOSITORIES = 5;
const DAY_MS = 86_400_000;

const SCOPE_WORDS: Record<KeyScope, string> = {
  read: 'read numbers',
  collect: 'read and collect',
  import: 'import',
  manage: 'manage',
  spreadsheet: 'spreadsheet',
  feed: 'feed',
};

type KeyRow = Awaited<ReturnType<ReturnType<typeof selectKeys>['execute']>>[number];

function selectKeys(db: Db, tenantId: number) {
  return db
    .selectFrom('apiKey')
    .leftJoin('repositoryGroup', (join) =>
      join
        .onRef('repositoryGroup.tenantId', '=', 'apiKey.tenantId')
        .onRef('repositoryGroup.groupId', '=', 'apiKey.groupId'),
    )
    .select(['apiKey.keyId', 'apiKey.name', 'apiKey.scope', 'apiKey.reach', 'apiKey.groupId', 'apiKey.hint'])
    .select(['apiKey.createdAt', 'apiKey.createdBy', 'apiKey.expiresAt', 'apiKey.lastUsedAt'])
    .select(['apiKey.revokedAt', 'apiKey.revokedBy', 'apiKey.exposedAt'])
    .select('repositoryGroup.name as groupName')
    .where('apiKey.tenantId', '=', tenantId);
}

/** The names of the repositories of keys for some repositories, in the order of the names. */
async function listNames(
  db: Db,
  tenantId: number,
  keyIds: readonly number[],
): Promise<Map<number, string[]>> {
  const names = new Map<number, string[]>();
  if (keyIds.length === 0) return names;
  const rows = await db
    .selectFrom('apiKeyRepository as k')
    .innerJoin('repository as r', (join) =>
      join.onRef('r.tenantId', '=', 'k.tenantId').onRef('r.repositoryId', '=', 'k.repositoryId'),
    )
    .select(['k.keyId', 'r.owner', 'r.name'])
    .where('k.tenantId', '=', tenantId)
    .where('k.keyId', 'in', [...keyIds])
    .orderBy('r.owner')
    .orderBy('r.name')
    .execute();
  for (const { keyId, ...row } of rows) names.set(keyId, [...(names.get(keyId) ?? []), toFullName(row)]);
  return names;
}

function stateOf(
  { revokedAt, expiresAt }: Pick<KeyRow, 'revokedAt' | 'expiresAt'>,
  now: Date,
): ApiKey['state'] {
  if (revokedAt !== null) return 'revoked';
  return expiresAt <= now.toISOString() ? 'expired' : 'active';
}

/** Those of the addresses that have a role in the tenant or in the system. */
async function listWithRole(db: Db, tenantId: number, emails: readonly string[]): Promise<Set<string>> {
  if (emails.length === 0) return new Set();
  const members = db
    .selectFrom('member')
    .select('email')
    .where('tenantId', '=', tenantId)
    .where('email', 'in', [...emails]);
  const system = db
    .selectFrom('systemRole')
    .select('email')
    .where('email', 'in', [...emails]);
  const rows = await members.union(system).execute();
  return new Set(rows.map(({ email }) => email));
}

interface Known {
  /** The names of the repositories of each key for some. */
  names: ReadonlyMap<number, readonly string[]>;
  withRole: ReadonlySet<string>;
}

async function readKnown(db: Db, tenantId: number, rows: readonly KeyRow[]): Promise<Known> {
  const named = rows.filter(({ reach }) => reach === 'repositories').map(({ keyId }) => keyId);
  const makers = [...new Set(rows.map(({ createdBy }) => createdBy))];
  return {
    names: await listNames(db, tenantId, named),
    withRole: await listWithRole(db, tenantId, makers),
  };
}

function toApiKey({ groupId, groupName, ...row }: KeyRow, known: Known, now: Date): ApiKey {
  const names = known.names.get(row.keyId) ?? [];
  return {
    ...row,
    makerHasRole: known.withRole.has(row.createdBy),
    group: groupId === null ? null : { groupId, name: groupName },
    repositoryCount: names.length,
    repositories: names.slice(0, NAMED_REPOSITORIES),
    state: stateOf(row, now),
  };
}

/** A tenant's keys: the active ones, then those that ended, each the newest first; at most 300. */
export async function listKeys(db: Db, tenantId: number, now: Date): Promise<ApiKey[]> {
  const isActive = (row: KeyRow) => stateOf(row, now) === 'active';
  const rows = await selectKeys(db, tenantId).orderBy('apiKey.keyId', 'desc').execute();
  const listed = [...rows.filter(isActive), ...rows.filter((row) => !isActive(row))].slice(0, MAX_LISTED);
  const known = await readKnown(db, tenantId, listed);
  return listed.map((row) => toApiKey(row, known, now));
}

async function getKey(db: Db, tenantId: number, keyId: number, now: Date): Promise<ApiKey> {
  const row = await selectKeys(db, tenantId).where('apiKey.keyId', '=', keyId).executeTakeFirst();
  if (!row) throw notFound('key');
  return toApiKey(row, await readKnown(db, tenantId, [row]), now);
}

/**
 * Makes a key. The same request again returns the key that it made. Throws `too_many_keys`, `group_not_found`,
 * `repository_not_found`, `tenant_not_found`, and `key_exists` if another key has the same secret.
 */
export async function createKey(
  db: Db,
  tenantId: number,
  key: NewKey,
  by: Actor,
): Promise<{ key: ApiKey; created: boolean }> {
  const { keyId, created } = await inTransaction(db, async (trx) => {
    await lockTenant(trx, tenantId);
    const known = await trx
      .selectFrom('apiKey')
      .select('keyId')
      .where('tenantId', '=', tenantId)
      .where('secretHash', '=', key.secretHash)
      .executeTakeFirst();
    if (known) return { keyId: known.keyId, created: false };
    await requireRoom(trx, tenantId, by.now);
    const group = key.groupId === null ? null : await getGroupName(trx, tenantId, key.groupId);
    const repositoryIds = [...new Set(key.repositoryIds)];
    await requireRepositories(trx, tenantId, repositoryIds);
    const inserted = await insertKey(trx, tenantId, key, by);
    await insertRows(
      trx,
      'apiKeyRepository',
      repositoryIds.map((repositoryId) => ({ tenantId, keyId: inserted, repositoryId })),
    );
    const words = { name: group?.name ?? null, count: repositoryIds.length };
    const detail = `${SCOPE_WORDS[key.scope]}, ${describeReach(key.reach, words)}, for ${plural(key.days, 'day')}`;
    await recordAudit(trx, by, { tenantId, kind: 'key_created', subject: toSubject(key), detail });
    return { keyId: inserted, created: true };
  }).catch((error: unknown) => {
    if (!isDuplicateKey(error)) throw error;
    throw new Failure('key_exists', 'There is a key with this secret already. Make another secret.');
  });
  return { key: await getKey(db, tenantId, keyId, by.now), created };
}

const toSubject = ({ name, hint }: Pick<NewKey, 'name' | 'hint'>) => `${name} (gta_${hint}…)`;

function describeReach(reach: KeyReach, { name, count }: { name: string | null; count: number }): string {
  if (reach === 'all') return 'all repositories';
  return reach === 'group' ? `the group ${name}` : plural(count, 'repository', 'repositories');
}

async function requireRoom(trx: Transaction<Tables>, tenantId: number, now: Date): Promise<void> {
  const { count } = await trx
    .selectFrom('apiKey')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('tenantId', '=', tenantId)
    .where('revokedAt', 'is', null)
    .where('expiresAt', '>', now.toISOString())
    .executeTakeFirstOrThrow();
  if (count < MAX_KEYS) return;
  throw new Failure('too_many_keys', `A tenant has at most ${MAX_KEYS} active keys. Revoke one first.`);
}

async function insertKey(
  trx: Transaction<Tables>,
  tenantId: number,
  { name, scope, reach, groupId, days, secretHash, hint }: NewKey,
  { email, now }: Actor,
): Promise<number> {
  const created = { createdAt: now.toISOString(), createdBy: email };
  const expiresAt = new Date(now.getTime() + days * DAY_MS).toISOString();
  const unused = { callMinute: 0, callCount: 0 };
  const { keyId } = await trx
    .insertInto('apiKey')
    .values({ tenantId, name, scope, reach, groupId, secretHash, hint, expiresAt, ...created, ...unused })
    .returning('keyId')
    .executeTakeFirstOrThrow();
  return keyId;
}

/** Revokes a key: its next call is refused. Doing it again changes nothing. Throws `key_not_found`. */
export async function revokeKey(db: Db, tenantId: number, keyId: number, by: Actor): Promise<ApiKey> {
  await inTransaction(db, async (trx) => {
    const { name, hint, scope } = await getKey(trx, tenantId, keyId, by.now);
    const { numUpdatedRows } = await trx
      .updateTable('apiKey')
      .set({ revokedAt: by.now.toISOString(), revokedBy: by.email })
      .where('tenantId', '=', tenantId)
      .where('keyId', '=', keyId)
      .where('revokedAt', 'is', null)
      .executeTakeFirst();
    if (numUpdatedRows === 0n) return;
    const subject = toSubject({ name, hint });
    await recordAudit(trx, by, { tenantId, kind: 'key_revoked', subject, detail: SCOPE_WORDS[scope] });
  });
  return getKey(db, tenantId, keyId, by.now);
}

/** What a key is, for the program that has it. */
export async function describeKey(db: Db, key: UsedKey): Promise<OwnKey> {
  const { tenantId, name, scope, reach, expiresAt } = key;
  const { name: tenantName } = await db
    .selectFrom('tenant')
    .select('name')
    .where('tenantId', '=', tenantId)
    .executeTakeFirstOrThrow();
  return { tenantId, tenantName, name, scope, reach, rights: [...rightsOfKey(key)], expiresAt };
}

/** Deletes keys that were revoked or expired more than a year ago. Returns how many. */
export async function deleteOldKeys(db: Db, now: Date): Promise<number> {
  const since = logsKeptSince(now);
  const { numDeletedRows } = await db
    .deleteFrom('apiKey')
    .where((eb) => eb.or([eb('revokedAt', '<', since), eb('expiresAt', '<', since)]))
    .executeTakeFirst();
  return Number(numDeletedRows);
}
