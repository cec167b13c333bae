import style from '../style/dashboards.css' with { type: 'text' };
import { DashboardList } from './dashboard-list.tsx';
import { DashboardPage } from './dashboard-page.tsx';

interface DashboardsProps {
  tenantId: number;
  /** Absent for the list of all. */
  dashboardId?: string;
  edit?: boolean;
}

const sheet = new CSSStyleSheet();
sheet.replaceSync(style);
document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];

/** The dashboard pages, with their style sheet, which is fetched when you first open one. */
export function Dashboards({ tenantId, dashboardId, edit = false }: DashboardsProps) {
  if (dashboardId === undefined) return <DashboardList tenantId={tenantId} />;
  return <DashboardPage tenantId={tenantId} dashboardId={dashboardId} edit={edit} />;
}
