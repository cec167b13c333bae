import { useState } from 'preact/hooks';
import type { RepositoryStats } from '../../lib/answers/stats.ts';
import { mayInTenant } from '../access.ts';
import { useAnswer } from '../answers.ts';
import { useMe } from '../app-context.ts';
import { CsvButton } from '../controls/download.tsx';
import { Failure } from '../controls/notice.tsx';
import { TitleRow } from '../controls/title-row.tsx';
import { AnnotateButton } from '../events/annotate-button.tsx';
import { Happened } from '../events/happened.tsx';
import { go, usePlace } from '../location.ts';
import { repositoryRead } from '../overview/view.ts';
import { RemoveDialog } from '../repositories/remove-dialog.tsx';
import { ScheduleSelect, useScheduleChange } from '../repositories/schedules.tsx';
import { paths } from '../routes.ts';
import { ActiveRun, CollectNow, type FollowedRun, useActiveRun } from '../runs/active-run.tsx';
import { Facts, OldCopyNotice, PausedNotice, ProblemNotice, UnmatchedNotice } from './facts.tsx';
import { FactsChart } from './facts-chart.tsx';
import { History } from './history.tsx';
import { PathList, ReferrerList } from './ranked-lists.tsx';
import { Releases } from './releases.tsx';
import { RepositoryCard } from './repository-card.tsx';
import { ClonesChart } from './traffic-charts.tsx';
import { WindowFigures } from './window-figures.tsx';

interface RepositoryPageProps {
  tenantId: number;
  repositoryId: number;
}

/** All data of one repository. */
export function RepositoryPage({ tenantId, repositoryId }: RepositoryPageProps) {
  const place = usePlace();
  const read = repositoryRead(tenantId, repositoryId, place.query);
  const { answer, error, loading, reload, keptFrom } = useAnswer(read, { onFailure: 'keep' });
  const run = useActiveRun(answer?.activeRunId, reload);

  return (
    <div class="page" aria-busy={loading}>
      <TitleRow
        shown={answer?.range}
        title={answer?.repository.fullName ?? 'Repository'}
        above={
          <p class="crumbs">
            <a href={paths.overview(tenantId)}>Overview</a> /{' '}
            <a href={paths.repositories(tenantId)}>All repositories</a>
          </p>
        }
        below={answer && <Facts repository={answer.repository} />}
        actions={
          <>
            <AnnotateButton
              tenantId={tenantId}
              repositoryId={repositoryId}
              date={place.query.get('day') ?? answer?.range.to}
              onSaved={reload}
            />
            <CsvButton read={read} fileName={`traffic-${answer?.repository.name ?? repositoryId}.csv`} />
            {answer && <Changes answer={answer} run={run} reload={reload} />}
          </>
        }
      />
      {error && <Failure error={error} retry={reload} keptFrom={keptFrom} />}
      <ActiveRun tenantId={tenantId} run={run} />
      {answer?.repository.schedule === 'paused' && <PausedNotice {...answer.repository} />}
      {answer?.repository.oldCopyThrough && <OldCopyNotice through={answer.repository.oldCopyThrough} />}
      {answer && <UnmatchedNotice {...answer.repository} />}
      {answer?.repository.problem && <ProblemNotice problem={answer.repository.problem} />}
      {(answer || !error) && (
        <Figures
          answer={answer}
          isStale={answer !== undefined && (loading || error !== undefined)}
          reload={reload}
        />
      )}
    </div>
  );
}

interface ChangesProps {
  answer: RepositoryStats;
  run: FollowedRun;
  reload: () => void;
}

/** A manager's actions on the repository. */
function Changes({ answer, run, reload }: ChangesProps) {
  const { me, reloadMe } = useMe();
  const [removing, setRemoving] = useState(false);
  const { tenantId, repository } = answer;
  const { repositoryId, fullName, rule } = repository;
  const schedule = useScheduleChange(tenantId, reload);
  if (!mayInTenant(me, tenantId, 'changeRepositories')) return null;
  return (
    <>
      <ScheduleSelect repository={repository} change={schedule} />
      {schedule.error && (
        <span class="field-error" role="alert">
          {schedule.error.message}
        </span>
      )}
      <CollectNow
        tenantId={tenantId}
        repositoryIds={[repositoryId]}
        purpose="verify"
        disabled={run.runId !== null}
        onStarted={run.follow}
      />
      <CollectNow
        tenantId={tenantId}
        repositoryIds={[repositoryId]}
        disabled={run.runId !== null}
        onStarted={run.follow}
      />
      <button type="button" class="button small danger" onClick={() => setRemoving(true)}>
        Remove…
      </button>
      {removing && (
        <RemoveDialog
          tenantId={tenantId}
          repositoryId={repositoryId}
          fullName={fullName}
          rule={rule}
          onClose={() => setRemoving(false)}
          onRemoved={() => {
            reloadMe();
            go(paths.repositories(tenantId));
          }}
        />
      )}
    </>
  );
}

interface FiguresProps {
  answer: RepositoryStats | undefined;
  isStale: boolean;
  reload: () => void;
}

function Figures({ answer, isStale, reload }: FiguresProps) {
  return (
    <>
      <RepositoryCard answer={answer} isStale={isStale} />
      {answer && (
        <Happened
          tenantId={answer.tenantId}
          repositoryId={answer.repository.repositoryId}
          answer={answer}
          onChanged={reload}
        />
      )}
      <ClonesChart answer={answer} isStale={isStale} />
      {answer && (
        <>
          <WindowFigures answer={answer} />
          <div class="pair">
            <ReferrerList answer={answer} />
            <PathList answer={answer} />
          </div>
          <FactsChart answer={answer} />
          <Releases answer={answer} />
          <History answer={answer} />
        </>
      )}
    </>
  );
}
