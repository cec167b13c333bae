import type { TenantAccess } from '../access.ts';
import type { Comparison } from '../answers/figures.ts';
import type { Overview, OverviewRepository } from '../answers/stats.ts';
import { toCsv } from '../csv.ts';
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
import type { Metric } from '../traffic/figures.ts';
import { findFirstDate } from '../traffic/tables.ts';
import { settledDate } from '../traffic/window.ts';
import { bucketsOf } from './buckets.ts';
import {
  addRangeSums,
  type Calendar,
  emptyRangeSums,
  type RangeSums,
  sumRepositories,
} from './overview-sums.ts';
import { type RangeRequest, spansOf, toRange } from './range.ts';
import { changeOf, SUM_OF, toComparison, toTotals } from './totals.ts';

/** Which repositories an overview lists, and in which order. */
interface ListRequest {
  /** Only repositories whose full name contains it are listed; the totals are of all. */
  q?: string | undefined;
  sort: 'name' | 'change' | 'stars' | Metric;
  /** Names ascend and figures descend by default. */
  order?: 'asc' | 'desc' | undefined;
}

/** The range of an overview and its list; pages count from 1. */
export interface OverviewRequest extends RangeRequest, ListRequest {
  page: number;
  size: number;
}

const MAX_BUCKETS = 130;

/** The overview of a tenant's repositories in scope. Throws what `toRange` throws. */
export async function readOverview(
  db: Db,
  access: TenantAccess,
  request: OverviewRequest,
  now: Date,
): Promise<Overview> {
  const { rows, calendar, traffic } = await readTraffic(db, access, request, now);
  const { total, current, previous, series } = emptyRangeSums(calendar.buckets.length);
  for (const { sums } of traffic) addRangeSums({ total, current, previous, series }, sums);
  const listed = listTraffic(traffic, request);
  const start = (request.page - 1) * request.size;
  return {
    tenantId: access.tenantId,
    range: calendar.range,
    buckets: calendar.buckets,
    series,
    totals: toTotals(total),
    comparison: toComparison(calendar.spans, { current, previous }, rows.length),
    repositories: listed.slice(start, start + request.size).map((one) => toOverviewRepository(one, now)),
    page: { number: request.page, size: request.size, total: listed.length },
    repositoryCount: rows.length,
    problemCount: rows.filter((row) => toProblem(row, now) !== null).length,
    attention: await readAttention(db, access, rows, now),
    activeRunId: await findActiveRun(db, access.tenantId, now),
  };
}

const CSV_TOTALS = [
  'viewCount',
  'viewUniquesLower',
  'viewUniquesUpper',
  'cloneCount',
  'cloneUniquesLower',
  'cloneUniquesUpper',
  'knownDays',
  'lostDays',
] as const;

/**
 * Every listed repository as CSV, in the overview's order, whatever the page. The change is a fraction, empty when it is
 * unknown. Throws what `toRange` throws.
 */
export async function toOverviewCsv(
  db: Db,
  access: TenantAccess,
  request: OverviewRequest,
  now: Date,
): Promise<string> {
  const { traffic } = await readTraffic(db, access, request, now);
  const rows = listTraffic(traffic, request).map(({ row, sums, comparison }) => [
    row.repositoryId,
    row.owner,
    row.name,
    ...CSV_TOTALS.map((column) => sums.total[column]),
    changeOf(comparison, 'viewCount'),
    row.stars,
    String(row.archivedAt !== null),
    row.lastSuccessAt,
    toProblem(row, now)?.code ?? null,
  ]);
  const standing = ['viewCountChange', 'stars', 'archived', 'lastSuccessAt', 'problem'];
  return toCsv(['repositoryId', 'owner', 'name', ...CSV_TOTALS, ...standing], rows);
}

interface RepositoryTraffic {
  row: RepositoryRow;
  sums: RangeSums;
  comparison: Comparison;
}

async function readTraffic(db: Db, access: TenantAccess, request: RangeRequest, now: Date) {
  const rows = await listRepositoryRows(db, access);
  const today = toDay(now);
  const first = request.range === 'all' ? await findFirstDate(db, access) : null;
  const range = toRange(request, today, first, MAX_BUCKETS);
  const spans = spansOf(range, settledDate(rows, now));
  const calendar: Calendar = { range, spans, buckets: bucketsOf(range), today };
  const sums = await sumRepositories(db, access, rows, calendar);
  const traffic = rows.flatMap((row): RepositoryTraffic[] => {
    const own = sums.get(row.repositoryId);
    return own ? [{ row, sums: own, comparison: toComparison(spans, own, 1) }] : [];
  });
  return { rows, calendar, traffic };
}

/** The repositories that match the search, sorted: unknown figures come last in either order, equal ones by name. */
function listTraffic(
  traffic: readonly RepositoryTraffic[],
  { q = '', sort, order = sort === 'name' ? 'asc' : 'desc' }: ListRequest,
): RepositoryTraffic[] {
  const sought = q.trim().toLowerCase();
  const byName = traffic
    .filter(({ row }) => toFullName(row).toLowerCase().includes(sought))
    .map((one) => ({ one, key: toNameKey(one.row) }))
    .sort((left, right) => Number(left.key > right.key) - Number(left.key < right.key))
    .map(({ one }) => one);
  if (sort === 'name') return order === 'asc' ? byName : byName.reverse();
  const sign = order === 'asc' ? 1 : -1;
  return byName.sort((one, other) => {
    const left = sortKey(one, sort);
    const right = sortKey(other, sort);
    if (left === right) return 0;
    if (left === null || right === null) return left === null ? 1 : -1;
    return sign * (left - right);
  });
}

/** GitHub's names have at most 100 characters. */
const MAX_DIGITS = 100;

/** Sorts names as people do: x-9 before x-10. They are ASCII; a collator would have to be loaded at each start. */
function toNameKey(row: RepositoryRow): string {
  const name = toFullName(row).toLowerCase();
  return name.replace(/\d+/g, (digits) => digits.padStart(MAX_DIGITS, '0'));
}

function sortKey(
  { row, sums, comparison }: RepositoryTraffic,
  sort: Exclude<ListRequest['sort'], 'name'>,
): number | null {
  if (sort === 'stars') return row.stars;
  return sort === 'change' ? changeOf(comparison, 'viewCount') : sums.total[SUM_OF[sort]];
}

function toOverviewRepository({ row, sums, comparison }: RepositoryTraffic, now: Date): OverviewRepository {
  return {
    repositoryId: row.repositoryId,
    fullName: toFullName(row),
    webUrl: toWebUrl(row),
    archived: row.archivedAt !== null,
    stars: row.stars,
    totals: toTotals(sums.total),
    comparison,
    viewCount: sums.series.viewCount,
    cloneCount: sums.series.cloneCount,
    lastSuccessAt: row.lastSuccessAt,
    problem: toProblem(row, now),
  };
}
