import { useState } from 'preact/hooks';
import type { Report } from '../../lib/answers/reports.ts';
import { useApp } from '../app-context.ts';
import { offerFile } from '../controls/download.tsx';
import { Menu } from '../controls/menu.tsx';
import { reads } from '../reads.ts';

const FORMS = [
  { as: 'markdown', label: 'Markdown', ending: 'md', type: 'text/markdown' },
  { as: 'html', label: 'HTML file', ending: 'html', type: 'text/html' },
  { as: 'json', label: 'JSON', ending: 'json', type: 'application/json' },
] as const;
type Form = (typeof FORMS)[number];

interface DownloadMenuProps {
  tenantId: number;
  /** How the API is asked for the report. */
  request: Record<string, string | null>;
  report: Report | undefined;
}

/** Saves the report as a file. */
export function DownloadMenu({ tenantId, request, report }: DownloadMenuProps) {
  const { api } = useApp();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<Error>();

  async function save(form: Form, shown: Report) {
    setBusy(true);
    setError(undefined);
    try {
      const answer = await api.text(reads.report(tenantId, { ...request, as: form.as }));
      const file = new Blob([await answer.text()], { type: form.type });
      offerFile(file, `${fileNameOf(shown)}.${form.ending}`);
    } catch (reason) {
      setError(reason as Error);
    } finally {
      setBusy(false);
    }
  }

  return (
    <>
      <Menu
        label={busy ? 'Preparing the file' : 'Download'}
        class="button icon"
        icon="download"
        items={FORMS.map((form) => ({
          label: form.label,
          disabled: !report || busy,
          onPick: () => report && void save(form, report),
        }))}
      />
      {error && (
        <span class="field-error" role="alert">
          {error.message}
        </span>
      )}
    </>
  );
}

/** Such as 'report-2026-10' or 'report-2026-10-03-to-2026-10-20'. */
const fileNameOf = ({ period: { key, from, to } }: Report) => `report-${key ?? `${from}-to-${to}`}`;
