import type { TenantAccess } from '../access.ts';
import type { Totals } from '../answers/figures.ts';
import type { Problem } from '../answers/repositories.ts';
import type { Overview, OverviewRepository } from '../answers/stats.ts';
import { toDay } from '../day.ts';
import type { Db } from '../db/database.ts';
import { readAttention } from '../problems/list.ts';
import {
  listRepositoryRows,
  type RepositoryRow,
  toFullName,
  toProblem,
  toWebUrl,
} from '../repositories/repository.ts';
import { findActiveRun } from '../runs.ts';
import { findFirstDate } from '../traffic/tables.ts';
import { settledDate } from '../traffic/window.ts';
import type { Calendar } from './bucket-sums.ts';
import { bucketsOf } from './buckets.ts';
import { listRows, type OverviewSort } from './overview-order.ts';
import { addRangeSums, emptyRangeSums, type RangeSums, sumRepositories } from './overview-sums.ts';
import { type RangeRequest, spansOf, toRange } from './range.ts';
import { changeOf, toComparison, toTotals } from './totals.ts';

/** The range of an overview, and which repositories it lists in which order; pages count from 1. */
export interface OverviewRequest extends RangeRequest {
  /** Only repositories whose full name contains it are listed; the totals are of all. */
  q?: string | undefined;
  sort: OverviewSort;
  /** Names ascend and figures descend unless told. */
  order?: 'asc' | 'desc' | undefined;
  page: number;
  size: number;
}

const MAX_BUCKETS = 130;
/** The overview of a tenant; throws what `toRange` throws. */
export async function readOverview(
  db: Db,
  access: TenantAccess,
  request: OverviewRequest,
  now: Date,
): Promise<Overview> {
  const { rows, calendar, sums } = await readSums(db, access, request, now);
  const all = emptyRangeSums(calendar.buckets.length);
  for (const one of sums.values()) addRangeSums(all, one);
  const { total, current, previous, rest: _, ...series } = all;
  const listed = listRows(rows, sums, calendar.spans, request);
  const start = (request.page - 1) * request.size;
  return {
    tenantId: access.tenantId,
    range: calendar.range,
    buckets: calendar.buckets,
    series,
    totals: toTotals(total),
    comparison: toComparison(calendar.spans, { current, previous }, rows.length),
    repositories: listed
      .slice(start, start + request.size)
      .map(([row, own]) => toOverviewRepository(row, own, calendar, now)),
    page: { number: request.page, size: request.size, total: listed.length },
    repositoryCount: rows.length,
    problemCount: rows.filter((row) => toProblem(row, now) !== null).length,
    attention: await readAttention(db, access, rows, now),
    activeRunId: await findActiveRun(db, access.tenantId, now),
  };
}

/** A listed repository without its small charts. */
interface OverviewRow
  extends Pick<RepositoryRow, 'repositoryId' | 'owner' | 'name' | 'stars' | 'lastSuccessAt'> {
  totals: Totals;
  /** Of the views, relative to the span before; null where the two cannot be compared. */
  change: number | null;
  archived: boolean;
  problem: Problem | null;
}

/** Every listed repository, in the overview's order, whatever the page. Throws what `toRange` throws. */
export async function readOverviewRows(
  db: Db,
  access: TenantAccess,
  request: OverviewRequest,
  now: Date,
): Promise<OverviewRow[]> {
  const { rows, calendar, sums } = await readSums(db, access, request, now);
  return listRows(rows, sums, calendar.spans, request).map(([row, { total, current, previous }]) => ({
    repositoryId: row.repositoryId,
    owner: row.owner,
    name: row.name,
    totals: toTotals(total),
    change: changeOf(toComparison(calendar.spans, { current, previous }, 1), 'viewCount'),
    stars: row.stars,
    archived: row.archivedAt !== null,
    lastSuccessAt: row.lastSuccessAt,
    problem: toProblem(row, now),
  }));
}

async function readSums(db: Db, access: TenantAccess, request: RangeRequest, now: Date) {
  const rows = await listRepositoryRows(db, access);
  const today = toDay(now);
  const first = request.range === 'all' ? await findFirstDate(db, access) : null;
  const range = toRange(request, today, first, MAX_BUCKETS);
  const spans = spansOf(range, settledDate(rows, now));
  const calendar: Calendar = { range, spans, buckets: bucketsOf(range), today };
  return { rows, calendar, sums: await sumRepositories(db, access, rows, calendar) };
}

function toOverviewRepository(
  row: RepositoryRow,
  { total, current, previous, viewCount, cloneCount }: RangeSums,
  { spans }: Calendar,
  now: Date,
): OverviewRepository {
  return {
    repositoryId: row.repositoryId,
    fullName: toFullName(row),
    webUrl: toWebUrl(row),
    archived: row.archivedAt !== null,
    stars: row.stars,
    totals: toTotals(total),
    comparison: toComparison(spans, { current, previous }, 1),
    viewCount,
    cloneCount,
    lastSuccessAt: row.lastSuccessAt,
    problem: toProblem(row, now),
  };
}
