import { withView } from './view.ts';

type TenantSection =
  | 'compare'
  | 'repositories'
  | 'rules'
  | 'dashboards'
  | 'reports'
  | 'runs'
  | 'groups'
  | 'annotations'
  | 'alerts'
  | 'members'
  | 'notifications'
  | 'keys'
  | 'export'
  | 'imports'
  | 'shares'
  | 'audit';

/** The page that an address names. */
export type Route =
  | {
      page:
        | 'home'
        | 'initialize'
        | 'profile'
        | 'tenants'
        | 'servers'
        | 'system-roles'
        | 'system-log'
        | 'system-audit'
        | 'unknown';
    }
  | {
      page: 'overview' | TenantSection;
      tenantId: number;
    }
  | { page: 'repository'; tenantId: number; repositoryId: number }
  | { page: 'run'; tenantId: number; runId: number }
  | { page: 'dashboard' | 'edit-dashboard'; tenantId: number; dashboardId: string };

const FIXED: Record<string, Route> = {
  '/': { page: 'home' },
  '/initialize': { page: 'initialize' },
  '/me': { page: 'profile' },
  '/admin/tenants': { page: 'tenants' },
  '/admin/servers': { page: 'servers' },
  '/admin/roles': { page: 'system-roles' },
  '/admin/log': { page: 'system-log' },
  '/admin/audit': { page: 'system-audit' },
};

const BELOW_TENANT: Record<string, TenantSection> = {
  compare: 'compare',
  repositories: 'repositories',
  rules: 'rules',
  dashboards: 'dashboards',
  reports: 'reports',
  runs: 'runs',
  groups: 'groups',
  annotations: 'annotations',
  alerts: 'alerts',
  members: 'members',
  notifications: 'notifications',
  keys: 'keys',
  export: 'export',
  imports: 'imports',
  shares: 'shares',
  audit: 'audit',
};

export function toRoute(path: string): Route {
  const fixed = FIXED[path.length > 1 ? path.replace(/\/$/, '') : path];
  if (fixed) return fixed;
  const dashboard = toDashboardRoute(path);
  if (dashboard) return dashboard;
  const [, tenant, section, item] = /^\/t\/(\d{1,9})(?:\/(\w+)(?:\/(\d{1,9}))?)?\/?$/.exec(path) ?? [];
  if (!tenant) return { page: 'unknown' };
  const tenantId = Number(tenant);
  if (!section) return { page: 'overview', tenantId };
  if (section === 'r' && item) return { page: 'repository', tenantId, repositoryId: Number(item) };
  if (section === 'runs' && item) return { page: 'run', tenantId, runId: Number(item) };
  const page = BELOW_TENANT[section];
  return page && !item ? { page, tenantId } : { page: 'unknown' };
}

/** A dashboard's id is a number, or words if it is built in. */
function toDashboardRoute(path: string): Route | undefined {
  const [, tenant, dashboardId, edit] =
    /^\/t\/(\d{1,9})\/dashboards\/([a-z\d-]{1,60})(\/edit)?\/?$/.exec(path) ?? [];
  if (!tenant || !dashboardId) return undefined;
  return { page: edit ? 'edit-dashboard' : 'dashboard', tenantId: Number(tenant), dashboardId };
}

/** Addresses of the pages. They keep the view: its days, comparison and group. */
export const paths = {
  overview: (tenantId: number) => withView(`/t/${tenantId}`),
  overviewOfAllTime: (tenantId: number) => withView(`/t/${tenantId}?range=all`),
  repository: (tenantId: number, repositoryId: number) => withView(`/t/${tenantId}/r/${repositoryId}`),
  repositoryOfAllTime: (tenantId: number, repositoryId: number) =>
    withView(`/t/${tenantId}/r/${repositoryId}?range=all`),
  /** Shows these repositories together; without any, asks which. */
  compare: (tenantId: number, repositoryIds: readonly number[] = []) =>
    withView(
      `/t/${tenantId}/compare${repositoryIds.length > 0 ? `?repositories=${repositoryIds.join(',')}` : ''}`,
    ),
  repositories: (tenantId: number) => withView(`/t/${tenantId}/repositories`),
  firstRepositories: (tenantId: number) => withView(`/t/${tenantId}/repositories?first=1`),
  unmatchedRepositories: (tenantId: number) => withView(`/t/${tenantId}/repositories?state=unmatched`),
  rules: (tenantId: number) => withView(`/t/${tenantId}/rules`),
  dashboards: (tenantId: number) => withView(`/t/${tenantId}/dashboards`),
  dashboard: (tenantId: number, dashboardId: string) => withView(`/t/${tenantId}/dashboards/${dashboardId}`),
  editDashboard: (tenantId: number, dashboardId: string) =>
    withView(`/t/${tenantId}/dashboards/${dashboardId}/edit`),
  editDashboardText: (tenantId: number, dashboardId: string) =>
    withView(`/t/${tenantId}/dashboards/${dashboardId}/edit?as=json`),
  reports: (tenantId: number) => withView(`/t/${tenantId}/reports`),
  reportOfLastWeek: (tenantId: number) => withView(`/t/${tenantId}/reports?range=week`),
  runs: (tenantId: number) => withView(`/t/${tenantId}/runs`),
  run: (tenantId: number, runId: number) => withView(`/t/${tenantId}/runs/${runId}`),
  members: (tenantId: number) => withView(`/t/${tenantId}/members`),
  notifications: (tenantId: number) => withView(`/t/${tenantId}/notifications`),
  shares: (tenantId: number) => withView(`/t/${tenantId}/shares`),
  keys: (tenantId: number) => withView(`/t/${tenantId}/keys`),
  export: (tenantId: number) => withView(`/t/${tenantId}/export`),
  imports: (tenantId: number) => withView(`/t/${tenantId}/imports`),
  audit: (tenantId: number) => withView(`/t/${tenantId}/audit`),
  groups: (tenantId: number) => withView(`/t/${tenantId}/groups`),
  annotations: (tenantId: number) => withView(`/t/${tenantId}/annotations`),
  alerts: (tenantId: number) => withView(`/t/${tenantId}/alerts`),
  /** One alert, above the list of all. */
  alert: (tenantId: number, alertId: number) => withView(`/t/${tenantId}/alerts?alert=${alertId}`),
  /** A repository's page with a day open, of a span. */
  repositoryOfDay: (tenantId: number, repositoryId: number, query: URLSearchParams) =>
    withView(`/t/${tenantId}/r/${repositoryId}?${query}`),
  /** The overview with a day open, of a span and perhaps of a group. */
  overviewOfDay: (tenantId: number, query: URLSearchParams) => withView(`/t/${tenantId}?${query}`),
  overviewOfGroup: (tenantId: number, groupId: number) => withView(`/t/${tenantId}?group=${groupId}`),
  addMember: (tenantId: number) => withView(`/t/${tenantId}/members?add=1`),
};
