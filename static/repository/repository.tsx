import { useState } from 'preact/hooks';
import type { RepositoryStats } from '../../lib/answers/stats.ts';
import { mayInTenant } from '../access.ts';
import { useAnswer } from '../answers.ts';
import type { Read } from '../api.ts';
import { useApp, useMe } from '../app-context.ts';
import { offerFile } from '../controls/download.tsx';
import { Menu, type MenuSection } from '../controls/menu.tsx';
import { Failure } from '../controls/notice.tsx';
import { useSubmission } from '../controls/submit.ts';
import { TitleRow } from '../controls/title-row.tsx';
import { useDayPanelCode } from '../day/day-slot.tsx';
import { AnnotateButton } from '../events/annotate-button.tsx';
import { Happened } from '../events/happened.tsx';
import { go, usePlace } from '../location.ts';
import { repositoryRead } from '../overview/view.ts';
import { RemoveDialog } from '../repositories/remove-dialog.tsx';
import { SCHEDULES, useScheduleChange } from '../repositories/schedules.tsx';
import { paths } from '../routes.ts';
import { ActiveRun, type FollowedRun, useActiveRun, useRunStart } from '../runs/active-run.tsx';
import { ShareButton } from '../share/share-button.tsx';
import style from '../style/repository.css' with { type: 'text' };
import { OldCopyNotice, PausedNotice, ProblemNotice, Standing, UnmatchedNotice } from './facts.tsx';
import { FactsChart } from './facts-chart.tsx';
import { History } from './history.tsx';
import { KnownDays } from './known.tsx';
import { PathsCard, ReferrersCard } from './lists.tsx';
import { Releases } from './releases.tsx';
import { RepositoryCard } from './repository-card.tsx';
import { ClonesChart } from './traffic-charts.tsx';

const sheet = new CSSStyleSheet();
sheet.replaceSync(style);
document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];

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
  useDayPanelCode();

  return (
    <div class="page" aria-busy={loading}>
      <TitleRow
        shown={answer?.range}
        title={answer?.repository.fullName ?? 'Repository'}
        heading={<FullName name={answer?.repository.fullName} />}
        above={
          <p class="crumbs">
            <a href={paths.overview(tenantId)}>Overview</a> /{' '}
            <a href={paths.repositories(tenantId)}>All repositories</a>
          </p>
        }
        beside={<Standing repository={answer?.repository} />}
        actions={
          <>
            <AnnotateButton
              tenantId={tenantId}
              repositoryId={repositoryId}
              date={place.query.get('day') ?? answer?.range.to}
              onSaved={reload}
            />
            <ShareButton
              tenantId={tenantId}
              target={answer && { subject: 'repository', repositoryId, name: answer.repository.fullName }}
            />
            {answer && <Actions answer={answer} file={read} run={run} reload={reload} />}
          </>
        }
      />
      {error && <Failure error={error} retry={reload} keptFrom={keptFrom} />}
      <ActiveRun tenantId={tenantId} run={run} />
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

/** The owner and the name. On a phone, a line for each, so that a long name does not push the page. */
function FullName({ name: fullName }: { name: string | undefined }) {
  const [owner, name] = fullName?.split('/') ?? [];
  if (name === undefined) return <span class="full-name">Repository</span>;
  return (
    <span class="full-name" title={fullName}>
      <span>{owner}/</span>
      <span>{name}</span>
    </span>
  );
}

interface ActionsProps {
  answer: RepositoryStats;
  file: Read<unknown>;
  run: FollowedRun;
  reload: () => void;
}

/** What can be done with the repository. Only managers change something. */
function Actions({ answer, file, run, reload }: ActionsProps) {
  const { me, reloadMe } = useMe();
  const { api } = useApp();
  const [removing, setRemoving] = useState(false);
  const { tenantId, repository, range } = answer;
  const { repositoryId, fullName, name, rule } = repository;
  const schedule = useScheduleChange(tenantId, reload);
  const start = useRunStart(tenantId, run.follow);
  const saving = useSubmission();
  const error = schedule.error ?? start.error ?? saving.error;
  const mayChange = mayInTenant(me, tenantId, 'changeRepositories');
  const mayImport = mayInTenant(me, tenantId, 'changeImports');
  const isBusy = run.runId !== null || start.busy;
  const save = () =>
    void saving.run(async () =>
      offerFile(await api.csv(file, () => undefined), `traffic-${name}-${range.from}-${range.to}.csv`),
    );
  const sections = (): MenuSection[] => [
    ...(mayChange
      ? [
          {
            items: [
              {
                label: 'Collect now',
                disabled: isBusy,
                onPick: () => start.begin({ repositoryIds: [repositoryId] }),
              },
              {
                label: 'Verify',
                disabled: isBusy,
                onPick: () => start.begin({ repositoryIds: [repositoryId], verify: true }),
              },
            ],
          },
          {
            label: 'Schedule',
            choice: true,
            items: SCHEDULES.map(({ value, label }) => ({
              label,
              current: repository.schedule === value,
              disabled: schedule.busy,
              onPick: () => schedule.set([repositoryId], value),
            })),
          },
        ]
      : []),
    {
      items: [
        { label: 'Download CSV', icon: 'download', disabled: saving.busy, onPick: save },
        ...(mayImport ? [{ label: 'Import history…', href: paths.imports(tenantId) }] : []),
      ],
    },
    ...(mayChange ? [{ items: [{ label: 'Remove…', danger: true, onPick: () => setRemoving(true) }] }] : []),
  ];
  return (
    <>
      {error && (
        <span class="field-error" role="alert">
          {error.message}
        </span>
      )}
      <Menu label="More" class="button icon" sections={sections} />
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

/** What is special about the repository. Below the figures, which would otherwise jump when it is known. */
function Notices({ repository }: Pick<RepositoryStats, 'repository'>) {
  const { schedule, oldCopyThrough, problem } = repository;
  return (
    <>
      {problem && <ProblemNotice problem={problem} />}
      {schedule === 'paused' && <PausedNotice {...repository} />}
      {oldCopyThrough && <OldCopyNotice through={oldCopyThrough} />}
      <UnmatchedNotice {...repository} />
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
        <>
          <Notices repository={answer.repository} />
          <div class="half">
            <ReferrersCard answer={answer} isStale={isStale} />
            <PathsCard answer={answer} isStale={isStale} />
          </div>
          <Happened
            tenantId={answer.tenantId}
            repositoryId={answer.repository.repositoryId}
            answer={answer}
            onChanged={reload}
          />
          <ClonesChart answer={answer} isStale={isStale} />
          <div class="half">
            <FactsChart answer={answer} />
            <Releases answer={answer} />
          </div>
          <KnownDays answer={answer} />
          <History answer={answer} />
        </>
      )}
    </>
  );
}
