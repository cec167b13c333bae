import { useEffect, useState } from 'preact/hooks';
import type { MemberRequest } from '../../actions/members.ts';
import type { Member, MemberList, MemberRemoved } from '../../lib/answers/members.ts';
import { mayInTenant } from '../access.ts';
import type { InvitationsAnswer } from '../accounts.ts';
import { useAnswer } from '../answers.ts';
import { useApp, useMe } from '../app-context.ts';
import { FormDialog } from '../controls/dialog.tsx';
import { Field, SelectField } from '../controls/field.tsx';
import { Answered } from '../controls/loading.tsx';
import { PageHead } from '../controls/page-head.tsx';
import { useSubmission } from '../controls/submit.ts';
import { formatInstant, plural } from '../format.ts';
import { reads } from '../reads.ts';
import { LinkDialog, type WantedLink } from './link-dialog.tsx';
import { LinkButton, RemoveMember, RoleTable, useRoleChange } from './roles.tsx';

const EXPLANATION =
  'Managers can edit, viewers see everything, repository viewers see the repositories you choose.';

/** The members of a tenant and their roles. */
export function Members({ tenantId }: { tenantId: number }) {
  const { api, accounts } = useApp();
  const { me } = useMe();
  const list = useAnswer(reads.members(tenantId));
  const { editing, edit, removing, askToRemove, changed } = useRoleChange<Member>(list.reload);
  const mayChange = mayInTenant(me, tenantId, 'changeMembers');
  const [link, setLink] = useState<WantedLink>();
  const invitations = useInvitations(mayChange ? tenantId : null, link);

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
          <MemberTable
            members={members}
            onEdit={mayChange ? edit : undefined}
            onRemove={askToRemove}
            invitedUntil={invitations}
            onWantLink={accounts ? setLink : undefined}
          />
        )}
      </Answered>
      {editing && list.answer && (
        <MemberDialog
          tenantId={tenantId}
          member={editing === 'new' ? undefined : editing}
          repositories={list.answer.repositories}
          onClose={() => edit(undefined)}
          onSaved={({ email, state }) => {
            changed(email);
            if (accounts && editing === 'new' && state === 'invited') setLink({ kind: 'invitation', email });
          }}
        />
      )}
      {link && accounts && (
        <LinkDialog accounts={accounts} wanted={link} place={tenantId} onClose={() => setLink(undefined)} />
      )}
      {removing && (
        <RemoveMember
          email={removing}
          consequence="They lose access to this tenant at once. They can still sign in."
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

/** The ends of the invitations that may still be used, by address. Reads them again when `link`, the dialog's, changes. */
function useInvitations(tenantId: number | null, link: WantedLink | undefined): Map<string, string> {
  const { accounts } = useApp();
  const [found, setFound] = useState(new Map<string, string>());
  useEffect(() => {
    if (!accounts || tenantId === null || link) return;
    accounts.read<InvitationsAnswer>({ url: `invitations/${tenantId}` }).then(
      ({ invitations }) => setFound(new Map(invitations.map((one) => [one.email, one.expiresAt]))),
      // The members are worth more than this note.
      () => undefined,
    );
  }, [accounts, tenantId, link]);
  return found;
}

interface MemberTableProps {
  members: Member[];
  invitedUntil: Map<string, string>;
  onEdit: ((member: Member) => void) | undefined;
  onRemove: (email: string) => void;
  /** Absent: accounts are elsewhere. */
  onWantLink: ((wanted: WantedLink) => void) | undefined;
}

function MemberTable({ members, invitedUntil, onEdit, onRemove, onWantLink }: MemberTableProps) {
  if (members.length === 0) return <p class="none">This tenant has no members yet.</p>;
  return (
    <RoleTable
      label="Members"
      caption="All members"
      people={members}
      sinceOf={({ addedAt }) => addedAt}
      noteOf={(member) => <MemberNote member={member} until={invitedUntil.get(member.email)} />}
      onEdit={onEdit}
      onRemove={onRemove}
      {...(onWantLink && {
        actionsOf: (person: Member) => <LinkButton person={person} onWant={onWantLink} />,
      })}
    />
  );
}

function MemberNote({
  member: { role, repositoryIds, state },
  until,
}: {
  member: Member;
  until: string | undefined;
}) {
  return (
    <>
      {role === 'repository viewer' && (
        <span class="muted"> · {plural(repositoryIds.length, 'repository', 'repositories')}</span>
      )}
      {state === 'invited' && until && <span class="muted"> · link until {formatInstant(until)}</span>}
    </>
  );
}

interface MemberDialogProps {
  tenantId: number;
  /** Absent for a new one. */
  member: Member | undefined;
  repositories: MemberList['repositories'];
  onClose: () => void;
  onSaved: (member: Member) => void;
}

const ROLES = [
  { value: 'viewer', label: 'Viewer: sees everything in this tenant' },
  { value: 'repository viewer', label: 'Repository viewer: sees chosen repositories' },
  { value: 'manager', label: 'Manager: can also edit and assign roles' },
];

/** Adds a member or changes its role. */
function MemberDialog({ tenantId, member, repositories, onClose, onSaved }: MemberDialogProps) {
  const { api } = useApp();
  const submission = useSubmission();
  const [email, setEmail] = useState(member?.email ?? '');
  const [role, setRole] = useState<MemberRequest['role']>(member?.role ?? 'viewer');
  const [chosen, setChosen] = useState<number[]>(member?.repositoryIds ?? []);
  const limited = role === 'repository viewer';

  function save() {
    const body: MemberRequest = { role, repositoryIds: limited ? chosen : [] };
    const address = email.trim();
    void submission.run(async () => {
      const path = `members/${tenantId}/${encodeURIComponent(address)}`;
      onSaved(await api.send<Member>('PUT', path, body));
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
          hint="The address they sign in with. The role belongs to the first account that does."
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
  if (repositories.length === 0) return <p class="hint">This tenant has no repositories yet.</p>;
  return (
    <fieldset class="pick-list">
      <legend class="unseen">Repositories this person can see</legend>
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
