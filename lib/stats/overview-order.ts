import { type RepositoryStanding, toFullName } from '../repositories/repository.ts';
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
  row: RepositoryStanding;
  sums: RangeSums;
  /** Whether all days of both spans are known and final. */
  comparable: boolean;
}

/** The repositories that match the search, sorted: unknown figures come last in either order, equal ones by name. */
export function listTraffic(
  traffic: readonly RepositoryTraffic[],
  { q = '', sort, order = sort === 'name' ? 'asc' : 'desc' }: ListRequest,
): RepositoryTraffic[] {
  const sought = q.trim().toLowerCase();
  const found =
    sought === '' ? traffic : traffic.filter(({ row }) => toFullName(row).toLowerCase().includes(sought));
  const byName = compareNames();
  const sign = order === 'asc' ? 1 : -1;
  if (sort === 'name') return found.toSorted((one, other) => sign * byName(one, other));
  return found.toSorted((one, other) => {
    const left = sortKey(one, sort);
    const right = sortKey(other, sort);
    if (left === right) return byName(one, other);
    if (left === null || right === null) return Number(left === null) - Number(right === null);
    return sign * (left - right);
  });
}

/** Compares by name. Only equal figures need it, so a name's key is made when it is first asked for. */
function compareNames(): (one: RepositoryTraffic, other: RepositoryTraffic) => number {
  const keys = new Map<RepositoryStanding, string>();
  const keyOf = ({ row }: RepositoryTraffic) => {
    const key = keys.get(row) ?? toNameKey(row);
    keys.set(row, key);
    return key;
  };
  return (one, other) => {
    const left = keyOf(one);
    const right = keyOf(other);
    return Number(left > right) - Number(left < right);
  };
}

/** GitHub's names have at most 100 characters. */
const MAX_DIGITS = 100;

/** Sorts names as people do: x-9 before x-10. They are ASCII; a collator would have to be loaded at each start. */
function toNameKey(row: RepositoryStanding): string {
  const name = toFullName(row).toLowerCase();
  return name.replace(/\d+/g, (digits) => digits.padStart(MAX_DIGITS, '0'));
}

function sortKey(
  { row, sums, comparable }: RepositoryTraffic,
  sort: Exclude<ListRequest['sort'], 'name'>,
): number | null {
  if (sort === 'stars') return row.stars;
  return sort === 'change' ? changeOf({ comparable, ...sums }, 'viewCount') : sums.total[SUM_OF[sort]];
}
