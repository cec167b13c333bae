import { useState } from 'preact/hooks';
import type { ChannelTest } from '../../actions/channels.ts';
import type { Channel } from '../../lib/answers/channels.ts';
import type { ReportPeriod } from '../../lib/answers/reports.ts';
import { useApp } from '../app-context.ts';
import { DataTable } from '../controls/data-table.tsx';
import { Menu } from '../controls/menu.tsx';
import { Empty, Failure, Notice } from '../controls/notice.tsx';
import { useSubmission } from '../controls/submit.ts';
import { formatInstant } from '../format.ts';
import { sendReport } from '../reports/send.ts';
import { KINDS } from './channel-kinds.ts';
import { describeQuiet } from './receiver-fields.tsx';

const CONTENTS: Record<Channel['contents'], string> = {
  problems: 'Problems',
  reports: 'Weekly report',
  both: 'Problems and weekly report',
};

interface ChannelTableProps {
  tenantId: number;
  channels: Channel[];
  /** The week of the newest weekly report. */
  newestWeek: ReportPeriod;
  onTested: () => void;
  onEdit: (channel: Channel) => void;
  onDelete: (channel: Channel) => void;
}

/** Each channel with the outcome of its last message. */
export function ChannelTable(props: ChannelTableProps) {
  const { tenantId, channels, newestWeek, onTested, onEdit, onDelete } = props;
  const { api } = useApp();
  const submission = useSubmission();
  const [tested, setTested] = useState<string>();
  if (channels.length === 0)
    return (
      <Empty title="No channels yet">
        <p>Add an e-mail address, a Slack or Teams webhook, or an address of your own that takes JSON.</p>
      </Empty>
    );

  async function test(channel: Channel, body: ChannelTest) {
    setTested(undefined);
    const path = `channels/${tenantId}/${channel.channelId}/test`;
    const isRich = body.send === 'report' && channel.kind === 'email';
    const sent = await submission.run(async () => {
      if (isRich) await sendNewest(channel);
      else await api.send<Channel>('POST', path, body);
    });
    if (sent)
      setTested(`${body.send === 'report' ? 'Report' : 'Test message'} delivered to ${channel.name}.`);
    onTested();
  }

  /** The mail with the chart, which the test of a channel has no memory for. */
  async function sendNewest({ channelId, group }: Channel) {
    const asked = { period: newestWeek, groupId: group?.groupId ?? null, receiver: { channelId } };
    await sendReport(api, { tenantId, ...asked, key: crypto.randomUUID() });
  }

  async function ask(channel: Channel) {
    setTested(undefined);
    const path = `channels/${tenantId}/${channel.channelId}/confirmation`;
    const asked = await submission.run(async () => void (await api.send<Channel>('POST', path)));
    if (asked) setTested(`${channel.addressHint} was asked once more.`);
    onTested();
  }

  return (
    <>
      {submission.error && <Failure error={submission.error} />}
      {tested && (
        <Notice kind="success">
          <p>{tested}</p>
        </Notice>
      )}
      <section class="panel" aria-label="Channels">
        <DataTable
          label="All channels"
          cards
          columns={[
            { label: 'Name' },
            { label: 'Kind' },
            { label: 'Sends' },
            { label: 'Address' },
            { label: 'Last message' },
            { label: 'Actions', unseen: true },
          ]}
        >
          {channels.map((channel) => (
            <tr key={channel.channelId}>
              <th scope="row" class="name">
                {channel.name}
              </th>
              <td class="nowrap" data-label="Kind">
                {KINDS[channel.kind]}
              </td>
              <td data-label="Sends">
                {toContents(channel)}
                <Subject channel={channel} />
              </td>
              <td class="name" data-label="Address">
                {channel.addressHint}
                <Consent channel={channel} disabled={submission.busy} onAsk={() => void ask(channel)} />
              </td>
              <td data-label="Last message">
                <LastMessage channel={channel} />
              </td>
              <td class="actions">
                <button
                  type="button"
                  class="button small"
                  disabled={submission.busy}
                  onClick={() => void test(channel, { send: 'test' })}
                >
                  Send a test<span class="unseen"> to {channel.name}</span>
                </button>
                {channel.contents !== 'problems' && (
                  <button
                    type="button"
                    class="button small"
                    disabled={submission.busy}
                    onClick={() => void test(channel, { send: 'report' })}
                  >
                    Send the report<span class="unseen"> to {channel.name} as a test</span>
                  </button>
                )}
                <button type="button" class="button small" onClick={() => onEdit(channel)}>
                  Change…<span class="unseen"> {channel.name}</span>
                </button>
                <Menu
                  label={`Actions for ${channel.name}`}
                  items={[{ label: 'Delete…', danger: true, onPick: () => onDelete(channel) }]}
                />
              </td>
            </tr>
          ))}
        </DataTable>
      </section>
    </>
  );
}

interface ConsentProps {
  channel: Channel;
  disabled: boolean;
  onAsk: () => void;
}

const CONSENTS = {
  declined: 'The receiver wants no mails',
  stopped: 'The receiver unsubscribed',
};

/** What the receiver of an e-mail channel said, if that keeps mails away. */
function Consent({ channel: { mail, addressHint }, disabled, onAsk }: ConsentProps) {
  if (mail === null || mail.state === 'confirmed') return null;
  if (mail.state !== 'waiting')
    return (
      <>
        <br />
        <span class="tag warning">{CONSENTS[mail.state]}</span>
      </>
    );
  return (
    <>
      <br />
      <span class="tag warning">Not confirmed yet</span>{' '}
      <button type="button" class="link-button" disabled={disabled} onClick={onAsk}>
        Ask again<span class="unseen">: {addressHint}</span>
      </button>
    </>
  );
}

/** What a channel is sent: "Problems, weekly report and alerts". */
function toContents({ contents, monthly, alerts }: Channel): string {
  if (!monthly && !alerts) return CONTENTS[contents];
  const words = [
    contents !== 'reports' && 'problems',
    contents !== 'problems' && 'weekly report',
    monthly && 'monthly report',
    alerts && 'alerts',
  ].filter((word) => word !== false);
  const text = `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** The group that reports and alerts are about, and when they wait. */
function Subject({ channel: { contents, monthly, alerts, group, quietHours } }: { channel: Channel }) {
  if (contents === 'problems' && !monthly && !alerts) return null;
  return (
    <>
      {group?.name === null && (
        <>
          {' '}
          <span class="tag warning">Its group was deleted</span>
        </>
      )}
      {group?.name && <span class="muted"> · {group.name}</span>}
      {quietHours && <span class="muted"> · {describeQuiet(quietHours)}</span>}
    </>
  );
}

function LastMessage({ channel: { sentAt, failure } }: { channel: Channel }) {
  if (failure)
    return (
      <>
        <span class="tag danger">Failed</span> {formatInstant(failure.at)}
        <br />
        <span class="muted">{failure.message}</span>
      </>
    );
  return sentAt ? <>Delivered {formatInstant(sentAt)}</> : <span class="muted">None yet</span>;
}
