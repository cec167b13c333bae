import { useState } from 'preact/hooks';
import type { ChannelRequest, ChannelUpdate } from '../../actions/channels.ts';
import type { Channel, ChannelDeleted } from '../../lib/answers/channels.ts';
import { useAnswer } from '../answers.ts';
import { useApp } from '../app-context.ts';
import { FormDialog } from '../controls/dialog.tsx';
import { Field, SelectField } from '../controls/field.tsx';
import { fieldErrorsOf, useSubmission } from '../controls/submit.ts';
import { reads } from '../reads.ts';
import { Check, QuietHoursField, toSubjects } from './receiver-fields.tsx';

interface ChannelDialogProps {
  tenantId: number;
  /** Absent for a new one. */
  channel: Channel | undefined;
  /** Address of the local host's receiver of test messages, if there is one. */
  demoUrl: string | null;
  /** A mail server is configured. */
  sendsMail: boolean;
  onClose: () => void;
  onSaved: () => void;
}

const KINDS = [
  { value: 'slack', label: 'Slack: incoming webhook' },
  { value: 'teams', label: 'Microsoft Teams: workflow webhook' },
  { value: 'webhook', label: 'Webhook: JSON to your own address' },
];
const E_MAIL = { value: 'email', label: 'E-mail: an address of a person or a list' };
const CONTENTS = [
  { value: 'both', label: 'Problems and the weekly report' },
  { value: 'problems', label: 'Problems only' },
  { value: 'reports', label: 'The weekly report only' },
];
type WebhookKind = Exclude<Channel['kind'], 'email'>;
const HINTS: Record<WebhookKind, string> = {
  slack: 'In Slack: your app › Incoming Webhooks › Add New Webhook.',
  teams: 'In Teams: the channel’s Workflows › “Post to a channel when a webhook request is received”.',
  webhook: 'Receives each message as JSON by POST.',
};
const STAND_IN: Record<WebhookKind, string> = { slack: 'slack', teams: 'teams', webhook: 'json' };
/** Failures that are about the address. The form checks nearly all else, so what names no field is about it, too. */
const ABOUT_ADDRESS = ['private_address', 'server_unreachable', 'invalid_input'];

/** The name of the address in the body. */
const addressFieldOf = (kind: Channel['kind']) => (kind === 'email' ? 'email' : 'url');

/** Adds or changes a channel. */
export function ChannelDialog({
  tenantId,
  channel,
  demoUrl,
  sendsMail,
  onClose,
  onSaved,
}: ChannelDialogProps) {
  const { api } = useApp();
  const submission = useSubmission();
  const [kind, setKind] = useState<Channel['kind']>(channel?.kind ?? 'slack');
  const [name, setName] = useState(channel?.name ?? '');
  const [contents, setContents] = useState<Channel['contents']>(channel?.contents ?? 'both');
  const [monthly, setMonthly] = useState(channel?.monthly ?? false);
  const [alerts, setAlerts] = useState(channel?.alerts ?? false);
  const [quietHours, setQuietHours] = useState(channel?.quietHours ?? null);
  const [groupId, setGroupId] = useState(String(channel?.group?.groupId ?? ''));
  const groups = useAnswer(reads.groups(tenantId));
  const [address, setAddress] = useState('');

  const codes = submission.fieldErrors.has('quietHours') ? [] : ABOUT_ADDRESS;
  const fieldOf = Object.fromEntries(codes.map((code) => [code, addressFieldOf(kind)]));
  const fieldErrors = fieldErrorsOf(submission, fieldOf, ['quietHours']);
  // What is stored is the address of the other kind.
  const isKept = channel !== undefined && (channel.kind === 'email') === (kind === 'email');

  function save() {
    const given = address.trim();
    const named = kind === 'email' ? { email: given } : { url: given };
    const chosen = { groupId: Number(groupId) || null, monthly, alerts, quietHours };
    const update: ChannelUpdate = {
      kind,
      name,
      contents,
      ...chosen,
      ...(given && named),
    };
    const body: ChannelRequest = { kind, name, contents, ...chosen, ...named };
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
        options={sendsMail || kind === 'email' ? [E_MAIL, ...KINDS] : KINDS}
        onValue={(value) => setKind(value as Channel['kind'])}
      />
      <Field label="Name" required maxLength={100} value={name} onValue={setName} />
      <AddressField
        kind={kind}
        demoUrl={demoUrl && `${demoUrl}/${kind === 'email' ? '' : STAND_IN[kind]}/${tenantId}`}
        isKept={isKept}
        value={address}
        onValue={setAddress}
        error={fieldErrors.of(addressFieldOf(kind))}
      />
      <SelectField
        label="Sends"
        value={contents}
        options={CONTENTS}
        onValue={(value) => setContents(value as Channel['contents'])}
      />
      <div class="checks">
        <Check label="The monthly report too" checked={monthly} onChecked={setMonthly} />
        <Check
          label="Alerts too: spikes, drops, new referrers, milestones"
          checked={alerts}
          onChecked={setAlerts}
        />
      </div>
      {(contents !== 'problems' || monthly || alerts) && (
        <>
          <SelectField
            label="Reports and alerts about"
            value={groupId}
            options={toSubjects(groups.answer, channel?.group ?? null)}
            onValue={setGroupId}
          />
          <QuietHoursField value={quietHours} onValue={setQuietHours} error={fieldErrors.of('quietHours')} />
        </>
      )}
    </FormDialog>
  );
}

interface AddressFieldProps {
  kind: Channel['kind'];
  /** Where the local host takes test messages of this kind. */
  demoUrl: string | null;
  /** Without a new one, the stored one stays. */
  isKept: boolean;
  value: string;
  onValue: (value: string) => void;
  error: string | undefined;
}

/** Where messages go: an e-mail address, or that of a webhook. */
function AddressField({ kind, demoUrl, isKept, value, onValue, error }: AddressFieldProps) {
  const kept = isKept ? 'Leave empty to keep the current one. ' : '';
  const common = { required: !isKept, autoComplete: 'off', value, onValue, error };
  if (kind === 'email')
    return (
      <Field
        {...common}
        label="E-mail address"
        type="email"
        maxLength={254}
        hint={`${kept}Unless it is your own, its owner is asked first, and gets nothing before they agree.`}
      />
    );
  return (
    <Field
      {...common}
      label="Webhook address"
      type="url"
      maxLength={1000}
      hint={
        <>
          {kept || `${HINTS[kind]} `}
          {demoUrl && (
            <button type="button" class="link-button" onClick={() => onValue(demoUrl)}>
              Use the test receiver on this machine
            </button>
          )}
        </>
      }
    />
  );
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
