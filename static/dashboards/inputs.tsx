import { useId, useRef } from 'preact/hooks';
import type { Input } from './protocol.ts';

interface InputsProps {
  inputs: Input[];
  onChange: (signal: string, value: unknown) => void;
}

/** The inputs that parameters of a specification are bound to. */
export function Inputs({ inputs, onChange }: InputsProps) {
  return (
    <div class="widget-inputs">
      {inputs.map((input) => (
        <BoundInput key={input.signal} input={input} onChange={onChange} />
      ))}
    </div>
  );
}

interface BoundInputProps {
  input: Input;
  onChange: InputsProps['onChange'];
}

function BoundInput({ input, onChange }: BoundInputProps) {
  const id = useId();
  const timer = useRef<ReturnType<typeof setTimeout>>();
  const { signal, name = signal, debounce = 0 } = input;
  const change = (value: unknown) => {
    if (!debounce) return onChange(signal, value);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => onChange(signal, value), debounce);
  };
  if (input.input === 'radio') return <Radios input={input} name={name} onChange={change} />;
  return (
    <p class="widget-input">
      <label for={id}>{name}</label>
      {input.input === 'checkbox' && (
        <input
          id={id}
          type="checkbox"
          checked={Boolean(input.value)}
          onChange={(event) => change(event.currentTarget.checked)}
        />
      )}
      {input.input === 'range' && <Slider id={id} input={input} onChange={change} />}
      {input.input === 'select' && <Choice id={id} input={input} onChange={change} />}
    </p>
  );
}

interface PartProps {
  input: Input;
  onChange: (value: unknown) => void;
}

const isSame = (one: unknown, other: unknown) => String(one) === String(other);
const labelOf = ({ labels = [] }: Input, option: unknown, place: number) => String(labels[place] || option);

function Choice({ id, input, onChange }: PartProps & { id: string }) {
  const { options = [], value } = input;
  return (
    <select id={id} onChange={(event) => onChange(options[event.currentTarget.selectedIndex])}>
      {options.map((option, place) => (
        <option key={place} selected={isSame(option, value)}>
          {labelOf(input, option, place)}
        </option>
      ))}
    </select>
  );
}

function Radios({ input, name, onChange }: PartProps & { name: string }) {
  const group = useId();
  return (
    <fieldset class="widget-input">
      <legend>{name}</legend>
      {(input.options ?? []).map((option, place) => (
        <label key={place}>
          <input
            type="radio"
            name={group}
            checked={isSame(option, input.value)}
            onChange={() => onChange(option)}
          />
          {labelOf(input, option, place)}
        </label>
      ))}
    </fieldset>
  );
}

function Slider({ id, input, onChange }: PartProps & { id: string }) {
  const {
    value,
    max = Math.max(100, Number(value) || 0),
    min = Math.min(0, max, Number(value) || 0),
  } = input;
  const shown = value ?? (min + max) / 2;
  return (
    <>
      <input
        id={id}
        type="range"
        min={min}
        max={max}
        step={input.step ?? (max - min) / 100}
        value={Number(shown)}
        onInput={(event) => onChange(Number(event.currentTarget.value))}
      />
      <span>{Number(shown)}</span>
    </>
  );
}
