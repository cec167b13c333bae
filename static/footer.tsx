import { useState } from 'preact/hooks';
import { Icon } from './controls/icon.tsx';
import { lazy } from './controls/loading.tsx';
import { useShortcut } from './shortcuts.ts';

declare const VERSION: string;

const FiguresDialog = lazy(
  async () => (await import('./help.tsx')).FiguresDialog,
  () => null,
);
const ShortcutsDialog = lazy(
  async () => (await import('./help.tsx')).ShortcutsDialog,
  () => null,
);

/** What the documentation is built into. */
const DOCUMENTATION = '/docs/index.html';

/** Explains every figure and state. */
export function HelpButton() {
  const [open, setOpen] = useState(false);
  return (
    <>
      <button
        type="button"
        class="iconbtn"
        aria-label="Help: what every figure and state means"
        aria-haspopup="dialog"
        onClick={() => setOpen(true)}
      >
        <Icon name="help" />
      </button>
      {open && <FiguresDialog onClose={() => setOpen(false)} />}
    </>
  );
}

type Help = 'figures' | 'shortcuts';

/** What holds for every page, and where to read more. */
export function Footer() {
  const [open, setOpen] = useState<Help>();
  const close = () => setOpen(undefined);
  useShortcut('?', () => setOpen('shortcuts'));
  return (
    <footer class="foot">
      <span>Days are UTC.</span>
      <button type="button" class="link-button quiet" onClick={() => setOpen('figures')}>
        What the figures mean
      </button>
      <button type="button" class="link-button quiet" onClick={() => setOpen('shortcuts')}>
        Keyboard shortcuts
      </button>
      <span class="grow" />
      <span>Version {VERSION}</span>
      <a href={DOCUMENTATION}>Documentation</a>
      {open === 'figures' && <FiguresDialog onClose={close} />}
      {open === 'shortcuts' && <ShortcutsDialog onClose={close} />}
    </footer>
  );
}
