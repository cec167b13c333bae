import { useState } from 'preact/hooks';
import type { Discovered, RepositoriesAdded } from '../../lib/answers/repositories.ts';
import { useAnswer } from '../answers.ts';
import { useApp } from '../app-context.ts';
import { FormDialog } from '../controls/dialog.tsx';
import { Field } from '../controls/field.tsx';
import { Answered } from '../controls/loading.tsx';
import { Notice } from '../controls/notice.tsx';
import { Sentence } from '../controls/sentence.tsx';
import { useSubmission } from '../controls/submit.ts';
import { plural } from '../format.ts';
import { reads } from '../reads.ts';

interface DiscoverDialogProps {
  tenantId: number;
  onAdded: (added: RepositoriesAdded) => void;
  onClose: () => void;
}

/** Lists the repositories that the tenant can read on GitHub, to add many at once. */
export function DiscoverDialog({ tenantId, onAdded, onClose }: DiscoverDialogProps) {
  const { api } = useApp();
  const found = useAnswer(reads.discover(tenantId));
  const submission = useSubmission();
  const [chosen, setChosen] = useState<ReadonlySet<number>>(new Set());

  function add() {
    const repositories = (found.answer?.candidates ?? [])
      .filter((candidate) => chosen.has(candidate.githubId))
      .map(({ owner, name }) => ({ owner, name }));
    void submission.run(async () => {
      onAdded(await api.send<RepositoriesAdded>('POST', `repositories/${tenantId}/batch`, { repositories }));
    });
  }

  return (
    <FormDialog
      title="Repositories on GitHub"
      wide
      action={chosen.size ? `Add ${plural(chosen.size, 'repository', 'repositories')}` : 'Add'}
      disabled={chosen.size === 0 || chosen.size > MAX_PER_REQUEST}
      submission={submission}
      onSubmit={add}
      onClose={onClose}
    >
      {found.loading && <p role="status">Asking GitHub for repositories…</p>}
      <Answered loaded={found}>
        {({ candidates, truncated, heldBack }) => (
          <>
            <CandidateList candidates={candidates} chosen={chosen} onChange={setChosen} />
            {heldBack && (
              <p class="hint">
                Organizations with single sign-on hold back their repositories. Authorize the token for them
                on GitHub: Settings, Developer settings, Personal access tokens, Configure SSO.
              </p>
            )}
            {truncated && !heldBack && (
              <p class="hint">GitHub has more repositories than listed here. Add the others by name.</p>
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

interface CandidateListProps {
  candidates: Candidate[];
  /** GitHub's ids of the selected ones. */
  chosen: ReadonlySet<number>;
  onChange: (chosen: ReadonlySet<number>) => void;
}

/** Repositories to select, with a filter. Those that cannot be added say why. */
function CandidateList({ candidates, chosen, onChange }: CandidateListProps) {
  const [filter, setFilter] = useState('');
  const wanted = filter.trim().toLowerCase();
  const shown = candidates.filter((candidate) => candidate.fullName.toLowerCase().includes(wanted));
  const open = shown.filter(mayBeAdded).map(({ githubId }) => githubId);

  function choose(githubId: number, yes: boolean) {
    const next = new Set(chosen);
    if (yes) next.add(githubId);
    else next.delete(githubId);
    onChange(next);
  }

  return (
    <>
      <Field label="Filter" type="search" value={filter} onValue={setFilter} />
      {open.length > 0 && (
        <div class="row">
          <button
            type="button"
            class="button small"
            onClick={() => onChange(new Set([...chosen, ...open].slice(0, MAX_PER_REQUEST)))}
          >
            Select all {open.length > MAX_PER_REQUEST ? `(the first ${MAX_PER_REQUEST})` : `(${open.length})`}
          </button>
          <button type="button" class="button small" onClick={() => onChange(new Set())}>
            Select none
          </button>
        </div>
      )}
      {shown.length === 0 && <p class="none">Nothing matches.</p>}
      <fieldset class="pick-list">
        <legend class="unseen">Repositories to add</legend>
        {shown.map((candidate) => (
          <CandidateRow
            key={candidate.githubId}
            candidate={candidate}
            checked={candidate.tracked || chosen.has(candidate.githubId)}
            onCheck={(yes) => choose(candidate.githubId, yes)}
          />
        ))}
      </fieldset>
    </>
  );
}

interface CandidateRowProps {
  candidate: Candidate;
  checked: boolean;
  onCheck: (yes: boolean) => void;
}

function CandidateRow({ candidate, checked, onCheck }: CandidateRowProps) {
  return (
    <label>
      <input
        type="checkbox"
        disabled={!mayBeAdded(candidate)}
        checked={checked}
        onChange={(event) => onCheck(event.currentTarget.checked)}
      />
      <span>{candidate.fullName}</span>
      <span class="tag">{candidate.visibility}</span>
      {candidate.archived && <span class="tag">archived</span>}
      {candidate.tracked && <span class="tag success">tracked</span>}
      {!candidate.pushAccess && <span class="tag warning">no push access</span>}
    </label>
  );
}

/** The outcome of adding many repositories, each accepted or refused. */
export function BatchResult({ batch: { added, refused } }: { batch: RepositoriesAdded }) {
  const some = refused.length ? `, ${refused.length} refused` : '';
  return (
    <Notice
      kind={refused.length ? 'warning' : 'success'}
      title={`${plural(added.length, 'repository', 'repositories')} added${some}`}
    >
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
