import type { Dashboard } from '../../lib/answers/dashboards.ts';

export type DashboardDocument = Dashboard['document'];
export type Tab = DashboardDocument['tabs'][number];
export type Widget = Tab['widgets'][number];

/** A table of traffic that specifications name. */
export type DataName = keyof Dashboard['data']['queries'];
