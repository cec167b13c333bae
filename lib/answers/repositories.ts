import * as z from 'zod';
import { Count, Day, Instant, Page } from './figures.ts';

/** What stands in a repository's way, and how long there is to mend it. */
export const Problem = z.object({
  code: z.string(),
  message: z.string(),
  since: Instant,
  /** Days until GitHub forgets a day that no run has covered; 0: days are being lost now. */
  daysUntilLoss: Count.nullable(),
});
export type Problem = z.infer<typeof Problem>;

export const Repository = z.object({
  repositoryId: z.int(),
  githubId: z.int(),
  owner: z.string(),
  name: z.string(),
  fullName: z.string(),
  webUrl: z.string(),
  visibility: z.enum(['public', 'private', 'internal']),
  archived: z.boolean(),
  schedule: z.enum(['daily', 'weekly', 'paused']),
  addedAt: Instant,
  addedBy: z.string(),
  firstCoveredDate: Day.nullable(),
  lastCoveredDate: Day.nullable(),
  lastSuccessAt: Instant.nullable(),
  /** Days until GitHub forgets a day that no run has covered, also while collection is paused; 0: days are being lost now. */
  daysUntilLoss: Count,
  problem: Problem.nullable(),
});
export type Repository = z.infer<typeof Repository>;

export const RepositoryList = z.object({
  repositories: z.array(Repository),
  page: Page,
  /** Repositories of the tenant that the principal may see, whatever was searched for. */
  repositoryCount: Count,
  /** The run that is at work for the tenant, to show progress. */
  activeRunId: z.int().nullable(),
});
export type RepositoryList = z.infer<typeof RepositoryList>;

export const RepositoryAdded = z.object({
  repository: Repository,
  /** The run that collects it at once; null when it could not be started (the next alarm collects it). */
  runId: z.int().nullable(),
});
export type RepositoryAdded = z.infer<typeof RepositoryAdded>;

export const RepositoriesAdded = z.object({
  added: z.array(Repository),
  refused: z.array(z.object({ owner: z.string(), name: z.string(), code: z.string(), message: z.string() })),
  runId: z.int().nullable(),
});
export type RepositoriesAdded = z.infer<typeof RepositoriesAdded>;
/** A repository that was not added, and why. */
export type Refused = RepositoriesAdded['refused'][number];

export const ScheduleSet = z.object({ repositories: z.array(Repository) });
export type ScheduleSet = z.infer<typeof ScheduleSet>;

export const Discovered = z.object({
  candidates: z.array(
    z.object({
      githubId: z.int(),
      owner: z.string(),
      name: z.string(),
      fullName: z.string(),
      visibility: z.enum(['public', 'private', 'internal']),
      archived: z.boolean(),
      /** Traffic needs push access. */
      pushAccess: z.boolean(),
      tracked: z.boolean(),
    }),
  ),
  /** True when GitHub has more than were read. */
  truncated: z.boolean(),
});
export type Discovered = z.infer<typeof Discovered>;
export type Candidate = Discovered['candidates'][number];

/** What would be deleted with a repository, or was. */
export const Stored = z.object({
  trafficDays: Count,
  firstDate: Day.nullable(),
  lastDate: Day.nullable(),
  snapshots: Count,
});
export type Stored = z.infer<typeof Stored>;

export const RepositoryDetail = z.object({ repository: Repository, stored: Stored });
export type RepositoryDetail = z.infer<typeof RepositoryDetail>;

export const RepositoryRemoved = z.object({ repositoryId: z.int(), fullName: z.string(), deleted: Stored });
export type RepositoryRemoved = z.infer<typeof RepositoryRemoved>;
