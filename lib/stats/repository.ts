import type { TenantAccess } from '../access.ts';
import { type Day, toDay } from '../day.ts';
import type { Db } from '../db/database.ts';
import { listExtraStates } from '../extras/extra.ts';
import { type ReleaseDownloads, readReleaseDownloads } from '../extras/releases.ts';
import { readStarHistory, readStarSeries, type StarHistory } from '../extras/stars.ts';
import { readWorkflowRuns, type WorkflowRuns } from '../extras/workflow-runs.ts';
import { listEvents, listFacts, type RepositoryEvent, type RepositoryFact } from '../repositories/facts.ts';
import { type Repository, requireRepositoryRow, toRepository } from '../repositories/repository.ts';
import { findActiveRun } from '../runs.ts';
import { rememberedFrom } from '../traffic/window.ts';
import { listNewestWindows, listRevisions, type TrafficWindow } from '../traffic.ts';
import { bucketOf, type RangeRequest } from './range.ts';
import { type RepositoryFigures, readFigures } from './repository-figures.ts';
import { listPaths, listReferrers, type RankedPath, type RankedReferrer } from './snapshot-lists.ts';

/** Everything that is known of one repository's traffic in a range. */
export interface RepositoryTraffic extends RepositoryFigures {
  tenantId: number;
  repository: Repository;
  window: TrafficWindow | null;
  snapshotDate: Day | null;
  referrers: RankedReferrer[];
  paths: RankedPath[];
  facts: { [fact in 'stars' | 'starsGained' | 'forks' | 'subscribers' | 'openIssues']: (number | null)[] };
  /** The stars of all years; null: they were never asked for. */
  starHistory: StarHistory | null;
  /** Null: they were never asked for. */
  releases: ReleaseDownloads | null;
  workflowRuns: WorkflowRuns | null;
  events: RepositoryEvent[];
  revisions: Awaited<ReturnType<typeof listRevisions>>;
  rememberedFrom: Day;
  activeRunId: number | null;
}

/**
 * One repository in scope, with all that is known of it in a range. Throws `repository_not_found`, and what `toRange`
 * throws.
 */
export async function readRepositoryTraffic(
  db: Db,
  access: TenantAccess,
  repositoryId: number,
  request: RangeRequest,
  now: Date,
): Promise<RepositoryTraffic> {
  const row = await requireRepositoryRow(db, access, repositoryId);
  const key = { tenantId: access.tenantId, repositoryId };
  const figures = await readFigures(db, row, request, now);
  const { from, to } = figures.range;
  const [newest, previous] = await listNewestWindows(db, key, to);
  const inRange = newest && newest.observedDate >= from ? newest.observedDate : null;
  const extras = await listExtraStates(db, access.tenantId, repositoryId);
  const dates = { from, newest: newest?.observedDate ?? null, previous: previous?.observedDate ?? null };
  return {
    tenantId: access.tenantId,
    repository: toRepository(row, now),
    ...figures,
    window: newest ?? null,
    snapshotDate: inRange,
    referrers: await listReferrers(db, key, dates),
    paths: await listPaths(db, key, dates),
    facts: {
      ...toFactSeries(await listFacts(db, key, from, to), figures),
      ...(await readStarSeries(db, key, extras, figures.range)),
    },
    starHistory: await readStarHistory(db, key, extras, { now }),
    releases: await readReleaseDownloads(db, key, extras, figures.range),
    workflowRuns: await readWorkflowRuns(db, key, extras, { range: figures.range, now }),
    events: await listEvents(db, key, from, to),
    revisions: await listRevisions(db, key, from, to),
    rememberedFrom: rememberedFrom(toDay(now)),
    activeRunId: await findActiveRun(db, access.tenantId, now),
  };
}

/** The facts of the last day in each bucket that has any, besides stars. */
function toFactSeries(facts: readonly RepositoryFact[], { buckets, range }: RepositoryFigures) {
  const last = new Map(facts.map((fact) => [bucketOf(fact.factDate, range.by), fact]));
  const column = (name: 'forks' | 'subscribers' | 'openIssues') =>
    buckets.map((bucket) => last.get(bucket)?.[name] ?? null);
  return {
    forks: column('forks'),
    subscribers: column('subscribers'),
    openIssues: column('openIssues'),
  };
}
