import type { NoChangeReason } from '../../lib/answers/figures.ts';
import { toShownChange } from '../../lib/number-format.ts';
import { REASONS } from './tiles.ts';

const MARKS = { up: '▲', down: '▼', same: '' };
const WORDS = { up: 'up', down: 'down', same: '' };

/** A change with its direction, as a fraction: 0.08 is 8% more. It is rounded before it gets a direction. */
export function ShownChange({ change }: { change: number }) {
  const { direction, text } = toShownChange(change);
  return (
    <span class={direction === 'same' ? 'change muted' : `change ${direction}`}>
      {MARKS[direction] && <span aria-hidden="true">{MARKS[direction]} </span>}
      {WORDS[direction] && <span class="unseen">{WORDS[direction]} </span>}
      {text}
    </span>
  );
}

interface ChangeProps {
  change: number | null;
  /** Why there is none. */
  reason: NoChangeReason | null;
}

/** A change, or the reason why there is none. */
export function Change({ change, reason }: ChangeProps) {
  if (change !== null) return <ShownChange change={change} />;
  return <span class="change none">{REASONS[reason ?? 'nothing_earlier']}</span>;
}
