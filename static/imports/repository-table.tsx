import { useState } from 'preact/hooks';
import type { Tracked, Wanted } from '../../lib/imports/destinations.ts';
import type { NamedBy } from '../../lib/imports/history.ts';
import { Sparkline } from '../charts/sparkline.tsx';
import { DataTable } from '../controls/data-table.tsx';
import { FormDialog } from '../controls/dialog.tsx';
import { Field } from '../controls/field.tsx';
import { formatCount, formatSpan, plural } from '../format.ts';
import type { RepositorySummary } from './protocol.ts';
import type { Destination, Destinations } from './use-destinations.ts';

interface RepositoryTableProps {
  repositories: readonly RepositorySummary[];
  destinations: Destinations;
  /** Full names that the files hint at, by the repository's key. */
  hints: ReadonlyMap<string, string[]>;
  /** Whether you may add repositories. */
  mayTrack: boolean;
}

/** Rows that are drawn at a time. */
const STEP = 50;
/** Names that the files hint at, each with a button. */
const MAX_HINTS = 2;

/** The repositories of the files, where they go, and what there is of each. */
export function RepositoryTable({ repositories, destinations, hints, mayTrack }: RepositoryTableProps) {
  const [shown, setShown] = useState(STEP);
  const [naming, setNaming] = useState<RepositorySummary>();
  const more = repositories.length - shown;
  return (
    <>
      <DataTable
        label="Repositories in the files"
        cards
        columns={[
          { label: 'In the files' },
          { label: 'Goes to' },
          { label: 'From – to' },
          { label: 'Days', numeric: true },
          { label: 'Views', numeric: true },
          { label: 'Clones', numeric: true },
          { label: 'Course' },
        ]}
      >
        {repositories.slice(0, shown).map((read) => (
          <tr key={read.key}>
            <th scope="row" class="file-name">
              {labelOf(read)}
              <span class="muted small block">{describe(read)}</span>
            </th>
            <td data-label="Goes to">
              <Goes
                read={read}
                destinations={destinations}
                hints={hints.get(read.key) ?? []}
                mayTrack={mayTrack}
                onName={() => setNaming(read)}
              />
            </td>
            <td data-label="From – to">{read.span ? formatSpan(read.span.from, read.span.to) : '–'}</td>
            <td class="number" data-label="Days">
              {formatCount(read.days)}
            </td>
            <td class="number" data-label="Views">
              <Sum read={read} metric="viewCount" />
            </td>
            <td class="number" data-label="Clones">
              <Sum read={read} metric="cloneCount" />
            </td>
            <td>
              {read.course.values.length > 0 && <Sparkline values={read.course.values} colorIndex={0} />}
              <span class="unseen">{read.course.metric === 'viewCount' ? 'Views' : 'Clones'}, drawn</span>
            </td>
          </tr>
        ))}
      </DataTable>
      {more > 0 && (
        <p class="pager">
          <button type="button" class="button small" onClick={() => setShown(shown + STEP)}>
            Show {formatCount(Math.min(more, STEP))} more of {formatCount(repositories.length)}
          </button>
        </p>
      )}
      {naming && (
        <NameDialog read={naming} destinations={destinations} onClose={() => setNaming(undefined)} />
      )}
    </>
  );
}

/** The full name that the files have for a repository, or what they call it. */
const labelOf = ({ owner, name, label }: RepositorySummary) => (owner && name ? `${owner}/${name}` : label);

/** What somebody says that a repository is: another one than the files know by its number, perhaps. */
const toWanted = (read: RepositorySummary, fullName: string): Wanted => {
  const [owner = '', name = ''] = fullName.split('/');
  const { key, githubId, schedule } = read;
  const isSame = fullName === labelOf(read);
  return { key, owner, name, githubId: isSame ? githubId : null, schedule: isSame ? schedule : null };
};

/** Those that can be tracked with a click: the files have their full names, and nothing tells where they go. */
export function untracked(repositories: readonly RepositorySummary[], { of }: Destinations): Wanted[] {
  return repositories.flatMap((read) => {
    const { key, owner, name, githubId, schedule } = read;
    return owner && name && of(read).by === null ? [{ key, owner, name, githubId, schedule }] : [];
  });
}

const NAMED_BY: Record<NamedBy, string> = {
  column: 'named in the rows',
  folder: 'named by its folder',
  paths: 'named by its popular paths: please check',
  file: 'named by the file’s name: please check',
  answer: 'named by you',
};

/** What the export says of the collection, which goes on like that for what is tracked on the way. */
const SCHEDULED: Record<NonNullable<RepositorySummary['schedule']>, string | false> = {
  daily: false,
  weekly: 'collected weekly',
  paused: 'paused',
};

/** What told the name, and what there is besides days. */
function describe({
  namedBy,
  lists,
  facts,
  weeks,
  partialDays,
  files,
  formerNames,
  schedule,
}: RepositorySummary): string {
  return [
    plural(files.length, 'file'),
    namedBy && NAMED_BY[namedBy],
    formerNames.length > 0 && `also called ${formerNames.join(', ')}`,
    schedule !== null && SCHEDULED[schedule],
    lists > 0 && plural(lists, 'list of referrers or paths', 'lists of referrers and paths'),
    facts > 0 && `stars and forks of ${plural(facts, 'day')}`,
    partialDays > 0 && `${plural(partialDays, 'day')} known only in part`,
    weeks > 0 && `${plural(weeks, 'week')} left out: they are no days`,
  ]
    .filter(Boolean)
    .join(' · ');
}

interface SumProps {
  read: RepositorySummary;
  metric: 'viewCount' | 'cloneCount';
}

/** The sum, and of how many days if not of all. */
function Sum({ read: { sums, known, days }, metric }: SumProps) {
  const ofDays = known[metric];
  return (
    <>
      {formatCount(sums[metric])}
      {ofDays > 0 && ofDays < days && <span class="muted small block">on {plural(ofDays, 'day')}</span>}
    </>
  );
}

const TOLD: Record<NonNullable<Destination['by']>, string | null> = {
  id: 'same id at GitHub',
  name: null,
  'former name': 'by a former name',
  chosen: null,
};

interface GoesProps {
  read: RepositorySummary;
  destinations: Destinations;
  hints: readonly string[];
  mayTrack: boolean;
  onName: () => void;
}

/** Where a repository goes. What may be meant comes first. */
function Goes({ read, destinations, hints, mayTrack, onName }: GoesProps) {
  const { tracked, choose, track, tracking, of, isKnown } = destinations;
  const { repositoryId, by, candidates, refusal } = of(read);
  if (read.isEmpty) return <span class="muted">Nothing to import</span>;
  if (!isKnown) return <span class="muted">Looking…</span>;
  const { key, owner, name } = read;
  const names = owner && name ? [`${owner}/${name}`] : hints;
  const isHint = ({ fullName }: Tracked) =>
    names.some((hint) => hint.toLowerCase() === fullName.toLowerCase());
  const isCandidate = (one: Tracked) =>
    isHint(one) || candidates.some((other) => other.repositoryId === one.repositoryId);
  const likely = tracked.filter(isCandidate);
  const others = tracked.filter((one) => !isCandidate(one));
  const untracked = by === null && !likely.some(isHint) ? names.slice(0, MAX_HINTS) : [];

  function pick(value: string) {
    if (value === 'other') onName();
    else choose(key, value === 'none' ? null : Number(value));
  }
  return (
    <div class="goes">
      <select
        aria-label={`${labelOf(read)} goes to`}
        value={repositoryId === null ? (by === null ? 'open' : 'none') : String(repositoryId)}
        onChange={(event) => pick(event.currentTarget.value)}
      >
        {by === null && <option value="open">Choose…</option>}
        <option value="none">Leave it out</option>
        {likely.length > 0 && <Options label="Of this name" repositories={likely} />}
        <Options label={likely.length > 0 ? 'Others' : 'Tracked'} repositories={others} />
        {mayTrack && <option value="other">Another repository…</option>}
      </select>
      {by !== null && TOLD[by] && <span class="muted small block">{TOLD[by]}</span>}
      {by === null && (
        <span class="state warn">
          {refusal ? 'Stays out: it cannot be tracked' : owner && name ? 'Not tracked' : 'Which one is it?'}
        </span>
      )}
      {mayTrack &&
        untracked.map((fullName) => (
          <button
            key={fullName}
            type="button"
            class="button small"
            disabled={tracking.busy}
            onClick={() => track([toWanted(read, fullName)])}
          >
            {tracking.busy ? 'Asking GitHub…' : `Track ${fullName}`}
          </button>
        ))}
    </div>
  );
}

function Options({ label, repositories }: { label: string; repositories: readonly Tracked[] }) {
  return (
    <optgroup label={label}>
      {repositories.map(({ repositoryId, fullName }) => (
        <option key={repositoryId} value={String(repositoryId)}>
          {fullName}
        </option>
      ))}
    </optgroup>
  );
}

interface NameDialogProps {
  read: RepositorySummary;
  destinations: Destinations;
  onClose: () => void;
}

const FULL_NAME = /^([\w.-]+)\/([\w.-]+)$/;

/** Asks which repository on GitHub is meant, and tracks it. */
function NameDialog({ read, destinations: { track, tracking }, onClose }: NameDialogProps) {
  const [text, setText] = useState('');
  const [, owner, name] = FULL_NAME.exec(text.trim()) ?? [];
  return (
    <FormDialog
      title={`Which repository is ${labelOf(read)}?`}
      action="Track it"
      disabled={!owner || !name}
      submission={tracking}
      onSubmit={() => {
        if (!owner || !name) return;
        track([toWanted(read, `${owner}/${name}`)]);
        onClose();
      }}
      onClose={onClose}
    >
      <Field
        label="Repository"
        placeholder="owner/name"
        required
        autoComplete="off"
        autoCapitalize="off"
        spellcheck={false}
        value={text}
        onValue={setText}
        hint="It is added to the repositories of this tenant, and collected from now on."
      />
    </FormDialog>
  );
}
