import { useEffect } from 'preact/hooks';
import type { Me } from '../lib/answers/me.ts';
import { lazy } from './controls/loading.tsx';
import { go } from './location.ts';
import { paths, type Route } from './routes.ts';

const TenantMenu = lazy(
  async () => (await import('./tenant-menu.tsx')).TenantMenu,
  ({ name }) => <span class="tenant-name">{name}</span>,
);

const LAST = 'traffic.tenant';

/** The last used tenant in this browser. */
export const lastTenant = () => Number(localStorage.getItem(LAST)) || null;

const SAME = ['repositories', 'rules', 'dashboards', 'runs', 'members', 'audit'] as const;

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
    <label class="tenant-switch">
      <span class="unseen">Tenant</span>
      <select value={tenantId} onChange={(event) => change(Number(event.currentTarget.value))}>
        {!current && <option value={tenantId}>–</option>}
        {me.tenants.map((tenant) => (
          <option key={tenant.tenantId} value={tenant.tenantId}>
            {tenant.name}
          </option>
        ))}
      </select>
    </label>
  );
}
