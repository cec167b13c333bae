import { useEffect, useRef, useState } from 'preact/hooks';
import type { GroupList } from '../../lib/answers/groups.ts';
import { mayInTenant } from '../access.ts';
import { useAnswer } from '../answers.ts';
import { useMe } from '../app-context.ts';
import { Icon } from '../controls/icon.tsx';
import { Answered } from '../controls/loading.tsx';
import { formatCount } from '../format.ts';
import { go } from '../location.ts';
import { reads } from '../reads.ts';
import { paths } from '../routes.ts';
import './sheet.ts';

/** How many of the found repositories are listed. */
const MAX_FOUND = 8;

interface GroupChoicesProps {
  tenantId: number;
  /** The group that is shown; null for all repositories. */
  current: number | null;
  onPick: (groupId: number | null) => void;
  onCreate: () => void;
}

/** Finds a group, or a repository. */
export function GroupChoices({ tenantId, current, onPick, onCreate }: GroupChoicesProps) {
  const { me } = useMe();
  const loaded = useAnswer(reads.groups(tenantId));
  const [text, setText] = useState('');
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => input.current?.focus(), []);
  const may = mayInTenant(me, tenantId, 'changeGroups');
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the keys are a short cut to the buttons
    <div class="group-choices" onKeyDown={move}>
      <div class="searchbox">
        <Icon name="search" />
        <input
          ref={input}
          type="search"
          aria-label="Find a group or repository"
          placeholder="Find a group or repository"
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
        />
      </div>
      <Answered loaded={loaded}>
        {(list) => (
          <Found
            tenantId={tenantId}
            list={list}
            wanted={text.trim().toLowerCase()}
            current={current}
            onPick={onPick}
          />
        )}
      </Answered>
      {may && (
        <>
          <hr />
          <button type="button" class="item" onClick={onCreate}>
            <Icon name="plus" /> New group…
          </button>
        </>
      )}
    </div>
  );
}

interface FoundProps {
  tenantId: number;
  list: GroupList;
  wanted: string;
  current: number | null;
  onPick: (groupId: number | null) => void;
}

function Found({ tenantId, list, wanted, current, onPick }: FoundProps) {
  const matches = (name: string) => name.toLowerCase().includes(wanted);
  const groups = list.groups.filter(({ name }) => matches(name));
  const all = { groupId: null, name: 'All repositories', repositoryCount: list.repositories.length };
  const choices = wanted === '' ? [all, ...groups] : groups;
  const repositories = wanted === '' ? [] : list.repositories.filter(({ fullName }) => matches(fullName));
  return (
    <>
      {choices.map(({ groupId, name, repositoryCount }) => (
        <button
          key={groupId}
          type="button"
          class="item"
          aria-current={groupId === current ? 'true' : undefined}
          onClick={() => onPick(groupId)}
        >
          {name} <span class="n">{formatCount(repositoryCount)}</span>
        </button>
      ))}
      {repositories.length > 0 && <div class="cap">Repositories</div>}
      {repositories.slice(0, MAX_FOUND).map(({ repositoryId, fullName }) => (
        <button
          key={repositoryId}
          type="button"
          class="item"
          onClick={() => go(paths.repository(tenantId, repositoryId))}
        >
          {fullName}
        </button>
      ))}
      {repositories.length > MAX_FOUND && (
        <p class="cap">…and {formatCount(repositories.length - MAX_FOUND)} more</p>
      )}
      {choices.length + repositories.length === 0 && <p class="cap">Nothing matches.</p>}
    </>
  );
}

const STEPS: Record<string, number> = { ArrowDown: 1, ArrowUp: -1 };

/** The arrow keys go from the field through the list. */
function move(event: KeyboardEvent & { currentTarget: HTMLElement }) {
  const step = STEPS[event.key];
  if (step === undefined) return;
  const stops = [...event.currentTarget.querySelectorAll<HTMLElement>('input, .item')];
  const next = stops.indexOf(document.activeElement as HTMLElement) + step;
  event.preventDefault();
  stops[Math.max(0, Math.min(next, stops.length - 1))]?.focus();
}
