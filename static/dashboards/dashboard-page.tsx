import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Dashboard } from '../../lib/answers/dashboards.ts';
import type { GroupChoice } from '../../lib/answers/groups.ts';
import { mayInTenant } from '../access.ts';
import { useAnswer } from '../answers.ts';
import { useApp, useMe } from '../app-context.ts';
import { Answered, lazy } from '../controls/loading.tsx';
import { Notice } from '../controls/notice.tsx';
import { PageHead } from '../controls/page-head.tsx';
import { TitleRow } from '../controls/title-row.tsx';
import { GroupMenu } from '../groups/group-menu.tsx';
import { usePlace } from '../location.ts';
import { reads } from '../reads.ts';
import { paths } from '../routes.ts';
import { ShareButton } from '../share/share-button.tsx';
import { DashboardView, useNamedDays, useTabNumber } from './dashboard-view.tsx';
import { CopyDialog } from './dialogs.tsx';
import { type Drawings, openDrawings } from './drawings.ts';
import { exportDashboard } from './file.ts';
import { isFigures } from './gallery/settings.ts';
import { openTables } from './tables.ts';

const Editor = lazy(async () => (await import('./editor.tsx')).Editor);
const GridEditor = lazy(async () => (await import('./grid-editor.tsx')).GridEditor);

interface DashboardPageProps {
  tenantId: number;
  dashboardId: string;
  edit: boolean;
}

/** One dashboard, to view or to edit. */
export function DashboardPage({ tenantId, dashboardId, edit }: DashboardPageProps) {
  const { api } = useApp();
  const loaded = useAnswer(reads.dashboard(tenantId, dashboardId));
  const first = useRef(loaded.answer?.data);
  first.current ??= loaded.answer?.data;
  const known = first.current;
  const tables = useMemo(() => known && openTables(api, known), [api, known]);
  const [drawings] = useState(openDrawings);
  useEffect(() => drawings.close, [drawings]);
  return (
    <Answered loaded={loaded}>
      {(dashboard) =>
        tables &&
        (edit ? (
          <Edit tenantId={tenantId} dashboard={dashboard} tables={tables} drawings={drawings} />
        ) : (
          <Shown tenantId={tenantId} dashboard={dashboard} tables={tables} drawings={drawings} />
        ))
      }
    </Answered>
  );
}

/** On the grid, or as JSON if the address says so. */
function Edit(props: ShownProps) {
  const { tenantId, dashboard } = props;
  const { query } = usePlace();
  if (dashboard.mayChange)
    return query.get('as') === 'json' ? <Editor {...props} /> : <GridEditor {...props} />;
  return (
    <div class="page narrow">
      <PageHead title={dashboard.name} />
      <Notice kind="info" title="You can’t edit this dashboard">
        <p>
          {dashboard.canned ? 'It is built in: copy it to edit the copy.' : 'Only managers can edit it.'}{' '}
          <a href={paths.dashboard(tenantId, dashboard.dashboardId)}>Back to the dashboard</a>
        </p>
      </Notice>
    </div>
  );
}

interface ShownProps {
  tenantId: number;
  dashboard: Dashboard;
  tables: ReturnType<typeof openTables>;
  drawings: Drawings;
}

function Shown({ tenantId, dashboard, tables, drawings }: ShownProps) {
  const page = useRef<HTMLDivElement>(null);
  const days = useNamedDays();
  const [groups, setGroups] = useState<GroupChoice[]>();
  const number = useTabNumber(dashboard.document);
  // The answer of the widgets names the groups.
  const hasFigures = dashboard.document.tabs[number - 1]?.widgets.some(isFigures) ?? false;
  return (
    <div class="page dashboard" ref={page}>
      <TitleRow
        title={dashboard.name}
        above={
          <p class="crumbs">
            <a href={paths.dashboards(tenantId)}>Dashboards</a>
          </p>
        }
        beside={<GroupMenu tenantId={tenantId} groups={hasFigures ? groups : null} />}
        shown={days}
        standard={dashboard.document.range}
        stepless
        actions={
          <Actions tenantId={tenantId} dashboard={dashboard} onFullScreen={() => fullScreen(page.current)} />
        }
      />
      <DashboardView
        tenantId={tenantId}
        document={dashboard.document}
        tables={tables}
        drawings={drawings}
        onGroups={setGroups}
      />
    </div>
  );
}

function fullScreen(page: HTMLElement | null) {
  const change = document.fullscreenElement ? document.exitFullscreen() : page?.requestFullscreen();
  change?.catch(() => undefined);
}

interface ActionsProps {
  tenantId: number;
  dashboard: Dashboard;
  onFullScreen: () => void;
}

function Actions({ tenantId, dashboard, onFullScreen }: ActionsProps) {
  const { me } = useMe();
  const [copying, setCopying] = useState(false);
  const [full, setFull] = useState(false);
  useEffect(() => {
    const changed = () => setFull(document.fullscreenElement !== null);
    document.addEventListener('fullscreenchange', changed);
    return () => document.removeEventListener('fullscreenchange', changed);
  }, []);
  return (
    <>
      {dashboard.mayChange && (
        <a class="button small" href={paths.editDashboard(tenantId, dashboard.dashboardId)}>
          Edit
        </a>
      )}
      <ShareButton
        tenantId={tenantId}
        class="button small"
        target={{ subject: 'dashboard', dashboardId: dashboard.dashboardId, name: dashboard.name }}
      />
      {mayInTenant(me, tenantId, 'changeDashboards') && (
        <button type="button" class="button small" onClick={() => setCopying(true)}>
          Copy…
        </button>
      )}
      <button type="button" class="button small" onClick={() => exportDashboard(dashboard)}>
        Export
      </button>
      <button type="button" class="button small" aria-pressed={full} onClick={onFullScreen}>
        Full screen
      </button>
      {copying && <CopyDialog tenantId={tenantId} of={dashboard} onClose={() => setCopying(false)} />}
    </>
  );
}
