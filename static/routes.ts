/** Which page an address names. */
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
        | 'unknown';
    }
  | { page: 'overview' | 'repositories' | 'runs' | 'members' | 'notifications'; tenantId: number }
  | { page: 'repository'; tenantId: number; repositoryId: number }
  | { page: 'run'; tenantId: number; runId: number };

const FIXED: Record<string, Route> = {
  '/': { page: 'home' },
  '/initialize': { page: 'initialize' },
  '/me': { page: 'profile' },
  '/admin/tenants': { page: 'tenants' },
  '/admin/servers': { page: 'servers' },
  '/admin/roles': { page: 'system-roles' },
  '/admin/log': { page: 'system-log' },
};

const BELOW_TENANT: Record<string, 'repositories' | 'runs' | 'members' | 'notifications'> = {
  repositories: 'repositories',
  runs: 'runs',
  members: 'members',
  notifications: 'notifications',
};

export function toRoute(path: string): Route {
  const fixed = FIXED[path.length > 1 ? path.replace(/\/$/, '') : path];
  if (fixed) return fixed;
  const [, tenant, section, item] = /^\/t\/(\d{1,9})(?:\/(\w+)(?:\/(\d{1,9}))?)?\/?$/.exec(path) ?? [];
  if (!tenant) return { page: 'unknown' };
  const tenantId = Number(tenant);
  if (!section) return { page: 'overview', tenantId };
  if (section === 'r' && item) return { page: 'repository', tenantId, repositoryId: Number(item) };
  if (section === 'runs' && item) return { page: 'run', tenantId, runId: Number(item) };
  const page = BELOW_TENANT[section];
  return page && !item ? { page, tenantId } : { page: 'unknown' };
}

/** Addresses of the pages. */
export const paths = {
  overview: (tenantId: number) => `/t/${tenantId}`,
  repository: (tenantId: number, repositoryId: number) => `/t/${tenantId}/r/${repositoryId}`,
  repositories: (tenantId: number) => `/t/${tenantId}/repositories`,
  runs: (tenantId: number) => `/t/${tenantId}/runs`,
  run: (tenantId: number, runId: number) => `/t/${tenantId}/runs/${runId}`,
  members: (tenantId: number) => `/t/${tenantId}/members`,
  notifications: (tenantId: number) => `/t/${tenantId}/notifications`,
};
