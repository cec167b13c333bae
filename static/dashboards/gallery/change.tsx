import type { NoChangeReason } from '../../../lib/answers/figures.ts';
import { toShownChange } from '../../../lib/number-format.ts';
import { REASONS } from '../../figures/tiles.ts';

const MARKS = { up: '▲', down: '▼', same: '' } as const;
const WORDS = { up: 'up', down: 'down', same: 'no change' } as const;

interface ChangeProps {
  /** A fraction: 0.08 is 8% more. */
  change: number | null;
  /** Why there is none. */
  reason: NoChangeReason | null;
}

/** A change, rounded before it gets a direction; a dash with its reason if there is none. */
export function Change({ change, reason }: ChangeProps) {
  if (change === null) {
    const why = REASONS[reason ?? 'not_compared'];
    return (
      <span class="delta muted" title={why}>
        <span aria-hidden="true">–</span>
        <span class="unseen">{why}</span>
      </span>
    );
  }
  const { direction, text } = toShownChange(change);
  return (
    <span class={`delta ${direction}`}>
      <span aria-hidden="true">{MARKS[direction]}</span>
      <span class="unseen">{WORDS[direction]}</span> {text}
    </span>
  );
}
