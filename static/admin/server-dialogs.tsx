import { useState } from 'preact/hooks';
import type { AppRequest, ServerRequest } from '../../actions/servers.ts';
import type { Server, ServerDeleted } from '../../lib/answers/servers.ts';
import { useApp } from '../app-context.ts';
import { FormDialog } from '../controls/dialog.tsx';
import { Field, TextField } from '../controls/field.tsx';
import { fieldErrorsOf, useSubmission } from '../controls/submit.ts';
import { formatInstant } from '../format.ts';

interface ServerDialogProps {
  /** Absent for a new one. */
  server: Server | undefined;
  onClose: () => void;
  onSaved: () => void;
}

const SERVER_FIELD_OF = {
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
  const fieldErrors = fieldErrorsOf(submission, SERVER_FIELD_OF);

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
      shownAtField={fieldErrors.atField}
      onSubmit={save}
      onClose={onClose}
    >
      <Field
        label="Name"
        required
        maxLength={100}
        value={name}
        onValue={setName}
        error={fieldErrors.of('name')}
      />
      {!server && (
        <Field
          label="Server address"
          type="url"
          required
          maxLength={300}
          placeholder="https://github.example.com"
          value={url}
          onValue={setUrl}
          error={fieldErrors.of('url')}
        />
      )}
    </FormDialog>
  );
}

interface AppDialogProps {
  server: Server;
  onClose: () => void;
  onSaved: () => void;
}

const APP_FIELD_OF = {
  app_not_found: 'appId',
  app_mismatch: 'appId',
  app_key_malformed: 'privateKey',
  app_key_refused: 'privateKey',
};

/** Sets or removes the GitHub App of a server. */
export function AppDialog({ server, onClose, onSaved }: AppDialogProps) {
  const { api } = useApp();
  const submission = useSubmission();
  const [appId, setAppId] = useState(server.app?.appId ?? '');
  const [privateKey, setPrivateKey] = useState('');
  const fieldErrors = fieldErrorsOf(submission, APP_FIELD_OF);
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
      shownAtField={fieldErrors.atField}
      onSubmit={save}
      onClose={onClose}
    >
      <p class="muted">
        An app reads traffic wherever it is installed, without a personal token. It needs the repository
        permission
        <strong> Administration: Read-only</strong> and no webhook.
      </p>
      {server.app && (
        <p>
          <a href={server.app.htmlUrl} target="_blank" rel="noreferrer">
            {server.app.name}
          </a>{' '}
          is valid since {formatInstant(server.app.checkedAt)}.{' '}
          <button type="button" class="button small danger" onClick={remove} disabled={submission.busy}>
            Remove the app
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
        error={fieldErrors.of('appId')}
      />
      <TextField
        label="Private key"
        required
        maxLength={10_000}
        placeholder="-----BEGIN RSA PRIVATE KEY-----"
        value={privateKey}
        onValue={setPrivateKey}
        hint="The .pem file from the app’s settings on GitHub. Stored encrypted and never shown again."
        error={fieldErrors.of('privateKey')}
      />
    </FormDialog>
  );
}

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
