import { useEffect, useRef, useState } from 'preact/hooks';
import type { Import, ImportedSetting } from '../../lib/answers/imports.ts';
import { TOOLS, type ToolId } from '../../lib/imports/history.ts';
import { useAnswer } from '../answers.ts';
import { useApp } from '../app-context.ts';
import { DataTable } from '../controls/data-table.tsx';
import { ClosingFoot, Dialog, FormDialog } from '../controls/dialog.tsx';
import { Answered } from '../controls/loading.tsx';
import { Pager } from '../controls/pager.tsx';
import { Panel } from '../controls/panel.tsx';
import { useSubmission } from '../controls/submit.ts';
import { formatCount, formatInstant, formatRecent, formatSpan, plural } from '../format.ts';
import { usePlace } from '../location.ts';
import { reads } from '../reads.ts';
import { paths } from '../routes.ts';
import { openCalls, type Pause } from './calls.ts';
import { takeBack } from './send.ts';
import { SettingsList } from './settings-list.tsx';

const toolOf = (tool: string) => TOOLS[tool as ToolId] ?? tool;

interface PastImportsProps {
  tenantId: number;
  /** Raised when an import was sent or discarded. */
  round: number;
}

/** What was imported, by whom and from which files, to look at and to take back. */
export function PastImports({ tenantId, round }: PastImportsProps) {
  const place = usePlace();
  const list = useAnswer(reads.imports(tenantId, { page: place.query.get('page') }));
  const [looking, setLooking] = useState<Import>();
  const [taking, setTaking] = useState<Import>();
  const known = useRef(round);
  useEffect(() => {
    if (known.current !== round) list.reload();
    known.current = round;
  }, [round]);

  function close() {
    setTaking(undefined);
    list.reload();
  }
  return (
    <Panel title="Past imports">
      <Answered loaded={list}>
        {({ imports, page }) =>
          imports.length === 0 ? (
            <p class="none">None yet.</p>
          ) : (
            <>
              <Table imports={imports} onLook={setLooking} onTake={setTaking} />
              <Pager page={page} things="imports" />
            </>
          )
        }
      </Answered>
      {looking && <DetailDialog tenantId={tenantId} one={looking} onClose={() => setLooking(undefined)} />}
      {taking && <TakeBackDialog tenantId={tenantId} one={taking} onClose={close} />}
    </Panel>
  );
}

interface TableProps {
  imports: readonly Import[];
  onLook: (one: Import) => void;
  onTake: (one: Import) => void;
}

function Table({ imports, onLook, onTake }: TableProps) {
  return (
    <DataTable
      label="Past imports"
      cards
      columns={[
        { label: 'When, and who' },
        { label: 'Recognised as' },
        { label: 'Files', numeric: true },
        { label: 'Repositories', numeric: true },
        { label: 'Days', numeric: true },
        { label: 'From – to' },
        { label: 'State' },
        { label: 'Actions', unseen: true },
      ]}
    >
      {imports.map((one) => (
        <tr key={one.importId}>
          <th scope="row">
            {formatRecent(one.createdAt)}
            <span class="muted small block">{one.author}</span>
          </th>
          <td data-label="Recognised as">{one.tools.map(toolOf).join(', ') || '–'}</td>
          <td class="number" data-label="Files">
            {formatCount(one.fileCount)}
          </td>
          <td class="number" data-label="Repositories">
            {formatCount(one.repositoryCount)}
          </td>
          <td class="number" data-label="Days">
            {formatCount(one.dayCount)}
          </td>
          <td data-label="From – to">
            {one.firstDate && one.lastDate ? formatSpan(one.firstDate, one.lastDate) : '–'}
          </td>
          <td data-label="State">
            <Status one={one} />
          </td>
          <td class="actions">
            <button type="button" class="button small" onClick={() => onLook(one)}>
              Details…<span class="unseen"> of the import of {formatRecent(one.createdAt)}</span>
            </button>
            {one.status !== 'taken back' && (
              <button type="button" class="button small" onClick={() => onTake(one)}>
                Take back…<span class="unseen"> the import of {formatRecent(one.createdAt)}</span>
              </button>
            )}
          </td>
        </tr>
      ))}
    </DataTable>
  );
}

function Status({ one: { status, receivedCount, partCount, finishedAt } }: { one: Import }) {
  switch (status) {
    case 'complete':
      return <span class="tag success">imported</span>;
    case 'taken back':
      return <span class="tag">taken back{finishedAt ? ` ${formatRecent(finishedAt)}` : ''}</span>;
    case 'taking back':
      return <span class="tag warning">taken back in part</span>;
    default:
      return (
        <span class="tag warning">
          not complete: {formatCount(receivedCount)} of {plural(partCount, 'part')}
        </span>
      );
  }
}

interface DialogProps {
  tenantId: number;
  one: Import;
  onClose: () => void;
}

/** More would be slow to draw. */
const MAX_SHOWN = 300;

/** The files of an import, and the repositories that it told of. */
function DetailDialog({ tenantId, one, onClose }: DialogProps) {
  const detail = useAnswer(reads.import(tenantId, one.importId));
  return (
    <Dialog title={`Import of ${formatInstant(one.createdAt)}`} wide onClose={onClose}>
      <div class="dialog-body">
        <p class="muted">
          By {one.author}. {plural(one.dayCount, 'day')} in {plural(one.partCount, 'part')}.
        </p>
        <Answered loaded={detail}>
          {({ files, repositories, settings }) => (
            <>
              <h3>{plural(one.repositoryCount, 'repository', 'repositories')}</h3>
              {repositories.length === 0 && <p class="muted">None is left: the import was taken back.</p>}
              <ul class="columns">
                {repositories.slice(0, MAX_SHOWN).map(({ repositoryId, fullName }) => (
                  <li key={repositoryId}>
                    <a href={paths.repositoryOfAllTime(tenantId, repositoryId)}>{fullName}</a>
                  </li>
                ))}
              </ul>
              {settings.length > 0 && (
                <>
                  <h3>Groups and dashboards</h3>
                  <SettingsList settings={settings} tense="done" />
                </>
              )}
              <h3>{plural(one.fileCount, 'file')}</h3>
              <DataTable
                label="Files"
                cards
                columns={[{ label: 'File' }, { label: 'Recognised as' }, { label: 'Bytes', numeric: true }]}
              >
                {files.slice(0, MAX_SHOWN).map(({ path, size, sha256, tool }) => (
                  <tr key={path}>
                    <th scope="row" class="file-name">
                      {path}
                      <code class="small block">SHA-256 {sha256}</code>
                    </th>
                    <td data-label="Recognised as">{tool === null ? '–' : toolOf(tool)}</td>
                    <td class="number" data-label="Bytes">
                      {formatCount(size)}
                    </td>
                  </tr>
                ))}
              </DataTable>
              {one.fileCount > MAX_SHOWN && (
                <p class="hint">…and {formatCount(one.fileCount - MAX_SHOWN)} more.</p>
              )}
            </>
          )}
        </Answered>
      </div>
      <ClosingFoot onClose={onClose} />
    </Dialog>
  );
}

/** Asks before an import is taken back, and does it bit by bit. */
function TakeBackDialog({ tenantId, one, onClose }: DialogProps) {
  const { api } = useApp();
  const submission = useSubmission();
  const [left, setLeft] = useState<number>();
  const [staying, setStaying] = useState<ImportedSetting[]>();
  const [pause, setPause] = useState<Pause | null>(null);
  const leaving = useRef(new AbortController());
  useEffect(() => () => leaving.current.abort(), []);
  const of = Math.max(1, one.repositoryCount);

  function take() {
    void submission.run(async () => {
      const calls = openCalls(api, leaving.current.signal, setPause);
      const found = await takeBack(calls, `imports/${tenantId}/${one.importId}`, setLeft);
      if (found.length === 0) onClose();
      else setStaying(found);
    });
  }
  if (staying)
    return (
      <Dialog title="The import is taken back" onClose={onClose}>
        <div class="dialog-body">
          <p>These stay. Delete them on their own pages if you do not need them.</p>
          <SettingsList settings={staying} tense="taken back" />
        </div>
        <ClosingFoot onClose={onClose} />
      </Dialog>
    );
  return (
    <FormDialog
      title="Take this import back?"
      action="Take back"
      leave={submission.busy ? 'Close' : 'Keep it'}
      danger
      submission={submission}
      onSubmit={take}
      onClose={onClose}
    >
      <p>
        What {one.author} imported {formatRecent(one.createdAt)} is removed: {plural(one.dayCount, 'day')} of{' '}
        {plural(one.repositoryCount, 'repository', 'repositories')}. What was collected, and what other
        imports say, stays as if this import had never been. Groups and dashboards that it made go too, unless
        somebody has changed them or uses them.
      </p>
      {submission.busy && (
        <>
          <progress class="progress" value={of - (left ?? of)} max={of} aria-label="Repositories done" />
          <p role="status" class="muted">
            {left === undefined ? 'Beginning…' : `${plural(left, 'repository', 'repositories')} left.`}
            {pause && ` Continuing in ${pause.seconds} s.`}
          </p>
        </>
      )}
    </FormDialog>
  );
}
