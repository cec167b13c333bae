import type { Transaction } from 'kysely';
import type { TenantAccess } from '../access.ts';
import { addDays, type Day, startOf } from '../day.ts';
import type { Db } from '../db/database.ts';
import { given, type Merge, mergeRows } from '../db/portable.ts';
import type { Tables } from '../db/tables.ts';
import type { RepositoryKey } from '../traffic/tables.ts';

/** What a repository had on a day, as of the day's last run. */
export interface RepositoryFact {
  factDate: Day;
  /** Null is unknown: only imported facts may not know everything. */
  stars: number | null;
  forks: number | null;
  /** Accounts that watch it. */
  subscribers: number | null;
  /** Open issues and pull requests. */
  openIssues: number | null;
}

/** Stores facts of a day. A later run on the same day replaces them. */
export async function saveFacts(
  trx: Transaction<Tables>,
  facts: readonly (RepositoryKey & RepositoryFact)[],
): Promise<void> {
  const counts = ['stars', 'forks', 'subscribers', 'openIssues'] as const;
  await mergeRows(
    trx,
    {
      into: 'repositoryFact',
      key: ['tenantId', 'repositoryId', 'factDate'],
      update: {
        ...Object.fromEntries(counts.map((count) => [count, given(count)])),
        importId: given('importId'),
      },
    },
    [...facts],
  );
}

/** The facts of the collected days in a span, oldest first. */
export async function listFacts(db: Db, key: RepositoryKey, from: Day, to: Day): Promise<RepositoryFact[]> {
  return db
    .selectFrom('repositoryFact')
    .select(['factDate', 'stars', 'forks', 'subscribers', 'openIssues'])
    .where('tenantId', '=', key.tenantId)
    .where('repositoryId', '=', key.repositoryId)
    .where('factDate', '>=', from)
    .where('factDate', '<=', to)
    .orderBy('factDate')
    .execute();
}

/** A change of a repository that a collection or a rule noticed. */
export type RepositoryEvent = Pick<
  Tables['repositoryEvent'],
  'kind' | 'occurredAt' | 'nameBefore' | 'nameAfter'
>;

const repositoryEvents: Merge<'repositoryEvent'> = {
  into: 'repositoryEvent',
  key: ['tenantId', 'repositoryId', 'kind', 'occurredAt'],
};

/** Stores events. One that is stored already stays as it is. */
export async function saveEvents(
  trx: Transaction<Tables>,
  events: readonly (RepositoryKey & RepositoryEvent)[],
): Promise<void> {
  await mergeRows(trx, repositoryEvents, [...events]);
}

/** The events of the repositories in scope on the days of a span, newest first. */
export async function listRepositoryEvents(
  db: Db,
  { tenantId, repositoryIds }: TenantAccess,
  { from, to }: { from: Day; to: Day },
): Promise<(RepositoryEvent & { repositoryId: number })[]> {
  if (repositoryIds?.length === 0) return [];
  return db
    .selectFrom('repositoryEvent')
    .select(['repositoryId', 'kind', 'occurredAt', 'nameBefore', 'nameAfter'])
    .where('tenantId', '=', tenantId)
    .$if(repositoryIds !== null, (query) => query.where('repositoryId', 'in', repositoryIds ?? []))
    .where('occurredAt', '>=', startOf(from).toISOString())
    .where('occurredAt', '<', startOf(addDays(to, 1)).toISOString())
    .orderBy('occurredAt', 'desc')
    .orderBy('repositoryId')
    .orderBy('kind')
    .execute();
}
