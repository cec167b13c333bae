import { useState } from 'preact/hooks';
import type { RepositoryStats } from '../../actions/openapi/stats.ts';
import { tenantRightsOf } from '../access.ts';
import { useAnswer } from '../answers.ts';
import { useMe } from '../app-context.ts';
import { CsvButton } from '../controls/csv-button.tsx';
import { Failure } from '../controls/failure.tsx';
import { Notice } from '../controls/notice.tsx';
import { PageHead } from '../controls/page-head.tsx';
import { RangePicker } from '../controls/range-picker.tsx';
import { formatInstant } from '../format.ts';
import { go, usePlace } from '../location.ts';
import { LossNote } from '../overview/loss-note.tsx';
import { TotalsRow } from '../overview/totals.tsx';
import { repositoryRead } from '../overview/view.ts';
import { RemoveDialog } from '../repositories/remove-dialog.tsx';
import { paths } from '../routes.ts';
import { CollectNow } from '../runs/collect-now.tsx';
import { RunProgress } from '../runs/progress.tsx';
import { FactsChart } from './facts-chart.tsx';
import { History } from './history.tsx';
import { PathList, ReferrerList } from './ranked-lists.tsx';
import { TrafficCharts } from './traffic-charts.tsx';
import { WindowFigures } from './window-figures.tsx';

interface RepositoryPageProps {
  tenantId: number;
  repositoryId: number;
}

/** Everything that is known about one repository. */
export function RepositoryPage({ tenantId, repositoryId }: RepositoryPageProps) {
  const { me, reloadMe } = useMe();
  const place = usePlace();
  const read = repositoryRead(tenantId, repositoryId, place.query);
  const { answer, error, loading, reload } = useAnswer(read);
  const [startedRun, setStartedRun] = useState<number | null>(null);
  const [removing, setRemoving] = useState(false);
  const rights = tenantRightsOf(me, tenantId);
  const runId = startedRun ?? answer?.activeRunId ?? null;
  const tenantName = me.tenants.find((tenant) => tenant.tenantId === tenantId)?.name ?? 'Overview';

  return (
    <div class="page" aria-busy={loading}>
      <PageHead
        title={answer?.repository.fullName ?? 'Repository'}
        above={
          <p class="crumbs">
            <a href={paths.overview(tenantId)}>{tenantName}</a>
          </p>
        }
        below={answer && <Facts answer={answer} />}
        actions={
          <>
            <CsvButton read={read} fileName={`traffic-${answer?.repository.name ?? repositoryId}.csv`} />
            {rights.changeRepositories && (
              <>
                <CollectNow
                  tenantId={tenantId}
                  repositoryIds={[repositoryId]}
                  disabled={runId !== null}
                  onStarted={setStartedRun}
                />
                <button type="button" class="button small danger" onClick={() => setRemoving(true)}>
                  Remove…
                </button>
              </>
            )}
          </>
        }
      />
      {error && <Failure error={error} retry={reload} />}
      {rights.seeRuns && runId !== null && (
        <RunProgress
          tenantId={tenantId}
          runId={runId}
          onDone={() => {
            setStartedRun(null);
            reload();
          }}
        />
      )}
      {answer?.repository.problem && <ProblemNotice problem={answer.repository.problem} />}
      {!(error && !answer) && (
        <>
          <div class="toolbar">
            <RangePicker shown={answer?.range} />
          </div>
          <TotalsRow totals={answer?.totals} comparison={answer?.comparison} lost="day" />
          <TrafficCharts answer={answer} />
          {answer && <Lists answer={answer} />}
        </>
      )}
      {removing && (
        <RemoveDialog
          tenantId={tenantId}
          repositoryId={repositoryId}
          fullName={answer?.repository.fullName ?? ''}
          onClose={() => setRemoving(false)}
          onRemoved={() => {
            reloadMe();
            go(paths.repositories(tenantId));
          }}
        />
      )}
    </div>
  );
}

function Lists({ answer }: { answer: RepositoryStats }) {
  return (
    <>
      <WindowFigures answer={answer} />
      <div class="pair">
        <ReferrerList answer={answer} />
        <PathList answer={answer} />
      </div>
      <FactsChart answer={answer} />
      <History answer={answer} />
    </>
  );
}

function Facts({ answer: { repository } }: { answer: RepositoryStats }) {
  return (
    <p class="facts">
      <a href={repository.webUrl} target="_blank" rel="noreferrer">
        On GitHub
      </a>
      <span class="tag">{repository.visibility}</span>
      {repository.archived && <span class="tag">archived</span>}
      <span class="tag">
        {repository.schedule === 'paused' ? 'collection paused' : `collected ${repository.schedule}`}
      </span>
      <span>
        {repository.lastSuccessAt
          ? `Last collected ${formatInstant(repository.lastSuccessAt)}`
          : 'Not collected yet: figures appear after the first collection.'}
      </span>
    </p>
  );
}

function ProblemNotice({ problem }: { problem: NonNullable<RepositoryStats['repository']['problem']> }) {
  return (
    <Notice kind="warning" title="This repository cannot be collected">
      <p>{problem.message}</p>
      <p>
        Since {formatInstant(problem.since)}. <LossNote days={problem.daysUntilLoss} />
      </p>
    </Notice>
  );
}
