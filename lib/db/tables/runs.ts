import type { Generated } from 'kysely';
import type { Day } from '../../day.ts';
import type { Instant } from '../../instant.ts';

/** Why a run began; `person`: somebody asked for it; `verify`: somebody wants what is stored compared with GitHub. */
export type RunReason = 'alarm' | 'person' | 'added' | 'verify';

/** `partial`: something was collected, and something failed; `failed`: nothing was collected. */
export type RunState = 'running' | 'succeeded' | 'partial' | 'failed';

interface CollectionRun {
  tenantId: number;
  runId: Generated<number>;
  reason: RunReason;
  startedBy: string | null;
  state: RunState;
  startedAt: Instant;
  finishedAt: Instant | null;
  repositoryCount: number;
  failureCode: string | null;
  failureMessage: string | null;
}

interface RunRepository {
  tenantId: number;
  runId: number;
  repositoryId: number;
  fullName: string;
  state: 'waiting' | 'succeeded' | 'failed';
  code: string | null;
  message: string | null;
  daysUntilLoss: number | null;
  requestCount: number;
  unchangedCount: Generated<number>;
  finishedAt: Instant | null;
}

interface RunDifference {
  tenantId: number;
  runId: number;
  repositoryId: number;
  trafficDate: Day;
  metric: string;
  stored: number;
  observed: number;
}

/** Collection runs, and what came of each repository. */
export interface RunTables {
  collectionRun: CollectionRun;
  runRepository: RunRepository;
  runDifference: RunDifference;
}
