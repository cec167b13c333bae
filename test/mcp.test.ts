import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DEMO_USERS } from '../local/demo/github.ts';
import { createApiKey } from './api-keys.ts';
import { type Call, openTestInstallation, type TestInstallation } from './installation.ts';

const TODAY = '2026-03-10';

const BURROW = `${DEMO_USERS.northwind}/burrow`;
const DATES = `${DEMO_USERS.northwind}/tidy-dates`;

let installation: TestInstallation;
let ada: Call;
let tenantId: number;
let burrow: number;
let address: string;
let token: string;
let assistant: Client;

async function connect(bearer: string): Promise<Client> {
  const client = new Client({ name: 'test', version: '1' });
  const transport = new StreamableHTTPClientTransport(new URL(address), {
    requestInit: { headers: { authorization: `Bearer ${bearer}` } },
  });
  await client.connect(transport);
  return client;
}

beforeAll(async () => {
  installation = await openTestInstallation({ demo: true, now: '2026-02-20T08:00:00Z' });
  ({ tenantId } = await installation.initialize());
  ada = installation.as('ada@example.com');
  const repositories = ['burrow', 'tidy-dates'].map((name) => ({ owner: DEMO_USERS.northwind, name }));
  const { body } = await ada('POST', `/repositories/${tenantId}/batch`, { repositories });
  burrow = body.added[0].repositoryId;
  await installation.host.settled();
  // GitHub forgets days meanwhile.
  installation.now(`${TODAY}T08:00:00Z`);
  await installation.collect();
  address = `${installation.url}/api/v1/web/guest/traffic/mcp/${tenantId}`;
  ({ key: token } = await createApiKey(ada, tenantId));
  assistant = await connect(token);
});
afterAll(async () => {
  await assistant?.close();
  await installation.close();
});

interface Result {
  isError?: boolean;
  content: { type: string; text: string }[];
  // biome-ignore lint/suspicious/noExplicitAny: a test names what it expects of it
  structuredContent: any;
  _meta?: Record<string, unknown>;
}

/** The SDK's client checks the data against the tool's schema. */
async function call(name: string, given: Record<string, unknown> = {}) {
  const result = (await assistant.callTool({ name, arguments: given })) as unknown as Result;
  return {
    ...result,
    text: result.content.map(({ text }) => text).join('\n'),
    data: result.structuredContent,
  };
}

test('an assistant learns what the server is, and what it may ask', async () => {
  expect(assistant.getServerVersion()).toMatchObject({ name: 'github-traffic-analytics' });
  expect(assistant.getInstructions()).toContain('Unknown is never zero.');
  const { tools } = await assistant.listTools();
  expect(tools.map(({ name }) => name)).toEqual([
    'list_repositories',
    'traffic',
    'compare',
    'what_happened_on',
    'referrers',
    'lost_days',
  ]);
  for (const { inputSchema, outputSchema, annotations } of tools) {
    expect(inputSchema).toMatchObject({ type: 'object', additionalProperties: false });
    expect(outputSchema?.type).toBe('object');
    expect(annotations?.readOnlyHint).toBe(true);
  }
});

test('it gets the figures of the pages, in words and as data, with bounds and with what is lost', async () => {
  const { body } = await ada('GET', `/stats/${tenantId}/${burrow}?range=30`);
  const { text, data } = await call('traffic', { repository: BURROW, range: '30' });
  const { totals } = body;
  expect(data.totals).toEqual({
    views: totals.viewCount,
    uniqueVisitors: { atLeast: totals.viewUniquesLower, atMost: totals.viewUniquesUpper },
    clones: totals.cloneCount,
    uniqueCloners: { atLeast: totals.cloneUniquesLower, atMost: totals.cloneUniquesUpper },
    knownDays: totals.knownDays,
    lostDays: 4,
  });
  expect(data.rows.map(({ views }: { views: number | null }) => views)).toEqual(body.series.viewCount);
  expect(data.rows[11]).toMatchObject({
    date: '2026-02-20',
    views: null,
    note: expect.stringContaining('lost'),
  });
  expect(text).toContain(`${totals.viewCount.toLocaleString('en-GB')} views, between `);
  expect(text).toContain('4 days are lost');
  expect(text).toMatch(/- 20 Feb 2026: unknown \(lost: .* unknown, not zero\)/);
  const all = await call('traffic', { range: '30' });
  const overview = (await ada('GET', `/stats/${tenantId}?range=30`)).body;
  expect(all.data.totals.views).toBe(overview.totals.viewCount);
  expect(all.text).toMatch(/- 19 Feb 2026: \d+ views, at most \d+ visitors/);
});

test('it lists and compares repositories, by any of their names', async () => {
  const { data, text } = await call('list_repositories', { sort: 'name', range: '30' });
  expect(data.repositories.map(({ fullName }: { fullName: string }) => fullName)).toEqual([BURROW, DATES]);
  expect(text).toContain('2 repositories; 9 Feb – 10 Mar 2026; page 1 of 1.');
  expect((await call('list_repositories', { query: 'TIDY', size: 1 })).data).toMatchObject({ total: 1 });
  const compared = await call('compare', { repositories: ['tidy-dates', String(burrow)], range: '30' });
  expect(compared.data.repositories.map(({ fullName }: { fullName: string }) => fullName)).toEqual([
    DATES,
    BURROW,
  ]);
  expect(compared.data.repositories[1].totals).toEqual(data.repositories[0].totals);
  const most = await call('compare', { range: '30' });
  expect(most.data.repositories[0].fullName).toBe(BURROW);
});

test('it learns what happened on a day, where visitors came from, and which days are lost', async () => {
  const day = await call('what_happened_on', { day: '2026-03-04', repository: BURROW });
  const { body } = await ada('GET', `/stats/${tenantId}/${burrow}/days/2026-03-04`);
  expect(day.data).toMatchObject({
    figures: { views: body.figures.viewCount },
    usual: { views: body.usual.viewCount },
  });
  expect(day.text).toContain(`(usual for this weekday: ${body.usual.viewCount})`);
  const lost = await call('what_happened_on', { day: '2026-02-21' });
  expect(lost.data.figures.views).toBe(null);
  expect(lost.text).toContain(
    '2 repositories: lost: not collected before GitHub forgot it; unknown, not zero',
  );
  const lists = await call('referrers', { repository: BURROW });
  expect(lists.data.asOf).toBe(TODAY);
  expect(lists.text).toMatch(/Referrers:\n- 1\. .*: [\d,]+ views? by [\d,]+ visitors? in 14 days/);
  const one = await call('lost_days', { repository: BURROW });
  expect(one.data).toMatchObject({ lostDays: 4, spans: [{ from: '2026-02-20', to: '2026-02-23', days: 4 }] });
  const each = await call('lost_days');
  expect(each.data.repositories).toContainEqual({ repository: DATES, lostDays: 4, daysUntilLoss: 14 });
});

test('a question that cannot be answered is an answer with our code, so that the assistant can ask again', async () => {
  const codeOf = async (name: string, given: Record<string, unknown>) => {
    const { isError, text, _meta } = await call(name, given);
    expect(isError).toBe(true);
    expect(text).toMatch(new RegExp(`^${_meta?.code}: \\S`));
    return _meta?.code;
  };
  expect(await codeOf('traffic', { repository: 'nobody/nothing' })).toBe('repository_not_found');
  expect(await codeOf('traffic', { range: '7', from: '2026-01-01' })).toBe('invalid_input');
  expect(await codeOf('traffic', { from: '2026-02-30' })).toBe('invalid_input');
  expect(await codeOf('traffic', { from: '2024-01-01', by: 'day', repository: BURROW })).toBe(
    'too_many_points',
  );
  expect(await codeOf('what_happened_on', { day: '2027-01-01' })).toBe('day_in_future');
  expect(await codeOf('what_happened_on', {})).toBe('invalid_input');
  expect(await codeOf('compare', { repositories: [], owner: 'x' })).toBe('invalid_input');
  await expect(assistant.callTool({ name: 'delete_everything' })).rejects.toThrow('There is no such tool.');
});

test('it sees what its bearer may see, and nothing without one', async () => {
  const { key } = await createApiKey(ada, tenantId, { reach: 'repositories', repositoryIds: [burrow] });
  const narrow = await connect(key);
  const { structuredContent: seen } = await narrow.callTool({ name: 'traffic', arguments: {} });
  expect(seen).toMatchObject({ of: '1 repository together' });
  await narrow.close();
  const { key: cells } = await createApiKey(ada, tenantId, { scope: 'spreadsheet' });
  await expect(connect(cells)).rejects.toThrow('key_scope');
  await ada('PUT', `/members/${tenantId}/dora@example.com`, {
    role: 'repository viewer',
    repositoryIds: [burrow],
  });
  const dora = await connect(await installation.identity.issueToken('dora@example.com'));
  const { structuredContent } = await dora.callTool({ name: 'list_repositories', arguments: {} });
  expect(structuredContent).toMatchObject({ total: 1, repositories: [{ fullName: BURROW }] });
  const refused = await dora.callTool({ name: 'traffic', arguments: { repository: DATES } });
  expect(refused._meta).toEqual({ code: 'repository_not_found' });
  await dora.close();
  await expect(connect('nothing')).rejects.toThrow('access_token_invalid');
  await expect(connect(await installation.identity.issueToken('eve@example.com'))).rejects.toThrow(
    'tenant_not_found',
  );
});

test('it is stateless HTTP: one POST, one answer as JSON, no stream, no session and no pages of strangers', async () => {
  const ACCEPT = { accept: 'application/json, text/event-stream' };
  const post = (body: unknown, headers: Record<string, string> = ACCEPT) =>
    ada('POST', `/mcp/${tenantId}`, body, headers);
  const ping = { jsonrpc: '2.0', id: 1, method: 'ping' };
  const { status, headers, body } = await post(ping);
  expect([status, body]).toEqual([200, { jsonrpc: '2.0', id: 1, result: {} }]);
  expect(headers.get('content-type')).toBe('application/json');
  expect(headers.has('mcp-session-id')).toBe(false);
  expect((await post([ping, { ...ping, id: 2 }])).body).toHaveLength(2);
  const told = await fetch(address, {
    method: 'POST',
    headers: { ...ACCEPT, authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' }),
  });
  expect([told.status, await told.text()]).toEqual([202, '']);
  expect((await post(ping, { accept: 'text/html' })).status).toBe(406);
  expect((await post('{', { ...ACCEPT, 'content-type': 'application/json' })).body.error.code).toBe(
    'malformed_json',
  );
  expect((await post({ method: 'ping' })).body.error.code).toBe('invalid_input');
  expect((await post(Array(11).fill(ping))).body.error.code).toBe('invalid_input');
  for (const method of ['GET', 'DELETE'])
    expect((await ada(method, `/mcp/${tenantId}`)).body.error.code).toBe('method_not_allowed');
  const strange = await post(ping, { ...ACCEPT, origin: 'https://strange.example' });
  expect([strange.status, strange.body.error.code]).toEqual([403, 'origin_refused']);
});
