import { useState } from 'preact/hooks';
import type { Channel, ReportPreview as Preview } from '../../lib/answers/channels.ts';
import { useAnswer } from '../answers.ts';
import { Answered } from '../controls/loading.tsx';
import { PageHead } from '../controls/page-head.tsx';
import { Panel } from '../controls/panel.tsx';
import { GroupMenu } from '../groups/group-menu.tsx';
import { usePlace } from '../location.ts';
import { reads } from '../reads.ts';
import { ChannelDialog, DeleteChannel } from './channel-dialogs.tsx';
import { ChannelTable } from './channel-table.tsx';

const EXPLANATION = 'Get alerts when collection fails, and a weekly report.';

/** Where a tenant's messages go. */
export function Notifications({ tenantId }: { tenantId: number }) {
  const list = useAnswer(reads.channels(tenantId));
  const { query } = usePlace();
  const report = useAnswer(reads.report(tenantId, query.get('group')));
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
      <Panel title="Weekly report" beside={<GroupMenu tenantId={tenantId} groups={null} />}>
        <Answered loaded={report}>{(preview) => <ReportPreview {...preview} />}</Answered>
      </Panel>
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

/** The weekly report as it would be sent now, line by line. */
export function ReportPreview({ message: { title, sections } }: Preview) {
  return (
    <div class="report">
      <p class="hint">
        Sent on Mondays at 12:00 UTC to each channel with reports; a channel can have the report of a group.
        Sent now, it would say:
      </p>
      <h3>{title}</h3>
      {sections.map(({ heading, lines }) => (
        <section key={heading} aria-label={heading}>
          <h4>{heading}</h4>
          <ul>
            {lines.map(({ text, href }) => (
              <li key={text}>
                {href ? <a href={new URL(href).pathname + new URL(href).search}>{text}</a> : text}
              </li>
            ))}
          </ul>
        </section>
      ))}
    </div>
  );
}
