import type { Db } from '../db/database.ts';

/** How many colors the pages have for repositories. */
const COLORS = 8;

/**
 * The color of a new repository of a tenant, as a place in the pages' list of eight: the first that the fewest of its repositories
 * have. It is stored with the repository, so that it is the same on all pages, for everybody, and whatever is removed later.
 */
export async function chooseColorIndex(db: Db, tenantId: number): Promise<number> {
  const rows = await db
    .selectFrom('repository')
    .select(({ fn }) => ['colorIndex', fn.countAll<number>().as('count')])
    .where('tenantId', '=', tenantId)
    .groupBy('colorIndex')
    .execute();
  const counts = Array.from(
    { length: COLORS },
    (_, index) => rows.find(({ colorIndex }) => colorIndex === index)?.count ?? 0,
  );
  return counts.indexOf(Math.min(...counts));
}
