import type { Generated } from 'kysely';
import type { Day } from '../../day.ts';
import type { Visibility } from '../../github/answers.ts';
import type { Instant } from '../../instant.ts';

/** How often the alarm collects a repository; a paused one is collected only when a person names it. */
export type Schedule = 'daily' | 'weekly' | 'paused';

/** What is read of a repository besides its traffic; each kind succeeds and fails by itself. */
export type ExtraKind = 'stars' | 'releases' | 'workflow runs';

interface Repository {
  tenantId: number;
  repositoryId: Generated<number>;
  githubId: number;
  owner: string;
  name: string;
  visibility: Visibility;
  archivedAt: Instant | null;
  schedule: Schedule;
  addedAt: Instant;
  addedBy: string;
  firstCoveredDate: Day | null;
  lastCoveredDate: Day | null;
  lastSuccessAt: Instant | null;
  failureCode: string | null;
  failureMessage: string | null;
  failureAt: Instant | null;
  refusedAt: Instant | null;
  endedWeek: Day | null;
  endedWeekUniques: number | null;
}

interface RepositoryEvent {
  tenantId: number;
  repositoryId: number;
  kind: 'renamed' | 'transferred' | 'archived' | 'unarchived';
  occurredAt: Instant;
  nameBefore: string | null;
  nameAfter: string | null;
}

interface RepositoryFact {
  tenantId: number;
  repositoryId: number;
  factDate: Day;
  stars: number;
  forks: number;
  subscribers: number;
  openIssues: number;
}

interface RepositoryExtra {
  tenantId: number;
  repositoryId: number;
  kind: ExtraKind;
  triedAt: Instant;
  readAt: Instant | null;
  nextPage: number | null;
  seenCount: number | null;
  failureCode: string | null;
  failureMessage: string | null;
}

interface StarDay {
  tenantId: number;
  repositoryId: number;
  starDate: Day;
  gained: number;
}

interface ReleaseAsset {
  tenantId: number;
  repositoryId: number;
  assetId: number;
  releaseId: number;
  tag: string;
  releaseName: string;
  assetName: string;
  sizeBytes: number;
  createdAt: Instant;
  publishedAt: Instant;
  downloadCount: number;
  removedDate: Day | null;
}

interface ReleaseDownload {
  tenantId: number;
  repositoryId: number;
  assetId: number;
  downloadDate: Day;
  sinceDate: Day | null;
  gained: number | null;
  downloadCount: number;
}

interface WorkflowDay {
  tenantId: number;
  repositoryId: number;
  runDate: Day;
  runCount: number;
}

/** Repositories, and what is known of them besides their traffic. */
export interface RepositoryTables {
  repository: Repository;
  repositoryFact: RepositoryFact;
  repositoryEvent: RepositoryEvent;
  repositoryExtra: RepositoryExtra;
  starDay: StarDay;
  releaseAsset: ReleaseAsset;
  releaseDownload: ReleaseDownload;
  workflowDay: WorkflowDay;
}
