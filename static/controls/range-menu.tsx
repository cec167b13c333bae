import { useState } from 'preact/hooks';
import type { Bucket } from '../../lib/answers/figures.ts';
import { formatSpan } from '../format.ts';
import { type Changes, FIRST_PAGE, go, usePlace, withQuery } from '../location.ts';
import { CALENDAR, type NamedRange, ROLLING, STANDARD_RANGE } from '../ranges.ts';
import { useShortcut } from '../shortcuts.ts';
import { viewOf } from '../view.ts';
import { Icon } from './icon.tsx';
import { lazy } from './loading.tsx';
import { Menu, type MenuItem, type MenuSection } from './menu.tsx';

const SpanDialog = lazy(
  async () => (await import('./span-dialogs.tsx')).SpanDialog,
  () => null,
);

const STEPS = [
  { value: 'day', label: 'By day' },
  { value: 'week', label: 'By week' },
  { value: 'month', label: 'By month' },
];

const ADVERBS = { day: 'daily', week: 'weekly', month: 'monthly' };

interface RangeMenuProps {
  /** The range that is shown, once it is known. */
  shown: { from: string; to: string; by: Bucket } | undefined;
  /** The range that an address without one means. */
  standard?: string | undefined;
  /** Leaves out the steps. */
  stepless?: boolean | undefined;
}

/** Chooses the days that the page shows, and their steps. */
export function RangeMenu({ shown, standard = STANDARD_RANGE, stepless }: RangeMenuProps) {
  const place = usePlace();
  const { range, from, to, by } = viewOf(place.query);
  const [asking, setAsking] = useState(false);
  const isCustom = Boolean(from || to);
  const current = isCustom ? null : (range ?? standard);
  const named = [...ROLLING, ...CALENDAR].find(({ value }) => value === current);
  const change = (changes: Changes) => go(withQuery(place, { ...changes, ...FIRST_PAGE }));
  const choose = (value: string) => change({ range: value, from: null, to: null });
  const ask = () => setAsking(true);

  function sections(): MenuSection[] {
    const toItem = ({ value, label, shortcut }: NamedRange): MenuItem => ({
      label,
      shortcut,
      current: value === current,
      onPick: () => choose(value),
    });
    const custom = { label: 'Custom range…', shortcut: 'C', current: isCustom, onPick: ask };
    const steps = [{ value: '', label: by || !shown ? 'Auto' : `Auto (${ADVERBS[shown.by]})` }, ...STEPS];
    const toStep = ({ value, label }: { value: string; label: string }): MenuItem => ({
      label,
      current: value === (by ?? ''),
      onPick: () => change({ by: value || null }),
    });
    return [
      { choice: true, items: ROLLING.map(toItem) },
      { choice: true, items: [...CALENDAR.map(toItem), custom] },
      ...(stepless ? [] : [{ label: 'Steps', choice: true, items: steps.map(toStep) }]),
    ];
  }

  return (
    <>
      <Menu
        label="Range"
        class="button range-menu"
        content={
          <>
            <Icon name="calendar" />
            <span class="unseen">Range: </span>
            {named ? (named.short ?? named.label) : shown ? formatSpan(shown.from, shown.to) : 'Custom range'}
            <Icon name="down" />
          </>
        }
        sections={sections}
        align="end"
      />
      {[...ROLLING, ...CALENDAR].map(({ value, shortcut }) => (
        <Key key={value} shortcut={shortcut} onPress={() => choose(value)} />
      ))}
      <Key shortcut="C" onPress={ask} />
      {asking && (
        <SpanDialog
          from={from ?? shown?.from ?? ''}
          to={to ?? shown?.to ?? ''}
          onSpan={(first, last) => change({ range: null, from: first, to: last })}
          onClose={() => setAsking(false)}
        />
      )}
    </>
  );
}

/** A key of its own for a choice of a menu. */
export function Key({ shortcut, onPress }: { shortcut: string | undefined; onPress: () => void }) {
  useShortcut(shortcut, onPress);
  return null;
}
