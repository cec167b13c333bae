import { useState } from 'preact/hooks';
import type { Server } from '../../lib/answers/servers.ts';
import { mayInSystem } from '../access.ts';
import { useAnswer } from '../answers.ts';
import { useMe } from '../app-context.ts';
import { Answered } from '../controls/answered.tsx';
import { PageHead } from '../controls/page-head.tsx';
import { reads } from '../reads.ts';
import { AppDialog } from './app-dialog.tsx';
import { DeleteServer } from './delete-server.tsx';
import { ServerDialog } from './server-dialog.tsx';
import { ServerTable } from './server-table.tsx';

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
