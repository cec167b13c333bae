import type { ComponentChildren } from 'preact';
import { useId, useState } from 'preact/hooks';
import { formatCount } from '../format.ts';

/** Something to choose. */
interface PickItem {
  id: number;
  label: string;
  /** Shown after the label. */
  note?: ComponentChildren;
  /** It cannot be chosen. */
  disabled?: boolean;
  /** It is shown as chosen, although it cannot be. */
  checked?: boolean;
}

interface PickListProps {
  /** What is chosen, for screen readers. */
  label: string;
  items: readonly PickItem[];
  chosen: ReadonlySet<number>;
  onChange: (chosen: ReadonlySet<number>) => void;
  /** What stands there without items. */
  none: string;
  /** The filter of the list is elsewhere. */
  filtered?: boolean;
}

/** More would be slow to draw. */
const MAX_SHOWN = 500;
/** From here on, a list has a filter. */
const LONG = 8;

/** Things to choose by checkbox. A long list has a filter, and what it shows can be chosen at once. */
export function PickList({ label, items, chosen, onChange, none, filtered = false }: PickListProps) {
  const id = useId();
  const [text, setText] = useState('');
  const wanted = text.trim().toLowerCase();
  const shown = items.filter((item) => item.label.toLowerCase().includes(wanted));
  const open = shown.filter(({ disabled }) => !disabled).map((item) => item.id);
  if (items.length === 0) return <p class="hint">{none}</p>;

  function choose(ids: readonly number[], yes: boolean) {
    const next = new Set(chosen);
    for (const one of ids) {
      if (yes) next.add(one);
      else next.delete(one);
    }
    onChange(next);
  }

  return (
    <div class="pick-box">
      {(filtered || items.length > LONG) && (
        <div class="row">
          {!filtered && (
            <span class="search">
              <label for={id} class="unseen">
                Filter: {label}
              </label>
              <input
                id={id}
                type="search"
                placeholder="Filter"
                value={text}
                onInput={(event) => setText(event.currentTarget.value)}
              />
            </span>
          )}
          <button
            type="button"
            class="button small"
            disabled={open.length === 0}
            onClick={() => choose(open, true)}
          >
            Select all ({formatCount(open.length)})
          </button>
          <button
            type="button"
            class="button small"
            disabled={chosen.size === 0}
            onClick={() => choose(wanted === '' ? [...chosen] : open, false)}
          >
            Select none
          </button>
          <span class="muted small" role="status">
            {formatCount(chosen.size)} selected
          </span>
        </div>
      )}
      {shown.length === 0 && <p class="none">Nothing matches.</p>}
      <fieldset class="pick-list" tabIndex={shown.length > LONG ? 0 : undefined}>
        <legend class="unseen">{label}</legend>
        {shown.slice(0, MAX_SHOWN).map((item) => (
          <label key={item.id}>
            <input
              type="checkbox"
              disabled={item.disabled}
              checked={item.checked || chosen.has(item.id)}
              onChange={(event) => choose([item.id], event.currentTarget.checked)}
            />
            <span>{item.label}</span>
            {item.note}
          </label>
        ))}
      </fieldset>
      {shown.length > MAX_SHOWN && (
        <p class="hint">…and {formatCount(shown.length - MAX_SHOWN)} more. Filter to see them.</p>
      )}
    </div>
  );
}
