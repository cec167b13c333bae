import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { Member } from '../../lib/answers/members.ts';
import { mayInSystem } from '../access.ts';
import { useMe } from '../app-context.ts';
import { DataTable } from '../controls/data-table.tsx';
import { FormDialog } from '../controls/dialog.tsx';
import { Menu } from '../controls/menu.tsx';
import { useSubmission } from '../controls/submit.ts';
import { formatInstant } from '../format.ts';
import type { WantedLink } from './link-dialog.tsx';

interface Person {
  email: string;
  role: string;
  state: Member['state'];
}

interface RoleTableProps<P extends Person> {
  label: string;
  caption: string;
  people: P[];
  sinceOf: (person: P) => string;
  /** Shown beside the role. */
  noteOf?: (person: P) => ComponentChildren;
  /** Absent if you may not change roles. */
  onEdit: ((person: P) => void) | undefined;
  onRemove: (email: string) => void;
  /** More buttons for a person. */
  actionsOf?: (person: P) => ComponentChildren;
}

/** Each person with their role, and since when. */
export function RoleTable<P extends Person>({
  label,
  caption,
  people,
  sinceOf,
  noteOf,
  onEdit,
  onRemove,
  actionsOf,
}: RoleTableProps<P>) {
  const columns = [
    { label: 'E-mail address' },
    { label: 'Role' },
    { label: 'Since' },
    onEdit && { label: 'Actions', unseen: true },
  ];
  return (
    <section class="panel" aria-label={label}>
      <DataTable label={caption} columns={columns} cards>
        {people.map((person) => (
          <tr key={person.email}>
            <th scope="row" class="name">
              {person.email}
            </th>
            <td data-label="Role">
              {person.role}
              {noteOf?.(person)}
            </td>
            <td class="when" data-label="Since">
              {formatInstant(sinceOf(person))}
              <RoleStateNote state={person.state} />
            </td>
            {onEdit && (
              <td class="actions">
                {actionsOf?.(person)}
                <button type="button" class="button small" onClick={() => onEdit(person)}>
                  Change…<span class="unseen"> {person.email}</span>
                </button>
                <Menu
                  label={`Actions for ${person.email}`}
                  items={[{ label: 'Remove…', danger: true, onPick: () => onRemove(person.email) }]}
                />
              </td>
            )}
          </tr>
        ))}
      </DataTable>
    </section>
  );
}

/** Why a role does not count (yet). */
function RoleStateNote({ state }: { state: Member['state'] }) {
  if (state === 'active') return null;
  if (state === 'invited') return <span class="tag">Invited, not signed in yet</span>;
  return (
    <span class="tag warning" title="Remove this person and add the new address.">
      Has another address now
    </span>
  );
}

interface LinkButtonProps {
  person: Person;
  onWant: (wanted: WantedLink) => void;
}

/** Asks for the link that lets a person in: an invitation for a role that nobody holds yet or, by administrators, a reset. */
export function LinkButton({ person: { email, state }, onWant }: LinkButtonProps) {
  const { me } = useMe();
  const kind = state === 'invited' ? 'invitation' : 'reset';
  if (kind === 'reset' && (state !== 'active' || !mayInSystem(me, 'changeSystemRoles'))) return null;
  return (
    <button type="button" class="button small" onClick={() => onWant({ kind, email })}>
      {kind === 'invitation' ? 'Invitation link…' : 'Reset link…'}
      <span class="unseen"> for {email}</span>
    </button>
  );
}

/** Whose role is being assigned, changed or removed; reloads what the change affects. */
export function useRoleChange<P>(reload: () => void) {
  const { me, reloadMe } = useMe();
  const [editing, setEditing] = useState<P | 'new'>();
  const [removing, setRemoving] = useState<string>();

  function changed(email: string) {
    setEditing(undefined);
    setRemoving(undefined);
    reload();
    if (email === me.email) reloadMe();
  }

  return {
    editing,
    /** A person, or `new`; undefined to cancel. */
    edit: setEditing,
    removing,
    /** An e-mail address; undefined to cancel. */
    askToRemove: setRemoving,
    changed,
  };
}

interface RemoveMemberProps {
  email: string;
  consequence: string;
  remove: () => Promise<unknown>;
  onClose: () => void;
  onRemoved: () => void;
}

/** Asks before a person loses a role. */
export function RemoveMember({ email, consequence, remove, onClose, onRemoved }: RemoveMemberProps) {
  const submission = useSubmission();
  return (
    <FormDialog
      title={`Remove ${email}?`}
      action="Remove"
      danger
      submission={submission}
      onSubmit={() =>
        void submission.run(async () => {
          await remove();
          onRemoved();
        })
      }
      onClose={onClose}
    >
      <p>{consequence}</p>
    </FormDialog>
  );
}
