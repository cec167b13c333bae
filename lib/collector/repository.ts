import type { Transaction } from 'kysely';
import { type Day, toDay } from '../day.ts';
import type { Db } from '../db/database.ts';
import { toDatabaseFailure } from '../db/errors.ts';
import { inTransaction } from '../db/portable.ts';
import type { RunReason } from '../db/tables/runs.ts';
import type { Tables } from '../db/tables.ts';
import { Failure } from '../failure.ts';
import { type AnswerMemory, createMemory } from '../github/memory.ts';
import type { GitHubRepository } from '../github/repositories.ts';
import type { GitHubTraffic } from '../github/traffic.ts';
import type { GitHubClient } from '../github.ts';
import { saveFact } from '../repositories/facts.ts';
import { toFullName } from '../repositories/repository.ts';
import { saveDifferences } from '../runs/differences.ts';
import type { RunKey } from '../runs/lease.ts';
import { mergePaths, savePaths, saveReferrers } from '../snapshots.ts';
import { toStoredFailure } from '../storable.ts';
import { coveredFrom } from '../traffic/merge.ts';
import { type RepositoryKey, saveDays, saveWeeks, saveWindow } from '../traffic/tables.ts';
import { endedWeek, readableWeek } from '../traffic/week.ts';
import { daysUntilLoss } from '../traffic/window.ts';
import { type StoredAnswers, saveAnswers } from './known-answers.ts';
import { type Standing, saveEndedWeek, saveFailure, saveStanding, saveSuccess } from './outcome.ts';

/** One repository that waits in a run. */
export interface Waiting {
  repositoryId: number;
  githubId: number;
  known: Standing;
  lastCoveredDate: Day | null;
  /** Full names it had before. */
  formerNames: readonly string[];
  /** The newest week that is stored. */
  lastWeek: Day | null;
  /** The newest week that had ended when it was read. */
  endedWeek: Day | null;
}

/** A run, and why it was started: `verify` compares what is stored as well. */
export interface RunAtWork extends RunKey {
  reason: RunReason;
}

/** What one repository is collected with. */
export interface RepositoryCollector {
  db: Db;
  github: GitHubClient;
  clock: () => Date;
  /** Stands for the token; what it was answered before is `answers`. */
  fingerprint: string;
  answers: StoredAnswers;
}

const PARTS = { referrers: 'the referrers', paths: 'the paths', weeks: 'the weekly figures' };

/**
 * Asks GitHub for one repository and stores what it says in one transaction, or stores why it could not. Returns the
 * failure. What ran out of time is left waiting. Throws when the database fails.
 */
export async function collectRepository(
  collector: RepositoryCollector,
  run: RunAtWork,
  waiting: Waiting,
): Promise<Failure | null> {
  const { db, github, clock, fingerprint } = collector;
  const memory = createMemory(await collector.answers.take(waiting.repositoryId));
  try {
    const seen = await github.getRepository({ id: waiting.githubId }, memory);
    const weeks = hasWeekToRead(waiting, clock());
    const traffic = await github.getTraffic(waiting.githubId, { weeks, memory });
    const answer = { seen, traffic, now: clock(), memory, fingerprint };
    await inTransaction(db, (trx) => store(trx, run, waiting, answer));
    return null;
  } catch (error) {
    const failure = toFailure(error, run, waiting);
    if (failure.code !== 'out_of_time') await failRepository(collector, run, waiting, failure, memory);
    return failure;
  }
}

/**
 * A week is read twice: when it has settled, and before that on the first day that a run comes after its end, for the
 * report. The very first run, which may be of hundreds of repositories, leaves the latter to the next day's.
 */
function hasWeekToRead({ lastWeek, lastCoveredDate, endedWeek: read }: Waiting, now: Date): boolean {
  const isNew = (week: Day | null, last: Day | null) => week !== null && (last === null || last < week);
  const isDaysFirst = lastCoveredDate !== null && lastCoveredDate < toDay(now);
  return isNew(readableWeek(now), lastWeek) || (isDaysFirst && isNew(endedWeek(now), read));
}

/** Stores that a repository of a run was not collected, and why. */
export async function failRepository(
  { db, clock }: Pick<RepositoryCollector, 'db' | 'clock'>,
  run: RunKey,
  { repositoryId, lastCoveredDate }: Waiting,
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
      .set({ daysUntilLoss: daysUntilLoss(lastCoveredDate, toDay(now)) })
      .where('tenantId', '=', run.tenantId)
      .where('runId', '=', run.runId)
      .where('repositoryId', '=', repositoryId)
      .where('state', '=', 'waiting')
      .execute();
  });
}

/** A defect fails its repository and not the others; a database that is away fails the activation. */
function toFailure(error: unknown, run: RunKey, { repositoryId }: Waiting): Failure {
  if (error instanceof Failure) return error;
  logDefect(error, { ...run, repositoryId });
  return new Failure(
    'internal',
    'Something went wrong that should not have. The log of the run’s activation says what.',
  );
}

interface Answer {
  seen: GitHubRepository;
  traffic: GitHubTraffic;
  now: Date;
  memory: AnswerMemory;
  fingerprint: string;
}

async function store(
  trx: Transaction<Tables>,
  run: RunAtWork,
  { repositoryId, known, formerNames }: Waiting,
  { seen, traffic, now, memory, fingerprint }: Answer,
): Promise<void> {
  const key = { tenantId: run.tenantId, repositoryId };
  const observed = { views: traffic.views.days, clones: traffic.clones.days };
  const reading = { now, createdDate: toDay(new Date(seen.createdAt)) };
  const { visibility } = seen;
  const firstCoveredDate = coveredFrom(observed, reading);
  const lack = toLack(traffic.lacking);
  if (!(await saveSuccess(trx, key, { visibility, firstCoveredDate, now, lack }))) return;
  await saveStanding(trx, key, { known, seen, now });
  if (run.reason === 'verify') await saveDifferences(trx, run, key, { observed, reading });
  await saveDays(trx, key, observed, reading);
  if (traffic.weeks) {
    await saveWeeks(trx, key, traffic.weeks, now);
    await saveEndedWeek(trx, key, traffic.weeks, now);
  }
  await saveToday(trx, key, traffic, now);
  const { stars, forks, subscribers, openIssues } = seen;
  await saveFact(trx, key, { factDate: toDay(now), stars, forks, subscribers, openIssues });
  const names = [seen.fullName, toFullName(known), ...formerNames];
  if (traffic.paths) await savePaths(trx, key, toDay(now), mergePaths(traffic.paths, names));
  await saveAnswers(trx, key, { fingerprint, answers: memory.changed, now });
  await trx
    .updateTable('runRepository')
    .set({
      state: 'succeeded',
      ...lack,
      fullName: seen.fullName,
      requestCount: memory.counted,
      unchangedCount: memory.unchanged,
      finishedAt: now.toISOString(),
    })
    .where('tenantId', '=', run.tenantId)
    .where('runId', '=', run.runId)
    .where('repositoryId', '=', repositoryId)
    .execute();
}

/** Days are what is lost when nobody reads them; what else was not given is said, and the day counts as covered. */
function toLack(lacking: GitHubTraffic['lacking']): { code: string; message: string } | null {
  const [first] = lacking;
  if (!first) return null;
  const parts = lacking.map(({ part }) => PARTS[part]).join(' and ');
  const message = `Views and clones are stored, but not ${parts}: ${first.error.message}`;
  return toStoredFailure({ code: 'partly_collected', message });
}

/** What GitHub says of the 14 days together, as of today. */
async function saveToday(
  trx: Transaction<Tables>,
  key: { tenantId: number; repositoryId: number },
  { views, clones, referrers, paths }: GitHubTraffic,
  now: Date,
): Promise<void> {
  const today = toDay(now);
  // The window stands for the day's lists as well: without one of them, those of the day before stay the newest.
  if (referrers && paths)
    await saveWindow(trx, key, {
      observedDate: today,
      viewCount: views.count,
      viewUniques: views.uniques,
      cloneCount: clones.count,
      cloneUniques: clones.uniques,
    });
  if (referrers) await saveReferrers(trx, key, today, referrers);
}

/** What waits in a run: what was never collected first, then what was not for longest. */
export async function listWaiting(db: Db, { tenantId, runId }: RunKey): Promise<Waiting[]> {
  const rows = await db
    .selectFrom('runRepository as w')
    .innerJoin('repository as r', (join) =>
      join.onRef('r.tenantId', '=', 'w.tenantId').onRef('r.repositoryId', '=', 'w.repositoryId'),
    )
    .select([
      ...(['r.repositoryId', 'r.githubId', 'r.owner', 'r.name'] as const),
      ...(['r.archivedAt', 'r.lastCoveredDate', 'r.endedWeek'] as const),
    ])
    .where('w.tenantId', '=', tenantId)
    .where('w.runId', '=', runId)
    .where('w.state', '=', 'waiting')
    // Where a missing value is sorted differs between databases.
    .orderBy((eb) => eb.case().when('r.lastSuccessAt', 'is', null).then(0).else(1).end())
    .orderBy('r.lastSuccessAt')
    .orderBy('r.repositoryId')
    .execute();
  const former = await listFormerNames(db, tenantId);
  const lastWeeks = await listLastWeeks(db, tenantId);
  return rows.map(({ repositoryId, githubId, owner, name, archivedAt, lastCoveredDate, endedWeek }) => ({
    repositoryId,
    githubId,
    lastCoveredDate,
    endedWeek,
    known: { owner, name, archived: archivedAt !== null },
    formerNames: former.get(repositoryId) ?? [],
    lastWeek: lastWeeks.get(repositoryId) ?? null,
  }));
}

async function listFormerNames(db: Db, tenantId: number): Promise<Map<number, string[]>> {
  const rows = await db
    .selectFrom('repositoryEvent')
    .select(['repositoryId', 'nameBefore'])
    .where('tenantId', '=', tenantId)
    .where('nameBefore', 'is not', null)
    .execute();
  const names = new Map<number, string[]>();
  for (const { repositoryId, nameBefore } of rows)
    names.set(repositoryId, [...(names.get(repositoryId) ?? []), nameBefore ?? '']);
  return names;
}

async function listLastWeeks(db: Db, tenantId: number): Promise<Map<number, Day>> {
  const rows = await db
    .selectFrom('trafficWeek')
    .select(({ fn }) => ['repositoryId', fn.max<Day>('weekStart').as('weekStart')])
    .where('tenantId', '=', tenantId)
    .groupBy('repositoryId')
    .execute();
  return new Map(rows.map(({ repositoryId, weekStart }) => [repositoryId, weekStart]));
}

/** Logs an error that nobody expected, with whom it met; a database that is away is thrown, as it fails the activation. */
export function logDefect(error: unknown, met: RepositoryKey): void {
  const lost = toDatabaseFailure(error);
  if (lost) throw lost;
  const stack = error instanceof Error ? error.stack : String(error);
  console.log(JSON.stringify({ level: 'error', code: 'internal', ...met, error: stack }));
}
