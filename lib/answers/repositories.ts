import * as z from 'zod';
import { choiceField } from '../fields.ts';
import { Count, Day, Instant, Page } from './figures.ts';

/** Why a repository cannot be collected, and how long there is to fix it. */
export const Problem = z.object({
  code: z.string(),
  message: z.string(),
  since: Instant,
  /** Days until GitHub forgets a day that was not collected; 0 means days are being lost now. */
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
  visibility: choiceField('repository', 'visibility'),
  archived: z.boolean(),
  schedule: choiceField('repository', 'schedule'),
  addedAt: Instant,
  addedBy: z.string(),
  firstCoveredDate: Day.nullable(),
  lastCoveredDate: Day.nullable(),
  lastSuccessAt: Instant.nullable(),
  /** The last day of GitHub's newest answer when that was an old copy; it is asked again every hour. */
  oldCopyThrough: Day.nullable(),
  /**
   * Days until GitHub forgets a day that was not collected, also while paused; 0 means days are being lost now. Null:
   * GitHub gives no traffic, because the repository is archived.
   */
  daysUntilLoss: Count.nullable(),
  problem: Problem.nullable(),
  /** The name of the rule that added it. */
  rule: z.string().nullable(),
  /** Since when no rule matches it any more. It stays until somebody removes it. */
  unmatchedAt: Instant.nullable(),
});
export type Repository = z.infer<typeof Repository>;

export const RepositoryList = z.object({
  repositories: z.array(Repository),
  page: Page,
  /** All repositories of the tenant that the principal may see, regardless of the search. */
  repositoryCount: Count,
  /** The tenant's run in progress, or null. */
  activeRunId: z.int().nullable(),
});
export type RepositoryList = z.infer<typeof RepositoryList>;

export const RepositoryAdded = z.object({
  repository: Repository,
  /** The run that collects it now. Null if it could not be started; then the next alarm collects it. */
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
      visibility: choiceField('repository', 'visibility'),
      fork: z.boolean(),
      archived: z.boolean(),
      /** Traffic needs push access. */
      pushAccess: z.boolean(),
      tracked: z.boolean(),
    }),
  ),
  /** For the next page of them; null after the last one. */
  nextCursor: z.string().nullable(),
  /** True if GitHub has more repositories than these. */
  truncated: z.boolean(),
  /** True if organizations hold back repositories until the token is authorized by single sign-on. */
  heldBack: z.boolean(),
});
export type Discovered = z.infer<typeof Discovered>;
export type Candidate = Discovered['candidates'][number];

/** How much is stored for a repository, or was deleted with it. */
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
