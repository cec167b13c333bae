import { Icon } from '../controls/icon.tsx';

interface Step {
  title: string;
  /** What was entered, or how far it is. */
  detail?: string | undefined;
}

interface StepsProps {
  steps: Step[];
  /** The index of the present one; the ones before are done. */
  current: number;
  /** In one row. */
  across?: boolean;
}

/** How far the setup is. */
export function Steps({ steps, current, across }: StepsProps) {
  return (
    <ol class={across ? 'steps across' : 'steps'} aria-label="Setting up">
      {steps.map(({ title, detail }, index) => (
        <li
          key={title}
          class={index < current ? 'done' : index === current ? 'now' : undefined}
          aria-current={index === current ? 'step' : undefined}
        >
          <span class="step-mark">{index < current ? <Icon name="check" /> : index + 1}</span>
          <span>
            <b>{title}</b>
            {detail}
          </span>
        </li>
      ))}
    </ol>
  );
}
