import { parsePeriod } from '../lib/reports/period.ts';

/** What of an address follows the reader from page to page: the days, their steps, the comparison and the group. */
const VIEW = ['range', 'from', 'to', 'by', 'compare', 'group'] as const;

export type View = Record<(typeof VIEW)[number], string | null>;

/** The view that an address names; null: its default. */
export function viewOf(query: URLSearchParams): View {
  return {
    range: query.get('range'),
    from: query.get('from'),
    to: query.get('to'),
    by: query.get('by'),
    compare: query.get('compare'),
    group: query.get('group'),
  };
}

const tenantOf = (path: string) => /^\/t\/(\d+)/.exec(path)?.[1];

/**
 * A link that keeps the view of the current page. What the link says itself goes first. Another tenant has other groups, so a
 * group is dropped with its tenant.
 */
export function withView(href: string, from: { pathname: string; search: string } = location): string {
  const [path = '', text] = href.split('?');
  const query = new URLSearchParams(text);
  const current = new URLSearchParams(from.search);
  const namesDays = ['range', 'from', 'to'].some((name) => query.has(name));
  const period = current.get('period');
  if (period && !namesDays) setPeriod(query, path, period);
  for (const name of VIEW) {
    const value = current.get(name);
    if (!value || query.has(name)) continue;
    if (name === 'group' && tenantOf(path) !== tenantOf(from.pathname)) continue;
    if (namesDays && (name === 'range' || name === 'from' || name === 'to')) continue;
    query.set(name, value);
  }
  const kept = query.toString();
  return kept ? `${path}?${kept}` : path;
}

/** The period of a report goes along to other reports by its name, and to other pages as its days. */
function setPeriod(query: URLSearchParams, path: string, period: string) {
  const { from, to } = parsePeriod(period) ?? {};
  if (path.endsWith('/reports')) query.set('period', period);
  else if (from && to) {
    query.set('from', from);
    query.set('to', to);
  }
}
