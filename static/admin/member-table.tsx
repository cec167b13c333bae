import type { Member } from '../../actions/openapi/members.ts';
import { DataTable } from '../controls/data-table.tsx';
import { formatInstant, plural } from '../format.ts';

interface MemberTableProps {
  members: Member[];
  /** Absent where the person may not change roles. */
  onEdit: ((member: Member) => void) | undefined;
  onRemove: (email: string) => void;
}

/** Each member with its role. */
export function MemberTable({ members, onEdit, onRemove }: MemberTableProps) {
  if (members.length === 0) return <p class="none">Nobody has a role in this tenant yet.</p>;
  const columns = [
    { label: 'E-mail address' },
    { label: 'Role' },
    { label: 'Since' },
    onEdit && { label: 'Actions', unseen: true },
  ];
  return (
    <section class="panel" aria-label="Members">
      <DataTable label="All members" columns={columns} cards>
        {members.map((member) => (
          <tr key={member.email}>
            <th scope="row" class="name">
              {member.email}
            </th>
            <td data-label="Role">
              {member.role}
              {member.role === 'repository viewer' && (
                <span class="muted">
                  {' '}
                  · {plural(member.repositoryIds.length, 'repository', 'repositories')}
                </span>
              )}
            </td>
            <td class="when" data-label="Since">
              {formatInstant(member.addedAt)}
            </td>
            {onEdit && (
              <td class="actions">
                <button type="button" class="button small" onClick={() => onEdit(member)}>
                  Change…<span class="unseen"> {member.email}</span>
                </button>
                <button type="button" class="button small danger" onClick={() => onRemove(member.email)}>
                  Remove…<span class="unseen"> {member.email}</span>
                </button>
              </td>
            )}
          </tr>
        ))}
      </DataTable>
    </section>
  );
}
