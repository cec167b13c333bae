import { useState } from 'preact/hooks';
import type { Read } from '../api.ts';
import { useApp } from '../app-context.ts';

interface CsvButtonProps {
  read: Read<unknown>;
  fileName: string;
  label?: string;
}

/** Downloads what is shown as CSV. */
export function CsvButton({ read, fileName, label = 'Download CSV' }: CsvButtonProps) {
  const { api } = useApp();
  const [busy, setBusy] = useState(false);
  const [share, setShare] = useState(0);
  const [error, setError] = useState<Error>();

  async function save() {
    setBusy(true);
    setShare(0);
    setError(undefined);
    try {
      offerFile(await api.csv(read, setShare), fileName);
    } catch (reason) {
      setError(reason as Error);
    } finally {
      setBusy(false);
    }
  }

  return (
    <>
      <button type="button" class="button small" onClick={() => void save()} disabled={busy}>
        {busy ? `Preparing…${share > 0 ? ` ${Math.round(share * 100)} %` : ''}` : label}
      </button>
      {error && (
        <span class="field-error" role="alert">
          {error.message}
        </span>
      )}
    </>
  );
}

/** Starts the download of a file. */
export function offerFile(file: Blob, fileName: string) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(file);
  link.download = fileName;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
