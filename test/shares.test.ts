import { createDecipheriv, pbkdf2Sync, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Share, SharedPage } from '../lib/answers/shares.ts';
import { DEMO_TOKENS, DEMO_USERS } from '../local/demo/github.ts';
import { readAtom } from './atom.ts';
import { type Answer, type Call, openTestInstallation, type TestInstallation } from './installation.ts';

const NOW = '2026-01-14T08:00:00.000Z';
const { northwind } = DEMO_USERS;

let installation: TestInstallation;
let ada: Call;
/** A manager of the tenant. */
let mia: Call;
let tenantId: number;
let serverId: number;
let ids: Record<string, number>;

beforeAll(async () => {
  installation = await openTestInstallation({ demo: true, now: NOW });
  ada = installation.as('ada@example.com');
  mia = installation.as('mia@example.com');
  ({ tenantId, serverId } = await installation.initialize());
  const repositories = ['burrow', 'tidy-dates', 'harbor-charts'].map((name) => ({ owner: northwind, name }));
  const { body } = await ada('POST', `/repositories/${tenantId}/batch`, { repositories });
  await installation.host.settled();
  ids = Object.fromEntries(
    body.added.map(({ name, repositoryId }: { name: string; repositoryId: number }) => [name, repositoryId]),
  );
  await ada('PUT', `/members/${tenantId}/mia@example.com`, { role: 'manager' });
  await mia('GET', '/me');
});
afterAll(() => installation.close());

const outcome = ({ status, body }: Answer) => [status, body.error?.code];
const idOf = (name: string) => ids[name] ?? 0;

async function share(fields: object, call = ada): Promise<Share> {
  const { status, body } = await call('POST', `/shares/${tenantId}`, {
    key: randomUUID(),
    range: '30',
    ...fields,
  });
  if (status !== 201) throw new Error(`${status} ${JSON.stringify(body)}`);
  return body;
}

const burrow = () => ({ subject: 'repository', repositoryId: idOf('burrow') });
const revoke = ({ shareId }: Share) => ada('DELETE', `/shares/${tenantId}/${shareId}`);
const visit = (url: string, file = '') => fetch(`${url}${file}`, { redirect: 'manual' });

async function pageOf({ url }: Share): Promise<SharedPage> {
  const { page } = await (await visit(url, 'data.json')).json();
  return page;
}

const filesOf = async ({ url }: Share) =>
  (await Promise.all(['', 'data.json', 'views-light.svg'].map((file) => visit(url, file)))).map(
    ({ status }) => status,
  );

test('a share opens without an account and shows the chosen numbers of the chosen days', async () => {
  const made = await share({ ...burrow(), shown: ['views', 'stars'] });
  expect(made).toMatchObject({
    standing: 'live',
    listing: 'secret',
    subjectName: `${northwind}/burrow`,
    madeBy: 'Ada Lovelace',
    problem: null,
    writtenAt: NOW,
  });
  expect(made.url).toMatch(new RegExp(`^${installation.url}/shared/[\\w-]{24}/$`));
  const page = await pageOf(made);
  expect(page).toMatchObject({ title: `${northwind}/burrow`, rolling: true, span: { to: '2026-01-14' } });
  const { body: stats } = await ada('GET', `/stats/${tenantId}/${idOf('burrow')}?range=30`);
  const [figures] = page.sections[0]?.blocks ?? [];
  expect(figures).toMatchObject({
    kind: 'figures',
    figures: [
      { label: 'Views', value: stats.totals.viewCount },
      { label: 'Visitors, at most', value: stats.totals.viewUniquesUpper },
      { label: 'Stars' },
    ],
  });
  const text = JSON.stringify(page);
  expect(text).not.toMatch(/Clones|Referrers|repositoryId|tenantId/);
  await revoke(made);
});

test('its files say how long they are kept, who may frame them, and that nobody lists them', async () => {
  const made = await share({ ...burrow(), frameOrigins: ['https://blog.example'] });
  const page = await visit(made.url);
  expect(Object.fromEntries(page.headers)).toMatchObject({
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'public, max-age=30, must-revalidate',
    'content-security-policy': expect.stringMatching(
      /^default-src 'none'.*; frame-ancestors https:\/\/blog\.example$/,
    ),
    'x-robots-tag': 'noindex, nofollow, noarchive',
    'referrer-policy': 'no-referrer',
  });
  expect(await page.text()).toContain('<meta name="robots" content="noindex, nofollow, noarchive" />');
  const other = await share({ ...burrow(), name: 'our-traffic' });
  expect(other.url).toBe(`${installation.url}/shared/our-traffic/`);
  const listed = await visit(other.url);
  expect(listed.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
  expect(listed.headers.get('x-robots-tag')).toBeNull();
  expect(await listed.text()).not.toContain('noindex');
  expect((await visit(other.url.slice(0, -1))).headers.get('location')).toBe('/shared/our-traffic/');
  const taken = { ...burrow(), key: randomUUID(), range: '30', name: 'our-traffic' };
  expect(outcome(await ada('POST', `/shares/${tenantId}`, taken))).toEqual([409, 'share_name_taken']);
  await revoke(made);
  await revoke(other);
});

test('a revoked share is gone at once, and its address says so', async () => {
  const made = await share(burrow());
  expect(await filesOf(made)).toEqual([200, 200, 200]);
  expect(outcome(await revoke(made))).toEqual([200, undefined]);
  expect(await filesOf(made)).toEqual([404, 404, 404]);
  expect(await (await visit(made.url)).text()).toContain('This page is not shared');
  expect(outcome(await revoke(made))).toEqual([404, 'share_not_found']);
});

test('the same key again answers the same share', async () => {
  const key = randomUUID();
  const made = await share({ ...burrow(), key });
  expect((await share({ ...burrow(), key })).shareId).toBe(made.shareId);
  await revoke(made);
});

test('a share that shows annotations has a feed of them, which ends with it', async () => {
  const text = 'Talk <b>at "A&B"</b>';
  await ada('POST', `/annotations/${tenantId}`, { key: randomUUID(), date: '2026-01-09', text });
  const made = await share({ ...burrow(), shown: ['views', 'annotations'] });
  const answer = await visit(made.url, 'events.atom');
  expect(answer.headers.get('content-type')).toBe('application/atom+xml; charset=utf-8');
  const served = await answer.text();
  const feed = readAtom(served);
  expect(feed).toMatchObject({
    title: `${northwind}/burrow`,
    links: { self: `${made.url}events.atom`, alternate: made.url },
  });
  expect(feed.entries[0]).toMatchObject({
    title: text,
    updated: '2026-01-09T00:00:00.000Z',
    content: `${text}. 9 Jan 2026`,
    author: undefined,
    links: { alternate: made.url },
  });
  expect(await (await visit(made.url)).text()).toContain('<link rel="alternate" type="application/atom+xml"');
  expect((await (await visit(made.url, 'data.json')).json()).feed).toBe('events.atom');
  await ada('POST', `/shares/${tenantId}/${made.shareId}/publish`);
  expect(await (await visit(made.url, 'events.atom')).text()).toBe(served);
  const contents = { title: '', range: '30', shown: ['views'] };
  await ada('PATCH', `/shares/${tenantId}/${made.shareId}`, contents);
  expect((await visit(made.url, 'events.atom')).status).toBe(404);
  expect(await (await visit(made.url)).text()).not.toContain('atom');
  const shown = ['views', 'annotations'];
  const locked = { ...contents, shown, password: 'correct horse battery' };
  await ada('PATCH', `/shares/${tenantId}/${made.shareId}`, locked);
  expect((await visit(made.url, 'events.atom')).status).toBe(404);
  await ada('PATCH', `/shares/${tenantId}/${made.shareId}`, { ...contents, shown, password: null });
  expect((await visit(made.url, 'events.atom')).status).toBe(200);
  await revoke(made);
  expect((await visit(made.url, 'events.atom')).status).toBe(404);
});

test('without names, nothing that is served holds a name', async () => {
  const text = `${northwind} released burrow`;
  await ada('POST', `/annotations/${tenantId}`, { key: randomUUID(), date: '2026-01-10', text });
  const made = await share({
    subject: 'portfolio',
    names: false,
    shown: ['views', 'clones', 'stars', 'referrers', 'annotations'],
  });
  const served = await Promise.all(
    ['', 'data.json', 'events.atom', 'views-light.svg', 'clones-dark.svg'].map(async (file) =>
      (await visit(made.url, file)).text(),
    ),
  );
  const all = served.join('\n').toLowerCase();
  for (const name of [northwind, 'burrow', 'tidy-dates', 'harbor-charts', 'released'])
    expect(all).not.toContain(name);
  expect(all).toContain('repository 1');
  expect(all).toContain('a note');
  const paths = { ...burrow(), key: randomUUID(), range: '30', names: false, shown: ['paths'] };
  expect(outcome(await ada('POST', `/shares/${tenantId}`, paths))).toEqual([400, 'invalid_input']);
  await revoke(made);
});

test('with a password, what is served says nothing until it is decrypted', async () => {
  const password = 'correct horse battery';
  const made = await share({ ...burrow(), password, title: 'For our sponsors' });
  expect(made.hasPassword).toBe(true);
  expect(await filesOf(made)).toEqual([200, 200, 404]);
  const text = await (await visit(made.url, 'data.json')).text();
  expect(`${text}${await (await visit(made.url)).text()}`).not.toMatch(/burrow|Views|sponsors/);
  const { sealed } = JSON.parse(text);
  expect(sealed).toMatchObject({ kdf: 'PBKDF2-SHA-256', iterations: 600_000, cipher: 'AES-256-GCM' });
  const bytes = (value: string) => Buffer.from(value, 'base64');
  const key = pbkdf2Sync(password, bytes(sealed.salt), sealed.iterations, 32, 'sha256');
  const data = bytes(sealed.data);
  const decipher = createDecipheriv('aes-256-gcm', key, bytes(sealed.iv)).setAuthTag(data.subarray(-16));
  const page = JSON.parse(
    Buffer.concat([decipher.update(data.subarray(0, -16)), decipher.final()]).toString(),
  );
  expect(page).toMatchObject({ title: 'For our sponsors' });
  const contents = { title: '', shown: ['views'], range: '30' };
  const changed = await ada('PATCH', `/shares/${tenantId}/${made.shareId}`, contents);
  expect(changed.body).toMatchObject({ hasPassword: true, shown: ['views'] });
  const open = await ada('PATCH', `/shares/${tenantId}/${made.shareId}`, { ...contents, password: null });
  expect(open.body.hasPassword).toBe(false);
  expect(await pageOf(made)).toMatchObject({ title: `${northwind}/burrow` });
  await revoke(made);
});

test('a share never shows more than its maker may see: less role, less in it, and nothing without a role', async () => {
  const made = await share({ subject: 'portfolio' }, mia);
  const namesIn = async () =>
    (await pageOf(made)).sections[0]?.blocks.flatMap((block) =>
      block.kind === 'list' ? block.rows.map(({ name }) => name) : [],
    );
  expect(await namesIn()).toHaveLength(3);
  const own = { role: 'repository viewer', repositoryIds: [idOf('burrow')] };
  await ada('PUT', `/members/${tenantId}/mia@example.com`, own);
  await installation.host.settled();
  expect(await namesIn()).toEqual([`${northwind}/burrow`]);
  await ada('DELETE', `/members/${tenantId}/mia@example.com`);
  await installation.host.settled();
  expect(await filesOf(made)).toEqual([404, 404, 404]);
  const { body } = await ada('GET', `/shares/${tenantId}`);
  expect(body.shares[0]).toMatchObject({ standing: 'no access', madeBy: expect.any(String) });
  await ada('PUT', `/members/${tenantId}/mia@example.com`, { role: 'manager' });
  await mia('GET', '/me');
  await revoke(made);
});

test('a share of a repository that is removed says so, and one of a deleted group', async () => {
  const { body: added } = await ada('POST', `/repositories/${tenantId}`, {
    owner: northwind,
    name: 'build-cache-action',
  });
  await installation.host.settled();
  const { repositoryId } = added.repository;
  const group = await ada('POST', `/groups/${tenantId}`, { name: 'Few', repositoryIds: [repositoryId] });
  const { groupId } = group.body;
  const made = await share({ subject: 'repository', repositoryId });
  const ofGroup = await share({ subject: 'group', groupId });
  await ada('DELETE', `/repositories/${tenantId}/${repositoryId}`);
  await ada('DELETE', `/groups/${tenantId}/${groupId}`);
  await installation.host.settled();
  expect(await pageOf(made)).toEqual({
    title: 'Traffic of a repository',
    note: 'This repository is no longer tracked, so there is nothing to show any more.',
    span: null,
    rolling: false,
    sections: [],
  });
  expect(await pageOf(ofGroup)).toMatchObject({
    note: expect.stringContaining('group of repositories was deleted'),
  });
  expect(await filesOf(made)).toEqual([200, 200, 404]);
  const { body } = await ada('GET', `/shares/${tenantId}`);
  expect(body.shares.slice(0, 2).map(({ standing, subjectName }: Share) => [standing, subjectName])).toEqual([
    ['gone', null],
    ['gone', null],
  ]);
  await revoke(made);
  await revoke(ofGroup);
});

test('a shared dashboard shows widgets of the gallery, and leaves out specifications', async () => {
  const place = { x: 0, y: 0, w: 6, h: 4 };
  const views = { kind: 'figure', title: 'Our views', metric: 'viewCount', change: true };
  const spec = { data: { name: 'totals' }, mark: 'bar', encoding: { y: { field: 'name', type: 'nominal' } } };
  const document = {
    name: 'Mixed',
    tabs: [
      {
        title: 'One',
        widgets: [
          { ...views, ...place, repositories: 'dashboard', range: 'dashboard' },
          { title: 'Own', ...place, y: 4, spec },
        ],
      },
    ],
  };
  const { body: dashboard } = await ada('POST', `/dashboards/${tenantId}`, { document });
  const made = await share({ subject: 'dashboard', dashboardId: dashboard.dashboardId });
  const page = await pageOf(made);
  expect(page).toMatchObject({
    title: 'Mixed',
    note: 'This shared dashboard shows only some of its widgets.',
    sections: [{ title: null, blocks: [{ kind: 'figures', title: 'Our views', width: 6 }] }],
  });
  expect(JSON.stringify(page)).not.toContain('mark');
  const builtIn = await share({
    subject: 'dashboard',
    dashboardId: 'portfolio',
    range: '365',
    shown: ['views'],
  });
  const kinds = (await pageOf(builtIn)).sections.flatMap(({ blocks }) => blocks.map(({ kind }) => kind));
  expect(new Set(kinds)).toEqual(new Set(['figures', 'list', 'chart']));
  await revoke(made);
  await revoke(builtIn);
});

test('badges and charts are files of the share, and a badge has no page', async () => {
  const badge = { metric: 'views', days: 30, label: 'views', color: '#2457d6', style: 'flat' };
  const made = await share({ ...burrow(), kind: 'badge', shown: [], badges: [badge] });
  const svg = await visit(made.url, 'views-30.svg');
  expect([svg.status, svg.headers.get('content-type')]).toEqual([200, 'image/svg+xml; charset=utf-8']);
  expect(svg.headers.get('content-security-policy')).toContain('sandbox');
  expect(await (await visit(made.url, 'views-30.json')).json()).toMatchObject({
    schemaVersion: 1,
    label: 'views',
  });
  expect((await visit(made.url)).status).toBe(404);
  await revoke(made);
  const sealed = {
    ...burrow(),
    key: randomUUID(),
    range: '30',
    badges: [badge],
    password: 'a password that lasts',
  };
  expect(outcome(await ada('POST', `/shares/${tenantId}`, sealed))).toEqual([400, 'invalid_input']);
});

test('after its last day a share is gone', async () => {
  const made = await share({ ...burrow(), until: '2026-01-14' });
  expect(await filesOf(made)).toEqual([200, 200, 200]);
  installation.now('2026-01-15T00:30:00.000Z');
  await installation.host.fire('hourly');
  await installation.host.settled();
  expect(await filesOf(made)).toEqual([404, 404, 404]);
  expect((await ada('GET', `/shares/${tenantId}`)).body.shares[0].standing).toBe('expired');
  await revoke(made);
  installation.now(NOW);
});

test('a collection writes the files again', async () => {
  const made = await share(burrow());
  installation.now('2026-01-15T08:00:00.000Z');
  await installation.collect();
  expect(await pageOf(made)).toMatchObject({ span: { to: '2026-01-15' } });
  await revoke(made);
  installation.now(NOW);
});

test('the files of a deleted tenant are removed', async () => {
  const token = { githubUser: DEMO_USERS.hubot, githubToken: DEMO_TOKENS.hubot };
  const other = (await ada('POST', '/tenants', { name: 'Short', serverId, ...token })).body.tenantId;
  const fields = { key: randomUUID(), subject: 'portfolio', range: '30' };
  const { body: made } = await ada('POST', `/shares/${other}`, fields);
  expect((await visit(made.url)).status).toBe(200);
  await ada('DELETE', `/tenants/${other}`, { confirmName: 'Short' });
  await installation.host.settled();
  expect((await visit(made.url)).status).toBe(404);
});

test('badges and charts are seen before they are made, exactly as their files will be', async () => {
  const badge = { metric: 'views', days: 30, label: 'views <30>', color: '#1d4fc4', style: 'flat' };
  const wanted = { ...burrow(), range: '30', shown: ['views'], badges: [badge] };
  const { body } = await ada('POST', `/shares/${tenantId}/pictures`, wanted);
  const names = ['views-30.svg', 'views-light.svg', 'views-dark.svg'];
  expect(body.pictures.map(({ name }: { name: string }) => name)).toEqual(names);
  const made = await share({ ...wanted, kind: 'badge' });
  for (const { name, svg } of body.pictures) {
    const file = await visit(made.url, name);
    expect([file.headers.get('content-type'), await file.text()]).toEqual([
      'image/svg+xml; charset=utf-8',
      svg,
    ]);
  }
  expect(body.pictures[0].svg).toContain('<title>views &lt;30&gt;: ');
  const forShields = await (await visit(made.url, 'views-30.json')).json();
  expect(forShields).toMatchObject({ schemaVersion: 1, label: 'views <30>', cacheSeconds: 300 });
  expect((await visit(made.url)).status).toBe(404);
  await revoke(made);
  expect((await visit(made.url, 'views-30.svg')).status).toBe(404);
  const alone = await ada('POST', `/shares/${tenantId}/pictures`, { ...wanted, shown: [] });
  expect(alone.body.pictures).toHaveLength(1);
  const twice = await ada('POST', `/shares/${tenantId}/pictures`, { ...wanted, badges: [badge, badge] });
  expect(outcome(twice)).toEqual([400, 'invalid_input']);
});

test('only who may change shares sees or makes them, in their own tenant', async () => {
  const made = await share(burrow());
  const bob = installation.as('bob@example.com');
  await ada('PUT', `/members/${tenantId}/bob@example.com`, { role: 'viewer' });
  for (const [method, path, body] of [
    ['GET', '', undefined],
    ['POST', '', { ...burrow(), key: randomUUID(), range: '30' }],
    ['POST', '/preview', { ...burrow(), range: '30' }],
    ['POST', '/pictures', { ...burrow(), range: '30' }],
    ['PATCH', `/${made.shareId}`, { range: '30' }],
    ['DELETE', `/${made.shareId}`, undefined],
    ['POST', `/${made.shareId}/publish`, undefined],
  ] as const) {
    const route = `/shares/${tenantId}${path}`;
    expect(outcome(await bob(method, route, body)), method).toEqual([403, 'forbidden']);
    expect(outcome(await installation.as('eve@example.com')(method, route, body))[0], method).toBe(404);
    expect(outcome(await installation.anonymously(method, route, body))[0], method).toBe(401);
  }
  expect((await ada('POST', `/shares/${tenantId}/${made.shareId}/publish`)).status).toBe(200);
  await revoke(made);
});

test.each([
  [{ subject: 'repository' }, 'invalid_input'],
  [{ subject: 'portfolio', groupId: 1 }, 'invalid_input'],
  [{ subject: 'repository', repositoryId: 999_999 }, 'repository_not_found'],
  [{ subject: 'group', groupId: 999_999 }, 'group_not_found'],
  [{ subject: 'dashboard', dashboardId: 'nothing' }, 'dashboard_not_found'],
  [{ subject: 'portfolio', shown: [] }, 'invalid_input'],
  [{ subject: 'portfolio', password: 'too short' }, 'invalid_input'],
  [{ subject: 'portfolio', frameOrigins: ['https://a.example/path'] }, 'invalid_input'],
  [{ subject: 'portfolio', frameOrigins: ["'self'; script-src *"] }, 'invalid_input'],
  [{ subject: 'portfolio', until: '2026-01-13' }, 'invalid_input'],
  [{ subject: 'portfolio', name: '../x' }, 'invalid_input'],
  [{ subject: 'portfolio', range: undefined }, 'invalid_input'],
  [{ subject: 'portfolio', range: undefined, from: '2026-01-10', to: '2026-01-01' }, 'range_reversed'],
])('the share %j is refused: %s', async (fields, code) => {
  const request = { key: randomUUID(), range: '30', ...fields };
  expect(outcome(await ada('POST', `/shares/${tenantId}`, request))[1]).toBe(code);
});

test('visits start no action', async () => {
  const made = await share(burrow());
  const before = installation.host.activations().length;
  for (const file of ['', 'data.json', 'views-dark.svg', 'nothing.svg'])
    await (await visit(made.url, file)).text();
  expect(installation.host.activations()).toHaveLength(before);
  await revoke(made);
});
