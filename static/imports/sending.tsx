import { useEffect, useRef, useState } from 'preact/hooks';
import { forgetAnswers } from '../answers.ts';
import { useApp } from '../app-context.ts';
import { FormDialog } from '../controls/dialog.tsx';
import { Failure, Notice } from '../controls/notice.tsx';
import { useSubmission } from '../controls/submit.ts';
import { formatCount, plural } from '../format.ts';
import { paths } from '../routes.ts';
import { openCalls, type Pause } from './calls.ts';
import { type KeptImport, removeKept } from './kept.ts';
import { type PartSource, type SendingProgress, type SentImport, sendImport, takeBackKept } from './send.ts';
import { SettingsList } from './settings-list.tsx';

interface SendingProps {
  tenantId: number;
  kept: KeptImport;
  source: PartSource;
  /** Whether the browser keeps the parts, so that a reload loses nothing. */
  isKept: boolean;
  /** The list of imports has changed. */
  onChanged: () => void;
  /** Back to the beginning of the page. */
  onEnd: () => void;
}

/** Sends an import, says how far it is, and can be stopped and continued. */
export function Sending(props: SendingProps) {
  const { tenantId, kept, isKept, onEnd } = props;
  const { progress, pause, error, done, isStopped, stop, start } = useSending(props);
  const [cancelling, setCancelling] = useState(false);
  if (done) return <Done tenantId={tenantId} kept={kept} done={done} onEnd={onEnd} />;
  return (
    <section class="progress-box" aria-label="Import in progress">
      <div class="row">
        <h2 class="grow">Importing {kept.title}</h2>
        {isStopped ? (
          <button type="button" class="button primary" onClick={start}>
            Continue
          </button>
        ) : (
          <button type="button" class="button" onClick={stop}>
            Pause
          </button>
        )}
        <button
          type="button"
          class="button"
          onClick={() => {
            stop();
            setCancelling(true);
          }}
        >
          Cancel…
        </button>
      </div>
      <progress
        class="progress"
        value={progress?.done ?? 0}
        max={Math.max(1, progress?.of ?? 1)}
        aria-label={progress?.step === 'applying' ? 'Repositories stored' : 'Parts sent'}
      />
      <p role="status" class="muted">
        {toText(progress, pause, isStopped)}
      </p>
      <p class="hint">
        {isKept
          ? 'You may close this page: it offers to continue when you come back in this browser.'
          : 'Your browser keeps no copy. Leave this page open until it is done.'}
      </p>
      {error && <Failure error={error} />}
      {cancelling && (
        <CancelDialog
          kept={kept}
          onClose={() => setCancelling(false)}
          onCancelled={() => {
            setCancelling(false);
            onEnd();
          }}
        />
      )}
    </section>
  );
}

function toText(progress: SendingProgress | undefined, pause: Pause | null, isStopped: boolean): string {
  const far = !progress
    ? 'Beginning…'
    : progress.step === 'sending'
      ? `${formatCount(progress.done)} of ${plural(progress.of, 'part')} sent`
      : `All parts sent. ${formatCount(progress.done)} of ${plural(progress.of, 'repository', 'repositories')} stored`;
  if (isStopped) return `Paused. ${far}.`;
  if (pause?.reason === 'limit')
    return `${far}. The server takes only so many calls a minute: continuing in ${pause.seconds} s.`;
  if (pause) return `${far}. The server does not answer: trying again in ${pause.seconds} s.`;
  return progress ? `${far}.` : far;
}

interface SendingState {
  progress: SendingProgress | undefined;
  pause: Pause | null;
  error: Error | undefined;
  done: SentImport | undefined;
  isStopped: boolean;
  stop: () => void;
  start: () => void;
}

function useSending({ kept, source, onChanged }: SendingProps): SendingState {
  const { api } = useApp();
  const [progress, setProgress] = useState<SendingProgress>();
  const [pause, setPause] = useState<Pause | null>(null);
  const [error, setError] = useState<Error>();
  const [done, setDone] = useState<SentImport>();
  const [isStopped, setStopped] = useState(false);
  const leaving = useRef<AbortController>();

  function stop() {
    leaving.current?.abort();
    setStopped(true);
    setPause(null);
  }
  function start() {
    const own = new AbortController();
    leaving.current = own;
    setStopped(false);
    setError(undefined);
    const calls = openCalls(api, own.signal, (next) => own.signal.aborted || setPause(next));
    const send = () =>
      sendImport(calls, kept, source, (next) => {
        own.signal.throwIfAborted();
        setProgress(next);
      });
    inOnePage(kept.key, send)
      .then((found) => {
        forgetAnswers();
        setDone(found);
        onChanged();
      })
      .catch((reason: Error) => {
        if (own.signal.aborted) return;
        setError(reason);
        setStopped(true);
      });
  }
  useEffect(() => {
    start();
    return () => leaving.current?.abort();
  }, []);
  return { progress, pause, error, done, isStopped, stop, start };
}

const ELSEWHERE = new Error('Another window of this browser is sending this import. Close it there first.');

/** Two windows that send the same parts would only wait for each other. */
async function inOnePage<Result>(key: string, work: () => Promise<Result>): Promise<Result> {
  if (!navigator.locks) return work();
  return navigator.locks.request(`import ${key}`, { ifAvailable: true }, (lock) => {
    if (!lock) throw ELSEWHERE;
    return work();
  });
}

interface DoneProps {
  tenantId: number;
  kept: KeptImport;
  done: SentImport;
  onEnd: () => void;
}

/** Repositories that are linked at the end. */
const MAX_LINKED = 5;

function Done({ tenantId, kept, done, onEnd }: DoneProps) {
  const shown = done.repositories.slice(0, MAX_LINKED);
  return (
    <Notice kind="success" title="Imported">
      <p>
        {plural(kept.rows, 'row')} of {kept.title} are stored. You can take the import back at any time,
        below.
      </p>
      <ul>
        {shown.map(({ repositoryId, fullName }) => (
          <li key={repositoryId}>
            <a href={paths.repositoryOfAllTime(tenantId, repositoryId)}>See the history of {fullName}</a>
          </li>
        ))}
      </ul>
      {done.repositories.length > shown.length && (
        <p>
          <a href={paths.overviewOfAllTime(tenantId)}>See all repositories</a>
        </p>
      )}
      {done.settings.length > 0 && <SettingsList settings={done.settings} tense="done" />}
      <p>
        <button type="button" class="button" onClick={onEnd}>
          Import more
        </button>
      </p>
    </Notice>
  );
}

interface CancelDialogProps {
  kept: KeptImport;
  onClose: () => void;
  onCancelled: () => void;
}

function CancelDialog({ kept, onClose, onCancelled }: CancelDialogProps) {
  const { api } = useApp();
  const submission = useSubmission();
  const [left, setLeft] = useState<number>();

  function cancel() {
    void submission.run(async () => {
      await takeBackKept(api, kept, setLeft);
      await removeKept(kept.key).catch(() => undefined);
      onCancelled();
    });
  }
  return (
    <FormDialog
      title="Cancel this import?"
      action="Cancel import"
      leave="Keep it"
      danger
      submission={submission}
      onSubmit={cancel}
      onClose={onClose}
    >
      <p>What has arrived is taken back. Nothing of {kept.title} stays.</p>
      {left !== undefined && <p role="status">{plural(left, 'repository', 'repositories')} left.</p>}
    </FormDialog>
  );
}
