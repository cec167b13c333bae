import { lookup } from 'node:dns';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { lookupPublic } from '../lib/addresses.ts';
import { createChannel } from '../lib/channels.ts';
import { openDatabase } from '../lib/db/database.ts';
import { openSecrets } from '../lib/secrets.ts';
import { resealTokens } from '../lib/upgrade.ts';
import type { WebhookRule } from '../local/webhooks.ts';
import { type Answer, type Call, openTestInstallation, type TestInstallation } from './installation.ts';

const NOW = '2026-03-10T08:00:00.000Z';

let installation: TestInstallation;
let ada: Call;
let tenantId: number;
let mend = () => {};

beforeAll(async () => {
  installation = await openTestInstallation({ demo: true, now: NOW });
  ({ tenantId } = await installation.initialize());
  ada = installation.as('ada@example.com');
});
afterEach(() => mend());
afterAll(() => installation.close());

const outcome = ({ status, body }: Answer) => [status, body.error?.code];
const standIn = (path: string) => `${installation.url}/webhooks${path}`;
const request = (path: string, fields: object = {}) => ({
  kind: 'slack',
  name: 'Traffic',
  contents: 'both',
  url: standIn(path),
  ...fields,
});

async function add(path: string, fields: object = {}): Promise<number> {
  const { status, body } = await ada('POST', `/channels/${tenantId}`, request(path, fields));
  expect(status).toBe(201);
  return body.channelId;
}

const testTo = (channelId: number) => ada('POST', `/channels/${tenantId}/${channelId}/test`);
const lastAt = (path: string) =>
  installation.webhooks
    .received()
    .filter((one) => one.path === path)
    .at(-1);

test('a channel shows only the host and four characters of its address', async () => {
  const secret = '/slack/T0000/B0000/XXXXSECRETwxyz';
  const channelId = await add(secret);
  const answers = [
    await ada('GET', `/channels/${tenantId}`),
    await ada('PATCH', `/channels/${tenantId}/${channelId}`, { name: 'Other' }),
    await testTo(channelId),
  ];
  for (const { body } of answers) expect(JSON.stringify(body)).not.toContain('SECRET');
  expect(answers[1]?.body).toMatchObject({
    channelId,
    name: 'Other',
    addressHint: `${new URL(installation.url).host}/…wxyz`,
    createdAt: NOW,
    createdBy: 'ada@example.com',
    sentAt: null,
    failure: null,
  });
  const { db } = openDatabase(installation.database.url);
  const rows = await db.selectFrom('channel').selectAll().execute();
  await db.destroy();
  expect(JSON.stringify(rows)).not.toContain('SECRET');
});

test('a short address shows only its host', async () => {
  const channelId = await add('/json/x', { kind: 'webhook', url: 'https://1.1.1.1/abc' });
  const { body } = await ada('GET', `/channels/${tenantId}`);
  expect(body.channels.at(-1)).toMatchObject({ channelId, addressHint: '1.1.1.1/…' });
});

test.each([
  ['slack', '/slack/one', { blocks: [{ type: 'header' }, { type: 'section' }, { type: 'section' }] }],
  ['teams', '/teams/one', { type: 'message' }],
  ['webhook', '/json/one', { type: 'test', tenant: { name: 'demo-octocat' } }],
])('a test message reaches a %s channel in its format', async (kind, path, form) => {
  const channelId = await add(path, { kind });
  const { status, body } = await testTo(channelId);
  expect([status, body.sentAt, body.failure]).toEqual([200, NOW, null]);
  expect(lastAt(path)?.body).toMatchObject(form);
  expect(JSON.stringify(lastAt(path)?.body)).toContain(`${installation.url}/t/${tenantId}/notifications`);
});

const FAILURES: [string, WebhookRule, number][] = [
  ['channel_gone', { kind: 'status', status: 404, body: 'no_service' }, 422],
  ['channel_gone', { kind: 'status', status: 410, body: 'channel_is_archived' }, 422],
  ['channel_refused', { kind: 'status', status: 400, body: 'invalid_blocks' }, 422],
  ['channel_refused', { kind: 'status', status: 302, headers: { location: '/elsewhere' } }, 422],
  ['channel_rate_limited', { kind: 'status', status: 429, headers: { 'retry-after': '17' } }, 503],
  ['channel_down', { kind: 'status', status: 500 }, 502],
  ['channel_unreachable', { kind: 'close' }, 502],
];

test.each(FAILURES)('%s is answered and stored: %j', async (code, rule, status) => {
  const channelId = await add('/slack/failing');
  const before = installation.webhooks.received().length;
  mend = installation.webhooks.fail({ ...rule, path: '/slack/failing' });
  const answer = await testTo(channelId);
  expect(outcome(answer)).toEqual([status, code]);
  if (code === 'channel_rate_limited') expect(answer.body.error.details).toEqual({ retryAfter: 17 });
  const { body } = await ada('GET', `/channels/${tenantId}`);
  const failure = { code, message: answer.body.error.message, at: NOW };
  expect(body.channels.at(-1)).toMatchObject({ channelId, sentAt: null, failure });
  expect(installation.webhooks.received().length - before).toBe(rule.kind === 'close' ? 0 : 1);
  mend();
  expect((await testTo(channelId)).body).toMatchObject({ sentAt: NOW, failure: null });
});

test('a channel that does not answer times out', async () => {
  const channelId = await add('/slack/hanging');
  mend = installation.webhooks.fail({ kind: 'hang', path: '/slack/hanging' });
  const answer = await testTo(channelId);
  expect(outcome(answer)).toEqual([502, 'channel_unreachable']);
  expect(answer.body.error.message).toContain('in time');
});

test('only public https addresses and the test webhooks are accepted', async () => {
  const refused = [
    ['http://example.com/hook', 400, 'invalid_input'],
    ['ftp://example.com/hook', 400, 'invalid_input'],
    ['https://user:password@example.com/hook', 400, 'invalid_input'],
    ['https://127.0.0.1/hook', 422, 'private_address'],
    ['https://169.254.169.254/latest/meta-data', 422, 'private_address'],
    ['https://[::1]/hook', 422, 'private_address'],
    ['https://localhost/hook', 422, 'private_address'],
    [`${installation.url}/webhooks/../api/v1`, 400, 'invalid_input'],
    [`${installation.url}/webhooks-and-more`, 400, 'invalid_input'],
  ] as const;
  for (const [url, ...expected] of refused)
    expect(outcome(await ada('POST', `/channels/${tenantId}`, request('', { url }))), url).toEqual(expected);
});

test('a host name that now resolves to a private address is not connected to', async () => {
  const found = await new Promise((resolve) => {
    lookupPublic('localhost', { all: true }, (error) => resolve(error));
  });
  expect(found).toMatchObject({ code: 'private_address' });
  const plain = await new Promise((resolve) => lookup('localhost', { all: true }, (error) => resolve(error)));
  expect(plain).toBeNull();
});

test('a private address stored while they were allowed is refused when sending', async () => {
  const channelId = await add('/slack/moved');
  const { db } = openDatabase(installation.database.url);
  const secrets = openSecrets(installation.parameters.TOKEN_KEY ?? '');
  const addressSealed = await secrets.seal('http://127.0.0.1:9/hook');
  await db.updateTable('channel').set({ addressSealed }).where('channelId', '=', channelId).execute();
  expect(outcome(await testTo(channelId))).toEqual([422, 'private_address']);
  const foreign = await openSecrets('C'.repeat(43)).seal(standIn('/slack/x'));
  await db
    .updateTable('channel')
    .set({ addressSealed: foreign })
    .where('channelId', '=', channelId)
    .execute();
  expect(outcome(await testTo(channelId))).toEqual([409, 'channel_unreadable']);
  await db.destroy();
});

test('a new key reseals the addresses of channels', async () => {
  const channelId = await add('/slack/rotated');
  const { db } = openDatabase(installation.database.url);
  const clock = () => new Date(NOW);
  const keys = ['B'.repeat(43), installation.parameters.TOKEN_KEY];
  const sealedOf = () =>
    db
      .selectFrom('channel')
      .select('addressSealed')
      .where('channelId', '=', channelId)
      .executeTakeFirstOrThrow();
  const { resealed } = await resealTokens({ db, clock, secrets: openSecrets(keys.join(' ')) });
  expect(resealed).toBeGreaterThan(1);
  expect(await openSecrets('B'.repeat(43)).open((await sealedOf()).addressSealed)).toBe(
    standIn('/slack/rotated'),
  );
  await resealTokens({ db, clock, secrets: openSecrets(keys.reverse().join(' ')) });
  await db.destroy();
  expect((await testTo(channelId)).status).toBe(200);
});

test('a channel is changed and deleted; another tenant’s channel is not found', async () => {
  const channelId = await add('/slack/changed');
  const route = `/channels/${tenantId}/${channelId}`;
  const change = { kind: 'webhook', contents: 'problems', url: standIn('/json/elsewhere-abcd') };
  expect((await ada('PATCH', route, change)).body).toMatchObject({ kind: 'webhook', contents: 'problems' });
  await testTo(channelId);
  expect(lastAt('/json/elsewhere-abcd')?.body).toMatchObject({ type: 'test' });
  expect(outcome(await ada('PATCH', route, {}))).toEqual([400, 'invalid_input']);
  expect((await ada('DELETE', route)).body).toEqual({ channelId });
  for (const [method, path, body] of [
    ['DELETE', route],
    ['PATCH', route, { name: 'x' }],
    ['POST', `${route}/test`],
  ] as const)
    expect(outcome(await ada(method, path, body))).toEqual([404, 'channel_not_found']);
});

test('a tenant has at most twenty channels, even if more are added at once; they are deleted with it', async () => {
  const { body: tenants } = await ada('GET', '/tenants');
  const { body: list } = await ada('GET', `/channels/${tenantId}`);
  for (let count = list.channels.length; count < 19; count += 1) await add(`/slack/${count}`);
  // Each with a connection of its own, as containers have, so that all of them count before one inserts. No more than three:
  // Db2's driver waits for locks on Node's four threads.
  const databases = Array.from({ length: 3 }, () => openDatabase(installation.database.url));
  await Promise.all(databases.map(({ db }) => db.selectFrom('channel').select('name').execute()));
  const services = {
    config: { allowPrivateAddresses: false, demoWebhookUrl: standIn(''), pagesUrl: null, apiUrl: null },
    activation: { packageUrl: null },
    mailer: null,
    secrets: openSecrets('A'.repeat(43)),
    clock: () => new Date(NOW),
  };
  const by = { email: 'ada@example.com', now: new Date(NOW) };
  const channel = {
    kind: 'slack',
    name: 'Many',
    contents: 'both',
    groupId: null,
    monthly: false,
    alerts: false,
    quietHours: null,
    address: standIn('/slack/many'),
  } as const;
  const added = await Promise.all(
    databases.map(({ db }) =>
      createChannel({ ...services, db }, tenantId, channel, by).then(
        () => 'added',
        ({ code }: { code: string }) => code,
      ),
    ),
  );
  await Promise.all(databases.map(({ db }) => db.destroy()));
  expect(added.filter((one) => one === 'added').length).toBe(1);
  expect(added.filter((one) => one === 'too_many_channels').length).toBe(2);
  expect((await ada('GET', `/channels/${tenantId}`)).body.channels.length).toBe(20);
  expect(outcome(await ada('POST', `/channels/${tenantId}`, request('/slack/more')))).toEqual([
    409,
    'too_many_channels',
  ]);
  const { status } = await ada('DELETE', `/tenants/${tenantId}`, { confirmName: tenants.tenants[0].name });
  expect(status).toBe(200);
});
