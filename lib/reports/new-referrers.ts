import type { NewReferrer } from '../answers/channels.ts';
import type { Day } from '../day.ts';
import type { Db } from '../db/database.ts';
import { toFullName } from '../repositories/repository.ts';

const MAX_REFERRERS = 10;

/**
 * The referrers that were never in a repository's list before the span, those with the most views first. A repository's
 * first list is no news.
 */
export async function listNewReferrers(
  db: Db,
  tenantId: number,
  { from, to }: { from: Day; to: Day },
  repositories: readonly { repositoryId: number; owner: string; name: string }[],
): Promise<NewReferrer[]> {
  const first = db
    .selectFrom('trafficWindow')
    .select(({ fn }) => ['repositoryId', fn.min('observedDate').as('firstDate')])
    .where('tenantId', '=', tenantId)
    .groupBy('repositoryId');
  const rows = await db
    .selectFrom('referrerSnapshot as s')
    .innerJoin(first.as('f'), 'f.repositoryId', 's.repositoryId')
    .select(({ fn }) => ['s.repositoryId', 's.referrer', fn.max('s.viewCount').as('viewCount')])
    .where('s.tenantId', '=', tenantId)
    .where('f.firstDate', '<', from)
    .where('s.snapshotDate', '<=', to)
    .groupBy(['s.repositoryId', 's.referrer'])
    .having(({ fn }) => fn.min('s.snapshotDate'), '>=', from)
    .execute();
  const names = new Map(repositories.map((row) => [row.repositoryId, toFullName(row)]));
  const found = new Map<string, NewReferrer>();
  for (const { repositoryId, referrer, viewCount } of rows) {
    const one = found.get(referrer) ?? { referrer, viewCount: 0, repositories: [] };
    const repositoryNames = [...one.repositories, names.get(repositoryId) ?? ''].filter(Boolean).sort();
    found.set(referrer, {
      referrer,
      viewCount: Math.max(one.viewCount, viewCount),
      repositories: repositoryNames,
    });
  }
  return [...found.values()].sort((one, other) => other.viewCount - one.viewCount).slice(0, MAX_REFERRERS);
}
