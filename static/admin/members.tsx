import type { Member, MemberRemoved } from '../../lib/answers/members.ts';
import { mayInTenant } from '../access.ts';
import { useAnswer } from '../answers.ts';
import { useApp, useMe } from '../app-context.ts';
import { Answered } from '../controls/answered.tsx';
import { PageHead } from '../controls/page-head.tsx';
import { plural } from '../format.ts';
import { reads } from '../reads.ts';
import { MemberDialog } from './member-dialog.tsx';
import { RemoveMember } from './remove-member.tsx';
import { useRoleChange } from './role-change.ts';
import { RoleTable } from './role-table.tsx';

const EXPLANATION =
  'Managers change everything here, viewers see everything, repository viewers see the repositories you choose.';

/** Who may see and do what in a tenant. */
export function Members({ tenantId }: { tenantId: number }) {
  const { api } = useApp();
  const { me } = useMe();
  const list = useAnswer(reads.members(tenantId));
  const { editing, edit, removing, askToRemove, changed } = useRoleChange<Member>(list.reload);
  const mayChange = mayInTenant(me, tenantId, 'changeMembers');

  return (
    <div class="page" aria-busy={list.loading}>
      <PageHead
        title="Members"
        below={<p class="lead">{EXPLANATION}</p>}
        actions={
          mayChange && (
            <button type="button" class="button primary" disabled={!list.answer} onClick={() => edit('new')}>
              Add member
            </button>
          )
        }
      />
      <Answered loaded={list}>
        {({ members }) => (
          <MemberTable members={members} onEdit={mayChange ? edit : undefined} onRemove={askToRemove} />
        )}
      </Answered>
      {editing && list.answer && (
        <MemberDialog
          tenantId={tenantId}
          member={editing === 'new' ? undefined : editing}
          repositories={list.answer.repositories}
          onClose={() => edit(undefined)}
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
          onClose={() => askToRemove(undefined)}
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
    <RoleTable
      label="Members"
      caption="All members"
      people={members}
      sinceOf={({ addedAt }) => addedAt}
      noteOf={({ role, repositoryIds }) =>
        role === 'repository viewer' && (
          <span class="muted"> · {plural(repositoryIds.length, 'repository', 'repositories')}</span>
        )
      }
      onEdit={onEdit}
      onRemove={onRemove}
    />
  );
}
