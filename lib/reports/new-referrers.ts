import type { NewReferrer } from '../answers/channels.ts';
import type { Day } from '../day.ts';
import type { Db } from '../db/database.ts';
import { toFullName } from '../repositories/repository.ts';
import { listFirstSeenReferrers } from '../snapshots.ts';

const MAX_REFERRERS = 10;

/** The referrers that the list of one of these repositories first named in this span, by views. A repository's first list does not count. */
export async function listNewReferrers(
  db: Db,
  tenantId: number,
  { from, to }: { from: Day; to: Day },
  repositories: readonly { repositoryId: number; owner: string; name: string }[],
): Promise<NewReferrer[]> {
  const rows = await listFirstSeenReferrers(db, { tenantId, repositoryIds: null }, { from, to });
  const names = new Map(repositories.map((row) => [row.repositoryId, toFullName(row)]));
  const found = new Map<string, NewReferrer>();
  for (const { repositoryId, referrer, viewCount } of rows) {
    const fullName = names.get(repositoryId);
    if (fullName === undefined) continue;
    const one = found.get(referrer) ?? { referrer, viewCount: 0, repositories: [] };
    const repositoryNames = [...one.repositories, fullName].sort();
    found.set(referrer, {
      referrer,
      viewCount: Math.max(one.viewCount, viewCount),
      repositories: repositoryNames,
    });
  }
  return [...found.values()].sort((one, other) => other.viewCount - one.viewCount).slice(0, MAX_REFERRERS);
}
