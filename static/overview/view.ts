import { reads } from '../reads.ts';

/** The given parameters of an address. */
export const pick = (query: URLSearchParams, names: string[]) =>
  Object.fromEntries(names.map((name) => [name, query.get(name)]));

const SPAN = ['range', 'from', 'to', 'by'];

/** The overview's request, as the address says. */
export const overviewRead = (tenantId: number, query: URLSearchParams) =>
  reads.overview(tenantId, pick(query, [...SPAN, 'q', 'sort', 'order', 'page']));

export const tableRead = (tenantId: number, query: URLSearchParams) =>
  reads.table(tenantId, pick(query, [...SPAN, 'q', 'cursor']));

/** Either CSV holds all rows, not only the current page. */
export const overviewFile = (tenantId: number, query: URLSearchParams) =>
  reads.overview(tenantId, pick(query, [...SPAN, 'q', 'sort', 'order']));

export const tableFile = (tenantId: number, query: URLSearchParams) => ({
  ...reads.tableFile(tenantId, pick(query, [...SPAN, 'q'])),
  paged: true as const,
});

/** The request of a repository's page. */
export const repositoryRead = (tenantId: number, repositoryId: number, query: URLSearchParams) =>
  reads.repositoryStats(tenantId, repositoryId, pick(query, SPAN));

export type Metric = 'views' | 'clones';

/** Which figures the chart and the sparklines show. */
export const metricOf = (query: URLSearchParams): Metric =>
  query.get('show') === 'clones' ? 'clones' : 'views';
