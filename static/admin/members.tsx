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
import { PickList } from '../controls/pick-list.tsx';
import { useSubmission } from '../controls/submit.ts';
import { formatInstant, plural } from '../format.ts';
import { replace, usePlace, withQuery } from '../location.ts';
import { reads } from '../reads.ts';
import { LinkDialog, type WantedLink } from './link-dialog.tsx';
import { LinkButton, RemoveMember, RoleTable, useRoleChange } from './roles.tsx';

const EXPLANATION =
  'Managers can edit, viewers see everything, repository viewers see the repositories and groups you choose.';

/** The members of a tenant and their roles. */
export function Members({ tenantId }: { tenantId: number }) {
  const { api, accounts } = useApp();
  const { me } = useMe();
  const list = useAnswer(reads.members(tenantId));
  const { editing, edit, removing, askToRemove, changed } = useRoleChange<Member>(list.reload);
  const mayChange = mayInTenant(me, tenantId, 'changeMembers');
  const place = usePlace();
  const shown = editing ?? (mayChange && place.query.has('add') ? 'new' : undefined);

  function stopAsking() {
    if (place.query.has('add')) replace(withQuery(place, { add: null }));
  }
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
      {shown && list.answer && (
        <MemberDialog
          tenantId={tenantId}
          member={shown === 'new' ? undefined : shown}
          list={list.answer}
          onClose={() => {
            edit(undefined);
            stopAsking();
          }}
          onSaved={({ email, state }) => {
            changed(email);
            stopAsking();
            if (accounts && shown === 'new' && state === 'invited') setLink({ kind: 'invitation', email });
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
  member: { role, repositoryIds, groupIds, state },
  until,
}: {
  member: Member;
  until: string | undefined;
}) {
  return (
    <>
      {role === 'repository viewer' && (
        <span class="muted"> · {toAllowance(repositoryIds.length, groupIds.length)}</span>
      )}
      {state === 'invited' && until && <span class="muted"> · link until {formatInstant(until)}</span>}
    </>
  );
}

/** "2 repositories, 1 group". */
function toAllowance(repositories: number, groups: number): string {
  const parts = [
    repositories > 0 || groups === 0 ? [plural(repositories, 'repository', 'repositories')] : [],
    groups > 0 ? [plural(groups, 'group')] : [],
  ];
  return parts.flat().join(', ');
}

interface MemberDialogProps {
  tenantId: number;
  /** Absent for a new one. */
  member: Member | undefined;
  list: MemberList;
  onClose: () => void;
  onSaved: (member: Member) => void;
}

const ROLES = [
  { value: 'repository viewer', label: 'Repository viewer: sees what you choose' },
  { value: 'viewer', label: 'Viewer: sees everything in this tenant' },
  { value: 'manager', label: 'Manager: can also edit and assign roles' },
];

/** Give least at first, where there is something to choose. */
function firstRole({ repositories, groups }: MemberList): MemberRequest['role'] {
  return repositories.length + groups.length > 0 ? 'repository viewer' : 'viewer';
}

/** Adds a member or changes its role. */
function MemberDialog({ tenantId, member, list, onClose, onSaved }: MemberDialogProps) {
  const { api } = useApp();
  const submission = useSubmission();
  const [email, setEmail] = useState(member?.email ?? '');
  const [role, setRole] = useState<MemberRequest['role']>(member?.role ?? firstRole(list));
  const [chosen, setChosen] = useState<ReadonlySet<number>>(new Set(member?.repositoryIds));
  const [groups, setGroups] = useState<ReadonlySet<number>>(new Set(member?.groupIds));
  const limited = role === 'repository viewer';

  function save() {
    const body: MemberRequest = limited
      ? { role, repositoryIds: [...chosen], groupIds: [...groups] }
      : { role };
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
      disabled={limited && chosen.size + groups.size === 0}
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
      {limited && list.groups.length > 0 && (
        <div class="field">
          <span class="label">Groups</span>
          <PickList
            label="Groups this person can see"
            items={list.groups.map(({ groupId, name, count }) => ({
              id: groupId,
              label: name,
              note: <span class="tag">{plural(count, 'repository', 'repositories')}</span>,
            }))}
            chosen={groups}
            onChange={setGroups}
            none=""
          />
        </div>
      )}
      {limited && (
        <div class="field">
          {list.groups.length > 0 && <span class="label">Repositories</span>}
          <PickList
            label="Repositories this person can see"
            items={list.repositories.map(({ repositoryId, fullName }) => ({
              id: repositoryId,
              label: fullName,
            }))}
            chosen={chosen}
            onChange={setChosen}
            none="This tenant has no repositories yet."
          />
        </div>
      )}
    </FormDialog>
  );
}
