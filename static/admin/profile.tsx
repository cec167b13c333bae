import { useState } from 'preact/hooks';
import type { OwnTenant, SignedOut } from '../../lib/answers/me.ts';
import { useApp, useMe } from '../app-context.ts';
import { DataTable } from '../controls/data-table.tsx';
import { FormDialog } from '../controls/dialog.tsx';
import { Answered } from '../controls/loading.tsx';
import { PageHead } from '../controls/page-head.tsx';
import { Panel } from '../controls/panel.tsx';
import { ShowMore } from '../controls/show-more.tsx';
import { useSubmission } from '../controls/submit.ts';
import { plural } from '../format.ts';
import { useList } from '../list.ts';
import { reads } from '../reads.ts';
import { paths } from '../routes.ts';
import { SignOut } from '../sign-out.tsx';
import { Account } from './account.tsx';

const COLUMNS = [{ label: 'Tenant' }, { label: 'Role' }, { label: 'Can see' }];

/** Who is signed in, their roles, and signing out. */
export function Profile() {
  const { me } = useMe();
  const { accounts } = useApp();
  const [everywhere, setEverywhere] = useState(false);
  const actions = (
    <>
      <button type="button" class="button" onClick={() => setEverywhere(true)}>
        Sign out everywhere…
      </button>
      <SignOut />
    </>
  );
  return (
    <div class="page narrow">
      <PageHead title={me.displayName || me.email} actions={actions} />
      {everywhere && <SignOutEverywhere onClose={() => setEverywhere(false)} />}
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
      {accounts && <Account accounts={accounts} />}
      <Panel title="Tenants">{me.moreTenants ? <AllTenants /> : <OwnTenants tenants={me.tenants} />}</Panel>
      <p>
        <a href="/licences.txt" target="_blank" rel="noopener">
          Licences of the software in use
        </a>
      </p>
    </div>
  );
}

/** The tenants that the person may see, and their role in each. */
function OwnTenants({ tenants }: { tenants: OwnTenant[] }) {
  const { me } = useMe();
  if (tenants.length === 0) return <p class="none">None yet.</p>;
  return (
    <DataTable label="Your tenants" columns={COLUMNS}>
      {tenants.map((tenant) => (
        <tr key={tenant.tenantId}>
          <th scope="row">
            <a href={paths.overview(tenant.tenantId)}>{tenant.name}</a>
          </th>
          <td>{tenant.role ?? `as ${me.systemRole}`}</td>
          <td>{plural(tenant.repositoryCount, 'repository', 'repositories')}</td>
        </tr>
      ))}
    </DataTable>
  );
}

/** The same, a page at a time. */
function AllTenants() {
  const list = useList((cursor) => reads.ownTenants({ cursor }));
  return (
    <Answered loaded={list}>
      {(pages) => (
        <>
          <OwnTenants tenants={pages.flatMap(({ tenants }) => tenants)} />
          <ShowMore list={list} />
        </>
      )}
    </Answered>
  );
}

/** Ends every session of the person, after they confirm it. */
function SignOutEverywhere({ onClose }: { onClose: () => void }) {
  const { api, accounts, session } = useApp();
  const submission = useSubmission();

  function signOut() {
    void submission.run(async () => {
      await api.send<SignedOut>('DELETE', 'me/sessions');
      await accounts?.send('DELETE', 'account/sessions');
      await session.signOut();
    });
  }

  return (
    <FormDialog
      title="Sign out everywhere?"
      action="Sign out everywhere"
      submission={submission}
      onSubmit={signOut}
      onClose={onClose}
    >
      <p>
        You are signed out at once in every browser and program, here too. Dashboards that are open elsewhere
        stop. If somebody else may know your password, change it{' '}
        {accounts ? 'here' : 'at the sign-in service'} first.
      </p>
    </FormDialog>
  );
}
