import type { Comparison } from '../../lib/answers/figures.ts';
import { toShownChange } from '../../lib/number-format.ts';
import { changeOf, whyNoChange } from '../../lib/stats/totals.ts';
import type { Metric } from '../../lib/traffic/figures.ts';
import { REASONS } from '../figures/tiles.ts';

const MARKS = { up: '▲', down: '▼', same: '' };
const WORDS = { up: 'up', down: 'down', same: '' };

/** A change with its direction, as a fraction: 0.08 is 8% more. */
export function ShownChange({ change }: { change: number }) {
  const { direction, text } = toShownChange(change);
  return (
    <span class={direction === 'same' ? 'shown-change muted' : `shown-change ${direction}`}>
      {MARKS[direction] && <span aria-hidden="true">{MARKS[direction]} </span>}
      {WORDS[direction] && <span class="unseen">{WORDS[direction]} </span>}
      {text}
    </span>
  );
}

/** The change of a figure between the two spans that are compared, or a dash with the reason why there is none. */
export function Change({ comparison, metric }: { comparison: Comparison; metric: Metric }) {
  const change = changeOf(comparison, metric);
  if (change !== null) return <ShownChange change={change} />;
  const reason = REASONS[whyNoChange(comparison, metric) ?? 'nothing_earlier'];
  return (
    <span class="muted" title={reason}>
      –<span class="unseen"> {reason}</span>
    </span>
  );
}
