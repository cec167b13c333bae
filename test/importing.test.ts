import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addDays } from '../lib/day.ts';
import { DEMO_TOKENS, DEMO_USERS } from '../local/demo/github.ts';
import { createApiKey } from './api-keys.ts';
import { type Answer, type Call, openTestInstallation, type TestInstallation } from './installation.ts';

const TODAY = '2026-03-10';
const SHA = 'a1'.repeat(32);

let installation: TestInstallation;
let ada: Call;
let tenantId: number;
let elsewhere: number;
let repositoryId: number;
let otherId: number;

beforeAll(async () => {
  installation = await openTestInstallation({ demo: true, now: `${TODAY}T09:00:00.000Z` });
  const initialized = await installation.initialize();
  tenantId = initialized.tenantId;
  ada = installation.as('ada@example.com');
  const found = await ada('GET', `/repositories/${tenantId}/discover`);
  const repositories = found.body.candidates
    .slice(0, 2)
    .map(({ owner, name }: { owner: string; name: string }) => ({ owner, name }));
  const { body } = await ada('POST', `/repositories/${tenantId}/batch`, { repositories });
  [repositoryId, otherId] = body.added.map((one: { repositoryId: number }) => one.repositoryId);
  await installation.host.settled();
  const token = { githubUser: DEMO_USERS.hubot, githubToken: DEMO_TOKENS.hubot };
  const other = { name: 'Elsewhere', serverId: initialized.serverId, ...token };
  elsewhere = (await ada('POST', '/tenants', other)).body.tenantId;
});

afterAll(() => installation.close());

const columns = (from: string, views: (number | null)[]) => ({
  date: views.map((_, place) => addDays(from, place)),
  viewCount: views,
  viewUniques: views.map(() => 1),
  cloneCount: views.map(() => null),
  cloneUniques: views.map(() => null),
});

const part = (from: string, views: (number | null)[], id = repositoryId) => ({
  repositories: [{ repositoryId: id, days: columns(from, views) }],
});

function begin(fields: object = {}): Promise<Answer> {
  return ada('POST', `/imports/${tenantId}`, {
    key: randomUUID(),
    files: [{ path: 'data/views.csv', size: 120, sha256: SHA, tool: 'ghrs' }],
    repositories: [{ repositoryId, files: [0] }],
    partCount: 1,
    ...fields,
  });
}

const put = (importId: number, body: object, number = 1) =>
  ada('PUT', `/imports/${tenantId}/${importId}/parts/${number}`, body);
const complete = (importId: number) => ada('POST', `/imports/${tenantId}/${importId}/complete`);
const takeBack = (importId: number) => ada('DELETE', `/imports/${tenantId}/${importId}`);
const dayOf = async (date: string, id = repositoryId) =>
  (await ada('GET', `/stats/${tenantId}/${id}/days/${date}`)).body;

test('a preview says what would change, and changes nothing', async () => {
  const known = addDays(TODAY, -2);
  const before = await dayOf(known);
  const body = {
    repositories: [
      { repositoryId, days: columns(addDays(TODAY, -3), [1, before.figures.viewCount + 7, 5, 5, 5]) },
      { repositoryId: otherId, days: columns('2024-01-01', [3, null, 10 ** 15]) },
    ],
  };
  const { status, body: preview } = await ada('POST', `/imports/${tenantId}/preview`, body);
  expect(status).toBe(200);
  const [one, other] = preview.repositories;
  expect(one).toMatchObject({ repositoryId, dayCount: 3, newDays: 0, keptDays: 3, changedDays: 0 });
  expect(one.conflicts.find(({ date, metric }: never) => date === known && metric === 'viewCount')).toEqual({
    date: known,
    metric: 'viewCount',
    stored: before.figures.viewCount,
    imported: before.figures.viewCount + 7,
    winner: 'stored',
    state: 'measured',
  });
  expect(other).toMatchObject({ dayCount: 3, newDays: 3, sums: { viewCount: 10 ** 15 + 3, viewUniques: 3 } });
  expect(preview.leftOut).toEqual([
    { repositoryId, reason: 'not_over', count: 1, first: TODAY, last: TODAY },
    { repositoryId, reason: 'future', count: 1, first: addDays(TODAY, 1), last: addDays(TODAY, 1) },
  ]);
  expect((await dayOf('2024-01-01', otherId)).state).toBe('before');
  expect((await ada('GET', `/imports/${tenantId}`)).body.imports).toEqual([]);
});

test('nothing counts before an import is complete; then each day names it, until it is taken back', async () => {
  const key = randomUUID();
  const { body: begun, status } = await begin({ key, partCount: 2 });
  expect([status, begun.status, begun.missingParts]).toEqual([201, 'open', [1, 2]]);
  const { importId } = begun;
  expect((await put(importId, part('2024-01-01', [3, 4]))).body).toMatchObject({
    rows: 2,
    alreadyStored: false,
  });
  expect((await put(importId, part('2024-01-01', [3, 4]))).body.alreadyStored).toBe(true);
  expect((await put(importId, part('2024-01-01', [3, 5]))).body.error.code).toBe('import_part_differs');
  expect((await complete(importId)).body.error).toMatchObject({
    code: 'import_incomplete',
    details: { missingParts: [2] },
  });
  expect((await dayOf('2024-01-01')).state).toBe('before');
  const again = await begin({ key, partCount: 2 });
  expect(again.body).toMatchObject({ importId, missingParts: [2], receivedCount: 1 });
  expect((await put(importId, part('2024-02-01', [10 ** 15]), 2)).status).toBe(200);
  expect((await complete(importId)).body).toMatchObject({
    done: true,
    import: { status: 'complete', dayCount: 3 },
  });
  const mark = {
    importId,
    author: expect.any(String),
    tools: ['ghrs'],
    files: [{ path: 'data/views.csv', size: 120, sha256: SHA, tool: 'ghrs' }],
  };
  const day = await dayOf('2024-02-01');
  expect(day).toMatchObject({ state: 'imported', figures: { viewCount: 10 ** 15, cloneCount: null } });
  expect(day.imported).toMatchObject({
    measured: null,
    imports: [{ ...mark, state: 'imported', decides: ['viewCount', 'viewUniques'] }],
  });
  const range = `from=2024-01-01&to=${TODAY}`;
  const { body: page } = await ada('GET', `/stats/${tenantId}/${repositoryId}?${range}`);
  expect(page.imports).toMatchObject([mark]);
  // Days before tracking that the file does not know are unknown, and not lost.
  expect((await dayOf('2024-01-15')).state).toBe('before');
  expect(page.lostDays).toEqual([]);
  const { body: back } = await takeBack(importId);
  expect(back).toMatchObject({ done: true, import: { status: 'taken back' } });
  expect(await dayOf('2024-02-01')).toMatchObject({ state: 'before', imported: null });
  expect((await put(importId, part('2024-02-01', [1]), 1)).body.error.code).toBe('import_not_open');
  expect((await complete(importId)).body.error.code).toBe('import_not_open');
});

test('two imports at once, and the same twice, count as the larger figure once', async () => {
  const ids = await Promise.all(
    [
      [5, 9],
      [7, 2],
      [7, 2],
    ].map(async (views) => {
      const { importId } = (await begin()).body;
      await put(importId, part('2023-05-01', views));
      return importId;
    }),
  );
  const answers = await Promise.all(ids.map(complete));
  expect(answers.map(({ body }) => body.done)).toEqual([true, true, true]);
  expect((await dayOf('2023-05-01')).figures.viewCount).toBe(7);
  expect((await dayOf('2023-05-02')).figures.viewCount).toBe(9);
  await takeBack(ids[0]);
  expect((await dayOf('2023-05-02')).figures.viewCount).toBe(2);
  await Promise.all([takeBack(ids[1]), takeBack(ids[2])]);
  expect((await dayOf('2023-05-01')).state).toBe('before');
});

test('another tenant’s repository and import do not exist, and a removed repository is left out', async () => {
  const missing = { repositories: [{ repositoryId: 999_999, files: [] }] };
  expect((await begin(missing)).body.error.code).toBe('repository_not_found');
  const { importId } = (await begin({ repositories: [repositoryId, otherId].map(toNamed) })).body;
  const foreign = await ada('GET', `/imports/${elsewhere}/${importId}`);
  expect(foreign.body.error.code).toBe('import_not_found');
  const preview = await ada('POST', `/imports/${elsewhere}/preview`, part('2024-01-01', [1]));
  expect(preview.body.error.code).toBe('repository_not_found');
  expect((await put(importId, part('2024-01-01', [1], 999_999))).body.error.code).toBe(
    'repository_not_found',
  );
  await ada('DELETE', `/repositories/${tenantId}/${otherId}`);
  const both = {
    repositories: [...part('2024-01-01', [1]).repositories, ...part('2024-01-01', [1], otherId).repositories],
  };
  expect((await put(importId, both)).body).toMatchObject({ removedRepositoryIds: [otherId] });
  expect((await complete(importId)).body.done).toBe(true);
  expect((await dayOf('2024-01-01')).figures.viewCount).toBe(1);
});

const toNamed = (id: number) => ({ repositoryId: id, files: [0] });

test('repositories are found by id and by name, and asked for where in doubt', async () => {
  const { body } = await ada('GET', `/repositories/${tenantId}/${repositoryId}`);
  const { owner, name, githubId } = body.repository ?? body;
  const nobody = { githubId: null, owner: null, name: null };
  const repositories = [
    { ...nobody, key: 'a', githubId: githubId ?? null, owner, name },
    { ...nobody, key: 'b', owner: owner.toUpperCase(), name: name.toUpperCase() },
    { ...nobody, key: 'c', name },
    { ...nobody, key: 'd', owner: 'someone', name: 'else', formerNames: [`${owner}/${name}`] },
    { ...nobody, key: 'e', owner: 'someone', name: 'else' },
  ];
  const { body: found } = await ada('POST', `/imports/${tenantId}/repositories`, { repositories });
  expect(found.repositories.map((one: { repositoryId: number }) => one.repositoryId)).toEqual([
    repositoryId,
    repositoryId,
    null,
    repositoryId,
    null,
  ]);
  expect(found.repositories[2].candidates).toEqual([{ repositoryId, fullName: `${owner}/${name}` }]);
});

test('groups and dashboards of a part are previewed, made when it is complete, and refused with a reason', async () => {
  const widget = {
    kind: 'figure',
    title: '',
    metric: 'viewCount',
    change: true,
    range: 'all',
    x: 0,
    y: 0,
    w: 3,
    h: 2,
  };
  const toDocument = (name: string, widgets: object[] = []) =>
    JSON.stringify({ name, tabs: [{ title: 'One', widgets }] });
  const rule = { owner: 'octo-*', namePattern: '*', topic: null, visibility: 'any' };
  const widgets = [
    { ...widget, repositories: { ids: [71, 72] } },
    { ...widget, repositories: { group: 81 } },
    { ...widget, repositories: { group: 82 } },
  ];
  const named = { number: 71, repositoryId };
  const body = {
    ...part('2024-03-01', [1]),
    groups: [
      { name: 'Octo', rule, repositoryIds: [repositoryId, 999_999] },
      { name: 'octo', rule: null, repositoryIds: [] },
      { name: 'Broken', rule: { ...rule, owner: 'a b' }, repositoryIds: [] },
    ],
    dashboards: [
      {
        name: 'Team',
        document: toDocument('Team', widgets),
        repositories: [named],
        groups: [{ number: 81, name: 'OCTO' }],
      },
      { name: 'Other', document: toDocument('Another'), repositories: [], groups: [] },
      { name: 'Odd', document: '{', repositories: [], groups: [] },
    ],
    annotations: [],
  };
  const expected = [
    ['group', 'Octo', 'made'],
    ['group', 'octo', 'kept'],
    ['group', 'Broken', 'refused'],
    ['dashboard', 'Team', 'made'],
    ['dashboard', 'Other', 'refused'],
    ['dashboard', 'Odd', 'refused'],
  ];
  const outcomes = ({ settings }: { settings: Record<'kind' | 'name' | 'outcome', string>[] }) =>
    settings.map(({ kind, name, outcome }) => [kind, name, outcome]);
  const { body: preview } = await ada('POST', `/imports/${tenantId}/preview`, body);
  expect(outcomes(preview)).toEqual(expected);
  expect(preview.settings[2].reason).toContain('Give an account, such as acme');
  expect(preview.settings[4].reason).toBe('Its document has another name: Another.');
  expect(preview.settings[5].reason).toBe('The text is not JSON.');

  const { key: secret } = await createApiKey(ada, tenantId, { scope: 'import' });
  const key = installation.bearing(secret);
  const { body: begun } = await begin();
  const route = `/imports/${tenantId}/${begun.importId}`;
  expect((await key('PUT', `${route}/parts/1`, body)).status).toBe(200);
  expect((await ada('GET', `/groups/${tenantId}`)).body.groups).toEqual([]);
  expect((await ada('GET', route)).body.settings[0]).toMatchObject({ outcome: 'waiting' });
  const { body: completed } = await key('POST', `${route}/complete`);
  expect(outcomes(completed).sort()).toEqual([...expected].sort());
  expect((await complete(begun.importId)).body.settings).toEqual(completed.settings);
  const [group] = (await ada('GET', `/groups/${tenantId}`)).body.groups;
  expect(group).toMatchObject({ name: 'Octo', rule, description: expect.stringContaining('1 repository') });
  const { dashboards } = (await ada('GET', `/dashboards/${tenantId}`)).body;
  const own = dashboards.filter(({ canned }: { canned: boolean }) => !canned);
  const { body: shown } = await ada('GET', `/dashboards/${tenantId}/${own[0].dashboardId}`);
  const gone = 2 ** 31 - 1;
  expect(shown.document.tabs[0].widgets.map((one: { repositories: object }) => one.repositories)).toEqual([
    { ids: [repositoryId] },
    { group: group.groupId },
    { group: gone },
  ]);
  expect((await takeBack(begun.importId)).body).toMatchObject({ done: true, settings: [] });
  expect((await ada('GET', `/groups/${tenantId}`)).body.groups).toEqual([]);
  const after = (await ada('GET', `/dashboards/${tenantId}`)).body.dashboards;
  expect(after.every(({ canned }: { canned: boolean }) => canned)).toBe(true);
});

test('an imported annotation that somebody deletes stays deleted, whatever is imported or taken back later', async () => {
  const note = { from: '2024-04-01', to: '2024-04-01', text: 'Launch', link: null, author: 'Ada' };
  const annotations = [
    { ...note, key: randomUUID(), repositoryIds: null, createdAt: '2024-04-01T00:00:00.000Z' },
  ];
  const list = async () => (await ada('GET', `/annotations/${tenantId}`)).body.annotations;
  const importIt = async (body: object) => {
    const { importId } = (await begin()).body;
    await put(importId, body);
    await complete(importId);
    return importId as number;
  };
  const first = await importIt({ ...part('2024-04-01', [1]), annotations });
  const second = await importIt({ ...part('2024-04-01', [2]), annotations });
  const [{ annotationId }] = await list();
  expect((await ada('DELETE', `/annotations/${tenantId}/${annotationId}`)).status).toBe(200);
  const third = await importIt(part('2024-04-01', [3]));
  expect(await list()).toEqual([]);
  for (const importId of [third, second, first]) await takeBack(importId);
  expect(await list()).toEqual([]);
});
