import * as z from 'zod';
import { json } from '../lib/answer.ts';
import type {
  Dashboard,
  DashboardData,
  DashboardDeleted,
  DashboardList,
  DdeSession,
} from '../lib/answers/dashboards.ts';
import { type Call, createApp, serve } from '../lib/app.ts';
import { requireAccess } from '../lib/caller.ts';
import { requireDocument, requireDocumentSize } from '../lib/dashboards/check.ts';
import { ddeNotConfigured, openDdeSession } from '../lib/dashboards/dde.ts';
import { toDdeDashboard } from '../lib/dashboards/dde-dashboard.ts';
import type { DataName } from '../lib/dashboards/rules.ts';
import {
  changeDashboard,
  createDashboard,
  type DashboardReader,
  deleteDashboard,
  getDashboard,
  listDashboards,
} from '../lib/dashboards.ts';
import { textField } from '../lib/fields.ts';
import { issueDataToken } from '../lib/identity/data-token.ts';
import type { SignedIn } from '../lib/identity.ts';
import { parseBody } from '../lib/request.ts';

/** Described in `static/dashboards/document.schema.json`. The whole body may have at most 256 kB. */
const document = z.record(z.string(), z.unknown());

export const DashboardRequest = z.strictObject({ document });
export type DashboardRequest = z.infer<typeof DashboardRequest>;

export const DashboardChange = z.strictObject({
  document,
  /** The version that the change is based on. */
  version: z.int().positive(),
});
export type DashboardChange = z.infer<typeof DashboardChange>;

export const DashboardCopy = z.strictObject({ name: textField('dashboard', 'name') });
export type DashboardCopy = z.infer<typeof DashboardCopy>;

export const DataTokenRequest = z.strictObject({});

export const DdeSessionRequest = z.strictObject({
  dashboardId: z.enum(['traffic-by-day', 'portfolio']),
  /** The API's base URL, as Cognos Dashboard Embedded can reach it. */
  apiUrl: z.url({ protocol: /^https?$/ }).max(300),
});
export type DdeSessionRequest = z.infer<typeof DdeSessionRequest>;

const app = createApp();

interface Reader extends DashboardReader {
  principal: SignedIn;
}

/** Who is asking, and which tenant's dashboards they may use. */
async function requireReader(c: Call, right: 'seeTraffic' | 'changeDashboards'): Promise<Reader> {
  const { db, access, principal, by } = await requireAccess(c, right);
  return { db, access, principal, by };
}

/** The query of the stats action for each table, without the range and the page. */
const QUERIES: Record<DataName, string> = {
  repositorystats: 'format=csv&columns=seed&by=day',
  weekly: 'format=csv&columns=seed&by=week',
  monthly: 'format=csv&columns=seed&by=month',
  totals: 'format=csv&by=day&sum=repositories',
  traffic: 'format=csv&top=15',
  trend: 'format=csv&top=15&least=week',
  repositories: 'format=csv&sum=days',
};

async function toData(c: Call, { access, principal, by }: Reader): Promise<DashboardData> {
  const token = await issueDataToken(c.env.config.tokenKey, principal, access, by.now);
  return { url: `/stats/${access.tenantId}/table`, queries: QUERIES, ...token };
}

async function toAnswer(c: Call, reader: Reader, dashboardId: string): Promise<Dashboard> {
  return { ...(await getDashboard(reader, dashboardId)), data: await toData(c, reader) };
}

app.get('/:tenantId', async (c) => {
  return json<DashboardList>(await listDashboards(await requireReader(c, 'seeTraffic')));
});

app.post('/:tenantId', async (c) => {
  const reader = await requireReader(c, 'changeDashboards');
  const request = await parseBody(c.req.raw, DashboardRequest, requireDocumentSize);
  const id = await createDashboard(reader, requireDocument(request.document));
  return json<Dashboard>(await toAnswer(c, reader, id), 201);
});

app.post('/:tenantId/data-token', async (c) => {
  const reader = await requireReader(c, 'seeTraffic');
  await parseBody(c.req.raw, DataTokenRequest);
  return json<DashboardData>(await toData(c, reader));
});

app.post('/:tenantId/dde-session', async (c) => {
  const reader = await requireReader(c, 'seeTraffic');
  const { dashboardId, apiUrl } = await parseBody(c.req.raw, DdeSessionRequest);
  const { dde, pagesUrl } = c.env.config;
  if (!dde) throw ddeNotConfigured();
  const session = await openDdeSession(dde, pagesUrl ?? new URL(apiUrl).origin);
  const { url, token, expiresAt } = await toData(c, reader);
  const dashboard = toDdeDashboard(dashboardId, { tableUrl: `${apiUrl.replace(/\/+$/, '')}${url}`, token });
  return json<DdeSession>({ apiUrl: dde.apiUrl, session, dashboard, expiresAt });
});

app.get('/:tenantId/:dashboardId', async (c) => {
  const reader = await requireReader(c, 'seeTraffic');
  return json<Dashboard>(await toAnswer(c, reader, c.req.param('dashboardId') ?? ''));
});

app.put('/:tenantId/:dashboardId', async (c) => {
  const reader = await requireReader(c, 'changeDashboards');
  const { version, ...request } = await parseBody(c.req.raw, DashboardChange, requireDocumentSize);
  const change = { version, document: requireDocument(request.document) };
  const dashboardId = c.req.param('dashboardId') ?? '';
  await changeDashboard(reader, dashboardId, change);
  return json<Dashboard>(await toAnswer(c, reader, dashboardId));
});

app.post('/:tenantId/:dashboardId/copy', async (c) => {
  const reader = await requireReader(c, 'changeDashboards');
  const { name } = await parseBody(c.req.raw, DashboardCopy);
  const { document } = await getDashboard(reader, c.req.param('dashboardId') ?? '');
  const id = await createDashboard(reader, { ...document, name });
  return json<Dashboard>(await toAnswer(c, reader, id), 201);
});

app.delete('/:tenantId/:dashboardId', async (c) => {
  const reader = await requireReader(c, 'changeDashboards');
  const dashboardId = c.req.param('dashboardId') ?? '';
  await deleteDashboard(reader, dashboardId);
  return json<DashboardDeleted>({ dashboardId });
});

export const main = serve(app);
