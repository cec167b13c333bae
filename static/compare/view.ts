import type { TrafficSeries } from '../../lib/answers/stats.ts';
import { type Metric, METRICS as TRAFFIC } from '../../lib/traffic/figures.ts';
import type { Read } from '../api.ts';
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

/** The group that an address names. */
export const groupOf = (query: URLSearchParams): number | null => Number(viewOf(query).group) || null;

/**
 * What is compared: the repositories that an address names, or the largest ones of its group. Null if it names neither. A group does
 * not matter where repositories have been chosen.
 */
export function seriesRead(tenantId: number, query: URLSearchParams): Read<TrafficSeries> | null {
  const { range, from, to, by, compare } = viewOf(query);
  const days = { range, from, to, by, compare };
  const ids = comparedIds(query);
  if (ids.length > 0) return reads.series(tenantId, { ...days, repositories: ids.join(',') });
  const group = groupOf(query);
  if (group === null) return null;
  return reads.series(tenantId, {
    ...days,
    group: String(group),
    top: String(MAX_COMPARED),
    metric: rankedBy(query),
  });
}

/** The figure by which the largest of a group are found: stars and downloads have no such order. */
export function rankedBy(query: URLSearchParams): Metric {
  return TRAFFIC.find((metric) => metric === query.get('metric')) ?? 'viewCount';
}
