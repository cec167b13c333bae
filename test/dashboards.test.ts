import { afterAll, beforeAll, expect, test } from 'vitest';
import * as z from 'zod';
import { DashboardDocument } from '../lib/dashboard-document.ts';
import { type Call, openTestInstallation, type TestInstallation } from './installation.ts';

let installation: TestInstallation;
let ada: Call;
let tenantId: number;

beforeAll(async () => {
  installation = await openTestInstallation({ demo: true, now: '2026-01-14T08:00:00.000Z' });
  ({ tenantId } = await installation.initialise());
  ada = installation.as('ada@example.com');
  const found = await ada('GET', `/repositories/${tenantId}/discover`);
  const repositories = found.body.candidates.map(({ owner, name }: Record<string, string>) => ({
    owner,
    name,
  }));
  await ada('POST', `/repositories/${tenantId}/batch`, { repositories });
  await installation.host.settled();
});

afterAll(() => installation.close());

const view = { data: { name: 'weekly' }, mark: 'bar', encoding: { x: { field: 'TDATE', type: 'temporal' } } };
const widget = { title: 'One', x: 0, y: 0, w: 6, h: 4, spec: view };
const documentOf = (name: string, spec: unknown = view) => ({
  ...{ name, tabs: [{ title: 'First', widgets: [{ ...widget, spec }] }] },
});
const at = (route = '') => `/dashboards/${tenantId}${route}`;

test('the schema of documents that editors use is the one that documents are checked with', async () => {
  const schema = z.toJSONSchema(DashboardDocument, { io: 'input' });
  const text = `${JSON.stringify({ title: 'Dashboard', ...schema }, null, 2)}\n`;
  await expect(text).toMatchFileSnapshot('../static/dashboards/document.schema.json');
});

test('the dashboards that come with the product are there from the beginning', async () => {
  const { status, body } = await ada('GET', at());
  expect(status).toBe(200);
  expect(body.mayCreate).toBe(true);
  const canned = { canned: true, version: 1, changedAt: null, changedBy: null, mayChange: false };
  expect(body.dashboards).toEqual([
    { dashboardId: 'traffic-by-day', name: 'Traffic by day', ...canned },
    { dashboardId: 'portfolio', name: 'Portfolio', ...canned },
  ]);
});

test('a dashboard is created, changed, copied and deleted', async () => {
  const created = await ada('POST', at(), { document: documentOf('Mine') });
  expect(created.status).toBe(201);
  const { dashboardId, data, ...shown } = created.body;
  expect(dashboardId).toMatch(/^\d+$/);
  expect(shown).toEqual({
    ...{ name: 'Mine', canned: false, version: 1, mayChange: true, document: documentOf('Mine') },
    ...{ changedAt: '2026-01-14T08:00:00.000Z', changedBy: 'ada@example.com' },
  });
  expect(data.url).toBe(`/stats/${tenantId}/table`);
  const change = { version: 1, document: documentOf('Ours') };
  expect((await ada('PUT', at(`/${dashboardId}`), change)).body).toMatchObject({ name: 'Ours', version: 2 });
  const copy = await ada('POST', at(`/${dashboardId}/copy`), { name: 'Copy' });
  expect(copy.body.document).toEqual(documentOf('Copy'));
  const names = (await ada('GET', at())).body.dashboards.slice(2).map(({ name }: { name: string }) => name);
  expect(names).toEqual(['Copy', 'Ours']);
  for (const id of [dashboardId, copy.body.dashboardId]) {
    expect((await ada('DELETE', at(`/${id}`))).body).toEqual({ dashboardId: id });
    expect((await ada('GET', at(`/${id}`))).body.error.code).toBe('dashboard_not_found');
    expect((await ada('DELETE', at(`/${id}`))).body.error.code).toBe('dashboard_not_found');
  }
});
