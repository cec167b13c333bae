import type { ComponentChildren, JSX } from 'preact';
import { useId } from 'preact/hooks';

interface FieldProps extends Omit<JSX.InputHTMLAttributes<HTMLInputElement>, 'label'> {
  label: string;
  value: string;
  onValue: (value: string) => void;
  hint?: ComponentChildren;
  fault?: string | undefined;
}

/** A labelled input whose hint and fault are read out with it. */
export function Field({ label, value, onValue, hint, fault, ...input }: FieldProps) {
  const id = useId();
  return (
    <div class={fault ? 'field at-fault' : 'field'}>
      <label for={id}>{label}</label>
      <input
        {...input}
        id={id}
        value={value}
        onInput={(event) => onValue(event.currentTarget.value)}
        aria-invalid={fault ? true : undefined}
        aria-describedby={describedBy({ id, hint, fault })}
      />
      <Description id={id} hint={hint} fault={fault} />
    </div>
  );
}

interface TextFieldProps extends Omit<JSX.TextareaHTMLAttributes<HTMLTextAreaElement>, 'label'> {
  label: string;
  value: string;
  onValue: (value: string) => void;
  hint: ComponentChildren;
  fault?: string | undefined;
}

/** A labelled text of several lines. */
export function TextField({ label, value, onValue, hint, fault, ...input }: TextFieldProps) {
  const id = useId();
  return (
    <div class={fault ? 'field at-fault' : 'field'}>
      <label for={id}>{label}</label>
      <textarea
        {...input}
        id={id}
        rows={5}
        autoComplete="off"
        spellcheck={false}
        value={value}
        onInput={(event) => onValue(event.currentTarget.value)}
        aria-invalid={fault ? true : undefined}
        aria-describedby={describedBy({ id, hint, fault })}
      />
      <Description id={id} hint={hint} fault={fault} />
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

/** A labelled choice from a list. */
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
  fault?: string | undefined;
}

function Description({ id, hint, fault }: DescriptionProps) {
  return (
    <>
      {hint && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {fault && (
        <p class="fault" id={`${id}-fault`} role="alert">
          {fault}
        </p>
      )}
    </>
  );
}

/** The ids of what `Description` shows. */
function describedBy({ id, hint, fault }: DescriptionProps): string | undefined {
  const ids = [hint && `${id}-hint`, fault && `${id}-fault`].filter(Boolean);
  return ids.length > 0 ? ids.join(' ') : undefined;
}
