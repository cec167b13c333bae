import { useState } from 'preact/hooks';
import type { Server } from '../../lib/answers/servers.ts';
import { mayInSystem } from '../access.ts';
import { useAnswer } from '../answers.ts';
import { useMe } from '../app-context.ts';
import { DataTable } from '../controls/data-table.tsx';
import { Answered } from '../controls/loading.tsx';
import { Menu } from '../controls/menu.tsx';
import { PageHead } from '../controls/page-head.tsx';
import { formatCount } from '../format.ts';
import { reads } from '../reads.ts';
import { AppDialog, DeleteServer, ServerDialog } from './server-dialogs.tsx';

/** The GitHub servers that tenants may use. */
export function Servers() {
  const { me } = useMe();
  const list = useAnswer(reads.servers());
  const [editing, setEditing] = useState<Server | 'new'>();
  const [deleting, setDeleting] = useState<Server>();
  const [withApp, setWithApp] = useState<Server>();
  const mayChange = mayInSystem(me, 'changeServers');

  function changed() {
    setEditing(undefined);
    setDeleting(undefined);
    setWithApp(undefined);
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
      <Answered loaded={list}>
        {({ servers }) => (
          <ServerTable
            servers={servers}
            onEdit={mayChange ? setEditing : undefined}
            onApp={setWithApp}
            onDelete={setDeleting}
          />
        )}
      </Answered>
      {editing && (
        <ServerDialog
          server={editing === 'new' ? undefined : editing}
          onClose={() => setEditing(undefined)}
          onSaved={changed}
        />
      )}
      {withApp && <AppDialog server={withApp} onClose={() => setWithApp(undefined)} onSaved={changed} />}
      {deleting && (
        <DeleteServer server={deleting} onClose={() => setDeleting(undefined)} onDeleted={changed} />
      )}
    </div>
  );
}

const KINDS: Record<Server['kind'], string> = {
  github: 'github.com',
  enterprise: 'GitHub Enterprise Server',
  demo: 'Demo (simulated)',
};

interface ServerTableProps {
  servers: Server[];
  /** Absent if you may not change servers. */
  onEdit: ((server: Server) => void) | undefined;
  onApp: (server: Server) => void;
  onDelete: (server: Server) => void;
}

/** Each server with its address and how many tenants use it. */
function ServerTable({ servers, onEdit, onApp, onDelete }: ServerTableProps) {
  const columns = [
    { label: 'Name' },
    { label: 'Kind' },
    { label: 'Address' },
    { label: 'GitHub App' },
    { label: 'Tenants', numeric: true },
    onEdit && { label: 'Actions', unseen: true },
  ];
  return (
    <section class="panel" aria-label="GitHub servers">
      <DataTable label="All GitHub servers" columns={columns} cards>
        {servers.map((server) => (
          <tr key={server.serverId}>
            <th scope="row" class="name">
              {server.name}
            </th>
            <td data-label="Kind">{KINDS[server.kind]}</td>
            <td class="name" data-label="Address">
              {server.webUrl}
            </td>
            <td data-label="GitHub App">{server.app?.name ?? '–'}</td>
            <td class="number" data-label="Tenants">
              {formatCount(server.tenantCount)}
            </td>
            {onEdit && <ServerActions server={server} onEdit={onEdit} onApp={onApp} onDelete={onDelete} />}
          </tr>
        ))}
      </DataTable>
    </section>
  );
}

interface ServerActionsProps {
  server: Server;
  onEdit: (server: Server) => void;
  onApp: (server: Server) => void;
  onDelete: (server: Server) => void;
}

function ServerActions({ server, onEdit, onApp, onDelete }: ServerActionsProps) {
  const used = server.tenantCount > 0;
  return (
    <td class="actions">
      <button type="button" class="button small" onClick={() => onEdit(server)}>
        Rename…<span class="unseen"> {server.name}</span>
      </button>
      <button type="button" class="button small" onClick={() => onApp(server)}>
        App…<span class="unseen"> {server.name}</span>
      </button>
      <Menu
        label={`Actions for ${server.name}`}
        items={[
          {
            label: 'Delete…',
            danger: true,
            disabled: used,
            ...(used ? { note: 'used by tenants' } : {}),
            onPick: () => onDelete(server),
          },
        ]}
      />
    </td>
  );
}
