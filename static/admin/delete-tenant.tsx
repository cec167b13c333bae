import { useState } from 'preact/hooks';
import type { TenantDeletion } from '../../actions/tenants.ts';
import type { Tenant, TenantDeleted } from '../../lib/answers/tenants.ts';
import { useApp } from '../app-context.ts';
import { Field } from '../controls/field.tsx';
import { FormDialog } from '../controls/form-dialog.tsx';
import { useSubmission } from '../controls/submit.ts';
import { plural } from '../format.ts';

interface DeleteTenantProps {
  tenant: Tenant;
  onClose: () => void;
  onDeleted: () => void;
}

/** Deletes a tenant once its name was typed. */
export function DeleteTenant({ tenant, onClose, onDeleted }: DeleteTenantProps) {
  const { api } = useApp();
  const submission = useSubmission();
  const [confirmName, setConfirmName] = useState('');

  function remove() {
    const body: TenantDeletion = { confirmName };
    void submission.run(async () => {
      await api.send<TenantDeleted>('DELETE', `tenants/${tenant.tenantId}`, body);
      onDeleted();
    });
  }

  return (
    <FormDialog
      title={`Delete ${tenant.name}?`}
      action="Delete tenant"
      danger
      disabled={confirmName !== tenant.name}
      submission={submission}
      onSubmit={remove}
      onClose={onClose}
    >
      <p>
        This deletes {plural(tenant.repositoryCount, 'repository', 'repositories')} with everything that was
        collected for them, {plural(tenant.memberCount, 'member')} and the stored token. GitHub remembers only
        the last 14 days: the rest cannot be brought back.
      </p>
      <Field
        label={`Type “${tenant.name}” to confirm`}
        required
        autoComplete="off"
        value={confirmName}
        onValue={setConfirmName}
      />
    </FormDialog>
  );
}
