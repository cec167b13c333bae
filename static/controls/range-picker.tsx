import { useState } from 'preact/hooks';
import type { Bucket } from '../../lib/answers/figures.ts';
import { type Changes, FIRST_PAGE, go, usePlace, withQuery } from '../location.ts';
import { SelectField } from './field.tsx';
import { Segments } from './segments.tsx';

const RANGES = [
  { value: '7', label: '7 days' },
  { value: '14', label: '14 days' },
  { value: '30', label: '30 days' },
  { value: '90', label: '90 days' },
  { value: '365', label: 'Year' },
  { value: 'all', label: 'All' },
];

const BUCKETS = [
  { value: 'day', label: 'By day' },
  { value: 'week', label: 'By week' },
  { value: 'month', label: 'By month' },
];

const ADVERBS = { day: 'daily', week: 'weekly', month: 'monthly' };

/** Names the steps, if the API chose them. */
const autoLabel = (by: Bucket | undefined) => (by ? `Auto (${ADVERBS[by]})` : 'Auto');

interface RangePickerProps {
  /** The range that is shown, once it is known. */
  shown: { from: string; to: string; by: Bucket } | undefined;
  /** The default range. */
  standard?: string | undefined;
  /** Hides the choice of steps. */
  stepless?: boolean;
}

/** Chooses the days, and the steps. */
export function RangePicker({ shown, standard = '30', stepless }: RangePickerProps) {
  const place = usePlace();
  const from = place.query.get('from') ?? '';
  const to = place.query.get('to') ?? '';
  const custom = Boolean(from || to);
  const [open, setOpen] = useState(false);
  const current = custom ? 'custom' : (place.query.get('range') ?? standard);
  const segments = RANGES.map(({ value, label }) => {
    const changes: Changes = {
      range: value,
      from: null,
      to: null,
      ...FIRST_PAGE,
    };
    return { value, label, changes };
  });

  return (
    <div class="range-picker">
      <Segments label="Range" current={current} segments={segments} />
      <button
        type="button"
        class="button small"
        aria-expanded={open || custom}
        onClick={() => setOpen(!open)}
      >
        Custom…
      </button>
      {!stepless && (
        <SelectField
          label="Steps"
          quiet
          value={place.query.get('by') ?? ''}
          options={[
            { value: '', label: autoLabel(place.query.has('by') ? undefined : shown?.by) },
            ...BUCKETS,
          ]}
          onValue={(by) => go(withQuery(place, { by: by || null, ...FIRST_PAGE }))}
        />
      )}
      {(open || custom) && (
        <CustomRange
          key={`${from}|${to}`}
          from={from || shown?.from || ''}
          to={to || shown?.to || ''}
          onSpan={(first, last) =>
            go(withQuery(place, { range: null, from: first, to: last, ...FIRST_PAGE }))
          }
        />
      )}
    </div>
  );
}

interface CustomRangeProps {
  from: string;
  to: string;
  /** Either end may be missing. */
  open?: boolean;
  onSpan: (from: string, to: string) => void;
}

/** Chooses the first and the last day. */
export function CustomRange({ from, to, open = false, onSpan }: CustomRangeProps) {
  const [first, setFirst] = useState(from);
  const [last, setLast] = useState(to);
  const reversed = first && last && first > last;
  return (
    <form
      class="custom-range"
      onSubmit={(event) => {
        event.preventDefault();
        if (!reversed) onSpan(first, last);
      }}
    >
      <label>
        From
        <input
          type="date"
          required={!open}
          value={first}
          onInput={(event) => setFirst(event.currentTarget.value)}
        />
      </label>
      <label>
        To
        <input
          type="date"
          required={!open}
          value={last}
          onInput={(event) => setLast(event.currentTarget.value)}
        />
      </label>
      <button type="submit" class="button small primary">
        Apply
      </button>
      {reversed && (
        <span class="field-error" role="alert">
          The start must not be after the end.
        </span>
      )}
    </form>
  );
}
