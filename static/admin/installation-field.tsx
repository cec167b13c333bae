import { useAnswer } from '../answers.ts';
import { Failure } from '../controls/failure.tsx';
import { SelectField } from '../controls/field.tsx';
import { reads } from '../reads.ts';

interface InstallationFieldProps {
  serverId: number;
  /** Empty: none is chosen yet. */
  value: string;
  onValue: (installationId: string) => void;
}

/** With which installation of the server's app a tenant reads. */
export function InstallationField({ serverId, value, onValue }: InstallationFieldProps) {
  const { answer, error, loading, reload } = useAnswer(reads.installations(serverId));
  if (error) return <Failure error={error} retry={reload} />;
  const found = answer?.installations ?? [];
  const none = loading ? 'Asking GitHub…' : found.length === 0 ? 'It is installed nowhere yet' : 'Choose…';
  return (
    <SelectField
      label="Installation of the GitHub App"
      value={value}
      options={[
        { value: '', label: none },
        ...found.map(({ id, account, suspended }) => ({
          value: String(id),
          label: suspended ? `${account} (suspended)` : account,
        })),
      ]}
      onValue={onValue}
      hint="The organization or user whose repositories the tenant may track."
    />
  );
}

interface ReadsWithProps {
  value: 'token' | 'app';
  onValue: (value: 'token' | 'app') => void;
}

/** Whether a tenant reads with a token or with the server's app. */
export function ReadsWithField({ value, onValue }: ReadsWithProps) {
  return (
    <SelectField
      label="Reads with"
      value={value}
      options={[
        { value: 'token', label: 'A personal token' },
        { value: 'app', label: 'The GitHub App' },
      ]}
      onValue={(chosen) => onValue(chosen === 'app' ? 'app' : 'token')}
    />
  );
}
