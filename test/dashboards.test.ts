import { afterAll, beforeAll, expect, test } from 'vitest';
import * as z from 'zod';
import { DashboardDocument } from '../lib/dashboards/document.ts';
import { addDays } from '../lib/day.ts';
import { openDatabase } from '../lib/db/database.ts';
import { checkText } from '../static/dashboards/document-check.ts';
import { loadVegaLiteSchema } from '../static/dashboards/schema.ts';
import { type Call, openTestInstallation, type TestInstallation } from './installation.ts';

let installation: TestInstallation;
let ada: Call;
let tenantId: number;

beforeAll(async () => {
  await loadVegaLiteSchema();
  installation = await openTestInstallation({ demo: true, now: '2026-01-14T08:00:00.000Z' });
  ({ tenantId } = await installation.initialize());
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
  name,
  tabs: [{ title: 'First', widgets: [{ ...widget, spec }] }],
});
const at = (route = '') => `/dashboards/${tenantId}${route}`;

test('the editor’s JSON schema is generated from the schema that checks documents', async () => {
  const schema = z.toJSONSchema(DashboardDocument, { io: 'input' });
  const text = `${JSON.stringify({ title: 'Dashboard', ...schema }, null, 2)}\n`;
  await expect(text).toMatchFileSnapshot('../static/dashboards/document.schema.json');
});

test('the built-in dashboards exist from the start', async () => {
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
    name: 'Mine',
    text: JSON.stringify(documentOf('Mine')),
    canned: false,
    version: 1,
    mayChange: true,
    document: documentOf('Mine'),
    changedAt: '2026-01-14T08:00:00.000Z',
    changedBy: 'ada@example.com',
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

test('a change to an outdated version is refused and says who changed it; repeating the same change is not', async () => {
  const { dashboardId } = (await ada('POST', at(), { document: documentOf('Shared') })).body;
  await ada('PUT', `/members/${tenantId}/manager@example.com`, { role: 'manager' });
  const manager = installation.as('manager@example.com');
  const route = at(`/${dashboardId}`);
  const change = { version: 1, document: documentOf('Shared', { ...view, mark: 'line' }) };
  for (let time = 0; time < 2; time += 1)
    expect((await manager('PUT', route, change)).body).toMatchObject({
      version: 2,
      changedBy: 'manager@example.com',
    });
  const late = await ada('PUT', route, {
    version: 1,
    document: documentOf('Shared', { ...view, mark: 'area' }),
  });
  expect([late.status, late.body.error.code]).toEqual([409, 'dashboard_changed']);
  expect(late.body.error.details).toMatchObject({ version: 2, changedBy: 'manager@example.com' });
  expect((await ada('PUT', at('/999999'), change)).body.error.code).toBe('dashboard_not_found');
  await ada('DELETE', route);
});

test('a name is unique in a tenant, whatever its case, even when created concurrently', async () => {
  const create = (name: string) => ada('POST', at(), { document: documentOf(name) });
  const answers = await Promise.all([create('Once'), create('ONCE'), create('once')]);
  const codes = answers.map(({ status, body }) => body.error?.code ?? status);
  expect(codes.sort()).toEqual([201, 'dashboard_exists', 'dashboard_exists']);
  const another = (await ada('POST', at(), { document: documentOf('Another') })).body;
  const renamed = { version: 1, document: documentOf('Once') };
  for (const [method, route, body] of [
    ['PUT', `/${another.dashboardId}`, renamed],
    ['POST', '/portfolio/copy', { name: 'Once' }],
  ] as const)
    expect((await ada(method, at(route), body)).body.error.code).toBe('dashboard_exists');
});

test('built-in dashboards can be copied, not changed', async () => {
  const { document } = (await ada('GET', at('/portfolio'))).body;
  const change = await ada('PUT', at('/portfolio'), { version: 1, document });
  expect([change.status, change.body.error.code]).toEqual([409, 'dashboard_canned']);
  expect((await ada('DELETE', at('/portfolio'))).body.error.code).toBe('dashboard_canned');
  const copy = await ada('POST', at('/portfolio/copy'), { name: 'My portfolio' });
  expect(copy.body).toMatchObject({ canned: false, mayChange: true, version: 1 });
  expect(copy.body.document).toEqual({ ...document, name: 'My portfolio' });
  await ada('DELETE', at(`/${copy.body.dashboardId}`));
});

test('a viewer reads dashboards, and mayChange is false', async () => {
  await ada('PUT', `/members/${tenantId}/viewer@example.com`, { role: 'viewer' });
  const viewer = installation.as('viewer@example.com');
  const own = (await ada('POST', at(), { document: documentOf('Seen') })).body;
  const list = (await viewer('GET', at())).body;
  expect(list.mayCreate).toBe(false);
  expect(list.dashboards.map((one: { mayChange: boolean }) => one.mayChange)).not.toContain(true);
  expect((await viewer('GET', at(`/${own.dashboardId}`))).body.mayChange).toBe(false);
  await ada('DELETE', at(`/${own.dashboardId}`));
});

/** Values with a bound: a specification with the value, the bound, and its place. */
const atBounds: [string, (value: number) => unknown, number, string][] = [
  [
    'maxbins',
    (maxbins) => ({ ...view, encoding: { x: { field: 'VIEWCOUNT', bin: { maxbins } } } }),
    500,
    '/encoding/x/bin/maxbins',
  ],
  [
    'ticks',
    (tickCount) => ({ ...view, encoding: { x: { field: 'TDATE', type: 'temporal', axis: { tickCount } } } }),
    200,
    '/encoding/x/axis/tickCount',
  ],
  ['columns', (columns) => ({ columns, concat: [view] }), 50, '/columns'],
  ['a width', (width) => ({ ...view, width }), 4000, '/width'],
  ['a height', (height) => ({ ...view, height }), 4000, '/height'],
  ['a sample', (sample) => ({ ...view, transform: [{ sample }] }), 100_000, '/transform/0/sample'],
  ['a sequence', (stop) => ({ ...view, data: { sequence: { start: 0, stop } } }), 1000, '/data/sequence'],
  [
    'an imputation',
    (stop) => ({ ...view, transform: [{ impute: 'VIEWCOUNT', key: 'TDATE', value: 0, keyvals: { stop } }] }),
    1000,
    '/transform/0/keyvals',
  ],
  ['rows of its own', (count) => ({ ...view, data: { values: Array(count).fill(1) } }), 1000, '/data/values'],
  [
    'layers',
    (count) => ({ ...view, mark: undefined, layer: Array(count).fill({ mark: 'bar' }) }),
    50,
    '/layer',
  ],
  ['views', (count) => ({ repeat: Array(count).fill('a'), spec: view }), 50, ''],
  [
    'transforms',
    (count) => ({ ...view, transform: Array(count).fill({ filter: 'true' }) }),
    50,
    '/transform',
  ],
  [
    'characters of a selector',
    (length) => ({
      ...view,
      params: [{ name: 'p', select: { type: 'point', on: 'a'.repeat(length) } }],
    }),
    300,
    '/params/0/select/on',
  ],
];

/** Specifications that must not be drawn, each with the place of its error. */
const refused: [string, unknown, string][] = [
  ['no object', 'bar', ''],
  ['not Vega-Lite', { hello: 'world' }, ''],
  ['Vega', { $schema: 'https://vega.github.io/schema/vega/v6.json', marks: [] }, '/$schema'],
  ['a schema of somebody else', { ...view, $schema: 'https://evil.example/v6.json' }, '/$schema'],
  ['an unknown mark', { ...view, mark: 'pie' }, '/mark'],
  ['an image', { ...view, mark: { type: 'image', url: 'https://evil.example/x' } }, '/mark'],
  ['a map', { ...view, mark: 'geoshape' }, '/mark'],
  ['unknown data', { ...view, data: { name: 'secrets' } }, '/data/name'],
  ['a foreign address', { ...view, data: { url: 'https://evil.example/x.csv' } }, '/data/url'],
  ['an address beside a name', { ...view, data: { name: 'weekly', url: '//evil.example' } }, '/data/url'],
  [
    'a lookup elsewhere',
    { ...view, transform: [{ lookup: 'RID', from: { data: { url: '/me' }, key: 'a' } }] },
    '/transform/0/from/data/url',
  ],
  ['a link', { ...view, encoding: { href: { field: 'REPONAME' } } }, '/encoding'],
  ['a link of a mark', { ...view, mark: { type: 'bar', href: 'https://evil.example' } }, '/mark/href'],
  ['an address as a background', { ...view, background: 'url(https://evil.example/x)' }, '/background'],
  ['an address as a font', { ...view, config: { font: 'x; src: URL (//evil.example)' } }, '/config/font'],
  ['an address as a channel', { ...view, encoding: { url: { value: 'https://evil.example' } } }, '/encoding'],
  ['options of the page', { ...view, usermeta: { embedOptions: { loader: {} } } }, '/usermeta'],
  ['rows elsewhere', { ...view, datasets: { weekly: [] } }, '/datasets'],
  ['too many rows', { ...view, data: { values: Array(1001).fill(1) } }, '/data/values'],
  ['a long sequence', { ...view, data: { sequence: { start: 0, stop: 1e9 } } }, '/data/sequence'],
  ['endless quantiles', { ...view, transform: [{ quantile: 'VIEWCOUNT', step: 1e-9 }] }, '/transform/0/step'],
  ['no step', { ...view, data: { sequence: { start: 0, stop: 9, step: 0 } } }, '/data/sequence'],
  ['10,000 marks', { data: { name: 'weekly' }, layer: Array(10_000).fill({ mark: 'bar' }) }, '/layer'],
  ['multiplied views', { repeat: { row: Array(20).fill('a'), column: Array(20).fill('b') }, spec: view }, ''],
  ['two kinds at once', { ...view, layer: [view] }, ''],
  [
    'a control in the page',
    { ...view, params: [{ name: 'p', bind: { element: '#token' } }] },
    '/params/0/bind/element',
  ],
  [
    'events of the page',
    { ...view, params: [{ name: 'p', select: { type: 'point', on: 'window:keydown' } }] },
    '/params/0/select/on',
  ],
  [
    'events of an element',
    { ...view, params: [{ name: 'p', select: { type: 'point', on: { source: 'input', type: 'input' } } }] },
    '/params/0/select/on/source',
  ],
  [
    'endless expressions',
    { ...view, transform: [{ calculate: 'sequence(1e9)', as: 'a' }] },
    '/transform/0/calculate',
  ],
  [
    'expressions about what is behind',
    { ...view, transform: [{ filter: "datum['constructor']" }] },
    '/transform/0/filter',
  ],
  ...[
    "test('(a+)+$', datum.REPONAME)",
    "regexp('(a+)+$')",
    "replace(datum.REPONAME, /(a+)+$/, '')",
    '1 / 2 > 0 ? /(a+)+$/ : 0',
    "datum.REPONAME + '/' + reg\\u0065xp('a')",
    "'it\\'s' + test (datum.REPONAME)",
  ].map((filter): [string, unknown, string] => [
    `a regular expression (${filter})`,
    { ...view, transform: [{ filter }] },
    '/transform/0/filter',
  ]),
  [
    'a regular expression in a list',
    { ...view, transform: [{ filter: { and: [{ not: 'test(/a/, datum.REPONAME)' }] } }] },
    '/transform/0/filter/and/0/not',
  ],
  [
    'an endless selector',
    { ...view, params: [{ name: 'p', select: { type: 'point', on: 'a'.repeat(250_000) } }] },
    '/params/0/select/on',
  ],
  ['an event setting', { ...view, config: { events: { bind: 'any' } } }, '/config/events'],
  ['a made-up cursor', { ...view, mark: { type: 'bar', cursor: 'auto, x' } }, '/mark/cursor'],
  [
    'a control of another kind',
    { ...view, params: [{ name: 'p', bind: { input: 'file' } }] },
    '/params/0/bind',
  ],
  [
    'a name behind an object',
    JSON.parse('{ "mark": "bar", "config": { "__proto__": {} } }'),
    '/config/__proto__',
  ],
  ...atBounds.map(([name, make, most, place]): [string, unknown, string] => [
    `${name} of more than ${most}`,
    make(most + 1),
    place,
  ]),
];

/** The problems that the editor shows before saving. */
const editorSays = (document: unknown) => checkText(JSON.stringify(document), 1).diagnostics;

test.each(refused)('a specification with %s is refused by the API and the editor', async (_, spec, place) => {
  expect(editorSays(documentOf('Bad', spec))).not.toEqual([]);
  const { status, body } = await ada('POST', at(), { document: documentOf('Bad', spec) });
  expect([status, body.error.code]).toEqual([422, 'dashboard_invalid']);
  const paths = body.error.details.problems.map(({ path }: { path: string }) => path);
  expect(paths).toContain(`/tabs/0/widgets/0/spec${place}`);
});

test.each(atBounds)(
  'a specification with %s at the bound is accepted by the API and the editor',
  async (_, make, most) => {
    const document = documentOf('At the bound', make(most));
    expect(editorSays(document)).toEqual([]);
    const { status, body } = await ada('POST', at(), { document });
    expect([status, body.error]).toEqual([201, undefined]);
    await ada('DELETE', at(`/${body.dashboardId}`));
  },
);

test('divisions, and texts that contain forbidden names, are not taken for regular expressions', async () => {
  const calculate = "(datum.VIEWCOUNT / 2) / [1][0] / datum['VUNIQUES'] + length('/test(x)/ \\'\\n') / 2";
  const spec = {
    ...view,
    transform: [
      { calculate, as: 'a' },
      { calculate: "replace('a/b', '/', '')", as: 'b' },
    ],
  };
  expect(editorSays(documentOf('Divided', spec))).toEqual([]);
  const { status, body } = await ada('POST', at(), { document: documentOf('Divided', spec) });
  expect([status, body.error]).toEqual([201, undefined]);
  await ada('DELETE', at(`/${body.dashboardId}`));
});

test('documents that are too long, too deep, not JSON or not a dashboard are refused by the API and the editor', async () => {
  const json = { 'content-type': 'application/json' };
  const long = { document: { ...documentOf('Long'), tabs: [], padding: 'x'.repeat(262_144) } };
  expect((await ada('POST', at(), long)).body.error.code).toBe('document_too_large');
  expect(editorSays(long.document).map(({ message }) => message)).toContainEqual(
    expect.stringContaining('at most 262144 bytes'),
  );
  const zero = documentOf('Zero \u0000');
  expect((await ada('POST', at(), { document: zero })).status).toBe(400);
  expect(editorSays(zero)).toHaveLength(1);
  const deep = `{"document":{"name":"Deep","tabs":${'['.repeat(100)}${']'.repeat(100)}}}`;
  expect((await ada('POST', at(), deep, json)).body.error.code).toBe('dashboard_invalid');
  expect(checkText(deep.slice('{"document":'.length, -1), 1).diagnostics).not.toEqual([]);
  const deeper = deep.replace('[', '['.repeat(50_000)).replace(']', ']'.repeat(50_000));
  expect((await ada('POST', at(), deeper, json)).status).toBe(400);
  expect((await ada('POST', at(), '{"document":', json)).body.error.code).toBe('malformed_json');
  expect((await ada('POST', at(), {})).body.error.code).toBe('invalid_input');
  const wide = documentOf('Wide');
  wide.tabs[0]?.widgets.push({ ...widget, x: 8, w: 6 });
  for (const [document, place] of [
    [{ name: '', tabs: [] }, '/name'],
    [{ ...wide, tabs: Array(11).fill(wide.tabs[0]) }, '/tabs'],
    [wide, '/tabs/0/widgets/1/w'],
    [{ ...wide, other: 1 }, ''],
  ] as const) {
    expect(editorSays(document)).not.toEqual([]);
    const { body } = await ada('POST', at(), { document });
    const paths = body.error.details.problems.map(({ path }: { path: string }) => path);
    expect([body.error.code, paths]).toEqual(['dashboard_invalid', expect.arrayContaining([place])]);
  }
});

test('the built-in dashboards pass the API’s and the editor’s check', async () => {
  for (const id of ['traffic-by-day', 'portfolio']) {
    const { document } = (await ada('GET', at(`/${id}`))).body;
    expect([id, editorSays(document)]).toEqual([id, []]);
    const { status, body } = await ada('POST', at(), { document });
    expect([id, status]).toEqual([id, 201]);
    await ada('DELETE', at(`/${body.dashboardId}`));
  }
});

test('the first page of a table tells the total of rows, and sums add up all repositories', async () => {
  const { data } = (await ada('GET', at('/portfolio'))).body;
  const rows = async (query: string) => {
    const { headers, body } = await ada('GET', `${data.url}?${query}&range=14&cursor=`);
    const lines = body.trimEnd().split('\r\n').slice(1);
    expect(headers.get('x-total-count')).toBe(String(lines.length));
    expect(headers.get('access-control-expose-headers')).toContain('x-total-count');
    return lines.map((line: string) => line.split(','));
  };
  const days: string[][] = await rows(data.queries.repositorystats);
  const totals: string[][] = await rows(data.queries.totals);
  expect(totals.length).toBeGreaterThan(10);
  for (const [id, owner, name, date, ...figures] of totals) {
    expect([id, owner, name]).toEqual(['', '', '']);
    const same = days.filter((row) => row[3] === date);
    const sums = [4, 5, 6, 7].map((place) => same.reduce((sum, row) => sum + Number(row[place]), 0));
    expect(figures.map(Number)).toEqual(sums);
  }
  const json = await ada('GET', `${data.url}?sum=repositories`);
  expect(json.body.error.code).toBe('invalid_input');
});

test('a document of exactly 256 kB is accepted by the API and the editor, one more byte by neither', async () => {
  const { dashboardId } = (await ada('POST', at(), { document: documentOf('Filled') })).body;
  const filled = (length: number) => ({
    ...documentOf('Filled'),
    tabs: [{ title: 'x', widgets: [{ ...widget, spec: { ...view, description: 'x'.repeat(length) } }] }],
  });
  const room = 262_144 - JSON.stringify({ document: filled(0), version: 1 }).length;
  expect(editorSays(filled(room))).toEqual([]);
  expect(editorSays(filled(room + 1))).toHaveLength(1);
  const save = (length: number) =>
    ada('PUT', at(`/${dashboardId}`), { document: filled(length), version: 1 });
  expect((await save(room + 1)).body.error.code).toBe('document_too_large');
  expect((await save(room)).status).toBe(200);
  await ada('DELETE', at(`/${dashboardId}`));
});

test('a document of nearly 256 kB is stored unchanged', async () => {
  const values = Array.from({ length: 1000 }, (_, place) => ({ place, text: `ä🦆${'x'.repeat(200)}` }));
  const document = documentOf('Large', { ...view, data: { values } });
  const { status, body } = await ada('POST', at(), { document });
  expect([status, body.error]).toEqual([201, undefined]);
  const change = await ada('PUT', at(`/${body.dashboardId}`), { version: 1, document });
  expect(change.body.document).toEqual(document);
  await ada('DELETE', at(`/${body.dashboardId}`));
});

test('a document that is sent as text comes back byte for byte', async () => {
  const { dashboardId } = (await ada('POST', at(), { document: documentOf('Written') })).body;
  const text = `{\n\t"tabs": ${JSON.stringify([{ widgets: [{ ...widget, spec: { 10: 1, 9: 2, ...view } }], title: ' First ' }])},\n\n  "name" : "Written", "range":"30"}\r\n`;
  const save = (document: unknown, version: number) =>
    ada('PUT', at(`/${dashboardId}`), { document, version });
  const saved = await save(text, 1);
  expect([saved.status, saved.body.text]).toEqual([200, text]);
  const read = await ada('GET', at(`/${dashboardId}`));
  expect([read.body.text, read.body.version]).toEqual([text, 2]);
  expect(read.body.document).toMatchObject({ name: 'Written', range: '30', tabs: [{ title: 'First' }] });
  expect((await save(text, 1)).status).toBe(200);
  expect((await save('{"name":', 2)).body.error).toMatchObject({ code: 'dashboard_invalid' });
  expect((await save(' '.repeat(262_144) + text, 2)).body.error.code).toBe('document_too_large');
  expect((await save(text + ' '.repeat(262_144 - text.length), 2)).status).toBe(200);
  await ada('DELETE', at(`/${dashboardId}`));
});

test('a table that does not fit into one answer comes in complete pages', async () => {
  const { db } = openDatabase(installation.database.url);
  const { serverId } = await db.selectFrom('tenant').select('serverId').executeTakeFirstOrThrow();
  const sealed = { githubUser: 'u', tokenSealed: 's', createdAt: '2026-01-01T00:00:00.000Z', createdBy: 'a' };
  const inserted = { name: 'Long names', serverId, ...sealed };
  const { tenantId: other } = await db
    .insertInto('tenant')
    .values(inserted)
    .returning('tenantId')
    .executeTakeFirstOrThrow();
  const facts = { visibility: 'public', schedule: 'daily', addedAt: sealed.createdAt, addedBy: 'a' } as const;
  for (let place = 0; place < 20; place += 1) {
    const name = { owner: 'o'.repeat(39), name: `${'n'.repeat(97)}${place}` };
    const { repositoryId } = await db
      .insertInto('repository')
      .values({ tenantId: other, githubId: place + 1, ...name, ...facts })
      .returning('repositoryId')
      .executeTakeFirstOrThrow();
    const days = Array.from({ length: 360 }, (_, day) => ({
      tenantId: other,
      repositoryId,
      trafficDate: addDays('2026-01-14', -day),
      state: 'measured' as const,
      viewCount: 1,
      viewUniques: 1,
      cloneCount: 1,
      cloneUniques: 1,
      observedAt: sealed.createdAt,
    }));
    await db.insertInto('trafficDay').values(days).execute();
  }
  await db.destroy();
  const { data } = (await ada('GET', `/dashboards/${other}/portfolio`)).body;
  const seen = new Set<string>();
  const route = `${data.url}?${data.queries.repositorystats}&range=365`;
  let pages = 0;
  for (let cursor: string | null = ''; cursor !== null; pages += 1) {
    const { status, body, headers } = await ada('GET', `${route}&cursor=${cursor}`);
    expect([status, headers.get('x-total-count')]).toEqual([200, cursor === '' ? '7200' : null]);
    expect(headers.get('access-control-expose-headers')).toContain('x-next-cursor');
    for (const line of body.trimEnd().split('\r\n').slice(1)) seen.add(line);
    cursor = headers.get('x-next-cursor');
  }
  expect([seen.size, pages]).toEqual([7200, 2]);
});

const SAME = { repositories: 'dashboard', range: 'dashboard' };
const FIGURE = { kind: 'figure', metric: 'viewCount', change: true, ...SAME };
const RANKING = { kind: 'ranking', metric: 'viewCount', count: 3, change: true, ...SAME };
const GALLERY = [
  FIGURE,
  { kind: 'trend', metric: 'stars', change: true, ...SAME },
  { kind: 'comparison', metric: 'viewCount', count: 2, ...SAME },
  RANKING,
  { kind: 'calendar', metric: 'viewCount', repositories: 'dashboard', range: '365' },
  { kind: 'referrers', count: 5, ...SAME },
  { kind: 'table', metric: 'stars', count: 25, change: true, ...SAME },
];
const TEXT = { kind: 'text', text: '- one\n- two <b>' };
const askFor = (widgets: unknown[], view: object = {}, call = ada) =>
  call('POST', `/stats/${tenantId}/widgets`, { ...view, widgets });

test('a document holds every kind of the gallery beside Vega-Lite, and both checks refuse wrong settings', async () => {
  const documentWith = (settings: object[]) => ({
    ...documentOf('Gallery'),
    range: 'last-quarter',
    tabs: [
      {
        title: 'All',
        widgets: [
          widget,
          { ...widget, kind: 'vega-lite' },
          ...settings.map((one) => ({ title: '', x: 0, y: 0, w: 4, h: 3, ...one })),
        ],
      },
    ],
  });
  const document = documentWith([...GALLERY, TEXT]);
  expect(editorSays(document)).toEqual([]);
  const { status, body } = await ada('POST', at(), { document });
  expect([status, body.error]).toEqual([201, undefined]);
  expect(body.document).toEqual(document);
  await ada('DELETE', at(`/${body.dashboardId}`));
  for (const [settings, place] of [
    [{ ...FIGURE, kind: 'pie' }, '/kind'],
    [{ ...FIGURE, metric: 'forks' }, '/metric'],
    [{ ...FIGURE, range: '12' }, '/range'],
    [{ ...FIGURE, repositories: { group: 0 } }, '/repositories'],
    [{ ...FIGURE, repositories: { ids: [] } }, '/repositories'],
    [{ ...FIGURE, spec: view }, ''],
    [{ ...RANKING, count: 26 }, '/count'],
    [{ ...TEXT, text: 'x'.repeat(2001) }, '/text'],
  ] as const) {
    const wrong = documentWith([settings]);
    expect(editorSays(wrong)).not.toEqual([]);
    const answer = await ada('POST', at(), { document: wrong });
    expect(answer.body.error.code).toBe('dashboard_invalid');
    const paths = answer.body.error.details.problems.map(({ path }: { path: string }) => path);
    expect(paths.join()).toContain(`/tabs/0/widgets/2${place}`);
  }
});

test('one call answers all widgets of a dashboard, and those of the same days and repositories share a scope', async () => {
  const { status, body } = await askFor([...GALLERY, ...GALLERY], { range: '30' });
  expect([status, body.error]).toEqual([200, undefined]);
  expect(body.widgets.map(({ kind }: { kind: string }) => kind)).toEqual(
    [...GALLERY, ...GALLERY].map(({ kind }) => kind),
  );
  expect(body.scopes.length).toBe(2);
  const [figure, , comparison, ranking, calendar, referrers, table] = body.widgets;
  const scope = body.scopes[figure.scope];
  const overview = (await ada('GET', `/stats/${tenantId}?range=30`)).body;
  for (const name of [
    'range',
    'buckets',
    'series',
    'totals',
    'comparison',
    'comparisonSeries',
    'stars',
    'downloads',
  ])
    expect(scope[name], name).toEqual(overview[name]);
  expect(ranking.rows.map(({ fullName }: { fullName: string }) => fullName)).toEqual(
    overview.repositories.slice(0, 3).map(({ fullName }: { fullName: string }) => fullName),
  );
  const listed = ranking.rows.reduce(
    (sum: number, row: { totals: { viewCount: number } }) => sum + row.totals.viewCount,
    0,
  );
  expect(ranking.others).toEqual({
    count: overview.repositoryCount - 3,
    value: scope.totals.viewCount - listed,
  });
  const colors = new Map(
    overview.repositories.map((one: { repositoryId: number; colorIndex: number }) => [
      one.repositoryId,
      one.colorIndex,
    ]),
  );
  for (const { repositoryId, colorIndex } of [...comparison.lines, ...ranking.rows, ...table.rows])
    expect(colorIndex).toBe(colors.get(repositoryId));
  expect(comparison.lines[0].values).toEqual(overview.repositories[0].viewCount);
  expect(comparison.otherCount).toBe(overview.repositoryCount - 2);
  expect(addDays(calendar.from, calendar.values.length - 1)).toBe(calendar.to);
  expect(calendar.values.length).toBe(365);
  const peaks = referrers.referrers.map(({ peak }: { peak: number }) => peak);
  expect(peaks.length).toBe(5);
  expect(peaks).toEqual(peaks.toSorted((one: number, other: number) => other - one));
});

test('widgets have repositories and days of their own, and what is wrong with one leaves the others alone', async () => {
  const { repositories } = (await ada('GET', `/stats/${tenantId}`)).body;
  const [first, second] = repositories.map(({ repositoryId }: { repositoryId: number }) => repositoryId);
  const { body } = await askFor(
    [
      FIGURE,
      { ...FIGURE, repositories: { ids: [first, second, 999_999] } },
      { ...FIGURE, repositories: 'all', range: '7' },
      { ...FIGURE, repositories: { group: 999_999 } },
    ],
    { range: '14', repositories: [second] },
  );
  expect(
    body.scopes.map(({ repositoryCount, range }: { repositoryCount: number; range: { days: number } }) => [
      repositoryCount,
      range.days,
    ]),
  ).toEqual([
    [1, 14],
    [2, 14],
    [repositories.length, 7],
  ]);
  expect(body.widgets[3]).toMatchObject({ kind: 'failed', code: 'group_not_found' });
  expect((await askFor([FIGURE], { group: 999_999 })).body.error.code).toBe('group_not_found');
  expect((await askFor([FIGURE], { from: '2026-01-02', to: '2026-01-01' })).body.error.code).toBe(
    'range_reversed',
  );
  expect((await askFor([FIGURE], { range: '7', from: '2026-01-02' })).body.error.code).toBe('invalid_input');
  expect((await askFor(Array(25).fill(FIGURE))).body.error.code).toBe('invalid_input');
  expect((await askFor([])).body).toEqual({ tenantId, scopes: [], widgets: [], groups: [] });
});

test('a repository viewer’s widgets show those repositories alone, whatever they are set to', async () => {
  const { repositories } = (await ada('GET', `/stats/${tenantId}`)).body;
  const [own, other] = repositories.map(({ repositoryId }: { repositoryId: number }) => repositoryId);
  await ada('PUT', `/members/${tenantId}/rita@example.com`, {
    role: 'repository viewer',
    repositoryIds: [own],
  });
  const rita = installation.as('rita@example.com');
  const everything = [
    { ...RANKING, repositories: 'all' },
    { ...RANKING, repositories: { ids: [own, other] } },
    { ...RANKING, repositories: { ids: [other] } },
    { kind: 'referrers', count: 5, repositories: { ids: [other] }, range: '365' },
  ];
  const { body } = await askFor(everything, {}, rita);
  const seen = body.widgets
    .slice(0, 3)
    .map(({ rows }: { rows: { repositoryId: number }[] }) => rows.map(({ repositoryId }) => repositoryId));
  expect(seen).toEqual([[own], [own], []]);
  expect(body.widgets[3].referrers).toEqual([]);
});
