import type { Comparison } from '../answers/figures.ts';
import { type RepositoryRow, toFullName } from '../repositories/repository.ts';
import type { Metric } from '../traffic/figures.ts';
import type { RangeSums } from './overview-sums.ts';
import { changeOf, SUM_OF } from './totals.ts';

/** Which repositories an overview lists, and in which order. */
export interface ListRequest {
  /** Only repositories whose full name contains it are listed; the totals are of all. */
  q?: string | undefined;
  sort: 'name' | 'change' | 'stars' | Metric;
  /** Names ascend and figures descend by default. */
  order?: 'asc' | 'desc' | undefined;
}

/** A repository with its traffic in the range. */
export interface RepositoryTraffic {
  row: RepositoryRow;
  sums: RangeSums;
  comparison: Comparison;
}

/** The repositories that match the search, sorted: unknown figures come last in either order, equal ones by name. */
export function listTraffic(
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
    if (left === null || right === null) return Number(left === null) - Number(right === null);
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
