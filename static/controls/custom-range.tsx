import { useState } from 'preact/hooks';

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
