import type { Activations } from './activations.ts';
import { type CollectedExtras, collectExtras } from './collector/extras.ts';
import { openAnswers, type StoredAnswers } from './collector/known-answers.ts';
import { collectRepository, failRepository, type RepositoryCollector } from './collector/repository.ts';
import { type Collected, openSaving, saveCollected } from './collector/saving.ts';
import { listWaiting, type RunAtWork, type Waiting } from './collector/waiting.ts';
import type { Db } from './db/database.ts';
import type { RunReason } from './db/tables/runs.ts';
import { Failure, meetsEveryRequest } from './failure.ts';
import type { GitHubClient } from './github.ts';
import { plural } from './number-format.ts';
import { workOff } from './queue.ts';
import { dueLimits } from './repositories/schedule.ts';
import { closeRun } from './runs/end.ts';
import { type RunKey, renewLease } from './runs/lease.ts';
import { startCollecting } from './runs/start.ts';
import { isRuleDue } from './tracking/due.ts';
import { evaluateRules } from './tracking.ts';
import { openPublications } from './traffic/publication.ts';
import { markSilence } from './traffic/silence.ts';

/** GitHub as a tenant's token sees it. `fingerprint` identifies the token without revealing it. */
interface OpenedGitHub {
  github: GitHubClient;
  fingerprint: string;
}

/** What a collection works with. */
export interface Collector {
  /** Sees the tenant of the run. */
  db: Db;
  /** Sees all tenants: what GitHub publishes on a server concerns them all. */
  dbOfAll: Db;
  /** Opens GitHub for a tenant. A `Failure` that it throws fails every repository. */
  openGitHub: (tenantId: number) => Promise<OpenedGitHub>;
  /** Starts the activation that continues the run. */
  activations: Activations;
  clock: () => Date;
  /** Milliseconds until the platform ends the activation; may be infinite. */
  timeLeft: () => number;
}

/** What one activation did for a run. */
export interface CollectedRun extends RunKey {
  /** Repositories this activation worked on, and how many of them failed. */
  repoCount: number;
  failedCount: number;
  /** True if a fresh activation continues with the rest. */
  handedOver: boolean;
}

/** Repositories at once until GitHub answers: few, in case it refuses the token. */
const INITIAL_CONCURRENCY = 4;
/** Repositories at once after that. Each asks five things at once; GitHub's limits decide how many of them really go. */
const CONCURRENCY = 20;
/** Begin no repository with less time left than this. */
const RESERVE_MS = 20_000;
/** How long the lease outlasts the activation. */
const GRACE_MS = 60_000;
/** The longest lease of an activation, less the grace. */
const MAX_LEASE_MS = 3_600_000;
/** A `verify` run asks for everything in full. */
const NO_ANSWERS: StoredAnswers = { take: async () => new Map() };
/** Stop asking after this many repositories in a row for which GitHub is down. */
const MAX_DOWN_IN_A_ROW = 3;

/**
 * Works through the waiting repositories of a run, several at once, and then through their extras. Each repository is
 * stored as a whole or not at all. Shortly before its end the activation hands over to a fresh one; but if it collected nothing itself, it
 * closes the run as failed, because another activation would do no better. After the last repository it closes the run; if
 * extras are left out, the run says so. A run that is not open is left alone. Once a day, an alarm's run first evaluates the tenant's
 * rules, and then collects the repositories that they added, too.
 */
export async function collectTenant(collector: Collector, run: RunKey): Promise<CollectedRun> {
  const { db, clock } = collector;
  const nothing = { ...run, repoCount: 0, failedCount: 0, handedOver: false };
  const reason = await findReason(db, run);
  if (reason === null) return nothing;
  const until = clock().getTime() + Math.min(collector.timeLeft(), MAX_LEASE_MS) + GRACE_MS;
  await renewLease(db, run, new Date(until));
  const opened = await openOrFail(collector, run.tenantId);
  if (reason === 'alarm') await evaluateDueRules(collector, run, opened);
  const waiting = await listWaiting(db, run);
  const { github, left, ...done } = await collectAll(collector, { ...run, reason }, { waiting, opened });
  if (left > 0 && done.repoCount === 0) {
    await closeRun(db, run, clock(), toOutOfTime());
    return nothing;
  }
  const extras = left === 0 && github !== null ? await collectAllExtras(collector, run, github) : NO_EXTRAS;
  const isWorthContinuing = extras.refusal === null && done.repoCount + extras.readCount > 0;
  if (left > 0 || (extras.left > 0 && isWorthContinuing)) {
    await startCollecting({ db, activations: collector.activations, now: clock() }, run);
    return { ...nothing, ...done, handedOver: true };
  }
  await markSilence(db, run.tenantId);
  await closeRun(db, run, clock(), toExtrasLeftOut(extras));
  return { ...nothing, ...done };
}

const NO_EXTRAS: CollectedExtras = { readCount: 0, left: 0, refusal: null };

async function collectAllExtras(
  { db, clock, timeLeft }: Collector,
  run: RunKey,
  github: OpenedGitHub,
): Promise<CollectedExtras> {
  const isTime = () => timeLeft() > RESERVE_MS;
  return collectExtras({ db, clock, isTime, ...github }, run);
}

/** Says for how many repositories extras were left out, and why. */
function toExtrasLeftOut({ left, refusal }: CollectedExtras): Failure | undefined {
  if (left === 0) return undefined;
  const { code, message } = refusal ?? new Failure('out_of_time', 'There was no time for them.');
  const what = `Stars, releases or workflow runs of ${plural(left, 'repository', 'repositories')} were left out`;
  return new Failure(code, `${what}, and come first next time. ${message}`);
}

function toOutOfTime(): Failure {
  const message = 'GitHub answered for no repository in time. The next collection tries again.';
  return new Failure('out_of_time', message);
}

async function openOrFail({ openGitHub }: Collector, tenantId: number): Promise<OpenedGitHub | Failure> {
  return openGitHub(tenantId).catch((error: unknown) => {
    if (error instanceof Failure) return error;
    throw error;
  });
}

async function evaluateDueRules(
  { db, clock }: Collector,
  run: RunKey,
  opened: OpenedGitHub | Failure,
): Promise<void> {
  const { tenantId } = run;
  const now = clock();
  if (!(await isRuleDue(db, tenantId, dueLimits(now)))) return;
  const github = opened instanceof Failure ? opened : opened.github;
  await evaluateRules({ db, tenantId, by: { email: null, now }, run }, github);
}

/** Collects repositories until none is left or the time is up. `github` is null if asking for more is hopeless. */
async function collectAll(
  collector: Collector,
  run: RunAtWork,
  { waiting: queue, opened }: { waiting: readonly Waiting[]; opened: OpenedGitHub | Failure },
) {
  const done = { repoCount: 0, failedCount: 0 };
  let github = opened;
  const answers = openKnownAnswers(collector.db, run, github, queue);
  const publications = await openPublications(collector.dbOfAll, run.tenantId);
  const saving = openSaving<Collected>((batch) => saveCollected(collector.db, run, batch));
  const isTime = () => collector.timeLeft() > RESERVE_MS;
  let down = 0;
  let isProven = false;
  const left = await workOff(
    queue,
    { initialConcurrency: INITIAL_CONCURRENCY, concurrency: CONCURRENCY, isTime },
    async (waiting) => {
      const shared = { ...collector, answers, publications, isTokenProven: () => isProven };
      const failure = await saving.join((save) => collectOne({ ...shared, save }, run, waiting, github));
      if (failure === null) isProven = true;
      if (failure?.code === 'out_of_time') return 'later';
      done.repoCount += 1;
      if (failure) done.failedCount += 1;
      down = failure?.code === 'github_down' ? down + 1 : 0;
      if (failure && (meetsEveryRequest(failure.code) || down >= MAX_DOWN_IN_A_ROW)) github = failure;
      return failure ? 'done' : 'more';
    },
  );
  return { ...done, left: left.length, github: github instanceof Failure ? null : github };
}

/** What GitHub answered this token before, for the repositories of a queue. */
function openKnownAnswers(
  db: Db,
  { tenantId, reason }: RunAtWork,
  github: Failure | OpenedGitHub,
  queue: readonly Waiting[],
): StoredAnswers {
  if (reason === 'verify' || github instanceof Failure) return NO_ANSWERS;
  const ids = queue.map(({ repositoryId }) => repositoryId);
  return openAnswers(db, { tenantId, fingerprint: github.fingerprint, of: 'traffic' }, ids);
}

type CollectorAtWork = Collector &
  Pick<RepositoryCollector, 'answers' | 'publications' | 'save' | 'isTokenProven'>;

/** Collects one repository, or fails it for the reason that fails all. */
async function collectOne(
  { db, clock, answers, publications, save, isTokenProven }: CollectorAtWork,
  run: RunAtWork,
  waiting: Waiting,
  github: Failure | OpenedGitHub,
): Promise<Failure | null> {
  if (github instanceof Failure) {
    await failRepository({ db, clock }, run, waiting, github, { counted: 0, unchanged: 0 });
    return github;
  }
  return collectRepository(
    { db, clock, answers, publications, save, isTokenProven, ...github },
    run,
    waiting,
  );
}

/** Why an open run was started; null if the run is not open. */
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
