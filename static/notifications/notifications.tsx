import { useState } from 'preact/hooks';
import type { Channel } from '../../lib/answers/channels.ts';
import { useAnswer } from '../answers.ts';
import { Answered } from '../controls/loading.tsx';
import { PageHead } from '../controls/page-head.tsx';
import { reads } from '../reads.ts';
import { paths } from '../routes.ts';
import { ChannelDialog, DeleteChannel } from './channel-dialogs.tsx';
import { ChannelTable } from './channel-table.tsx';
import { Subscriptions } from './subscriptions.tsx';

interface NotificationsProps {
  tenantId: number;
  /** The reader manages the tenant's channels. */
  mayChangeChannels: boolean;
}

/** What comes to the reader, and for managers where the tenant's messages go. */
export function Notifications({ tenantId, mayChangeChannels }: NotificationsProps) {
  const list = useAnswer(reads.subscriptions(tenantId));
  return (
    <div class="page" aria-busy={list.loading}>
      <PageHead
        title="Notifications"
        below={<p class="lead">Reports, and a word when something happens.</p>}
      />
      <Answered loaded={list}>
        {(answer) => <Subscriptions tenantId={tenantId} list={answer} onChanged={list.reload} />}
      </Answered>
      {mayChangeChannels && <Channels tenantId={tenantId} />}
      <p class="hint">
        The weekly report is sent on Mondays at 12:00 UTC.{' '}
        <a href={paths.reportOfLastWeek(tenantId)}>See the report of last week</a> ·{' '}
        <a href={paths.alerts(tenantId)}>See all alerts</a>
      </p>
    </div>
  );
}

/** Where the tenant's messages go, whoever reads them there. */
function Channels({ tenantId }: { tenantId: number }) {
  const list = useAnswer(reads.channels(tenantId));
  const [editing, setEditing] = useState<Channel | 'new'>();
  const [deleting, setDeleting] = useState<Channel>();

  function changed() {
    setEditing(undefined);
    setDeleting(undefined);
    list.reload();
  }

  return (
    <>
      <header class="section-head">
        <h2>Channels of the tenant</h2>
        <button type="button" class="button" disabled={!list.answer} onClick={() => setEditing('new')}>
          Add channel
        </button>
      </header>
      <Answered loaded={list}>
        {({ channels, demoUrl, newestWeek }) => (
          <>
            <ChannelTable
              tenantId={tenantId}
              channels={channels}
              newestWeek={newestWeek}
              onTested={list.reload}
              onEdit={setEditing}
              onDelete={setDeleting}
            />
            {demoUrl && (
              <p class="hint">
                <a href={demoUrl} target="_blank" rel="noreferrer">
                  View test messages
                </a>
              </p>
            )}
          </>
        )}
      </Answered>
      {editing && list.answer && (
        <ChannelDialog
          tenantId={tenantId}
          channel={editing === 'new' ? undefined : editing}
          demoUrl={list.answer.demoUrl}
          sendsMail={list.answer.sendsMail}
          onClose={() => setEditing(undefined)}
          onSaved={changed}
        />
      )}
      {deleting && (
        <DeleteChannel
          tenantId={tenantId}
          channel={deleting}
          onClose={() => setDeleting(undefined)}
          onDeleted={changed}
        />
      )}
    </>
  );
}
