import * as z from 'zod';
import { DashboardDocument } from '../dashboards/document.ts';
import { Instant } from './figures.ts';

const Entry = {
  /** A word for a built-in dashboard, a number for one of the tenant's own. */
  dashboardId: z.string(),
  name: z.string(),
  /** Built-in: can be copied but not changed. */
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
 * How to read the tables: GET `{API}{url}?{queries[name]}&range=…&cursor=` with an access token, or with a data token. Use
 * `from` and `to` instead of `range` for other days, and `repositories=1,2,3` for some repositories only.
 *
 * The answer is CSV with a header line. A page has as many rows as fit: at most 10,000, or 9,500 if names have 30
 * characters. The header `x-next-cursor` is the `cursor` of the next page; the last page has none. The first page has the
 * number of all rows in `x-total-count`. `totals`, `traffic` and `trend` always fit on one page. For scale: 300 repositories by day are 9,000 rows for 30 days and 109,500
 * for a year, or 15,900 by week.
 */
export const DashboardData = z.object({
  /** Path below the API's base URL. */
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
});
export type DashboardData = z.infer<typeof DashboardData>;

/**
 * A data token, which reads the tables that its owner may see, and nothing else. Send it with the secret whose SHA-256 you gave
 * as `challenge`: `authorization: Bearer {token}~{secret}`. Get a new one before `expiresAt`, or after a 401
 * `data_token_expired`.
 */
export const DataTokenIssued = DashboardData.extend({ token: z.string(), expiresAt: Instant });
export type DataTokenIssued = z.infer<typeof DataTokenIssued>;

export const Dashboard = z.object({
  ...Entry,
  document: DashboardDocument,
  /** The document as it was saved, byte for byte; of one that was sent as an object, compact JSON. */
  text: z.string(),
  data: DashboardData,
});
export type Dashboard = z.infer<typeof Dashboard>;

export const DashboardDeleted = z.object({ dashboardId: z.string() });
export type DashboardDeleted = z.infer<typeof DashboardDeleted>;

/**
 * What the script of Cognos Dashboard Embedded needs to open a built-in dashboard: `new CognosApi({ cognosRootURL: apiUrl,
 * sessionCode, node })`, then `openDashboard({ dashboardSpec: dashboard })`. The dashboard already contains its table's URL
 * and a data token that expires at `expiresAt`. Put the secret of your `challenge` where it says `{secret}`, once.
 */
export const DdeSession = z.object({
  apiUrl: z.string(),
  session: z.object({ sessionCode: z.string(), sessionId: z.string().nullable(), expiresIn: z.int() }),
  dashboard: z.record(z.string(), z.unknown()),
  expiresAt: Instant,
});
export type DdeSession = z.infer<typeof DdeSession>;
