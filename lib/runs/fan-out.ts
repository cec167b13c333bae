import { setTimeout as wait } from 'node:timers/promises';
import * as z from 'zod';
import { type Activations, isTooMany, openActivations, withRetries } from '../activations.ts';
import type { RunsStarted } from '../answers/runs.ts';
import type { CollectLimits, Config } from '../config.ts';
import type { Db } from '../db/database.ts';
import { Failure } from '../failure.ts';
import type { Instant } from '../instant.ts';
import type { Activation } from '../openwhisk.ts';
import { MAX_ID, parseValue } from '../request.ts';
import { listDueTenants, type Which } from './due-tenants.ts';
import { closeRun } from './end.ts';
import { countBusyTenants, type RunKey, renewLease, toLeaseEnd } from './lease.ts';
import { openRun } from './start.ts';

/** A run that was written and waits for its activation. */
interface OpenedRun extends RunKey {
  repositoryCount: number;
}

/** Which tenants to start, for whom, and how far earlier activations got. */
export interface FanOutOrder {
  which: Which;
  /** E-mail address; null for an alarm. */
  startedBy: string | null;
  /** When the first activation began. */
  since: Instant;
  /** The last tenant that had its turn; 0 for none. */
  after: number;
  /** When runs were started in the last minute, in epoch milliseconds. */
  begun: readonly number[];
  /** A written run that the platform was too busy to start. */
  pending: OpenedRun | null;
}

const id = z.int().positive().max(MAX_ID);

const Parameters = z.object({
  startedBy: z.string().nullable().default(null),
  since: z.iso.datetime().optional(),
  after: z.int().min(0).default(0),
  begun: z.array(z.int()).default([]),
  pending: z
    .object({ tenantId: id, runId: id, repositoryCount: z.int().min(0) })
    .nullable()
    .default(null),
});

/** The order for the first activation. */
export function toOrder(which: Which, startedBy: string | null, now: Date): FanOutOrder {
  return { which, startedBy, since: now.toISOString(), after: 0, begun: [], pending: null };
}

/**
 * The order in an activation's parameters: what the activation before it passed on, or the first order when an alarm
 * started it. Throws `invalid_input`.
 */
export function parseOrder(parameters: unknown, which: Which, now: Date): FanOutOrder {
  const { since, ...given } = parseValue(parameters, Parameters);
  return { ...given, which, since: since ?? now.toISOString() };
}

/** What a fan-out works with. */
export interface FanOut {
  db: Db;
  activations: Activations;
  limits: CollectLimits;
  clock: () => Date;
  /** Real time in epoch milliseconds; `clock` may stand still. */
  time: () => number;
  wait: (milliseconds: number) => Promise<void>;
  /** Milliseconds until the platform ends the activation; may be infinite. */
  timeLeft: () => number;
  /** Milliseconds of them kept for handing over. */
  reserve: number;
}

const MINUTE_MS = 60_000;
/** How often to check for a free slot while all are taken. */
const POLL_MS = 2_000;
/** Stop retrying this long before the activation ends. */
const STOP_MS = 5_000;

/** A fan-out of this activation, which keeps `reserve` milliseconds for handing over. */
export function openFanOut(
  {
    db,
    config,
    clock,
    activation,
  }: Pick<FanOut, 'db' | 'clock'> & { config: Config; activation: Activation },
  reserve: number,
): FanOut {
  return {
    db,
    clock,
    limits: config.limits,
    activations: openActivations(config.openwhisk),
    reserve,
    time: Date.now,
    wait,
    timeLeft: () => activation.deadline.getTime() - Date.now(),
  };
}

/**
 * Starts a run for each tenant that needs one, within the limits on starts per minute and on runs at once. It does not
 * wait for the runs to end. It retries while the platform is too busy, and before its own end hands over to a fresh
 * activation of `action`. Tenants with a run at work are skipped, so two fan-outs at once start nothing twice. Throws
 * `start_failed` if it cannot hand over; the next sweep finds the tenants that were not reached.
 */
export async function fanOut(fan: FanOut, order: FanOutOrder, action: string): Promise<RunsStarted> {
  const result: RunsStarted = { repoCount: 0, runs: [], handedOver: false };
  const startTimes = [...order.begun];
  let { after, pending } = order;
  const start = async (run: OpenedRun): Promise<boolean> => {
    startTimes.push(fan.time());
    const outcome = await startOne(fan, run);
    pending = outcome === 'later' ? run : null;
    if (outcome === 'started') {
      result.runs.push({ tenantId: run.tenantId, runId: run.runId });
      result.repoCount += run.repositoryCount;
    }
    return outcome !== 'later';
  };
  const handOver = async (): Promise<RunsStarted> => {
    const activations = withRetries(fan.activations, { ...fan, timeLeft: () => fan.timeLeft() - STOP_MS });
    const begun = startTimes.filter((time) => time > fan.time() - MINUTE_MS);
    await activations.start(action, { ...order, after, pending, begun });
    return { ...result, handedOver: true };
  };
  if (pending && !((await waitForSlot(fan, startTimes)) && (await start(pending)))) return handOver();
  for await (const tenantId of eachTenant(fan, order)) {
    if (!(await waitForSlot(fan, startTimes))) return handOver();
    const run = await openOne(fan, order, tenantId);
    after = tenantId;
    if (run && !(await start(run))) return handOver();
  }
  return result;
}

async function* eachTenant({ db, clock }: FanOut, { which, after }: FanOutOrder): AsyncGenerator<number> {
  let last: number | undefined = after;
  while (last !== undefined) {
    const page: number[] = await listDueTenants(db, which, { after: last, now: clock() });
    yield* page;
    last = page.at(-1);
  }
}

/** Waits until another run may start. Returns false if the time is up before that. */
async function waitForSlot(fan: FanOut, startTimes: readonly number[]): Promise<boolean> {
  for (;;) {
    const isFull = (await countBusyTenants(fan.db, fan.clock())) >= fan.limits.concurrency;
    const pause = Math.max(isFull ? POLL_MS : 0, pauseOf(startTimes, fan));
    if (fan.timeLeft() - pause <= fan.reserve) return false;
    if (pause === 0) return true;
    await fan.wait(pause);
  }
}

/** Milliseconds until the limit on starts per minute allows another one. */
function pauseOf(startTimes: readonly number[], { limits, time }: FanOut): number {
  const oldest = startTimes.at(-limits.startsPerMinute);
  return oldest === undefined ? 0 : Math.max(0, oldest + MINUTE_MS - time());
}

/** Writes a run. Returns undefined if there is nothing to collect, another run is at work, or the tenant is gone. */
async function openOne(fan: FanOut, order: FanOutOrder, tenantId: number): Promise<OpenedRun | undefined> {
  const { startedBy, since } = order;
  const reason = startedBy === null ? 'alarm' : 'person';
  const whole = { tenantId, reason, startedBy, repositories: 'due', since } as const;
  const opened = await openRun(fan.db, whole, fan.clock()).catch((error: unknown) => {
    if (!(error instanceof Failure)) throw error;
  });
  if (!opened || opened.already) return undefined;
  return { tenantId, runId: opened.runId, repositoryCount: opened.repositoryCount };
}

/** Starts a run's activation. Closes a run that the platform refuses for good. */
async function startOne(fan: FanOut, run: OpenedRun): Promise<'started' | 'failed' | 'later'> {
  const { db, clock } = fan;
  const { tenantId, runId } = run;
  const activations = withRetries(fan.activations, { ...fan, timeLeft: () => fan.timeLeft() - fan.reserve });
  try {
    await renewLease(db, run, toLeaseEnd(clock()));
    await activations.start('collect-tenant', { tenantId, runId });
    return 'started';
  } catch (error) {
    if (isTooMany(error)) return 'later';
    if (!(error instanceof Failure)) throw error;
    await closeRun(db, run, clock(), error);
    return 'failed';
  }
}

/** Starts what is due in every tenant at once, as the alarm does on a platform without limits. */
export async function startAllRuns(
  { db, activations, now }: { db: Db; activations: Activations; now: Date },
  startedBy: string | null,
): Promise<RunsStarted> {
  const unlimited = Number.POSITIVE_INFINITY;
  const fan: FanOut = {
    db,
    activations,
    clock: () => now,
    time: () => now.getTime(),
    wait: async () => {},
    limits: { startsPerMinute: unlimited, concurrency: unlimited },
    timeLeft: () => unlimited,
    reserve: 0,
  };
  return fanOut(fan, toOrder('due', startedBy, now), 'collect');
}
