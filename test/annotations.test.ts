import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Annotation } from '../lib/answers/annotations.ts';
import type { ChartEvent } from '../lib/answers/events.ts';
import { DEMO_TOKENS, DEMO_USERS } from '../local/demo/github.ts';
import { type Answer, type Call, openTestInstallation, type TestInstallation } from './installation.ts';

const NOW = '2026-03-10T08:00:00.000Z';
const { northwind } = DEMO_USERS;

let installation: TestInstallation;
let ada: Call;
let viewer: Call;
/** Sees only burrow. */
let limited: Call;
let tenantId: number;
let serverId: number;
let burrow: number;
let tidyDates: number;

beforeAll(async () => {
  installation = await openTestInstallation({ demo: true, now: NOW });
  ({ tenantId, serverId } = await installation.initialize());
  ada = installation.as('ada@example.com');
  const names = ['burrow', 'tidy-dates', 'harbor-charts'];
  const repositories = names.map((name) => ({ owner: northwind, name }));
  const { body } = await ada('POST', `/repositories/${tenantId}/batch`, { repositories });
  [burrow, tidyDates] = body.added.map(({ repositoryId }: { repositoryId: number }) => repositoryId);
  await installation.host.settled();
  await ada('PUT', `/members/${tenantId}/vi@example.com`, { role: 'viewer' });
  const only = { role: 'repository viewer', repositoryIds: [burrow] };
  await ada('PUT', `/members/${tenantId}/lim@example.com`, only);
  viewer = installation.as('vi@example.com');
  limited = installation.as('lim@example.com');
});
afterAll(() => installation.close());

const outcome = ({ status, body }: Answer) => [status, body.error?.code];
const annotate = (fields: object, call = ada) =>
  call('POST', `/annotations/${tenantId}`, {
    key: randomUUID(),
    date: '2026-03-02',
    text: 'Launch',
    ...fields,
  });

async function create(fields: object): Promise<Annotation> {
  const { status, body } = await annotate(fields);
  expect([status, body.error]).toEqual([201, undefined]);
  return body;
}

async function list(call = ada, query = ''): Promise<Annotation[]> {
  return (await call('GET', `/annotations/${tenantId}${query}`)).body.annotations;
}

async function eventsOf(path: string | number, call = ada): Promise<ChartEvent[]> {
  const { body } = await call('GET', `/stats/${tenantId}${path}`);
  return body.events.filter(({ kind }: ChartEvent) => kind === 'annotation');
}

const textsOf = (all: readonly { text: string }[]) => all.map(({ text }) => text).sort();
const titlesOf = (all: readonly ChartEvent[]) => all.map(({ title }) => title).sort();

async function deleteAll(): Promise<void> {
  for (const { annotationId } of await list())
    await ada('DELETE', `/annotations/${tenantId}/${annotationId}`);
}

test('an annotation is in the list and on the charts of what it is about', async () => {
  const link = 'https://news.ycombinator.com/item?id=1';
  const shown = await create({ text: ' Show HN: Burrow ', link, repositoryIds: [burrow] });
  expect(shown).toMatchObject({
    date: '2026-03-02',
    to: '2026-03-02',
    text: 'Show HN: Burrow',
    link,
    scope: 'repositories',
    repositories: [{ repositoryId: burrow, fullName: `${northwind}/burrow` }],
    author: 'Ada Lovelace',
  });
  await create({ date: '2026-02-20', to: '2026-02-27', text: 'Conference' });
  const events = await eventsOf('?range=30');
  expect(events).toMatchObject([
    {
      date: '2026-03-02',
      title: 'Show HN: Burrow',
      url: link,
      repositoryId: burrow,
      fullName: `${northwind}/burrow`,
      annotationId: shown.annotationId,
      author: 'Ada Lovelace',
    },
    { date: '2026-02-20', to: '2026-02-27', title: 'Conference', repositoryId: null, fullName: null },
  ]);
  expect(titlesOf(await eventsOf(`/${burrow}?range=30`))).toEqual(['Conference', 'Show HN: Burrow']);
  expect(titlesOf(await eventsOf(`/${tidyDates}?range=30`))).toEqual(['Conference']);
  expect(titlesOf(await eventsOf('?from=2026-02-26&to=2026-02-28'))).toEqual(['Conference']);
  expect(await eventsOf('?from=2026-02-28&to=2026-03-01')).toEqual([]);
  expect(textsOf(await list(ada, '?from=2026-03-01'))).toEqual(['Show HN: Burrow']);
  expect(textsOf(await list(ada, '?q=CONFER'))).toEqual(['Conference']);
});

test('managers write; viewers read, and a repository viewer what concerns its repositories', async () => {
  await deleteAll();
  await create({ text: 'for all' });
  await create({ text: 'for burrow', repositoryIds: [burrow] });
  const { annotationId } = await create({ text: 'for tidy-dates', repositoryIds: [tidyDates] });
  expect(textsOf(await list(viewer))).toEqual(['for all', 'for burrow', 'for tidy-dates']);
  expect(textsOf(await list(limited))).toEqual(['for all', 'for burrow']);
  expect(titlesOf(await eventsOf('?range=30', limited))).toEqual(['for all', 'for burrow']);
  const path = `/annotations/${tenantId}/${annotationId}`;
  for (const call of [viewer, limited]) {
    expect(outcome(await annotate({}, call))).toEqual([403, 'forbidden']);
    expect(outcome(await call('PATCH', path, { text: 'Mine' }))).toEqual([403, 'forbidden']);
    expect(outcome(await call('DELETE', path))).toEqual([403, 'forbidden']);
  }
});

test('another tenant sees nothing of it', async () => {
  const request = {
    githubUser: DEMO_USERS.hubot,
    githubToken: DEMO_TOKENS.hubot,
    manager: 'kim@example.com',
  };
  const { body } = await ada('POST', '/tenants', { name: 'Pinecone', serverId, ...request });
  const kim = installation.as('kim@example.com');
  const [{ annotationId } = { annotationId: 0 }] = await list();
  for (const [method, path] of [
    ['GET', `/annotations/${tenantId}`],
    ['POST', `/annotations/${tenantId}`],
    ['PATCH', `/annotations/${tenantId}/${annotationId}`],
    ['DELETE', `/annotations/${tenantId}/${annotationId}`],
  ] as const)
    expect(outcome(await kim(method, path, method === 'GET' ? undefined : {}))).toEqual([
      404,
      'tenant_not_found',
    ]);
  const own = `/annotations/${body.tenantId}/${annotationId}`;
  expect(outcome(await kim('DELETE', own))).toEqual([404, 'annotation_not_found']);
  expect(outcome(await kim('PATCH', own, { text: 'x' }))).toEqual([404, 'annotation_not_found']);
  const foreign = { key: randomUUID(), date: '2026-03-02', text: 'x', repositoryIds: [burrow] };
  const refused = await kim('POST', `/annotations/${body.tenantId}`, foreign);
  expect(outcome(refused)).toEqual([404, 'repository_not_found']);
  expect((await kim('GET', `/annotations/${body.tenantId}`)).body.page.total).toBe(0);
});

test('a request can be repeated: the same key is the same annotation, with what was sent last', async () => {
  await deleteAll();
  const key = randomUUID();
  const first = await create({ key, text: 'Launch' });
  const again = await create({ key, text: 'Launch' });
  expect(again).toEqual(first);
  const corrected = await create({ key, text: 'Relaunch', repositoryIds: [burrow] });
  expect(corrected).toMatchObject({ annotationId: first.annotationId, text: 'Relaunch' });
  expect(textsOf(await list())).toEqual(['Relaunch']);
  const both = await Promise.all([annotate({ key: randomUUID() }), annotate({ key, text: 'At once' })]);
  expect(both.map(({ status }) => status)).toEqual([201, 201]);
  expect(textsOf(await list())).toEqual(['At once', 'Launch']);
});

test('a change touches only what it names', async () => {
  await deleteAll();
  const { annotationId } = await create({
    to: '2026-03-04',
    link: 'https://example.com/',
    repositoryIds: [burrow, tidyDates],
  });
  const change = async (fields: object) =>
    (await ada('PATCH', `/annotations/${tenantId}/${annotationId}`, fields)).body;
  expect(await change({ text: 'Other' })).toMatchObject({
    date: '2026-03-02',
    to: '2026-03-04',
    text: 'Other',
    link: 'https://example.com/',
    repositoryCount: 2,
  });
  expect(await change({ date: '2026-03-03' })).toMatchObject({ date: '2026-03-03', to: '2026-03-03' });
  expect(await change({ link: null })).toMatchObject({ link: null, repositoryCount: 2 });
  expect(await change({ repositoryIds: [tidyDates] })).toMatchObject({ repositoryCount: 1 });
  expect(await change({ forAll: true })).toMatchObject({ scope: 'all', repositoryCount: 0 });
  expect(outcome(await ada('PATCH', `/annotations/${tenantId}/${annotationId}`, {}))).toEqual([
    400,
    'invalid_input',
  ]);
});

test('markup stays text, and what cannot be right is refused with a reason', async () => {
  await deleteAll();
  const markup = '<img src=x onerror=alert(1)> & “quotes” \u202e 🚀';
  expect(await create({ text: markup })).toMatchObject({ text: markup });
  const message = async (fields: object) => {
    const { status, body } = await annotate(fields);
    return [status, body.error?.code, body.error?.message];
  };
  const tooLong = [400, 'invalid_input', 'text: This must have at most 500 characters.'];
  expect(await message({ text: 'x'.repeat(10_000) })).toEqual(tooLong);
  expect((await create({ text: '🚀'.repeat(250) })).text).toHaveLength(500);
  for (const link of ['javascript:alert(1)', 'ftp://example.com', 'example.com', 'data:text/html,x'])
    expect((await message({ link }))[2]).toBe('link: Give an address that begins with https:// or http://.');
  expect(await message({ text: '  ' })).toEqual([400, 'invalid_input', 'text: This must not be empty.']);
  const code = async (fields: object) => outcome(await annotate(fields));
  expect(await code({ date: '2026-02-30' })).toEqual([400, 'invalid_input']);
  expect(await code({ to: '2026-03-01' })).toEqual([400, 'range_reversed']);
  expect(await code({ repositoryIds: [burrow], groupId: 1 })).toEqual([400, 'invalid_input']);
  expect(await code({ repositoryIds: [9999] })).toEqual([404, 'repository_not_found']);
  expect(await code({ groupId: 9999 })).toEqual([404, 'group_not_found']);
});

test('a day before all figures or within the next year is accepted, and a later one is not', async () => {
  await deleteAll();
  await create({ date: '1999-12-31', text: 'Long ago' });
  await create({ date: '2027-03-11', text: 'In a year' });
  const { status, body } = await annotate({ date: '2027-03-12' });
  expect([status, body.error.message]).toEqual([
    400,
    'date: Give a day until 2027-03-11: you can plan a year ahead.',
  ]);
  expect(await eventsOf('?range=all')).toEqual([]);
  expect(textsOf(await list())).toEqual(['In a year', 'Long ago']);
});

test('annotations of a group that is deleted stay with its repositories', async () => {
  await deleteAll();
  const group = { name: 'Tools', repositoryIds: [tidyDates] };
  const { groupId } = (await ada('POST', `/groups/${tenantId}`, group)).body;
  const annotation = await create({ text: 'of the group', groupId });
  expect(annotation).toMatchObject({ scope: 'group', group: { groupId, name: 'Tools' } });
  expect(titlesOf(await eventsOf(`/${tidyDates}?range=30`))).toEqual(['of the group']);
  expect(await eventsOf(`/${burrow}?range=30`)).toEqual([]);
  expect(await list(limited)).toEqual([]);
  expect((await ada('DELETE', `/groups/${tenantId}/${groupId}`)).status).toBe(200);
  expect(await list()).toMatchObject([
    { text: 'of the group', scope: 'repositories', group: null, repositories: [{ repositoryId: tidyDates }] },
  ]);
  expect(titlesOf(await eventsOf(`/${tidyDates}?range=30`))).toEqual(['of the group']);
  expect(await list(limited)).toEqual([]);
});

test('who changed an annotation is logged', async () => {
  await deleteAll();
  const { annotationId } = await create({ text: 'Launch', repositoryIds: [burrow] });
  const path = `/annotations/${tenantId}/${annotationId}`;
  await ada('PATCH', path, { text: 'Relaunch' });
  await ada('PATCH', path, { text: 'Relaunch' });
  await ada('DELETE', path);
  expect(outcome(await ada('DELETE', path))).toEqual([404, 'annotation_not_found']);
  const { body } = await ada('GET', `/audit/${tenantId}?area=annotations&limit=3`);
  const sentences = body.events.map(({ sentence }: { sentence: string }) => sentence);
  expect(sentences).toEqual([
    `ada@example.com deleted the annotation of 2 March 2026 for ${northwind}/burrow: Relaunch.`,
    `ada@example.com changed the annotation of 2 March 2026 for ${northwind}/burrow: Relaunch.`,
    `ada@example.com annotated 2 March 2026 for ${northwind}/burrow: Launch.`,
  ]);
});

test('an annotation goes with its only repository, and stays with the others', async () => {
  await deleteAll();
  await create({ text: 'of both', repositoryIds: [burrow, tidyDates] });
  await create({ text: 'of one', repositoryIds: [tidyDates] });
  await create({ text: 'of all' });
  const { status } = await ada('DELETE', `/repositories/${tenantId}/${tidyDates}`);
  expect(status).toBe(200);
  expect(textsOf(await list())).toEqual(['of all', 'of both']);
});
