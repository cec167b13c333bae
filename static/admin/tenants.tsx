import { useState } from 'preact/hooks';
import type { Tenant } from '../../actions/openapi/tenants.ts';
import { rightsOf, tenantRightsOf } from '../access.ts';
import { useAnswer } from '../answers.ts';
import { useMe } from '../app-context.ts';
import { Failure } from '../controls/failure.tsx';
import { PageHead } from '../controls/page-head.tsx';
import { Skeleton } from '../controls/skeleton.tsx';
import { TableScroll } from '../controls/table-scroll.tsx';
import { formatCount, formatInstant } from '../format.ts';
import { go } from '../location.ts';
import { reads } from '../reads.ts';
import { paths } from '../routes.ts';
import { DeleteTenant } from './delete-tenant.tsx';
import { NewTenantDialog, TenantDialog } from './tenant-dialog.tsx';

/** The tenants that the person may see or administer. */
export function Tenants() {
  const { me, reloadMe } = useMe();
  const list = useAnswer(reads.tenants());
  const [creating, setCreating] = useState(false);
  const [editing, setEditing] = useState<Tenant>();
  const [deleting, setDeleting] = useState<Tenant>();
  const { administrator } = rightsOf(me);

  function changed() {
    setEditing(undefined);
    setDeleting(undefined);
    list.reload();
    reloadMe();
  }

  return (
    <div class="page" aria-busy={list.loading}>
      <PageHead
        title="Tenants"
        below={
          <p class="lead">
            A tenant holds repositories, the token that reads them, and the people who may see them.
          </p>
        }
        actions={
          administrator && (
            <button
              type="button"
              class="button primary"
              disabled={!list.answer}
              onClick={() => setCreating(true)}
            >
              Create tenant
            </button>
          )
        }
      />
      {list.error && <Failure error={list.error} retry={list.reload} />}
      {!list.answer && !list.error && <Skeleton />}
      {list.answer?.tenants.length === 0 && <p class="none">There is no tenant.</p>}
      {list.answer && list.answer.tenants.length > 0 && (
        <section class="panel" aria-label="Tenants">
          <TableScroll label="Table of tenants">
            <table class="data cards">
              <thead>
                <tr>
                  <th scope="col">Name</th>
                  <th scope="col">GitHub</th>
                  <th scope="col">Token</th>
                  <th scope="col" class="number">
                    Repositories
                  </th>
                  <th scope="col" class="number">
                    Members
                  </th>
                  <th scope="col">
                    <span class="unseen">Actions</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {list.answer.tenants.map((tenant) => (
                  <TenantRow
                    key={tenant.tenantId}
                    tenant={tenant}
                    onEdit={
                      tenantRightsOf(me, tenant.tenantId).changeMembers || administrator
                        ? setEditing
                        : undefined
                    }
                    onDelete={administrator ? setDeleting : undefined}
                  />
                ))}
              </tbody>
            </table>
          </TableScroll>
        </section>
      )}
      {creating && list.answer && (
        <NewTenantDialog
          servers={list.answer.servers}
          onClose={() => setCreating(false)}
          onCreated={(tenant) => {
            reloadMe();
            setCreating(false);
            list.reload();
            go(paths.repositories(tenant.tenantId));
          }}
        />
      )}
      {editing && <TenantDialog tenant={editing} onClose={() => setEditing(undefined)} onSaved={changed} />}
      {deleting && (
        <DeleteTenant tenant={deleting} onClose={() => setDeleting(undefined)} onDeleted={changed} />
      )}
    </div>
  );
}

const SOON = 30 * 86_400_000;

const endsSoon = (instant: string) => Date.parse(instant) - Date.now() < SOON;

interface TenantRowProps {
  tenant: Tenant;
  onEdit: ((tenant: Tenant) => void) | undefined;
  onDelete: ((tenant: Tenant) => void) | undefined;
}

function TenantRow({ tenant, onEdit, onDelete }: TenantRowProps) {
  return (
    <tr>
      <th scope="row" class="name">
        <a href={paths.overview(tenant.tenantId)}>{tenant.name}</a>
      </th>
      <td data-label="GitHub">
        {tenant.githubUser} <span class="muted">on {tenant.server.name}</span>
      </td>
      <td data-label="Token">
        {tenant.tokenCheckedAt ? `accepted ${formatInstant(tenant.tokenCheckedAt)}` : 'not checked'}
        {tenant.tokenExpiresAt && (
          <span class={endsSoon(tenant.tokenExpiresAt) ? 'tag warning' : 'tag'}>
            ends {formatInstant(tenant.tokenExpiresAt)}</span>
        )}
      </td>
      <td class="number" data-label="Repositories">
        {formatCount(tenant.repositoryCount)}
      </td>
      <td class="number" data-label="Members">
        {formatCount(tenant.memberCount)}
      </td>
      <td class="actions">
        {onEdit && (
          <button type="button" class="button small" onClick={() => onEdit(tenant)}>
            Change…<span class="unseen"> {tenant.name}</span>
          </button>
        )}
        {onDelete && (
          <button type="button" class="button small danger" onClick={() => onDelete(tenant)}>
            Delete…<span class="unseen"> {tenant.name}</span>
          </button>
        )}
      </td>
    </tr>
  );
}
