import { useState } from 'preact/hooks';
import type { Channel } from '../../lib/answers/channels.ts';
import { useAnswer } from '../answers.ts';
import { Answered } from '../controls/loading.tsx';
import { PageHead } from '../controls/page-head.tsx';
import { reads } from '../reads.ts';
import { paths } from '../routes.ts';
import { ChannelDialog, DeleteChannel } from './channel-dialogs.tsx';
import { ChannelTable } from './channel-table.tsx';

const EXPLANATION = 'Get alerts when collection fails, and a weekly report.';

/** Where a tenant's messages go. */
export function Notifications({ tenantId }: { tenantId: number }) {
  const list = useAnswer(reads.channels(tenantId));
  const [editing, setEditing] = useState<Channel | 'new'>();
  const [deleting, setDeleting] = useState<Channel>();

  function changed() {
    setEditing(undefined);
    setDeleting(undefined);
    list.reload();
  }

  return (
    <div class="page" aria-busy={list.loading}>
      <PageHead
        title="Notifications"
        below={<p class="lead">{EXPLANATION}</p>}
        actions={
          <button
            type="button"
            class="button primary"
            disabled={!list.answer}
            onClick={() => setEditing('new')}
          >
            Add channel
          </button>
        }
      />
      <Answered loaded={list}>
        {({ channels, demoUrl }) => (
          <>
            <ChannelTable
              tenantId={tenantId}
              channels={channels}
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
      <p class="hint">
        The weekly report is sent on Mondays at 12:00 UTC.{' '}
        <a href={paths.reportOfLastWeek(tenantId)}>See the report of last week</a>
      </p>
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
    </div>
  );
}
