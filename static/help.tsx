import { useState } from 'preact/hooks';
import { Dialog } from './controls/dialog.tsx';
import { FIGURE_TERMS, STATE_TERMS, type Term } from './glossary.ts';
import { CALENDAR, ROLLING } from './ranges.ts';
import { shortcutsOn, switchShortcuts } from './shortcuts.ts';

interface HelpProps {
  onClose: () => void;
}

/** Every figure and state of a day, explained. */
export function FiguresDialog({ onClose }: HelpProps) {
  return (
    <Dialog title="What the figures mean" wide onClose={onClose}>
      <div class="dialog-body glossary">
        <Terms title="Figures" terms={FIGURE_TERMS} />
        <Terms title="States of a day" terms={STATE_TERMS} />
        <p>
          <a href="/docs/figures.html">More about how they are collected</a>
        </p>
      </div>
    </Dialog>
  );
}

function Terms({ title, terms }: { title: string; terms: Term[] }) {
  return (
    <section>
      <h3>{title}</h3>
      <dl class="terms">
        {terms.map((term) => (
          <div key={term.title}>
            <dt>{term.title}</dt>
            <dd>{term.text}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

/** What single keys do, besides those of the named ranges. */
const KEYS: [keys: string, what: string][] = [
  ['C', 'Custom range'],
  ['X', 'Comparison'],
  ['G', 'Group'],
  ['L', 'Logarithmic scale'],
  ['V', 'Show the chart as a table'],
  ['/', 'Search'],
  ['?', 'This help'],
];

const IN_CHARTS: [keys: string, what: string][] = [
  ['← →', 'Previous and next day'],
  ['Home End', 'First and last day'],
  ['Shift ← →', 'Select a span'],
  ['Enter', 'Open the day, or zoom to the span'],
  ['+ −', 'Zoom'],
  ['Esc', 'Leave'],
];

/** What the keyboard does on the pages, and a switch for single keys. */
export function ShortcutsDialog({ onClose }: HelpProps) {
  const [on, setOn] = useState(shortcutsOn);
  const ranges = [...ROLLING, ...CALENDAR].flatMap(({ shortcut, label }): [string, string][] =>
    shortcut ? [[shortcut, label]] : [],
  );
  return (
    <Dialog title="Keyboard shortcuts" onClose={onClose}>
      <div class="dialog-body">
        <label class="choice">
          <input
            type="checkbox"
            checked={on}
            onChange={(event) => {
              switchShortcuts(event.currentTarget.checked);
              setOn(event.currentTarget.checked);
            }}
          />
          Single keys do something
        </label>
        <Keys title="Ranges" keys={ranges} />
        <Keys title="Pages" keys={KEYS} />
        <Keys title="In a chart" keys={IN_CHARTS} />
      </div>
    </Dialog>
  );
}

function Keys({ title, keys }: { title: string; keys: [string, string][] }) {
  return (
    <section>
      <h3>{title}</h3>
      <dl class="terms keys">
        {keys.map(([key, what]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
