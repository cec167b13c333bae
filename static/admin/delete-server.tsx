import type { Server, ServerDeleted } from '../../lib/answers/servers.ts';
import { useApp } from '../app-context.ts';
import { FormDialog } from '../controls/form-dialog.tsx';
import { useSubmission } from '../controls/submit.ts';

interface DeleteServerProps {
  server: Server;
  onClose: () => void;
  onDeleted: () => void;
}

/** Asks before a server is deleted. */
export function DeleteServer({ server, onClose, onDeleted }: DeleteServerProps) {
  const { api } = useApp();
  const submission = useSubmission();
  function remove() {
    void submission.run(async () => {
      await api.send<ServerDeleted>('DELETE', `servers/${server.serverId}`);
      onDeleted();
    });
  }
  return (
    <FormDialog
      title={`Delete ${server.name}?`}
      action="Delete"
      danger
      submission={submission}
      onSubmit={remove}
      onClose={onClose}
    >
      <p>No tenant uses it. It can be added again at any time.</p>
    </FormDialog>
  );
}
