import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Dashboard } from '../../lib/answers/dashboards.ts';
import type { Problem } from '../../lib/dashboards/rules.ts';
import { useApp } from '../app-context.ts';
import { Failure } from '../controls/notice.tsx';
import { PageHead } from '../controls/page-head.tsx';
import { RangeMenu } from '../controls/range-menu.tsx';
import { reads } from '../reads.ts';
import { paths } from '../routes.ts';
import { type Code, CodeEditor } from './code-editor.tsx';
import { Conflict, useLeaving } from './conflict.tsx';
import { DashboardView, useNamedDays } from './dashboard-view.tsx';
import type { DashboardDocument } from './document.ts';
import { checkText, type Diagnostic, toDiagnostics } from './document-check.ts';
import type { Drawings } from './drawings.ts';
import { exportText, textOf } from './file.ts';
import { DiagnosticList } from './problem-lists.tsx';
import { keepDraft, usableDraft, useSaving } from './saving.ts';
import { loadVegaLiteSchema } from './schema.ts';
import type { Tables } from './tables.ts';

const PAUSE_MS = 400;
const NONE: Problem[] = [];

interface EditorProps {
  tenantId: number;
  dashboard: Dashboard;
  tables: Tables;
  drawings: Drawings;
}

/** Edits a dashboard's text, with its problems and a preview. */
export function Editor({ tenantId, dashboard, tables, drawings }: EditorProps) {
  const { dashboardId } = dashboard;
  const { api } = useApp();
  const saving = useSaving(tenantId, dashboard);
  const days = useNamedDays();
  const [stored, setStored] = useState(() => textOf(dashboard));
  const [first] = useState(() => usableDraft(tenantId, dashboard) ?? stored);
  const [text, setText] = useState(first);
  const code = useRef<Code>();
  const [sent, setSent] = useState('');
  const { version } = saving;
  const known = sent === text ? saving.problems : NONE;
  const { diagnostics, document, busy } = useChecked({ text, version, known, code });
  const dirty = text !== stored;

  // Before the next paint: the tab may be closed by then.
  useLayoutEffect(() => {
    keepDraft(tenantId, dashboardId, dirty ? { version, text } : undefined);
  }, [tenantId, dashboardId, dirty, version, text]);
  useLeaving(dirty);

  async function save(over?: number) {
    const kept = code.current?.text() ?? text;
    const { document: wanted } = checkText(kept, over ?? version);
    setSent(kept);
    if (wanted && (await saving.save({ document: wanted, text: kept }, over))) setStored(kept);
  }

  async function takeTheirs() {
    const theirs = await api.read(reads.dashboard(tenantId, dashboardId));
    const loaded = textOf(theirs);
    saving.restart(theirs.version);
    setStored(loaded);
    code.current?.replace(loaded);
  }

  const { submission, conflict } = saving;
  const state = {
    dirty,
    saving: submission.busy,
    savable: dirty && !busy && diagnostics.length === 0 && !submission.busy,
  };
  return (
    <div class="page wide dashboard">
      <PageHead
        title={`Edit ${dashboard.name}`}
        above={<Crumbs tenantId={tenantId} dashboard={dashboard} />}
        actions={
          <Actions
            state={state}
            onExport={() => exportText(text, dashboard.name)}
            onSave={() => void save()}
          />
        }
      />
      {conflict !== undefined && (
        <Conflict
          message={submission.error?.message}
          onTheirs={() => void takeTheirs()}
          onMine={() => void save(conflict)}
        />
      )}
      {submission.error && conflict === undefined && <Failure error={submission.error} />}
      <div class="desk">
        <section class="panel desk-text" aria-label="Text">
          <CodeEditor
            text={first}
            onChange={setText}
            onOpen={(opened) => {
              code.current = opened;
            }}
          />
          <DiagnosticList text={text} diagnostics={diagnostics} onReveal={(at) => code.current?.reveal(at)} />
        </section>
        <section class="desk-preview" aria-label="Preview">
          {document && (
            <DashboardView
              tenantId={tenantId}
              document={document}
              tables={tables}
              drawings={drawings}
              toolbar={<RangeMenu shown={days} standard={document.range} stepless />}
            />
          )}
        </section>
      </div>
    </div>
  );
}

function Crumbs({ tenantId, dashboard }: { tenantId: number; dashboard: Dashboard }) {
  return (
    <p class="crumbs">
      <a href={paths.dashboards(tenantId)}>Dashboards</a> /{' '}
      <a href={paths.dashboard(tenantId, dashboard.dashboardId)}>{dashboard.name}</a>
    </p>
  );
}

interface ActionsProps {
  state: { dirty: boolean; saving: boolean; savable: boolean };
  onExport: () => void;
  onSave: () => void;
}

function Actions({ state: { dirty, saving, savable }, onExport, onSave }: ActionsProps) {
  return (
    <>
      <span class="muted" role="status">
        {dirty ? 'Not saved' : 'Saved'}
      </span>
      <button type="button" class="button small" onClick={onExport}>
        Export
      </button>
      <button type="button" class="button small primary" disabled={!savable} onClick={onSave}>
        {saving ? 'Saving…' : 'Save'}
      </button>
    </>
  );
}

interface Asked {
  text: string;
  /** The version that the text would be saved over. */
  version: number;
  /** What the API answered about this text. */
  known: Problem[];
  code: { current: Code | undefined };
}

/** What is wrong with the text and the last document that could be drawn, a moment after you stop typing. */
function useChecked({ text, version, known, code }: Asked) {
  const [checked, setChecked] = useState<{ diagnostics: Diagnostic[]; of: string }>({
    diagnostics: [],
    of: '',
  });
  const [document, setDocument] = useState<DashboardDocument>();
  const [round, setRound] = useState(0);
  const check = useCallback(() => {
    const found = checkText(text, version);
    const diagnostics = [...found.diagnostics, ...(found.document ? toDiagnostics(text, known) : [])];
    setChecked({ diagnostics, of: text });
    if (found.document) setDocument(found.document);
    code.current?.mark(diagnostics);
  }, [text, version, known, code]);
  useEffect(() => {
    const timer = setTimeout(check, PAUSE_MS);
    return () => clearTimeout(timer);
  }, [check, round]);
  useEffect(() => {
    loadVegaLiteSchema().then(
      () => setRound(1),
      () => undefined,
    );
  }, []);
  return { diagnostics: checked.diagnostics, document, busy: checked.of !== text };
}
