import { useState } from 'preact/hooks';
import type { ChannelRequest, ChannelUpdate } from '../../actions/channels.ts';
import type { Channel, ChannelDeleted } from '../../lib/answers/channels.ts';
import type { GroupList } from '../../lib/answers/groups.ts';
import { useAnswer } from '../answers.ts';
import { useApp } from '../app-context.ts';
import { FormDialog } from '../controls/dialog.tsx';
import { Field, SelectField } from '../controls/field.tsx';
import { fieldErrorsOf, useSubmission } from '../controls/submit.ts';
import { reads } from '../reads.ts';

interface ChannelDialogProps {
  tenantId: number;
  /** Absent for a new one. */
  channel: Channel | undefined;
  /** Address of the local host's receiver of test messages, if there is one. */
  demoUrl: string | null;
  onClose: () => void;
  onSaved: () => void;
}

const KINDS = [
  { value: 'slack', label: 'Slack: incoming webhook' },
  { value: 'teams', label: 'Microsoft Teams: workflow webhook' },
  { value: 'webhook', label: 'Webhook: JSON to your own address' },
];
const CONTENTS = [
  { value: 'both', label: 'Problems and the weekly report' },
  { value: 'problems', label: 'Problems only' },
  { value: 'reports', label: 'The weekly report only' },
];
const HINTS: Record<Channel['kind'], string> = {
  slack: 'In Slack: your app › Incoming Webhooks › Add New Webhook.',
  teams: 'In Teams: the channel’s Workflows › “Post to a channel when a webhook request is received”.',
  webhook: 'Receives each message as JSON by POST.',
};
const STAND_IN: Record<Channel['kind'], string> = { slack: 'slack', teams: 'teams', webhook: 'json' };
/** The form checks all else, so invalid input is about the address. */
const FIELD_OF = { private_address: 'url', server_unreachable: 'url', invalid_input: 'url' };

/** Adds or changes a channel. */
export function ChannelDialog({ tenantId, channel, demoUrl, onClose, onSaved }: ChannelDialogProps) {
  const { api } = useApp();
  const submission = useSubmission();
  const [kind, setKind] = useState<Channel['kind']>(channel?.kind ?? 'slack');
  const [name, setName] = useState(channel?.name ?? '');
  const [contents, setContents] = useState<Channel['contents']>(channel?.contents ?? 'both');
  const [groupId, setGroupId] = useState(String(channel?.group?.groupId ?? ''));
  const groups = useAnswer(reads.groups(tenantId));
  const [url, setUrl] = useState('');
  const fieldErrors = fieldErrorsOf(submission, FIELD_OF);
  const standIn = demoUrl && `${demoUrl}/${STAND_IN[kind]}/${tenantId}`;

  function save() {
    const address = url.trim();
    const subject = Number(groupId) || null;
    const update: ChannelUpdate = {
      kind,
      name,
      contents,
      groupId: subject,
      ...(address && { url: address }),
    };
    const body: ChannelRequest = { kind, name, contents, groupId: subject, url: address };
    void submission.run(async () => {
      if (channel) await api.send<Channel>('PATCH', `channels/${tenantId}/${channel.channelId}`, update);
      else await api.send<Channel>('POST', `channels/${tenantId}`, body);
      onSaved();
    });
  }

  return (
    <FormDialog
      title={channel ? `Change ${channel.name}` : 'Add a channel'}
      action={channel ? 'Save' : 'Add'}
      submission={submission}
      shownAtField={fieldErrors.atField}
      onSubmit={save}
      onClose={onClose}
    >
      <SelectField
        label="Kind"
        value={kind}
        options={KINDS}
        onValue={(value) => setKind(value as Channel['kind'])}
      />
      <Field label="Name" required maxLength={100} value={name} onValue={setName} />
      <Field
        label="Webhook address"
        type="url"
        required={!channel}
        maxLength={1000}
        autoComplete="off"
        value={url}
        onValue={setUrl}
        error={fieldErrors.of('url')}
        hint={
          <>
            {channel ? 'Leave empty to keep the current one. ' : `${HINTS[kind]} `}
            {standIn && (
              <button type="button" class="link-button" onClick={() => setUrl(standIn)}>
                Use the test receiver on this machine
              </button>
            )}
          </>
        }
      />
      <SelectField
        label="Sends"
        value={contents}
        options={CONTENTS}
        onValue={(value) => setContents(value as Channel['contents'])}
      />
      {contents !== 'problems' && (
        <SelectField
          label="Report about"
          value={groupId}
          options={toSubjects(groups.answer, channel)}
          onValue={setGroupId}
        />
      )}
    </FormDialog>
  );
}

/** The whole tenant, its groups, and the channel's own one if that was deleted. */
function toSubjects(list: GroupList | undefined, channel: Channel | undefined) {
  const own = channel?.group;
  const isGone = own && own.name === null;
  const listed = list?.groups ?? (own?.name ? [{ groupId: own.groupId, name: own.name }] : []);
  return [
    { value: '', label: 'All repositories' },
    ...listed.map(({ groupId, name }) => ({ value: String(groupId), label: name })),
    ...(isGone ? [{ value: String(own.groupId), label: 'A deleted group: nothing is reported' }] : []),
  ];
}

interface DeleteChannelProps {
  tenantId: number;
  channel: Channel;
  onClose: () => void;
  onDeleted: () => void;
}

/** Asks before a channel is deleted. */
export function DeleteChannel({ tenantId, channel, onClose, onDeleted }: DeleteChannelProps) {
  const { api } = useApp();
  const submission = useSubmission();
  return (
    <FormDialog
      title={`Delete ${channel.name}?`}
      action="Delete"
      danger
      submission={submission}
      onSubmit={() =>
        void submission.run(async () => {
          await api.send<ChannelDeleted>('DELETE', `channels/${tenantId}/${channel.channelId}`);
          onDeleted();
        })
      }
      onClose={onClose}
    >
      <p>Messages are no longer sent there. Its address is deleted: to add it again, you need to enter it.</p>
    </FormDialog>
  );
}
