import type { Activations } from '../activations.ts';
import type { Db } from '../db/database.ts';

/** Whether anything is shared in the scope of the database, or in one tenant. */
export async function hasShares(db: Db, tenantId?: number): Promise<boolean> {
  const row = await db
    .selectFrom('share')
    .select('shareId')
    .$if(tenantId !== undefined, (query) => query.where('tenantId', '=', tenantId ?? 0))
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/**
 * Starts `publish` for a tenant, without waiting: what somebody may see has changed. Does nothing where nothing is shared. Never
 * throws: the hourly alarm publishes too.
 */
export async function startPublication(
  { db, activations }: { db: Db; activations: Activations },
  tenantId: number,
): Promise<void> {
  await quietly(async () => {
    if (await hasShares(db, tenantId)) await activations.start('publish', { tenantId });
  });
}

/** Starts `publish` for all tenants, which also removes files that no share has. Never throws. */
export async function startPublicationOfAll(activations: Activations): Promise<void> {
  await quietly(() => activations.start('publish', {}));
}

async function quietly(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const code = error instanceof Error ? error.name : 'thrown';
    console.log(JSON.stringify({ level: 'warn', event: 'publication not started', code }));
  }
}
