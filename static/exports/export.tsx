import { useEffect, useRef, useState } from 'preact/hooks';
import type { ExportPlan } from '../../lib/answers/exports.ts';
import { estimateBytes, type FileKind, folderNameOf } from '../../lib/exports/description.ts';
import { EXPORT_TABLES, type ExportTable, LEFT_OUT } from '../../lib/exports/format.ts';
import type { ExportProgress } from '../../lib/exports/writer.ts';
import { useAnswer } from '../answers.ts';
import { useApp } from '../app-context.ts';
import { DataTable } from '../controls/data-table.tsx';
import { SelectField } from '../controls/field.tsx';
import { Answered } from '../controls/loading.tsx';
import { Empty, Failure, Notice } from '../controls/notice.tsx';
import { PageHead } from '../controls/page-head.tsx';
import { Panel } from '../controls/panel.tsx';
import { formatCount, plural } from '../format.ts';
import { reads } from '../reads.ts';
import style from '../style/exports.css' with { type: 'text' };
import { openSaving } from './saving.ts';

const sheet = new CSSStyleSheet();
sheet.replaceSync(style);
document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];

/** What is exported, how large it is, and the export itself. */
export function Export({ tenantId }: { tenantId: number }) {
  const plan = useAnswer(reads.exportPlan(tenantId));
  return (
    <div class="page" aria-busy={plan.loading}>
      <PageHead
        title="Export"
        below={
          <p class="lead">
            Everything that is kept of this tenant and that you may see, in one ZIP. You can import it again,
            here or elsewhere.
          </p>
        }
      />
      <Answered loaded={plan}>
        {(answer) =>
          answer.tables.some(({ rows }) => rows > 0) ? (
            <Exporting tenantId={tenantId} plan={answer} />
          ) : (
            <Empty title="Nothing to export yet">
              <p>Add a repository and collect it: then its figures are here.</p>
            </Empty>
          )
        }
      </Answered>
    </div>
  );
}

const KINDS: { value: FileKind; label: string; hint: string }[] = [
  {
    value: 'csv',
    label: 'CSV and JSON',
    hint: 'For spreadsheets, for scripts, and to import it again. Safe to open: nothing in it runs as a formula.',
  },
  {
    value: 'parquet',
    label: 'Parquet',
    hint: 'For DuckDB, pandas, Spark and the like. It cannot be imported again.',
  },
];

/** What an export is doing. `failed`: a part could not be read, and can be asked for again. */
type State =
  | { step: 'idle' }
  | { step: 'running'; progress: ExportProgress | null; failure: Error | null }
  | { step: 'saved'; rows: number; bytes: number }
  | { step: 'failed'; error: Error };

/** A running export, for the buttons beside it. */
interface Running {
  cancel: AbortController;
  retry: (() => void) | null;
}

function Exporting({ tenantId, plan }: { tenantId: number; plan: ExportPlan }) {
  const { api } = useApp();
  const [kind, setKind] = useState<FileKind>('csv');
  const [state, setState] = useState<State>({ step: 'idle' });
  const running = useRef<Running | null>(null);
  // Who leaves the page leaves the export.
  useEffect(() => () => running.current?.cancel.abort(), []);
  const isRunning = state.step === 'running';
  const shown = KINDS.find(({ value }) => value === kind);
  const name = `${folderNameOf(plan)}.zip`;
  const expected = estimateBytes(plan.tables, kind);

  async function begin() {
    const saving = await openSaving(name, expected).catch((error: Error) => {
      setState({ step: 'failed', error });
      return null;
    });
    if (!saving) return;
    const cancel = new AbortController();
    const { signal } = cancel;
    running.current = { cancel, retry: null };
    const show = (progress: ExportProgress | null, failure: Error | null) =>
      setState({ step: 'running', progress, failure });
    show(null, null);
    let last: ExportProgress | null = null;
    try {
      const { writeExport } = await import('../../lib/exports/writer.ts');
      const source = {
        plan: () => api.read(reads.exportPlan(tenantId), signal),
        part: (table: ExportTable, cursor: string) =>
          api.read(reads.exportPart(tenantId, table, cursor), signal),
      };
      const written = await writeExport(source, {
        kind,
        signal,
        write: (bytes) => saving.write(bytes),
        onProgress: (progress) => {
          last = progress;
          show(progress, null);
        },
        onFailure: (error) => {
          show(last, error);
          return new Promise((resolve, reject) => {
            signal.addEventListener('abort', () => reject(signal.reason));
            if (running.current) running.current.retry = resolve;
          });
        },
      });
      await saving.end();
      const rows = written.tables.reduce((sum, table) => sum + table.rows, 0);
      setState({ step: 'saved', rows, bytes: written.bytes });
    } catch (error) {
      await saving.abandon().catch(() => undefined);
      setState(signal.aborted ? { step: 'idle' } : { step: 'failed', error: error as Error });
    } finally {
      running.current = null;
    }
  }

  return (
    <>
      <section class="card panel export-form" aria-label="Export">
        <div class="panel-body">
          <SelectField
            label="Files"
            value={kind}
            options={KINDS.map(({ value, label }) => ({ value, label }))}
            onValue={(value) => setKind(value as FileKind)}
            disabled={isRunning}
            hint={shown?.hint}
          />
          {state.step === 'running' ? (
            <Progress
              state={state}
              onRetry={() => running.current?.retry?.()}
              onCancel={() => running.current?.cancel.abort()}
            />
          ) : (
            <p>
              <button type="button" class="button primary" onClick={() => void begin()}>
                Export about {formatSize(expected)}
              </button>
            </p>
          )}
        </div>
      </section>
      {state.step === 'saved' && (
        <Notice kind="success" title={`${name} is saved`}>
          <p>
            {plural(state.rows, 'row')}, {formatSize(state.bytes)}. <code>README.md</code> in it says what
            each column means.
          </p>
        </Notice>
      )}
      {state.step === 'failed' && <Failure error={state.error} retry={() => void begin()} />}
      <Contents plan={plan} />
    </>
  );
}

interface ProgressProps {
  state: Extract<State, { step: 'running' }>;
  onRetry: () => void;
  onCancel: () => void;
}

function Progress({ state: { progress, failure }, onRetry, onCancel }: ProgressProps) {
  const { rows = 0, totalRows = 1, bytes = 0, table = null } = progress ?? {};
  const share = Math.min(1, rows / Math.max(1, totalRows));
  return (
    <div class="progress-box">
      <progress class="progress" aria-label="Exported rows" max={1} value={share} />
      <p role="status">
        {formatCount(rows)} of {plural(totalRows, 'row')}, {formatSize(bytes)}
        {table && <span class="muted"> · {titleOf(table)}</span>}
      </p>
      {failure && <Failure error={failure} />}
      <p class="toolbar">
        {failure && (
          <button type="button" class="button primary small" onClick={onRetry}>
            Go on
          </button>
        )}
        <button type="button" class="button small" onClick={onCancel}>
          Cancel
        </button>
      </p>
    </div>
  );
}

function Contents({ plan }: { plan: ExportPlan }) {
  const tables = plan.tables.filter(({ table }) => table in EXPORT_TABLES);
  return (
    <>
      <Panel title="What is in it">
        <DataTable
          label="What is in it"
          columns={[{ label: 'File' }, { label: 'What it holds' }, { label: 'Rows', numeric: true }]}
        >
          {tables.map(({ table, rows }) => (
            <tr key={table}>
              <th scope="row">{titleOf(table as ExportTable)}</th>
              <td class="wrap">{EXPORT_TABLES[table as ExportTable].meaning.replaceAll('`', '')}</td>
              <td class="number">{formatCount(rows)}</td>
            </tr>
          ))}
        </DataTable>
      </Panel>
      <Panel title="What is left out">
        <ul class="panel-body left-out">
          {LEFT_OUT.map((one) => (
            <li key={one}>{one.charAt(0).toUpperCase() + one.slice(1)}</li>
          ))}
        </ul>
      </Panel>
    </>
  );
}

/** A table's name as a title: "Traffic days". */
function titleOf(table: ExportTable): string {
  const words = table.replaceAll('-', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** A size for people, such as 3.4 MB. */
function formatSize(bytes: number): string {
  if (bytes < 1e6) return `${Math.max(1, Math.round(bytes / 1e3))} kB`;
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}
