import { sql, type Transaction } from 'kysely';
import { type Day, toDay } from '../day.ts';
import type { Tables } from '../db/tables.ts';
import { isRefusal } from '../failure.ts';
import type { Visibility } from '../github/answers.ts';
import type { Instant } from '../instant.ts';
import type { RepositoryEvent } from '../repositories/facts.ts';
import { toFullName } from '../repositories/repository.ts';
import { publishedAt } from '../repositories/schedule.ts';
import { toTopicsColumn } from '../repositories/topics.ts';
import type { Observed } from '../traffic/observed.ts';
import type { RepositoryKey } from '../traffic/tables.ts';
import { endedWeek } from '../traffic/week.ts';
import { type Coverage, isOldCopy, publishedFrom } from '../traffic/window.ts';

/** What is stored about a repository before a collection. */
export type StoredRepository = Awaited<ReturnType<typeof lockRepositories>>[number];

/**
 * Locks the rows of repositories until the transaction ends, so collections of one repository take turns. Leaves out those
 * that were removed meanwhile.
 */
export function lockRepositories(
  trx: Transaction<Tables>,
  tenantId: number,
  repositoryIds: readonly number[],
) {
  return (
    trx
      .selectFrom('repository')
      .select(['repositoryId', 'owner', 'name', 'archivedAt', 'lastCoveredDate'])
      .select(['firstCoveredDate', 'collectedFrom'])
      .select(['publishedThrough', 'forgottenBefore', 'readsToday', 'lastSuccessAt', 'failureAt'])
      .select(['endedWeek', 'endedWeekViewers', 'visibility', 'importedThrough'])
      .where('tenantId', '=', tenantId)
      .where('repositoryId', 'in', repositoryIds)
      // In the same order everywhere, so that two runs do not wait for each other.
      .orderBy('repositoryId')
      .forUpdate()
      .execute()
  );
}

/** What one collection found out about a repository. */
export interface Success {
  visibility: Visibility;
  topics: readonly string[];
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

/** What a repository's row says after its days were collected. Its failure is over unless something is missing. */
export function toSucceeded(
  stored: StoredRepository,
  { visibility, topics, firstCoveredDate, coverage, newestEnd, readAt, now, missing }: Success,
) {
  const coveredDate = toDay(readAt);
  const { lastSuccessAt } = stored;
  const isReadAgain = lastSuccessAt !== null && lastSuccessAt >= publishedAt(now);
  return {
    visibility,
    topics: toTopicsColumn(topics),
    firstCoveredDate: earlier(stored.firstCoveredDate, firstCoveredDate),
    collectedFrom: earlier(stored.collectedFrom, firstCoveredDate),
    lastCoveredDate: later(stored.lastCoveredDate, coveredDate),
    ...toPublished(stored, coverage, newestEnd),
    oldCopyThrough: isOldCopy(coverage, coveredDate) ? coverage.through : null,
    readsToday: isReadAgain ? stored.readsToday + 1 : 1,
    lastSuccessAt: now.toISOString(),
    failureCode: missing?.code ?? null,
    failureMessage: missing?.message ?? null,
    failureAt: missing && (stored.failureAt ?? now.toISOString()),
    refusedAt: missing && isRefusal(missing.code) ? now.toISOString() : null,
  };
}

const earlier = (stored: Day | null, seen: Day): Day => (stored !== null && stored < seen ? stored : seen);
const later = (stored: Day | null, seen: Day): Day => (stored !== null && stored > seen ? stored : seen);

/** Only a newer window moves a repository forward: an old copy is no news. A sparse answer leaves it to the calendar. */
function toPublished(
  stored: StoredRepository,
  { kind, through }: Coverage,
  newestEnd: Day | null,
): Pick<StoredRepository, 'publishedThrough' | 'forgottenBefore'> {
  if (kind === 'sparse') return { publishedThrough: null, forgottenBefore: null };
  return {
    publishedThrough: later(stored.publishedThrough, through),
    forgottenBefore: later(stored.forgottenBefore, publishedFrom(later(newestEnd, through))),
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
    .set({
      failureCode: failure.code,
      failureMessage: failure.message,
      // The first failure in a row.
      failureAt: sql<Instant>`coalesce(failure_at, ${now.toISOString()})`,
      refusedAt: isRefusal(failure.code) ? now.toISOString() : null,
    })
    .where('tenantId', '=', tenantId)
    .where('repositoryId', '=', repositoryId)
    .execute();
}

/** An archived repository: GitHub no longer gives its traffic. */
interface Archive {
  profile: Pick<StoredRepository, 'owner' | 'name' | 'archivedAt'>;
  seen: { visibility: Visibility; topics: readonly string[] };
  failure: { code: string; message: string };
  shownFrom: Day;
  now: Date;
}

/** Stores that GitHub gives no more traffic of an archived repository. What was not yet lost is not lost from then on. */
export async function saveArchive(
  trx: Transaction<Tables>,
  { tenantId, repositoryId }: RepositoryKey,
  { profile, seen, failure, shownFrom, now }: Archive,
): Promise<void> {
  await trx
    .updateTable('repository')
    .set({
      ...profile,
      visibility: seen.visibility,
      topics: toTopicsColumn(seen.topics),
      failureCode: failure.code,
      failureMessage: failure.message,
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
 * A new name, or that a repository was archived or unarchived, or became public or private, with an event for each. Of two collections that notice the same
 * change, the second finds it stored.
 */
export function toProfile(
  stored: StoredRepository,
  { known, seen, now }: { known: Profile; seen: Profile & { visibility: Visibility }; now: Date },
) {
  const occurredAt = now.toISOString();
  const { owner, name, archivedAt } = stored;
  const profile = { owner, name, archivedAt };
  const events: RepositoryEvent[] = [];
  if (toFullName(known) !== toFullName(seen) && toFullName(stored) === toFullName(known)) {
    Object.assign(profile, { owner: seen.owner, name: seen.name });
    const isSameOwner = known.owner.toLowerCase() === seen.owner.toLowerCase();
    events.push({
      kind: isSameOwner ? 'renamed' : 'transferred',
      occurredAt,
      nameBefore: toFullName(known),
      nameAfter: toFullName(seen),
    });
  }
  if (known.archived !== seen.archived && (archivedAt === null) === seen.archived) {
    profile.archivedAt = seen.archived ? occurredAt : null;
    const kind = seen.archived ? 'archived' : 'unarchived';
    events.push({ kind, occurredAt, nameBefore: null, nameAfter: null });
  }
  if (stored.visibility !== seen.visibility)
    events.push({
      kind: 'visibility',
      occurredAt,
      nameBefore: stored.visibility,
      nameAfter: seen.visibility,
    });
  return { profile, events };
}

/**
 * The unique viewers of the week that just ended, which may still grow. Keeps the stored figure if there is no newer one. GitHub
 * leaves out weeks without views.
 */
export function toEndedWeek(
  { endedWeek: week, endedWeekViewers }: StoredRepository,
  views: Observed['views'],
  coverage: Coverage,
): Pick<StoredRepository, 'endedWeek' | 'endedWeekViewers'> {
  const ended = endedWeek(coverage);
  if (ended === null || views === null) return { endedWeek: week, endedWeekViewers };
  return {
    endedWeek: ended,
    endedWeekViewers: views.find(({ date }) => date === ended)?.uniques ?? 0,
  };
}
