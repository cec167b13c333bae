import { FormDialog } from '../controls/form-dialog.tsx';
import { useSubmission } from '../controls/submit.ts';

interface RemoveMemberProps {
  email: string;
  consequence: string;
  remove: () => Promise<unknown>;
  onClose: () => void;
  onRemoved: () => void;
}

/** Asks before somebody loses a role. */
export function RemoveMember({ email, consequence, remove, onClose, onRemoved }: RemoveMemberProps) {
  const submission = useSubmission();
  return (
    <FormDialog
      title={`Remove ${email}?`}
      action="Remove"
      danger
      submission={submission}
      onSubmit={() =>
        void submission.run(async () => {
          await remove();
          onRemoved();
        })
      }
      onClose={onClose}
    >
      <p>{consequence}</p>
    </FormDialog>
  );
}
