import { useEffect } from 'preact/hooks';
import { mayInSystem } from './access.ts';
import { useMe } from './app-context.ts';
import { Notice } from './controls/notice.tsx';
import { PageHead } from './controls/page-head.tsx';
import { replace } from './location.ts';
import { paths } from './routes.ts';
import { lastTenant } from './tenant-switch.tsx';

/** Opens the last used tenant, or says that there is none. */
export function Home() {
  const { me } = useMe();
  const last = lastTenant();
  const tenant = me.tenants.find(({ tenantId }) => tenantId === last) ?? me.tenants[0];
  const target = tenant && paths.overview(tenant.tenantId);
  useEffect(() => {
    if (target) replace(target);
  }, [target]);
  if (target) return null;
  return (
    <div class="page narrow">
      <PageHead title="Nothing to see yet" />
      {mayInSystem(me, 'manageTenants') ? (
        <Notice kind="info">
          <p>There is no tenant. A tenant holds repositories and the people who may see them.</p>
          <p>
            <a class="button primary" href="/admin/tenants">
              Create a tenant
            </a>
          </p>
        </Notice>
      ) : me.lostRole ? (
        <Notice kind="warning">
          <p>{me.lostRole.message}</p>
        </Notice>
      ) : (
        <Notice kind="info">
          <p>
            You are signed in as <strong>{me.email}</strong>, but nobody has given you a role yet. Ask a
            manager or an administrator of this installation to add this address.
          </p>
        </Notice>
      )}
    </div>
  );
}

/** Shown if your role does not allow the page. */
export function Forbidden() {
  return (
    <div class="page narrow">
      <PageHead title="You need another role for this page" />
      <Notice kind="warning">
        <p>Ask a manager of the tenant or an administrator for access.</p>
        <p>
          <a href="/">Back to start</a>
        </p>
      </Notice>
    </div>
  );
}

export function NotFound() {
  return (
    <div class="page narrow">
      <PageHead title="Page not found" />
      <p>The address is wrong, or you have no access to it.</p>
      <p>
        <a href="/">Back to start</a>
      </p>
    </div>
  );
}
