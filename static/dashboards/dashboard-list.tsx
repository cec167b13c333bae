import { useRef, useState } from 'preact/hooks';
import type { DashboardList as Answer, DashboardEntry } from '../../lib/answers/dashboards.ts';
import { MAX_DOCUMENT_BYTES } from '../../lib/dashboards/rules.ts';
import { useAnswer } from '../answers.ts';
import { DataTable } from '../controls/data-table.tsx';
import { Answered } from '../controls/loading.tsx';
import { Menu } from '../controls/menu.tsx';
import { Notice } from '../controls/notice.tsx';
import { PageHead } from '../controls/page-head.tsx';
import { Panel } from '../controls/panel.tsx';
import { formatInstant, plural } from '../format.ts';
import { reads } from '../reads.ts';
import { paths } from '../routes.ts';
import { CopyDialog, DeleteDialog, ImportDialog, type ImportedFile } from './dialogs.tsx';
import { NewDialog } from './new-dialog.tsx';

type Asked =
  | { what: 'new' }
  | { what: 'import'; imported: ImportedFile }
  | { what: 'copy' | 'delete'; dashboard: DashboardEntry };

/** All dashboards of a tenant: the built-in ones, and its own. */
export function DashboardList({ tenantId }: { tenantId: number }) {
  const loaded = useAnswer(reads.dashboards(tenantId));
  const [asked, setAsked] = useState<Asked>();
  const [fileError, setFileError] = useState<string>();
  const close = () => setAsked(undefined);
  const onFile = (file: File) => {
    setFileError(undefined);
    readDocument(file).then(
      (imported) => setAsked({ what: 'import', imported }),
      (error: Error) => setFileError(error.message),
    );
  };
  return (
    <div class="page" aria-busy={loaded.loading}>
      <PageHead
        title="Dashboards"
        actions={
          loaded.answer?.mayCreate && <Making onNew={() => setAsked({ what: 'new' })} onFile={onFile} />
        }
      />
      {fileError && (
        <Notice kind="error" title="This file is not a dashboard">
          <p>{fileError}</p>
        </Notice>
      )}
      <Answered loaded={loaded}>
        {(answer) => <Entries tenantId={tenantId} answer={answer} onAsk={setAsked} />}
      </Answered>
      {asked?.what === 'new' && <NewDialog tenantId={tenantId} onClose={close} />}
      {asked?.what === 'import' && (
        <ImportDialog tenantId={tenantId} imported={asked.imported} onClose={close} />
      )}
      {asked?.what === 'copy' && <CopyDialog tenantId={tenantId} of={asked.dashboard} onClose={close} />}
      {asked?.what === 'delete' && (
        <DeleteDialog
          tenantId={tenantId}
          dashboard={asked.dashboard}
          onClose={close}
          onDeleted={() => {
            close();
            loaded.reload();
          }}
        />
      )}
    </div>
  );
}

async function readDocument(file: File): Promise<ImportedFile> {
  if (file.size > MAX_DOCUMENT_BYTES) throw new Error('It is larger than 256 kB.');
  try {
    const text = await file.text();
    const document: unknown = JSON.parse(text);
    if (typeof document === 'object' && document !== null && 'tabs' in document)
      return { document: document as Record<string, unknown>, text };
  } catch (error) {
    throw new Error(`It is not JSON: ${(error as Error).message}`);
  }
  throw new Error('It has no tabs. Choose a file that was exported from a dashboard.');
}

function Making({ onNew, onFile }: { onNew: () => void; onFile: (file: File) => void }) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <button type="button" class="button small" onClick={() => input.current?.click()}>
        Import…
      </button>
      <input
        ref={input}
        type="file"
        accept=".json,application/json"
        aria-label="Dashboard file"
        hidden
        onChange={(event) => {
          const [file] = event.currentTarget.files ?? [];
          event.currentTarget.value = '';
          if (file) onFile(file);
        }}
      />
      <button type="button" class="button small primary" onClick={onNew}>
        New dashboard…
      </button>
    </>
  );
}

interface EntriesProps {
  tenantId: number;
  answer: Answer;
  onAsk: (asked: Asked) => void;
}

const COLUMNS = [{ label: 'Dashboard' }, { label: 'Changed' }, { label: 'Actions', unseen: true }];

function Entries({ tenantId, answer: { dashboards, mayCreate }, onAsk }: EntriesProps) {
  return (
    <Panel title={plural(dashboards.length, 'dashboard')}>
      <DataTable label="Dashboards" columns={COLUMNS} cards>
        {dashboards.map((dashboard) => (
          <tr key={dashboard.dashboardId}>
            <th scope="row" class="name">
              <a href={paths.dashboard(tenantId, dashboard.dashboardId)}>{dashboard.name}</a>
              {dashboard.canned && <span class="tag">Built-in</span>}
            </th>
            <td class="when" data-label="Changed">
              {dashboard.changedAt ? `${formatInstant(dashboard.changedAt)} by ${dashboard.changedBy}` : '–'}
            </td>
            <td class="actions">
              {dashboard.mayChange && (
                <a class="button small" href={paths.editDashboard(tenantId, dashboard.dashboardId)}>
                  Edit<span class="unseen"> {dashboard.name}</span>
                </a>
              )}
              {mayCreate && (
                <button type="button" class="button small" onClick={() => onAsk({ what: 'copy', dashboard })}>
                  Copy…<span class="unseen"> {dashboard.name}</span>
                </button>
              )}
              {dashboard.mayChange && (
                <Menu
                  label={`Actions for ${dashboard.name}`}
                  items={[
                    { label: 'Delete…', danger: true, onPick: () => onAsk({ what: 'delete', dashboard }) },
                  ]}
                />
              )}
            </td>
          </tr>
        ))}
      </DataTable>
    </Panel>
  );
}
