import type { Changes } from '../location.ts';
import { reads } from '../reads.ts';
import { viewOf } from '../view.ts';

/** The most repositories in one chart: more lines cannot be told apart. */
export const MAX_COMPARED = 6;

/** The repositories that an address names, at most six. */
export function comparedIds(query: URLSearchParams): number[] {
  const ids = (query.get('repositories') ?? '').split(',').filter((id) => /^[1-9]\d{0,8}$/.test(id));
  return [...new Set(ids.map(Number))].slice(0, MAX_COMPARED);
}

/** The address with other repositories. */
export const withIds = (ids: readonly number[]): Changes => ({ repositories: ids.join(',') || null });

/** The days that an address names. A group does not matter: the repositories have been chosen. */
function daysOf(query: URLSearchParams) {
  const { range, from, to, by } = viewOf(query);
  return { range, from, to, by };
}

export const seriesRead = (tenantId: number, query: URLSearchParams) =>
  reads.series(tenantId, { ...daysOf(query), repositories: comparedIds(query).join(',') });
