import { useState } from 'preact/hooks';
import type { RunsStarted } from '../../lib/answers/runs.ts';
import { useAnswer } from '../answers.ts';
import { useApp } from '../app-context.ts';
import { Answered } from '../controls/answered.tsx';
import { Failure } from '../controls/failure.tsx';
import { Notice } from '../controls/notice.tsx';
import { PageHead } from '../controls/page-head.tsx';
import { useSubmission } from '../controls/submit.ts';
import { plural } from '../format.ts';
import { usePlace } from '../location.ts';
import { reads } from '../reads.ts';
import { ProblemTable } from './problem-table.tsx';
import { RunTable } from './run-table.tsx';

/** The collection runs of all tenants, and the start of the collector for all of them. */
export function SystemLog() {
  const { api } = useApp();
  const place = usePlace();
  const list = useAnswer(reads.runs(null, place.query.get('cursor')));
  const problems = useAnswer(reads.problems());
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
        below={<p class="lead">The collection runs of all tenants, and what needs a person.</p>}
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
            {started.handedOver && ' More follow, as fast as the platform allows.'}
          </p>
        </Notice>
      )}
      <Answered loaded={problems}>{(log) => <ProblemTable {...log} />}</Answered>
      {list.error && <Failure error={list.error} retry={list.reload} />}
      {!(list.error && !list.answer) && (
        <RunTable title="Runs of all tenants" list={list.answer} ofAllTenants />
      )}
    </div>
  );
}
