import { useState } from 'preact/hooks';
import type { ProblemLog, RunsStarted } from '../../lib/answers/runs.ts';
import { PROBLEM_TITLES } from '../../lib/problems/titles.ts';
import { useAnswer } from '../answers.ts';
import { useApp } from '../app-context.ts';
import { DataTable } from '../controls/data-table.tsx';
import { Answered } from '../controls/loading.tsx';
import { Failure, Notice } from '../controls/notice.tsx';
import { PageHead } from '../controls/page-head.tsx';
import { Panel } from '../controls/panel.tsx';
import { ShowMore } from '../controls/show-more.tsx';
import { useSubmission } from '../controls/submit.ts';
import { formatInstant, plural } from '../format.ts';
import { type LoadedList, useList } from '../list.ts';
import { usePlace } from '../location.ts';
import { ProblemRepositories } from '../overview/attention.tsx';
import { reads } from '../reads.ts';
import { paths } from '../routes.ts';
import { RunTable } from './run-table.tsx';

/** The collection runs of all tenants, and a button that collects all of them. */
export function SystemLog() {
  const { api } = useApp();
  const place = usePlace();
  const list = useAnswer(reads.runs(null, place.query.get('cursor')));
  const problems = useList(reads.problems);
  // What stands above the runs is of unknown height until it is here.
  const isPlaced = problems.answer !== undefined || problems.error !== undefined;
  const submission = useSubmission();
  const [started, setStarted] = useState<RunsStarted>();

  function reload() {
    problems.reload();
    list.reload();
  }

  function start() {
    void submission.run(async () => {
      setStarted(await api.send<RunsStarted>('POST', 'runs'));
      list.reload();
    });
  }

  return (
    <div class="page" aria-busy={list.loading}>
      <PageHead
        title="System log"
        below={<p class="lead">Collection runs of all tenants, and what needs action.</p>}
        actions={
          <>
            <button type="button" class="button small" onClick={reload}>
              Refresh
            </button>
            <button type="button" class="button small primary" onClick={start} disabled={submission.busy}>
              {submission.busy ? 'Starting…' : 'Collect all tenants'}
            </button>
          </>
        }
      />
      {submission.error && <Failure error={submission.error} />}
      {started && (
        <Notice kind="success">
          <p>
            {started.runs.length
              ? `Started ${plural(started.runs.length, 'run')} for ${plural(started.repoCount, 'repository', 'repositories')}.`
              : !started.handedOver && 'Nothing is due: every repository was collected today.'}
            {started.handedOver && ' More start as soon as the platform allows.'}
          </p>
        </Notice>
      )}
      <Answered loaded={problems}>{(pages) => <ProblemTable pages={pages} list={problems} />}</Answered>
      {list.error && <Failure error={list.error} retry={list.reload} />}
      {isPlaced && !(list.error && !list.answer) && (
        <RunTable title="Runs of all tenants" list={list.answer} ofAllTenants />
      )}
    </div>
  );
}

const COLUMNS = [{ label: 'Tenant' }, { label: 'Problem' }, { label: 'Repositories' }, { label: 'Since' }];

/** What needs action in any tenant, and which channels could not be notified. */
function ProblemTable({ pages, list }: { pages: ProblemLog[]; list: LoadedList<ProblemLog> }) {
  const problems = pages.flatMap((page) => page.problems);
  return (
    <Panel title="Needs action">
      {problems.length === 0 ? (
        <p class="none">Nothing to do: the last check found no problem.</p>
      ) : (
        <DataTable label="What needs action" columns={COLUMNS} cards>
          {problems.map((problem) => (
            <tr key={`${problem.tenantId} ${problem.kind} ${problem.code}`}>
              <th scope="row" class="name">
                <a href={paths.overview(problem.tenantId)}>{problem.tenantName}</a>
              </th>
              <td data-label="Problem">
                <strong>{PROBLEM_TITLES[problem.kind]}</strong>
                <br />
                <span class="muted">{problem.message}</span>
                {problem.untold.map(({ channel, message }) => (
                  <p key={`${channel} ${message}`}>
                    <span class="tag danger">Not delivered</span> {channel}: {message}
                  </p>
                ))}
              </td>
              <td data-label="Repositories" class="name">
                {problem.repositoryCount === 0 ? (
                  'All'
                ) : (
                  <ProblemRepositories tenantId={problem.tenantId} problem={problem} />
                )}
              </td>
              <td class="when" data-label="Since">
                {formatInstant(problem.since)}
              </td>
            </tr>
          ))}
        </DataTable>
      )}
      <ShowMore list={list} />
    </Panel>
  );
}
