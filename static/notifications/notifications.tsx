import { useState } from 'preact/hooks';
import type { Channel } from '../../lib/answers/channels.ts';
import { useAnswer } from '../answers.ts';
import { Answered } from '../controls/answered.tsx';
import { PageHead } from '../controls/page-head.tsx';
import { reads } from '../reads.ts';
import { ChannelDialog } from './channel-dialog.tsx';
import { ChannelTable } from './channel-table.tsx';
import { DeleteChannel } from './delete-channel.tsx';
import { ReportPreview } from './report-preview.tsx';

const EXPLANATION =
  'Channels are told when something needs a person and when it is over, or get the weekly report.';

/** Where a tenant's messages go. */
export function Notifications({ tenantId }: { tenantId: number }) {
  const list = useAnswer(reads.channels(tenantId));
  const report = useAnswer(reads.report(tenantId));
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
                On this machine,{' '}
                <a href={demoUrl} target="_blank" rel="noreferrer">
                  what arrived at the stand-in
                </a>{' '}
                can be read.
              </p>
            )}
          </>
        )}
      </Answered>
      <Answered loaded={report}>{(preview) => <ReportPreview {...preview} />}</Answered>
      {editing && list.answer && (
        <ChannelDialog
          tenantId={tenantId}
          channel={editing === 'new' ? undefined : editing}
          demoUrl={list.answer.demoUrl}
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
