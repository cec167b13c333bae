import { type ComponentChildren, Fragment } from 'preact';
import type { Right } from '../lib/access.ts';
import type { Me } from '../lib/answers/me.ts';
import { mayInSystem, mayInTenant, maySomewhere } from './access.ts';
import { paths, type Route } from './routes.ts';
import { lastTenant, TenantSwitch } from './tenant-switch.tsx';
import { ThemeSwitch } from './theme.tsx';
import { Waiting } from './waiting.tsx';

interface ShellProps {
  me?: Me | undefined;
  route?: Route;
  children: ComponentChildren;
}

/** The frame of every page: product, tenant, navigation, profile. */
export function Shell({ me, route, children }: ShellProps) {
  const tenantId = me && route ? tenantOf(me, route) : null;
  return (
    <>
      <a class="skip-link" href="#main">
        Skip to the page
      </a>
      <header class="bar">
        <a class="brand" href="/">
          <img src="/icon.svg" alt="" width="24" height="24" />
          <span>{me?.installation || 'Traffic Analytics'}</span>
        </a>
        {me && route && tenantId !== null && <TenantSwitch me={me} tenantId={tenantId} route={route} />}
        <span class="bar-space" />
        <ThemeSwitch />
        {me && (
          <a class="bar-button" href="/me" aria-current={route?.page === 'profile' ? 'page' : undefined}>
            <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
              <circle cx="8" cy="5" r="3" fill="currentColor" />
              <path d="M2 15a6 6 0 0 1 12 0z" fill="currentColor" />
            </svg>
            <span class="wide-only">{me.displayName || me.email}</span>
            <span class="unseen">Your profile</span>
          </a>
        )}
      </header>
      {me && route && <Navigation me={me} route={route} tenantId={tenantId} />}
      <Waiting />
      <main id="main" tabIndex={-1}>
        {children}
      </main>
    </>
  );
}

/** The tenant of the page, or the last used one. */
function tenantOf(me: Me, route: Route): number | null {
  const wanted = 'tenantId' in route ? route.tenantId : lastTenant();
  const found = me.tenants.find((tenant) => tenant.tenantId === wanted) ?? me.tenants[0];
  return found?.tenantId ?? null;
}

interface NavigationProps {
  me: Me;
  route: Route;
  tenantId: number | null;
}

function Navigation({ me, route, tenantId }: NavigationProps) {
  const may = (right: Right) => tenantId !== null && mayInTenant(me, tenantId, right);
  const links = [
    tenantId !== null && link(paths.overview(tenantId), 'Overview', ['overview', 'repository']),
    tenantId !== null && link(paths.repositories(tenantId), 'Repositories', ['repositories', 'rules']),
    tenantId !== null &&
      link(paths.dashboards(tenantId), 'Dashboards', ['dashboards', 'dashboard', 'edit-dashboard']),
    tenantId !== null && may('seeRuns') && link(paths.runs(tenantId), 'Collection', ['runs', 'run']),
    tenantId !== null && may('seeMembers') && link(paths.members(tenantId), 'Members', ['members']),
    tenantId !== null &&
      may('changeChannels') &&
      link(paths.notifications(tenantId), 'Notifications', ['notifications']),
    tenantId !== null && may('seeAudit') && link(paths.audit(tenantId), 'Audit log', ['audit']),
    maySomewhere(me, 'seeTenant') && link('/admin/tenants', 'Tenants', ['tenants'], true),
    mayInSystem(me, 'seeServers') && link('/admin/servers', 'GitHub servers', ['servers']),
    mayInSystem(me, 'seeSystemRoles') && link('/admin/roles', 'System roles', ['system-roles']),
    mayInSystem(me, 'seeAllRuns') && link('/admin/log', 'System log', ['system-log']),
    mayInSystem(me, 'seeAllAudit') && link('/admin/audit', 'System audit log', ['system-audit']),
  ].filter((entry) => entry !== false && entry !== undefined);
  return (
    <nav class="nav" aria-label="Pages">
      {links.map(({ href, label, pages, apart }) => (
        <Fragment key={href}>
          {apart && <span class="nav-break" />}
          <a
            href={href}
            class={apart ? 'apart' : undefined}
            aria-current={pages.includes(route.page) ? 'page' : undefined}
          >
            {label}
          </a>
        </Fragment>
      ))}
    </nav>
  );
}

function link(href: string, label: string, pages: Route['page'][], apart = false) {
  return { href, label, pages, apart };
}
