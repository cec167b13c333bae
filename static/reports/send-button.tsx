import { useState } from 'preact/hooks';
import type { Report } from '../../lib/answers/reports.ts';
import { Icon } from '../controls/icon.tsx';
import { lazy } from '../controls/loading.tsx';
import type { SendDialogProps } from './send-dialog.tsx';

const SendDialog = lazy<SendDialogProps>(
  async () => (await import('./send-dialog.tsx')).SendDialog,
  () => null,
);

/** Opens the dialog that sends the report; undefined until it is known. */
export function SendButton({ report }: { report: Report | undefined }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <button type="button" class="button" disabled={!report} onClick={() => setOpen(true)}>
        <Icon name="mail" /> Send…
      </button>
      {open && report && <SendDialog report={report} onClose={() => setOpen(false)} />}
    </>
  );
}
