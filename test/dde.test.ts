import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseConfig } from '../lib/config.ts';
import { createDde } from '../local/dde.ts';
import { CHALLENGE, SECRET } from './data-tokens.ts';
import { type Call, openTestInstallation, type TestInstallation } from './installation.ts';

const client = { clientId: 'the client', clientSecret: 'its : secret' };
const dde = createDde(client);
const parameters = { DDE_CLIENT_ID: client.clientId, DDE_CLIENT_SECRET: client.clientSecret };

let server: Server;
let installation: TestInstallation;
let ada: Call;
let tenantId: number;
let apiUrl: string;

beforeAll(async () => {
  server = createServer((request, response) => void dde.handle(request, response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const environment = { ...parameters, DDE_API_URL: `http://127.0.0.1:${address.port}/daas/` };
  installation = await openTestInstallation({ demo: true, now: '2026-01-14T08:00:00.000Z', environment });
  ({ tenantId } = await installation.initialize());
  apiUrl = `${installation.url}/api/v1/web/guest/traffic`;
  ada = installation.as('ada@example.com');
  const { body } = await ada('GET', `/repositories/${tenantId}/discover`);
  const [{ owner, name }] = body.candidates;
  await ada('POST', `/repositories/${tenantId}`, { owner, name });
  await installation.host.settled();
});

afterAll(async () => {
  await installation.close();
  server.closeAllConnections();
  server.close();
});

const open = (dashboardId: string, call = ada) =>
  call('POST', `/dashboards/${tenantId}/dde-session`, { dashboardId, apiUrl, challenge: CHALLENGE });

interface Widget {
  data: { dataViews: { modelRef: string; dataItems: { id: string; itemId: string }[] }[] };
  slotmapping: { slots: { dataItems: string[] }[] };
}

interface Source {
  sourceUrl: string;
  property: { name: string; value: { name: string; value: string }[] }[];
}

/** The only table of a dashboard: its source, and the names of its columns. */
function tableOf(dashboard: {
  dataSources: {
    sources: { module: { source: { srcUrl: Source }; table: { column: { name: string }[] } } }[];
  };
}) {
  const [only, ...others] = dashboard.dataSources.sources;
  expect(others).toEqual([]);
  if (!only) throw new Error('no source');
  return { ...only.module.source.srcUrl, columns: only.module.table.column.map(({ name }) => name) };
}

test.each(['traffic-by-day', 'portfolio'])(
  'a session opens %s, whose table can be read as it says',
  async (id) => {
    const { status, body } = await open(id);
    expect(status).toBe(200);
    expect(body.apiUrl).toBe(installation.parameters.DDE_API_URL);
    expect(body.session.sessionCode).toBe(`code-${dde.sessions.length}`);
    expect(dde.sessions.at(-1)).toEqual({ webDomain: installation.url, expiresIn: 3600 });
    const { sourceUrl, property, columns } = tableOf(body.dashboard);
    const headers = property.find(({ name }) => name === 'headers')?.value ?? [];
    const response = await fetch(sourceUrl, {
      headers: Object.fromEntries(
        headers.map(({ name, value }) => [name, value.replace('{secret}', SECRET)]),
      ),
    });
    expect(response.status).toBe(200);
    const [header, ...rows] = (await response.text()).trimEnd().split('\r\n');
    expect(header?.split(',')).toEqual(columns);
    expect(rows.length).toBeGreaterThan(1);
  },
);

test.each(['traffic-by-day', 'portfolio'])('every part that %s refers to exists', async (id) => {
  const { dashboard } = (await open(id)).body;
  const { columns } = tableOf(dashboard);
  const [source] = dashboard.dataSources.sources;
  const placed: string[] = JSON.stringify(dashboard.layout).match(/(?<="id":")[^"]*-widget-\d+/g) ?? [];
  expect(placed.sort()).toEqual(Object.keys(dashboard.widgets).sort());
  expect(dashboard.eventGroups.flatMap(({ widgetIds }: { widgetIds: string[] }) => widgetIds).sort()).toEqual(
    placed,
  );
  for (const { data, slotmapping } of Object.values<Widget>(dashboard.widgets)) {
    const [view] = data.dataViews;
    expect(view?.modelRef).toBe(source.id);
    const items = view?.dataItems ?? [];
    const known = [...columns.map((name) => `repositorystats.${name}`), '_multiMeasuresSeries'];
    expect(known).toEqual(expect.arrayContaining(items.map(({ itemId }) => itemId)));
    const used = slotmapping.slots.flatMap(({ dataItems }) => dataItems);
    expect([...new Set(used)].sort()).toEqual(items.map(({ id: item }) => item).sort());
  }
});

test('a repository viewer’s dashboard reads only their repositories', async () => {
  await ada('PUT', `/members/${tenantId}/none@example.com`, { role: 'repository viewer', repositoryIds: [] });
  const { body } = await open('portfolio', installation.as('none@example.com'));
  const { sourceUrl, property } = tableOf(body.dashboard);
  const authorization = property.find(({ name }) => name === 'headers')?.value[0]?.value ?? '';
  const text = await (await fetch(sourceUrl, { headers: { authorization } })).text();
  expect(text.trimEnd().split('\r\n')).toHaveLength(1);
});

test.each([
  [401, 502, 'dde_refused'],
  [403, 502, 'dde_refused'],
  [500, 503, 'dde_unavailable'],
  [429, 503, 'dde_unavailable'],
  ['unreadable', 503, 'dde_unavailable'],
  ['silent', 503, 'dde_unavailable'],
] as const)('if Cognos answers %s, the error says so without its secret', async (fault, status, code) => {
  dde.fail(fault);
  const answer = await open('portfolio');
  dde.fail(undefined);
  expect([answer.status, answer.body.error.code]).toEqual([status, code]);
  expect(JSON.stringify(answer.body)).not.toContain(client.clientSecret);
  expect((await open('portfolio')).status).toBe(200);
});

test('other dashboards and addresses are refused; without Cognos configured, everything is', async () => {
  expect((await open('1')).body.error.code).toBe('invalid_input');
  const script = { dashboardId: 'portfolio', apiUrl: 'javascript:alert(1)' };
  expect((await ada('POST', `/dashboards/${tenantId}/dde-session`, script)).body.error.code).toBe(
    'invalid_input',
  );
  const { DDE_API_URL = '' } = installation.parameters;
  installation.host.setParameters('traffic', { DDE_API_URL: '', DDE_CLIENT_ID: '', DDE_CLIENT_SECRET: '' });
  const { status, body } = await open('portfolio');
  expect([status, body.error.code]).toEqual([409, 'dde_not_configured']);
  installation.host.setParameters('traffic', { ...parameters, DDE_API_URL });
});

test('an incomplete configuration is reported', () => {
  const whole: Record<string, string> = { ...installation.parameters };
  expect(parseConfig(whole).dde).toMatchObject(client);
  expect(() => parseConfig({ ...whole, DDE_CLIENT_SECRET: '' })).toThrow(/DDE_CLIENT_SECRET must be set too/);
  expect(() => parseConfig({ ...whole, DDE_API_URL: 'http://dde.example/' })).toThrow(/DDE_API_URL must be/);
});
