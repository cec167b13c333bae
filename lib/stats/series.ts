import type { TenantAccess } from '../access.ts';
import type { Range } from '../answers/figures.ts';
import type { TrafficSeries } from '../answers/stats.ts';
import { toDay } from '../day.ts';
import type { Db } from '../db/database.ts';
import { type EventSource, listEvents } from '../events.ts';
import { listExtraStates } from '../extras/extra.ts';
import { readDownloadSeries } from '../extras/releases.ts';
import { readStarSeries } from '../extras/stars.ts';
import { listFacts } from '../repositories/facts.ts';
import { listRepositoryRows, type RepositoryRow, toFullName } from '../repositories/repository.ts';
import { notFound } from '../request.ts';
import type { Metric } from '../traffic/figures.ts';
import { findFirstDate } from '../traffic/tables.ts';
import { bucketsOf } from './buckets.ts';
import { type RangeRequest, toRange } from './range.ts';
import { readFigures, toFactSeries } from './repository.ts';
import { inScope } from './scope.ts';

/** Which repositories: these, or so many with the largest sum of a figure. */
export interface SeriesRequest extends RangeRequest {
  repositories?: number[] | undefined;
  top?: number | undefined;
  metric: Metric;
}

/** The most repositories in an answer. */
export const MAX_SERIES = 8;

/** A year by day; more would not fit into an answer. */
const MAX_BUCKETS = 400;

/**
 * Several repositories bucket by bucket, in the order of the request, or the largest first. Throws `repository_not_found`,
 * and what `toRange` throws.
 */
export async function readSeries(
  db: Db,
  access: TenantAccess,
  request: SeriesRequest,
  now: Date,
): Promise<TrafficSeries> {
  const named = request.repositories && [...new Set(request.repositories)];
  const scope = named ? narrow(access, named) : access;
  const first = request.range === 'all' ? await findFirstDate(db, scope) : null;
  const range = toRange(request, toDay(now), first, MAX_BUCKETS);
  const ids = named ?? (await listLargest(db, access, range, request));
  const rows = await listRepositoryRows(db, { tenantId: access.tenantId, repositoryIds: ids });
  // All time is the same for each, whenever its own began.
  const { from, to, by } = range;
  const asked = {
    range: request.range === 'all' ? undefined : request.range,
    from,
    to,
    by,
    compare: request.compare,
  };
  const repositories: TrafficSeries['repositories'] = [];
  const sources: EventSource[] = [];
  for (const id of ids) {
    const row = rows.find(({ repositoryId }) => repositoryId === id);
    if (!row) throw notFound('repository');
    const one = await readOne(db, row, asked, now);
    repositories.push({ ...one, colorIndex: row.colorIndex });
    sources.push({ ...row, lostDays: one.totals.lostDays });
  }
  const shown = { tenantId: access.tenantId, repositoryIds: ids };
  const happened = await listEvents(db, shown, sources, { from: range.from, to: range.to, now });
  return { tenantId: access.tenantId, range, buckets: bucketsOf(range), repositories, ...happened };
}

/** The same access for these repositories alone. */
function narrow({ tenantId, repositoryIds }: TenantAccess, asked: number[]): TenantAccess {
  if (repositoryIds !== null && !asked.every((id) => repositoryIds.includes(id)))
    throw notFound('repository');
  return { tenantId, repositoryIds: asked };
}

async function readOne(db: Db, row: RepositoryRow, request: RangeRequest, now: Date) {
  const { tenantId, repositoryId } = row;
  const key = { tenantId, repositoryId };
  const { range, series, totals, comparison, buckets } = await readFigures(db, row, request, now);
  const { from, to } = range;
  const extras = await listExtraStates(db, tenantId, repositoryId);
  const releases = extras.find(({ kind }) => kind === 'releases');
  const found = releases && (await readDownloadSeries(db, key, releases, range));
  return {
    repositoryId,
    fullName: toFullName(row),
    archived: row.archivedAt !== null,
    totals,
    comparison,
    series: {
      ...series,
      ...(await readStarSeries(db, key, extras, range)),
      forks: toFactSeries(await listFacts(db, key, from, to), { range, buckets }).forks,
      downloads: found?.downloads ?? buckets.map(() => null),
    },
  };
}

/** The repositories with the largest sum of a figure in a range. */
async function listLargest(
  db: Db,
  access: TenantAccess,
  { from, to }: Range,
  { metric, top = MAX_SERIES }: SeriesRequest,
): Promise<number[]> {
  const rows = await db
    .selectFrom('trafficDay')
    .select(({ fn }) => ['repositoryId', fn.sum<number | null>(metric).as('sum')])
    .where(inScope(access))
    .where('trafficDate', '>=', from)
    .where('trafficDate', '<=', to)
    .groupBy('repositoryId')
    .orderBy('repositoryId')
    .execute();
  return rows
    .toSorted((one, other) => (other.sum ?? -1) - (one.sum ?? -1))
    .slice(0, top)
    .map(({ repositoryId }) => repositoryId);
}
