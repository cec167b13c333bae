import type { Transaction } from 'kysely';
import { type Day, toDay, toDayAndMonth } from '../day.ts';
import type { Db } from '../db/database.ts';
import { toDatabaseFailure } from '../db/errors.ts';
import { inTransaction, updateRows } from '../db/portable.ts';
import type { Tables } from '../db/tables.ts';
import type { AnswerMemory } from '../github/memory.ts';
import type { GitHubRepository } from '../github/repositories.ts';
import type { GitHubTraffic } from '../github/traffic.ts';
import { type Batches, createBatches } from '../queue.ts';
import { saveEvents, saveFacts } from '../repositories/facts.ts';
import { toFullName } from '../repositories/repository.ts';
import { saveDifferences } from '../runs/differences.ts';
import { mergePaths, savePaths, saveReferrers } from '../snapshots.ts';
import { toStoredFailure } from '../storable.ts';
import { coveredFrom } from '../traffic/merge.ts';
import type { Observed } from '../traffic/observed.ts';
import { saveDays, saveWeeks, saveWindows } from '../traffic/tables.ts';
import { type Coverage, isOldCopy } from '../traffic/window.ts';
import { saveAnswers } from './known-answers.ts';
import { lockRepositories, type StoredRepository, toEndedWeek, toProfile, toSucceeded } from './outcome.ts';
import type { RunAtWork, Waiting } from './waiting.ts';

/** What GitHub answered for one repository. */
export interface Collected {
  waiting: Waiting;
  seen: GitHubRepository;
  traffic: GitHubTraffic;
  observed: Observed;
  coverage: Coverage;
  /** The newest end that GitHub was seen to publish for this visibility. */
  newestEnd: Day | null;
  now: Date;
  memory: AnswerMemory;
  fingerprint: string;
}

/** How many repositories share a transaction. If the activation dies, GitHub is asked about them again. */
const BATCH_SIZE = 10;
/** Longer than GitHub usually takes to answer about the next repositories. */
const MAX_WAIT_MS = 1000;

/**
 * Saves what several workers collect, a few repositories in one transaction: each is stored as a whole or not at all. If one
 * cannot be saved, the others are.
 */
export function openSaving<T>(save: (batch: readonly T[]) => Promise<void>): Batches<T> {
  const meetsAll = (error: unknown) => toDatabaseFailure(error) !== undefined;
  return createBatches(save, { size: BATCH_SIZE, maxWait: MAX_WAIT_MS, meetsAll });
}

const PARTS = {
  views: 'the views',
  clones: 'the clones',
  referrers: 'the referrers',
  paths: 'the paths',
  weeks: 'the weekly figures',
};

/** Stores what GitHub answered for repositories of a run, in one transaction. Leaves out those that were removed meanwhile. */
export async function saveCollected(db: Db, run: RunAtWork, batch: readonly Collected[]): Promise<void> {
  await inTransaction(db, (trx) => saveWithin(trx, run, batch));
}

async function saveWithin(
  trx: Transaction<Tables>,
  run: RunAtWork,
  batch: readonly Collected[],
): Promise<void> {
  const { tenantId } = run;
  const ids = batch.map(({ waiting }) => waiting.repositoryId);
  const locked = new Map((await lockRepositories(trx, tenantId, ids)).map((row) => [row.repositoryId, row]));
  const saved = batch.flatMap((collected) => {
    const stored = locked.get(collected.waiting.repositoryId);
    return stored ? [toSaved(run, stored, collected)] : [];
  });
  if (saved.length === 0) return;
  await updateRows(
    trx,
    { into: 'repository', key: ['tenantId', 'repositoryId'] },
    saved.map(({ repository }) => repository),
  );
  await saveEvents(
    trx,
    saved.flatMap(({ events }) => events),
  );
  if (run.reason === 'verify') for (const { key, days } of saved) await saveDifferences(trx, run, key, days);
  await saveDays(
    trx,
    tenantId,
    saved.map(({ days }) => days),
  );
  await saveWeeks(
    trx,
    tenantId,
    saved.flatMap(({ weeks }) => weeks),
  );
  await saveWindows(
    trx,
    saved.flatMap(({ windows }) => windows),
  );
  await saveFacts(
    trx,
    saved.map(({ fact }) => fact),
  );
  await saveReferrers(
    trx,
    saved.flatMap(({ referrers }) => referrers),
  );
  await savePaths(
    trx,
    saved.flatMap(({ paths }) => paths),
  );
  await saveAnswers(
    trx,
    saved.map(({ answers }) => answers),
  );
  await updateRows(
    trx,
    { into: 'runRepository', key: ['tenantId', 'runId', 'repositoryId'] },
    saved.map(({ outcome }) => outcome),
  );
}

/** Everything that is written about a repository, by table. */
function toSaved(
  { tenantId, runId }: RunAtWork,
  stored: StoredRepository,
  { waiting, seen, traffic, observed, coverage, newestEnd, now, memory, fingerprint }: Collected,
) {
  const { repositoryId, known, formerNames, stalledThrough } = waiting;
  const { readAt, views, clones, referrers, paths, weeks } = traffic;
  const key = { tenantId, repositoryId };
  const today = toDay(readAt);
  const reading = { now: readAt, createdDate: toDay(new Date(seen.createdAt)) };
  const missing = toMissing(traffic.lacking);
  const { visibility, topics, stars, forks, subscribers, openIssues } = seen;
  const firstCoveredDate = coveredFrom(observed, reading);
  const success = { visibility, topics, firstCoveredDate, coverage, newestEnd, readAt, now, missing };
  const { profile, events } = toProfile(stored, { known, seen, now });
  const { lastCoveredDate, importedThrough } = stored;
  const list = {
    ...key,
    snapshotDate: today,
    replaces: [lastCoveredDate, importedThrough].some((date) => date !== null && date >= today),
  };
  const names = [seen.fullName, toFullName(known), ...formerNames];
  const note = missing ?? toOldCopy(coverage, { readAt, stalledThrough });
  return {
    key,
    repository: {
      ...key,
      ...profile,
      ...toSucceeded(stored, success),
      ...toEndedWeek(stored, weeks?.views ?? null, coverage),
      createdDate: reading.createdDate,
    },
    events: events.map((event) => ({ ...key, ...event })),
    days: { repositoryId, observed, reading, lastCoveredDate, importedThrough },
    weeks: weeks ? [{ repositoryId, weeks, days: observed, now: readAt }] : [],
    // A stored window says that the day has both lists. Without one of them, the last complete lists stay the newest.
    windows:
      referrers && paths && views && clones
        ? [
            {
              ...key,
              observedDate: today,
              viewCount: views.count,
              viewUniques: views.uniques,
              cloneCount: clones.count,
              cloneUniques: clones.uniques,
            },
          ]
        : [],
    fact: { ...key, factDate: today, stars, forks, subscribers, openIssues },
    referrers: referrers ? [{ ...list, list: referrers }] : [],
    paths: paths ? [{ ...list, list: mergePaths(paths, names) }] : [],
    answers: { ...key, fingerprint, answers: memory.changed, now },
    outcome: {
      ...key,
      runId,
      state: 'succeeded' as const,
      code: note?.code ?? null,
      message: note?.message ?? null,
      fullName: seen.fullName,
      requestCount: memory.counted,
      unchangedCount: memory.unchanged,
      finishedAt: now.toISOString(),
    },
  };
}

/** Names the parts that GitHub did not give. The days count as covered all the same. */
function toMissing(lacking: GitHubTraffic['lacking']): { code: string; message: string } | null {
  const [first] = lacking;
  if (!first) return null;
  const parts = [...new Set(lacking.map(({ part }) => PARTS[part]))].join(' and ');
  const message = `Everything is stored but ${parts}: ${first.error.message}`;
  return toStoredFailure({ code: 'partly_collected', message });
}

/** Names an old copy for what it is. */
function toOldCopy(
  coverage: Coverage,
  { readAt, stalledThrough }: { readAt: Date; stalledThrough: Day | null },
): { code: string; message: string } | null {
  if (!isOldCopy(coverage, toDay(readAt))) return null;
  const end = toDayAndMonth(coverage.through);
  const next =
    coverage.through === stalledThrough
      ? 'It publishes nothing newer at present.'
      : 'It is asked again every hour.';
  const message = `GitHub answered with an old copy that ends on ${end}. ${next}`;
  return { code: 'old_copy', message };
}
