import type { Me } from '../lib/answers/me.ts';

/** What the pages offer to whom; the API decides for itself. */
export interface Rights {
  /** Sees all tenants and the system log. */
  system: boolean;
  administrator: boolean;
  /** Manages at least one tenant. */
  manager: boolean;
}

export function rightsOf(me: Me): Rights {
  return {
    system: me.systemRole !== null,
    administrator: me.systemRole === 'administrator',
    manager: me.tenants.some((tenant) => tenant.role === 'manager'),
  };
}

export interface TenantRights {
  seeRuns: boolean;
  /** Add, discover, schedule, remove and collect repositories. */
  changeRepositories: boolean;
  /** Make, change and delete dashboards. */
  changeDashboards: boolean;
  seeMembers: boolean;
  changeMembers: boolean;
  changeChannels: boolean;
}

export function tenantRightsOf(me: Me, tenantId: number): TenantRights {
  const role = me.tenants.find((tenant) => tenant.tenantId === tenantId)?.role ?? null;
  const system = me.systemRole !== null;
  const manager = role === 'manager';
  return {
    seeRuns: system || manager || role === 'viewer',
    changeRepositories: system || manager,
    changeDashboards: system || manager,
    seeMembers: system || manager,
    changeMembers: me.systemRole === 'administrator' || manager,
    changeChannels: me.systemRole === 'administrator' || manager,
  };
}
