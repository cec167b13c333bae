import type { ComponentChildren, JSX } from 'preact';
import { useId } from 'preact/hooks';

interface FieldProps extends Omit<JSX.InputHTMLAttributes<HTMLInputElement>, 'label'> {
  label: string;
  value: string;
  onValue: (value: string) => void;
  hint?: ComponentChildren;
  error?: string | undefined;
}

/** A labeled input. Screen readers read its hint and error with it. */
export function Field({ label, value, onValue, hint, error, ...input }: FieldProps) {
  const id = useId();
  return (
    <div class={error ? 'field has-error' : 'field'}>
      <label for={id}>{label}</label>
      <input
        {...input}
        id={id}
        value={value}
        onInput={(event) => onValue(event.currentTarget.value)}
        aria-invalid={error ? true : undefined}
        aria-describedby={describedBy({ id, hint, error })}
      />
      <Description id={id} hint={hint} error={error} />
    </div>
  );
}

interface TextFieldProps extends Omit<JSX.TextareaHTMLAttributes<HTMLTextAreaElement>, 'label'> {
  label: string;
  value: string;
  onValue: (value: string) => void;
  hint: ComponentChildren;
  error?: string | undefined;
}

/** A labeled text of several lines. */
export function TextField({ label, value, onValue, hint, error, ...input }: TextFieldProps) {
  const id = useId();
  return (
    <div class={error ? 'field has-error' : 'field'}>
      <label for={id}>{label}</label>
      <textarea
        {...input}
        id={id}
        rows={5}
        autoComplete="off"
        spellcheck={false}
        value={value}
        onInput={(event) => onValue(event.currentTarget.value)}
        aria-invalid={error ? true : undefined}
        aria-describedby={describedBy({ id, hint, error })}
      />
      <Description id={id} hint={hint} error={error} />
    </div>
  );
}

interface SelectFieldProps {
  label: string;
  value: string;
  onValue: (value: string) => void;
  options: { value: string; label: string }[];
  hint?: ComponentChildren;
  disabled?: boolean;
  /** The label is only for screen readers. */
  quiet?: boolean;
}

/** A labeled choice from a list. */
export function SelectField({ label, value, onValue, options, hint, disabled, quiet }: SelectFieldProps) {
  const id = useId();
  return (
    <div class="field">
      <label for={id} class={quiet ? 'unseen' : undefined}>
        {label}
      </label>
      <select
        id={id}
        value={value}
        disabled={disabled}
        onChange={(event) => onValue(event.currentTarget.value)}
        aria-describedby={describedBy({ id, hint })}
      >
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
      <Description id={id} hint={hint} />
    </div>
  );
}

interface DescriptionProps {
  /** The input's. */
  id: string;
  hint?: ComponentChildren;
  error?: string | undefined;
}

function Description({ id, hint, error }: DescriptionProps) {
  return (
    <>
      {hint && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {error && (
        <p class="field-error" id={`${id}-error`} role="alert">
          {error}
        </p>
      )}
    </>
  );
}

/** The ids of what `Description` shows. */
function describedBy({ id, hint, error }: DescriptionProps): string | undefined {
  const ids = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean);
  return ids.length > 0 ? ids.join(' ') : undefined;
}
