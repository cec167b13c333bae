import type { Overview as OverviewAnswer } from '../../lib/answers/stats.ts';
import { mayInTenant } from '../access.ts';
import { useAnswer } from '../answers.ts';
import { useMe } from '../app-context.ts';
import { CsvButton } from '../controls/download.tsx';
import { Empty, Failure, Notice } from '../controls/notice.tsx';
import { TitleRow } from '../controls/title-row.tsx';
import { AnnotateButton } from '../events/annotate-button.tsx';
import { Happened } from '../events/happened.tsx';
import { plural } from '../format.ts';
import { GroupMenu } from '../groups/group-menu.tsx';
import { FIRST_PAGE, usePlace, withQuery } from '../location.ts';
import { paths } from '../routes.ts';
import { ActiveRun, useActiveRun } from '../runs/active-run.tsx';
import { ShareButton } from '../share/share-button.tsx';
import type { ShareTarget } from '../share/target.ts';
import { Attention } from './attention.tsx';
import { Moved } from './moved.tsx';
import { OverviewCard } from './overview-card.tsx';
import { RepositoryTable } from './repository-table.tsx';
import { TrafficTable } from './traffic-table.tsx';
import { fileName, overviewRead, tableFile, tableRead } from './view.ts';

/** All repositories of a tenant: as an overview, or as rows by day, week or month. */
export function Overview({ tenantId }: { tenantId: number }) {
  const place = usePlace();
  const asTable = place.query.get('tab') === 'table';
  const overview = useAnswer(asTable ? null : overviewRead(tenantId, place.query), { onFailure: 'keep' });
  const table = useAnswer(asTable ? tableRead(tenantId, place.query) : null);
  const shown = asTable ? table : overview;
  const file = tableFile(tenantId, place.query);
  return (
    <div class="page" aria-busy={shown.loading}>
      <TitleRow
        title={asTable ? 'All days as a table' : 'Overview'}
        above={asTable ? <a href={withQuery(place, { tab: null, ...FIRST_PAGE })}>Overview</a> : undefined}
        beside={
          <GroupMenu
            tenantId={tenantId}
            groups={asTable ? null : overview.answer?.groups}
            count={asTable ? undefined : overview.answer?.repositoryCount}
          />
        }
        shown={shown.answer?.range}
        incomparable={asTable}
        actions={
          <>
            <AnnotateButton
              tenantId={tenantId}
              groupId={groupOf(place.query)}
              date={place.query.get('day') ?? shown.answer?.range.to}
              onSaved={shown.reload}
            />
            {!asTable && <ShareButton tenantId={tenantId} target={targetOf(place.query, overview.answer)} />}
            {asTable && <CsvButton read={file} fileName={fileName('table', table.answer?.range)} />}
          </>
        }
      />
      {shown.error && <Failure error={shown.error} retry={shown.reload} keptFrom={shown.keptFrom} />}
      {asTable && (table.answer || !table.error) && <TrafficTable answer={table.answer} />}
      {!asTable && (overview.answer || !overview.error) && (
        <Glance
          tenantId={tenantId}
          answer={overview.answer}
          isStale={overview.answer !== undefined && (overview.loading || overview.error !== undefined)}
          reload={overview.reload}
        />
      )}
    </div>
  );
}

/** All repositories, or those of the group that the address names. */
function targetOf(query: URLSearchParams, answer: OverviewAnswer | undefined): ShareTarget | undefined {
  const groupId = groupOf(query);
  if (groupId === undefined) return { subject: 'portfolio', name: 'the overview' };
  const group = answer?.groups.find((one) => one.groupId === groupId);
  return group && { subject: 'group', groupId, name: group.name };
}

interface GlanceProps {
  tenantId: number;
  answer: OverviewAnswer | undefined;
  isStale: boolean;
  reload: () => void;
}

function Glance({ tenantId, answer, isStale, reload }: GlanceProps) {
  const { me } = useMe();
  const place = usePlace();
  const run = useActiveRun(answer?.activeRunId, reload);
  if (answer?.repositoryCount === 0 && place.query.has('group')) return <EmptyGroup tenantId={tenantId} />;
  if (answer?.repositoryCount === 0)
    return <NoRepositories tenantId={tenantId} mayAdd={mayInTenant(me, tenantId, 'changeRepositories')} />;
  return (
    <>
      <ActiveRun tenantId={tenantId} run={run} />
      <Attention tenantId={tenantId} problems={answer?.attention} />
      <OverviewCard answer={answer} isStale={isStale} />
      {answer && answer.openAlertCount > 0 && (
        <OpenAlerts tenantId={tenantId} count={answer.openAlertCount} />
      )}
      {answer?.news.map(({ kind, code, message }) => (
        <Notice key={`${kind} ${code}`} kind="info">
          <p>{message}</p>
        </Notice>
      ))}
      <div class="two">
        <Happened tenantId={tenantId} answer={answer} groupId={groupOf(place.query)} onChanged={reload} />
        <Moved answer={answer} isStale={isStale} />
      </div>
      <RepositoryTable answer={answer} />
    </>
  );
}

function OpenAlerts({ tenantId, count }: { tenantId: number; count: number }) {
  return (
    <Notice kind="info">
      <p>
        Traffic is unusual: {plural(count, 'alert is', 'alerts are')} open.{' '}
        <a href={paths.alerts(tenantId)}>See what happened</a>
      </p>
    </Notice>
  );
}

function EmptyGroup({ tenantId }: { tenantId: number }) {
  return (
    <Empty title="This group is empty">
      <p>
        No repository is in it now. <a href={paths.groups(tenantId)}>See all groups</a>
      </p>
    </Empty>
  );
}

/** The group that the address names. */
function groupOf(query: URLSearchParams): number | undefined {
  return Number(query.get('group')) || undefined;
}

function NoRepositories({ tenantId, mayAdd }: { tenantId: number; mayAdd: boolean }) {
  return (
    <Empty title="No repositories yet">
      <p>Add repositories to start collecting their traffic.</p>
      {mayAdd ? (
        <p>
          <a class="button primary" href={paths.repositories(tenantId)}>
            Add repositories
          </a>{' '}
          <a class="button" href={paths.imports(tenantId)}>
            Import history
          </a>
        </p>
      ) : (
        <p>A manager of this tenant can add some.</p>
      )}
    </Empty>
  );
}
