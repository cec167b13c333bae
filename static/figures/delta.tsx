import type { Comparison } from '../../lib/answers/figures.ts';
import { Popover } from '../controls/popover.tsx';
import { formatCount } from '../format.ts';
import { LeftOut, SpanNote, spanText } from './basis.tsx';
import type { Delta } from './tiles.ts';

interface DeltaButtonProps {
  /** What changed. */
  label: string;
  delta: Delta;
  comparison: Comparison;
}

const MARKS = { up: '▲ ', down: '▼ ', same: '' };
const WORDS = { up: 'up ', down: 'down ', same: '' };

/** A change. It opens what it was worked out from. */
export function DeltaButton({ label, delta, comparison }: DeltaButtonProps) {
  const { direction, text, reason, pair } = delta;
  const isSigned = /^[+−]/.test(text);
  const shown = isSigned ? text : `${MARKS[direction]}${text}`;
  const spoken = isSigned ? text : `${WORDS[direction]}${text}`;
  return (
    <Popover
      label={`Change of ${label}`}
      name={`${label}: ${reason ?? spoken}`}
      class={`delta ${direction}`}
      align="end"
      content={shown}
    >
      {() => (
        <>
          <p>
            <strong>{reason ?? shown}</strong>
          </p>
          {pair && (
            <dl class="pair-of-spans">
              <div>
                <dt>{spanText(comparison.from, comparison.to)}</dt>
                <dd>{formatCount(pair.now)}</dd>
              </div>
              <div>
                <dt>{spanText(comparison.previousFrom, comparison.previousTo)}</dt>
                <dd>{formatCount(pair.before)}</dd>
              </div>
            </dl>
          )}
          <SpanNote comparison={comparison} />
          <LeftOut comparison={comparison} />
        </>
      )}
    </Popover>
  );
}
