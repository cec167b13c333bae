import type { DashboardDocument } from './document.ts';
import portfolio from './portfolio.json';
import trafficByDay from './traffic-by-day.json';

/** The built-in dashboards by id. You can copy them, but not change them. */
export const builtInDashboards: Record<string, DashboardDocument> = {
  'traffic-by-day': trafficByDay as DashboardDocument,
  portfolio: portfolio as DashboardDocument,
};
