import { useState } from 'preact/hooks';
import type { ServerRequest } from '../../actions/servers.ts';
import type { Server } from '../../lib/answers/servers.ts';
import { useApp } from '../app-context.ts';
import { faultsOf } from '../controls/faults.ts';
import { Field } from '../controls/field.tsx';
import { FormDialog } from '../controls/form-dialog.tsx';
import { useSubmission } from '../controls/submit.ts';

interface ServerDialogProps {
  /** Absent: a new one. */
  server: Server | undefined;
  onClose: () => void;
  onSaved: () => void;
}

const FIELD_OF = {
  private_address: 'url',
  server_unreachable: 'url',
  name_taken: 'name',
};

/** Adds a GitHub Enterprise Server or renames a server. */
export function ServerDialog({ server, onClose, onSaved }: ServerDialogProps) {
  const { api } = useApp();
  const submission = useSubmission();
  const [name, setName] = useState(server?.name ?? '');
  const [url, setUrl] = useState('');
  const faults = faultsOf(submission, FIELD_OF);

  function save() {
    const body: ServerRequest = { name, url: url.trim() };
    void submission.run(async () => {
      if (server) await api.send<Server>('PATCH', `servers/${server.serverId}`, { name });
      else await api.send<Server>('POST', 'servers', body);
      onSaved();
    });
  }

  return (
    <FormDialog
      title={server ? `Rename ${server.name}` : 'Add a GitHub server'}
      action={server ? 'Rename' : 'Add'}
      submission={submission}
      shownAtField={faults.atField}
      onSubmit={save}
      onClose={onClose}
    >
      <Field label="Name" required maxLength={100} value={name} onValue={setName} fault={faults.of('name')} />
      {!server && (
        <Field
          label="Address of its pages"
          type="url"
          required
          maxLength={300}
          placeholder="https://github.example.com"
          value={url}
          onValue={setUrl}
          fault={faults.of('url')}
        />
      )}
    </FormDialog>
  );
}
