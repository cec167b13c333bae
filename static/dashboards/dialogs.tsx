import { useState } from 'preact/hooks';
import type { Dashboard, DashboardEntry, DashboardList } from '../../lib/answers/dashboards.ts';
import { ApiError } from '../api.ts';
import { useApp } from '../app-context.ts';
import { FormDialog } from '../controls/dialog.tsx';
import { Field } from '../controls/field.tsx';
import { fieldErrorsOf, useSubmission } from '../controls/submit.ts';
import { go } from '../location.ts';
import { paths } from '../routes.ts';
import { Problems } from './problem-lists.tsx';

/** A file's document, and its text. */
export interface ImportedFile {
  document: Record<string, unknown>;
  text: string;
}

interface ImportDialogProps {
  tenantId: number;
  imported: ImportedFile;
  onClose: () => void;
}

function nameIn(imported: ImportedFile): string {
  const { name } = imported.document;
  return typeof name === 'string' ? name : '';
}

/** Creates a dashboard from a file and opens it. The file is stored as it is, unless you rename it. */
export function ImportDialog({ tenantId, imported, onClose }: ImportDialogProps) {
  const { api } = useApp();
  const [name, setName] = useState(() => nameIn(imported));
  const submission = useSubmission();
  const fieldErrors = fieldErrorsOf(submission, { dashboard_exists: 'name' });
  const { error } = submission;

  function create() {
    void submission.run(async () => {
      const document =
        name === nameIn(imported) ? imported.text : { ...imported.document, name: name.trim() };
      const { dashboardId } = await api.send<Dashboard>('POST', `dashboards/${tenantId}`, { document });
      go(paths.dashboard(tenantId, dashboardId));
    });
  }

  return (
    <FormDialog
      title="Import a dashboard"
      action="Import"
      disabled={name.trim() === ''}
      submission={submission}
      shownAtField={fieldErrors.atField}
      onSubmit={create}
      onClose={onClose}
    >
      <Field label="Name" value={name} onValue={setName} maxLength={100} error={fieldErrors.of('name')} />
      {error instanceof ApiError && error.code === 'dashboard_invalid' && (
        <Problems details={error.details} />
      )}
    </FormDialog>
  );
}

interface CopyDialogProps {
  tenantId: number;
  of: Pick<DashboardList['dashboards'][number], 'dashboardId' | 'name'>;
  onClose: () => void;
}

/** Copies a dashboard under a new name and opens the copy to edit it. */
export function CopyDialog({ tenantId, of, onClose }: CopyDialogProps) {
  const { api } = useApp();
  const [name, setName] = useState(`Copy of ${of.name}`);
  const submission = useSubmission();
  const fieldErrors = fieldErrorsOf(submission, { dashboard_exists: 'name' });

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
      shownAtField={fieldErrors.atField}
      onSubmit={copy}
      onClose={onClose}
    >
      <Field label="Name" value={name} onValue={setName} maxLength={100} error={fieldErrors.of('name')} />
    </FormDialog>
  );
}

interface DeleteDialogProps {
  tenantId: number;
  dashboard: DashboardEntry;
  onDeleted: () => void;
  onClose: () => void;
}

export function DeleteDialog({ tenantId, dashboard, onDeleted, onClose }: DeleteDialogProps) {
  const { api } = useApp();
  const submission = useSubmission();

  function remove() {
    void submission.run(async () => {
      await api.send('DELETE', `dashboards/${tenantId}/${dashboard.dashboardId}`);
      onDeleted();
    });
  }

  return (
    <FormDialog
      title={`Delete ${dashboard.name}?`}
      action="Delete"
      danger
      submission={submission}
      onSubmit={remove}
      onClose={onClose}
    >
      <p>It is deleted for everyone in this tenant. Export it first to keep a copy.</p>
      <p>No traffic data is deleted.</p>
    </FormDialog>
  );
}
