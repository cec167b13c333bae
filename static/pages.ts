import type { Right } from '../lib/access.ts';
import type { Me, OwnTenant } from '../lib/answers/me.ts';
import { mayInSystem, mayInTenant, maySomewhere } from './access.ts';
import { paths, type Route } from './routes.ts';

/** A page that is offered, and the pages that belong to it. */
export interface PageLink {
  href: string;
  label: string;
  pages: Route['page'][];
  /** What needs action there. */
  problems?: number;
  /** What it begins is a dialog: it is offered in menus, not in the list beside a page. */
  opensDialog?: true;
}

export interface SettingsGroup {
  label: string;
  links: PageLink[];
}

/** The pages that have the list of settings beside them. */
export const SETTINGS: Route['page'][] = [
  'runs',
  'run',
  'rules',
  'groups',
  'annotations',
  'alerts',
  'members',
  'notifications',
  'shares',
  'keys',
  'export',
  'imports',
  'audit',
  'tenants',
  'servers',
  'system-roles',
  'system-log',
  'system-audit',
];

/** The pages of figures, in the bar. */
export function mainPages(tenantId: number): PageLink[] {
  return [
    { href: paths.overview(tenantId), label: 'Overview', pages: ['overview'] },
    { href: paths.repositories(tenantId), label: 'Repositories', pages: ['repositories', 'repository'] },
    { href: paths.compare(tenantId), label: 'Compare', pages: ['compare'] },
    {
      href: paths.dashboards(tenantId),
      label: 'Dashboards',
      pages: ['dashboards', 'dashboard', 'edit-dashboard'],
    },
    { href: paths.reports(tenantId), label: 'Reports', pages: ['reports'] },
  ];
}

/** What a person may set up or look after: in the tenant, and in the whole installation. */
export function settingsPages(me: Me, tenantId: number | null): SettingsGroup[] {
  const groups: SettingsGroup[] = [];
  const tenant = me.tenants.find((one) => one.tenantId === tenantId);
  if (tenantId !== null)
    groups.push({ label: tenant?.name ?? 'Tenant', links: ofTenant(me, tenantId, tenant) });
  groups.push({ label: 'System', links: ofSystem(me) });
  return groups.filter(({ links }) => links.length > 0);
}

function ofTenant(me: Me, tenantId: number, tenant: OwnTenant | undefined): PageLink[] {
  const may = (right: Right) => mayInTenant(me, tenantId, right);
  const links: (PageLink | false)[] = [
    may('seeRuns') && {
      href: paths.runs(tenantId),
      label: 'Collection',
      pages: ['runs', 'run'],
      problems: tenant?.problemCount ?? 0,
    },
    may('seeAllTraffic') && { href: paths.rules(tenantId), label: 'Rules', pages: ['rules'] },
    may('seeAllTraffic') && { href: paths.groups(tenantId), label: 'Groups', pages: ['groups'] },
    may('seeTraffic') && {
      href: paths.annotations(tenantId),
      label: 'Annotations',
      pages: ['annotations'],
    },
    may('seeTraffic') && { href: paths.alerts(tenantId), label: 'Alerts', pages: ['alerts'] },
    may('seeMembers') && { href: paths.members(tenantId), label: 'Members', pages: ['members'] },
    may('changeMembers') && {
      href: paths.addMember(tenantId),
      label: 'Add member…',
      pages: [],
      opensDialog: true,
    },
    may('seeTraffic') && {
      href: paths.notifications(tenantId),
      label: 'Notifications',
      pages: ['notifications'],
    },
    may('changeShares') && { href: paths.shares(tenantId), label: 'Shares', pages: ['shares'] },
    may('changeKeys') && { href: paths.keys(tenantId), label: 'API keys', pages: ['keys'] },
    may('seeTraffic') && { href: paths.export(tenantId), label: 'Export', pages: ['export'] },
    may('changeImports') && {
      href: paths.imports(tenantId),
      label: 'Import history',
      pages: ['imports'],
    },
    may('seeAudit') && { href: paths.audit(tenantId), label: 'Audit log', pages: ['audit'] },
  ];
  return links.filter((link) => link !== false);
}

function ofSystem(me: Me): PageLink[] {
  const links: (PageLink | false)[] = [
    maySomewhere(me, 'seeTenant') && { href: '/admin/tenants', label: 'Tenants', pages: ['tenants'] },
    mayInSystem(me, 'seeServers') && { href: '/admin/servers', label: 'GitHub servers', pages: ['servers'] },
    mayInSystem(me, 'seeSystemRoles') && {
      href: '/admin/roles',
      label: 'System roles',
      pages: ['system-roles'],
    },
    mayInSystem(me, 'seeAllRuns') && { href: '/admin/log', label: 'System log', pages: ['system-log'] },
    mayInSystem(me, 'seeAllAudit') && {
      href: '/admin/audit',
      label: 'System audit log',
      pages: ['system-audit'],
    },
  ];
  return links.filter((link) => link !== false);
}
