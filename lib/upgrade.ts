import { recordAudit } from './audit.ts';
import type { Config } from './config.ts';
import type { Database, Db } from './db/database.ts';
import type { DatabaseRole } from './db/grants.ts';
import { listWeaknesses, toActingUsers } from './db/isolation.ts';
import { migrate } from './db/migrate.ts';
import { inTransaction } from './db/portable.ts';
import { readSchemaState, SCHEMA_VERSION } from './db/schema.ts';
import { Failure } from './failure.ts';
import { plural } from './number-format.ts';
import type { Secrets } from './secrets.ts';
import { type CorrectedTraffic, correctTraffic } from './traffic/correction-tables.ts';

/** What an upgrade works with. */
export interface UpgradeServices extends Database {
  config: Pick<Config, 'databaseUrls'>;
  openAs(role: DatabaseRole): Database;
  secrets: Secrets;
  clock: () => Date;
  /** Whether there is time to look at more repositories. */
  isTime: () => boolean;
}

/** What an upgrade did. */
export interface Upgrade {
  /** The version of the schema, which is now the code's. */
  schema: number;
  /** What the database does not enforce, in sentences. */
  weaknesses: string[];
  /** GitHub tokens and addresses of channels that were sealed again, with the first key. */
  resealed: number;
  /** Tokens and addresses that none of the keys opens: somebody has to give them again. */
  unreadable: number;
  /** Stored days that were corrected. */
  traffic: CorrectedTraffic;
}

/**
 * Creates the schema or brings it to this code's version, then seals every secret with the first key, so that the
 * other keys are not needed any more, then corrects stored days of repositories whose id is larger than `after`. If time
 * runs out, `traffic.next` says where to continue. Doing it again changes nothing. Throws `schema_mismatch` when the
 * stored schema is newer than the code.
 */
export async function upgradeInstallation(services: UpgradeServices, after: number): Promise<Upgrade> {
  const { db, dialect, config, clock, isTime } = services;
  const users = toActingUsers(config.databaseUrls);
  await inTransaction(db, (trx) => migrate(trx, dialect, clock().toISOString(), users));
  await requireAddresses(services);
  const weaknesses = await listWeaknesses(db, dialect, config.databaseUrls);
  const sealed = await resealTokens(services);
  const traffic = await correctTraffic(db, { after, now: clock(), isTime });
  return { schema: SCHEMA_VERSION, weaknesses, ...sealed, traffic };
}

const ADDRESSES = { web: 'DATABASE_URL', collector: 'COLLECT_DATABASE_URL' } as const;

/** Throws `misconfigured` unless the database can be read at each address. */
async function requireAddresses({ config, openAs }: UpgradeServices): Promise<void> {
  const { databaseUrls } = config;
  for (const role of ['web', 'collector'] as const) {
    if (databaseUrls[role] === databaseUrls.owner) continue;
    const { db } = openAs(role);
    const state = await readSchemaState(db).catch((error: unknown) => error);
    await db.destroy();
    if (!(state instanceof Error)) continue;
    const message = `The database of ${ADDRESSES[role]} cannot be used (${state.message}). Check the address, the role and its password.`;
    throw new Failure('misconfigured', message);
  }
}

type Sealing = Pick<UpgradeServices, 'db' | 'secrets' | 'clock'>;

/** A stored secret, and how it is replaced where it is still the same. */
interface Sealed {
  sealed: string;
  replace(next: string): Promise<unknown>;
}

/** Seals every secret with the first key that another one sealed. */
export async function resealTokens({
  db,
  secrets,
  clock,
}: Sealing): Promise<Pick<Upgrade, 'resealed' | 'unreadable'>> {
  const all = [...(await listTokens(db)), ...(await listAppKeys(db)), ...(await listAddresses(db))];
  const stale = all.filter(({ sealed }) => !secrets.isCurrent(sealed));
  let resealed = 0;
  for (const one of stale) if (await reseal(secrets, one)) resealed += 1;
  if (resealed > 0) await recordResealing(db, resealed, clock());
  return { resealed, unreadable: stale.length - resealed };
}

function recordResealing(db: Db, count: number, now: Date): Promise<void> {
  const detail = plural(count, 'token or address', 'tokens and addresses');
  const sealing = { tenantId: null, kind: 'secrets_resealed', subject: 'TOKEN_KEY', detail } as const;
  return inTransaction(db, (trx) => recordAudit(trx, { email: null, now }, sealing));
}

/** False when no key opens it. What was replaced meanwhile stays as it is: it was sealed with a current key. */
async function reseal(secrets: Secrets, { sealed, replace }: Sealed): Promise<boolean> {
  const text = await secrets.open(sealed).catch(() => null);
  if (text === null) return false;
  await replace(await secrets.seal(text));
  return true;
}

async function listTokens(db: Db): Promise<Sealed[]> {
  const tenants = await db.selectFrom('tenant').select(['tenantId', 'tokenSealed']).execute();
  return tenants.map(({ tenantId, tokenSealed: sealed }) => ({
    sealed,
    replace: (next) =>
      db
        .updateTable('tenant')
        .set({ tokenSealed: next })
        .where('tenantId', '=', tenantId)
        .where('tokenSealed', '=', sealed)
        .execute(),
  }));
}

async function listAppKeys(db: Db): Promise<Sealed[]> {
  const apps = await db.selectFrom('githubApp').select(['serverId', 'keySealed']).execute();
  return apps.map(({ serverId, keySealed: sealed }) => ({
    sealed,
    replace: (next) =>
      db
        .updateTable('githubApp')
        .set({ keySealed: next })
        .where('serverId', '=', serverId)
        .where('keySealed', '=', sealed)
        .execute(),
  }));
}

async function listAddresses(db: Db): Promise<Sealed[]> {
  const channels = await db
    .selectFrom('channel')
    .select(['tenantId', 'channelId', 'addressSealed'])
    .execute();
  return channels.map(({ tenantId, channelId, addressSealed: sealed }) => ({
    sealed,
    replace: (next) =>
      db
        .updateTable('channel')
        .set({ addressSealed: next })
        .where('tenantId', '=', tenantId)
        .where('channelId', '=', channelId)
        .where('addressSealed', '=', sealed)
        .execute(),
  }));
}
