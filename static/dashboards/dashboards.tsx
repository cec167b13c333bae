import style from '../style/dashboards.css' with { type: 'text' };
import { DashboardList } from './dashboard-list.tsx';
import { DashboardPage } from './dashboard-page.tsx';

interface DashboardsProps {
  tenantId: number;
  /** Absent: the list of all. */
  dashboardId?: string;
  edit?: boolean;
}

const sheet = new CSSStyleSheet();
sheet.replaceSync(style);
document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];

/** Everything of dashboards, with their style, which is fetched when one of its pages is first opened. */
export function Dashboards({ tenantId, dashboardId, edit = false }: DashboardsProps) {
  if (dashboardId === undefined) return <DashboardList tenantId={tenantId} />;
  return <DashboardPage tenantId={tenantId} dashboardId={dashboardId} edit={edit} />;
}
