import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { Icon } from './icon.tsx';
import { Failure } from './notice.tsx';
import type { Submission } from './submit.ts';

interface DialogProps {
  title: string;
  onClose: () => void;
  wide?: boolean;
  children: ComponentChildren;
}

/** A modal dialog. It focuses the field with `data-first`, its first one, or its harmless button; Escape closes it. */
export function Dialog({ title, onClose, wide, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const element = dialog.current;
    if (!element) return;
    element.showModal();
    const field =
      element.querySelector<HTMLElement>('.dialog-body [data-first]') ??
      element.querySelector<HTMLElement>('.dialog-body :is(input, select)');
    (field ?? element.querySelector<HTMLElement>('.dialog-foot button'))?.focus();
    return () => element.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      class={wide ? 'dialog wide' : 'dialog'}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      <header class="dialog-head">
        <h2 id={id}>{title}</h2>
        <button type="button" class="button quiet icon" aria-label="Close" onClick={onClose}>
          <Icon name="close" />
        </button>
      </header>
      {children}
    </dialog>
  );
}

/** The foot of a dialog that only shows something. */
export function ClosingFoot({ label = 'Close', onClose }: { label?: string; onClose: () => void }) {
  return (
    <footer class="dialog-foot">
      <button type="button" class="button" onClick={onClose}>
        {label}
      </button>
    </footer>
  );
}

interface FormDialogProps {
  title: string;
  action: string;
  /** The action is destructive. */
  danger?: boolean;
  wide?: boolean;
  disabled?: boolean;
  /** The button that leaves without the action. Default: Cancel. */
  leave?: string;
  submission: Submission;
  /** A field already shows the error. */
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
    leave = 'Cancel',
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
            {leave}
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
