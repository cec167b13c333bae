import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Dashboard } from '../../lib/answers/dashboards.ts';
import { mayInTenant } from '../access.ts';
import { useAnswer } from '../answers.ts';
import { useApp, useMe } from '../app-context.ts';
import { Answered, lazy } from '../controls/loading.tsx';
import { PageHead } from '../controls/page-head.tsx';
import { reads } from '../reads.ts';
import { paths } from '../routes.ts';
import { DashboardView } from './dashboard-view.tsx';
import { CopyDialog } from './dialogs.tsx';
import { type Drawings, openDrawings } from './drawings.ts';
import { exportDashboard } from './file.ts';
import { openTables } from './tables.ts';

const Editor = lazy(async () => (await import('./editor.tsx')).Editor);

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
  // It fetches its script in parallel with the dashboard.
  const [drawings] = useState(openDrawings);
  useEffect(() => drawings.close, [drawings]);
  return (
    <Answered loaded={loaded}>
      {(dashboard) =>
        tables &&
        (edit ? (
          <Editor tenantId={tenantId} dashboard={dashboard} tables={tables} drawings={drawings} />
        ) : (
          <Shown tenantId={tenantId} dashboard={dashboard} tables={tables} drawings={drawings} />
        ))
      }
    </Answered>
  );
}

interface ShownProps {
  tenantId: number;
  dashboard: Dashboard;
  tables: ReturnType<typeof openTables>;
  drawings: Drawings;
}

function Shown({ tenantId, dashboard, tables, drawings }: ShownProps) {
  const { me } = useMe();
  const page = useRef<HTMLDivElement>(null);
  const tenant = me.tenants.find((one) => one.tenantId === tenantId);
  return (
    <div class="page dashboard" ref={page}>
      <PageHead
        title={dashboard.name}
        above={
          <p class="crumbs">
            {tenant?.name} / <a href={paths.dashboards(tenantId)}>Dashboards</a>
          </p>
        }
        actions={
          <Actions tenantId={tenantId} dashboard={dashboard} onFullScreen={() => fullScreen(page.current)} />
        }
      />
      <DashboardView tenantId={tenantId} document={dashboard.document} tables={tables} drawings={drawings} />
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
