import type { DashboardDocument } from './document.ts';
import portfolio from './portfolio.json';
import trafficByDay from './traffic-by-day.json';

/** The dashboards that come with the product, by id. They can be copied, not changed. */
export const builtInDashboards: Record<string, DashboardDocument> = {
  'traffic-by-day': trafficByDay as DashboardDocument,
  portfolio: portfolio as DashboardDocument,
};
