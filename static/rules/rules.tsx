import { useState } from 'preact/hooks';
import type { ExclusionRemoved, RuleList, RuleSaved, TrackingRule } from '../../lib/answers/rules.ts';
import { mayInTenant } from '../access.ts';
import { useAnswer } from '../answers.ts';
import { useApp, useMe } from '../app-context.ts';
import { DataTable } from '../controls/data-table.tsx';
import { Answered } from '../controls/loading.tsx';
import { Menu } from '../controls/menu.tsx';
import { Empty, Failure, Notice } from '../controls/notice.tsx';
import { PageHead } from '../controls/page-head.tsx';
import { Panel } from '../controls/panel.tsx';
import { Sentence } from '../controls/sentence.tsx';
import { useSubmission } from '../controls/submit.ts';
import { formatCount, formatInstant, plural } from '../format.ts';
import { reads } from '../reads.ts';
import { paths } from '../routes.ts';
import { ActiveRun, useActiveRun } from '../runs/active-run.tsx';
import { DeleteRule, RuleDialog, toRequest } from './rule-dialog.tsx';

/** The rules that track a tenant's repositories, and what they leave out because somebody removed it. */
export function Rules({ tenantId }: { tenantId: number }) {
  const { me, reloadMe } = useMe();
  const list = useAnswer(reads.rules(tenantId));
  const run = useActiveRun(list.answer?.activeRunId, list.reload);
  const [editing, setEditing] = useState<TrackingRule | 'new'>();
  const [deleting, setDeleting] = useState<TrackingRule>();
  const [done, setDone] = useState<string>();
  const mayChange = mayInTenant(me, tenantId, 'changeRepositories');

  function changed(sentence: string, runId: number | null) {
    setEditing(undefined);
    setDeleting(undefined);
    setDone(sentence);
    if (runId !== null) run.follow(runId);
    list.reload();
    reloadMe();
  }

  return (
    <div class="page" aria-busy={list.loading}>
      <PageHead
        title="Rules"
        above={
          <p class="crumbs">
            <a href={paths.repositories(tenantId)}>Repositories</a>
          </p>
        }
        below={
          <p class="lead">
            Track whatever matches, now and later. Rules are checked before each day’s collection.
          </p>
        }
        actions={
          mayChange && (
            <button
              type="button"
              class="button primary"
              disabled={!list.answer}
              onClick={() => setEditing('new')}
            >
              Add rule
            </button>
          )
        }
      />
      {done && (
        <Notice kind="success">
          <p>{done}</p>
        </Notice>
      )}
      <ActiveRun tenantId={tenantId} run={run} />
      <Answered loaded={list}>
        {(answer) => (
          <>
            <RuleTable
              tenantId={tenantId}
              rules={answer.rules}
              changing={
                mayChange ? { onEdit: setEditing, onDelete: setDeleting, onChecked: changed } : undefined
              }
            />
            <Exclusions tenantId={tenantId} list={answer} onAllowed={mayChange ? changed : undefined} />
          </>
        )}
      </Answered>
      {editing && (
        <RuleDialog
          tenantId={tenantId}
          rule={editing === 'new' ? undefined : editing}
          onClose={() => setEditing(undefined)}
          onSaved={(saved) => changed(toSentence(saved), saved.runId)}
        />
      )}
      {deleting && (
        <DeleteRule
          tenantId={tenantId}
          rule={deleting}
          onClose={() => setDeleting(undefined)}
          onDeleted={() => changed(`The rule ${deleting.label} was deleted.`, null)}
        />
      )}
    </div>
  );
}

function toSentence({ rule, addedCount }: RuleSaved): string {
  if (addedCount === 0) return `The rule ${rule.label} is saved. It adds nothing now.`;
  return `The rule ${rule.label} is saved. It adds ${plural(addedCount, 'repository', 'repositories')}, collected now.`;
}

/** What you can do if you may change repositories. */
interface Changing {
  onEdit: (rule: TrackingRule) => void;
  onDelete: (rule: TrackingRule) => void;
  onChecked: (sentence: string, runId: number | null) => void;
}

interface RuleTableProps {
  tenantId: number;
  rules: TrackingRule[];
  changing: Changing | undefined;
}

const COLUMNS = [{ label: 'Rule' }, { label: 'Matches' }, { label: 'Added' }, { label: 'State' }];

function RuleTable({ tenantId, rules, changing }: RuleTableProps) {
  const { api } = useApp();
  const submission = useSubmission();
  if (rules.length === 0)
    return (
      <Empty title="No rules yet">
        <p>
          {changing
            ? 'Add one, such as all repositories of acme that are not forks and match sdk-*.'
            : 'A manager of this tenant can add some.'}
        </p>
      </Empty>
    );

  function check(rule: TrackingRule) {
    void submission.run(async () => {
      const path = `rules/${tenantId}/${rule.ruleId}`;
      const saved = await api.send<RuleSaved>('PUT', path, toRequest(rule));
      changing?.onChecked(
        `${rule.label}: ${plural(saved.rule.matchCount ?? 0, 'match', 'matches')}, ${saved.addedCount} added.`,
        saved.runId,
      );
    });
  }

  return (
    <section class="panel" aria-label="Rules">
      {submission.error && <Failure error={submission.error} />}
      <DataTable
        label="All rules"
        cards
        columns={[...COLUMNS, changing && { label: 'Actions', unseen: true }]}
      >
        {rules.map((rule) => (
          <tr key={rule.ruleId}>
            <th scope="row" class="name">
              {rule.label}
              {rule.origin === 'start' && <span class="tag">from TRACK</span>}
              <br />
              <span class="muted rule-words">{rule.description}</span>
            </th>
            <td data-label="Matches">
              <Matches rule={rule} />
            </td>
            <td data-label="Added">
              {formatCount(rule.addedCount)}
              {rule.unmatchedCount > 0 && (
                <>
                  <br />
                  <a class="muted" href={paths.unmatchedRepositories(tenantId)}>
                    {formatCount(rule.unmatchedCount)} no longer{' '}
                    {rule.unmatchedCount === 1 ? 'matches' : 'match'}
                  </a>
                </>
              )}
            </td>
            <td data-label="State">
              <State rule={rule} />
            </td>
            {changing && (
              <td class="actions">
                <button
                  type="button"
                  class="button small"
                  disabled={submission.busy}
                  onClick={() => check(rule)}
                >
                  Check now<span class="unseen"> {rule.label}</span>
                </button>
                <button type="button" class="button small" onClick={() => changing.onEdit(rule)}>
                  Change…<span class="unseen"> {rule.label}</span>
                </button>
                <Menu
                  label={`Actions for ${rule.label}`}
                  items={[{ label: 'Delete…', danger: true, onPick: () => changing.onDelete(rule) }]}
                />
              </td>
            )}
          </tr>
        ))}
      </DataTable>
    </section>
  );
}

function Matches({ rule: { matchCount, unreadableCount } }: { rule: TrackingRule }) {
  if (matchCount === null) return <span class="muted">Not checked yet</span>;
  return (
    <>
      {formatCount(matchCount)}
      {unreadableCount !== null && unreadableCount > 0 && (
        <>
          <br />
          <span class="muted">{formatCount(unreadableCount)} skipped: no push access</span>
        </>
      )}
    </>
  );
}

function State({ rule: { failure, evaluatedAt } }: { rule: TrackingRule }) {
  if (failure)
    return (
      <>
        <span class="tag danger">Failed</span> <Sentence text={failure.message} />{' '}
        <span class="muted">Since {formatInstant(failure.since)}. Tried again daily.</span>
      </>
    );
  return evaluatedAt ? (
    <>
      <span class="tag success">OK</span> <span class="muted">checked {formatInstant(evaluatedAt)}</span>
    </>
  ) : (
    <span class="tag">Waiting</span>
  );
}

interface ExclusionsProps {
  tenantId: number;
  list: RuleList;
  /** Absent if you may not change any. */
  onAllowed: ((sentence: string, runId: number | null) => void) | undefined;
}

/** What somebody removed by hand. */
function Exclusions({ tenantId, list: { exclusions, exclusionCount }, onAllowed }: ExclusionsProps) {
  const { api } = useApp();
  const submission = useSubmission();
  if (exclusionCount === 0) return null;

  function allow(githubId: number, fullName: string) {
    void submission.run(async () => {
      const path = `rules/${tenantId}/exclusions/${githubId}`;
      const { addedCount, runId } = await api.send<ExclusionRemoved>('DELETE', path);
      const outcome = addedCount > 0 ? 'is tracked again' : 'may be tracked again';
      onAllowed?.(`${fullName} ${outcome}.`, runId);
    });
  }

  return (
    <Panel title="Removed by hand">
      <div class="panel-body">
        <p class="hint">Rules do not add these again.</p>
        {submission.error && <Failure error={submission.error} />}
      </div>
      <DataTable
        label="Removed by hand"
        cards
        columns={[
          { label: 'Repository' },
          { label: 'Removed' },
          { label: 'By' },
          onAllowed && { label: 'Actions', unseen: true },
        ]}
      >
        {exclusions.map(({ githubId, fullName, excludedAt, excludedBy }) => (
          <tr key={githubId}>
            <th scope="row" class="name">
              {fullName}
            </th>
            <td class="when" data-label="Removed">
              {formatInstant(excludedAt)}
            </td>
            <td class="name" data-label="By">
              {excludedBy}
            </td>
            {onAllowed && (
              <td class="actions">
                <button
                  type="button"
                  class="button small"
                  disabled={submission.busy}
                  onClick={() => allow(githubId, fullName)}
                >
                  Track again<span class="unseen"> {fullName}</span>
                </button>
              </td>
            )}
          </tr>
        ))}
      </DataTable>
      {exclusionCount > exclusions.length && (
        <p class="none">…and {formatCount(exclusionCount - exclusions.length)} more</p>
      )}
    </Panel>
  );
}
