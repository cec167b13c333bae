import { useState } from 'preact/hooks';
import type { TenantUpdate } from '../../actions/tenants.ts';
import type { Tenant } from '../../lib/answers/tenants.ts';
import { useApp } from '../app-context.ts';
import { faultsOf } from '../controls/faults.ts';
import { Field } from '../controls/field.tsx';
import { FormDialog } from '../controls/form-dialog.tsx';
import { useSubmission } from '../controls/submit.ts';
import { GithubAccount } from '../welcome/github-account.tsx';
import { InstallationField, ReadsWithField } from './installation-field.tsx';

/** The field that an error's code is about. */
export const TENANT_FIELD_OF = { name_taken: 'name', github_token_refused: 'githubToken' };

interface TenantDialogProps {
  tenant: Tenant;
  /** The server has an app, and the person may choose where it is installed. */
  mayUseApp: boolean;
  onClose: () => void;
  onSaved: () => void;
}

/** Renames a tenant, or gives it another GitHub user, token or installation of the app. */
export function TenantDialog({ tenant, mayUseApp, onClose, onSaved }: TenantDialogProps) {
  const { api } = useApp();
  const submission = useSubmission();
  const faults = faultsOf(submission, TENANT_FIELD_OF);
  const [name, setName] = useState(tenant.name);
  const [account, setAccount] = useState({
    githubUser: tenant.installationId === null ? tenant.githubUser : '',
    githubToken: '',
  });
  const isInstalled = tenant.installationId !== null;
  const [readsWith, setReadsWith] = useState<'token' | 'app'>(isInstalled ? 'app' : 'token');
  const [installationId, setInstallationId] = useState(String(tenant.installationId ?? ''));
  const byToken = {
    ...(account.githubUser !== tenant.githubUser && { githubUser: account.githubUser }),
    ...(account.githubToken && { githubToken: account.githubToken }),
  };
  const isOther = installationId !== '' && installationId !== String(tenant.installationId ?? '');
  const byApp = isOther ? { installationId: Number(installationId) } : {};
  const update: TenantUpdate = {
    ...(name !== tenant.name && { name }),
    ...(readsWith === 'app' ? byApp : byToken),
  };

  function save() {
    void submission.run(async () => {
      await api.send<Tenant>('PATCH', `tenants/${tenant.tenantId}`, update);
      onSaved();
    });
  }

  return (
    <FormDialog
      title={`Change ${tenant.name}`}
      action="Save"
      disabled={Object.keys(update).length === 0}
      submission={submission}
      shownAtField={faults.atField}
      onSubmit={save}
      onClose={onClose}
    >
      <Field label="Name" required maxLength={100} value={name} onValue={setName} fault={faults.of('name')} />
      {(mayUseApp || isInstalled) && <ReadsWithField value={readsWith} onValue={setReadsWith} />}
      {readsWith === 'token' && (
        <GithubAccount
          account={account}
          onChange={setAccount}
          faultOf={faults.of}
          webUrl={tenant.server.kind === 'demo' ? null : tenant.server.webUrl}
          tokenLabel="New GitHub token"
          tokenOptional={!isInstalled}
          note={isInstalled ? undefined : 'Leave it empty to keep the one that is stored.'}
        />
      )}
      {readsWith === 'app' && mayUseApp && (
        <InstallationField
          serverId={tenant.server.serverId}
          value={installationId}
          onValue={setInstallationId}
        />
      )}
      {readsWith === 'app' && !mayUseApp && (
        <p class="muted">It reads as {tenant.githubUser}. Administrators choose the installation.</p>
      )}
    </FormDialog>
  );
}
