import { useState } from 'preact/hooks';
import type { Read } from '../api.ts';
import { useApp } from '../app-context.ts';
import { offerFile } from './offer-file.ts';

interface CsvButtonProps {
  read: Read<unknown>;
  fileName: string;
  label?: string;
}

/** Saves what is shown as a CSV file. */
export function CsvButton({ read, fileName, label = 'Download CSV' }: CsvButtonProps) {
  const { api } = useApp();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<Error>();

  async function save() {
    setBusy(true);
    setError(undefined);
    try {
      offerFile(await api.csv(read), fileName);
    } catch (reason) {
      setError(reason as Error);
    } finally {
      setBusy(false);
    }
  }

  return (
    <>
      <button type="button" class="button small" onClick={() => void save()} disabled={busy}>
        {busy ? 'Preparing…' : label}
      </button>
      {error && (
        <span class="fault" role="alert">
          {error.message}
        </span>
      )}
    </>
  );
}
