import * as z from 'zod';
import type { TenantAccess } from '../lib/access.ts';
import { json } from '../lib/answer.ts';
import type {
  Dashboard,
  DashboardData,
  DashboardDeleted,
  DashboardList,
  DataTokenIssued,
  DdeSession,
} from '../lib/answers/dashboards.ts';
import { type Call, createApp, serve } from '../lib/app.ts';
import { type PersonAccess, requireAccess, requirePersonAccess } from '../lib/caller.ts';
import { requireDocumentSize, requireRequestSize, requireWritten } from '../lib/dashboards/check.ts';
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
import { parseBody } from '../lib/request.ts';
import { withoutTrailingSlashes } from '../lib/url.ts';

/**
 * Described in `static/dashboards/document.schema.json`: as an object, in a body of at most 256 kB, or as text of at most 256 kB,
 * which is kept byte for byte.
 */
const document = z.union([z.record(z.string(), z.unknown()), z.string()]);

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

/** The SHA-256 of a secret that the caller made up, in base64url. */
const challenge = z.string().regex(/^[\w-]{43}$/, 'Give the SHA-256 of a secret, in base64url.');

export const DataTokenRequest = z.strictObject({ challenge });
export type DataTokenRequest = z.infer<typeof DataTokenRequest>;

export const DdeSessionRequest = z.strictObject({
  dashboardId: z.enum(['traffic-by-day', 'portfolio']),
  /** The API's base URL, as Cognos Dashboard Embedded can reach it. */
  apiUrl: z.url({ protocol: /^https?$/ }).max(300),
  challenge,
});
export type DdeSessionRequest = z.infer<typeof DdeSessionRequest>;

const app = createApp();

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

const toData = ({ tenantId }: TenantAccess): DashboardData => ({
  url: `/stats/${tenantId}/table`,
  queries: QUERIES,
});

async function toTokenData(
  c: Call,
  { access, principal, by }: PersonAccess,
  challenge: string,
): Promise<DataTokenIssued> {
  const { tokenKey } = c.env.config;
  const token = await issueDataToken(tokenKey, principal, access, { challenge, now: by.now });
  return { ...toData(access), ...token };
}

async function toAnswer(reader: DashboardReader, dashboardId: string): Promise<Dashboard> {
  return { ...(await getDashboard(reader, dashboardId)), data: toData(reader.access) };
}

app.get('/:tenantId', async (c) => {
  return json<DashboardList>(await listDashboards(await requireAccess(c, 'seeTraffic')));
});

/** The body of a request that saves a document. */
async function parseSaving<T extends DashboardRequest>(c: Call, schema: z.ZodType<T>) {
  const request = await parseBody(c.req.raw, schema, requireRequestSize);
  if (typeof request.document !== 'string') requireDocumentSize(await c.req.raw.text());
  return { ...request, saved: requireWritten(request.document) };
}

app.post('/:tenantId', async (c) => {
  const reader = await requireAccess(c, 'changeDashboards');
  const { saved } = await parseSaving(c, DashboardRequest);
  const id = await createDashboard(reader, saved);
  return json<Dashboard>(await toAnswer(reader, id), 201);
});

app.post('/:tenantId/data-token', async (c) => {
  const reader = await requirePersonAccess(c, 'seeTraffic');
  const { challenge } = await parseBody(c.req.raw, DataTokenRequest);
  return json<DataTokenIssued>(await toTokenData(c, reader, challenge));
});

app.post('/:tenantId/dde-session', async (c) => {
  const reader = await requirePersonAccess(c, 'seeTraffic');
  const { dashboardId, apiUrl, challenge } = await parseBody(c.req.raw, DdeSessionRequest);
  const { dde, pagesUrl } = c.env.config;
  if (!dde) throw ddeNotConfigured();
  const session = await openDdeSession(dde, pagesUrl ?? new URL(apiUrl).origin);
  const { url, token, expiresAt } = await toTokenData(c, reader, challenge);
  const dashboard = toDdeDashboard(dashboardId, {
    tableUrl: `${withoutTrailingSlashes(apiUrl)}${url}`,
    token: `${token}~{secret}`,
  });
  return json<DdeSession>({ apiUrl: dde.apiUrl, session, dashboard, expiresAt });
});

app.get('/:tenantId/:dashboardId', async (c) => {
  const reader = await requireAccess(c, 'seeTraffic');
  return json<Dashboard>(await toAnswer(reader, c.req.param('dashboardId') ?? ''));
});

app.put('/:tenantId/:dashboardId', async (c) => {
  const reader = await requireAccess(c, 'changeDashboards');
  const { version, saved } = await parseSaving(c, DashboardChange);
  const dashboardId = c.req.param('dashboardId') ?? '';
  await changeDashboard(reader, dashboardId, { version, ...saved });
  return json<Dashboard>(await toAnswer(reader, dashboardId));
});

app.post('/:tenantId/:dashboardId/copy', async (c) => {
  const reader = await requireAccess(c, 'changeDashboards');
  const { name } = await parseBody(c.req.raw, DashboardCopy);
  const { document } = await getDashboard(reader, c.req.param('dashboardId') ?? '');
  const id = await createDashboard(reader, requireWritten({ ...document, name }));
  return json<Dashboard>(await toAnswer(reader, id), 201);
});

app.delete('/:tenantId/:dashboardId', async (c) => {
  const reader = await requireAccess(c, 'changeDashboards');
  const dashboardId = c.req.param('dashboardId') ?? '';
  await deleteDashboard(reader, dashboardId);
  return json<DashboardDeleted>({ dashboardId });
});

export const main = serve(app);
