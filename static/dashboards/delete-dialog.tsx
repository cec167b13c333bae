import type { DashboardEntry } from '../../lib/answers/dashboards.ts';
import { useApp } from '../app-context.ts';
import { FormDialog } from '../controls/form-dialog.tsx';
import { useSubmission } from '../controls/submit.ts';

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
      <p>The dashboard is gone for everybody in this tenant. Export it first to keep a file of it.</p>
      <p>No traffic is deleted.</p>
    </FormDialog>
  );
}
