import * as z from 'zod';
import { DashboardDocument } from '../dashboards/document.ts';
import { Instant } from './figures.ts';

const Entry = {
  /** Words for a built-in dashboard, a number for one of the tenant's own. */
  dashboardId: z.string(),
  name: z.string(),
  /** Comes with the product: can be copied, not changed. */
  canned: z.boolean(),
  version: z.int(),
  changedAt: Instant.nullable(),
  changedBy: z.string().nullable(),
  mayChange: z.boolean(),
};

export const DashboardList = z.object({
  dashboards: z.array(z.object(Entry)),
  mayCreate: z.boolean(),
});
export type DashboardList = z.infer<typeof DashboardList>;
export type DashboardEntry = DashboardList['dashboards'][number];

/**
 * How the page gets the tables. A table is read with GET `{API}{url}?{queries[name]}&range=…&page=1`, or `from` and `to`
 * instead of `range`, and `repositories=1,2,3` for some of them only; `authorization: Bearer {token}`. The answer is CSV
 * with a header line, as many rows as fit into an answer (at most 10,000, for names of 30 characters 9,500), and tells
 * all rows in the header `x-total-count`: there are more pages while fewer were read. 300 repositories by day are 9,000
 * rows for 30 days and 109,500 for a year, 15,900 by week; `totals`, `traffic` and `trend` are one page always. Post to `data-token` before
 * `expiresAt`, or when 401 `data_token_expired` comes.
 */
export const DashboardData = z.object({
  /** Path below the API's base address. */
  url: z.string(),
  queries: z.object({
    repositorystats: z.string(),
    weekly: z.string(),
    monthly: z.string(),
    totals: z.string(),
    traffic: z.string(),
    trend: z.string(),
    repositories: z.string(),
  }),
  /** Reads what the reader may see of this tenant, and does nothing else. */
  token: z.string(),
  expiresAt: Instant,
});
export type DashboardData = z.infer<typeof DashboardData>;

export const Dashboard = z.object({ ...Entry, document: DashboardDocument, data: DashboardData });
export type Dashboard = z.infer<typeof Dashboard>;

export const DashboardDeleted = z.object({ dashboardId: z.string() });
export type DashboardDeleted = z.infer<typeof DashboardDeleted>;

/**
 * What the script of Cognos Dashboard Embedded opens a built-in dashboard with: `new CognosApi({ cognosRootURL: apiUrl,
 * sessionCode, node })`, then `openDashboard({ dashboardSpec: dashboard })`. Its table's address and its `Authorization`
 * header, a data token that ends at `expiresAt`, are filled in.
 */
export const DdeSession = z.object({
  apiUrl: z.string(),
  session: z.object({ sessionCode: z.string(), sessionId: z.string().nullable(), expiresIn: z.int() }),
  dashboard: z.record(z.string(), z.unknown()),
  expiresAt: Instant,
});
export type DdeSession = z.infer<typeof DdeSession>;
