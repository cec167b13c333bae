import { useEffect, useId, useState } from 'preact/hooks';
import { useAnswer } from '../answers.ts';
import { Icon } from '../controls/icon.tsx';
import { Skeleton } from '../controls/loading.tsx';
import { Failure } from '../controls/notice.tsx';
import { usePlace, withQuery } from '../location.ts';
import { reads } from '../reads.ts';
import { groupOf, withIds } from './view.ts';

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
  const groupId = groupOf(place.query);
  const listed = useAnswer(
    groupId === null ? reads.repositories(tenantId, { q: sought, size: String(MAX_SHOWN) }) : null,
  );
  const grouped = useAnswer(groupId === null ? null : reads.group(tenantId, groupId));
  const { error, reload } = groupId === null ? listed : grouped;
  const found =
    groupId === null
      ? listed.answer?.repositories
      : grouped.answer?.repositories.filter(({ fullName }) =>
          fullName.toLowerCase().includes(sought.toLowerCase()),
        );
  const offered = found?.filter(({ repositoryId }) => !ids.includes(repositoryId)).slice(0, MAX_SHOWN);
  const hasMore =
    groupId === null
      ? (listed.answer?.page.total ?? 0) > (found?.length ?? 0)
      : (found?.length ?? 0) > MAX_SHOWN;
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
      {!found && !error && <Skeleton />}
      {offered?.length === 0 && <p class="none">No repository matches.</p>}
      <ul>
        {offered?.map(({ repositoryId, fullName }) => (
          <li key={repositoryId}>
            <a href={withQuery(place, withIds([...ids, repositoryId]))}>
              <span class="sub">{fullName.split('/')[0]}/</span>
              {fullName.split('/')[1]}
            </a>
          </li>
        ))}
      </ul>
      {hasMore && <p class="none">Type a part of the name to find the others.</p>}
    </div>
  );
}
