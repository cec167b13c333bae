import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { KEY_BYTES, toKey } from '../lib/keys/secret.ts';
import { DEMO_TOKENS, DEMO_USERS } from '../local/demo/github.ts';
import { createApiKey, makeSecret, requestKey } from './api-keys.ts';
import { readAtom } from './atom.ts';
import { type Call, openTestInstallation, type TestInstallation } from './installation.ts';

const START = '2026-03-10T08:00:00Z';

let installation: TestInstallation;
let ada: Call;
let tenantId: number;
let serverId: number;
let repositories: { repositoryId: number; fullName: string }[];

beforeAll(async () => {
  installation = await openTestInstallation({ demo: true, now: START });
  ({ tenantId, serverId } = await installation.initialize());
  ada = installation.as('ada@example.com');
  const found = await ada('GET', `/repositories/${tenantId}/discover`);
  const chosen = found.body.candidates
    .slice(0, 3)
    .map(({ owner, name }: { owner: string; name: string }) => ({ owner, name }));
  const { body } = await ada('POST', `/repositories/${tenantId}/batch`, { repositories: chosen });
  repositories = body.added;
  await installation.host.settled();
});
afterAll(() => installation.close());

const create = (fields: Parameters<typeof createApiKey>[2] = {}) => createApiKey(ada, tenantId, fields);
const codeOf = async (key: string, path = `/stats/${tenantId}`, method = 'GET', body?: unknown) =>
  (await installation.bearing(key)(method, path, body)).body.error?.code ?? 'allowed';
const idsOf = (body: { repositories: { repositoryId: number }[] }) =>
  body.repositories.map(({ repositoryId }) => repositoryId).sort((a, b) => a - b);
const seenBy = async (key: string) =>
  idsOf((await installation.bearing(key)('GET', `/repositories/${tenantId}`)).body);

test('a manager makes a key, which the list shows without its secret, and it says what it is for', async () => {
  const { key, answer } = await requestKey(ada, tenantId, { name: 'Nightly', days: 30 });
  expect(answer.status).toBe(201);
  expect(answer.body).toMatchObject({
    name: 'Nightly',
    scope: 'read',
    reach: 'all',
    state: 'active',
    createdBy: 'ada@example.com',
    expiresAt: '2026-04-09T08:00:00.000Z',
    lastUsedAt: null,
  });
  expect(await codeOf(key)).toBe('allowed');
  const own = await installation.bearing(key)('GET', '/keys/current');
  expect(own.body).toMatchObject({ tenantId, name: 'Nightly', scope: 'read', reach: 'all' });
  const { body } = await ada('GET', `/keys/${tenantId}`);
  expect(JSON.stringify(body)).not.toContain(key.slice(8));
  expect(body.keys[0]).toMatchObject({
    name: 'Nightly',
    hint: key.slice(4, 8),
    lastUsedAt: '2026-03-10T08:00:00.000Z',
  });
});

test('sending a request twice makes one key, and nobody can take the secret of another', async () => {
  const { key, secretHash, hint } = makeSecret();
  const request = { name: 'Once', scope: 'read', days: 1, secretHash, hint };
  const first = await ada('POST', `/keys/${tenantId}`, request);
  const second = await ada('POST', `/keys/${tenantId}`, request);
  expect([first.status, second.status]).toEqual([201, 200]);
  expect(second.body.keyId).toBe(first.body.keyId);
  const elsewhere = await ada('POST', '/tenants', {
    name: 'Elsewhere',
    serverId,
    githubUser: DEMO_USERS.hubot,
    githubToken: DEMO_TOKENS.hubot,
  });
  const stolen = await ada('POST', `/keys/${elsewhere.body.tenantId}`, request);
  expect([stolen.status, stolen.body.error.code]).toEqual([409, 'key_exists']);
  expect(await codeOf(key)).toBe('allowed');
});

test.each([
  ['a guessed key', () => toKey(randomBytes(KEY_BYTES)), 'key_invalid'],
  ['a key with a typing error', () => toKey(randomBytes(KEY_BYTES)).replace(/.$/, '!'), 'key_invalid'],
  ['only the prefix', () => 'gta_', 'key_invalid'],
])('%s is refused', async (_, make, code) => {
  const key = make();
  expect(await codeOf(key)).toBe(code);
  expect(await codeOf(key, '/keys/current')).toBe(code);
  expect((await installation.bearing(key)('GET', `/stats/${tenantId}`)).status).toBe(401);
});

test('a revoked key is refused at once, and stays in the list with who revoked it', async () => {
  const { key, keyId } = await create({ name: 'Short-lived' });
  expect(await codeOf(key)).toBe('allowed');
  const revoked = await ada('DELETE', `/keys/${tenantId}/${keyId}`);
  expect(revoked.body).toMatchObject({ state: 'revoked', revokedBy: 'ada@example.com' });
  expect(await codeOf(key)).toBe('key_revoked');
  expect((await ada('DELETE', `/keys/${tenantId}/${keyId}`)).body.revokedAt).toBe(revoked.body.revokedAt);
  expect((await ada('DELETE', `/keys/${tenantId}/999999`)).body.error.code).toBe('key_not_found');
});

test('a key works until it expires', async () => {
  const { key } = await create({ days: 1 });
  installation.now('2026-03-11T07:59:59Z');
  expect(await codeOf(key)).toBe('allowed');
  installation.now('2026-03-11T08:00:00Z');
  expect(await codeOf(key)).toBe('key_expired');
  installation.now(START);
});

test('the last use is to the minute', async () => {
  const { key, keyId } = await create();
  const lastUse = async () => {
    const { body } = await ada('GET', `/keys/${tenantId}`);
    return body.keys.find((one: { keyId: number }) => one.keyId === keyId).lastUsedAt;
  };
  const uses: string[] = [];
  for (const at of ['08:00:00', '08:00:59', '08:01:01']) {
    installation.now(`2026-03-10T${at}Z`);
    await codeOf(key);
    uses.push((await lastUse()).slice(11, 19));
  }
  installation.now(START);
  expect(uses).toEqual(['08:00:00', '08:00:00', '08:01:01']);
});

test('a key in an address is refused, whatever else the request has, and its managers are told', async () => {
  const { key, keyId } = await create({ scope: 'manage' });
  const listed = async () => {
    const { body } = await ada('GET', `/keys/${tenantId}`);
    return body.keys.find((one: { keyId: number }) => one.keyId === keyId);
  };
  for (const call of [installation.anonymously, ada, installation.bearing(key)])
    for (const path of [
      `/stats/${tenantId}?key=${key}`,
      `/stats/${tenantId}/${key}`,
      `/me?access_token=${key}`,
    ]) {
      const { status, body } = await call('GET', path);
      expect([status, body.error.code]).toEqual([400, 'key_in_address']);
      expect(JSON.stringify(body)).not.toContain(key);
    }
  expect(await listed()).toMatchObject({ state: 'active', exposedAt: '2026-03-10T08:00:00.000Z' });
  expect(await codeOf(key)).toBe('allowed');
});

test('a key for some repositories sees no others, and starts collecting no others', async () => {
  const [one = { repositoryId: 0 }, other = one] = repositories;
  const { key } = await create({
    scope: 'collect',
    reach: 'repositories',
    repositoryIds: [one.repositoryId],
  });
  expect(await seenBy(key)).toEqual([one.repositoryId]);
  expect(await codeOf(key, `/stats/${tenantId}/${other.repositoryId}`)).toBe('repository_not_found');
  expect(await codeOf(key, `/runs/${tenantId}`, 'POST', { repositoryIds: [other.repositoryId] })).toBe(
    'repository_not_found',
  );
  const started = await installation.bearing(key)('POST', `/runs/${tenantId}`, {});
  expect(started.body).toMatchObject({ repositoryCount: 1 });
  await installation.host.settled();
  // A run names every repository of the tenant, and so do rules.
  for (const path of [`/runs/${tenantId}`, `/rules/${tenantId}`])
    expect(await codeOf(key, path)).toBe('key_scope');
});

test('a key for a group sees what the group holds at the time, and nothing once it is gone', async () => {
  const ids = repositories.map(({ repositoryId }) => repositoryId).sort((a, b) => a - b);
  const group = await ada('POST', `/groups/${tenantId}`, { name: 'Two', repositoryIds: ids.slice(0, 2) });
  const { groupId } = group.body;
  const { key, keyId } = await create({ scope: 'collect', reach: 'group', groupId });
  expect(await seenBy(key)).toEqual(ids.slice(0, 2));
  await ada('PUT', `/groups/${tenantId}/${groupId}`, { name: 'Two', repositoryIds: ids.slice(2) });
  expect(await seenBy(key)).toEqual(ids.slice(2));
  await ada('DELETE', `/groups/${tenantId}/${groupId}`);
  expect(await seenBy(key)).toEqual([]);
  expect(await codeOf(key, `/stats/${tenantId}/${ids[0]}`)).toBe('repository_not_found');
  expect(await codeOf(key, `/runs/${tenantId}`, 'POST', {})).toBe('nothing_to_collect');
  const { body } = await ada('GET', `/keys/${tenantId}`);
  const listed = body.keys.find((one: { keyId: number }) => one.keyId === keyId);
  expect(listed.group).toEqual({ groupId, name: null });
});

test('a key outlives the manager who made it, and sees no more than before', async () => {
  await ada('PUT', `/members/${tenantId}/kim@example.com`, { role: 'manager' });
  const { key } = await createApiKey(installation.as('kim@example.com'), tenantId);
  const hasRole = async () => (await ada('GET', `/keys/${tenantId}`)).body.keys[0].makerHasRole;
  expect(await hasRole()).toBe(true);
  await ada('DELETE', `/members/${tenantId}/kim@example.com`);
  expect(await hasRole()).toBe(false);
  expect(await codeOf(key)).toBe('allowed');
  expect(await seenBy(key)).toHaveLength(repositories.length);
});

test('what a key changes is logged with the key’s name', async () => {
  const { key } = await create({ name: 'Robot', scope: 'manage' });
  const robot = installation.bearing(key);
  const note = { key: '6d1a3cb5-6a71-4a3c-9a3e-000000000001', date: '2026-03-01', text: 'Launch' };
  const made = await robot('POST', `/annotations/${tenantId}`, note);
  const actor = `API key Robot (gta_${key.slice(4, 8)}…)`;
  expect(made.body).toMatchObject({ author: actor });
  const { body } = await ada('GET', `/audit/${tenantId}?area=annotations`);
  expect(body.events[0]).toMatchObject({ actor, kind: 'annotation_created' });
});

test('60 calls a minute are allowed, by all containers together, and then the answer says when to try again', async () => {
  const { key } = await create();
  installation.now('2026-03-10T09:00:15Z');
  const call = installation.bearing(key);
  // Routes of two actions, which never share a container.
  const paths = [`/stats/${tenantId}/days/2026-03-01`, `/groups/${tenantId}`];
  const statuses: number[] = [];
  for (let round = 0; round < 16; round++)
    statuses.push(
      ...(await Promise.all([...paths, ...paths].map(async (path) => (await call('GET', path)).status))),
    );
  expect(statuses.filter((status) => status === 200)).toHaveLength(60);
  expect(statuses.filter((status) => status === 429)).toHaveLength(4);
  const { status, body, headers } = await call('GET', `/groups/${tenantId}`);
  expect([status, body.error.code, headers.get('retry-after')]).toEqual([429, 'key_rate_limited', '45']);
  // A clock that is a minute behind counts in the same minute.
  installation.now('2026-03-10T08:59:59Z');
  expect(await codeOf(key)).toBe('key_rate_limited');
  installation.now('2026-03-10T09:01:00Z');
  expect(await codeOf(key)).toBe('allowed');
  installation.now(START);
});

test('what is asked for must fit together', async () => {
  const codes: string[] = [];
  const wrong: Parameters<typeof requestKey>[2][] = [
    { reach: 'group' },
    { reach: 'repositories' },
    { reach: 'all', repositoryIds: [repositories[0]?.repositoryId ?? 0] },
    { scope: 'manage', reach: 'repositories', repositoryIds: [repositories[0]?.repositoryId ?? 0] },
    { days: 367 },
    { secretHash: 'x' },
  ];
  for (const fields of wrong) codes.push((await requestKey(ada, tenantId, fields)).answer.body.error.code);
  expect(new Set(codes)).toEqual(new Set(['invalid_input']));
  const missing = await requestKey(ada, tenantId, { reach: 'group', groupId: 999_999 });
  expect(missing.answer.body.error.code).toBe('group_not_found');
  const unknown = await requestKey(ada, tenantId, { reach: 'repositories', repositoryIds: [999_999] });
  expect(unknown.answer.body.error.code).toBe('repository_not_found');
});

test('a spreadsheet reads the table at an address with its key, which opens nothing else', async () => {
  const { key } = await create({ scope: 'spreadsheet' });
  const path = `/stats/${tenantId}/table.csv`;
  const { status, headers, body } = await installation.anonymously('GET', `${path}?key=${key}&range=7`);
  expect([status, headers.get('content-type')]).toEqual([200, 'text/csv; header=present; charset=UTF-8']);
  const [head, ...rows] = body.trim().split(/\r?\n/);
  expect(head).toBe(
    'repositoryId,owner,name,date,viewCount,viewUniques,cloneCount,cloneUniques,state,uniquesExact,firstDate,lastDate',
  );
  expect(rows.length).toBeGreaterThanOrEqual(3);
  const sums = await installation.anonymously('GET', `${path}?key=${key}&range=7&sum=days`);
  expect(sums.body.trim().split(/\r?\n/)).toHaveLength(4);
  expect(await codeOf(key, `${path}?range=7`)).toBe('allowed');
  const answers = [];
  for (const other of [`/stats/${tenantId}`, `/stats/${tenantId}/table`, `/repositories/${tenantId}`]) {
    answers.push(await codeOf(key, other));
    answers.push((await installation.anonymously('GET', `${other}?key=${key}`)).body.error.code);
  }
  expect(new Set(answers)).toEqual(new Set(['key_scope', 'key_in_address']));
});

test('at the address of a spreadsheet, any other key is refused and marked', async () => {
  const { key, keyId } = await create({ scope: 'read' });
  const path = `/stats/${tenantId}/table.csv?key=`;
  const codes = [];
  for (const one of [key, '', 'gta_', toKey(randomBytes(KEY_BYTES))])
    codes.push((await installation.anonymously('GET', `${path}${one}`)).body.error.code);
  expect(codes).toEqual(['key_in_address', 'key_invalid', 'key_invalid', 'key_invalid']);
  const { body } = await ada('GET', `/keys/${tenantId}`);
  const listed = body.keys.find((one: { keyId: number }) => one.keyId === keyId);
  expect(listed.exposedAt).not.toBeNull();
  const narrow = await create({
    scope: 'spreadsheet',
    reach: 'repositories',
    repositoryIds: [repositories[0]?.repositoryId ?? 0],
  });
  const read = await installation.anonymously('GET', `${path}${narrow.key}&range=7&sum=days`);
  expect(read.body.trim().split(/\r?\n/)).toHaveLength(2);
  await ada('DELETE', `/keys/${tenantId}/${narrow.keyId}`);
  const revoked = await installation.anonymously('GET', `${path}${narrow.key}&range=7`);
  expect(revoked.body.error.code).toBe('key_revoked');
});

test('a feed reader reads what happened at an address with its key, which opens nothing else', async () => {
  const [{ repositoryId, fullName } = { repositoryId: 0, fullName: '' }] = repositories;
  const annotate = (text: string, fields: object = {}) =>
    ada('POST', `/annotations/${tenantId}`, { key: randomUUID(), date: '2026-03-02', text, ...fields });
  const { body: first } = await annotate('Talk <b>at "A&B"</b>', { link: 'https://example.com/?a=1&b=2' });
  await annotate('Launch', { date: '2026-03-09', repositoryIds: [repositoryId] });
  const { key } = await create({ scope: 'feed' });
  const path = `/feeds/${tenantId}`;
  const { status, headers, body } = await installation.anonymously('GET', `${path}?key=${key}`);
  expect([status, headers.get('content-type')]).toEqual([200, 'application/atom+xml; charset=UTF-8']);
  expect(body).not.toContain(key);
  const feed = readAtom(body);
  const page = `${installation.url}/t/${tenantId}`;
  expect(feed).toMatchObject({
    id: `tag:127.0.0.1,2026-03-10:${tenantId}/all`,
    title: 'demo-octocat: what happened',
    links: { alternate: page },
  });
  expect(feed.entries.find(({ title }) => title === `${fullName}: Launch`)).toMatchObject({
    updated: '2026-03-09T00:00:00.000Z',
    content: `${fullName}: Launch. 9 Mar 2026`,
    author: 'Ada Lovelace',
    category: 'annotation',
    links: { alternate: `${page}/r/${repositoryId}?from=2026-02-10&to=2026-03-16&day=2026-03-09` },
  });
  expect(feed.entries.find(({ title }) => title.startsWith('Talk'))).toMatchObject({
    id: `tag:127.0.0.1,2026-03-10:${tenantId}/annotation/${first.annotationId}`,
    title: 'Talk <b>at "A&B"</b>',
    links: {
      alternate: `${page}?from=2026-02-03&to=2026-03-09&day=2026-03-02`,
      related: 'https://example.com/?a=1&b=2',
    },
  });
  expect(new Set(feed.entries.map(({ category }) => category))).toEqual(
    new Set(['annotation', 'release', 'tracking']),
  );
  expect(await codeOf(key, path)).toBe('allowed');
  const answers = [];
  for (const other of [`/stats/${tenantId}`, `/stats/${tenantId}/table.csv`, `/annotations/${tenantId}`]) {
    answers.push(await codeOf(key, other));
    answers.push((await installation.anonymously('GET', `${other}?key=${key}`)).body.error.code);
  }
  expect(new Set(answers)).toEqual(new Set(['key_scope', 'key_in_address']));
});

test('a feed says only what the key’s repositories have, with the same ids for all its readers', async () => {
  const [one, other] = repositories;
  const read = async (fields: Parameters<typeof create>[0]) => {
    const { key } = await create({ scope: 'feed', ...fields });
    return readAtom((await installation.anonymously('GET', `/feeds/${tenantId}?key=${key}`)).body);
  };
  const all = await read({});
  const narrow = await read({ reach: 'repositories', repositoryIds: [one?.repositoryId ?? 0] });
  const titles = narrow.entries.map(({ title }) => title).join('\n');
  expect(titles).toContain(`${one?.fullName}: `);
  expect(titles).not.toContain(`${other?.fullName}: `);
  const ofAll = new Set(all.entries.map(({ id }) => id));
  expect(narrow.entries.filter(({ id }) => !ofAll.has(id))).toEqual([]);
  expect(narrow.id).not.toBe(all.id);
  const group = await ada('POST', `/groups/${tenantId}`, {
    name: 'Other',
    repositoryIds: [other?.repositoryId],
  });
  const { groupId } = group.body;
  expect(await read({ reach: 'group', groupId })).toMatchObject({
    title: 'demo-octocat, Other: what happened',
    links: { alternate: `${installation.url}/t/${tenantId}?group=${groupId}` },
  });
});

test('a reader that has the newest feed is told so, and gets the next one', async () => {
  const { key } = await create({ scope: 'feed' });
  const address = `${installation.url}/api/v1/web/guest/traffic/feeds/${tenantId}?key=${key}`;
  const read = (etag: string) => fetch(address, { headers: { 'if-none-match': etag } });
  const etag = (await read('"another"')).headers.get('etag') ?? '';
  expect(etag).toMatch(/^"[\w-]{22}"$/);
  for (const known of [etag, `W/${etag}`, `"another", ${etag}`]) {
    const same = await read(known);
    expect([same.status, await same.text(), same.headers.get('etag')]).toEqual([304, '', etag]);
  }
  await ada('POST', `/annotations/${tenantId}`, { key: randomUUID(), date: '2026-03-01', text: 'Later' });
  const next = await read(etag);
  expect([next.status, await next.text()]).toEqual([200, expect.stringContaining('<title>Later</title>')]);
});

test('no log, no record of an activation and no entry of the audit log holds a key', async () => {
  const { key } = await create({ scope: 'spreadsheet' });
  const { key: feed } = await create({ scope: 'feed' });
  await installation.anonymously('GET', `/stats/${tenantId}/table.csv?key=${key}`);
  await installation.anonymously('GET', `/feeds/${tenantId}?key=${feed}`);
  await installation.anonymously('GET', `/stats/${tenantId}?key=${key}`);
  await installation.bearing(key)('GET', `/stats/${tenantId}`);
  const records = await installation.host.activations();
  expect(records.length).toBeGreaterThan(10);
  const audit = await ada('GET', `/audit/${tenantId}`);
  expect(JSON.stringify([records, audit.body])).not.toMatch(/gta_\w{5}/);
});

test('metrics are answered in the format that is asked for, with the newest final day of each repository', async () => {
  const { key } = await create();
  const scrape = (accept: string) =>
    installation.bearing(key)('GET', `/metrics/${tenantId}`, undefined, { accept });
  const { body, headers } = await scrape('application/openmetrics-text;version=1.0.0,text/plain;q=0.5');
  expect(headers.get('content-type')?.toLowerCase()).toBe(
    'application/openmetrics-text; version=1.0.0; charset=utf-8',
  );
  expect((await scrape('*/*')).headers.get('content-type')?.toLowerCase()).toBe(
    'text/plain; version=0.0.4; charset=utf-8',
  );
  expect(body).toMatch(/^# HELP [\s\S]*\n# EOF\n$/);
  expect(body).not.toMatch(/\n\n/);
  expect(body).toContain('github_traffic_repositories 3\n');
  const { fullName, repositoryId } = repositories[0] ?? { fullName: '', repositoryId: 0 };
  const sampleOf = (name: string) =>
    Number(new RegExp(`^${name}\\{repository="${fullName}"\\} (\\d+)$`, 'm').exec(body)?.[1]);
  const stats = await ada('GET', `/stats/${tenantId}/table?range=14&repositories=${repositoryId}`);
  const [newest] = stats.body.rows;
  const dated = sampleOf('github_traffic_final_day_timestamp_seconds');
  expect(new Date(dated * 1000).toISOString().slice(0, 10)).toBe(newest.date);
  expect(sampleOf('github_traffic_views')).toBe(newest.viewCount);
  expect(sampleOf('github_traffic_visitors')).toBe(newest.viewUniques);
  expect(sampleOf('github_traffic_clones')).toBe(newest.cloneCount);
  expect(sampleOf('github_traffic_until_loss_seconds')).toBe(14 * 86_400);
  expect(sampleOf('github_traffic_last_success_timestamp_seconds')).toBe(Date.parse(START) / 1000);
  expect(body).toContain(`github_traffic_day_states{repository="${fullName}",state="measured"}`);
});
