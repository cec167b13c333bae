import { type RepositoryRow, toFullName } from '../repositories/repository.ts';
import type { RangeSums } from './overview-sums.ts';
import type { Spans } from './range.ts';
import { changeOf, toComparison } from './totals.ts';

/** By what the repositories of an overview are ordered. */
export type OverviewSort =
  | 'name'
  | 'viewCount'
  | 'viewUniques'
  | 'cloneCount'
  | 'cloneUniques'
  | 'change'
  | 'stars';

/** Of a number within a name; GitHub's names have at most 100 characters. */
const MAX_DIGITS = 100;

/** Which repositories are listed, in which order. */
interface Order {
  q?: string | undefined;
  sort: OverviewSort;
  /** Names ascend and figures descend unless told. */
  order?: 'asc' | 'desc' | undefined;
}

type Listed = [RepositoryRow, RangeSums];

/** The repositories that match the search, sorted: unknown figures come last in either order, equal ones by name. */
export function listRows(
  rows: readonly RepositoryRow[],
  sums: ReadonlyMap<number, RangeSums>,
  spans: Spans,
  { q = '', sort, order }: Order,
): Listed[] {
  const sought = q.trim().toLowerCase();
  const listed = rows.flatMap((row): Listed[] => {
    const own = sums.get(row.repositoryId);
    return own && toFullName(row).toLowerCase().includes(sought) ? [[row, own]] : [];
  });
  const byName = listed
    .map((one) => ({ one, key: toNameKey(one[0]) }))
    .sort((left, right) => Number(left.key > right.key) - Number(left.key < right.key))
    .map(({ one }) => one);
  const ascending = order ?? (sort === 'name' ? 'asc' : 'desc');
  if (sort === 'name') return ascending === 'asc' ? byName : byName.reverse();
  const sign = ascending === 'asc' ? 1 : -1;
  return byName.sort((one, other) => {
    const left = sortKey(one, spans, sort);
    const right = sortKey(other, spans, sort);
    if (left === right) return 0;
    if (left === null || right === null) return left === null ? 1 : -1;
    return sign * (left - right);
  });
}

/** Sorts names as people do: x-9 before x-10. They are ASCII; a collator would have to be loaded at each start. */
function toNameKey(row: RepositoryRow): string {
  const name = toFullName(row).toLowerCase();
  return name.replace(/\d+/g, (digits) => digits.padStart(MAX_DIGITS, '0'));
}

function sortKey(
  [row, { total, current, previous }]: Listed,
  spans: Spans,
  sort: Exclude<OverviewSort, 'name'>,
): number | null {
  if (sort === 'viewCount') return total.viewCount;
  if (sort === 'viewUniques') return total.viewUniquesUpper;
  if (sort === 'cloneCount') return total.cloneCount;
  if (sort === 'cloneUniques') return total.cloneUniquesUpper;
  if (sort === 'stars') return row.stars;
  return changeOf(toComparison(spans, { current, previous }, 1), 'viewCount');
}
