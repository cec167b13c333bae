import type { ComponentChildren } from 'preact';
import { useId, useRef, useState } from 'preact/hooks';
import { useShortcut } from '../shortcuts.ts';
import { type Alignment, useDismiss, usePlacement } from './placement.ts';

interface PopoverProps {
  /** Names what opens, for screen readers. */
  label: string;
  /** What the button shows. */
  content: ComponentChildren;
  /** The button's. Default: like a link in a text. */
  class?: string;
  /** The button's name, if its content is only drawn. */
  name?: string;
  /** What opens has controls instead of a text. */
  controls?: boolean;
  align?: Alignment;
  /** A key that opens it. */
  shortcut?: string;
  /** What opens; `close` closes it. */
  children: (close: () => void) => ComponentChildren;
}

/** A button that opens an explanation, or a few controls, where it stands. Escape or a click outside closes it. */
export function Popover(props: PopoverProps) {
  const {
    label,
    content,
    class: looks = 'link-button quiet',
    name,
    controls,
    align,
    shortcut,
    children,
  } = props;
  const [open, setOpen] = useState(false);
  const box = useRef<HTMLSpanElement>(null);
  const id = useId();
  useShortcut(shortcut, () => setOpen(true));
  useDismiss(box, open, () => setOpen(false));
  usePlacement(box, open, align ?? 'start');
  return (
    <span
      class="menu"
      ref={box}
      onFocusOut={({ relatedTarget }) => {
        if (relatedTarget instanceof Node && !box.current?.contains(relatedTarget)) setOpen(false);
      }}
    >
      <button
        type="button"
        class={looks}
        aria-label={name}
        aria-haspopup="dialog"
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        onClick={() => setOpen(!open)}
      >
        {content}
      </button>
      {open && (
        <div class={controls ? 'pop' : 'pop text'} id={id} role="dialog" aria-label={label}>
          {children(() => {
            setOpen(false);
            box.current?.querySelector('button')?.focus();
          })}
        </div>
      )}
    </span>
  );
}
