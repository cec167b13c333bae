import { useState } from 'preact/hooks';
import type { Member, MemberRemoved } from '../../actions/openapi/members.ts';
import { tenantRightsOf } from '../access.ts';
import { useAnswer } from '../answers.ts';
import { useApp, useMe } from '../app-context.ts';
import { Failure } from '../controls/failure.tsx';
import { PageHead } from '../controls/page-head.tsx';
import { Skeleton } from '../controls/skeleton.tsx';
import { TableScroll } from '../controls/table-scroll.tsx';
import { formatInstant, plural } from '../format.ts';
import { reads } from '../reads.ts';
import { MemberDialog } from './member-dialog.tsx';
import { RemoveMember } from './remove-member.tsx';

/** Who may see and do what in a tenant. */
export function Members({ tenantId }: { tenantId: number }) {
  const { api } = useApp();
  const { me, reloadMe } = useMe();
  const list = useAnswer(reads.members(tenantId));
  const [editing, setEditing] = useState<Member | 'new'>();
  const [removing, setRemoving] = useState<string>();
  const mayChange = tenantRightsOf(me, tenantId).changeMembers;

  function changed(email: string) {
    setEditing(undefined);
    setRemoving(undefined);
    list.reload();
    if (email === me.email) reloadMe();
  }

  return (
    <div class="page" aria-busy={list.loading}>
      <PageHead
        title="Members"
        below={
          <p class="lead">
            Managers change everything here, viewers see everything, repository viewers see the repositories
            you choose.
          </p>
        }
        actions={
          mayChange && (
            <button
              type="button"
              class="button primary"
              disabled={!list.answer}
              onClick={() => setEditing('new')}
            >
              Add member
            </button>
          )
        }
      />
      {list.error && <Failure error={list.error} retry={list.reload} />}
      {!list.answer && !list.error && <Skeleton />}
      {list.answer && (
        <MemberTable
          members={list.answer.members}
          onEdit={mayChange ? setEditing : undefined}
          onRemove={setRemoving}
        />
      )}
      {editing && list.answer && (
        <MemberDialog
          tenantId={tenantId}
          member={editing === 'new' ? undefined : editing}
          repositories={list.answer.repositories}
          onClose={() => setEditing(undefined)}
          onSaved={changed}
        />
      )}
      {removing && (
        <RemoveMember
          email={removing}
          consequence="They lose access to this tenant at once. Their sign-in itself stays."
          remove={() =>
            api.send<MemberRemoved>('DELETE', `members/${tenantId}/${encodeURIComponent(removing)}`)
          }
          onClose={() => setRemoving(undefined)}
          onRemoved={() => changed(removing)}
        />
      )}
    </div>
  );
}

interface MemberTableProps {
  members: Member[];
  onEdit: ((member: Member) => void) | undefined;
  onRemove: (email: string) => void;
}

function MemberTable({ members, onEdit, onRemove }: MemberTableProps) {
  if (members.length === 0) return <p class="none">Nobody has a role in this tenant yet.</p>;
  return (
    <section class="panel" aria-label="Members">
      <TableScroll label="Members">
        <table class="data cards">
          <thead>
            <tr>
              <th scope="col">E-mail address</th>
              <th scope="col">Role</th>
              <th scope="col">Since</th>
              {onEdit && (
                <th scope="col">
                  <span class="unseen">Actions</span>
                </th>
              )}
            </tr>
          </thead>
          <tbody>
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
          </tbody>
        </table>
      </TableScroll>
    </section>
  );
}
