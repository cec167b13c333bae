import { type Selectable, sql, type Transaction } from 'kysely';
import type { TenantAccess } from './access.ts';
import { type Day, toDay } from './day.ts';
import type { Db } from './db/database.ts';
import { inTransaction } from './db/portable.ts';
import type { Instant, Schedule, Tables, Visibility } from './db/tables.ts';
import { type RepositoryEvent, saveEvents } from './repository-facts.ts';
import { notFound } from './request.ts';
import type { RepositoryKey } from './traffic.ts';
import { daysUntilLoss } from './traffic-day.ts';

/** What stands in a repository's way since when, and how long there is to mend it. */
export interface Problem {
  code: string;
  message: string;
  since: Instant;
  daysUntilLoss: number | null;
}

/** A repository as it is shown. */
export interface Repository {
  repositoryId: number;
  githubId: number;
  owner: string;
  name: string;
  fullName: string;
  webUrl: string;
  visibility: Visibility;
  archived: boolean;
  schedule: Schedule;
  addedAt: Instant;
  addedBy: string;
  firstCoveredDate: Day | null;
  lastCoveredDate: Day | null;
  lastSuccessAt: Instant | null;
  problem: Problem | null;
}

/** How much is stored for a repository. */
export interface Stored {
  trafficDays: number;
  firstDate: Day | null;
  lastDate: Day | null;
  snapshots: number;
}

/** A stored repository with its server's address and its newest stars. */
export type RepositoryRow = Selectable<Tables['repository']> & { serverUrl: string; stars: number | null };

/** Every table with rows of a repository, children first. */
const TABLES = [
  'trafficDay',
  'trafficRevision',
  'trafficWeek',
  'trafficWindow',
  'referrerSnapshot',
  'pathSnapshot',
  'repositoryFact',
  'repositoryEvent',
  'memberRepository',
  'repository',
] as const;

/** The rows of the repositories in scope, by full name. */
export async function listRepositoryRows(
  db: Db,
  { tenantId, repositoryIds }: TenantAccess,
): Promise<RepositoryRow[]> {
  if (repositoryIds?.length === 0) return [];
  return db
    .selectFrom('repository as r')
    .innerJoin('tenant as t', 't.tenantId', 'r.tenantId')
    .innerJoin('githubServer as s', 's.serverId', 't.serverId')
    .leftJoin('repositoryFact as f', (join) =>
      join
        .onRef('f.tenantId', '=', 'r.tenantId')
        .onRef('f.repositoryId', '=', 'r.repositoryId')
        .onRef('f.factDate', '=', 'r.lastCoveredDate'),
    )
    .selectAll('r')
    .select(['s.webUrl as serverUrl', 'f.stars'])
    .where('r.tenantId', '=', tenantId)
    .$if(repositoryIds !== null, (query) => query.where('r.repositoryId', 'in', repositoryIds ?? []))
    .orderBy('r.owner')
    .orderBy('r.name')
    .execute();
}

/** The row of one repository in scope; throws `repository_not_found`. */
export async function requireRepositoryRow(
  db: Db,
  { tenantId, repositoryIds }: TenantAccess,
  repositoryId: number,
): Promise<RepositoryRow> {
  const visible = repositoryIds === null || repositoryIds.includes(repositoryId);
  const [row] = visible ? await listRepositoryRows(db, { tenantId, repositoryIds: [repositoryId] }) : [];
  if (!row) throw notFound('repository');
  return row;
}

/** A stored repository as it is shown at an instant. */
export function toRepository(row: RepositoryRow, now: Date): Repository {
  return {
    repositoryId: row.repositoryId,
    githubId: row.githubId,
    owner: row.owner,
    name: row.name,
    fullName: toFullName(row),
    webUrl: toWebUrl(row),
    visibility: row.visibility,
    archived: row.archivedAt !== null,
    schedule: row.schedule,
    addedAt: row.addedAt,
    addedBy: row.addedBy,
    firstCoveredDate: row.firstCoveredDate,
    lastCoveredDate: row.lastCoveredDate,
    lastSuccessAt: row.lastSuccessAt,
    problem: toProblem(row, now),
  };
}

/** The problem that the newest collection of a repository met; null when it went well. */
export function toProblem(row: RepositoryRow, now: Date): Problem | null {
  const { failureCode, failureMessage, failureAt, lastCoveredDate } = row;
  if (failureCode === null || failureAt === null) return null;
  return {
    code: failureCode,
    message: failureMessage ?? '',
    since: failureAt,
    daysUntilLoss: daysUntilLoss(lastCoveredDate, toDay(now)),
  };
}

export function toFullName({ owner, name }: { owner: string; name: string }): string {
  return `${owner}/${name}`;
}

/** The address of the repository's page on its GitHub server. */
export function toWebUrl(row: RepositoryRow): string {
  return `${row.serverUrl.replace(/\/+$/, '')}/${toFullName(row)}`;
}

/** How much is stored for one repository. */
export async function readStored(db: Db, tenantId: number, repositoryId: number): Promise<Stored> {
  const days = await db
    .selectFrom('trafficDay')
    .select(({ fn }) => [
      fn.countAll<number>().as('trafficDays'),
      fn.min('trafficDate').as('firstDate'),
      fn.max('trafficDate').as('lastDate'),
    ])
    .where('tenantId', '=', tenantId)
    .where('repositoryId', '=', repositoryId)
    .executeTakeFirstOrThrow();
  const windows = await db
    .selectFrom('trafficWindow')
    .select(({ fn }) => fn.countAll<number>().as('snapshots'))
    .where('tenantId', '=', tenantId)
    .where('repositoryId', '=', repositoryId)
    .executeTakeFirstOrThrow();
  return { ...days, snapshots: windows.snapshots };
}

/** Removes one repository with everything that is stored for it and tells what that was; throws `repository_not_found`. */
export async function removeRepository(db: Db, scope: TenantAccess, repositoryId: number) {
  return inTransaction(db, async (trx) => {
    const row = await requireRepositoryRow(trx, scope, repositoryId);
    const deleted = await readStored(trx, scope.tenantId, repositoryId);
    const removed = await deleteRepositories(trx, {
      tenantId: scope.tenantId,
      repositoryIds: [repositoryId],
    });
    if (removed === 0) throw notFound('repository');
    return { repositoryId, fullName: toFullName(row), deleted };
  });
}

/**
 * Deletes repositories of a tenant with everything that is stored for them, and answers how many there were. The log of
 * past runs stays; what waits in a run is taken out of it. Holds the repositories' rows first, as a collection does.
 */
export async function deleteRepositories(
  trx: Transaction<Tables>,
  { tenantId, repositoryIds }: TenantAccess,
): Promise<number> {
  if (repositoryIds?.length === 0) return 0;
  await trx
    .updateTable('repository')
    .set({ schedule: 'paused' })
    .where('tenantId', '=', tenantId)
    .$if(repositoryIds !== null, (query) => query.where('repositoryId', 'in', repositoryIds ?? []))
    .execute();
  let deleted = 0;
  for (const table of ['runRepository', ...TABLES] as const) {
    const result = await trx
      .deleteFrom(table)
      .where('tenantId', '=', tenantId)
      .$if(repositoryIds !== null, (query) => query.where('repositoryId', 'in', repositoryIds ?? []))
      .$if(table === 'runRepository', (query) => query.where('state', '=', 'waiting'))
      .executeTakeFirst();
    deleted = Number(result.numDeletedRows);
  }
  return deleted;
}

/** What one collection learnt of a repository. */
export interface Collected {
  visibility: Visibility;
  firstCoveredDate: Day;
  now: Date;
}

/**
 * Writes that a collection succeeded and ends the problem there was. Holds the repository's row until the transaction's
 * end, so that collections of one repository follow each other; false when it was removed meanwhile.
 */
export async function saveSuccess(
  trx: Transaction<Tables>,
  { tenantId, repositoryId }: RepositoryKey,
  { visibility, firstCoveredDate, now }: Collected,
): Promise<boolean> {
  const at = now.toISOString();
  const result = await trx
    .updateTable('repository')
    .set({
      visibility,
      firstCoveredDate: sql<Day>`case when first_covered_date < ${firstCoveredDate} then first_covered_date else cast(${firstCoveredDate} as date) end`,
      lastCoveredDate: sql<Day>`case when last_covered_date > ${toDay(now)} then last_covered_date else cast(${toDay(now)} as date) end`,
      lastSuccessAt: at,
      ...{ failureCode: null, failureMessage: null, failureAt: null },
    })
    .where('tenantId', '=', tenantId)
    .where('repositoryId', '=', repositoryId)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

/** Writes why a collection failed; the problem lasts since the first failure in a row. */
export async function saveFailure(
  trx: Transaction<Tables>,
  { tenantId, repositoryId }: RepositoryKey,
  { code, message }: { code: string; message: string },
  now: Date,
): Promise<void> {
  await trx
    .updateTable('repository')
    .set({
      ...{ failureCode: code, failureMessage: message },
      failureAt: sql<Instant>`coalesce(failure_at, ${now.toISOString()})`,
    })
    .where('tenantId', '=', tenantId)
    .where('repositoryId', '=', repositoryId)
    .execute();
}

/** A repository's name and whether it is archived, as stored or as GitHub says. */
export interface Standing {
  owner: string;
  name: string;
  archived: boolean;
}

/**
 * Writes a new name or that a repository was archived, and the events; of two collections that notice the same, one
 * writes it.
 */
export async function saveStanding(
  trx: Transaction<Tables>,
  key: RepositoryKey,
  { known, seen, now }: { known: Standing; seen: Standing; now: Date },
): Promise<void> {
  const occurredAt = now.toISOString();
  const row = () =>
    trx
      .updateTable('repository')
      .where('tenantId', '=', key.tenantId)
      .where('repositoryId', '=', key.repositoryId);
  const events: RepositoryEvent[] = [];
  if (toFullName(known) !== toFullName(seen)) {
    const renamed = row()
      .set({ owner: seen.owner, name: seen.name })
      .where('owner', '=', known.owner)
      .where('name', '=', known.name);
    const kind = known.owner === seen.owner ? 'renamed' : 'transferred';
    const names = { nameBefore: toFullName(known), nameAfter: toFullName(seen) };
    if (await changes(renamed)) events.push({ kind, occurredAt, ...names });
  }
  if (known.archived !== seen.archived) {
    const archived = row()
      .set({ archivedAt: seen.archived ? occurredAt : null })
      .where('archivedAt', seen.archived ? 'is' : 'is not', null);
    const kind = seen.archived ? 'archived' : 'unarchived';
    if (await changes(archived)) events.push({ kind, occurredAt, nameBefore: null, nameAfter: null });
  }
  await saveEvents(trx, key, events);
}

async function changes(update: {
  executeTakeFirst(): Promise<{ numUpdatedRows: bigint }>;
}): Promise<boolean> {
  const { numUpdatedRows } = await update.executeTakeFirst();
  return numUpdatedRows > 0n;
}
