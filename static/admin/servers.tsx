import { useState } from 'preact/hooks';
import type { Server, ServerDeleted } from '../../actions/openapi/servers.ts';
import { rightsOf } from '../access.ts';
import { useAnswer } from '../answers.ts';
import { useApp, useMe } from '../app-context.ts';
import { Failure } from '../controls/failure.tsx';
import { FormDialog } from '../controls/form-dialog.tsx';
import { PageHead } from '../controls/page-head.tsx';
import { Skeleton } from '../controls/skeleton.tsx';
import { useSubmission } from '../controls/submit.ts';
import { formatCount } from '../format.ts';
import { reads } from '../reads.ts';
import { ServerDialog } from './server-dialog.tsx';

const KINDS: Record<Server['kind'], string> = {
  github: 'github.com',
  enterprise: 'GitHub Enterprise Server',
  demo: 'Demo (simulated)',
};

/** The GitHub servers that tenants may use. */
export function Servers() {
  const { me } = useMe();
  const list = useAnswer(reads.servers());
  const [editing, setEditing] = useState<Server | 'new'>();
  const [deleting, setDeleting] = useState<Server>();
  const mayChange = rightsOf(me).administrator;

  function changed() {
    setEditing(undefined);
    setDeleting(undefined);
    list.reload();
  }

  return (
    <div class="page" aria-busy={list.loading}>
      <PageHead
        title="GitHub servers"
        actions={
          mayChange && (
            <button type="button" class="button primary" onClick={() => setEditing('new')}>
              Add server
            </button>
          )
        }
      />
      {list.error && <Failure error={list.error} retry={list.reload} />}
      {!list.answer && !list.error && <Skeleton />}
      {list.answer && (
        <ServerTable
          servers={list.answer.servers}
          onEdit={mayChange ? setEditing : undefined}
          onDelete={setDeleting}
        />
      )}
      {editing && (
        <ServerDialog
          server={editing === 'new' ? undefined : editing}
          onClose={() => setEditing(undefined)}
          onSaved={changed}
        />
      )}
      {deleting && (
        <DeleteServer server={deleting} onClose={() => setDeleting(undefined)} onDeleted={changed} />
      )}
    </div>
  );
}

interface ServerTableProps {
  servers: Server[];
  onEdit: ((server: Server) => void) | undefined;
  onDelete: (server: Server) => void;
}

function ServerTable({ servers, onEdit, onDelete }: ServerTableProps) {
  return (
    <section class="panel" aria-label="GitHub servers">
      <table class="data cards">
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col">Kind</th>
            <th scope="col">Address</th>
            <th scope="col" class="number">
              Tenants
            </th>
            {onEdit && (
              <th scope="col">
                <span class="unseen">Actions</span>
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {servers.map((server) => (
            <tr key={server.serverId}>
              <th scope="row" class="name">
                {server.name}
              </th>
              <td data-label="Kind">{KINDS[server.kind]}</td>
              <td class="name" data-label="Address">
                {server.webUrl}
              </td>
              <td class="number" data-label="Tenants">
                {formatCount(server.tenantCount)}
              </td>
              {onEdit && (
                <td class="actions">
                  <button type="button" class="button small" onClick={() => onEdit(server)}>
                    Rename…<span class="unseen"> {server.name}</span>
                  </button>
                  <button
                    type="button"
                    class="button small danger"
                    disabled={server.tenantCount > 0}
                    title={server.tenantCount > 0 ? 'Tenants use it' : undefined}
                    onClick={() => onDelete(server)}
                  >
                    Delete…<span class="unseen"> {server.name}</span>
                  </button>
                </td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

interface DeleteServerProps {
  server: Server;
  onClose: () => void;
  onDeleted: () => void;
}

function DeleteServer({ server, onClose, onDeleted }: DeleteServerProps) {
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
