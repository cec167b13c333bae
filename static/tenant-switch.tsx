import { useEffect } from 'preact/hooks';
import type { Me } from '../lib/answers/me.ts';
import { Icon } from './controls/icon.tsx';
import { lazy } from './controls/loading.tsx';
import { Menu } from './controls/menu.tsx';
import { go } from './location.ts';
import { paths, type Route } from './routes.ts';

const TenantMenu = lazy(
  async () => (await import('./tenant-menu.tsx')).TenantMenu,
  ({ name }) => <span class="tenant-name">{name}</span>,
);

const LAST = 'traffic.tenant';

/** The last used tenant in this browser. */
export const lastTenant = () => Number(localStorage.getItem(LAST)) || null;

const SAME = ['repositories', 'rules', 'dashboards', 'runs', 'members', 'notifications', 'audit'] as const;

interface TenantSwitchProps {
  me: Me;
  tenantId: number;
  route: Route;
}

/** Switches to the same page of another tenant. */
export function TenantSwitch({ me, tenantId, route }: TenantSwitchProps) {
  useEffect(() => localStorage.setItem(LAST, String(tenantId)), [tenantId]);
  const current = me.tenants.find((tenant) => tenant.tenantId === tenantId);
  if (me.tenants.length < 2) return <span class="tenant-name">{current?.name}</span>;
  if (me.moreTenants) return <TenantMenu name={current?.name ?? '–'} tenantId={tenantId} onPick={change} />;

  function change(chosen: number) {
    const page = SAME.find((name) => name === route.page);
    go(page ? paths[page](chosen) : paths.overview(chosen));
  }

  return (
    <span class="tenant-menu">
      <Menu
        label="Tenants"
        class="button plain"
        content={
          <>
            <span class="unseen">Tenant: </span>
            <span>{current?.name ?? '–'}</span>
            <Icon name="down" />
          </>
        }
        sections={() => [
          {
            choice: true,
            items: me.tenants.map((tenant) => ({
              label: tenant.name,
              current: tenant.tenantId === tenantId,
              onPick: () => change(tenant.tenantId),
            })),
          },
        ]}
      />
    </span>
  );
}
