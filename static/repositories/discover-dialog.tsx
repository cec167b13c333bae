import { useState } from 'preact/hooks';
import type { Discovered, RepositoriesAdded } from '../../lib/answers/repositories.ts';
import { useApp } from '../app-context.ts';
import { FormDialog } from '../controls/dialog.tsx';
import { Field, SelectField } from '../controls/field.tsx';
import { Answered } from '../controls/loading.tsx';
import { Notice } from '../controls/notice.tsx';
import { PickList } from '../controls/pick-list.tsx';
import { Sentence } from '../controls/sentence.tsx';
import { useSubmission } from '../controls/submit.ts';
import { formatCount, plural } from '../format.ts';
import { useList } from '../list.ts';
import { reads } from '../reads.ts';
import { paths } from '../routes.ts';

interface DiscoverDialogProps {
  tenantId: number;
  onAdded: (added: RepositoriesAdded) => void;
  onClose: () => void;
}

/** Lists the repositories that the tenant can read on GitHub, to add many at once. */
export function DiscoverDialog({ tenantId, onAdded, onClose }: DiscoverDialogProps) {
  const { api } = useApp();
  const list = useList((cursor) => reads.discover(tenantId, cursor));
  const submission = useSubmission();
  const [chosen, setChosen] = useState<ReadonlySet<number>>(new Set());
  const [sent, setSent] = useState(0);
  const candidates = toCandidates(list.answer ?? []);
  const last = list.answer?.at(-1);

  function add() {
    const wanted = candidates
      .filter(({ githubId }) => chosen.has(githubId))
      .map(({ owner, name }) => ({ owner, name }));
    void submission.run(async () => {
      const total: RepositoriesAdded = { added: [], refused: [], runId: null };
      for (let start = 0; start < wanted.length; start += MAX_PER_REQUEST) {
        setSent(start);
        const repositories = wanted.slice(start, start + MAX_PER_REQUEST);
        const path = `repositories/${tenantId}/batch`;
        const some = await api
          .send<RepositoriesAdded>('POST', path, { repositories })
          .catch((error: Error) => {
            if (start === 0) throw error;
            return toRefused(wanted.slice(start), error);
          });
        total.added.push(...some.added);
        total.refused.push(...some.refused);
        total.runId = some.runId ?? total.runId;
        if (some.refused.length > repositories.length) break;
      }
      onAdded(total);
    });
  }

  return (
    <FormDialog
      title="Repositories on GitHub"
      wide
      action={chosen.size ? `Add ${plural(chosen.size, 'repository', 'repositories')}` : 'Add'}
      disabled={chosen.size === 0}
      submission={submission}
      onSubmit={add}
      onClose={onClose}
    >
      {list.loading && <p role="status">Asking GitHub for repositories…</p>}
      {submission.busy && chosen.size > MAX_PER_REQUEST && (
        <p role="status">
          {formatCount(sent)} of {formatCount(chosen.size)} sent…
        </p>
      )}
      <Answered loaded={list}>
        {() => (
          <>
            <CandidateList candidates={candidates} chosen={chosen} onChange={setChosen} />
            {list.more && (
              <p class="hint">
                GitHub has more repositories than listed here.{' '}
                <button type="button" class="link-button" disabled={list.loadingMore} onClick={list.more}>
                  {list.loadingMore ? 'Loading…' : 'Load more'}
                </button>
              </p>
            )}
            {last?.heldBack && (
              <p class="hint">
                Organizations with single sign-on hold back their repositories. Authorize the token for them
                on GitHub: Settings, Developer settings, Personal access tokens, Configure SSO.
              </p>
            )}
            {last?.truncated && !last.heldBack && !list.more && (
              <p class="hint">
                GitHub has more repositories than listed here. Add the others by name, or by a rule.
              </p>
            )}
          </>
        )}
      </Answered>
    </FormDialog>
  );
}

type Candidate = Discovered['candidates'][number];

/** The API's limit. */
const MAX_PER_REQUEST = 100;

const mayBeAdded = (candidate: Candidate) => candidate.pushAccess && !candidate.tracked;

/** The candidates of all pages. GitHub's order may change meanwhile, so one could come twice. */
function toCandidates(pages: readonly Discovered[]): Candidate[] {
  const all = pages.flatMap(({ candidates }) => candidates);
  return [...new Map(all.map((candidate) => [candidate.githubId, candidate])).values()];
}

/** Those that were not sent any more after an error. */
function toRefused(names: readonly { owner: string; name: string }[], { message }: Error): RepositoriesAdded {
  return { added: [], refused: names.map((one) => ({ ...one, code: 'not_sent', message })), runId: null };
}

interface Filter {
  text: string;
  owner: string;
  visibility: string;
  forks: string;
  archived: string;
}

const EVERYTHING: Filter = { text: '', owner: '', visibility: '', forks: '', archived: '' };

function isWanted(candidate: Candidate, { text, owner, visibility, forks, archived }: Filter): boolean {
  const isKind = (choice: string, is: boolean) => choice === '' || (choice === 'only') === is;
  return (
    candidate.fullName.toLowerCase().includes(text.trim().toLowerCase()) &&
    (owner === '' || candidate.owner === owner) &&
    (visibility === '' || candidate.visibility === visibility) &&
    isKind(forks, candidate.fork) &&
    isKind(archived, candidate.archived)
  );
}

interface CandidateListProps {
  candidates: Candidate[];
  /** GitHub's ids of the selected ones. */
  chosen: ReadonlySet<number>;
  onChange: (chosen: ReadonlySet<number>) => void;
}

/** Repositories to select, with filters. Those that cannot be added say why. */
function CandidateList({ candidates, chosen, onChange }: CandidateListProps) {
  const [filter, setFilter] = useState(EVERYTHING);
  const shown = candidates.filter((candidate) => isWanted(candidate, filter));
  return (
    <>
      <CandidateFilters candidates={candidates} filter={filter} onFilter={setFilter} />
      <PickList
        label="Repositories to add"
        filtered
        items={shown.map((candidate) => ({
          id: candidate.githubId,
          label: candidate.fullName,
          note: <CandidateTags candidate={candidate} />,
          disabled: !mayBeAdded(candidate),
          checked: candidate.tracked,
        }))}
        chosen={chosen}
        onChange={onChange}
        none="Nothing matches."
      />
    </>
  );
}

interface CandidateFiltersProps {
  candidates: Candidate[];
  filter: Filter;
  onFilter: (filter: Filter) => void;
}

function CandidateFilters({ candidates, filter, onFilter }: CandidateFiltersProps) {
  const owners = [...new Set(candidates.map(({ owner }) => owner))].sort();
  const visibilities = [...new Set(candidates.map(({ visibility }) => visibility))].sort();
  const toOptions = (all: string, values: string[]) => [
    { value: '', label: all },
    ...values.map((value) => ({ value, label: value })),
  ];
  const toKinds = (noun: string) => [
    { value: '', label: `${noun} too` },
    { value: 'none', label: `No ${noun.toLowerCase()}` },
    { value: 'only', label: `${noun} only` },
  ];
  return (
    <>
      <Field
        label="Filter"
        type="search"
        value={filter.text}
        onValue={(text) => onFilter({ ...filter, text })}
      />
      <div class="filters">
        <SelectField
          label="Owner"
          quiet
          value={filter.owner}
          options={toOptions('Any owner', owners)}
          onValue={(owner) => onFilter({ ...filter, owner })}
        />
        <SelectField
          label="Visibility"
          quiet
          value={filter.visibility}
          options={toOptions('Any visibility', visibilities)}
          onValue={(visibility) => onFilter({ ...filter, visibility })}
        />
        <SelectField
          label="Forks"
          quiet
          value={filter.forks}
          options={toKinds('Forks')}
          onValue={(forks) => onFilter({ ...filter, forks })}
        />
        <SelectField
          label="Archived"
          quiet
          value={filter.archived}
          options={toKinds('Archived')}
          onValue={(archived) => onFilter({ ...filter, archived })}
        />
      </div>
    </>
  );
}

function CandidateTags({ candidate }: { candidate: Candidate }) {
  return (
    <>
      <span class="tag">{candidate.visibility}</span>
      {candidate.fork && <span class="tag">fork</span>}
      {candidate.archived && <span class="tag">archived</span>}
      {candidate.tracked && <span class="tag success">tracked</span>}
      {!candidate.pushAccess && <span class="tag warning">no push access</span>}
    </>
  );
}

interface BatchResultProps {
  tenantId: number;
  batch: RepositoriesAdded;
}

/** The outcome of adding many repositories, each accepted or refused. */
export function BatchResult({ tenantId, batch: { added, refused } }: BatchResultProps) {
  const some = refused.length ? `, ${refused.length} refused` : '';
  return (
    <Notice
      kind={refused.length ? 'warning' : 'success'}
      title={`${plural(added.length, 'repository', 'repositories')} added${some}`}
    >
      {added.length > 0 && (
        <p>
          Their last 14 days arrive now. <a href={paths.overview(tenantId)}>See their charts</a>
        </p>
      )}
      {refused.length > 0 && (
        <ul>
          {refused.map(({ owner, name, message }) => (
            <li key={`${owner}/${name}`}>
              <strong>
                {owner}/{name}
              </strong>
              : <Sentence text={message} />
            </li>
          ))}
        </ul>
      )}
    </Notice>
  );
}
