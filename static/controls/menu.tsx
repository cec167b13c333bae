import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { useShortcut } from '../shortcuts.ts';
import { Icon, type IconName } from './icon.tsx';
import { type Alignment, useDismiss, usePlacement } from './placement.ts';

export interface MenuItem {
  label: string;
  /** Where it leads. Otherwise `onPick` is called. */
  href?: string;
  onPick?: () => void;
  /** Present: the item is switched on and off, and the menu stays open. */
  checked?: boolean;
  /** It is what the page shows, or what is chosen. */
  current?: boolean;
  disabled?: boolean;
  /** The action is destructive. */
  danger?: boolean;
  icon?: IconName;
  /** A count, or another short note at the end. */
  note?: ComponentChildren;
  /** The key that does the same. */
  shortcut?: string | undefined;
}

export interface MenuSection {
  /** Shown above the items. */
  label?: string;
  /** One of the items is chosen at a time. */
  choice?: boolean;
  items: MenuItem[];
}

interface MenuProps {
  /** What the menu is for, for screen readers. Without `content` it names the button. */
  label: string;
  /** What the button shows. */
  content?: ComponentChildren;
  /** What it shows without `content`. Default: three dots. */
  icon?: IconName;
  /** Drawn over the icon. */
  children?: ComponentChildren;
  /** The button's. Default: a quiet one of the size of an icon. */
  class?: string;
  items?: MenuItem[];
  /** Instead of `items`: several groups with lines between them. They are made when the menu opens. */
  sections?: () => MenuSection[];
  align?: Alignment;
  /** A key that opens it. */
  shortcut?: string;
}

/**
 * A button with a menu. Arrow keys, Home, End and first letters move; Escape, Tab or a click outside closes it.
 * https://www.w3.org/WAI/ARIA/apg/patterns/menu-button/
 */
export function Menu(props: MenuProps) {
  const { label, content, icon = 'more', children, class: looks = 'button quiet icon' } = props;
  const { items = [], sections, align, shortcut } = props;
  const [open, setOpen] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const id = useId();
  useShortcut(shortcut, () => setOpen(true));
  useDismiss(box, open, () => setOpen(false));
  usePlacement(box, open, align ?? (content ? 'start' : 'end'));
  useEffect(() => {
    const found = open
      ? box.current?.querySelector<HTMLElement>('[aria-current], [aria-checked=true]')
      : null;
    if (open) (found ?? box.current?.querySelector<HTMLElement>(ITEM))?.focus();
  }, [open]);

  function close() {
    setOpen(false);
    box.current?.querySelector('button')?.focus();
  }

  return (
    <div class="menu" ref={box}>
      <button
        type="button"
        class={looks}
        aria-label={content ? undefined : label}
        aria-haspopup="menu"
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        onClick={() => setOpen(!open)}
        onKeyDown={(event) => {
          if (event.key !== 'ArrowDown' || open) return;
          event.preventDefault();
          setOpen(true);
        }}
      >
        {content ?? <Icon name={icon} />}
        {children}
      </button>
      {open && (
        <div
          class="pop"
          role="menu"
          tabIndex={-1}
          id={id}
          aria-label={label}
          onKeyDown={(event) => {
            if (event.key === 'Tab') close();
            move(event);
          }}
        >
          {(sections?.() ?? [{ items }]).map((section, index) => (
            <Section key={section.label ?? index} section={section} first={index === 0} onClose={close} />
          ))}
        </div>
      )}
    </div>
  );
}

interface SectionProps {
  section: MenuSection;
  first: boolean;
  onClose: () => void;
}

function Section({ section: { label, choice, items }, first, onClose }: SectionProps) {
  const shown = items.map((item) => (
    <Item key={item.label} item={item} choice={choice === true} onClose={onClose} />
  ));
  return (
    <>
      {!first && <hr />}
      {label ? (
        // biome-ignore lint/a11y/useSemanticElements: a fieldset is for forms
        <div role="group" aria-label={label}>
          <div class="cap" aria-hidden="true">
            {label}
          </div>
          {shown}
        </div>
      ) : (
        shown
      )}
    </>
  );
}

interface ItemProps {
  item: MenuItem;
  choice: boolean;
  onClose: () => void;
}

function Item({ item, choice, onClose }: ItemProps) {
  const { label, href, onPick, checked, current, disabled, danger, icon, note, shortcut } = item;
  const content = (
    <>
      {checked !== undefined && <span class="check">{checked && <Icon name="check" />}</span>}
      {icon && <Icon name={icon} />}
      {label}
      {note !== undefined && <span class="n">{note}</span>}
      {shortcut && (
        <span class="key" aria-hidden="true">
          {shortcut}
        </span>
      )}
    </>
  );
  const common = {
    class: danger ? 'danger' : undefined,
    tabIndex: -1,
    'aria-keyshortcuts': shortcut,
    onMouseEnter: (event: MouseEvent) => (event.currentTarget as HTMLElement).focus({ preventScroll: true }),
  };
  if (href !== undefined)
    return (
      <a
        {...common}
        href={href}
        role="menuitem"
        aria-current={current ? 'true' : undefined}
        onClick={() => onClose()}
      >
        {content}
      </a>
    );
  const kind = {
    role: checked !== undefined ? 'menuitemcheckbox' : choice ? 'menuitemradio' : 'menuitem',
    'aria-checked': checked ?? (choice ? current === true : undefined),
  } as const;
  return (
    <button
      {...common}
      {...kind}
      type="button"
      aria-disabled={disabled || undefined}
      onClick={() => {
        if (disabled) return;
        if (checked === undefined) onClose();
        onPick?.();
      }}
    >
      {content}
    </button>
  );
}

const ITEM = '[role^=menuitem]';
const STEPS: Record<string, number> = { ArrowDown: 1, ArrowUp: -1 };

function move(event: KeyboardEvent & { currentTarget: HTMLElement }) {
  const items = [...event.currentTarget.querySelectorAll<HTMLElement>(ITEM)];
  const at = items.indexOf(document.activeElement as HTMLElement);
  const next = nextItem(event, items, at);
  if (!next) return;
  event.preventDefault();
  event.stopPropagation();
  next.focus();
}

function nextItem({ key, ctrlKey, metaKey, altKey }: KeyboardEvent, items: HTMLElement[], at: number) {
  if (ctrlKey || metaKey || altKey) return undefined;
  if (key === 'Home') return items[0];
  if (key === 'End') return items.at(-1);
  const step = STEPS[key];
  if (step !== undefined) return items.at((at + step) % items.length);
  if (key.length !== 1 || key === ' ') return undefined;
  const rest = [...items.slice(at + 1), ...items.slice(0, at + 1)];
  return rest.find(({ textContent }) => textContent?.toLowerCase().startsWith(key.toLowerCase()));
}
