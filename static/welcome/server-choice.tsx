import type { InitRequest } from '../../actions/init.ts';
import { Field, SelectField } from '../controls/field.tsx';

export type Choice = InitRequest['server'];

interface ServerChoiceProps {
  choice: Choice;
  demoAvailable: boolean;
  onChange: (choice: Choice) => void;
  urlFault: string | undefined;
}

const KINDS = [
  { value: 'github', label: 'github.com' },
  { value: 'enterprise', label: 'GitHub Enterprise Server' },
];
const DEMO = { value: 'demo', label: 'Demo (simulated GitHub on this machine)' };

function toChoice(kind: string): Choice {
  if (kind === 'enterprise') return { kind, url: '' };
  return kind === 'demo' ? { kind } : { kind: 'github' };
}

/** Which GitHub the first tenant's repositories are on. */
export function ServerChoice({ choice, demoAvailable, onChange, urlFault }: ServerChoiceProps) {
  return (
    <>
      <SelectField
        label="GitHub server"
        value={choice.kind}
        options={demoAvailable ? [...KINDS, DEMO] : KINDS}
        onValue={(kind) => onChange(toChoice(kind))}
      />
      {choice.kind === 'enterprise' && (
        <Field
          label="Address of the server"
          type="url"
          required
          placeholder="https://github.example.com"
          value={choice.url}
          onValue={(url) => onChange({ kind: 'enterprise', url })}
          fault={urlFault}
        />
      )}
    </>
  );
}
