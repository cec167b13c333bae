import type { DayState } from '../../lib/answers/figures.ts';

const STATES: Record<DayState, { label: string; meaning: string }> = {
  measured: { label: 'Measured', meaning: 'GitHub named the day.' },
  zero: { label: 'Zero', meaning: 'The day was collected, and nobody came.' },
  provisional: {
    label: 'Provisional',
    meaning: 'Not read 72 hours after the day or later: the figures may be too low.',
  },
  lost: { label: 'Lost', meaning: 'Nobody collected the day before GitHub forgot it.' },
  imported: { label: 'Imported', meaning: 'The figures come from another tool’s file.' },
  before: { label: 'Before', meaning: 'Earlier than the first day that was collected.' },
};

/** A day's state in a word, with what it means. */
export function StateTag({ state }: { state: DayState }) {
  const { label, meaning } = STATES[state];
  return (
    <span class={`state ${state}`} title={meaning}>
      {label}
    </span>
  );
}
