/** What a column holds. `uniques` belongs to the one metric that the table counts, as does `count`. */
export type Role =
  | 'date'
  | 'capture'
  | 'repository'
  | 'seedId'
  | 'owner'
  | 'count'
  | 'uniques'
  | 'viewCount'
  | 'viewUniques'
  | 'cloneCount'
  | 'cloneUniques'
  | 'referrer'
  | 'path'
  | 'title'
  | 'stars'
  | 'starsRebuilt'
  | 'forks'
  | 'forksRebuilt'
  | 'subscribers'
  | 'openIssues';

/** Column names of the tools and of home-made tables, in lower case with `_` between words. */
const ROLES: Record<Role, string[]> = {
  date: ['date', 'day', 'timestamp', 'time', 'time_iso8601', 'tdate', 'datetime', 'date_utc', 'datum', 'tag'],
  capture: [
    'snapshot_date',
    'collection_timestamp',
    'collected_at',
    'request_date',
    'fetched_at',
    'captured_at',
  ],
  repository: [
    'repository',
    'repository_name',
    'repo',
    'repo_name',
    'full_name',
    'repository_full_name',
    'reponame',
  ],
  seedId: ['rid'],
  owner: ['owner', 'org', 'organization', 'orgname'],
  count: ['count', 'count_total', 'total'],
  uniques: ['uniques', 'unique', 'count_unique', 'unique_visitors_cloners'],
  viewCount: [
    'views',
    'view',
    'view_count',
    'views_count',
    'viewcount',
    'total_views',
    'views_total',
    'page_views',
  ],
  viewUniques: [
    'unique_views',
    'views_unique',
    'views_uniques',
    'view_uniques',
    'uniques_views',
    'unique_visitors',
    'visitors',
    'unique_viewers',
    'vuniques',
  ],
  cloneCount: [
    'clones',
    'clone',
    'clone_count',
    'clones_count',
    'clonecount',
    'total_clones',
    'clones_total',
  ],
  cloneUniques: [
    'unique_clones',
    'clones_unique',
    'clones_uniques',
    'clone_uniques',
    'uniques_clones',
    'unique_cloners',
    'cloners',
    'cuniques',
  ],
  referrer: ['referrer', 'referrers', 'referer', 'site', 'source'],
  path: ['path', 'paths', 'url_path', 'popular_path'],
  title: ['title'],
  stars: ['stars', 'star_count', 'stargazers', 'stargazers_count', 'stargazers_cumulative_snapshot'],
  starsRebuilt: ['stars_cumulative'],
  forks: ['forks', 'fork_count', 'forks_count'],
  forksRebuilt: ['forks_cumulative'],
  subscribers: ['subscribers', 'subscribers_count'],
  openIssues: ['open_issues', 'open_issues_count'],
};

const ROLE_OF = new Map(
  Object.entries(ROLES).flatMap(([role, names]) => names.map((name) => [name, role as Role] as const)),
);

/** A header’s cell in lower case with `_` between words. */
export const toColumnName = (cell: string) =>
  cell
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_|_$/g, '');

/** The place of each column that we know. */
export type Columns = Partial<Record<Role, number>>;

/** What the columns of a table hold, by their names. */
export function columnsOf(header: readonly string[]): Columns {
  const columns: Columns = {};
  for (const [index, cell] of header.entries()) {
    const role = ROLE_OF.get(toColumnName(cell));
    if (role && columns[role] === undefined) columns[role] = index;
  }
  // Alone, a name may be anything's.
  const name = header.findIndex((cell) => toColumnName(cell) === 'name');
  if (name >= 0 && columns.owner !== undefined) columns.repository ??= name;
  return columns;
}
