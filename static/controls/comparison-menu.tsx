import { useState } from 'preact/hooks';
import { formatDay } from '../format.ts';
import { FIRST_PAGE, go, usePlace, withQuery } from '../location.ts';
import { viewOf } from '../view.ts';
import { Icon } from './icon.tsx';
import { lazy } from './loading.tsx';
import { Menu } from './menu.tsx';

const ComparedDialog = lazy(
  async () => (await import('./span-dialogs.tsx')).ComparedDialog,
  () => null,
);

/** As in the address and the API; any other value is a first day. */
const KINDS = [
  { value: null, label: 'Previous period', short: 'previous', rest: ' period' },
  { value: 'year', label: 'Same period last year', short: 'last year', rest: '' },
];

interface ComparisonMenuProps {
  /** The range that is shown, once it is known. */
  shown: { from: string; to: string } | undefined;
}

/** Chooses what the figures are compared with. */
export function ComparisonMenu({ shown }: ComparisonMenuProps) {
  const place = usePlace();
  const [asking, setAsking] = useState(false);
  const { compare } = viewOf(place.query);
  const kind = KINDS.find(({ value }) => value === compare);
  const choose = (value: string | null) => go(withQuery(place, { compare: value, ...FIRST_PAGE }));
  const isOther = !kind && compare !== 'none';
  const items = [
    ...KINDS.map(({ value, label }) => ({
      label,
      current: value === compare,
      onPick: () => choose(value),
    })),
    { label: 'Any other period…', current: isOther, onPick: () => setAsking(true) },
    { label: 'No comparison', current: compare === 'none', onPick: () => choose('none') },
  ];
  return (
    <>
      <Menu
        label="Comparison"
        class="button comparison-menu"
        shortcut="X"
        align="end"
        content={
          <>
            <Icon name="compare" />
            <span class="unseen">Comparison: </span>
            {compare === 'none' ? (
              'no comparison'
            ) : (
              <span>
                <span class="muted">vs</span> {kind ? kind.short : `from ${formatDay(compare ?? '')}`}
                {kind && <span class="only-wide">{kind.rest}</span>}
              </span>
            )}
            <Icon name="down" />
          </>
        }
        sections={() => [{ choice: true, items }]}
      />
      {asking && (
        <ComparedDialog
          shown={shown}
          from={isOther ? (compare ?? '') : ''}
          onFrom={choose}
          onClose={() => setAsking(false)}
        />
      )}
    </>
  );
}
