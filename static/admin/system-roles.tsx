import { useState } from 'preact/hooks';
import type { SystemMemberRequest } from '../../actions/members.ts';
import type { MemberRemoved, SystemMember } from '../../actions/openapi/members.ts';
import { rightsOf } from '../access.ts';
import { useAnswer } from '../answers.ts';
import { useApp, useMe } from '../app-context.ts';
import { Failure } from '../controls/failure.tsx';
import { Field, SelectField } from '../controls/field.tsx';
import { FormDialog } from '../controls/form-dialog.tsx';
import { PageHead } from '../controls/page-head.tsx';
import { Skeleton } from '../controls/skeleton.tsx';
import { useSubmission } from '../controls/submit.ts';
import { formatInstant } from '../format.ts';
import { reads } from '../reads.ts';
import { RemoveMember } from './remove-member.tsx';

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
        below={
          <p class="lead">
            Administrators change everything in every tenant; maintainers see everything and keep the
            collection going.
          </p>
        }
        actions={
          mayChange && (
            <button type="button" class="button primary" onClick={() => setEditing('new')}>
              Give a role
            </button>
          )
        }
      />
      {list.error && <Failure error={list.error} retry={list.reload} />}
      {!list.answer && !list.error && <Skeleton />}
      {list.answer && (
        <section class="panel" aria-label="System roles">
          <table class="data cards">
            <thead>
              <tr>
                <th scope="col">E-mail address</th>
                <th scope="col">Role</th>
                <th scope="col">Since</th>
                {mayChange && (
                  <th scope="col">
                    <span class="unseen">Actions</span>
                  </th>
                )}
              </tr>
            </thead>
            <tbody>
              {list.answer.members.map((member) => (
                <tr key={member.email}>
                  <th scope="row" class="name">
                    {member.email}
                  </th>
                  <td data-label="Role">{member.role}</td>
                  <td class="when" data-label="Since">
                    {formatInstant(member.grantedAt)}
                  </td>
                  {mayChange && (
                    <td class="actions">
                      <button type="button" class="button small" onClick={() => setEditing(member)}>
                        Change…<span class="unseen"> {member.email}</span>
                      </button>
                      <button
                        type="button"
                        class="button small danger"
                        onClick={() => setRemoving(member.email)}
                      >
                        Remove…<span class="unseen"> {member.email}</span>
                      </button>
                    </td>
                  )}
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
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

interface SystemRoleDialogProps {
  member: SystemMember | undefined;
  onClose: () => void;
  onSaved: (email: string) => void;
}

function SystemRoleDialog({ member, onClose, onSaved }: SystemRoleDialogProps) {
  const { api } = useApp();
  const submission = useSubmission();
  const [email, setEmail] = useState(member?.email ?? '');
  const [role, setRole] = useState<SystemMemberRequest['role']>(member?.role ?? 'maintainer');

  function save() {
    const address = email.trim().toLowerCase();
    const body: SystemMemberRequest = { role };
    void submission.run(async () => {
      await api.send<SystemMember>('PUT', `members/system/${encodeURIComponent(address)}`, body);
      onSaved(address);
    });
  }

  return (
    <FormDialog
      title={member ? `System role of ${member.email}` : 'Give a system role'}
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
        />
      )}
      <SelectField
        label="Role"
        value={role}
        options={[
          { value: 'maintainer', label: 'Maintainer: sees all tenants, keeps the collection going' },
          { value: 'administrator', label: 'Administrator: may do everything' },
        ]}
        onValue={(value) => setRole(value as SystemMemberRequest['role'])}
      />
    </FormDialog>
  );
}
