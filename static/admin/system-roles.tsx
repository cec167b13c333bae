import { useState } from 'preact/hooks';
import type { MemberRemoved, SystemMember } from '../../actions/openapi/members.ts';
import { rightsOf } from '../access.ts';
import { useAnswer } from '../answers.ts';
import { useApp, useMe } from '../app-context.ts';
import { Answered } from '../controls/answered.tsx';
import { DataTable } from '../controls/data-table.tsx';
import { PageHead } from '../controls/page-head.tsx';
import { formatInstant } from '../format.ts';
import { reads } from '../reads.ts';
import { RemoveMember } from './remove-member.tsx';
import { SystemRoleDialog } from './system-role-dialog.tsx';

const EXPLANATION =
  'Administrators change everything in every tenant; maintainers see everything and keep the collection going.';

/** Who may administer or maintain the whole installation. */
export function SystemRoles() {
  const { api } = useApp();
  const { me, reloadMe } = useMe();
  const list = useAnswer(reads.systemMembers());
  const [editing, setEditing] = useState<SystemMember | 'new'>();
  const [removing, setRemoving] = useState<string>();
  const mayChange = rightsOf(me).administrator;

  function changed(email: string) {
    setEditing(undefined);
    setRemoving(undefined);
    list.reload();
    if (email === me.email) reloadMe();
  }

  return (
    <div class="page" aria-busy={list.loading}>
      <PageHead
        title="System roles"
        below={<p class="lead">{EXPLANATION}</p>}
        actions={
          mayChange && (
            <button type="button" class="button primary" onClick={() => setEditing('new')}>
              Give a role
            </button>
          )
        }
      />
      <Answered loaded={list}>
        {({ members }) => (
          <RoleTable members={members} onEdit={mayChange ? setEditing : undefined} onRemove={setRemoving} />
        )}
      </Answered>
      {editing && (
        <SystemRoleDialog
          member={editing === 'new' ? undefined : editing}
          onClose={() => setEditing(undefined)}
          onSaved={changed}
        />
      )}
      {removing && (
        <RemoveMember
          email={removing}
          consequence="They keep the roles that they have in tenants."
          remove={() => api.send<MemberRemoved>('DELETE', `members/system/${encodeURIComponent(removing)}`)}
          onClose={() => setRemoving(undefined)}
          onRemoved={() => changed(removing)}
        />
      )}
    </div>
  );
}

interface RoleTableProps {
  members: SystemMember[];
  /** Absent where the person may not change roles. */
  onEdit: ((member: SystemMember) => void) | undefined;
  onRemove: (email: string) => void;
}

function RoleTable({ members, onEdit, onRemove }: RoleTableProps) {
  const columns = [
    { label: 'E-mail address' },
    { label: 'Role' },
    { label: 'Since' },
    onEdit && { label: 'Actions', unseen: true },
  ];
  return (
    <section class="panel" aria-label="System roles">
      <DataTable label="People with a system role" columns={columns} cards>
        {members.map((member) => (
          <tr key={member.email}>
            <th scope="row" class="name">
              {member.email}
            </th>
            <td data-label="Role">{member.role}</td>
            <td class="when" data-label="Since">
              {formatInstant(member.grantedAt)}
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
