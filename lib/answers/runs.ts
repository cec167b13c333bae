import * as z from 'zod';
import { Count, Day, Instant, Page } from './figures.ts';
import { ProblemGroup } from './problems.ts';

export const Run = z.object({
  tenantId: z.int(),
  tenantName: z.string(),
  runId: z.int(),
  reason: z.enum(['alarm', 'person', 'added', 'verify']),
  startedBy: z.string().nullable(),
  state: z.enum(['running', 'succeeded', 'partial', 'failed']),
  startedAt: Instant,
  finishedAt: Instant.nullable(),
  repositoryCount: Count,
  succeededCount: Count,
  failedCount: Count,
  /** Requests to GitHub that count against the token's quota, and those that GitHub answered with 304, which do not. */
  requestCount: Count,
  unchangedCount: Count,
  /** What a run that verifies found otherwise at GitHub, and was not known before; null for other runs. */
  differenceCount: Count.nullable(),
  /** Why the run as a whole failed, where it did. */
  failure: z.object({ code: z.string(), message: z.string() }).nullable(),
});
export type Run = z.infer<typeof Run>;

export const RunList = z.object({ runs: z.array(Run), nextCursor: z.string().nullable() });
export type RunList = z.infer<typeof RunList>;

export const RunOutcome = z.object({
  repositoryId: z.int(),
  fullName: z.string(),
  state: z.enum(['waiting', 'succeeded', 'failed']),
  code: z.string().nullable(),
  message: z.string().nullable(),
  daysUntilLoss: Count.nullable(),
  requestCount: Count,
  unchangedCount: Count,
  finishedAt: Instant.nullable(),
});
export type RunOutcome = z.infer<typeof RunOutcome>;

/** A figure of a final day that GitHub gives otherwise than it was stored. The larger one is kept. */
export const RunDifference = z.object({
  repositoryId: z.int(),
  fullName: z.string(),
  date: Day,
  metric: z.string(),
  stored: Count,
  observed: Count,
});
export type RunDifference = z.infer<typeof RunDifference>;

/** Outcomes with failures first, then those that wait, then by name. */
export const RunDetail = z.object({
  run: Run,
  repositories: z.array(RunOutcome),
  page: Page,
  /** The first 500. */
  differences: z.array(RunDifference),
});
export type RunDetail = z.infer<typeof RunDetail>;

/** `already`: a run was at work, and is the one answered. */
export const RunStarted = z.object({ runId: z.int(), repositoryCount: Count, already: z.boolean() });
export type RunStarted = z.infer<typeof RunStarted>;

export const RunsStarted = z.object({
  repoCount: Count,
  runs: z.array(z.object({ tenantId: z.int(), runId: z.int() })),
  /** True: there are more tenants than may be started at once; the others follow. */
  handedOver: z.boolean(),
});
export type RunsStarted = z.infer<typeof RunsStarted>;

/** Everything that needs a person now; `untold`: channels that could not be told of it. */
export const ProblemLog = z.object({
  problems: z.array(
    ProblemGroup.extend({
      tenantId: z.int(),
      tenantName: z.string(),
      untold: z.array(z.object({ channel: z.string(), message: z.string() })),
    }),
  ),
});
export type ProblemLog = z.infer<typeof ProblemLog>;
export type LoggedProblem = ProblemLog['problems'][number];
