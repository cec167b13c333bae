import { useState } from 'preact/hooks';
import type { TenantDeletion, TenantRequest, TenantUpdate } from '../../actions/tenants.ts';
import type { Server } from '../../lib/answers/servers.ts';
import type { Tenant, TenantDeleted } from '../../lib/answers/tenants.ts';
import { useAnswer } from '../answers.ts';
import { useApp } from '../app-context.ts';
import { FormDialog } from '../controls/dialog.tsx';
import { Field, SelectField } from '../controls/field.tsx';
import { Failure } from '../controls/notice.tsx';
import { fieldErrorsOf, useSubmission } from '../controls/submit.ts';
import { plural } from '../format.ts';
import { reads } from '../reads.ts';
import { GithubAccount } from '../welcome/github-account.tsx';

interface NewTenantDialogProps {
  servers: Server[];
  onClose: () => void;
  onCreated: (tenant: Tenant) => void;
}

const NOBODY = { githubUser: '', githubToken: '' };

/** The form's state, and how it is sent. */
function useNewTenant({ servers, onCreated }: NewTenantDialogProps) {
  const { api, config } = useApp();
  const submission = useSubmission();
  const suggestionFor = (chosen: Server | undefined) => (chosen?.kind === 'demo' && config.demo) || NOBODY;
  const [name, setName] = useState('');
  const [server, setServer] = useState(servers[0]);
  const [account, setAccount] = useState(() => suggestionFor(servers[0]));
  const [manager, setManager] = useState('');
  const [readsWith, setReadsWith] = useState<'token' | 'app'>('token');
  const [installationId, setInstallationId] = useState('');

  function choose(serverId: number) {
    const chosen = servers.find((one) => one.serverId === serverId);
    setServer(chosen);
    setReadsWith('token');
    setInstallationId('');
    setAccount(suggestionFor(chosen));
  }
  function create() {
    if (!server) return;
    const first = manager.trim();
    const body: TenantRequest = {
      name,
      serverId: server.serverId,
      ...(readsWith === 'app' ? { installationId: Number(installationId) } : account),
      ...(first && { manager: first }),
    };
    void submission.run(async () => onCreated(await api.send<Tenant>('POST', 'tenants', body)));
  }
  return {
    submission,
    name,
    setName,
    server,
    choose,
    account,
    setAccount,
    manager,
    setManager,
    create,
    readsWith,
    setReadsWith,
    installationId,
    setInstallationId,
  };
}

/** Creates a tenant. The API tries its token, or the app's installation, on GitHub first. */
export function NewTenantDialog(props: NewTenantDialogProps) {
  const form = useNewTenant(props);
  const { server, submission } = form;
  const fieldErrors = fieldErrorsOf(submission, TENANT_FIELD_OF);
  return (
    <FormDialog
      title="Create a tenant"
      action="Create"
      disabled={!server || (form.readsWith === 'app' && form.installationId === '')}
      submission={submission}
      shownAtField={fieldErrors.atField}
      onSubmit={form.create}
      onClose={props.onClose}
    >
      <Field
        label="Name"
        required
        maxLength={100}
        value={form.name}
        onValue={form.setName}
        error={fieldErrors.of('name')}
      />
      <SelectField
        label="GitHub server"
        value={String(server?.serverId ?? '')}
        options={props.servers.map((one) => ({ value: String(one.serverId), label: one.name }))}
        onValue={(value) => form.choose(Number(value))}
      />
      {server?.app && <ReadsWithField value={form.readsWith} onValue={form.setReadsWith} />}
      {server && form.readsWith === 'app' ? (
        <InstallationField
          serverId={server.serverId}
          value={form.installationId}
          onValue={form.setInstallationId}
        />
      ) : (
        <GithubAccount
          account={form.account}
          onChange={form.setAccount}
          errorOf={fieldErrors.of}
          webUrl={server?.kind === 'demo' ? null : (server?.webUrl ?? 'https://github.com')}
        />
      )}
      <Field
        label="First manager (optional)"
        type="email"
        maxLength={320}
        value={form.manager}
        onValue={form.setManager}
        hint="E-mail address of the person who will manage the tenant."
        error={fieldErrors.of('manager')}
      />
    </FormDialog>
  );
}

/** Which field an error code belongs to. */
const TENANT_FIELD_OF = { name_taken: 'name', github_token_refused: 'githubToken' };

interface TenantDialogProps {
  tenant: Tenant;
  /** The server has an app, and you may choose its installation. */
  mayUseApp: boolean;
  onClose: () => void;
  onSaved: () => void;
}

/** Renames a tenant, or changes its GitHub user, token or app installation. */
export function TenantDialog({ tenant, mayUseApp, onClose, onSaved }: TenantDialogProps) {
  const { api } = useApp();
  const submission = useSubmission();
  const fieldErrors = fieldErrorsOf(submission, TENANT_FIELD_OF);
  const [name, setName] = useState(tenant.name);
  const [account, setAccount] = useState({
    githubUser: tenant.installationId === null ? tenant.githubUser : '',
    githubToken: '',
  });
  const isInstalled = tenant.installationId !== null;
  const [readsWith, setReadsWith] = useState<'token' | 'app'>(isInstalled ? 'app' : 'token');
  const [installationId, setInstallationId] = useState(String(tenant.installationId ?? ''));
  const byToken = {
    ...(account.githubUser !== tenant.githubUser && { githubUser: account.githubUser }),
    ...(account.githubToken && { githubToken: account.githubToken }),
  };
  const isOther = installationId !== '' && installationId !== String(tenant.installationId ?? '');
  const byApp = isOther ? { installationId: Number(installationId) } : {};
  const update: TenantUpdate = {
    ...(name !== tenant.name && { name }),
    ...(readsWith === 'app' ? byApp : byToken),
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
      {(mayUseApp || isInstalled) && <ReadsWithField value={readsWith} onValue={setReadsWith} />}
      {readsWith === 'token' && (
        <GithubAccount
          account={account}
          onChange={setAccount}
          errorOf={fieldErrors.of}
          webUrl={tenant.server.kind === 'demo' ? null : tenant.server.webUrl}
          tokenLabel="New GitHub token"
          tokenOptional={!isInstalled}
          note={isInstalled ? undefined : 'Leave empty to keep the stored one.'}
        />
      )}
      {readsWith === 'app' && mayUseApp && (
        <InstallationField
          serverId={tenant.server.serverId}
          value={installationId}
          onValue={setInstallationId}
        />
      )}
      {readsWith === 'app' && !mayUseApp && (
        <p class="muted">Reads as {tenant.githubUser}. Only administrators can change the installation.</p>
      )}
    </FormDialog>
  );
}

interface DeleteTenantProps {
  tenant: Tenant;
  onClose: () => void;
  onDeleted: () => void;
}

/** Deletes a tenant after you type its name. */
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
        This deletes {plural(tenant.repositoryCount, 'repository', 'repositories')} with all their data,{' '}
        {plural(tenant.memberCount, 'member')} and the stored token. GitHub keeps only the last 14 days; older
        data cannot be recovered.
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

interface InstallationFieldProps {
  serverId: number;
  /** Empty until one is chosen. */
  value: string;
  onValue: (installationId: string) => void;
}

/** The installation of the server's app that a tenant reads with. */
function InstallationField({ serverId, value, onValue }: InstallationFieldProps) {
  const { answer, error, loading, reload } = useAnswer(reads.installations(serverId));
  if (error) return <Failure error={error} retry={reload} />;
  const found = answer?.installations ?? [];
  const none = loading ? 'Asking GitHub…' : found.length === 0 ? 'Not installed anywhere yet' : 'Choose…';
  return (
    <SelectField
      label="Installation of the GitHub App"
      value={value}
      options={[
        { value: '', label: none },
        ...found.map(({ id, account, suspended }) => ({
          value: String(id),
          label: suspended ? `${account} (suspended)` : account,
        })),
      ]}
      onValue={onValue}
      hint="The organization or user whose repositories the tenant can track."
    />
  );
}

interface ReadsWithProps {
  value: 'token' | 'app';
  onValue: (value: 'token' | 'app') => void;
}

/** Whether a tenant reads with a token or with the server's app. */
function ReadsWithField({ value, onValue }: ReadsWithProps) {
  return (
    <SelectField
      label="Reads with"
      value={value}
      options={[
        { value: 'token', label: 'A personal token' },
        { value: 'app', label: 'The GitHub App' },
      ]}
      onValue={(chosen) => onValue(chosen === 'app' ? 'app' : 'token')}
    />
  );
}
