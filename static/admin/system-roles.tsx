import { useState } from 'preact/hooks';
import type { SystemMemberRequest } from '../../actions/members.ts';
import type { MemberRemoved, SystemMember } from '../../lib/answers/members.ts';
import { mayInSystem } from '../access.ts';
import { useAnswer } from '../answers.ts';
import { useApp, useMe } from '../app-context.ts';
import { FormDialog } from '../controls/dialog.tsx';
import { Field, SelectField } from '../controls/field.tsx';
import { Answered } from '../controls/loading.tsx';
import { PageHead } from '../controls/page-head.tsx';
import { useSubmission } from '../controls/submit.ts';
import { reads } from '../reads.ts';
import { LinkDialog, type WantedLink } from './link-dialog.tsx';
import { LinkButton, RemoveMember, RoleTable, useRoleChange } from './roles.tsx';

const EXPLANATION =
  'Administrators can edit everything; maintainers see everything and manage repositories and collection.';

/** The administrators and maintainers of the installation. */
export function SystemRoles() {
  const { api, accounts } = useApp();
  const { me } = useMe();
  const [link, setLink] = useState<WantedLink>();
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
              Add administrator or maintainer
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
            {...(accounts && {
              actionsOf: (person: SystemMember) => <LinkButton person={person} onWant={setLink} />,
            })}
          />
        )}
      </Answered>
      {editing && (
        <SystemRoleDialog
          member={editing === 'new' ? undefined : editing}
          onClose={() => edit(undefined)}
          onSaved={({ email, state }) => {
            changed(email);
            if (accounts && editing === 'new' && state === 'invited') setLink({ kind: 'invitation', email });
          }}
        />
      )}
      {link && accounts && (
        <LinkDialog accounts={accounts} wanted={link} place="system" onClose={() => setLink(undefined)} />
      )}
      {removing && (
        <RemoveMember
          email={removing}
          consequence="They keep their roles in tenants."
          remove={() => api.send<MemberRemoved>('DELETE', `members/system/${encodeURIComponent(removing)}`)}
          onClose={() => askToRemove(undefined)}
          onRemoved={() => changed(removing)}
        />
      )}
    </div>
  );
}

interface SystemRoleDialogProps {
  /** Absent for a new one. */
  member: SystemMember | undefined;
  onClose: () => void;
  onSaved: (member: SystemMember) => void;
}

const ROLES = [
  { value: 'maintainer', label: 'Maintainer: sees all tenants, manages repositories and collection' },
  { value: 'administrator', label: 'Administrator: can do everything' },
];

/** Assigns or changes a system role. */
function SystemRoleDialog({ member, onClose, onSaved }: SystemRoleDialogProps) {
  const { api } = useApp();
  const submission = useSubmission();
  const [email, setEmail] = useState(member?.email ?? '');
  const [role, setRole] = useState<SystemMemberRequest['role']>(member?.role ?? 'maintainer');

  function save() {
    const address = email.trim();
    const body: SystemMemberRequest = { role };
    void submission.run(async () => {
      const path = `members/system/${encodeURIComponent(address)}`;
      onSaved(await api.send<SystemMember>('PUT', path, body));
    });
  }

  return (
    <FormDialog
      title={member ? `System role of ${member.email}` : 'Add administrator or maintainer'}
      action="Save"
      submission={submission}
      onSubmit={save}
      onClose={onClose}
    >
      {!member && (
        <Field
          label="E-mail address"
          type="email"
          required
          maxLength={320}
          value={email}
          onValue={setEmail}
          hint="The address they sign in with. The role belongs to the first account that does."
        />
      )}
      <SelectField
        label="Role"
        value={role}
        options={ROLES}
        onValue={(value) => setRole(value as SystemMemberRequest['role'])}
      />
    </FormDialog>
  );
}
