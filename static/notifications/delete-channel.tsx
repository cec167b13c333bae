import type { Channel, ChannelDeleted } from '../../lib/answers/channels.ts';
import { useApp } from '../app-context.ts';
import { FormDialog } from '../controls/form-dialog.tsx';
import { useSubmission } from '../controls/submit.ts';

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
      <p>Nothing is sent there any more. Its address is forgotten, and has to be given again to come back.</p>
    </FormDialog>
  );
}
