import { useState } from 'preact/hooks';
import type { GroupChoice } from '../../lib/answers/groups.ts';
import { useAnswer } from '../answers.ts';
import { Icon } from '../controls/icon.tsx';
import { lazy } from '../controls/loading.tsx';
import { Popover } from '../controls/popover.tsx';
import { formatCount } from '../format.ts';
import { type Changes, FIRST_PAGE, go, usePlace, withQuery } from '../location.ts';
import { reads } from '../reads.ts';

const GroupChoices = lazy(async () => (await import('./group-choices.tsx')).GroupChoices);
const GroupDialog = lazy(
  async () => (await import('./group-dialog.tsx')).GroupDialog,
  () => null,
);

interface GroupMenuProps {
  tenantId: number;
  /** The groups that the page's answer names, once it is there. Null: it never does, so they are asked for. */
  groups: readonly GroupChoice[] | null | undefined;
  /** How many repositories the page is about without a group, if that is known. */
  count?: number | undefined;
  /** What else a choice changes in the address. */
  changes?: Changes;
}

/** Which group of repositories the page is about. Opens to a list of groups, which also finds repositories. */
export function GroupMenu({ tenantId, groups, count, changes }: GroupMenuProps) {
  const place = usePlace();
  const [creating, setCreating] = useState(false);
  const groupId = Number(place.query.get('group')) || null;
  const asked = useAnswer(groups === null && groupId !== null ? reads.groups(tenantId) : null);
  const known = groups ?? asked.answer?.groups.map((one) => ({ ...one, count: one.repositoryCount }));
  const group = known?.find((one) => one.groupId === groupId);
  const shown = groupId === null ? count : group?.count;
  const name = groupId === null ? 'All repositories' : (group?.name ?? 'Group');
  const show = (id: number | null) =>
    go(withQuery(place, { group: id === null ? null : String(id), ...FIRST_PAGE, ...changes }));

  return (
    <>
      <Popover
        label="Groups and repositories"
        class="button group-button"
        controls
        shortcut="G"
        content={
          <>
            <Icon name="layers" />
            <span class="name">{name}</span>
            {shown !== undefined && <span class="muted">{formatCount(shown)}</span>}
            <Icon name="down" />
          </>
        }
      >
        {(close) => (
          <GroupChoices
            tenantId={tenantId}
            current={groupId}
            onPick={(id: number | null) => {
              close();
              show(id);
            }}
            onCreate={() => {
              close();
              setCreating(true);
            }}
          />
        )}
      </Popover>
      {creating && (
        <GroupDialog
          tenantId={tenantId}
          group={undefined}
          onClose={() => setCreating(false)}
          onSaved={(saved: { groupId: number }) => {
            setCreating(false);
            show(saved.groupId);
          }}
        />
      )}
    </>
  );
}
