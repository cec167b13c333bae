import { useState } from 'preact/hooks';
import type { TenantRequest } from '../../actions/tenants.ts';
import type { Server } from '../../lib/answers/servers.ts';
import type { Tenant } from '../../lib/answers/tenants.ts';
import { useApp } from '../app-context.ts';
import { faultsOf } from '../controls/faults.ts';
import { Field, SelectField } from '../controls/field.tsx';
import { FormDialog } from '../controls/form-dialog.tsx';
import { useSubmission } from '../controls/submit.ts';
import { GithubAccount } from '../welcome/github-account.tsx';
import { InstallationField, ReadsWithField } from './installation-field.tsx';
import { TENANT_FIELD_OF } from './tenant-dialog.tsx';

interface NewTenantDialogProps {
  servers: Server[];
  onClose: () => void;
  onCreated: (tenant: Tenant) => void;
}

const NOBODY = { githubUser: '', githubToken: '' };

/** What the form asks for, and how it is sent. */
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
    const first = manager.trim().toLowerCase();
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

/** Creates a tenant; its token, or the app where it is installed, is tried on GitHub first. */
export function NewTenantDialog(props: NewTenantDialogProps) {
  const form = useNewTenant(props);
  const { server, submission } = form;
  const faults = faultsOf(submission, TENANT_FIELD_OF);
  return (
    <FormDialog
      title="Create a tenant"
      action="Create"
      disabled={!server || (form.readsWith === 'app' && form.installationId === '')}
      submission={submission}
      shownAtField={faults.atField}
      onSubmit={form.create}
      onClose={props.onClose}
    >
      <Field
        label="Name"
        required
        maxLength={100}
        value={form.name}
        onValue={form.setName}
        fault={faults.of('name')}
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
          faultOf={faults.of}
          webUrl={server?.kind === 'demo' ? null : (server?.webUrl ?? 'https://github.com')}
        />
      )}
      <Field
        label="First manager (optional)"
        type="email"
        maxLength={320}
        value={form.manager}
        onValue={form.setManager}
        hint="E-mail address of who looks after the tenant."
        fault={faults.of('manager')}
      />
    </FormDialog>
  );
}
