import { useState } from 'preact/hooks';
import type { Discovered, RepositoriesAdded } from '../../actions/openapi/repositories.ts';
import { useAnswer } from '../answers.ts';
import { useApp } from '../app-context.ts';
import { Dialog } from '../controls/dialog.tsx';
import { Failure } from '../controls/failure.tsx';
import { Field } from '../controls/field.tsx';
import { Skeleton } from '../controls/skeleton.tsx';
import { useSubmission } from '../controls/submit.ts';
import { plural } from '../format.ts';
import { reads } from '../reads.ts';

type Candidate = Discovered['candidates'][number];

/** The API takes so many at once. */
const AT_MOST = 100;

interface DiscoverDialogProps {
  tenantId: number;
  onAdded: (added: RepositoriesAdded) => void;
  onClose: () => void;
}

/** Lists what the tenant's token can see on GitHub, to add many repositories at once. */
export function DiscoverDialog({ tenantId, onAdded, onClose }: DiscoverDialogProps) {
  const { api } = useApp();
  const found = useAnswer(reads.discover(tenantId));
  const submission = useSubmission();
  const [filter, setFilter] = useState('');
  const [chosen, setChosen] = useState<ReadonlySet<number>>(new Set());
  const candidates = found.answer?.candidates ?? [];
  const wanted = filter.trim().toLowerCase();
  const shown = candidates.filter((candidate) => candidate.fullName.toLowerCase().includes(wanted));
  const open = shown.filter(mayBeAdded);

  function choose(ids: number[], yes: boolean) {
    const next = new Set(chosen);
    for (const id of ids) yes ? next.add(id) : next.delete(id);
    setChosen(next);
  }

  function add() {
    const repositories = candidates
      .filter((candidate) => chosen.has(candidate.githubId))
      .map(({ owner, name }) => ({ owner, name }));
    void submission.run(async () => {
      onAdded(await api.send<RepositoriesAdded>('POST', `repositories/${tenantId}/batch`, { repositories }));
    });
  }

  return (
    <Dialog title="Repositories on GitHub" wide onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          add();
        }}
      >
        <div class="dialog-body">
          {found.error && <Failure error={found.error} retry={found.reload} />}
          {!found.answer && !found.error && (
            <>
              <p role="status">Asking GitHub what the tenant’s token can see…</p>
              <Skeleton rows={8} />
            </>
          )}
          {found.answer && (
            <>
              <Field label="Filter" type="search" value={filter} onValue={setFilter} />
              {open.length > 0 && (
                <div class="row">
                  <button
                    type="button"
                    class="button small"
                    onClick={() => choose(open.map(idOf).slice(0, AT_MOST), true)}
                  >
                    Select all {open.length > AT_MOST ? `(the first ${AT_MOST})` : `(${open.length})`}
                  </button>
                  <button type="button" class="button small" onClick={() => setChosen(new Set())}>
                    Select none
                  </button>
                </div>
              )}
              <CandidateList shown={shown} chosen={chosen} choose={choose} />
              {found.answer.truncated && (
                <p class="hint">GitHub has more than are listed. Add the others by their names.</p>
              )}
            </>
          )}
          {submission.error && <Failure error={submission.error} />}
        </div>
        <footer class="dialog-foot">
          <button type="button" class="button" onClick={onClose}>
            Cancel
          </button>
          <button
            type="submit"
            class="button primary"
            disabled={chosen.size === 0 || chosen.size > AT_MOST || submission.busy}
          >
            {submission.busy ? 'Adding…' : chosen.size ? `Add ${plural(chosen.size, 'repository', 'repositories')}` : 'Add'}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}

const idOf = (candidate: Candidate) => candidate.githubId;

const mayBeAdded = (candidate: Candidate) => candidate.pushAccess && !candidate.tracked;

interface CandidateListProps {
  shown: Candidate[];
  chosen: ReadonlySet<number>;
  choose: (ids: number[], yes: boolean) => void;
}

function CandidateList({ shown, chosen, choose }: CandidateListProps) {
  if (shown.length === 0) return <p class="none">Nothing matches.</p>;
  return (
    <fieldset class="pick-list">
      <legend class="unseen">Repositories to add</legend>
      {shown.map((candidate) => (
        <label key={candidate.githubId}>
          <input
            type="checkbox"
            disabled={!mayBeAdded(candidate)}
            checked={candidate.tracked || chosen.has(candidate.githubId)}
            onChange={(event) => choose([candidate.githubId], event.currentTarget.checked)}
          />
          <span>{candidate.fullName}</span>
          <span class="tag">{candidate.visibility}</span>
          {candidate.archived && <span class="tag">archived</span>}
          {candidate.tracked && <span class="tag success">tracked</span>}
          {!candidate.pushAccess && <span class="tag warning">no push access</span>}
        </label>
      ))}
    </fieldset>
  );
}
