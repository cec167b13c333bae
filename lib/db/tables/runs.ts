import { day, generated, instant, integer, optional, text } from '../columns.ts';

/** Why a run began; `person`: somebody asked for it; `verify`: somebody wants what is stored compared with GitHub. */
export type RunReason = 'alarm' | 'person' | 'added' | 'verify';

/** `partial`: something was collected, and something failed; `failed`: nothing was collected. */
export type RunState = 'running' | 'succeeded' | 'partial' | 'failed';

/** Collection runs, and what came of each repository. */
export const runTables = {
  collectionRun: {
    tenantId: integer,
    runId: generated(integer),
    reason: text<RunReason>(10),
    startedBy: optional(text(320)),
    state: text<RunState>(10),
    startedAt: instant,
    finishedAt: optional(instant),
    repositoryCount: integer,
    failureCode: optional(text(40)),
    failureMessage: optional(text(500)),
  },
  runRepository: {
    tenantId: integer,
    runId: integer,
    repositoryId: integer,
    fullName: text(201),
    state: text<'waiting' | 'succeeded' | 'failed'>(10),
    code: optional(text(40)),
    message: optional(text(500)),
    daysUntilLoss: optional(integer),
    requestCount: integer,
    unchangedCount: generated(integer),
    finishedAt: optional(instant),
  },
  runDifference: {
    tenantId: integer,
    runId: integer,
    repositoryId: integer,
    trafficDate: day,
    metric: text(20),
    stored: integer,
    observed: integer,
  },
};
