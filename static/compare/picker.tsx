import { useEffect, useId, useState } from 'preact/hooks';
import { useAnswer } from '../answers.ts';
import { Icon } from '../controls/icon.tsx';
import { Skeleton } from '../controls/loading.tsx';
import { Failure } from '../controls/notice.tsx';
import { usePlace, withQuery } from '../location.ts';
import { reads } from '../reads.ts';
import { withIds } from './view.ts';

const PAUSE_MS = 250;
const MAX_SHOWN = 50;

/** A list to choose the next repository from, with a search. */
export function Picker({ tenantId, ids }: { tenantId: number; ids: number[] }) {
  const place = usePlace();
  const id = useId();
  const [text, setText] = useState('');
  const [sought, setSought] = useState('');
  useEffect(() => {
    const timer = setTimeout(() => setSought(text.trim()), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  const { answer, error, reload } = useAnswer(
    reads.repositories(tenantId, { q: sought, size: String(MAX_SHOWN) }),
  );
  const offered = answer?.repositories.filter(({ repositoryId }) => !ids.includes(repositoryId));
  return (
    <div class="picker">
      <search class="search searchbox">
        <label for={id} class="unseen">
          Find a repository
        </label>
        <Icon name="search" />
        <input
          id={id}
          type="search"
          placeholder="Find a repository"
          maxLength={100}
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
        />
      </search>
      {error && <Failure error={error} retry={reload} />}
      {!answer && !error && <Skeleton />}
      {offered?.length === 0 && <p class="none">No repository matches.</p>}
      <ul>
        {offered?.map(({ repositoryId, owner, name }) => (
          <li key={repositoryId}>
            <a href={withQuery(place, withIds([...ids, repositoryId]))}>
              <span class="sub">{owner}/</span>
              {name}
            </a>
          </li>
        ))}
      </ul>
      {answer && answer.page.total > answer.repositories.length && (
        <p class="none">Type a part of the name to find the others.</p>
      )}
    </div>
  );
}
