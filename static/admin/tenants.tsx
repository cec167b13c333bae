import { useState } from 'preact/hooks';
import type { ListedTenant, Tenant, TenantList } from '../../lib/answers/tenants.ts';
import { mayInSystem } from '../access.ts';
import { useMe } from '../app-context.ts';
import { DataTable } from '../controls/data-table.tsx';
import { Answered } from '../controls/loading.tsx';
import { Menu } from '../controls/menu.tsx';
import { PageHead } from '../controls/page-head.tsx';
import { SearchBox } from '../controls/search-box.tsx';
import { ShowMore } from '../controls/show-more.tsx';
import { formatCount, formatInstant } from '../format.ts';
import { type LoadedList, useList } from '../list.ts';
import { go, usePlace, withQuery } from '../location.ts';
import { reads } from '../reads.ts';
import { paths } from '../routes.ts';
import { DeleteTenant, NewTenantDialog, TenantDialog } from './tenant-dialogs.tsx';

const EXPLANATION =
  'A tenant holds repositories, the token that reads them, and the people who may see them.';

/** Which dialog is open, for which tenant. */
type Task = { kind: 'create' } | { kind: 'edit' | 'delete'; tenant: Tenant };

/** The tenants that you may see or administer. */
export function Tenants() {
  const { me, reloadMe } = useMe();
  const { query } = usePlace();
  const list = useList((cursor) => reads.tenants({ q: query.get('q'), cursor }));
  const [task, setTask] = useState<Task>();
  const mayManage = mayInSystem(me, 'manageTenants');
  const close = () => setTask(undefined);
  const servers = list.answer?.[0]?.servers ?? [];
  const hasApp = ({ server }: Tenant) =>
    Boolean(servers.find(({ serverId }) => serverId === server.serverId)?.app);

  function changed() {
    close();
    list.reload();
    reloadMe();
  }

  return (
    <div class="page" aria-busy={list.loading}>
      <PageHead
        title="Tenants"
        below={<p class="lead">{EXPLANATION}</p>}
        actions={
          mayManage && (
            <button
              type="button"
              class="button primary"
              disabled={!list.answer}
              onClick={() => setTask({ kind: 'create' })}
            >
              Create tenant
            </button>
          )
        }
      />
      <SearchBox label="Search tenants" />
      <Answered loaded={list}>
        {(pages) => (
          <TenantTable
            tenants={pages.flatMap(({ tenants }) => tenants)}
            list={list}
            onEdit={(tenant) => setTask({ kind: 'edit', tenant })}
            onDelete={(tenant) => setTask({ kind: 'delete', tenant })}
          />
        )}
      </Answered>
      {task?.kind === 'create' && list.answer && (
        <NewTenantDialog
          servers={servers}
          onClose={close}
          onCreated={(tenant) => {
            changed();
            go(paths.repositories(tenant.tenantId));
          }}
        />
      )}
      {task?.kind === 'edit' && (
        <TenantDialog
          tenant={task.tenant}
          mayUseApp={mayManage && hasApp(task.tenant)}
          onClose={close}
          onSaved={changed}
        />
      )}
      {task?.kind === 'delete' && <DeleteTenant tenant={task.tenant} onClose={close} onDeleted={changed} />}
    </div>
  );
}

interface TenantTableProps {
  tenants: ListedTenant[];
  list: LoadedList<TenantList>;
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
function TenantTable({ tenants, list, onEdit, onDelete }: TenantTableProps) {
  const place = usePlace();
  const sought = place.query.get('q');
  if (tenants.length === 0)
    return (
      <p class="none">
        {sought ? `No tenant matches “${sought}”.` : 'There are no tenants.'}{' '}
        {sought && <a href={withQuery(place, { q: null })}>Show all</a>}
      </p>
    );
  return (
    <section class="panel" aria-label="Tenants">
      <DataTable label="All tenants" columns={COLUMNS} cards>
        {tenants.map((tenant) => (
          <TenantRow key={tenant.tenantId} tenant={tenant} onEdit={onEdit} onDelete={onDelete} />
        ))}
      </DataTable>
      <ShowMore list={list} />
    </section>
  );
}

interface TenantRowProps extends Omit<TenantTableProps, 'tenants' | 'list'> {
  tenant: ListedTenant;
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
        {tenant.mayChange && (
          <button type="button" class="button small" onClick={() => onEdit(tenant)}>
            Change…<span class="unseen"> {tenant.name}</span>
          </button>
        )}
        {mayInSystem(me, 'manageTenants') && (
          <Menu
            label={`Actions for ${tenant.name}`}
            items={[{ label: 'Delete…', danger: true, onPick: () => onDelete(tenant) }]}
          />
        )}
      </td>
    </tr>
  );
}

const SOON_MS = 30 * 86_400_000;

/** When GitHub last accepted the token, and when it expires. */
function TokenState({ tenant: { installationId, tokenCheckedAt, tokenExpiresAt } }: { tenant: Tenant }) {
  const endsSoon = tokenExpiresAt !== null && Date.parse(tokenExpiresAt) - Date.now() < SOON_MS;
  return (
    <>
      {installationId !== null && <span class="tag">GitHub App</span>}{' '}
      {tokenCheckedAt ? `valid since ${formatInstant(tokenCheckedAt)}` : 'not checked'}{' '}
      {tokenExpiresAt && (
        <span class={endsSoon ? 'tag warning' : 'tag'}>expires {formatInstant(tokenExpiresAt)}</span>
      )}
    </>
  );
}
