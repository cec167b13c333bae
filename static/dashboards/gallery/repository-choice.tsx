import { useState } from 'preact/hooks';
import type { GroupList } from '../../../lib/answers/groups.ts';
import type { FiguresSettings } from '../../../lib/dashboards/gallery-schema.ts';
import { SelectField } from '../../controls/field.tsx';
import { PickList } from '../../controls/pick-list.tsx';
import { formatCount, plural } from '../../format.ts';

type Choice = FiguresSettings['repositories'];

interface RepositoryChoiceProps {
  value: Choice;
  groups: GroupList | undefined;
  /** The most repositories that can be named. */
  max: number;
  /** What choosing none is called. */
  same?: string;
  onValue: (value: Choice) => void;
}

/** The repositories of a widget: those of the dashboard, all, a group, or some by name. */
export function RepositoryChoice(props: RepositoryChoiceProps) {
  const { value, groups, max, same = 'Same as the dashboard', onValue } = props;
  const [isNaming, setIsNaming] = useState(typeof value === 'object' && 'ids' in value);
  const current = isNaming ? 'ids' : typeof value === 'string' ? value : `group ${toGroup(value)}`;
  const known = groups?.groups ?? [];
  const missing =
    typeof value === 'object' && 'group' in value && !known.some(({ groupId }) => groupId === value.group);

  function choose(next: string) {
    setIsNaming(next === 'ids');
    if (next === 'dashboard' || next === 'all') onValue(next);
    if (next.startsWith('group ')) onValue({ group: Number(next.slice('group '.length)) });
  }

  return (
    <>
      <SelectField
        label="Repositories"
        value={current}
        onValue={choose}
        options={[
          { value: 'dashboard', label: same },
          { value: 'all', label: 'All repositories' },
          ...known.map(({ groupId, name, repositoryCount }) => ({
            value: `group ${groupId}`,
            label: `Group: ${name} (${formatCount(repositoryCount)})`,
          })),
          ...(missing ? [{ value: current, label: groups ? 'A group that was deleted' : 'A group' }] : []),
          { value: 'ids', label: 'Some repositories…' },
        ]}
      />
      {isNaming && groups && <Names value={value} groups={groups} max={max} onValue={onValue} />}
    </>
  );
}

const toGroup = (value: Exclude<Choice, string>) => ('group' in value ? value.group : 0);

function Names({ value, groups, max, onValue }: RepositoryChoiceProps & { groups: GroupList }) {
  const ids = typeof value === 'object' && 'ids' in value ? value.ids : [];
  const pick = (next: number[]) => onValue(next.length > 0 ? { ids: next.slice(0, max) } : 'dashboard');
  return (
    <div class="field repository-choice">
      <PickList
        label="Repositories by name"
        items={groups.repositories.map(({ repositoryId, fullName }) => ({
          id: repositoryId,
          label: fullName,
          disabled: ids.length >= max && !ids.includes(repositoryId),
        }))}
        chosen={new Set(ids)}
        onChange={(chosen) => pick([...chosen])}
        none="This tenant has no repositories yet."
      />
      <p class="hint">
        {ids.length === 0
          ? 'None chosen: the same as the dashboard.'
          : `${plural(ids.length, 'repository', 'repositories')} chosen, at most ${max}.`}
      </p>
    </div>
  );
}
