import type { MemberRemoved, SystemMember } from '../../lib/answers/members.ts';
import { mayInSystem } from '../access.ts';
import { useAnswer } from '../answers.ts';
import { useApp, useMe } from '../app-context.ts';
import { Answered } from '../controls/answered.tsx';
import { PageHead } from '../controls/page-head.tsx';
import { reads } from '../reads.ts';
import { RemoveMember } from './remove-member.tsx';
import { useRoleChange } from './role-change.ts';
import { RoleTable } from './role-table.tsx';
import { SystemRoleDialog } from './system-role-dialog.tsx';

const EXPLANATION =
  'Administrators change everything in every tenant; maintainers see everything and keep the collection going.';

/** Who may administer or maintain the whole installation. */
export function SystemRoles() {
  const { api } = useApp();
  const { me } = useMe();
  const list = useAnswer(reads.systemMembers());
  const { editing, edit, removing, askToRemove, changed } = useRoleChange<SystemMember>(list.reload);
  const mayChange = mayInSystem(me, 'changeSystemRoles');

  return (
    <div class="page" aria-busy={list.loading}>
      <PageHead
        title="System roles"
        below={<p class="lead">{EXPLANATION}</p>}
        actions={
          mayChange && (
            <button type="button" class="button primary" onClick={() => edit('new')}>
              Give a role
            </button>
          )
        }
      />
      <Answered loaded={list}>
        {({ members }) => (
          <RoleTable
            label="System roles"
            caption="People with a system role"
            people={members}
            sinceOf={({ grantedAt }) => grantedAt}
            onEdit={mayChange ? edit : undefined}
            onRemove={askToRemove}
          />
        )}
      </Answered>
      {editing && (
        <SystemRoleDialog
          member={editing === 'new' ? undefined : editing}
          onClose={() => edit(undefined)}
          onSaved={changed}
        />
      )}
      {removing && (
        <RemoveMember
          email={removing}
          consequence="They keep the roles that they have in tenants."
          remove={() => api.send<MemberRemoved>('DELETE', `members/system/${encodeURIComponent(removing)}`)}
          onClose={() => askToRemove(undefined)}
          onRemoved={() => changed(removing)}
        />
      )}
    </div>
  );
}
