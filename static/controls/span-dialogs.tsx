import { useState } from 'preact/hooks';
import { addDays, daysBetween } from '../../lib/day.ts';
import { formatSpan, plural } from '../format.ts';
import { FormDialog } from './dialog.tsx';
import { Field } from './field.tsx';
import { useSubmission } from './submit.ts';

interface SpanDialogProps {
  from: string;
  to: string;
  onSpan: (from: string, to: string) => void;
  onClose: () => void;
}

/** Asks for the first and the last day of a range. */
export function SpanDialog({ from, to, onSpan, onClose }: SpanDialogProps) {
  const submission = useSubmission();
  const [first, setFirst] = useState(from);
  const [last, setLast] = useState(to);
  const isReversed = Boolean(first && last && first > last);
  return (
    <FormDialog
      title="Custom range"
      action="Show"
      disabled={isReversed}
      submission={submission}
      onSubmit={() => {
        onSpan(first, last);
        onClose();
      }}
      onClose={onClose}
    >
      <div class="row">
        <Field label="From" type="date" required value={first} onValue={setFirst} />
        <Field label="To" type="date" required value={last} onValue={setLast} />
      </div>
      {isReversed && (
        <p class="field-error" role="alert">
          The start must not be after the end.
        </p>
      )}
    </FormDialog>
  );
}

interface ComparedDialogProps {
  /** The range that is shown, once it is known. */
  shown: { from: string; to: string } | undefined;
  /** The first day that it is compared with now, or empty. */
  from: string;
  onFrom: (from: string) => void;
  onClose: () => void;
}

/** Asks for the first day of a period that is as long as the range. */
export function ComparedDialog({ shown, from, onFrom, onClose }: ComparedDialogProps) {
  const submission = useSubmission();
  const days = shown && daysBetween(shown.from, shown.to) + 1;
  const [first, setFirst] = useState(from || (shown && days ? addDays(shown.from, -days) : ''));
  return (
    <FormDialog
      title="Compare with another period"
      action="Compare"
      submission={submission}
      onSubmit={() => {
        onFrom(first);
        onClose();
      }}
      onClose={onClose}
    >
      <Field
        label="First day"
        type="date"
        required
        value={first}
        onValue={setFirst}
        hint={
          days && first
            ? `As long as the range, ${plural(days, 'day')}: ${formatSpan(first, addDays(first, days - 1))}.`
            : 'The period is as long as the range.'
        }
      />
    </FormDialog>
  );
}
