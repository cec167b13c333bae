import { setTimeout as wait } from 'node:timers/promises';
import * as z from 'zod';
import { type Activations, isTooMany, openActivations, withRetries } from '../activations.ts';
import type { RunsStarted } from '../answers/runs.ts';
import type { CollectLimits, Config } from '../config.ts';
import type { Db } from '../db/database.ts';
import { Failure } from '../failure.ts';
import type { Instant } from '../instant.ts';
import type { Activation } from '../openwhisk.ts';
import { LARGEST_ID, parseValue } from '../request.ts';
import { listDueTenants, type Which } from './due-tenants.ts';
import { closeRun } from './end.ts';
import { countAtWork, LEASE_MS, type RunKey, renewLease } from './lease.ts';
import { openRun } from './start.ts';

/** What tenants are gone through with. */
export interface FanOut {
  db: Db;
  activations: Activations;
  limits: CollectLimits;
  clock: () => Date;
  /** Epoch milliseconds, also where `clock` stands still. */
  time: () => number;
  wait: (milliseconds: number) => Promise<void>;
  /** Milliseconds until the activation is ended; may be infinite. */
  timeLeft: () => number;
  /** Milliseconds of them that are kept for handing over. */
  reserve: number;
}

const MINUTE_MS = 60_000;
/** How often is looked whether a run has ended, where as many are at work as may be. */
const LOOK_MS = 2_000;
/** When nothing is tried any more. */
const LAST_MS = 5_000;

/** Goes through tenants in this activation. `reserve`: milliseconds before its end that are kept for handing over. */
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
    activations: openActivations(),
    reserve,
    time: Date.now,
    wait,
    timeLeft: () => activation.deadline.getTime() - Date.now(),
  };
}

/**
 * Starts a run for each tenant that has something to collect, one after the other, never waiting for what it started:
 * so many a minute and so many at once as the limits say. What the platform does not take is tried again. Before its own
 * end it hands over to a fresh activation of `action`, which goes on where it stopped. Tenants with a run at work are
 * left alone, so that two that go through them at once do nothing twice. Throws `start_failed` when it could not hand
 * over: the next sweep finds what was not reached.
 */
export async function fanOut(fan: FanOut, order: FanOutOrder, action: string): Promise<RunsStarted> {
  const done: RunsStarted = { repoCount: 0, runs: [], handedOver: false };
  const begun = [...order.begun];
  let { after, pending } = order;
  const start = async (run: OpenedRun): Promise<boolean> => {
    begun.push(fan.time());
    const outcome = await startOne(fan, run);
    pending = outcome === 'later' ? run : null;
    if (outcome === 'started') {
      done.runs.push({ tenantId: run.tenantId, runId: run.runId });
      done.repoCount += run.repositoryCount;
    }
    return outcome !== 'later';
  };
  const handOver = async (): Promise<RunsStarted> => {
    const patient = withRetries(fan.activations, { ...fan, left: () => fan.timeLeft() - LAST_MS });
    const lately = begun.filter((time) => time > fan.time() - MINUTE_MS);
    await patient.start(action, { ...order, after, pending, begun: lately });
    return { ...done, handedOver: true };
  };
  if (pending && !((await hasRoom(fan, begun)) && (await start(pending)))) return handOver();
  for await (const tenantId of eachTenant(fan, order)) {
    if (!(await hasRoom(fan, begun))) return handOver();
    const run = await openOne(fan, order, tenantId);
    after = tenantId;
    if (run && !(await start(run))) return handOver();
  }
  return done;
}

async function* eachTenant({ db, clock }: FanOut, { which, after }: FanOutOrder): AsyncGenerator<number> {
  let last: number | undefined = after;
  while (last !== undefined) {
    const page: number[] = await listDueTenants(db, which, { after: last, now: clock() });
    yield* page;
    last = page.at(-1);
  }
}

/** Waits until another run may be started; false when the time is up before that. */
async function hasRoom(fan: FanOut, begun: readonly number[]): Promise<boolean> {
  for (;;) {
    const isFull = (await countAtWork(fan.db, fan.clock())) >= fan.limits.concurrency;
    const pause = Math.max(isFull ? LOOK_MS : 0, pauseOf(begun, fan));
    if (fan.timeLeft() - pause <= fan.reserve) return false;
    if (pause === 0) return true;
    await fan.wait(pause);
  }
}

function pauseOf(begun: readonly number[], { limits, time }: FanOut): number {
  const oldest = begun.at(-limits.startsPerMinute);
  return oldest === undefined ? 0 : Math.max(0, oldest + MINUTE_MS - time());
}

/** Undefined when there is nothing to collect, or somebody else does; a tenant that is gone does not keep the others. */
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

/** A run that the platform refuses for good is closed with the reason. */
async function startOne(fan: FanOut, run: OpenedRun): Promise<'started' | 'failed' | 'later'> {
  const { db, clock } = fan;
  const { tenantId, runId } = run;
  const patient = withRetries(fan.activations, { ...fan, left: () => fan.timeLeft() - fan.reserve });
  try {
    await renewLease(db, run, new Date(clock().getTime() + LEASE_MS));
    await patient.start('collect-tenant', { tenantId, runId });
    return 'started';
  } catch (error) {
    if (isTooMany(error)) return 'later';
    if (!(error instanceof Failure)) throw error;
    await closeRun(db, run, clock(), error);
    return 'failed';
  }
}

/** Starts what is due in every tenant at once, as the alarm does where the platform has no limits. */
export async function startAllRuns(
  { db, activations, now }: { db: Db; activations: Activations; now: Date },
  startedBy: string | null,
): Promise<RunsStarted> {
  const endless = Number.POSITIVE_INFINITY;
  const fan: FanOut = {
    db,
    activations,
    clock: () => now,
    time: () => now.getTime(),
    wait: async () => {},
    limits: { startsPerMinute: endless, concurrency: endless },
    timeLeft: () => endless,
    reserve: 0,
  };
  return fanOut(fan, toOrder('due', startedBy, now), 'collect');
}

/** A run that was written down. */
interface OpenedRun extends RunKey {
  repositoryCount: number;
}

/** Which tenants, for whom, and how far the activation before this one has come. */
export interface FanOutOrder {
  which: Which;
  /** E-mail address; null for an alarm. */
  startedBy: string | null;
  /** When the first activation began. */
  since: Instant;
  /** The last tenant that had its turn; 0: none. */
  after: number;
  /** When activations of the last minute were started, in epoch milliseconds. */
  begun: readonly number[];
  /** A run that was opened, and that the platform did not take yet. */
  pending: OpenedRun | null;
}

const id = z.int().positive().max(LARGEST_ID);

const HandedOver = z.object({
  startedBy: z.string().nullable().default(null),
  since: z.iso.datetime().optional(),
  after: z.int().min(0).default(0),
  begun: z.array(z.int()).default([]),
  pending: z
    .object({ tenantId: id, runId: id, repositoryCount: z.int().min(0) })
    .nullable()
    .default(null),
});

/** The order of a first activation. */
export function toOrder(which: Which, startedBy: string | null, now: Date): FanOutOrder {
  return { which, startedBy, since: now.toISOString(), after: 0, begun: [], pending: null };
}

/** The order that an activation was given by the one before it; an alarm gives none. Throws `invalid_input`. */
export function parseOrder(parameters: unknown, which: Which, now: Date): FanOutOrder {
  const { since, ...given } = parseValue(parameters, HandedOver);
  return { ...given, which, since: since ?? now.toISOString() };
}
