import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Report } from '../lib/answers/reports.ts';
import { toPayload } from '../lib/channels/message.ts';
import { addDays, daysFrom } from '../lib/day.ts';
import { type Db, openDatabase } from '../lib/db/database.ts';
import { inTransaction } from '../lib/db/portable.ts';
import { formatNumber, toShownChange } from '../lib/number-format.ts';
import { toReportMail } from '../lib/reports/mail.ts';
import { toReportMessage } from '../lib/reports/message.ts';
import { dueReports } from '../lib/reports/period.ts';
import { drawChart } from '../lib/reports/picture.ts';
import { saveReferrers } from '../lib/snapshots.ts';
import { DEMO_TOKENS, DEMO_USERS } from '../local/demo/github.ts';
import { findAdaptiveCardError, findBlockKitError } from '../local/webhooks/limits.ts';
import { createApiKey } from './api-keys.ts';
import { QUIET } from './github-server.ts';
import { type Answer, type Call, openTestInstallation, type TestInstallation } from './installation.ts';
import { sampleReport, sampleRepository } from './sample-report.ts';

/** A Monday; the report is of 2026-W10, 2 to 8 March. */
const MONDAY = '2026-03-09T12:00:00.000Z';
const WEEK = '2026-03-02';

let installation: TestInstallation;
let ada: Call;
let db: Db;
let serverId: number;
let ids: number[];
let names: string[];

beforeAll(async () => {
  installation = await openTestInstallation({ demo: true, now: '2026-02-20T05:00:00.000Z' });
  installation.github.setAnswers('sparse');
  ({ serverId } = await installation.initialize());
  ada = installation.as('ada@example.com');
  const { body } = await ada('GET', '/repositories/1/discover');
  const repositories = body.candidates
    .slice(0, 3)
    .map(({ owner, name }: { owner: string; name: string }) => ({
      owner,
      name,
    }));
  const { added } = (await ada('POST', '/repositories/1/batch', { repositories })).body;
  await installation.host.settled();
  ids = added.map(({ repositoryId }: { repositoryId: number }) => repositoryId);
  names = added.map(({ fullName }: { fullName: string }) => fullName);
  ({ db } = openDatabase(installation.database.url));
  await db.deleteFrom('trafficDay').execute();
  await db.deleteFrom('referrerSnapshot').execute();
  await db.deleteFrom('firstReferrer').execute();
  await db
    .updateTable('repository')
    .set({ firstCoveredDate: '2026-02-01', lastCoveredDate: '2026-03-09' })
    .execute();
  await db.updateTable('repository').set({ lastSuccessAt: '2026-03-09T06:00:00.000Z' }).execute();
  await writeWeeks();
});
afterAll(async () => {
  await db.destroy();
  await installation.close();
});

/** The first two have 10 views a day in the week before, then 15 and 5. The third lacks a day. */
async function writeWeeks(): Promise<void> {
  for (const [place, repositoryId] of ids.entries())
    for (let count = -7; count < 7; count += 1) {
      if (place === 2 && count === 0) continue;
      const figures = {
        viewCount: count < 0 ? 10 : [15, 5, 40][place],
        viewUniques: 4 - place,
        cloneCount: 2,
      };
      await db
        .insertInto('trafficDay')
        .values({
          tenantId: 1,
          repositoryId,
          trafficDate: addDays(WEEK, count),
          ...figures,
          cloneUniques: 1,
          state: count < 4 ? 'measured' : 'provisional',
          observedAt: MONDAY,
        })
        .execute();
    }
  const week = { viewCount: 35, viewUniques: 30, cloneCount: 14, cloneUniques: 7, observedAt: MONDAY };
  await db
    .insertInto('trafficWeek')
    .values({ tenantId: 1, repositoryId: ids[1] ?? 0, weekStart: WEEK, ...week })
    .execute();
  // GitHub's week as it was early on Monday; of the first repository a day has more since.
  for (const [place, endedWeekViewers] of [3, 29, 9].entries())
    await db
      .updateTable('repository')
      .set({ endedWeek: WEEK, endedWeekViewers })
      .where('repositoryId', '=', ids[place] ?? 0)
      .execute();
  const list = (place: number, snapshotDate: string, referrer: string) => ({
    tenantId: 1,
    repositoryId: ids[place] ?? 0,
    snapshotDate,
    list: [{ referrer, count: 9, uniques: 3 }],
    replaces: false,
  });
  const lists = [
    list(0, '2026-02-25', 'old.example'),
    list(0, '2026-03-03', 'old.example'),
    list(0, '2026-03-04', 'new.example'),
    list(1, '2026-03-04', 'new.example'),
    list(1, '2026-03-09', 'later.example'),
  ];
  for (const one of lists) await inTransaction(db, (trx) => saveReferrers(trx, [one]));
}

const send = async (): Promise<{ sent: number; failed: number }> =>
  (await installation.host.invoke('traffic/report-weekly', {})).response.result as never;
const arrived = (path: string) => installation.webhooks.received().filter((one) => one.path === path);
async function addChannel(kind: string, path: string, contents = 'reports'): Promise<number> {
  const url = `${installation.url}/webhooks${path}`;
  return (await ada('POST', '/channels/1', { kind, name: path, contents, url })).body.channelId;
}
async function preview(): Promise<Report> {
  return (await ada('GET', '/channels/1/report')).body.report;
}

test('a week’s report is due on Monday at 12:00 UTC, and a month’s on the 3rd', () => {
  const due = (now: string) => dueReports(new Date(now)).map(({ period }) => period.key);
  expect(due('2026-03-09T11:59:59.999Z')).toEqual(['2026-W09', '2026-02']);
  expect(due(MONDAY)).toEqual(['2026-W10', '2026-02']);
  expect(due('2026-03-16T11:59:00.000Z')).toEqual(['2026-W10', '2026-02']);
  expect(due('2026-04-03T11:59:00.000Z')).toEqual(['2026-W13', '2026-02']);
  expect(due('2026-04-03T12:00:00.000Z')).toEqual(['2026-W13', '2026-03']);
});

test('the page shows the report of the last full week as it is sent', async () => {
  installation.now(MONDAY);
  expect(await preview()).toEqual((await ada('GET', '/reports/1?period=2026-W10')).body);
});

test('the API answers the report of a week', async () => {
  const { body, status } = await ada('GET', '/reports/1?period=2026-W10');
  expect(status).toBe(200);
  expect(body).toMatchObject({
    period: { kind: 'week', key: '2026-W10', from: WEEK, to: '2026-03-08' },
    title: 'Traffic in the week of 2 Mar 2026',
    headline: `380 views in the week of 2 Mar 2026, as many a day as in the week before for the 2 repositories that can be compared; ${names[0]} grew most, and ${names[1]} fell most.`,
    repositoryCount: 3,
    totals: { viewCount: { count: 380, perDay: 54, previous: { change: 0 }, year: { change: null } } },
    comparisons: { previous: { from: WEEK, to: '2026-03-05', repositories: { compared: 2, total: 3 } } },
    repositories: [
      { fullName: names[2], weekUniques: { count: 9, soFar: true }, previous: { change: null } },
      { fullName: names[0], weekUniques: null, previous: { change: 0.5 } },
      { fullName: names[1], weekUniques: { count: 30, soFar: false }, previous: { change: -0.5 } },
    ],
    risers: [{ fullName: names[0], difference: 20 }],
    fallers: [{ fullName: names[1], difference: -20 }],
    referrers: [{ referrer: 'new.example', peak: { viewCount: 9, date: '2026-03-04' } }],
    completeness: { lostDays: 0, provisionalDays: 9, unpublishedDays: 1, notCompared: 1 },
  });
});

test('every form has the figures that the API answers', async () => {
  const report: Report = (await ada('GET', '/reports/1?period=2026-W10')).body;
  const pagesUrl = installation.url;
  const fileOf = async (as: string) => {
    const { status, headers, body } = await ada('GET', `/reports/1?period=2026-W10&as=${as}`);
    expect([status, headers.get('content-disposition')]).toEqual([
      200,
      expect.stringMatching(/^attachment; filename="report-1-2026-W10\.(md|html)"$/),
    ]);
    return body as string;
  };
  const mail = toReportMail(report, pagesUrl, await drawChart(report))({ reason: 'You asked for it.' });
  const message = toReportMessage(report, pagesUrl);
  const forms = {
    markdown: (await fileOf('markdown')).replaceAll('\\', ''),
    html: await fileOf('html'),
    'mail as text': mail.text,
    'mail as HTML': mail.html,
    slack: JSON.stringify(toPayload('slack', message)),
    teams: JSON.stringify(toPayload('teams', message)).replaceAll('\\\\', ''),
  };
  const { totals, repositories, headline } = report;
  const figures = [
    headline,
    formatNumber(totals.viewCount.count ?? 0),
    formatNumber(totals.viewUniques.upper ?? 0),
    formatNumber(totals.cloneCount.count ?? 0),
    ...repositories.flatMap(({ fullName, previous }) =>
      previous.change === null ? [fullName] : [fullName, toShownChange(previous.change).text],
    ),
    ...repositories.map(({ totals: own }) => formatNumber(own.viewCount ?? 0)),
    ...report.referrers.map(({ referrer }) => referrer),
    `${report.completeness.knownDays} of ${report.completeness.repositoryDays} repository days are known.`,
  ];
  for (const [form, text] of Object.entries(forms))
    for (const figure of figures) expect(text, form).toContain(figure);
  expect(mail.pictures).toMatchObject([{ cid: 'chart' }]);
  expect(
    Buffer.from(mail.pictures[0]?.png ?? [])
      .subarray(1, 4)
      .toString(),
  ).toBe('PNG');
  expect(mail.html).toContain('cid:chart');
  const { facts } = message;
  expect(facts).toMatchObject({ viewCount: totals.viewCount.count, totals, repositoryCount: 3 });
});

test('a report of days before anything was collected has no figures, and one of later days is refused', async () => {
  const { status, body } = await ada('GET', '/reports/1?period=2025-03');
  expect(status).toBe(200);
  expect(body).toMatchObject({
    headline: 'No views are known in March 2025: no day of it was collected.',
    totals: { viewCount: { count: null, perDay: null, previous: { change: null } } },
    completeness: { knownDays: 0, lostDays: 0, repositoryDays: 93 },
  });
  for (const [range, key] of [
    ['last-month', '2026-02'],
    ['month', '2026-03'],
    ['week', '2026-W10'],
    ['90', null],
  ])
    expect((await ada('GET', `/reports/1?range=${range}`)).body.period.key, `${range}`).toBe(key);
  const later = await ada('GET', '/reports/1?period=2027-01');
  expect([later.status, later.body.error.code]).toEqual([400, 'day_in_future']);
  for (const query of [
    'period=2026-13',
    'period=2025-W53',
    'from=2026-01-01',
    'period=2026-10&from=2026-01-01&to=2026-01-02',
    'period=2026-10&range=last-month',
    'range=all',
  ])
    expect((await ada('GET', `/reports/1?${query}`)).body.error?.code, query).toBe('invalid_input');
  expect((await ada('GET', '/reports/99?period=2026-W10')).body.error.code).toBe('tenant_not_found');
});

test('a missing day that GitHub has forgotten is reported as lost', async () => {
  installation.now('2026-03-16T11:00:00.000Z');
  const { period, completeness } = await preview();
  expect([period.key, completeness.lostDays]).toEqual(['2026-W10', 1]);
  installation.now(MONDAY);
});

test('each channel gets the report once, however often it is started and however many run at once', async () => {
  installation.now('2026-03-09T11:00:00.000Z');
  await addChannel('webhook', '/json/report');
  await addChannel('slack', '/slack/report', 'both');
  await addChannel('teams', '/teams/report');
  await addChannel('webhook', '/json/problems', 'problems');
  installation.now(MONDAY);
  const started = await Promise.all([send(), send(), send()]);
  expect(started.reduce((sum, { sent }) => sum + sent, 0)).toBe(3);
  expect(await send()).toEqual({ sent: 0, failed: 0 });
  installation.now('2026-03-12T08:00:00.000Z');
  expect(await send()).toEqual({ sent: 0, failed: 0 });
  for (const path of ['/json/report', '/slack/report', '/teams/report'])
    expect(arrived(path), path).toMatchObject([{ status: expect.any(Number) }]);
  expect(arrived('/json/problems')).toEqual([]);
  expect(arrived('/json/report')[0]?.body).toMatchObject({
    type: 'weekly report',
    week: { label: '2026-W10', from: WEEK, to: '2026-03-08' },
    repositoryCount: 3,
    viewCount: 105 + 35 + 240,
    cloneCount: 14 + 14 + 12,
    // Monday to Thursday are final; the third repository lacks one of them.
    compared: { from: WEEK, to: '2026-03-05', repositoryCount: 2, change: 0 },
    repositories: [
      { fullName: names[2], viewUniques: 9, uniquesExact: false, uniquesSoFar: true, change: null },
      { fullName: names[0], viewUniques: 28, uniquesExact: false, change: 0.5 },
      { fullName: names[1], viewUniques: 30, uniquesExact: true, change: -0.5 },
    ],
    newReferrers: [{ referrer: 'new.example', viewCount: 9, repositories: [names[0], names[1]].sort() }],
    newlyTracked: { count: 0 },
    incomplete: {
      lostDays: 0,
      unpublishedDays: 1,
      suspectDays: 0,
      provisionalDays: 9,
      failingRepositories: 0,
    },
    link: `${installation.url}/t/1/reports?period=2026-W10`,
  });
  const slack = JSON.stringify(arrived('/slack/report')[0]?.body);
  expect(slack).toContain(`${names[0]}: Views 105, vs the week before ▲ 50%, Visitors at most 28, Clones 14`);
  expect(slack).toContain(`${names[1]}: Views 35, vs the week before ▼ 50%, Visitors 30, Clones 14`);
  expect(slack).toContain(`${names[2]}: Views 240, Visitors 9 so far, Clones 12`);
  expect(slack).toContain('Views: 380, 0% vs the week before, 54 a day');
});

test('a failed report is retried when due, and its failure is stored meanwhile', async () => {
  installation.now('2026-03-16T12:00:00.000Z');
  const mend = installation.webhooks.fail({ kind: 'status', status: 500, path: '/json/report' });
  expect(await send()).toEqual({ sent: 2, failed: 1 });
  const row = () =>
    db
      .selectFrom('delivery')
      .selectAll()
      .where('deliveryKey', '=', '2026-03-09')
      .where('failureCode', 'is not', null)
      .executeTakeFirst();
  expect(await row()).toMatchObject({ attempts: 1, failureCode: 'channel_down', sentAt: null });
  mend();
  expect(await send()).toEqual({ sent: 0, failed: 0 });
  installation.now('2026-03-16T13:30:00.000Z');
  expect(await send()).toEqual({ sent: 1, failed: 0 });
  expect(await row()).toBeUndefined();
  expect(arrived('/json/report').filter(({ status }) => status < 300).length).toBe(2);
});

test('a channel that was added after the report was due waits for the next one, but can be tested', async () => {
  installation.now('2026-03-17T08:00:00.000Z');
  const channelId = await addChannel('webhook', '/json/late');
  expect(await send()).toEqual({ sent: 0, failed: 0 });
  const { status } = await ada('POST', `/channels/1/${channelId}/test`, { send: 'report' });
  expect(status).toBe(200);
  expect(arrived('/json/late')).toMatchObject([{ body: { type: 'weekly report', test: true } }]);
  installation.now('2026-03-23T12:00:00.000Z');
  expect((await send()).sent).toBe(4);
  expect((await ada('DELETE', `/channels/1/${channelId}`)).status).toBe(200);
});

test('a channel of a group gets the group’s report, and none once the group was deleted', async () => {
  const repositoryIds = [ids[1]];
  const { body: group } = await ada('POST', '/groups/1', { name: 'One', repositoryIds });
  const { groupId } = group;
  installation.now('2026-03-29T08:00:00.000Z');
  const channelId = await addChannel('webhook', '/json/group');
  const change = await ada('PATCH', `/channels/1/${channelId}`, { groupId });
  expect(change.body.group).toEqual({ groupId, name: 'One' });
  installation.now(MONDAY);
  const { body } = await ada('GET', `/channels/1/report?group=${groupId}`);
  expect(body.report).toMatchObject({
    group: { groupId, name: 'One' },
    repositoryCount: 1,
    totals: { viewCount: { count: 35 } },
    referrers: [{ referrer: 'new.example', repositories: [{ fullName: names[1] }] }],
    newlyTracked: { count: 0 },
    groups: [],
  });
  expect(body.message.title).toMatch(/, One: traffic in the week of 2 Mar 2026$/);
  expect(body.message.link.href).toContain(`&group=${groupId}`);
  installation.now('2026-03-30T12:00:00.000Z');
  await send();
  expect(arrived('/json/group')).toMatchObject([{ body: { group: { name: 'One' }, repositoryCount: 1 } }]);
  expect((await ada('GET', '/groups/1')).body.groups).toMatchObject([{ uses: { channels: 1 } }]);
  await ada('DELETE', `/groups/1/${groupId}`);
  installation.now('2026-04-06T12:00:00.000Z');
  expect((await send()).failed).toBe(0);
  expect(arrived('/json/group').length).toBe(1);
  const { body: list } = await ada('GET', '/channels/1');
  const left = list.channels.find((one: { channelId: number }) => one.channelId === channelId);
  expect(left.group).toEqual({ groupId, name: null });
  const test = await ada('POST', `/channels/1/${channelId}/test`, { send: 'report' });
  expect([test.status, test.body.error.code]).toEqual([404, 'group_not_found']);
  const refused = await ada('PATCH', `/channels/1/${channelId}`, { groupId });
  expect([refused.status, refused.body.error.code]).toEqual([404, 'group_not_found']);
  expect((await ada('PATCH', `/channels/1/${channelId}`, { groupId: null })).body.group).toBeNull();
  await ada('DELETE', `/channels/1/${channelId}`);
});

test('a report of many repositories with the longest names fits Slack, Teams and a mail that Gmail shows whole', () => {
  const long = `${'x'.repeat(99)}/${'x'.repeat(99)}`;
  const change = { change: 12.3456, difference: 9_999_999, reason: null };
  const peak = { viewCount: 9_999_999, date: WEEK };
  const entered = { repositoryId: 1, fullName: long, ...peak };
  const movers = Array.from({ length: 5 }, (_, repositoryId) => ({
    repositoryId,
    fullName: long,
    colorIndex: 0,
    difference: 9_999_999,
    change: 12.3456,
  }));
  const report = sampleReport({
    tenant: { tenantId: 1, name: 'T'.repeat(100) },
    group: { groupId: 1, name: 'G'.repeat(100) },
    repositoryCount: 100_000,
    repositories: Array.from({ length: 500 }, (_, id) => ({
      ...sampleRepository(1_000_000 + id, long),
      previous: change,
      year: change,
    })),
    risers: movers,
    fallers: movers,
    referrers: Array.from({ length: 25 }, () => ({
      referrer: '&'.repeat(400),
      peak,
      repositories: [entered, entered, entered, entered],
    })),
    referrerCount: 300,
    events: Array.from({ length: 150 }, () => ({
      date: WEEK,
      to: WEEK,
      kind: 'annotation' as const,
      repositoryId: 1,
      fullName: long,
      title: '*'.repeat(500),
      subject: null,
      detail: 'd'.repeat(500),
      url: `https://example.com/${'u'.repeat(400)}`,
      annotationId: 1,
      author: null,
      alertId: null,
    })),
    newlyTracked: {
      count: 5000,
      repositories: Array.from({ length: 25 }, (_, id) => ({ repositoryId: id, fullName: long, rule: long })),
    },
  });
  const message = toReportMessage(report, 'https://traffic.department.example.com');
  expect(findBlockKitError(toPayload('slack', message))).toBeNull();
  expect(findAdaptiveCardError(toPayload('teams', message))).toBeNull();
  const mail = toReportMail(report, 'https://traffic.department.example.com', null)({ reason: 'R' });
  // Gmail cuts what is longer than 102 kB.
  expect(Buffer.byteLength(mail.html)).toBeLessThan(100_000);
});

const mailsTo = (email: string) => installation.mails.received().filter(({ to }) => to.includes(email));

test('a month’s report goes once to the channel and the subscription that take it, when it is due', async () => {
  installation.now('2026-04-02T08:00:00.000Z');
  const url = `${installation.url}/webhooks/json/monthly`;
  const monthly = { kind: 'webhook', name: 'Monthly', contents: 'problems', monthly: true, url };
  const { body: channel } = await ada('POST', '/channels/1', monthly);
  const wanted = { weekly: false, monthly: true, alerts: false };
  const { body: subscription } = await ada('POST', '/subscriptions/1', wanted);
  installation.now('2026-04-03T11:59:00.000Z');
  await send();
  expect([arrived('/json/monthly'), mailsTo('ada@example.com')]).toEqual([[], []]);
  installation.now('2026-04-03T12:00:00.000Z');
  await Promise.all([send(), send()]);
  await send();
  expect(arrived('/json/monthly')).toMatchObject([
    { body: { type: 'monthly report', period: { key: '2026-03' }, viewCount: 410 } },
  ]);
  const [mail, ...others] = mailsTo('ada@example.com');
  expect(others).toEqual([]);
  expect(mail?.mail.subject).toMatch(/March 2026/);
  expect(mail?.mail.text).toContain('410');
  expect(mail?.mail.attachments).toMatchObject([{ mimeType: 'image/png' }]);
  await ada('DELETE', `/channels/1/${channel.channelId}`);
  await ada('DELETE', `/subscriptions/1/${subscription.subscriptionId}`);
});

const PERIOD = { period: '2026-W10' };
const outcome = ({ status, body }: Answer) => [status, body.error?.code ?? body.state];
/** Sends a report now, with a key of its own unless one is given. */
const sendNow = (call: Call, receiver: unknown, more: object = {}) =>
  call('POST', '/report-now/1', { key: randomUUID(), ...PERIOD, receiver, ...more });

test('a member sends the report that they see to their own address, once for each key', async () => {
  installation.now('2026-04-07T08:00:00.000Z');
  await ada('PUT', '/members/1/viewer@example.com', { role: 'viewer' });
  const own = { role: 'repository viewer', repositoryIds: [ids[1]] };
  await ada('PUT', '/members/1/few@example.com', own);
  const few = installation.as('few@example.com');
  const key = randomUUID();
  const answers = await Promise.all([1, 2, 3].map(() => sendNow(few, 'me', { key })));
  expect(answers.map(outcome)).toContainEqual([200, 'sent']);
  for (const answer of answers) expect([200, 202]).toContain(answer.status);
  expect(outcome(await sendNow(few, 'me', { key }))).toEqual([200, 'sent']);
  const [mail, ...others] = mailsTo('few@example.com');
  expect(others).toEqual([]);
  expect(mail?.mail.text).toContain(names[1]);
  expect(mail?.mail.text).not.toContain(names[0]);
  expect(mail?.mail.text).toContain('because you sent it to yourself');
  expect(mail?.mail.attachments).toMatchObject([{ mimeType: 'image/png' }]);
  expect(mail?.source).not.toMatch(/^list-unsubscribe/im);
  const days = { period: undefined, from: '2026-03-02', to: '2026-03-04' };
  expect(outcome(await sendNow(few, 'me', days))).toEqual([200, 'sent']);
  expect(mailsTo('few@example.com').length).toBe(2);
});

test('a manager sends the report of a group to a channel, and nobody else does', async () => {
  const { body: group } = await ada('POST', '/groups/1', { name: 'Now', repositoryIds: [ids[1]] });
  const channelId = await addChannel('webhook', '/json/now');
  const viewer = installation.as('viewer@example.com');
  expect(outcome(await sendNow(viewer, { channelId }))).toEqual([403, 'forbidden']);
  expect(outcome(await sendNow(installation.as('few@example.com'), { channelId }))).toEqual([
    403,
    'forbidden',
  ]);
  const stranger = installation.as('nobody@example.com');
  expect(outcome(await sendNow(stranger, 'me'))).toEqual([404, 'tenant_not_found']);
  expect(arrived('/json/now')).toEqual([]);
  expect(outcome(await sendNow(ada, { channelId }, { group: group.groupId }))).toEqual([200, 'sent']);
  expect(arrived('/json/now')).toMatchObject([
    { body: { type: 'weekly report', group: { name: 'Now' }, viewCount: 35 } },
  ]);
  expect(outcome(await sendNow(ada, { channelId }, { group: 999 }))).toEqual([404, 'group_not_found']);
  expect(outcome(await sendNow(ada, { channelId: 999 }))).toEqual([404, 'channel_not_found']);
  expect(outcome(await sendNow(ada, 'you'))).toEqual([400, 'invalid_input']);
  expect(outcome(await sendNow(ada, 'me', { period: '2027-01' }))).toEqual([400, 'day_in_future']);
  const token = { githubUser: DEMO_USERS.hubot, githubToken: DEMO_TOKENS.hubot };
  const { tenantId } = (await ada('POST', '/tenants', { name: 'Other', serverId, ...token })).body;
  const elsewhere = { key: randomUUID(), receiver: { channelId } };
  expect(outcome(await ada('POST', `/report-now/${tenantId}`, elsewhere))).toEqual([
    404,
    'channel_not_found',
  ]);
  expect(arrived('/json/now').length).toBe(1);
  await ada('DELETE', `/channels/1/${channelId}`);
  const { body: log } = await ada('GET', '/audit/1?area=exports');
  expect(log.events).toContainEqual(
    expect.objectContaining({ kind: 'report_sent', subject: '2026-W10', detail: '/json/now' }),
  );
});

test('an e-mail channel gets the mail with the chart, and as a test the same mail without it', async () => {
  const email = { kind: 'email', name: 'Mine', contents: 'reports', email: 'ada@example.com' };
  const { channelId } = (await ada('POST', '/channels/1', email)).body;
  const before = mailsTo('ada@example.com').length;
  expect(outcome(await sendNow(ada, { channelId }))).toEqual([200, 'sent']);
  const [mail] = mailsTo('ada@example.com').slice(before);
  expect(mail?.mail.attachments).toMatchObject([{ mimeType: 'image/png' }]);
  expect(mail?.source).toMatch(/^list-unsubscribe:/im);
  const test = await ada('POST', `/channels/1/${channelId}/test`, { send: 'report' });
  expect(test.status).toBe(200);
  const tested = mailsTo('ada@example.com').at(-1)?.mail;
  expect(tested?.subject).toMatch(/^Test: /);
  const newest = (await ada('GET', '/channels/1/report')).body.report;
  for (const text of [tested?.text, tested?.html]) {
    expect(text).toContain(newest.headline);
    expect(text).toContain('How complete is this?');
  }
  expect(tested?.html).toContain('<table aria-label="Figures"');
  expect(tested?.attachments).toEqual([]);
  await ada('DELETE', `/channels/1/${channelId}`);
});

test('a mail server that refuses is named at once, and the same key sends what failed', async () => {
  const key = randomUUID();
  const viewer = installation.as('viewer@example.com');
  const mend = installation.mails.fail({ kind: 'refuse', code: 554, message: '5.7.1 Not from here' });
  expect(outcome(await sendNow(viewer, 'me', { key }))).toEqual([422, 'mail_refused']);
  mend();
  expect(mailsTo('viewer@example.com')).toEqual([]);
  expect(outcome(await sendNow(viewer, 'me', { key }))).toEqual([200, 'sent']);
  expect(outcome(await sendNow(viewer, 'me', { key }))).toEqual([200, 'sent']);
  expect(mailsTo('viewer@example.com').length).toBe(1);
});

test('nobody sends more than twenty reports in an hour, and what was sent before still answers', async () => {
  installation.now('2026-04-07T10:00:00.000Z');
  const viewer = installation.as('viewer@example.com');
  const keys = Array.from({ length: 20 }, () => randomUUID());
  // Refused mails count, too, and are cheaper than sent ones.
  const mend = installation.mails.fail({ kind: 'refuse', code: 550, message: '5.1.1 No such user' });
  const quiet = { period: '2025-03' };
  for (const key of keys) expect((await sendNow(viewer, 'me', { key, ...quiet })).status).toBe(422);
  mend();
  const refused = await sendNow(viewer, 'me', quiet);
  expect(outcome(refused)).toEqual([429, 'too_many_reports']);
  expect(refused.headers.get('retry-after')).toBe('3600');
  expect(outcome(await sendNow(ada, 'me', quiet))).toEqual([200, 'sent']);
  installation.now('2026-04-07T11:00:01.000Z');
  expect(outcome(await sendNow(viewer, 'me', { key: keys[0], ...quiet }))).toEqual([200, 'sent']);
});

test('a report has only the repositories that a repository viewer or a key may see', async () => {
  const readNames = async (call: Call) => {
    const { body } = await call('GET', '/reports/1?period=2026-W10');
    return [body.totals.viewCount.count, body.repositories.map((one: { fullName: string }) => one.fullName)];
  };
  expect(await readNames(installation.as('few@example.com'))).toEqual([35, [names[1]]]);
  const few = await createApiKey(ada, 1, { reach: 'repositories', repositoryIds: [ids[1] ?? 0] });
  const byKey = installation.bearing(few.key);
  expect(await readNames(byKey)).toEqual([35, [names[1]]]);
  expect(outcome(await sendNow(byKey, 'me'))).toEqual([403, 'person_required']);
});

test('a repository that was renamed within the month is in its report once, under its new name and with all of its days', async () => {
  const key = { owner: DEMO_USERS.octocat, name: 'named-first' };
  installation.now('2026-05-12T08:00:00.000Z');
  installation.github.addRepository({ ...key, createdOn: '2025-01-01', story: { ...QUIET, views: 80 } });
  const { repositoryId, githubId } = (await ada('POST', '/repositories/1', key)).body.repository;
  await installation.host.settled();
  installation.now('2026-05-20T08:00:00.000Z');
  installation.github.rename(githubId, { name: 'named-later' });
  for (const day of ['2026-05-24', '2026-06-02']) {
    installation.now(`${day}T08:00:00.000Z`);
    await installation.collect();
  }
  const days = daysFrom('2026-05-01', '2026-05-31');
  const views = days.reduce((sum, day) => sum + installation.github.truth(githubId, day).viewCount, 0);
  expect(views).toBeGreaterThan(1000);
  const fullName = `${key.owner}/named-later`;
  const { body: report } = await ada('GET', '/reports/1?period=2026-05');
  const named = (report as Report).repositories.filter((one) => one.fullName.includes('/named-'));
  expect(named).toMatchObject([{ repositoryId, fullName, totals: { viewCount: views, knownDays: 31 } }]);
  const { body: markdown } = await ada('GET', '/reports/1?period=2026-05&as=markdown');
  const rows = String(markdown).split('\n');
  const row = rows.filter((line) => line.startsWith('| [') && line.includes('/named-'));
  expect(row).toEqual([expect.stringContaining(`[${fullName}]`)]);
  expect(row[0]).toContain(`| ${formatNumber(views)} |`);
  const happened = rows.filter((line) => line.includes('named-first'));
  expect(happened).toEqual([expect.stringMatching(/Renamed from .*named-first.* to .*named-later/)]);
});
