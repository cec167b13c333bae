import type { TenantAccess } from '../access.ts';
import type { RepositoryStats } from '../answers/stats.ts';
import { toDay } from '../day.ts';
import type { Db } from '../db/database.ts';
import { listExtraStates } from '../extras/extra.ts';
import { readReleaseDownloads } from '../extras/releases.ts';
import { readStarHistory, readStarSeries } from '../extras/stars.ts';
import { readWorkflowRuns } from '../extras/workflow-runs.ts';
import { listEvents, listFacts, type RepositoryFact } from '../repositories/facts.ts';
import { requireRepositoryRow, toRepository } from '../repositories/repository.ts';
import { findActiveRun } from '../runs.ts';
import { rememberedFrom } from '../traffic/window.ts';
import { listNewestWindows, listRevisions } from '../traffic.ts';
import { bucketOf, type RangeRequest } from './range.ts';
import { type RepositoryFigures, readFigures } from './repository-figures.ts';
import { listPaths, listReferrers } from './snapshot-lists.ts';

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
): Promise<RepositoryStats> {
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
