import { useAnswer } from '../answers.ts';
import { Answered } from '../controls/loading.tsx';
import { PickList } from '../controls/pick-list.tsx';
import { Popover } from '../controls/popover.tsx';
import { plural } from '../format.ts';
import { go, usePlace, withQuery } from '../location.ts';
import { reads } from '../reads.ts';

/** Picks some repositories of those that a dashboard shows; none means all. */
export function RepositoryPicker({ tenantId }: { tenantId: number }) {
  const place = usePlace();
  const picked = (place.query.get('repositories') ?? '').split(',').map(Number).filter(Boolean);
  const label = picked.length ? plural(picked.length, 'repository', 'repositories') : 'Choose repositories';
  return (
    <Popover label="Repositories of the dashboard" class="button small" controls content={label}>
      {() => (
        <div class="repository-picker">
          <Choices
            tenantId={tenantId}
            picked={picked}
            onPick={(ids) => go(withQuery(place, { repositories: ids.join(',') || null }))}
          />
        </div>
      )}
    </Popover>
  );
}

interface ChoicesProps {
  tenantId: number;
  picked: number[];
  onPick: (ids: number[]) => void;
}

function Choices({ tenantId, picked, onPick }: ChoicesProps) {
  const loaded = useAnswer(reads.groups(tenantId));
  return (
    <Answered loaded={loaded}>
      {({ repositories }) => (
        <PickList
          label="Repositories"
          items={repositories.map(({ repositoryId, fullName }) => ({ id: repositoryId, label: fullName }))}
          chosen={new Set(picked)}
          onChange={(chosen) => onPick([...chosen].slice(0, MAX_PICKED))}
          none="This tenant has no repositories yet."
        />
      )}
    </Answered>
  );
}

/** As many as a request for a table may name. */
const MAX_PICKED = 1000;
