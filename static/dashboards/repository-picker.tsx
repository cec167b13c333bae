import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { useAnswer } from '../answers.ts';
import { Answered } from '../controls/loading.tsx';
import { useDismiss } from '../controls/placement.ts';
import { plural } from '../format.ts';
import { go, usePlace, withQuery } from '../location.ts';
import { reads } from '../reads.ts';

/** Picks the repositories that a dashboard shows; none means all. */
export function RepositoryPicker({ tenantId }: { tenantId: number }) {
  const place = usePlace();
  const picked = (place.query.get('repositories') ?? '').split(',').map(Number).filter(Boolean);
  const [open, setOpen] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const id = useId();
  useDismiss(box, open, () => setOpen(false));
  const pick = (ids: number[]) => go(withQuery(place, { repositories: ids.join(',') || null }));
  const label = picked.length ? plural(picked.length, 'repository', 'repositories') : 'All repositories';

  return (
    <div class="menu" ref={box}>
      <button
        type="button"
        class="button small"
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        onClick={() => setOpen(!open)}
      >
        {label} <span aria-hidden="true">▾</span>
      </button>
      {open && (
        <div class="menu-items picker" id={id}>
          <Choices tenantId={tenantId} picked={picked} onPick={pick} />
        </div>
      )}
    </div>
  );
}

const PAGE_SIZE = '300';
const PAUSE_MS = 400;

interface ChoicesProps {
  tenantId: number;
  picked: number[];
  onPick: (ids: number[]) => void;
}

function Choices({ tenantId, picked, onPick }: ChoicesProps) {
  const [filter, setFilter] = useState('');
  const [asked, setAsked] = useState('');
  const loaded = useAnswer(reads.repositories(tenantId, { q: asked, size: PAGE_SIZE }));
  const wanted = filter.trim().toLowerCase();
  const hasAll = asked === '' && loaded.answer?.page.total === loaded.answer?.repositories.length;
  // The API searches only for tenants with more repositories than one answer holds.
  useEffect(() => {
    if (hasAll) return;
    const timer = setTimeout(() => setAsked(wanted), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [wanted, hasAll]);
  return (
    <>
      <input
        type="search"
        aria-label="Filter repositories"
        placeholder="Filter"
        value={filter}
        onInput={(event) => setFilter(event.currentTarget.value)}
      />
      <button type="button" class="button small" disabled={picked.length === 0} onClick={() => onPick([])}>
        Show all
      </button>
      <Answered loaded={loaded}>
        {({ repositories }) => (
          <fieldset class="pick-list">
            <legend class="unseen">Repositories</legend>
            {repositories
              .filter(({ fullName }) => fullName.toLowerCase().includes(wanted))
              .map(({ repositoryId, fullName }) => (
                <label key={repositoryId}>
                  <input
                    type="checkbox"
                    checked={picked.includes(repositoryId)}
                    onChange={(event) =>
                      onPick(
                        event.currentTarget.checked
                          ? [...picked, repositoryId]
                          : picked.filter((id) => id !== repositoryId),
                      )
                    }
                  />
                  {fullName}
                </label>
              ))}
          </fieldset>
        )}
      </Answered>
    </>
  );
}
