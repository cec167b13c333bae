import type { Activations } from './activations.ts';
import { collectExtras } from './collector/extras.ts';
import { openAnswers, type StoredAnswers } from './collector/known-answers.ts';
import {
  collectRepository,
  failRepository,
  listWaiting,
  type RunAtWork,
  type Waiting,
} from './collector/repository.ts';
import type { Db } from './db/database.ts';
import type { RunReason } from './db/tables/runs.ts';
import { Failure, meetsEveryRequest } from './failure.ts';
import type { GitHubClient } from './github.ts';
import { workOff } from './queue.ts';
import { closeRun } from './runs/end.ts';
import { type RunKey, renewLease } from './runs/lease.ts';
import { startCollecting } from './runs/start.ts';

/** GitHub for a tenant's token, which `fingerprint` stands for. */
interface OpenedGitHub {
  github: GitHubClient;
  fingerprint: string;
}

/** What a run is collected with. */
export interface Collector {
  db: Db;
  /** Opens GitHub for the run's tenant; what it throws fails every repository. */
  openGitHub: (tenantId: number) => Promise<OpenedGitHub>;
  /** Starts what hands over to the next activation. */
  activations: Activations;
  clock: () => Date;
  /** Milliseconds until the activation is ended; may be infinite. */
  timeLeft: () => number;
}

/** What one activation did of a run. */
export interface CollectedRun extends RunKey {
  /** Repositories that this activation collected, and those of them that failed. */
  repoCount: number;
  failedCount: number;
  /** True: a fresh activation goes on with the rest. */
  handedOver: boolean;
}

/** Repositories at once, at first: where the token is refused, no more are asked for. Each asks up to five things at a time. */
const INITIAL_CONCURRENCY = 4;
/** Once GitHub answers. */
const CONCURRENCY = 12;
/** What is begun later than this before the end may not come to its own. */
const RESERVE_MS = 20_000;
/** How long a tenant stays held when its activation says no more. */
const GRACE_MS = 60_000;
const MAX_MS = 3_600_000;
/** Who verifies wants to be told everything again. */
const NO_ANSWERS: StoredAnswers = { take: async () => new Map() };
/** After so many repositories in a row for which GitHub is down, the others are not asked for. */
const PATIENCE = 3;

/**
 * Works through what waits in a run, a few repositories at once, each stored by itself, and then through what is asked
 * for besides traffic. Shortly before the end it hands over to a fresh activation, unless it collected nothing itself;
 * after the last repository it closes the run. A run that is not at work is left alone.
 */
export async function collectTenant(collector: Collector, run: RunKey): Promise<CollectedRun> {
  const { db, clock } = collector;
  const nothing = { ...run, repoCount: 0, failedCount: 0, handedOver: false };
  const reason = await findReason(db, run);
  if (reason === null) return nothing;
  const until = clock().getTime() + Math.min(collector.timeLeft(), MAX_MS) + GRACE_MS;
  await renewLease(db, run, new Date(until));
  const waiting = await listWaiting(db, run);
  const { opened, left, ...done } = await collectAll(collector, { ...run, reason }, waiting);
  if (left > 0 && done.repoCount === 0) {
    await closeRun(db, run, clock(), noneInTime());
    return nothing;
  }
  const isLeft = left > 0 || (opened !== null && (await isExtraLeft(collector, run, opened)));
  if (isLeft) {
    await startCollecting({ db, activations: collector.activations, now: clock() }, run);
    return { ...nothing, ...done, handedOver: true };
  }
  await closeRun(db, run, clock());
  return { ...nothing, ...done };
}

/** Collects what is due besides traffic; true when a fresh activation has to go on with it. */
async function isExtraLeft(collector: Collector, run: RunKey, opened: OpenedGitHub): Promise<boolean> {
  const { db, clock, timeLeft } = collector;
  const isTime = () => timeLeft() > RESERVE_MS;
  const { count, left } = await collectExtras({ db, clock, isTime, ...opened }, run);
  return count > 0 && left > 0;
}

/** One more activation after the other would be started for nothing. */
function noneInTime(): Failure {
  const message =
    'GitHub did not answer for any repository in the time of an activation. The next collection tries again.';
  return new Failure('out_of_time', message);
}

/** Collects repositories until none is left or the time is up; `opened` is null when GitHub refuses all. */
async function collectAll(collector: Collector, run: RunAtWork, queue: readonly Waiting[]) {
  const done = { repoCount: 0, failedCount: 0 };
  const opened = await collector.openGitHub(run.tenantId).catch((error: unknown) => {
    if (error instanceof Failure) return error;
    throw error;
  });
  let hopeless = opened instanceof Failure ? opened : undefined;
  const { fingerprint } = opened instanceof Failure ? { fingerprint: '' } : opened;
  const ids = queue.map(({ repositoryId }) => repositoryId);
  const memory = openAnswers(collector.db, { tenantId: run.tenantId, fingerprint, of: 'traffic' }, ids);
  const answers = run.reason === 'verify' ? NO_ANSWERS : memory;
  const isTime = () => collector.timeLeft() > RESERVE_MS;
  let down = 0;
  const left = await workOff(
    queue,
    { initialConcurrency: INITIAL_CONCURRENCY, concurrency: CONCURRENCY, isTime },
    async (waiting) => {
      const failure = await collectOne({ ...collector, answers }, run, waiting, hopeless ?? opened);
      if (failure?.code === 'out_of_time') return 'later';
      done.repoCount += 1;
      if (failure) done.failedCount += 1;
      down = failure?.code === 'github_down' ? down + 1 : 0;
      if (failure && (meetsEveryRequest(failure.code) || down >= PATIENCE)) hopeless = failure;
      return failure ? 'done' : 'more';
    },
  );
  return { ...done, left: left.length, opened: hopeless || opened instanceof Failure ? null : opened };
}

/** Collects one repository, or lets it fail for the reason for which all do. */
async function collectOne(
  { db, clock, answers }: Collector & { answers: StoredAnswers },
  run: RunAtWork,
  waiting: Waiting,
  opened: Failure | OpenedGitHub,
): Promise<Failure | null> {
  if (opened instanceof Failure) {
    await failRepository({ db, clock }, run, waiting, opened, { counted: 0, unchanged: 0 });
    return opened;
  }
  return collectRepository({ db, clock, answers, ...opened }, run, waiting);
}

/** Why a run is at work; null when it is not. */
async function findReason(db: Db, { tenantId, runId }: RunKey): Promise<RunReason | null> {
  const row = await db
    .selectFrom('collectionRun')
    .select('reason')
    .where('tenantId', '=', tenantId)
    .where('runId', '=', runId)
    .where('state', '=', 'running')
    .executeTakeFirst();
  return row?.reason ?? null;
}
