import { useState } from 'preact/hooks';
import type { Member, MemberRemoved } from '../../actions/openapi/members.ts';
import { tenantRightsOf } from '../access.ts';
import { useAnswer } from '../answers.ts';
import { useApp, useMe } from '../app-context.ts';
import { Answered } from '../controls/answered.tsx';
import { PageHead } from '../controls/page-head.tsx';
import { reads } from '../reads.ts';
import { MemberDialog } from './member-dialog.tsx';
import { MemberTable } from './member-table.tsx';
import { RemoveMember } from './remove-member.tsx';

const EXPLANATION =
  'Managers change everything here, viewers see everything, repository viewers see the repositories you choose.';

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
        below={<p class="lead">{EXPLANATION}</p>}
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
      <Answered loaded={list}>
        {({ members }) => (
          <MemberTable members={members} onEdit={mayChange ? setEditing : undefined} onRemove={setRemoving} />
        )}
      </Answered>
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
