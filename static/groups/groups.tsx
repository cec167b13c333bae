import { useState } from 'preact/hooks';
import type { GroupList } from '../../lib/answers/groups.ts';
import { mayInTenant } from '../access.ts';
import { useAnswer } from '../answers.ts';
import { useMe } from '../app-context.ts';
import { DataTable } from '../controls/data-table.tsx';
import { Answered } from '../controls/loading.tsx';
import { Empty } from '../controls/notice.tsx';
import { PageHead } from '../controls/page-head.tsx';
import { formatCount, plural } from '../format.ts';
import { reads } from '../reads.ts';
import { paths } from '../routes.ts';
import { DeleteGroup, GroupDialog } from './group-dialog.tsx';

type Listed = GroupList['groups'][number];

/** The groups of a tenant's repositories. */
export function Groups({ tenantId }: { tenantId: number }) {
  const { me } = useMe();
  const list = useAnswer(reads.groups(tenantId));
  const [editing, setEditing] = useState<Listed | 'new'>();
  const [deleting, setDeleting] = useState<Listed>();
  const mayChange = mayInTenant(me, tenantId, 'changeGroups');

  function changed() {
    setEditing(undefined);
    setDeleting(undefined);
    list.reload();
  }

  return (
    <div class="page" aria-busy={list.loading}>
      <PageHead
        title="Groups"
        below={<p class="lead">Sets of repositories, for pages, members and reports.</p>}
        actions={
          mayChange && (
            <button
              type="button"
              class="button primary"
              disabled={!list.answer}
              onClick={() => setEditing('new')}
            >
              New group
            </button>
          )
        }
      />
      <Answered loaded={list}>
        {({ groups }) =>
          groups.length === 0 ? (
            <Empty title="No groups yet">
              <p>Group repositories by hand, or by a rule such as sdk-*.</p>
            </Empty>
          ) : (
            <GroupTable
              tenantId={tenantId}
              groups={groups}
              changing={mayChange ? { onEdit: setEditing, onDelete: setDeleting } : undefined}
            />
          )
        }
      </Answered>
      {editing && (
        <GroupDialog
          tenantId={tenantId}
          group={editing === 'new' ? undefined : editing}
          onClose={() => setEditing(undefined)}
          onSaved={changed}
        />
      )}
      {deleting && (
        <DeleteGroup
          tenantId={tenantId}
          group={deleting}
          onClose={() => setDeleting(undefined)}
          onDeleted={changed}
        />
      )}
    </div>
  );
}

interface GroupTableProps {
  tenantId: number;
  groups: Listed[];
  /** Absent if you may not change groups. */
  changing: { onEdit: (group: Listed) => void; onDelete: (group: Listed) => void } | undefined;
}

function GroupTable({ tenantId, groups, changing }: GroupTableProps) {
  return (
    <section class="panel" aria-label="Groups">
      <DataTable
        label="All groups"
        cards
        columns={[
          { label: 'Name' },
          { label: 'Repositories', numeric: true },
          { label: 'Holds' },
          { label: 'Used by' },
          changing && { label: 'Actions', unseen: true },
        ]}
      >
        {groups.map((group) => (
          <tr key={group.groupId}>
            <th scope="row" class="name">
              <a href={paths.overviewOfGroup(tenantId, group.groupId)}>{group.name}</a>
            </th>
            <td class="number" data-label="Repositories">
              {formatCount(group.repositoryCount)}
            </td>
            <td data-label="Holds">{group.description}</td>
            <td data-label="Used by">{toUses(group)}</td>
            {changing && (
              <td class="actions">
                <button type="button" class="button small" onClick={() => changing.onEdit(group)}>
                  Edit…<span class="unseen"> {group.name}</span>
                </button>
                <button type="button" class="button small" onClick={() => changing.onDelete(group)}>
                  Delete…<span class="unseen"> {group.name}</span>
                </button>
              </td>
            )}
          </tr>
        ))}
      </DataTable>
    </section>
  );
}

function toUses({ uses }: Listed): string {
  const { members, channels } = uses ?? { members: 0, channels: 0 };
  const parts = [
    members > 0 ? [plural(members, 'member')] : [],
    channels > 0 ? [plural(channels, 'channel')] : [],
  ].flat();
  return parts.join(', ') || '–';
}
