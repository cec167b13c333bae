import { sql, type Transaction } from 'kysely';
import type { RepositoryEvent } from '../answers/stats.ts';
import { type Day, toDay } from '../day.ts';
import type { Tables } from '../db/tables.ts';
import { isRefusal } from '../failure.ts';
import type { Visibility } from '../github/answers.ts';
import type { Instant } from '../instant.ts';
import { saveEvents } from '../repositories/facts.ts';
import { toFullName } from '../repositories/repository.ts';
import type { Observed } from '../traffic/observed.ts';
import type { RepositoryKey } from '../traffic/tables.ts';
import { endedWeek } from '../traffic/week.ts';

/** What one collection learnt of a repository. */
export interface Collected {
  visibility: Visibility;
  firstCoveredDate: Day;
  now: Date;
  /** What was not collected besides the days, and why; null: nothing. */
  lack: { code: string; message: string } | null;
}

/**
 * Writes that a repository's days were collected and ends the problem there was, unless something else is lacking. Holds
 * the repository's row until the transaction's end, so that collections of one repository follow each other; false when
 * it was removed meanwhile.
 */
export async function saveSuccess(
  trx: Transaction<Tables>,
  { tenantId, repositoryId }: RepositoryKey,
  { visibility, firstCoveredDate, now, lack }: Collected,
): Promise<boolean> {
  const at = now.toISOString();
  const result = await trx
    .updateTable('repository')
    .set({
      visibility,
      firstCoveredDate: sql<Day>`case when first_covered_date < ${firstCoveredDate} then first_covered_date else cast(${firstCoveredDate} as date) end`,
      lastCoveredDate: sql<Day>`case when last_covered_date > ${toDay(now)} then last_covered_date else cast(${toDay(now)} as date) end`,
      lastSuccessAt: at,
      ...toProblem(lack, at),
    })
    .where('tenantId', '=', tenantId)
    .where('repositoryId', '=', repositoryId)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

/** A problem lasts since the first failure in a row. */
function toProblem(problem: { code: string; message: string } | null, at: Instant) {
  return {
    failureCode: problem?.code ?? null,
    failureMessage: problem?.message ?? null,
    failureAt: problem && sql<Instant>`coalesce(failure_at, ${at})`,
    refusedAt: problem && isRefusal(problem.code) ? at : null,
  };
}

/** Writes why a collection failed. */
export async function saveFailure(
  trx: Transaction<Tables>,
  { tenantId, repositoryId }: RepositoryKey,
  failure: { code: string; message: string },
  now: Date,
): Promise<void> {
  await trx
    .updateTable('repository')
    .set(toProblem(failure, now.toISOString()))
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
    const sameOwner = known.owner.toLowerCase() === seen.owner.toLowerCase();
    const kind = sameOwner ? 'renamed' : 'transferred';
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

/**
 * Keeps the unique viewers of the week that ended last, whose figures may still grow; GitHub names no week without views.
 * The caller holds the repository's row.
 */
export async function saveEndedWeek(
  trx: Transaction<Tables>,
  { tenantId, repositoryId }: RepositoryKey,
  { views }: Observed,
  now: Date,
): Promise<void> {
  const week = endedWeek(now);
  if (week === null) return;
  const endedWeekUniques = views.find(({ date }) => date === week)?.uniques ?? 0;
  await trx
    .updateTable('repository')
    .set({ endedWeek: week, endedWeekUniques })
    .where('tenantId', '=', tenantId)
    .where('repositoryId', '=', repositoryId)
    .execute();
}
