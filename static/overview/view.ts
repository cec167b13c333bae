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

/** The name of a file, with its days. */
export const fileName = (kind: string, range: { from: string; to: string } | undefined) =>
  `traffic-${kind}${range ? `-${range.from}-to-${range.to}` : ''}.csv`;

export const tableFile = (tenantId: number, query: URLSearchParams) => ({
  ...reads.tableFile(tenantId, { ...viewOf(query), compare: null, ...pick(query, ['q']) }),
  paged: true as const,
});

/** The request of a repository's page. */
export const repositoryRead = (tenantId: number, repositoryId: number, query: URLSearchParams) =>
  reads.repositoryStats(tenantId, repositoryId, { ...viewOf(query), group: null });
