import { useState } from 'preact/hooks';
import { type ReadAnswers, TOOLS } from '../../lib/imports/history.ts';
import { mayInTenant } from '../access.ts';
import { useMe } from '../app-context.ts';
import { Empty, Failure, Notice } from '../controls/notice.tsx';
import { Panel } from '../controls/panel.tsx';
import { formatCount, plural } from '../format.ts';
import { totalsOf } from './comparison.ts';
import { ComparisonPanel } from './comparison-panel.tsx';
import type { ChosenFile } from './files.ts';
import { FilesDialog } from './files-dialog.tsx';
import { type KeptImport, keepImport, removeKept } from './kept.ts';
import { ProblemLists } from './problem-list.tsx';
import type { ReadProgress, ReadSummary, RepositorySummary } from './protocol.ts';
import { hintsOf, Questions } from './questions.tsx';
import type { Reader } from './reading.ts';
import { RepositoryTable, untracked } from './repository-table.tsx';
import { titleOf, toolsOf, toRequest } from './request.ts';
import { keptSource, type PartSource } from './send.ts';
import { SettingsPanel } from './settings-list.tsx';
import { type Comparing, useComparison } from './use-comparison.ts';
import { type Destinations, useDestinations } from './use-destinations.ts';
import { useReading } from './use-reading.ts';

/** An import that is ready to be sent. */
export interface Ready {
  kept: KeptImport;
  source: PartSource;
  isKept: boolean;
}

interface PreviewProps {
  tenantId: number;
  files: ChosenFile[];
  onCancel: () => void;
  onImport: (ready: Ready) => void;
}

/** What is in the files, where it would go and what it would change. Nothing is stored yet. */
export function Preview({ tenantId, files, onCancel, onImport }: PreviewProps) {
  const { me } = useMe();
  const [answers, setAnswers] = useState<ReadAnswers>({});
  const { reader, summary, progress, error, keepReader } = useReading(files, answers);
  const destinations = useDestinations(tenantId, summary);
  const isDecided = summary !== undefined && isReadyToCompare(summary, destinations);
  const comparing = useComparison(tenantId, progress || !isDecided ? null : reader, destinations.targets);
  const mayTrack = mayInTenant(me, tenantId, 'changeRepositories');

  async function begin() {
    const { plan } = comparing;
    if (!reader || !summary || !plan) return;
    const kept: KeptImport = {
      key: '',
      tenantId,
      email: me.email,
      title: titleOf(summary),
      startedAt: new Date().toISOString(),
      request: toRequest(summary, destinations.targets, plan),
      rows: plan.rows,
    };
    const ready = await keep(reader, { ...kept, key: kept.request.key });
    if (!ready.isKept) keepReader();
    onImport(ready);
  }

  return (
    <>
      {error && <Failure error={error} />}
      {progress && <ReadingProgress progress={progress} onCancel={onCancel} />}
      {summary && (
        <Recognised
          summary={summary}
          destinations={destinations}
          comparing={comparing}
          mayTrack={mayTrack}
          isReading={progress !== null}
          onAnswer={(given) => setAnswers({ ...answers, ...given })}
          onCancel={onCancel}
          onImport={begin}
        />
      )}
      {error && (
        <p>
          <button type="button" class="button" onClick={onCancel}>
            Choose other files
          </button>
        </p>
      )}
    </>
  );
}

/**
 * Whether there is something to import. Groups and dashboards alone are imported once it is decided of every repository that it
 * stays out: a group that was made without its repositories would be there already, the next time.
 */
function isReadyToCompare({ repositories, settings }: ReadSummary, { targets, of, isKnown }: Destinations) {
  if (Object.keys(targets).length > 0) return true;
  const isDecided = (read: RepositorySummary) => {
    const { by, refusal } = of(read);
    return by !== null || refusal !== null;
  };
  return isKnown && settings.count > 0 && repositories.every(isDecided);
}

/** Keeps the parts in the browser. A browser that does not keep them still sends them, out of the worker. */
async function keep(reader: Reader, kept: KeptImport): Promise<Ready> {
  try {
    await reader.ask({ kind: 'keep', key: kept.key });
    await keepImport(kept);
    return { kept, source: keptSource(kept.key), isKept: true };
  } catch {
    await removeKept(kept.key).catch(() => undefined);
    return { kept, source: (number) => reader.ask({ kind: 'part', number }), isKept: false };
  }
}

function ReadingProgress({ progress, onCancel }: { progress: ReadProgress; onCancel: () => void }) {
  const { done, of } = progress;
  return (
    <section class="progress-box" aria-label="Reading">
      <div class="row">
        <p class="grow" role="status">
          Reading: {formatCount(done)} of {plural(of, 'file')}
          {done === 0 && of === 1 && '. A hundred megabytes take a minute or two.'}
        </p>
        <button type="button" class="button" onClick={onCancel}>
          Cancel
        </button>
      </div>
      {of > 1 && <progress class="progress" value={done} max={of} aria-label="Files read" />}
    </section>
  );
}

interface RecognisedProps {
  summary: ReadSummary;
  destinations: Destinations;
  comparing: Comparing;
  mayTrack: boolean;
  isReading: boolean;
  onAnswer: (answers: ReadAnswers) => void;
  onCancel: () => void;
  onImport: () => Promise<void>;
}

function Recognised(props: RecognisedProps) {
  const { summary, destinations, comparing, mayTrack, isReading, onAnswer, onCancel, onImport } = props;
  const { repositories, settings, problems } = summary;
  const open = untracked(repositories, destinations);
  const owners = [...new Set(destinations.tracked.map(({ fullName }) => fullName.split('/')[0] ?? ''))];
  return (
    <>
      {repositories.length + settings.count === 0 ? (
        <Nothing summary={summary} onCancel={onCancel} />
      ) : (
        <Panel
          title="In these files"
          beside={
            <>
              <FilesButton summary={summary} />
              {open.length > 1 && mayTrack && (
                <button
                  type="button"
                  class="button small primary"
                  disabled={destinations.tracking.busy}
                  onClick={() => destinations.track(open)}
                >
                  {destinations.tracking.busy ? 'Asking GitHub…' : `Track all ${formatCount(open.length)}`}
                </button>
              )}
            </>
          }
        >
          {destinations.error && <Failure error={destinations.error} />}
          {repositories.length === 0 ? (
            <p class="muted">No repositories: only groups, dashboards or annotations.</p>
          ) : (
            <RepositoryTable
              repositories={repositories}
              destinations={destinations}
              hints={hintsOf(problems)}
              mayTrack={mayTrack}
            />
          )}
        </Panel>
      )}
      <Refused destinations={destinations} />
      <Questions problems={problems} owners={owners} onAnswer={onAnswer} />
      {comparing.error && <Failure error={comparing.error} retry={comparing.retry} />}
      <ComparisonPanel comparison={comparing.comparison} />
      <SettingsPanel
        settings={comparing.comparison.settings}
        annotations={comparing.comparison.annotations}
      />
      <ProblemLists problems={problems} files={summary.files} />
      {repositories.length + settings.count > 0 && (
        <ImportBar
          summary={summary}
          destinations={destinations}
          comparing={comparing}
          isReading={isReading}
          onCancel={onCancel}
          onImport={onImport}
        />
      )}
    </>
  );
}

function Nothing({ summary, onCancel }: { summary: ReadSummary; onCancel: () => void }) {
  return (
    <Empty title="Nothing to import">
      <p>
        {summary.files.length === 1 ? 'This file holds' : 'These files hold'} no traffic that can be read. The
        reasons are below.
      </p>
      <p class="row">
        <button type="button" class="button primary" onClick={onCancel}>
          Choose other files
        </button>
        <FilesButton summary={summary} />
      </p>
    </Empty>
  );
}

/** What wrote the files, and the list of them. */
function FilesButton({ summary: { files, repositories } }: { summary: ReadSummary }) {
  const [open, setOpen] = useState(false);
  const left = files.filter((file) => file.left !== null).length;
  const tools = toolsOf(repositories).map((tool) => TOOLS[tool]);
  return (
    <>
      {tools.length > 0 && <span class="muted small">Recognised as {tools.join(', ')}</span>}
      <button type="button" class="button small" onClick={() => setOpen(true)}>
        {plural(files.length, 'file')}
        {left > 0 && `, ${formatCount(left)} left out`}…
      </button>
      {open && <FilesDialog files={files} onClose={() => setOpen(false)} />}
    </>
  );
}

/** What GitHub or the tenant refused when repositories were to be tracked. */
function Refused({ destinations: { refused, tracking } }: { destinations: Destinations }) {
  if (tracking.error) return <Failure error={tracking.error} />;
  if (refused.length === 0) return null;
  return (
    <Notice kind="warning" title="Not tracked">
      <p>What the files hold of these stays out: only tracked repositories have a history.</p>
      <ul>
        {refused.map(({ owner, name, message }) => (
          <li key={`${owner}/${name}`}>
            <strong>
              {owner}/{name}
            </strong>
            : {message}
          </li>
        ))}
      </ul>
    </Notice>
  );
}

interface ImportBarProps {
  summary: ReadSummary;
  destinations: Destinations;
  comparing: Comparing;
  isReading: boolean;
  onCancel: () => void;
  onImport: () => Promise<void>;
}

/** What will happen, in a sentence, and the button that does it. */
function ImportBar({ summary, destinations, comparing, isReading, onCancel, onImport }: ImportBarProps) {
  const [busy, setBusy] = useState(false);
  const { plan, compared } = comparing;
  const isCompared = plan !== undefined && compared === plan.parts;
  const isReady = isCompared && plan.rows > 0 && !isReading && !busy;

  function begin() {
    setBusy(true);
    onImport().catch(() => setBusy(false));
  }
  return (
    <section class="import-bar" aria-label="Import">
      <span role="status">{toSentence({ summary, destinations, comparing })}</span>
      {plan && !isCompared && (
        <progress class="progress" value={compared} max={plan.parts} aria-label="Parts compared" />
      )}
      <button type="button" class="button" onClick={onCancel}>
        Cancel
      </button>
      <button type="button" class="button primary" disabled={!isReady} onClick={begin}>
        {busy ? 'One moment…' : 'Import'}
      </button>
    </section>
  );
}

function toSentence({
  summary,
  destinations,
  comparing,
}: Pick<ImportBarProps, 'summary' | 'destinations' | 'comparing'>): string {
  const { plan, compared, comparison, pause } = comparing;
  const keys = Object.keys(destinations.targets);
  const going = new Set(Object.values(destinations.targets)).size;
  const staying = summary.repositories.length - keys.length;
  const left =
    staying > 0
      ? ` ${plural(staying, 'repository', 'repositories')} ${staying === 1 ? 'stays' : 'stay'} out.`
      : '';
  if (!destinations.isKnown) return 'Looking for these repositories…';
  if (going === 0 && !isReadyToCompare(summary, destinations))
    return 'Say where these repositories go, or track them.';
  if (!plan) return 'Putting the rows together…';
  if (compared < plan.parts) {
    const far = `Comparing with what is stored: ${formatCount(compared)} of ${plural(plan.parts, 'part')}.`;
    return pause?.reason === 'limit'
      ? `${far} The server takes only so many calls a minute: continuing in ${pause.seconds} s.`
      : far;
  }
  const { newDays, changedDays, newItems, newGroups, newDashboards, newAnnotations } = totalsOf(comparison);
  const changes = [
    newDays > 0 && plural(newDays, 'new day'),
    changedDays > 0 && `${plural(changedDays, 'day')} filled or raised`,
    newItems > 0 && `${plural(newItems, 'other value', 'other values')} (lists, star counts and the like)`,
    newGroups > 0 && plural(newGroups, 'group'),
    newDashboards > 0 && plural(newDashboards, 'dashboard'),
    newAnnotations > 0 && plural(newAnnotations, 'annotation'),
  ].filter(Boolean);
  const about = going === 0 ? '' : `, for ${plural(going, 'repository', 'repositories')}`;
  if (changes.length === 0) return `All of this is stored already${about}.${left}`;
  return `${changes.join(', ')}${about}.${left}`;
}
