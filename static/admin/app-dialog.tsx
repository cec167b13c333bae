import { useState } from 'preact/hooks';
import type { AppRequest } from '../../actions/servers.ts';
import type { Server } from '../../lib/answers/servers.ts';
import { useApp } from '../app-context.ts';
import { faultsOf } from '../controls/faults.ts';
import { Field, TextField } from '../controls/field.tsx';
import { FormDialog } from '../controls/form-dialog.tsx';
import { useSubmission } from '../controls/submit.ts';
import { formatInstant } from '../format.ts';

interface AppDialogProps {
  server: Server;
  onClose: () => void;
  onSaved: () => void;
}

const FIELD_OF = {
  app_not_found: 'appId',
  app_mismatch: 'appId',
  app_key_malformed: 'privateKey',
  app_key_refused: 'privateKey',
};

/** Sets the GitHub App of a server, or forgets it. */
export function AppDialog({ server, onClose, onSaved }: AppDialogProps) {
  const { api } = useApp();
  const submission = useSubmission();
  const [appId, setAppId] = useState(server.app?.appId ?? '');
  const [privateKey, setPrivateKey] = useState('');
  const faults = faultsOf(submission, FIELD_OF);
  const path = `servers/${server.serverId}/app`;

  function save() {
    const body: AppRequest = { appId: appId.trim(), privateKey };
    void submission.run(async () => {
      await api.send<Server>('PUT', path, body);
      onSaved();
    });
  }
  function remove() {
    void submission.run(async () => {
      await api.send<Server>('DELETE', path);
      onSaved();
    });
  }

  return (
    <FormDialog
      title={`GitHub App of ${server.name}`}
      action="Save"
      submission={submission}
      shownAtField={faults.atField}
      onSubmit={save}
      onClose={onClose}
    >
      <p class="muted">
        An app reads traffic where it is installed, without anybody’s token. It needs the repository
        permission
        <strong> Administration: Read-only</strong> and no webhook.
      </p>
      {server.app && (
        <p>
          <a href={server.app.htmlUrl} target="_blank" rel="noreferrer">
            {server.app.name}
          </a>{' '}
          was accepted {formatInstant(server.app.checkedAt)}.{' '}
          <button type="button" class="button small danger" onClick={remove} disabled={submission.busy}>
            Forget the app
          </button>
        </p>
      )}
      <Field
        label="App ID or client ID"
        required
        autoComplete="off"
        spellcheck={false}
        maxLength={40}
        value={appId}
        onValue={setAppId}
        fault={faults.of('appId')}
      />
      <TextField
        label="Private key"
        required
        maxLength={10_000}
        placeholder="-----BEGIN RSA PRIVATE KEY-----"
        value={privateKey}
        onValue={setPrivateKey}
        hint="The .pem file that GitHub made in the app’s settings. It is stored sealed, and never shown again."
        fault={faults.of('privateKey')}
      />
    </FormDialog>
  );
}
