import type { Db } from '../db/database.ts';

/** How many colors the pages have for repositories. */
const COLORS = 8;

/**
 * The color of each repository of a tenant, as a place in the pages' list of eight. It follows the order in which the tenant
 * got its repositories, so that neighbors differ, and it is the same for everybody, whatever they may see.
 */
export async function readColorIndexes(db: Db, tenantId: number): Promise<(repositoryId: number) => number> {
  const rows = await db
    .selectFrom('repository')
    .select('repositoryId')
    .where('tenantId', '=', tenantId)
    .orderBy('repositoryId')
    .execute();
  const places = new Map(rows.map(({ repositoryId }, place) => [repositoryId, place % COLORS]));
  return (repositoryId) => places.get(repositoryId) ?? 0;
}
