import { useState } from 'preact/hooks';
import type { Dashboard } from '../../lib/answers/dashboards.ts';
import { ApiError } from '../api.ts';
import { useApp } from '../app-context.ts';
import { faultsOf } from '../controls/faults.ts';
import { Field } from '../controls/field.tsx';
import { FormDialog } from '../controls/form-dialog.tsx';
import { useSubmission } from '../controls/submit.ts';
import { go } from '../location.ts';
import { paths } from '../routes.ts';
import { Problems } from './problems.tsx';

interface NewDialogProps {
  tenantId: number;
  /** A file's document; without one an empty dashboard is made. */
  imported?: Record<string, unknown> | undefined;
  onClose: () => void;
}

const EMPTY = { tabs: [{ title: 'Overview', widgets: [] }] };

/** Makes a dashboard, empty or from a file, and goes on to change it. */
export function NewDialog({ tenantId, imported, onClose }: NewDialogProps) {
  const { api } = useApp();
  const [name, setName] = useState(typeof imported?.name === 'string' ? imported.name : '');
  const submission = useSubmission();
  const faults = faultsOf(submission, { dashboard_exists: 'name' });
  const { error } = submission;

  function create() {
    void submission.run(async () => {
      const document = { ...(imported ?? EMPTY), name: name.trim() };
      const { dashboardId } = await api.send<Dashboard>('POST', `dashboards/${tenantId}`, { document });
      go(imported ? paths.dashboard(tenantId, dashboardId) : paths.editDashboard(tenantId, dashboardId));
    });
  }

  return (
    <FormDialog
      title={imported ? 'Import a dashboard' : 'New dashboard'}
      action={imported ? 'Import' : 'Create'}
      disabled={name.trim() === ''}
      submission={submission}
      shownAtField={faults.atField}
      onSubmit={create}
      onClose={onClose}
    >
      <Field label="Name" value={name} onValue={setName} maxLength={100} fault={faults.of('name')} />
      {error instanceof ApiError && error.code === 'dashboard_invalid' && (
        <Problems details={error.details} />
      )}
    </FormDialog>
  );
}
