import { type Day, toDay } from '../day.ts';
import type { Db } from '../db/database.ts';
import { toDatabaseFailure } from '../db/errors.ts';
import { inTransaction } from '../db/portable.ts';
import { Failure } from '../failure.ts';
import { type AnswerMemory, createMemory } from '../github/memory.ts';
import type { GitHubRepository } from '../github/repositories.ts';
import type { GitHubClient } from '../github.ts';
import { saveEvents } from '../repositories/facts.ts';
import { isForArchive } from '../repositories/repository.ts';
import type { RunKey } from '../runs/lease.ts';
import { toStoredFailure } from '../storable.ts';
import type { Observed } from '../traffic/observed.ts';
import type { Publications } from '../traffic/publication.ts';
import type { RepositoryKey } from '../traffic/tables.ts';
import { endedWeek, finalWeek } from '../traffic/week.ts';
import { type Coverage, coverageOf, daysUntilLoss, rememberedFrom } from '../traffic/window.ts';
import type { StoredAnswers } from './known-answers.ts';
import { lockRepositories, saveArchive, saveFailure, toProfile } from './outcome.ts';
import type { Collected } from './saving.ts';
import type { RunAtWork, Waiting } from './waiting.ts';

/** What collecting one repository works with. */
export interface RepositoryCollector {
  db: Db;
  github: GitHubClient;
  clock: () => Date;
  /** Identifies the token without revealing it. */
  fingerprint: string;
  /** What GitHub answered this token before. */
  answers: StoredAnswers;
  /** What GitHub's server was seen to publish. */
  publications: Publications;
  /** Stores what GitHub answered. */
  save: (collected: Collected) => Promise<void>;
  /** Whether GitHub has given this token traffic during this activation, so that a refusal is unlikely. */
  isTokenProven: () => boolean;
}

/**
 * Collects one repository and stores the answers, or the failure. Returns the failure, or null. After `out_of_time` the
 * repository keeps waiting. Throws if the database fails.
 */
export async function collectRepository(
  collector: RepositoryCollector,
  run: RunAtWork,
  waiting: Waiting,
): Promise<Failure | null> {
  const { github, clock, fingerprint, publications } = collector;
  const memory = createMemory(await collector.answers.take(waiting.repositoryId));
  let seen: GitHubRepository | undefined;
  try {
    const wantsWeeks = (days: Observed, readAt: Date) =>
      needsWeeks(waiting, coverageOf(days, readAt), readAt);
    const askTraffic = (order: 'views_first' | 'at_once') =>
      github.getTraffic(waiting.githubId, { wantsWeeks, memory, order });
    const isLikely = collector.isTokenProven() && !waiting.known.archived && waiting.refusedAt === null;
    const early = isLikely ? askTraffic('at_once') : undefined;
    const asked = github.getRepository({ id: waiting.githubId, knownAs: waiting.known }, memory);
    await Promise.allSettled([asked, early]);
    seen = await asked;
    const traffic = await (early ?? askTraffic('views_first'));
    const now = clock();
    const observed = { views: traffic.views?.days ?? null, clones: traffic.clones?.days ?? null };
    const coverage = coverageOf(observed, traffic.readAt);
    const newestEnd = publications.newestEnd(seen.visibility);
    const answer = { seen, traffic, observed, coverage, newestEnd, now, memory, fingerprint };
    await collector.save({ waiting, ...answer });
    if (coverage.kind === 'published') await publications.advance(seen.visibility, coverage.through);
    return null;
  } catch (error) {
    const failure = toRepositoryFailure(error, run, waiting);
    if (seen && isForArchive(failure, seen)) {
      await saveArchived(collector, run, waiting, seen, memory);
      return null;
    }
    if (failure.code !== 'out_of_time') await failRepository(collector, run, waiting, failure, memory);
    return failure;
  }
}

/**
 * A week of sparse answers is read twice: for the report, by the first run after its end; and once it has settled. A
 * repository's very first run skips the former, because it may be one of hundreds. A week of a published window is final
 * at once.
 */
function needsWeeks(
  { lastWeek, lastCoveredDate, endedWeek: read }: Waiting,
  coverage: Coverage,
  now: Date,
): boolean {
  const isNew = (week: Day | null, last: Day | null) => week !== null && (last === null || last < week);
  const isFirstOfDay = lastCoveredDate !== null && lastCoveredDate < toDay(now);
  return isNew(finalWeek(coverage), lastWeek) || (isFirstOfDay && isNew(endedWeek(coverage), read));
}

/** Stores why a repository of a run was not collected. */
export async function failRepository(
  { db, clock }: Pick<RepositoryCollector, 'db' | 'clock'>,
  run: RunKey,
  { repositoryId, ...standpoint }: Waiting,
  failure: Failure,
  { counted, unchanged }: Pick<AnswerMemory, 'counted' | 'unchanged'>,
): Promise<void> {
  const now = clock();
  const stored = toStoredFailure(failure);
  await inTransaction(db, async (trx) => {
    await saveFailure(trx, { tenantId: run.tenantId, repositoryId }, stored, now);
    await trx
      .updateTable('runRepository')
      .set({
        state: 'failed',
        ...stored,
        requestCount: counted,
        unchangedCount: unchanged,
        finishedAt: now.toISOString(),
      })
      .set({ daysUntilLoss: daysUntilLoss(standpoint, toDay(now)) })
      .where('tenantId', '=', run.tenantId)
      .where('runId', '=', run.runId)
      .where('repositoryId', '=', repositoryId)
      .where('state', '=', 'waiting')
      .execute();
  });
}

/** Notes that a repository of a run is archived, which is not a failure: nothing more can come, and nothing is lost. */
async function saveArchived(
  { db, clock }: Pick<RepositoryCollector, 'db' | 'clock'>,
  run: RunKey,
  { repositoryId, known, lastCoveredDate }: Waiting,
  seen: GitHubRepository,
  { counted, unchanged }: Pick<AnswerMemory, 'counted' | 'unchanged'>,
): Promise<void> {
  const now = clock();
  const key = { tenantId: run.tenantId, repositoryId };
  const stored = toStoredFailure(new Failure('archived'));
  await inTransaction(db, async (trx) => {
    const [row] = await lockRepositories(trx, run.tenantId, [repositoryId]);
    if (!row) return;
    const { profile, events } = toProfile(row, { known, seen, now });
    const shownFrom = rememberedFrom(lastCoveredDate ?? toDay(now));
    await saveArchive(trx, key, { profile, seen, failure: stored, shownFrom, now });
    await saveEvents(
      trx,
      events.map((event) => ({ ...key, ...event })),
    );
    await trx
      .updateTable('runRepository')
      .set({
        state: 'succeeded',
        ...stored,
        fullName: seen.fullName,
        requestCount: counted,
        unchangedCount: unchanged,
        finishedAt: now.toISOString(),
      })
      .where('tenantId', '=', run.tenantId)
      .where('runId', '=', run.runId)
      .where('repositoryId', '=', repositoryId)
      .where('state', '=', 'waiting')
      .execute();
  });
}

/** A defect fails only its repository. A lost database is thrown, and fails the activation. */
function toRepositoryFailure(error: unknown, run: RunKey, { repositoryId }: Waiting): Failure {
  if (error instanceof Failure) return error;
  logDefect(error, { ...run, repositoryId });
  return new Failure(
    'internal',
    'Something went wrong on our side. The log of the run’s activation says what.',
  );
}

/** Logs an unexpected error with the repository it hit. Throws if the database was lost, which fails the activation. */
export function logDefect(error: unknown, repository: RepositoryKey): void {
  const lost = toDatabaseFailure(error);
  if (lost) throw lost;
  const stack = error instanceof Error ? error.stack : String(error);
  console.log(JSON.stringify({ level: 'error', code: 'internal', ...repository, error: stack }));
}
