import { useRef, useState } from 'preact/hooks';
import type { Channel } from '../../lib/answers/channels.ts';
import type { Report } from '../../lib/answers/reports.ts';
import { mayInTenant } from '../access.ts';
import { useAnswer } from '../answers.ts';
import { useApp, useMe } from '../app-context.ts';
import { ClosingFoot, Dialog, FormDialog } from '../controls/dialog.tsx';
import { SelectField } from '../controls/field.tsx';
import { Skeleton } from '../controls/loading.tsx';
import { Failure, Notice } from '../controls/notice.tsx';
import { useSubmission } from '../controls/submit.ts';
import { KINDS } from '../notifications/channel-kinds.ts';
import { reads } from '../reads.ts';
import { sendReport } from './send.ts';

export interface SendDialogProps {
  report: Report;
  onClose: () => void;
}

const ME = 'me';

/** Sends the report to the reader, or for managers to a channel, and says what came of it. */
export function SendDialog({ report, onClose }: SendDialogProps) {
  const { me } = useMe();
  const { tenantId } = report.tenant;
  const isManager = mayInTenant(me, tenantId, 'changeChannels');
  const own = useAnswer(reads.subscriptions(tenantId));
  const channels = useAnswer(isManager ? reads.channels(tenantId) : null);
  const failed = [own, channels].find(({ error }) => error);
  const isKnown = own.answer && (!isManager || channels.answer);
  const title = `Send the report of ${report.period.label}`;
  if (!isKnown || !own.answer)
    return (
      <Dialog title={title} onClose={onClose}>
        <div class="dialog-body">
          {failed?.error ? <Failure error={failed.error} retry={failed.reload} /> : <Skeleton rows={2} />}
        </div>
        <ClosingFoot onClose={onClose} />
      </Dialog>
    );
  const { email, sendsMail } = own.answer;
  const options = [
    ...(sendsMail ? [{ value: ME, label: `Me: ${email}` }] : []),
    ...(channels.answer?.channels ?? []).map(toOption),
  ];
  if (options.length === 0)
    return (
      <Dialog title={title} onClose={onClose}>
        <div class="dialog-body">
          <p>This installation sends no mail yet{isManager && ', and the tenant has no channel'}.</p>
        </div>
        <ClosingFoot onClose={onClose} />
      </Dialog>
    );
  return <SendForm report={report} title={title} options={options} onClose={onClose} />;
}

const toOption = ({ channelId, kind, name }: Channel) => ({
  value: String(channelId),
  label: `${name} (${KINDS[kind]})`,
});

interface SendFormProps extends SendDialogProps {
  title: string;
  options: { value: string; label: string }[];
}

function SendForm({ report, title, options, onClose }: SendFormProps) {
  const { api } = useApp();
  const submission = useSubmission();
  const [receiver, setReceiver] = useState(options[0]?.value ?? ME);
  const [outcome, setOutcome] = useState<string>();
  /** The key of each receiver that has not got it yet: who tries again sends nothing twice. */
  const keys = useRef(new Map<string, string>());
  const { tenant, group, period } = report;
  const isMe = receiver === ME;
  const label = isMe ? 'you' : (options.find(({ value }) => value === receiver)?.label ?? '');

  async function send() {
    const key = keys.current.get(receiver) ?? crypto.randomUUID();
    keys.current.set(receiver, key);
    const { state } = await sendReport(api, {
      tenantId: tenant.tenantId,
      period,
      groupId: group?.groupId ?? null,
      receiver: isMe ? ME : { channelId: Number(receiver) },
      key,
    });
    if (state === 'sent') keys.current.delete(receiver);
    setOutcome(state === 'sent' ? `Sent to ${label}.` : `It is being sent to ${label}.`);
  }

  return (
    <FormDialog
      title={title}
      action={outcome ? 'Send again' : 'Send'}
      leave={outcome ? 'Close' : 'Cancel'}
      submission={submission}
      onSubmit={() => {
        setOutcome(undefined);
        void submission.run(send);
      }}
      onClose={onClose}
    >
      <SelectField
        label="Send to"
        value={receiver}
        options={options}
        onValue={(value) => {
          setReceiver(value);
          setOutcome(undefined);
          submission.clear();
        }}
        hint={
          isMe
            ? 'A mail with the chart and the figures that you see here.'
            : 'The report as it is sent there every week or month. Quiet hours do not hold for it.'
        }
      />
      {outcome && (
        <Notice kind="success">
          <p>{outcome}</p>
        </Notice>
      )}
    </FormDialog>
  );
}
