import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { replace, usePlace, withQuery } from '../location.ts';
import type { ChartView } from './actions.ts';
import type { OptionsMenuProps } from './options.ts';

const SPLITS: Record<ChartView['split'], string> = {
  total: 'Total',
  stacked: 'By repository, stacked',
  multiples: 'By repository, side by side',
};

/** How a chart is shown, its table, and its files. */
export function OptionsMenu({ title, options, onClose }: OptionsMenuProps) {
  const { model, source, view, splits, asTable, setAsTable } = options;
  const place = usePlace();
  const box = useRef<HTMLDivElement>(null);
  const [failure, setFailure] = useState<string>();
  useEffect(() => box.current?.querySelector<HTMLElement>('[role^=menuitem]')?.focus(), []);
  const set = (changes: Record<string, string | null>) => replace(withQuery(place, changes));

  function download(format: 'png' | 'svg' | 'csv') {
    void import('./export.ts')
      .then(({ downloadChart }) => downloadChart(format, title, model, view.scale))
      .then(onClose)
      .catch((error: Error) => setFailure(error.message));
  }

  return (
    <div
      class="menu-items chart-options"
      role="menu"
      tabIndex={-1}
      aria-label={`Chart options of ${title}`}
      ref={box}
      onKeyDown={(event) => {
        if (event.key === 'Tab') onClose();
        moveFocus(event);
      }}
    >
      <Group label="Scale">
        <Item kind="radio" isChecked={view.scale === 'linear'} onPick={() => set({ scale: null })}>
          Linear
        </Item>
        <Item kind="radio" isChecked={view.scale === 'log'} onPick={() => set({ scale: 'log' })}>
          Logarithmic <kbd>L</kbd>
        </Item>
      </Group>
      <Group label="Lines">
        {source.range.by === 'day' && (
          <Item
            kind="checkbox"
            isChecked={view.average}
            onPick={() => set({ average: view.average ? null : '7' })}
          >
            7-day average <small>the day and the six before</small>
          </Item>
        )}
        {source.before && (
          <Item kind="checkbox" isChecked={view.line} onPick={() => set({ line: view.line ? 'off' : null })}>
            Comparison line
          </Item>
        )}
        <Item
          kind="checkbox"
          isChecked={view.events}
          onPick={() => set({ events: view.events ? 'off' : null })}
        >
          Events
        </Item>
      </Group>
      {splits && (
        <Group label="Split">
          {splits.map((split) => (
            <Item
              key={split}
              kind="radio"
              isChecked={view.split === split}
              onPick={() => set({ split: split === 'total' ? null : split })}
            >
              {SPLITS[split]}
            </Item>
          ))}
        </Group>
      )}
      <Group label="Take away">
        <Item
          kind="plain"
          onPick={() => {
            setAsTable(!asTable);
            onClose();
          }}
        >
          {asTable ? 'Show as chart' : 'Show as table'} <kbd>V</kbd>
        </Item>
        <Item kind="plain" onPick={() => download('png')}>
          Download PNG
        </Item>
        <Item kind="plain" onPick={() => download('svg')}>
          Download SVG
        </Item>
        <Item kind="plain" onPick={() => download('csv')}>
          Download CSV
        </Item>
      </Group>
      {failure && (
        <p class="field-error" role="alert">
          {failure}
        </p>
      )}
    </div>
  );
}

function Group({ label, children }: { label: string; children: ComponentChildren }) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is no part of a menu.
    <div class="menu-group" role="group" aria-label={label}>
      <p class="menu-label" aria-hidden="true">
        {label}
      </p>
      {children}
    </div>
  );
}

interface ItemProps {
  kind: 'radio' | 'checkbox' | 'plain';
  isChecked?: boolean;
  onPick: () => void;
  children: ComponentChildren;
}

const ROLES = { radio: 'menuitemradio', checkbox: 'menuitemcheckbox', plain: 'menuitem' } as const;

function Item({ kind, isChecked, onPick, children }: ItemProps) {
  return (
    // biome-ignore lint/a11y/useAriaPropsSupportedByRole: the roles of `ROLES` that get it support it.
    <button
      type="button"
      class={kind}
      role={ROLES[kind]}
      aria-checked={kind === 'plain' ? undefined : isChecked === true}
      tabIndex={-1}
      onClick={onPick}
    >
      {children}
    </button>
  );
}

const STEPS: Record<string, number> = { ArrowDown: 1, ArrowUp: -1 };

function moveFocus(event: KeyboardEvent & { currentTarget: HTMLElement }) {
  const items = [...event.currentTarget.querySelectorAll<HTMLElement>('[role^=menuitem]')];
  const step = STEPS[event.key];
  const here = items.indexOf(document.activeElement as HTMLElement);
  const ends: Record<string, number> = { Home: 0, End: items.length - 1 };
  const next = step === undefined ? ends[event.key] : (here + step + items.length) % items.length;
  if (next === undefined) return;
  event.preventDefault();
  items[next]?.focus();
}
