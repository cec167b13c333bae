import type { ComponentChildren } from 'preact';
import { Dialog } from './dialog.tsx';
import { Failure } from './failure.tsx';
import type { Submission } from './submit.ts';

interface FormDialogProps {
  title: string;
  action: string;
  /** The action destroys something. */
  danger?: boolean;
  wide?: boolean;
  disabled?: boolean;
  submission: Submission;
  /** The error is shown at a field already. */
  shownAtField?: boolean;
  onSubmit: () => void;
  onClose: () => void;
  children: ComponentChildren;
}

/** A dialog with a form, its error and its two buttons. */
export function FormDialog(props: FormDialogProps) {
  const {
    title,
    action,
    danger,
    wide = false,
    disabled,
    submission,
    shownAtField,
    onSubmit,
    onClose,
    children,
  } = props;
  return (
    <Dialog title={title} wide={wide} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          onSubmit();
        }}
      >
        <div class="dialog-body">
          {children}
          {submission.error && !shownAtField && <Failure error={submission.error} />}
        </div>
        <footer class="dialog-foot">
          <button type="button" class="button" onClick={onClose}>
            Cancel
          </button>
          <button
            type="submit"
            class={danger ? 'button danger' : 'button primary'}
            disabled={disabled || submission.busy}
          >
            {submission.busy ? 'One moment…' : action}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}
