import { sql, type Transaction } from 'kysely';
import type { RepositoryEvent } from '../answers/stats.ts';
import { type Day, toDay } from '../day.ts';
import type { Tables } from '../db/tables.ts';
import { isRefusal } from '../failure.ts';
import type { Visibility } from '../github/answers.ts';
import type { Instant } from '../instant.ts';
import { saveEvents } from '../repositories/facts.ts';
import { toFullName } from '../repositories/repository.ts';
import { publishedAt } from '../repositories/schedule.ts';
import type { Observed } from '../traffic/observed.ts';
import type { RepositoryKey } from '../traffic/tables.ts';
import { endedWeek } from '../traffic/week.ts';
import { type Coverage, isOldCopy, publishedFrom } from '../traffic/window.ts';

/** What one collection found out about a repository. */
export interface Collected {
  visibility: Visibility;
  firstCoveredDate: Day;
  coverage: Coverage;
  /** The newest end that GitHub was seen to publish for its visibility; null while none was seen. */
  newestEnd: Day | null;
  /** When GitHub answered, by the clock that is believed. */
  readAt: Date;
  now: Date;
  /** What could not be collected besides the days, and why; null when nothing is missing. */
  missing: { code: string; message: string } | null;
}

/**
 * Stores that a repository's days were collected, and clears its failure unless something is missing. Locks the
 * repository's row until the transaction ends, so collections of one repository take turns. Returns false if the
 * repository was removed meanwhile.
 */
export async function saveSuccess(
  trx: Transaction<Tables>,
  { tenantId, repositoryId }: RepositoryKey,
  { visibility, firstCoveredDate, coverage, newestEnd, readAt, now, missing }: Collected,
): Promise<boolean> {
  const at = now.toISOString();
  const coveredDate = toDay(readAt);
  const result = await trx
    .updateTable('repository')
    .set({
      visibility,
      firstCoveredDate: sql<Day>`case when first_covered_date < ${firstCoveredDate} then first_covered_date else cast(${firstCoveredDate} as date) end`,
      lastCoveredDate: sql<Day>`case when last_covered_date > ${coveredDate} then last_covered_date else cast(${coveredDate} as date) end`,
      ...toPublished(coverage, newestEnd),
      oldCopyThrough: isOldCopy(coverage, coveredDate) ? coverage.through : null,
      readsToday: sql<number>`case when last_success_at >= ${publishedAt(now)} then reads_today + 1 else 1 end`,
      lastSuccessAt: at,
      ...toFailureColumns(missing, at),
    })
    .where('tenantId', '=', tenantId)
    .where('repositoryId', '=', repositoryId)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

/** `failureAt` is the first failure in a row. */
function toFailureColumns(failure: { code: string; message: string } | null, at: Instant) {
  return {
    failureCode: failure?.code ?? null,
    failureMessage: failure?.message ?? null,
    failureAt: failure && sql<Instant>`coalesce(failure_at, ${at})`,
    refusedAt: failure && isRefusal(failure.code) ? at : null,
  };
}

/** Only a newer window moves a repository forward: an old copy is no news. A sparse answer leaves it to the calendar. */
function toPublished({ kind, through }: Coverage, newestEnd: Day | null) {
  if (kind === 'sparse') return { publishedThrough: null, forgottenBefore: null };
  const from = publishedFrom(newestEnd !== null && newestEnd > through ? newestEnd : through);
  return {
    publishedThrough: sql<Day>`case when published_through > ${through} then published_through else cast(${through} as date) end`,
    forgottenBefore: sql<Day>`case when forgotten_before > ${from} then forgotten_before else cast(${from} as date) end`,
  };
}

/** Stores why a collection failed. */
export async function saveFailure(
  trx: Transaction<Tables>,
  { tenantId, repositoryId }: RepositoryKey,
  failure: { code: string; message: string },
  now: Date,
): Promise<void> {
  await trx
    .updateTable('repository')
    .set(toFailureColumns(failure, now.toISOString()))
    .where('tenantId', '=', tenantId)
    .where('repositoryId', '=', repositoryId)
    .execute();
}

/** Stores that GitHub gives no more traffic of an archived repository. What was not yet lost is not lost from then on. */
export async function saveArchive(
  trx: Transaction<Tables>,
  { tenantId, repositoryId }: RepositoryKey,
  { code, message }: { code: string; message: string },
  { shownFrom, now }: { shownFrom: Day; now: Date },
): Promise<void> {
  await trx
    .updateTable('repository')
    .set({
      failureCode: code,
      failureMessage: message,
      failureAt: null,
      refusedAt: now.toISOString(),
      oldCopyThrough: null,
      forgottenBefore: sql<Day>`coalesce(forgotten_before, cast(${shownFrom} as date))`,
    })
    .where('tenantId', '=', tenantId)
    .where('repositoryId', '=', repositoryId)
    .execute();
}

/** A repository's name and whether it is archived, as stored or as GitHub says. */
export interface Profile {
  owner: string;
  name: string;
  archived: boolean;
}

/**
 * Stores a new name, or that a repository was archived or unarchived, with an event for each. Two collections that notice
 * the same change store it once.
 */
export async function saveProfile(
  trx: Transaction<Tables>,
  key: RepositoryKey,
  { known, seen, now }: { known: Profile; seen: Profile; now: Date },
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
    if (await changesRow(renamed)) events.push({ kind, occurredAt, ...names });
  }
  if (known.archived !== seen.archived) {
    const archived = row()
      .set({ archivedAt: seen.archived ? occurredAt : null })
      .where('archivedAt', seen.archived ? 'is' : 'is not', null);
    const kind = seen.archived ? 'archived' : 'unarchived';
    if (await changesRow(archived)) events.push({ kind, occurredAt, nameBefore: null, nameAfter: null });
  }
  await saveEvents(trx, key, events);
}

async function changesRow(update: {
  executeTakeFirst(): Promise<{ numUpdatedRows: bigint }>;
}): Promise<boolean> {
  const { numUpdatedRows } = await update.executeTakeFirst();
  return numUpdatedRows > 0n;
}

/**
 * Stores the unique viewers of the week that just ended; the figure may still grow. GitHub leaves out weeks without views.
 * The caller holds the repository's row.
 */
export async function saveEndedWeek(
  trx: Transaction<Tables>,
  { tenantId, repositoryId }: RepositoryKey,
  views: Observed['views'],
  coverage: Coverage,
): Promise<void> {
  const week = endedWeek(coverage);
  if (week === null || views === null) return;
  const endedWeekViewers = views.find(({ date }) => date === week)?.uniques ?? 0;
  await trx
    .updateTable('repository')
    .set({ endedWeek: week, endedWeekViewers })
    .where('tenantId', '=', tenantId)
    .where('repositoryId', '=', repositoryId)
    .execute();
}
