import { useState } from 'preact/hooks';
import type { Server } from '../../actions/openapi/servers.ts';
import type { Tenant } from '../../actions/openapi/tenants.ts';
import type { TenantRequest, TenantUpdate } from '../../actions/tenants.ts';
import { ApiError } from '../api.ts';
import { useApp } from '../app-context.ts';
import { Field, SelectField } from '../controls/field.tsx';
import { FormDialog } from '../controls/form-dialog.tsx';
import { type Submission, useSubmission } from '../controls/submit.ts';
import { TokenHelp } from '../welcome/token-help.tsx';

const FIELD_OF: Record<string, string> = { name_taken: 'name', github_token_refused: 'githubToken' };

/** Where an error belongs: at a field, or below the form. */
function faultsOf(submission: Submission) {
  const { error } = submission;
  const field = error instanceof ApiError ? FIELD_OF[error.code] : undefined;
  return {
    shownAtField: field !== undefined,
    of: (name: string) => (field === name ? error?.message : submission.faultOf(name)),
  };
}

interface NewTenantDialogProps {
  servers: Server[];
  onClose: () => void;
  onCreated: (tenant: Tenant) => void;
}

/** Creates a tenant; its token is tried on GitHub first. */
export function NewTenantDialog({ servers, onClose, onCreated }: NewTenantDialogProps) {
  const { api, config } = useApp();
  const submission = useSubmission();
  const faults = faultsOf(submission);
  const [name, setName] = useState('');
  const [server, setServer] = useState(servers[0]);
  const [githubUser, setGithubUser] = useState(demoOf(servers[0])?.githubUser ?? '');
  const [githubToken, setGithubToken] = useState(demoOf(servers[0])?.githubToken ?? '');
  const [manager, setManager] = useState('');

  function demoOf(chosen: Server | undefined) {
    return chosen?.kind === 'demo' ? config.demo : undefined;
  }

  function choose(serverId: number) {
    const chosen = servers.find((one) => one.serverId === serverId);
    setServer(chosen);
    setGithubUser(demoOf(chosen)?.githubUser ?? '');
    setGithubToken(demoOf(chosen)?.githubToken ?? '');
  }

  function create() {
    if (!server) return;
    const body: TenantRequest = {
      name,
      serverId: server.serverId,
      githubUser,
      githubToken,
      ...(manager.trim() ? { manager: manager.trim().toLowerCase() } : {}),
    };
    void submission.run(async () => onCreated(await api.send<Tenant>('POST', 'tenants', body)));
  }

  return (
    <FormDialog
      title="Create a tenant"
      action="Create"
      disabled={!server}
      submission={submission}
      shownAtField={faults.shownAtField}
      onSubmit={create}
      onClose={onClose}
    >
      <Field label="Name" required maxLength={100} value={name} onValue={setName} fault={faults.of('name')} />
      <SelectField
        label="GitHub server"
        value={String(server?.serverId ?? '')}
        options={servers.map((one) => ({ value: String(one.serverId), label: one.name }))}
        onValue={(value) => choose(Number(value))}
      />
      <Field
        label="GitHub user name"
        required
        autoComplete="off"
        maxLength={100}
        value={githubUser}
        onValue={setGithubUser}
        fault={faults.of('githubUser')}
      />
      <Field
        label="GitHub token"
        type="password"
        required
        autoComplete="off"
        maxLength={400}
        value={githubToken}
        onValue={setGithubToken}
        hint={<TokenHelp webUrl={server?.webUrl ?? 'https://github.com'} />}
        fault={faults.of('githubToken')}
      />
      <Field
        label="First manager (optional)"
        type="email"
        maxLength={320}
        value={manager}
        onValue={setManager}
        hint="E-mail address of who looks after the tenant."
        fault={faults.of('manager')}
      />
    </FormDialog>
  );
}

interface TenantDialogProps {
  tenant: Tenant;
  onClose: () => void;
  onSaved: () => void;
}

/** Renames a tenant or gives it another GitHub user or token. */
export function TenantDialog({ tenant, onClose, onSaved }: TenantDialogProps) {
  const { api } = useApp();
  const submission = useSubmission();
  const faults = faultsOf(submission);
  const [name, setName] = useState(tenant.name);
  const [githubUser, setGithubUser] = useState(tenant.githubUser);
  const [githubToken, setGithubToken] = useState('');
  const update: TenantUpdate = {
    ...(name === tenant.name ? {} : { name }),
    ...(githubUser === tenant.githubUser ? {} : { githubUser }),
    ...(githubToken ? { githubToken } : {}),
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
      shownAtField={faults.shownAtField}
      onSubmit={save}
      onClose={onClose}
    >
      <Field label="Name" required maxLength={100} value={name} onValue={setName} fault={faults.of('name')} />
      <Field
        label="GitHub user name"
        required
        autoComplete="off"
        maxLength={100}
        value={githubUser}
        onValue={setGithubUser}
        fault={faults.of('githubUser')}
      />
      <Field
        label="New GitHub token"
        type="password"
        autoComplete="off"
        maxLength={400}
        value={githubToken}
        onValue={setGithubToken}
        hint={
          <>
            Leave it empty to keep the one that is stored. <TokenHelp webUrl={tenant.server.webUrl} />
          </>
        }
        fault={faults.of('githubToken')}
      />
    </FormDialog>
  );
}
