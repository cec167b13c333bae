import { useMe } from '../app-context.ts';
import { DataTable } from '../controls/data-table.tsx';
import { PageHead } from '../controls/page-head.tsx';
import { Panel } from '../controls/panel.tsx';
import { plural } from '../format.ts';
import { paths } from '../routes.ts';
import { SignOut } from '../sign-out.tsx';

const COLUMNS = [{ label: 'Tenant' }, { label: 'Role' }, { label: 'Can see' }];

/** Who is signed in, their roles, and signing out. */
export function Profile() {
  const { me } = useMe();
  return (
    <div class="page narrow">
      <PageHead title={me.displayName || me.email} actions={<SignOut />} />
      <Panel title="Signed in as">
        <dl class="definition panel-body">
          <dt>E-mail address</dt>
          <dd>{me.email}</dd>
          <dt>System role</dt>
          <dd>{me.systemRole ?? 'none'}</dd>
          <dt>Identity provider</dt>
          <dd>{me.issuer}</dd>
          <dt>Subject</dt>
          <dd>
            <code>{me.subject}</code>
          </dd>
        </dl>
      </Panel>
      <Panel title="Tenants">
        {me.tenants.length === 0 ? (
          <p class="none">None yet.</p>
        ) : (
          <DataTable label="Your tenants" columns={COLUMNS}>
            {me.tenants.map((tenant) => (
              <tr key={tenant.tenantId}>
                <th scope="row">
                  <a href={paths.overview(tenant.tenantId)}>{tenant.name}</a>
                </th>
                <td>{tenant.role ?? `as ${me.systemRole}`}</td>
                <td>{plural(tenant.repositoryCount, 'repository', 'repositories')}</td>
              </tr>
            ))}
          </DataTable>
        )}
      </Panel>
      <p>
        <a href="/licences.txt" target="_blank" rel="noopener">
          Licences of the software in use
        </a>
      </p>
    </div>
  );
}
