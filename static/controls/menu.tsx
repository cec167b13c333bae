import type { RefObject } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';

interface MenuItem {
  label: string;
  onPick: () => void;
}

interface MenuProps {
  /** What the menu is for, for screen readers. */
  label: string;
  items: MenuItem[];
}

/** A button with a menu. Arrow keys move, Escape or a click outside closes it. */
export function Menu({ label, items }: MenuProps) {
  const [open, setOpen] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const id = useId();
  useDismiss(box, open, () => setOpen(false));
  useEffect(() => {
    if (open) box.current?.querySelector<HTMLElement>('[role=menuitem]')?.focus();
  }, [open]);

  function close() {
    setOpen(false);
    box.current?.querySelector('button')?.focus();
  }

  return (
    <div class="menu" ref={box}>
      <button
        type="button"
        class="button quiet icon"
        aria-label={label}
        aria-haspopup="menu"
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        onClick={() => setOpen(!open)}
      >
        <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
          <path d="M8 2v2m0 3v2m0 3v2" stroke="currentColor" stroke-width="2" />
        </svg>
      </button>
      {open && <Items id={id} label={label} items={items} onClose={close} />}
    </div>
  );
}

function Items({ id, label, items, onClose }: MenuProps & { id: string; onClose: () => void }) {
  return (
    <div
      class="menu-items"
      role="menu"
      tabIndex={-1}
      id={id}
      aria-label={label}
      onKeyDown={(event) => {
        if (event.key === 'Tab') onClose();
        move(event);
      }}
    >
      {items.map((item) => (
        <button
          key={item.label}
          type="button"
          role="menuitem"
          tabIndex={-1}
          onClick={() => {
            onClose();
            item.onPick();
          }}
        >
          {item.label}
        </button>
      ))}
    </div>
  );
}

const STEPS: Record<string, number> = { ArrowDown: 1, ArrowUp: -1 };

function move(event: KeyboardEvent & { currentTarget: HTMLElement }) {
  const items = [...event.currentTarget.querySelectorAll<HTMLElement>('[role=menuitem]')];
  const at = items.indexOf(document.activeElement as HTMLElement);
  const step = STEPS[event.key];
  const next =
    event.key === 'Home'
      ? 0
      : event.key === 'End'
        ? -1
        : step === undefined
          ? null
          : (at + step) % items.length;
  if (next === null) return;
  event.preventDefault();
  items.at(next)?.focus();
}

/** Closes on a click outside, and on Escape, which returns the focus to the button. */
export function useDismiss(box: RefObject<HTMLElement>, open: boolean, close: () => void) {
  useEffect(() => {
    const element = box.current;
    if (!open || !element) return;
    const outside = (event: Event) => {
      if (!element.contains(event.target as Node)) close();
    };
    const leave = (event: KeyboardEvent) => {
      if (event.key !== 'Escape') return;
      close();
      element.querySelector('button')?.focus();
    };
    document.addEventListener('pointerdown', outside);
    element.addEventListener('keydown', leave);
    return () => {
      document.removeEventListener('pointerdown', outside);
      element.removeEventListener('keydown', leave);
    };
  }, [open]);
}
