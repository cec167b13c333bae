import type { Day } from '../../day.ts';
import type { Instant } from '../../instant.ts';

/** Null is unknown, never zero. */
interface Figures {
  viewCount: number | null;
  viewUniques: number | null;
  cloneCount: number | null;
  cloneUniques: number | null;
}

interface TrafficDay extends Figures {
  tenantId: number;
  repositoryId: number;
  trafficDate: Day;
  state: 'measured' | 'zero' | 'provisional' | 'imported';
  observedAt: Instant;
}

interface TrafficRevision {
  tenantId: number;
  repositoryId: number;
  trafficDate: Day;
  metric: string;
  kept: number;
  observed: number;
  observedAt: Instant;
}

interface TrafficWeek extends Figures {
  tenantId: number;
  repositoryId: number;
  weekStart: Day;
  observedAt: Instant;
}

interface TrafficWindow {
  tenantId: number;
  repositoryId: number;
  observedDate: Day;
  viewCount: number;
  viewUniques: number;
  cloneCount: number;
  cloneUniques: number;
}

interface ReferrerSnapshot {
  tenantId: number;
  repositoryId: number;
  snapshotDate: Day;
  listRank: number;
  referrer: string;
  viewCount: number;
  viewUniques: number;
}

interface PathSnapshot {
  tenantId: number;
  repositoryId: number;
  snapshotDate: Day;
  listRank: number;
  path: string;
  title: string;
  viewCount: number;
  viewUniques: number;
}

/** The figures of repositories, and their lists of referrers and paths. */
export interface TrafficTables {
  trafficDay: TrafficDay;
  trafficRevision: TrafficRevision;
  trafficWeek: TrafficWeek;
  trafficWindow: TrafficWindow;
  referrerSnapshot: ReferrerSnapshot;
  pathSnapshot: PathSnapshot;
}
