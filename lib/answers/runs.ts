import * as z from 'zod';
import { choiceField } from '../fields.ts';
import { Count, Day, Instant, Page } from './figures.ts';
import { ProblemGroup } from './problems.ts';

export const Run = z.object({
  tenantId: z.int(),
  tenantName: z.string(),
  runId: z.int(),
  reason: choiceField('collectionRun', 'reason'),
  startedBy: z.string().nullable(),
  state: choiceField('collectionRun', 'state'),
  startedAt: Instant,
  finishedAt: Instant.nullable(),
  repositoryCount: Count,
  succeededCount: Count,
  failedCount: Count,
  /** Requests that count against the token's quota, and those that GitHub answered with 304, which do not count. */
  requestCount: Count,
  unchangedCount: Count,
  /** How many new differences from GitHub a verification found; null for other runs. */
  differenceCount: Count.nullable(),
  /** Why the whole run failed; null if it did not. */
  failure: z.object({ code: z.string(), message: z.string() }).nullable(),
});
export type Run = z.infer<typeof Run>;

export const RunList = z.object({ runs: z.array(Run), nextCursor: z.string().nullable() });
export type RunList = z.infer<typeof RunList>;

export const RunOutcome = z.object({
  repositoryId: z.int(),
  fullName: z.string(),
  state: choiceField('runRepository', 'state'),
  code: z.string().nullable(),
  message: z.string().nullable(),
  daysUntilLoss: Count.nullable(),
  requestCount: Count,
  unchangedCount: Count,
  finishedAt: Instant.nullable(),
});
export type RunOutcome = z.infer<typeof RunOutcome>;

/** A final day's figure that differs between GitHub and what is stored. The larger one is kept. */
export const RunDifference = z.object({
  repositoryId: z.int(),
  fullName: z.string(),
  date: Day,
  metric: z.string(),
  stored: Count,
  observed: Count,
});
export type RunDifference = z.infer<typeof RunDifference>;

/** Outcomes: failed, then waiting, then succeeded; each by name. */
export const RunDetail = z.object({
  run: Run,
  repositories: z.array(RunOutcome),
  page: Page,
  /** The first 500. */
  differences: z.array(RunDifference),
});
export type RunDetail = z.infer<typeof RunDetail>;

/** `already`: a run was in progress, and this is it. */
export const RunStarted = z.object({ runId: z.int(), repositoryCount: Count, already: z.boolean() });
export type RunStarted = z.infer<typeof RunStarted>;

export const RunsStarted = z.object({
  repoCount: Count,
  runs: z.array(z.object({ tenantId: z.int(), runId: z.int() })),
  /** True if not all tenants could be started at once. The others follow. */
  handedOver: z.boolean(),
});
export type RunsStarted = z.infer<typeof RunsStarted>;

/** What needs action now, by tenant. `untold` are the channels that could not be notified. */
export const ProblemLog = z.object({
  problems: z.array(
    ProblemGroup.extend({
      tenantId: z.int(),
      tenantName: z.string(),
      untold: z.array(z.object({ channel: z.string(), message: z.string() })),
    }),
  ),
  nextCursor: z.string().nullable(),
});
export type ProblemLog = z.infer<typeof ProblemLog>;
