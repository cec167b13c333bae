import { reads } from '../reads.ts';
import { viewOf } from '../view.ts';

/** The given parameters of an address. */
export const pick = (query: URLSearchParams, names: string[]) =>
  Object.fromEntries(names.map((name) => [name, query.get(name)]));

/** The overview's request, as the address says. */
export const overviewRead = (tenantId: number, query: URLSearchParams) =>
  reads.overview(tenantId, { ...viewOf(query), ...pick(query, ['q', 'sort', 'order', 'page']) });

export const tableRead = (tenantId: number, query: URLSearchParams) =>
  reads.table(tenantId, { ...viewOf(query), compare: null, ...pick(query, ['q', 'cursor']) });

/** Either CSV holds all rows, not only the current page. */
export const overviewFile = (tenantId: number, query: URLSearchParams) =>
  reads.overview(tenantId, { ...viewOf(query), ...pick(query, ['q', 'sort', 'order']) });

export const tableFile = (tenantId: number, query: URLSearchParams) => ({
  ...reads.tableFile(tenantId, { ...viewOf(query), compare: null, ...pick(query, ['q']) }),
  paged: true as const,
});

/** The request of a repository's page. */
export const repositoryRead = (tenantId: number, repositoryId: number, query: URLSearchParams) =>
  reads.repositoryStats(tenantId, repositoryId, { ...viewOf(query), group: null });

export type Metric = 'views' | 'clones';

/** Which figures the chart and the sparklines show. */
export const metricOf = (query: URLSearchParams): Metric =>
  query.get('metric')?.startsWith('clone') ? 'clones' : 'views';
