import { Field } from '../controls/field.tsx';

interface SecretFieldProps {
  secret: string;
  onChange: (secret: string) => void;
  error?: string | undefined;
}

/** The secret that the deployment printed. */
export function SecretField({ secret, onChange, error }: SecretFieldProps) {
  return (
    <Field
      label="Installation secret"
      type="password"
      autoComplete="off"
      required
      value={secret}
      onValue={onChange}
      hint="INIT_SECRET, which the deployment printed."
      error={error}
    />
  );
}
