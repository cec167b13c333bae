import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Subscription } from '../lib/answers/subscriptions.ts';
import { DEMO_TOKENS, DEMO_USERS } from '../local/demo/github.ts';
import { type Answer, type Call, openTestInstallation, type TestInstallation } from './installation.ts';

const NOW = '2026-01-14T08:00:00.000Z';
const { northwind } = DEMO_USERS;
const NIGHT = { from: '22:00', to: '07:00', zone: 'Europe/Berlin' };

let installation: TestInstallation;
let ada: Call;
/** A viewer of the whole tenant. */
let eve: Call;
/** Sees one repository. */
let bob: Call;
let tenantId: number;
let otherTenantId: number;
let ids: Record<string, number>;

beforeAll(async () => {
  installation = await openTestInstallation({ demo: true, now: NOW });
  ada = installation.as('ada@example.com');
  eve = installation.as('eve@example.com');
  bob = installation.as('bob@example.com');
  const { tenantId: first, serverId } = await installation.initialize();
  tenantId = first;
  const token = { githubUser: DEMO_USERS.hubot, githubToken: DEMO_TOKENS.hubot };
  otherTenantId = (await ada('POST', '/tenants', { name: 'Pinecone', serverId, ...token })).body.tenantId;
  const repositories = ['burrow', 'tidy-dates'].map((name) => ({ owner: northwind, name }));
  const { body } = await ada('POST', `/repositories/${tenantId}/batch`, { repositories });
  await installation.host.settled();
  ids = Object.fromEntries(
    body.added.map(({ name, repositoryId }: { name: string; repositoryId: number }) => [name, repositoryId]),
  );
  await ada('PUT', `/members/${tenantId}/eve@example.com`, { role: 'viewer' });
  await ada('PUT', `/members/${tenantId}/bob@example.com`, {
    role: 'repository viewer',
    repositoryIds: [ids.burrow],
  });
});
afterAll(() => installation.close());

const outcome = ({ status, body }: Answer) => [status, body.error?.code];
const WEEKLY = { weekly: true, monthly: false, alerts: false };

async function subscribe(call: Call, request: object = WEEKLY): Promise<Subscription> {
  const { status, body } = await call('POST', `/subscriptions/${tenantId}`, request);
  if (status !== 201) throw new Error(`${status} ${JSON.stringify(body)}`);
  return body;
}

const change = (call: Call, { subscriptionId }: Subscription, update: object) =>
  call('PATCH', `/subscriptions/${tenantId}/${subscriptionId}`, update);
const remove = (call: Call, { subscriptionId }: Subscription) =>
  call('DELETE', `/subscriptions/${tenantId}/${subscriptionId}`);
const list = async (call: Call) => (await call('GET', `/subscriptions/${tenantId}`)).body;

test('a member subscribes, changes it and deletes it, and nobody else sees it', async () => {
  const made = await subscribe(eve, { ...WEEKLY, quietHours: NIGHT });
  expect(made).toMatchObject({
    state: 'active',
    email: 'eve@example.com',
    mail: null,
    weekly: true,
    monthly: false,
    alerts: false,
    group: null,
    quietHours: NIGHT,
    pausedUntil: null,
    failure: null,
  });
  const changed = await change(eve, made, { monthly: true, pausedUntil: '2026-02-01', quietHours: null });
  expect(changed.body).toMatchObject({ state: 'paused', weekly: true, monthly: true, quietHours: null });
  expect((await list(eve)).subscriptions).toEqual([changed.body]);
  expect(await list(ada)).toMatchObject({ subscriptions: [], ofTenant: { members: 1, subscriptions: 1 } });
  expect((await list(eve)).ofTenant).toBeNull();
  expect(outcome(await change(ada, made, { weekly: false }))).toEqual([404, 'subscription_not_found']);
  expect(outcome(await remove(ada, made))).toEqual([404, 'subscription_not_found']);
  const elsewhere = `/subscriptions/${otherTenantId}/${made.subscriptionId}`;
  expect(outcome(await ada('DELETE', elsewhere))).toEqual([404, 'subscription_not_found']);
  installation.now('2026-02-01T00:00:00.000Z');
  expect((await list(eve)).subscriptions).toMatchObject([{ state: 'active' }]);
  installation.now(NOW);
  expect((await remove(eve, made)).body).toEqual({ subscriptionId: made.subscriptionId });
  expect(outcome(await remove(eve, made))).toEqual([404, 'subscription_not_found']);
});

test('a subscription to nothing, of a group out of sight, or with hours that never end is refused', async () => {
  const none = { weekly: false, monthly: false, alerts: false };
  const refuse = async (request: object) =>
    outcome(await eve('POST', `/subscriptions/${tenantId}`, { ...WEEKLY, ...request }));
  expect(await refuse(none)).toEqual([400, 'invalid_input']);
  expect(await refuse({ groupId: 999 })).toEqual([404, 'group_not_found']);
  expect(await refuse({ quietHours: { ...NIGHT, zone: 'Mars/Olympus' } })).toEqual([400, 'invalid_input']);
  expect(await refuse({ quietHours: { ...NIGHT, to: '22:00' } })).toEqual([400, 'invalid_input']);
  expect(await refuse({ quietHours: { ...NIGHT, to: '21:00' } })).toEqual([400, 'invalid_input']);
  expect(await refuse({ quietHours: { ...NIGHT, to: '7:00' } })).toEqual([400, 'invalid_input']);
  expect(await refuse({ pausedUntil: '2026-02-30' })).toEqual([400, 'invalid_input']);
  const made = await subscribe(eve);
  expect(outcome(await change(eve, made, { weekly: false }))).toEqual([400, 'invalid_input']);
  expect(outcome(await change(eve, made, {}))).toEqual([400, 'invalid_input']);
  await remove(eve, made);
});

test('a subscription of a group says when the group is gone or holds nothing that the member sees', async () => {
  const create = async (name: string, repositoryId: number | undefined) =>
    (await ada('POST', `/groups/${tenantId}`, { name, repositoryIds: [repositoryId] })).body.groupId;
  const seen = await create('Seen', ids.burrow);
  const unseen = await create('Unseen', ids['tidy-dates']);
  const refused = await bob('POST', `/subscriptions/${tenantId}`, { ...WEEKLY, groupId: unseen });
  expect(outcome(refused)).toEqual([404, 'group_not_found']);
  const made = await subscribe(bob, { ...WEEKLY, groupId: seen });
  expect(made).toMatchObject({ state: 'active', group: { groupId: seen, name: 'Seen' } });
  await ada('DELETE', `/groups/${tenantId}/${seen}`);
  expect((await list(bob)).subscriptions).toMatchObject([
    { state: 'group_gone', group: { groupId: seen, name: null } },
  ]);
  expect((await change(bob, made, { alerts: true })).body.state).toBe('group_gone');
  expect((await change(bob, made, { groupId: null })).body.state).toBe('active');
  await remove(bob, made);
});

test('a member has at most ten subscriptions, even if more are made at once', async () => {
  const made = await Promise.all(
    Array.from({ length: 12 }, () => eve('POST', `/subscriptions/${tenantId}`, WEEKLY)),
  );
  expect(made.filter(({ status }) => status === 201).length).toBe(10);
  const refused = made.filter(({ status }) => status !== 201).map(outcome);
  expect(refused).toEqual([
    [409, 'too_many_subscriptions'],
    [409, 'too_many_subscriptions'],
  ]);
  for (const { status, body } of made) if (status === 201) await remove(eve, body);
});

const OTHER = 'eve@elsewhere.example';

/** The link of the newest mail to an address, and calls of the API with its token. */
function linkTo(email: string) {
  const [newest] = mailsTo(email).slice(-1);
  const token = /\/mail#(\S+)/.exec(newest?.mail.text ?? '')?.[1] ?? '';
  return (answer: string) => installation.anonymously('POST', `/mail/${token}/${answer}`);
}

const mailsTo = (email: string) => installation.mails.received().filter(({ to }) => to.includes(email));
const subjectsTo = (email: string) => mailsTo(email).map(({ mail }) => mail.subject);
const send = async (): Promise<{ sent: number; failed: number }> =>
  (await installation.host.invoke('traffic/report-weekly', {})).response.result as never;

test('another person’s address gets one mail that asks, and reports only after its owner agreed', async () => {
  const made = await subscribe(eve, { ...WEEKLY, email: 'Eve@Elsewhere.example' });
  expect(made).toMatchObject({
    state: 'unconfirmed',
    email: OTHER,
    mail: { state: 'waiting', askedAt: NOW },
  });
  expect(mailsTo(OTHER).map(({ mail }) => mail.text)).toEqual([
    expect.stringContaining('eve@example.com wants to send you mails'),
  ]);
  installation.now('2026-01-19T12:00:00.000Z');
  expect(await send()).toEqual({ sent: 0, failed: 0 });
  expect(mailsTo(OTHER).length).toBe(1);
  installation.now(NOW);
  expect(
    outcome(await eve('POST', `/subscriptions/${tenantId}/${made.subscriptionId}/confirmation`)),
  ).toEqual([429, 'too_many_mails']);
  const answer = linkTo(OTHER);
  await answer('decline');
  expect((await list(eve)).subscriptions).toMatchObject([
    { state: 'unconfirmed', mail: { state: 'declined' } },
  ]);
  const again = await bob('POST', `/subscriptions/${tenantId}`, { ...WEEKLY, email: OTHER });
  expect(outcome(again)).toEqual([409, 'mail_stopped']);
  await answer('confirm');
  expect((await list(eve)).subscriptions).toMatchObject([{ state: 'active', mail: { state: 'confirmed' } }]);
  installation.now('2026-01-19T12:00:00.000Z');
  expect(await send()).toEqual({ sent: 1, failed: 0 });
  expect(subjectsTo(OTHER).at(-1)).toMatch(/: traffic in the week of 12 Jan 2026$/);
  expect(subjectsTo('eve@example.com')).toEqual([]);
  // Who unsubscribed gets nothing, whatever the member does.
  expect((await linkTo(OTHER)('unsubscribe')).body).toMatchObject({
    state: 'stopped',
    onlySubscription: false,
  });
  await change(eve, made, { resume: true });
  installation.now('2026-01-26T12:00:00.000Z');
  expect(await send()).toEqual({ sent: 0, failed: 0 });
  // Their own address needs nobody's consent.
  expect((await change(eve, made, { email: 'eve@example.com' })).body).toMatchObject({
    state: 'active',
    email: 'eve@example.com',
    mail: null,
  });
  await remove(eve, made);
});

test('each mail goes out once, however many alarms come at once, and says no more than its member may see', async () => {
  installation.now('2026-01-20T08:00:00.000Z');
  const made = [
    [ada, await subscribe(ada)],
    [eve, await subscribe(eve)],
    [bob, await subscribe(bob)],
    [bob, await subscribe(bob, { ...WEEKLY, pausedUntil: '2026-02-01' })],
    [eve, await subscribe(eve, { weekly: false, monthly: true, alerts: true })],
  ] as const;
  installation.now('2026-01-26T12:00:00.000Z');
  const totals = await Promise.all([send(), send(), send()]);
  expect(totals.reduce((sum, { sent }) => sum + sent, 0)).toBe(3);
  expect(await send()).toEqual({ sent: 0, failed: 0 });
  const newest = (email: string) =>
    mailsTo(email).filter(({ mail }) => /week of 19 Jan/.test(mail.subject ?? ''));
  for (const email of ['ada@example.com', 'eve@example.com', 'bob@example.com'])
    expect(newest(email).length, email).toBe(1);
  expect(newest('eve@example.com')[0]?.mail.text).toContain('tidy-dates');
  const [ofBob] = newest('bob@example.com');
  expect(ofBob?.mail.text).toContain('burrow');
  expect(`${ofBob?.mail.text} ${ofBob?.mail.html}`).not.toContain('tidy-dates');
  expect(ofBob?.mail.text).toContain('You get this because you subscribed');
  for (const [call, one] of made) await remove(call, one);
});

test('quiet hours put mails off until they are over', async () => {
  const quietHours = { from: '12:00', to: '14:00', zone: 'UTC' };
  const made = await subscribe(eve, { ...WEEKLY, quietHours });
  installation.now('2026-02-02T12:00:00.000Z');
  expect(await send()).toEqual({ sent: 0, failed: 0 });
  installation.now('2026-02-02T13:59:00.000Z');
  expect(await send()).toEqual({ sent: 0, failed: 0 });
  installation.now('2026-02-02T14:30:00.000Z');
  expect(await send()).toEqual({ sent: 1, failed: 0 });
  await remove(eve, made);
});

test('one click ends only the subscription of that mail, and its member resumes it', async () => {
  installation.now('2026-02-03T08:00:00.000Z');
  const first = await subscribe(eve);
  const second = await subscribe(eve, { ...WEEKLY, alerts: true });
  installation.now('2026-02-09T12:00:00.000Z');
  expect(await send()).toEqual({ sent: 2, failed: 0 });
  const header = mailsTo('eve@example.com')
    .at(-1)
    ?.mail.headers.find(({ key }) => key === 'list-unsubscribe');
  const url = /^<(\S+)>$/.exec(header?.value ?? '')?.[1] ?? '';
  const form = new URLSearchParams({ 'List-Unsubscribe': 'One-Click' });
  for (let times = 0; times < 2; times++)
    expect((await fetch(url, { method: 'POST', body: form })).status).toBe(200);
  const states = async () => (await list(eve)).subscriptions.map(({ state }: Subscription) => state).sort();
  expect(await states()).toEqual(['active', 'stopped']);
  const stopped = (await list(eve)).subscriptions.find(({ state }: Subscription) => state === 'stopped');
  installation.now('2026-02-16T12:00:00.000Z');
  expect(await send()).toEqual({ sent: 1, failed: 0 });
  expect((await change(eve, stopped, { resume: true })).body.state).toBe('active');
  expect(await states()).toEqual(['active', 'active']);
  const answer = linkTo('eve@example.com');
  expect((await answer('resume')).body).toMatchObject({ state: 'confirmed', onlySubscription: true });
  await remove(eve, first);
  await remove(eve, second);
  expect((await answer('resume')).body).toMatchObject({ state: null });
});

test('an address that does not exist is tried once, and its member sees why', async () => {
  const made = await subscribe(eve);
  installation.now('2026-02-23T12:00:00.000Z');
  const mend = installation.mails.fail({ kind: 'refuse', code: 550, message: '5.1.1 No such user' });
  expect(await send()).toEqual({ sent: 0, failed: 1 });
  mend();
  installation.now('2026-02-24T12:00:00.000Z');
  expect(await send()).toEqual({ sent: 0, failed: 0 });
  expect((await list(eve)).subscriptions).toMatchObject([
    { state: 'active', failure: { code: 'mail_recipient_refused' } },
  ]);
  await remove(eve, made);
});

test('the subscriptions of a member who is removed are deleted', async () => {
  const other = await subscribe(eve);
  await subscribe(bob);
  await subscribe(bob, { weekly: false, monthly: true, alerts: true });
  expect((await list(ada)).ofTenant).toEqual({ members: 2, subscriptions: 3 });
  await ada('DELETE', `/members/${tenantId}/bob@example.com`);
  expect((await list(ada)).ofTenant).toEqual({ members: 1, subscriptions: 1 });
  await remove(eve, other);
});
