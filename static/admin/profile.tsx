import { useState } from 'preact/hooks';
import { useApp, useMe } from '../app-context.ts';
import { Failure } from '../controls/failure.tsx';
import { PageHead } from '../controls/page-head.tsx';
import { plural } from '../format.ts';
import { paths } from '../routes.ts';

/** Who is signed in, with which roles, and the way out. */
export function Profile() {
  const { session } = useApp();
  const { me } = useMe();
  const [error, setError] = useState<Error>();
  return (
    <div class="page narrow">
      <PageHead
        title={me.displayName || me.email}
        actions={
          <button type="button" class="button" onClick={() => session.signOut().catch(setError)}>
            Sign out
          </button>
        }
      />
      {error && <Failure error={error} />}
      <section class="panel" aria-labelledby="who">
        <header class="panel-head">
          <h2 id="who">Signed in as</h2>
        </header>
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
      </section>
      <section class="panel" aria-labelledby="roles">
        <header class="panel-head">
          <h2 id="roles">Tenants</h2>
        </header>
        {me.tenants.length === 0 ? (
          <p class="none">None yet.</p>
        ) : (
          <table class="data">
            <thead>
              <tr>
                <th scope="col">Tenant</th>
                <th scope="col">Role</th>
                <th scope="col">You see</th>
              </tr>
            </thead>
            <tbody>
              {me.tenants.map((tenant) => (
                <tr key={tenant.tenantId}>
                  <th scope="row">
                    <a href={paths.overview(tenant.tenantId)}>{tenant.name}</a>
                  </th>
                  <td>{tenant.role ?? `through ${me.systemRole}`}</td>
                  <td>{plural(tenant.repositoryCount, 'repository', 'repositories')}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </section>
    </div>
  );
}
