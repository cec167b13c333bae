import { useState } from 'preact/hooks';
import type { PreviewRequest, RuleRequest } from '../../actions/rules.ts';
import type { RuleDeleted, RulePreview, RuleSaved, TrackingRule } from '../../lib/answers/rules.ts';
import { useApp } from '../app-context.ts';
import { FormDialog } from '../controls/dialog.tsx';
import { Field, SelectField } from '../controls/field.tsx';
import { Notice } from '../controls/notice.tsx';
import { Sentence } from '../controls/sentence.tsx';
import { fieldErrorsOf, type Submission, useSubmission } from '../controls/submit.ts';
import { formatCount, plural } from '../format.ts';

interface RuleDialogProps {
  tenantId: number;
  /** Absent for a new one. */
  rule: TrackingRule | undefined;
  onClose: () => void;
  onSaved: (saved: RuleSaved) => void;
}

const VISIBILITIES = [
  { value: 'any', label: 'Public and private' },
  { value: 'public', label: 'Public only' },
  { value: 'private', label: 'Private only' },
  { value: 'internal', label: 'Internal only' },
];
const FIELD_OF = { owner_not_found: 'owner' };

interface Draft {
  owner: string;
  namePattern: string;
  exceptions: string;
  forks: boolean;
  archived: boolean;
  visibility: TrackingRule['visibility'];
}

/** A rule as the API takes it. */
export function toRequest(rule: TrackingRule): RuleRequest {
  const { owner, namePattern, exceptions, forks, archived, visibility } = rule;
  return { owner, namePattern, exceptions, forks, archived, visibility };
}

function toDraft(rule: TrackingRule | undefined): Draft {
  return {
    owner: rule?.owner ?? '',
    namePattern: rule?.namePattern ?? '*',
    exceptions: rule?.exceptions.join(', ') ?? '',
    forks: rule?.forks === 'included',
    archived: rule?.archived === 'included',
    visibility: rule?.visibility ?? 'any',
  };
}

function toDraftRequest({ owner, namePattern, exceptions, forks, archived, visibility }: Draft): RuleRequest {
  return {
    owner: owner.trim(),
    namePattern: namePattern.trim() || '*',
    exceptions: exceptions.split(/[\s,]+/).filter(Boolean),
    forks: forks ? 'included' : 'excluded',
    archived: archived ? 'included' : 'excluded',
    visibility,
  };
}

/** Adds or changes a rule. The first press of its button shows a preview, the second one saves what was shown. */
export function RuleDialog({ tenantId, rule, onClose, onSaved }: RuleDialogProps) {
  const { api } = useApp();
  const submission = useSubmission();
  const [draft, setDraft] = useState(() => toDraft(rule));
  const [preview, setPreview] = useState<RulePreview>();

  /** A changed draft needs another preview. */
  function change(changed: Partial<Draft>) {
    setDraft({ ...draft, ...changed });
    setPreview(undefined);
    submission.clear();
  }
  async function ask(q?: string): Promise<RulePreview> {
    const body: PreviewRequest = {
      rule: toDraftRequest(draft),
      ...(rule && { ruleId: rule.ruleId }),
      ...(q && { q }),
    };
    return api.send<RulePreview>('POST', `rules/${tenantId}/preview`, body);
  }
  async function save() {
    const body = toDraftRequest(draft);
    onSaved(
      rule
        ? await api.send<RuleSaved>('PUT', `rules/${tenantId}/${rule.ruleId}`, body)
        : await api.send<RuleSaved>('POST', `rules/${tenantId}`, body),
    );
  }

  return (
    <FormDialog
      title={rule ? `Change ${rule.label}` : 'Add a rule'}
      action={preview ? toAction(preview, rule) : 'Preview'}
      wide
      disabled={preview?.warning?.code === 'owner_not_found' || (preview?.counts.over_limit ?? 0) > 0}
      submission={submission}
      shownAtField={fieldErrorsOf(submission, FIELD_OF).atField}
      onSubmit={() => void submission.run(async () => (preview ? save() : setPreview(await ask())))}
      onClose={onClose}
    >
      <DraftFields draft={draft} submission={submission} onChange={change} />
      {submission.busy && !preview && <p role="status">Asking GitHub for repositories…</p>}
      {preview && <Preview preview={preview} ask={ask} />}
    </FormDialog>
  );
}

function toAction({ counts }: RulePreview, rule: TrackingRule | undefined): string {
  const verb = rule ? 'Save' : 'Add rule';
  return counts.new === 0 ? verb : `${verb} and track ${formatCount(counts.new)}`;
}

interface DraftFieldsProps {
  draft: Draft;
  submission: Submission;
  onChange: (changed: Partial<Draft>) => void;
}

const TECHNICAL = { autoComplete: 'off', autoCapitalize: 'off', spellcheck: false } as const;

function DraftFields({ draft, submission, onChange }: DraftFieldsProps) {
  const errorOf = (field: string) =>
    fieldErrorsOf(submission, FIELD_OF).of(field) ??
    [...submission.fieldErrors].find(([path]) => path.split('.').includes(field))?.[1];
  return (
    <>
      <div class="row">
        <Field
          {...TECHNICAL}
          label="Owner"
          required
          maxLength={100}
          placeholder="acme"
          value={draft.owner}
          onValue={(owner) => onChange({ owner })}
          hint="An account on GitHub. * means any."
          error={errorOf('owner')}
        />
        <Field
          {...TECHNICAL}
          label="Repository name"
          maxLength={100}
          value={draft.namePattern}
          onValue={(namePattern) => onChange({ namePattern })}
          hint="Such as sdk-*. ? stands for one character."
          error={errorOf('namePattern')}
        />
        <SelectField
          label="Visibility"
          value={draft.visibility}
          options={VISIBILITIES}
          onValue={(visibility) => onChange({ visibility: visibility as Draft['visibility'] })}
          hint="Who sees it on GitHub."
        />
      </div>
      <div class="toolbar">
        <label class="choice">
          <input
            type="checkbox"
            checked={draft.forks}
            onChange={(event) => onChange({ forks: event.currentTarget.checked })}
          />
          Forks too
        </label>
        <label class="choice">
          <input
            type="checkbox"
            checked={draft.archived}
            onChange={(event) => onChange({ archived: event.currentTarget.checked })}
          />
          Archived ones too (GitHub gives no traffic of them)
        </label>
      </div>
      <Field
        {...TECHNICAL}
        label="Except"
        maxLength={2000}
        placeholder="acme/secret, acme/test-*"
        value={draft.exceptions}
        onValue={(exceptions) => onChange({ exceptions })}
        error={errorOf('exceptions')}
      />
    </>
  );
}

const STATES: Record<RulePreview['matches'][number]['state'], [label: string, kind: string]> = {
  new: ['new', 'success'],
  tracked: ['tracked', ''],
  removed: ['removed by hand', 'warning'],
  no_push_access: ['no push access', 'warning'],
  over_limit: ['over the limit', 'danger'],
};

interface PreviewProps {
  preview: RulePreview;
  /** Asks again, for the matches whose name contains this. */
  ask: (q: string) => Promise<RulePreview>;
}

/** What the rule would track now, and what it skips and why. */
function Preview({ preview, ask }: PreviewProps) {
  const [filter, setFilter] = useState('');
  const [found, setFound] = useState(preview);
  const searching = useSubmission();
  const { counts, description, warning } = preview;
  const wanted = filter.trim().toLowerCase();
  const shown = found.matches.filter(({ fullName }) => fullName.toLowerCase().includes(wanted));
  return (
    <section class="stack" aria-label="Preview">
      <p role="status">
        <strong>{plural(counts.matching, 'match', 'matches')}</strong> for {description}: {toCounts(counts)}.
      </p>
      {warning && (
        <Notice kind="warning">
          <p>
            <Sentence text={warning.message} />
          </p>
        </Notice>
      )}
      {counts.no_push_access > 0 && (
        <p class="hint">
          {formatCount(counts.no_push_access)} skipped: GitHub shows traffic only to those with push access.
        </p>
      )}
      {counts.matching > 0 && <Field label="Filter" type="search" value={filter} onValue={setFilter} />}
      {found.truncated && (
        <p class="hint">
          The list holds the first {formatCount(found.matches.length)}.{' '}
          <button
            type="button"
            class="link-button"
            disabled={searching.busy || !wanted}
            onClick={() => void searching.run(async () => setFound(await ask(wanted)))}
          >
            Search all of them
          </button>
        </p>
      )}
      {counts.matching > 0 && (
        <ul class="pick-list" aria-label="Matches">
          {shown.slice(0, MAX_SHOWN).map((match) => (
            <li key={match.githubId}>
              <span>{match.fullName}</span>
              <span class="tag">{match.visibility}</span>
              {match.fork && <span class="tag">fork</span>}
              {match.archived && <span class="tag">archived</span>}
              <span class={`tag ${STATES[match.state][1]}`}>{STATES[match.state][0]}</span>
            </li>
          ))}
          {shown.length === 0 && <li>Nothing matches the filter.</li>}
          {shown.length > MAX_SHOWN && <li>…and {formatCount(shown.length - MAX_SHOWN)} more</li>}
        </ul>
      )}
    </section>
  );
}

/** More would be slow to draw. */
const MAX_SHOWN = 300;

function toCounts(counts: RulePreview['counts']): string {
  const parts = [
    `${formatCount(counts.new)} new`,
    `${formatCount(counts.tracked)} tracked already`,
    counts.removed > 0 && `${formatCount(counts.removed)} removed by hand`,
    counts.no_push_access > 0 && `${formatCount(counts.no_push_access)} without push access`,
    counts.over_limit > 0 && `${formatCount(counts.over_limit)} over the limit`,
  ];
  return parts.filter(Boolean).join(', ');
}

interface DeleteRuleProps {
  tenantId: number;
  rule: TrackingRule;
  onClose: () => void;
  onDeleted: () => void;
}

/** Asks before a rule is deleted. */
export function DeleteRule({ tenantId, rule, onClose, onDeleted }: DeleteRuleProps) {
  const { api } = useApp();
  const submission = useSubmission();
  return (
    <FormDialog
      title={`Delete ${rule.label}?`}
      action="Delete"
      danger
      submission={submission}
      onSubmit={() =>
        void submission.run(async () => {
          await api.send<RuleDeleted>('DELETE', `rules/${tenantId}/${rule.ruleId}`);
          onDeleted();
        })
      }
      onClose={onClose}
    >
      <p>
        It adds nothing any more. {plural(rule.addedCount, 'repository', 'repositories')} that it added{' '}
        {rule.addedCount === 1 ? 'stays' : 'stay'} tracked, with all data.
      </p>
    </FormDialog>
  );
}
