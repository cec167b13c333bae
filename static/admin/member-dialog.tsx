import { useState } from 'preact/hooks';
import type { MemberRequest } from '../../actions/members.ts';
import type { Member, MemberList } from '../../lib/answers/members.ts';
import { useApp } from '../app-context.ts';
import { Field, SelectField } from '../controls/field.tsx';
import { FormDialog } from '../controls/form-dialog.tsx';
import { useSubmission } from '../controls/submit.ts';

interface MemberDialogProps {
  tenantId: number;
  /** Absent: somebody new. */
  member: Member | undefined;
  repositories: MemberList['repositories'];
  onClose: () => void;
  onSaved: (email: string) => void;
}

const ROLES = [
  { value: 'viewer', label: 'Viewer: sees everything in this tenant' },
  { value: 'repository viewer', label: 'Repository viewer: sees chosen repositories' },
  { value: 'manager', label: 'Manager: also adds, removes and gives roles' },
];

/** Adds a member or changes its role. */
export function MemberDialog({ tenantId, member, repositories, onClose, onSaved }: MemberDialogProps) {
  const { api } = useApp();
  const submission = useSubmission();
  const [email, setEmail] = useState(member?.email ?? '');
  const [role, setRole] = useState<MemberRequest['role']>(member?.role ?? 'viewer');
  const [chosen, setChosen] = useState<number[]>(member?.repositoryIds ?? []);
  const limited = role === 'repository viewer';

  function save() {
    const body: MemberRequest = { role, repositoryIds: limited ? chosen : [] };
    const address = email.trim().toLowerCase();
    void submission.run(async () => {
      await api.send<Member>('PUT', `members/${tenantId}/${encodeURIComponent(address)}`, body);
      onSaved(address);
    });
  }

  return (
    <FormDialog
      title={member ? `Role of ${member.email}` : 'Add a member'}
      action={member ? 'Save' : 'Add'}
      disabled={limited && chosen.length === 0}
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
          hint="The address with which the person signs in."
        />
      )}
      <SelectField
        label="Role"
        value={role}
        options={ROLES}
        onValue={(value) => setRole(value as MemberRequest['role'])}
      />
      {limited && <RepositoryChoice repositories={repositories} chosen={chosen} onChange={setChosen} />}
    </FormDialog>
  );
}

interface RepositoryChoiceProps {
  repositories: MemberList['repositories'];
  chosen: number[];
  onChange: (chosen: number[]) => void;
}

function RepositoryChoice({ repositories, chosen, onChange }: RepositoryChoiceProps) {
  if (repositories.length === 0)
    return <p class="hint">The tenant has no repositories to choose from yet.</p>;
  return (
    <fieldset class="pick-list">
      <legend class="unseen">Repositories this person may see</legend>
      {repositories.map(({ repositoryId, fullName }) => (
        <label key={repositoryId}>
          <input
            type="checkbox"
            checked={chosen.includes(repositoryId)}
            onChange={(event) =>
              onChange(
                event.currentTarget.checked
                  ? [...chosen, repositoryId]
                  : chosen.filter((id) => id !== repositoryId),
              )
            }
          />
          <span>{fullName}</span>
        </label>
      ))}
    </fieldset>
  );
}
