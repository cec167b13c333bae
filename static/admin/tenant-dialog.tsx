import { useState } from 'preact/hooks';
import type { Tenant } from '../../actions/openapi/tenants.ts';
import type { TenantUpdate } from '../../actions/tenants.ts';
import { useApp } from '../app-context.ts';
import { faultsOf } from '../controls/faults.ts';
import { Field } from '../controls/field.tsx';
import { FormDialog } from '../controls/form-dialog.tsx';
import { useSubmission } from '../controls/submit.ts';
import { GithubAccount } from '../welcome/github-account.tsx';

/** The field that an error's code is about. */
export const TENANT_FIELD_OF = { name_taken: 'name', github_token_refused: 'githubToken' };

interface TenantDialogProps {
  tenant: Tenant;
  onClose: () => void;
  onSaved: () => void;
}

/** Renames a tenant or gives it another GitHub user or token. */
export function TenantDialog({ tenant, onClose, onSaved }: TenantDialogProps) {
  const { api } = useApp();
  const submission = useSubmission();
  const faults = faultsOf(submission, TENANT_FIELD_OF);
  const [name, setName] = useState(tenant.name);
  const [account, setAccount] = useState({ githubUser: tenant.githubUser, githubToken: '' });
  const update: TenantUpdate = {
    ...(name !== tenant.name && { name }),
    ...(account.githubUser !== tenant.githubUser && { githubUser: account.githubUser }),
    ...(account.githubToken && { githubToken: account.githubToken }),
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
      <GithubAccount
        account={account}
        onChange={setAccount}
        faultOf={faults.of}
        webUrl={tenant.server.kind === 'demo' ? null : tenant.server.webUrl}
        tokenLabel="New GitHub token"
        tokenOptional
        note="Leave it empty to keep the one that is stored."
      />
    </FormDialog>
  );
}
