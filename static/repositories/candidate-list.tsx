import { useState } from 'preact/hooks';
import type { Discovered } from '../../lib/answers/repositories.ts';
import { Field } from '../controls/field.tsx';

type Candidate = Discovered['candidates'][number];

/** The API takes so many at once. */
export const MAX_PER_REQUEST = 100;

const mayBeAdded = (candidate: Candidate) => candidate.pushAccess && !candidate.tracked;

interface CandidateListProps {
  candidates: Candidate[];
  /** GitHub's ids of those that are chosen. */
  chosen: ReadonlySet<number>;
  onChange: (chosen: ReadonlySet<number>) => void;
}

/** Repositories to choose from, with a filter; those that cannot be added say why. */
export function CandidateList({ candidates, chosen, onChange }: CandidateListProps) {
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
