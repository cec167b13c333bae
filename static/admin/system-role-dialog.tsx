import { useState } from 'preact/hooks';
import type { SystemMemberRequest } from '../../actions/members.ts';
import type { SystemMember } from '../../lib/answers/members.ts';
import { useApp } from '../app-context.ts';
import { Field, SelectField } from '../controls/field.tsx';
import { FormDialog } from '../controls/form-dialog.tsx';
import { useSubmission } from '../controls/submit.ts';

interface SystemRoleDialogProps {
  /** Absent: somebody new. */
  member: SystemMember | undefined;
  onClose: () => void;
  onSaved: (email: string) => void;
}

const ROLES = [
  { value: 'maintainer', label: 'Maintainer: sees all tenants, keeps the collection going' },
  { value: 'administrator', label: 'Administrator: may do everything' },
];

/** Gives a system role or changes it. */
export function SystemRoleDialog({ member, onClose, onSaved }: SystemRoleDialogProps) {
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
        options={ROLES}
        onValue={(value) => setRole(value as SystemMemberRequest['role'])}
      />
    </FormDialog>
  );
}
