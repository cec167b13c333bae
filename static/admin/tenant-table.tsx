import type { Tenant } from '../../lib/answers/tenants.ts';
import { mayInSystem, mayInTenant } from '../access.ts';
import { useMe } from '../app-context.ts';
import { DataTable } from '../controls/data-table.tsx';
import { formatCount, formatInstant } from '../format.ts';
import { paths } from '../routes.ts';

interface TenantTableProps {
  tenants: Tenant[];
  onEdit: (tenant: Tenant) => void;
  onDelete: (tenant: Tenant) => void;
}

const COLUMNS = [
  { label: 'Name' },
  { label: 'GitHub' },
  { label: 'Token' },
  { label: 'Repositories', numeric: true },
  { label: 'Members', numeric: true },
  { label: 'Actions', unseen: true },
];

/** Each tenant with its GitHub account and what it holds. */
export function TenantTable({ tenants, onEdit, onDelete }: TenantTableProps) {
  if (tenants.length === 0) return <p class="none">There is no tenant.</p>;
  return (
    <section class="panel" aria-label="Tenants">
      <DataTable label="All tenants" columns={COLUMNS} cards>
        {tenants.map((tenant) => (
          <TenantRow key={tenant.tenantId} tenant={tenant} onEdit={onEdit} onDelete={onDelete} />
        ))}
      </DataTable>
    </section>
  );
}

interface TenantRowProps extends Omit<TenantTableProps, 'tenants'> {
  tenant: Tenant;
}

function TenantRow({ tenant, onEdit, onDelete }: TenantRowProps) {
  const { me } = useMe();
  return (
    <tr>
      <th scope="row" class="name">
        <a href={paths.overview(tenant.tenantId)}>{tenant.name}</a>
      </th>
      <td data-label="GitHub">
        {tenant.githubUser} <span class="muted">on {tenant.server.name}</span>
      </td>
      <td data-label="Token">
        <TokenState tenant={tenant} />
      </td>
      <td class="number" data-label="Repositories">
        {formatCount(tenant.repositoryCount)}
      </td>
      <td class="number" data-label="Members">
        {formatCount(tenant.memberCount)}
      </td>
      <td class="actions">
        {mayInTenant(me, tenant.tenantId, 'changeTenant') && (
          <button type="button" class="button small" onClick={() => onEdit(tenant)}>
            Change…<span class="unseen"> {tenant.name}</span>
          </button>
        )}
        {mayInSystem(me, 'manageTenants') && (
          <button type="button" class="button small danger" onClick={() => onDelete(tenant)}>
            Delete…<span class="unseen"> {tenant.name}</span>
          </button>
        )}
      </td>
    </tr>
  );
}

const SOON = 30 * 86_400_000;

/** When GitHub accepted the token, and when it ends. */
function TokenState({ tenant: { installationId, tokenCheckedAt, tokenExpiresAt } }: { tenant: Tenant }) {
  const endsSoon = tokenExpiresAt !== null && Date.parse(tokenExpiresAt) - Date.now() < SOON;
  return (
    <>
      {installationId !== null && <span class="tag">GitHub App</span>}{' '}
      {tokenCheckedAt ? `accepted ${formatInstant(tokenCheckedAt)}` : 'not checked'}{' '}
      {tokenExpiresAt && (
        <span class={endsSoon ? 'tag warning' : 'tag'}>ends {formatInstant(tokenExpiresAt)}</span>
      )}
    </>
  );
}
