import { useState } from 'preact/hooks';
import type { Dashboard, DashboardList } from '../../lib/answers/dashboards.ts';
import { useApp } from '../app-context.ts';
import { faultsOf } from '../controls/faults.ts';
import { Field } from '../controls/field.tsx';
import { FormDialog } from '../controls/form-dialog.tsx';
import { useSubmission } from '../controls/submit.ts';
import { go } from '../location.ts';
import { paths } from '../routes.ts';

interface CopyDialogProps {
  tenantId: number;
  of: Pick<DashboardList['dashboards'][number], 'dashboardId' | 'name'>;
  onClose: () => void;
}

/** Copies a dashboard under a name of its own, and goes on to change the copy. */
export function CopyDialog({ tenantId, of, onClose }: CopyDialogProps) {
  const { api } = useApp();
  const [name, setName] = useState(`Copy of ${of.name}`);
  const submission = useSubmission();
  const faults = faultsOf(submission, { dashboard_exists: 'name' });

  function copy() {
    void submission.run(async () => {
      const path = `dashboards/${tenantId}/${of.dashboardId}/copy`;
      const { dashboardId } = await api.send<Dashboard>('POST', path, { name: name.trim() });
      go(paths.editDashboard(tenantId, dashboardId));
    });
  }

  return (
    <FormDialog
      title={`Copy ${of.name}`}
      action="Copy"
      disabled={name.trim() === ''}
      submission={submission}
      shownAtField={faults.atField}
      onSubmit={copy}
      onClose={onClose}
    >
      <Field label="Name" value={name} onValue={setName} maxLength={100} fault={faults.of('name')} />
    </FormDialog>
  );
}
