import type { Database } from './db/database.ts';
import { migrate } from './db/migrate.ts';
import { inTransaction } from './db/portable.ts';
import { SCHEMA_VERSION } from './db/schema.ts';
import type { Secrets } from './secrets.ts';

/** What an upgrade works with. */
export interface UpgradeServices extends Database {
  secrets: Secrets;
  clock: () => Date;
}

/** What an upgrade did. */
export interface Upgrade {
  /** The version of the schema, which is now the code's. */
  schema: number;
  /** GitHub tokens that were sealed again, with the first key. */
  resealed: number;
  /** Tenants whose token none of the keys opens: somebody has to give it again. */
  unreadable: number;
}

/**
 * Creates the schema or brings it to this code's version, then seals every GitHub token with the first key, so that the
 * other keys are not needed any more. Doing it again changes nothing. Throws `schema_mismatch` when the stored schema is
 * newer than the code.
 */
export async function upgradeInstallation(services: UpgradeServices): Promise<Upgrade> {
  const { db, dialect, clock } = services;
  await inTransaction(db, (trx) => migrate(trx, dialect, clock().toISOString()));
  return { schema: SCHEMA_VERSION, ...(await resealTokens(services)) };
}

type Sealing = Pick<UpgradeServices, 'db' | 'secrets'>;

/** Seals every GitHub token with the first key that another one sealed. */
export async function resealTokens({ db, secrets }: Sealing): Promise<Omit<Upgrade, 'schema'>> {
  const tenants = await db.selectFrom('tenant').select(['tenantId', 'tokenSealed']).execute();
  const stale = tenants.filter(({ tokenSealed }) => !secrets.isCurrent(tokenSealed));
  let resealed = 0;
  for (const tenant of stale) if (await reseal({ db, secrets }, tenant)) resealed += 1;
  return { resealed, unreadable: stale.length - resealed };
}

/** False when no key opens it. A token that was replaced meanwhile stays as it is: it was sealed with a current key. */
async function reseal(
  { db, secrets }: Sealing,
  { tenantId, tokenSealed }: { tenantId: number; tokenSealed: string },
): Promise<boolean> {
  const token = await secrets.open(tokenSealed).catch(() => null);
  if (token === null) return false;
  await db
    .updateTable('tenant')
    .set({ tokenSealed: await secrets.seal(token) })
    .where('tenantId', '=', tenantId)
    .where('tokenSealed', '=', tokenSealed)
    .execute();
  return true;
}
