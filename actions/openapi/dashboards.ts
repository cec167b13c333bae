import * as z from 'zod';
import { DashboardDocument } from '../../lib/dashboards/document.ts';
import { VegaLiteSpec } from '../../lib/dashboards/vega-lite-spec.ts';
import {
  DashboardChange,
  DashboardCopy,
  DashboardRequest,
  DataTokenRequest,
  DdeSessionRequest,
} from '../dashboards.ts';
import { Instant } from './figures.ts';
import type { Operation } from './operation.ts';

export { DashboardDocument, VegaLiteSpec };

const Entry = {
  /** A word for a canned dashboard, a number for one of the tenant's own. */
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
 * What the script of Cognos Dashboard Embedded opens a canned dashboard with: `new CognosApi({ cognosRootURL: apiUrl,
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

const readers = 'administrator, maintainer, manager, viewer, repository viewer';
const writers = 'administrator, maintainer, manager';

export const dashboardOperations: Operation[] = [
  {
    action: 'dashboards',
    method: 'get',
    path: '/{tenantId}',
    summary: 'The dashboards of a tenant, those that come with the product first',
    roles: readers,
    responses: { 200: DashboardList },
    failures: ['tenant_not_found'],
  },
  {
    action: 'dashboards',
    method: 'post',
    path: '/{tenantId}',
    summary: 'Create a dashboard; its name must be new in the tenant',
    roles: writers,
    body: DashboardRequest,
    responses: { 201: Dashboard },
    failures: ['tenant_not_found', 'dashboard_exists', 'dashboard_invalid', 'document_too_large'],
  },
  {
    action: 'dashboards',
    method: 'post',
    path: '/{tenantId}/data-token',
    summary: 'A new token for the tables of dashboards, for an hour',
    roles: readers,
    body: DataTokenRequest,
    responses: { 200: DashboardData },
    failures: ['tenant_not_found'],
  },
  {
    action: 'dashboards',
    method: 'post',
    path: '/{tenantId}/dde-session',
    summary: 'Open a session at Cognos Dashboard Embedded for a dashboard that comes with the product',
    roles: readers,
    body: DdeSessionRequest,
    responses: { 200: DdeSession },
    failures: ['tenant_not_found', 'dde_not_configured', 'dde_refused', 'dde_unavailable'],
  },
  {
    action: 'dashboards',
    method: 'get',
    path: '/{tenantId}/{dashboardId}',
    summary: 'One dashboard, and a token for its tables',
    roles: readers,
    responses: { 200: Dashboard },
    failures: ['tenant_not_found', 'dashboard_not_found'],
  },
  {
    action: 'dashboards',
    method: 'put',
    path: '/{tenantId}/{dashboardId}',
    summary: 'Change a dashboard that nobody else changed meanwhile',
    roles: writers,
    body: DashboardChange,
    responses: { 200: Dashboard },
    failures: [
      'tenant_not_found',
      'dashboard_not_found',
      'dashboard_canned',
      'dashboard_changed',
      'dashboard_exists',
      'dashboard_invalid',
      'document_too_large',
    ],
  },
  {
    action: 'dashboards',
    method: 'post',
    path: '/{tenantId}/{dashboardId}/copy',
    summary: 'Copy a dashboard under another name',
    roles: writers,
    body: DashboardCopy,
    responses: { 201: Dashboard },
    failures: ['tenant_not_found', 'dashboard_not_found', 'dashboard_exists'],
  },
  {
    action: 'dashboards',
    method: 'delete',
    path: '/{tenantId}/{dashboardId}',
    summary: 'Delete a dashboard',
    roles: writers,
    responses: { 200: DashboardDeleted },
    failures: ['tenant_not_found', 'dashboard_not_found', 'dashboard_canned'],
  },
];
