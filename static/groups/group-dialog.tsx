import { useEffect, useId, useState } from 'preact/hooks';
import type { GroupPreviewRequest, GroupRequest } from '../../actions/groups.ts';
import type { Group, GroupDeleted, GroupList, GroupPreview } from '../../lib/answers/groups.ts';
import { useAnswer } from '../answers.ts';
import { useApp } from '../app-context.ts';
import { FormDialog } from '../controls/dialog.tsx';
import { Field, SelectField } from '../controls/field.tsx';
import { Answered } from '../controls/loading.tsx';
import { PickList } from '../controls/pick-list.tsx';
import { fieldErrorsOf, useSubmission } from '../controls/submit.ts';
import { formatCount, plural } from '../format.ts';
import { reads } from '../reads.ts';
import './sheet.ts';

type Listed = GroupList['groups'][number];
type Rule = NonNullable<Group['rule']>;

interface GroupDialogProps {
  tenantId: number;
  /** Absent for a new one. */
  group: Listed | undefined;
  onClose: () => void;
  onSaved: (group: Group) => void;
}

/** Creates or changes a group. */
export function GroupDialog({ tenantId, group, onClose, onSaved }: GroupDialogProps) {
  const list = useAnswer(reads.groups(tenantId));
  const stored = useAnswer(group ? reads.group(tenantId, group.groupId) : null);
  if (group && stored.answer)
    return (
      <Editor
        tenantId={tenantId}
        stored={stored.answer}
        list={list.answer}
        onClose={onClose}
        onSaved={onSaved}
      />
    );
  if (group) return stored.error ? <Answered loaded={stored}>{() => null}</Answered> : null;
  return (
    <Editor tenantId={tenantId} stored={undefined} list={list.answer} onClose={onClose} onSaved={onSaved} />
  );
}

type Kind = 'rule' | 'hand' | 'both';

const KINDS: { value: Kind; label: string }[] = [
  { value: 'rule', label: 'By rule' },
  { value: 'hand', label: 'By hand' },
  { value: 'both', label: 'Both' },
];

const ANY: Rule = { owner: '', namePattern: '', topic: null, visibility: 'any' };

/** What stands for anything is shown as an empty field. */
function toFields(rule: Rule): Rule {
  const shown = (pattern: string) => (pattern === '*' ? '' : pattern);
  return { ...rule, owner: shown(rule.owner), namePattern: shown(rule.namePattern) };
}

const VISIBILITIES = [
  { value: 'any', label: 'Any' },
  { value: 'public', label: 'Public' },
  { value: 'private', label: 'Private' },
  { value: 'internal', label: 'Internal' },
];

function kindOf(stored: Group | undefined): Kind {
  if (!stored || stored.rule === null) return stored ? 'hand' : 'rule';
  return stored.repositories.some(({ chosen }) => chosen) ? 'both' : 'rule';
}

/** An empty field stands for anything. */
function toRule({ owner, namePattern, topic, visibility }: Rule): Rule {
  return {
    owner: owner.trim() || '*',
    namePattern: namePattern.trim() || '*',
    topic: topic?.trim() || null,
    visibility,
  };
}

interface EditorProps {
  tenantId: number;
  stored: Group | undefined;
  list: GroupList | undefined;
  onClose: () => void;
  onSaved: (group: Group) => void;
}

function Editor({ tenantId, stored, list, onClose, onSaved }: EditorProps) {
  const { api } = useApp();
  const submission = useSubmission();
  const [kind, setKind] = useState<Kind>(kindOf(stored));
  const [rule, setRule] = useState<Rule>(stored?.rule ? toFields(stored.rule) : ANY);
  const [chosen, setChosen] = useState<ReadonlySet<number>>(
    new Set(stored?.repositories.filter((one) => one.chosen).map(({ repositoryId }) => repositoryId)),
  );
  const [typedName, setTypedName] = useState<string | undefined>(stored?.name);
  const hasRule = kind !== 'hand';
  const hasChosen = kind !== 'rule';
  const name = typedName ?? (hasRule ? rule.namePattern : '');
  const errors = fieldErrorsOf(submission, { group_exists: 'name' });

  function save() {
    const request: GroupRequest = {
      name,
      rule: hasRule ? toRule(rule) : null,
      repositoryIds: hasChosen ? [...chosen] : [],
    };
    void submission.run(async () => {
      const path = `groups/${tenantId}`;
      onSaved(
        stored
          ? await api.send<Group>('PUT', `${path}/${stored.groupId}`, request)
          : await api.send<Group>('POST', path, request),
      );
    });
  }

  return (
    <FormDialog
      title={stored ? `Edit ${stored.name}` : 'New group'}
      action={stored ? 'Save' : 'Create'}
      wide
      disabled={!hasRule && chosen.size === 0}
      submission={submission}
      shownAtField={errors.atField}
      onSubmit={save}
      onClose={onClose}
    >
      <KindChoice kind={kind} onKind={setKind} />
      {hasRule && <RuleFields rule={rule} onRule={setRule} isNew={!stored} />}
      {hasRule && <Preview tenantId={tenantId} rule={rule} />}
      {hasChosen && (
        <PickList
          label="Repositories of the group"
          items={(list?.repositories ?? []).map(({ repositoryId, fullName }) => ({
            id: repositoryId,
            label: fullName,
          }))}
          chosen={chosen}
          onChange={setChosen}
          none={list ? 'This tenant has no repositories yet.' : 'Loading…'}
        />
      )}
      <Field
        label="Name"
        required
        maxLength={100}
        value={name}
        onValue={setTypedName}
        error={errors.of('name')}
      />
    </FormDialog>
  );
}

function KindChoice({ kind, onKind }: { kind: Kind; onKind: (kind: Kind) => void }) {
  const id = useId();
  return (
    <fieldset class="choices">
      <legend class="unseen">How repositories get into the group</legend>
      {KINDS.map(({ value, label }) => (
        <label key={value}>
          <input
            type="radio"
            name={id}
            value={value}
            checked={kind === value}
            onChange={() => onKind(value)}
          />
          <span>{label}</span>
        </label>
      ))}
    </fieldset>
  );
}

interface RuleFieldsProps {
  rule: Rule;
  onRule: (rule: Rule) => void;
  isNew: boolean;
}

function RuleFields({ rule, onRule, isNew }: RuleFieldsProps) {
  const change = (part: Partial<Rule>) => onRule({ ...rule, ...part });
  return (
    <div class="group-fields">
      <Field
        label="Name pattern"
        maxLength={100}
        placeholder="sdk-*"
        autoComplete="off"
        spellcheck={false}
        data-first={isNew || undefined}
        value={rule.namePattern}
        onValue={(namePattern) => change({ namePattern })}
        hint="* stands for any characters, ? for one. Empty: any name."
      />
      <div class="row">
        <Field
          label="Owner"
          maxLength={100}
          placeholder="Any"
          autoComplete="off"
          spellcheck={false}
          value={rule.owner}
          onValue={(owner) => change({ owner })}
        />
        <Field
          label="Topic"
          maxLength={50}
          placeholder="Any"
          autoComplete="off"
          spellcheck={false}
          value={rule.topic ?? ''}
          onValue={(topic) => change({ topic })}
        />
        <SelectField
          label="Visibility"
          value={rule.visibility}
          options={VISIBILITIES}
          onValue={(visibility) => change({ visibility: visibility as Rule['visibility'] })}
        />
      </div>
    </div>
  );
}

const PAUSE_MS = 250;
const MAX_LISTED = 100;

/** What the rule matches now, while it is typed. */
function Preview({ tenantId, rule }: { tenantId: number; rule: Rule }) {
  const { api } = useApp();
  const [answer, setAnswer] = useState<GroupPreview | Error>();
  const asked = JSON.stringify({ rule: toRule(rule) } satisfies GroupPreviewRequest);
  useEffect(() => {
    let isCurrent = true;
    const show = (next: GroupPreview | Error) => {
      if (isCurrent) setAnswer(next);
    };
    const timer = setTimeout(() => {
      api.send<GroupPreview>('POST', `groups/${tenantId}/preview`, JSON.parse(asked)).then(show, show);
    }, PAUSE_MS);
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [api, tenantId, asked]);
  const repositories = answer && !(answer instanceof Error) ? answer.repositories : [];
  return (
    <div class="group-preview">
      <p role="status">{toVerdict(answer)}</p>
      {repositories.length > 0 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        <ul class="pick-list" tabIndex={0} aria-label="Repositories that match">
          {repositories.slice(0, MAX_LISTED).map(({ repositoryId, fullName }) => (
            <li key={repositoryId}>{fullName}</li>
          ))}
          {answer && !(answer instanceof Error) && answer.matchCount > MAX_LISTED && (
            <li class="muted">…and {formatCount(answer.matchCount - MAX_LISTED)} more</li>
          )}
        </ul>
      )}
    </div>
  );
}

function toVerdict(answer: GroupPreview | Error | undefined): string {
  if (!answer) return 'Looking…';
  if (answer instanceof Error) return answer.message;
  const { matches, matchCount, repositoryCount } = answer;
  if (matches === 'none') return 'No repository matches now. The group fills when one does.';
  const all = formatCount(repositoryCount);
  if (matches === 'all') return `Every repository matches: all ${all}.`;
  return `${formatCount(matchCount)} of ${all} repositories match.`;
}

interface DeleteGroupProps {
  tenantId: number;
  group: Listed;
  onClose: () => void;
  onDeleted: () => void;
}

/** Asks before a group is deleted, and says who sees less then. */
export function DeleteGroup({ tenantId, group, onClose, onDeleted }: DeleteGroupProps) {
  const { api } = useApp();
  const submission = useSubmission();
  const { members, channels } = group.uses ?? { members: 0, channels: 0 };
  return (
    <FormDialog
      title={`Delete ${group.name}?`}
      action="Delete"
      danger
      submission={submission}
      onSubmit={() =>
        void submission.run(async () => {
          await api.send<GroupDeleted>('DELETE', `groups/${tenantId}/${group.groupId}`);
          onDeleted();
        })
      }
      onClose={onClose}
    >
      <p>Its repositories stay, with all data.</p>
      {members > 0 && (
        <p>
          {plural(members, 'member was', 'members were')} given this group: they no longer see what they see
          only through it.
        </p>
      )}
      {channels > 0 && (
        <p>
          {plural(channels, 'channel reports', 'channels report')} on it each week: no report is sent there
          until you choose another group or the whole tenant.
        </p>
      )}
    </FormDialog>
  );
}
