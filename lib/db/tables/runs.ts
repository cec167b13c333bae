import { bigint, choice, day, generated, instant, integer, optional, text } from '../columns.ts';

const RUN_REASONS = ['alarm', 'person', 'added', 'verify'] as const;

/** Why a run began. `person`: somebody asked for it. `verify`: somebody asked to compare the stored figures with GitHub. */
export type RunReason = (typeof RUN_REASONS)[number];

const RUN_STATES = ['running', 'succeeded', 'partial', 'failed'] as const;

/** `partial`: some repositories failed. `failed`: nothing was collected. */
export type RunState = (typeof RUN_STATES)[number];

/** Collection runs, and the outcome of each repository. */
export const runTables = {
  collectionRun: {
    tenantId: integer,
    runId: generated(integer),
    reason: choice(RUN_REASONS, 10),
    startedBy: optional(text(320)),
    state: choice(RUN_STATES, 10),
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
    state: choice(['waiting', 'succeeded', 'failed'], 10),
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
    stored: bigint,
    observed: bigint,
  },
};
