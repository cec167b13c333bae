import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Dashboard } from '../../lib/answers/dashboards.ts';
import type { Problem } from '../../lib/dashboards/rules.ts';
import { useApp } from '../app-context.ts';
import { Failure, Notice } from '../controls/notice.tsx';
import { PageHead } from '../controls/page-head.tsx';
import { reads } from '../reads.ts';
import { paths } from '../routes.ts';
import { type Code, CodeEditor } from './code-editor.tsx';
import { DashboardView } from './dashboard-view.tsx';
import type { DashboardDocument } from './document.ts';
import { checkText, type Diagnostic, toDiagnostics } from './document-check.ts';
import type { Drawings } from './drawings.ts';
import { exportText, textOf } from './file.ts';
import { DiagnosticList } from './problem-lists.tsx';
import { keepDraft, readDraft, useSaving } from './saving.ts';
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
  if (dashboard.mayChange)
    return <Desk tenantId={tenantId} dashboard={dashboard} tables={tables} drawings={drawings} />;
  return (
    <div class="page narrow">
      <PageHead title={dashboard.name} />
      <Notice kind="info" title="You can’t edit this dashboard">
        <p>
          {dashboard.canned ? 'It is built in: copy it to edit the copy.' : 'Only managers can edit it.'}{' '}
          <a href={paths.dashboard(tenantId, dashboard.dashboardId)}>Back to the dashboard</a>
        </p>
      </Notice>
    </div>
  );
}

function Desk({ tenantId, dashboard, tables, drawings }: EditorProps) {
  const { dashboardId } = dashboard;
  const { api } = useApp();
  const saving = useSaving(tenantId, dashboard);
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
            <DashboardView tenantId={tenantId} document={document} tables={tables} drawings={drawings} />
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

interface ConflictProps {
  message: string | undefined;
  onTheirs: () => void;
  onMine: () => void;
}

function Conflict({ message, onTheirs, onMine }: ConflictProps) {
  return (
    <Notice kind="warning" title="Someone else changed it">
      <p>{message}</p>
      <p class="row">
        <button type="button" class="button small" onClick={onTheirs}>
          Load theirs, discard mine
        </button>
        <button type="button" class="button small danger" onClick={onMine}>
          Save mine over theirs
        </button>
      </p>
    </Notice>
  );
}

/** The draft of this version. A draft of an older one would silently undo later changes. */
function usableDraft(tenantId: number, { dashboardId, version }: Dashboard): string | undefined {
  const draft = readDraft(tenantId, dashboardId);
  return draft?.version === version ? draft.text : undefined;
}

/** Asks before the tab is closed with unsaved changes. */
function useLeaving(dirty: boolean) {
  useLayoutEffect(() => {
    if (!dirty) return;
    const ask = (event: Event) => event.preventDefault();
    window.addEventListener('beforeunload', ask);
    return () => window.removeEventListener('beforeunload', ask);
  }, [dirty]);
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
