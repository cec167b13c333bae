import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addDays, type Day, daysFrom } from '../../lib/day.ts';
import { type Db, openDatabase } from '../../lib/db/database.ts';
import { DEMO_USERS } from '../../local/demo/github.ts';
import type { Story } from '../../local/github/story.ts';
import { createApiKey } from '../api-keys.ts';
import { readAtom } from '../atom.ts';
import { QUIET } from '../github-server.ts';
import { type Call, openTestInstallation, type TestInstallation } from '../installation.ts';

/** On this day a crowd comes to two repositories from the same site. */
const SPIKE = '2026-03-03';
const CROWD = 'news.ycombinator.com';

let installation: TestInstallation;
let ada: Call;
let vera: Call;
let db: Db;
const ids: Record<string, number> = {};
const githubIds: Record<string, number> = {};
let today: Day = '2026-01-12';

const STORY: Partial<Story> = {
  views: 150,
  clones: 0,
  regulars: 60,
  referrers: [
    { referrer: 'Google', weight: 1 },
    { referrer: 'github.com', weight: 0.8 },
    { referrer: 'bing.com', weight: 0.5 },
  ],
};
const crowd = [{ on: SPIKE, views: 1500, halfLife: 0.3, referrer: CROWD }];

/** Steady traffic reaches round numbers too. */
const STEADY_KINDS = ['spike', 'drop', 'referrer'];

/** Repositories too small for alerts of their own, and the day on which three times as many people as usual come to each. */
const SMALL = ['small-1', 'small-2', 'small-3', 'small-4'];
const SMALL_CROWD = addDays(SPIKE, 27);
/** On this day 100 times as many come. */
const LARGE_CROWD = addDays(SPIKE, 52);
const timesOf = (day: Day) => ({ [SMALL_CROWD]: 3, [LARGE_CROWD]: 100 })[day] ?? 1;
const peopleOf = (day: Day) => 8 * timesOf(day);
const viewsOf = (day: Day) => 32 * timesOf(day);
/** From then on every one of them has a referrer that is new, and fourth. */
const NEWCOMER = 'lobste.rs';
const NEWCOMER_FROM = addDays(SPIKE, 40);

/** What GitHub answers about a small repository until it is told otherwise. */
function answerSmall(name: string, day: Day): (() => void)[] {
  const views = daysFrom(addDays(day, -14), addDays(day, -1)).map((date) => ({
    timestamp: `${date}T00:00:00Z`,
    count: viewsOf(date),
    uniques: peopleOf(date),
  }));
  const sumOf = (figure: 'count' | 'uniques') => views.reduce((sum, one) => sum + one[figure], 0);
  const known = ['a', 'b', 'c'].map((site, place) => ({ referrer: `${name}-${site}`, count: 50 - place }));
  const fresh = day >= NEWCOMER_FROM ? [{ referrer: NEWCOMER, count: 30 }] : [];
  const referrers = [...known, ...fresh].map((one) => ({ ...one, uniques: 10 }));
  const repository = githubIds[name] ?? 0;
  const answer = (path: RegExp, body: unknown) =>
    installation.github.fail({ kind: 'status', status: 200, match: { repository, path }, body });
  return [
    answer(/traffic\/views/, { count: sumOf('count'), uniques: sumOf('uniques'), views }),
    answer(/popular\/referrers/, referrers),
  ];
}

/** Collects on a day and judges what is new. */
async function live(day: Day, hour = '08'): Promise<Watched> {
  today = day;
  installation.now(`${day}T${hour}:00:00.000Z`);
  const undo = SMALL.filter((name) => ids[name]).flatMap((name) => answerSmall(name, day));
  await installation.collect();
  for (const one of undo) one();
  return watch();
}

interface Watched {
  alerts: number;
  alertsOver: number;
  sent: number;
  failed: number;
}

async function watch(): Promise<Watched> {
  const { response } = await installation.host.invoke('traffic/watch', {});
  return response.result as never;
}

async function addRepository(name: string, story: Partial<Story>): Promise<void> {
  const key = { owner: DEMO_USERS.octocat, name: `alerts-${name}` };
  installation.github.addRepository({ ...key, createdOn: '2025-01-01', story: { ...QUIET, ...story } });
  const { body } = await ada('POST', '/repositories/1', key);
  ids[name] = body.repository.repositoryId;
  githubIds[name] = body.repository.githubId;
}

async function addChannel(path: string, change: Record<string, unknown> = {}): Promise<void> {
  const url = `${installation.url}/webhooks${path}`;
  const channel = { kind: 'webhook', name: path, contents: 'problems', alerts: true, url };
  const { status } = await ada('POST', '/channels/1', { ...channel, ...change });
  expect(status).toBe(201);
}

const told = (path: string) => messages(path, 'alert');

const messages = (path: string, kind: string) =>
  installation.webhooks
    .received()
    .filter((one) => one.path === path && one.status < 300)
    // biome-ignore lint/suspicious/noExplicitAny: a test names what it expects of it
    .map(({ body }) => body as any)
    .filter(({ type }) => type === kind);

async function list(query = '', as = ada) {
  const { body } = await as('GET', `/alerts/1${query}`);
  return body;
}

beforeAll(async () => {
  installation = await openTestInstallation({ demo: true, now: `${today}T08:00:00.000Z` });
  await installation.initialize();
  ada = installation.as('ada@example.com');
  vera = installation.as('vera@example.com');
  ({ db } = openDatabase(installation.database.url));
  const stories = { hit: { ...STORY, spikes: crowd }, twin: { ...STORY, spikes: crowd }, calm: STORY };
  for (const [name, story] of Object.entries(stories)) await addRepository(name, story);
  for (const name of SMALL) await addRepository(name, {});
  await installation.host.settled();
  expect((await list()).settings.kinds).toEqual([...STEADY_KINDS, 'milestone']);
  await ada('PUT', '/alerts/1/settings', { kinds: STEADY_KINDS });
  for (let day = today; day < SPIKE; day = addDays(day, 7)) await live(day);
  await live(SPIKE);
  await ada('PUT', '/members/1/vera@example.com', {
    role: 'repository viewer',
    repositoryIds: [ids.hit],
  });
});

afterAll(async () => {
  await db.destroy();
  await installation.close();
});

test('steady traffic, and a history that was just collected, tell nothing', async () => {
  expect(await list()).toMatchObject({
    alerts: [],
    openCount: 0,
    snoozes: [],
    settings: { kinds: STEADY_KINDS },
  });
});

test('a crowd from one site on two repositories is one alert, of which everybody is told what they may see', async () => {
  await addChannel('/json/all');
  await addChannel('/json/quiet', { quietHours: { from: '00:00', to: '12:00', zone: 'Europe/Berlin' } });
  const group = await ada('POST', '/groups/1', { name: 'Calm', rule: null, repositoryIds: [ids.calm] });
  await addChannel('/json/calm', { groupId: group.body.groupId });
  const hit = await ada('POST', '/groups/1', { name: 'Hit', rule: null, repositoryIds: [ids.hit, ids.calm] });
  await addChannel('/json/hit', { groupId: hit.body.groupId });
  installation.now(`${addDays(SPIKE, 1)}T08:00:00.000Z`);
  await installation.collect();
  const both = await Promise.all([watch(), watch(), watch()]);
  expect(both.reduce((sum, { alerts }) => sum + alerts, 0)).toBe(1);
  expect(both.reduce((sum, { sent }) => sum + sent, 0)).toBe(2);
  const [message, ...others] = told('/json/all');
  expect(others).toEqual([]);
  expect(message).toMatchObject({
    phase: 'began',
    alert: { kind: 'spike', date: SPIKE, referrer: CROWD, changeCount: 3 },
    link: expect.stringContaining(`day=${SPIKE}`),
  });
  expect(JSON.stringify(message.alert.reasons)).toContain(`${CROWD} entered the referrers`);
  expect(told('/json/calm')).toEqual([]);
  expect(told('/json/quiet')).toEqual([]);
  const [ofGroup] = told('/json/hit');
  expect(ofGroup.alert).toMatchObject({ changeCount: 1, subject: `${DEMO_USERS.octocat}/alerts-hit` });
  expect(JSON.stringify(ofGroup)).not.toContain('alerts-twin');
  installation.now(`${addDays(SPIKE, 1)}T12:00:00.000Z`);
  expect(await watch()).toMatchObject({ alerts: 0, sent: 1 });
  expect(told('/json/quiet')).toHaveLength(1);
  expect(await watch()).toMatchObject({ sent: 0 });
});

test('pages list it, and who sees one repository sees its part', async () => {
  const all = await list();
  expect(all).toMatchObject({ openCount: 1, alerts: [{ state: 'open', snoozed: false, changeCount: 3 }] });
  expect(all.alerts[0].title).toMatch(/views instead of about \d+/);
  const own = await list('', vera);
  expect(own.alerts).toMatchObject([{ changeCount: 1, subject: `${DEMO_USERS.octocat}/alerts-hit` }]);
  expect(JSON.stringify(own)).not.toContain('alerts-twin');
  const { alertId } = all.alerts[0];
  expect((await vera('GET', `/alerts/1/${alertId}`)).body.changeCount).toBe(1);
  expect((await list(`?repository=${ids.calm}`)).alerts).toEqual([]);
  expect((await list('?state=past')).alerts).toEqual([]);
  expect((await ada('GET', '/stats/1')).body.openAlertCount).toBe(1);
  expect((await installation.as('stranger@example.com')('GET', `/alerts/1/${alertId}`)).status).toBe(404);
});

test('it is an event of charts and lists, of which everybody sees what they may, and shares show nothing of it', async () => {
  const span = `from=${addDays(SPIKE, -7)}&to=${addDays(SPIKE, 1)}`;
  const { alertId } = (await list()).alerts[0];
  const read = async (path: string, as = ada) => {
    const { body } = await as('GET', path);
    const alerts = body.events.filter(({ kind }: { kind: string }) => kind === 'alert');
    const counted = body.eventCounts.find(({ kind }: { kind: string }) => kind === 'alert');
    expect(counted?.count ?? 0).toBe(alerts.length);
    return alerts;
  };
  const fullName = `${DEMO_USERS.octocat}/alerts-hit`;
  const spike = { alertId, date: SPIKE, subject: 'Spike' };
  expect(await read(`/stats/1?${span}`)).toMatchObject([
    { ...spike, repositoryId: null, fullName: null, detail: expect.stringContaining(' and ') },
  ]);
  const part = { ...spike, repositoryId: ids.hit, fullName, detail: null };
  expect(await read(`/stats/1?${span}`, vera)).toMatchObject([part]);
  for (const path of [
    `/stats/1/${ids.hit}?${span}`,
    `/stats/1/${ids.hit}/days/${SPIKE}`,
    `/stats/1/series?repositories=${ids.hit},${ids.calm}&metric=viewCount&${span}`,
    `/reports/1?${span}&group=${await groupOf('Hit')}`,
  ]) {
    const events = await read(path);
    expect(events, path).toMatchObject([part]);
    expect(events[0].title).toMatch(/^Spike: [\d,]+ views instead of about \d+/);
  }
  expect(await read(`/stats/1/${ids.calm}?${span}`)).toEqual([]);
  expect(await read(`/stats/1?from=${addDays(SPIKE, 1)}&to=${addDays(SPIKE, 1)}`)).toEqual([]);
  const shared = await ada('POST', '/shares/1', {
    key: randomUUID(),
    subject: 'repository',
    repositoryId: ids.hit,
    shown: ['views', 'annotations'],
    range: '30',
  });
  const files = await Promise.all(
    ['data.json', 'events.atom'].map(async (file) => (await fetch(`${shared.body.url}${file}`)).text()),
  );
  expect(files[0]).toContain('Views by day');
  for (const file of files) expect(file).not.toMatch(/spike|instead of about|ycombinator/i);
});

async function groupOf(name: string): Promise<number> {
  const { body } = await ada('GET', '/groups/1');
  return body.groups.find((group: { name: string }) => group.name === name).groupId;
}

test('feeds have it, each with what its key may see', async () => {
  const read = async (fields: object) => {
    const { key } = await createApiKey(ada, 1, { scope: 'feed', ...fields });
    const { body } = await installation.anonymously('GET', `/feeds/1?key=${key}`);
    return readAtom(body).entries.filter(({ category }) => category === 'alert');
  };
  const [whole] = await read({});
  expect(whole).toMatchObject({
    title: expect.stringMatching(
      /^demo-octocat\/alerts-\w+ and demo-octocat\/alerts-\w+: .* views instead of about \d+/,
    ),
    content: expect.stringContaining(`${CROWD} entered the referrers`),
    links: {
      alternate: expect.stringContaining(`day=${SPIKE}`),
      related: `${installation.url}/t/1/alerts?alert=${(await list()).alerts[0].alertId}`,
    },
  });
  const [part] = await read({ reach: 'repositories', repositoryIds: [ids.hit] });
  expect(part?.id).toBe(whole?.id);
  expect(JSON.stringify(part)).not.toContain('alerts-twin');
  expect(await read({ reach: 'repositories', repositoryIds: [ids.calm] })).toEqual([]);
});

test('an open alert follows its repository through a rename', async () => {
  installation.now(`${addDays(SPIKE, 1)}T13:00:00.000Z`);
  installation.github.rename(githubIds.twin ?? 0, { name: 'alerts-double' });
  await live(addDays(SPIKE, 2));
  const { alerts } = await list('?state=open');
  const names = alerts[0].changes.map(
    ({ repository }: { repository: { fullName: string } }) => repository.fullName,
  );
  expect(new Set(names)).toEqual(
    new Set(['alerts-hit', 'alerts-double'].map((name) => `${DEMO_USERS.octocat}/${name}`)),
  );
  expect(told('/json/all')).toHaveLength(1);
});

test('that it is over is told once, to those who heard that it began', async () => {
  await addChannel('/json/late');
  let over = 0;
  for (let days = 3; days <= 9; days += 1) over += (await live(addDays(SPIKE, days))).alertsOver;
  expect(over).toBe(1);
  const messages = told('/json/all');
  expect(messages.map(({ phase }) => phase)).toEqual(['began', 'over']);
  expect(messages[1].title).toContain('Over: spike of');
  expect(told('/json/late')).toEqual([]);
  const { alerts } = await list('?state=past');
  expect(alerts).toMatchObject([{ kind: 'spike', ending: expect.stringContaining('as usual again since') }]);
});

test('round numbers are told of, once the tenant wants to hear of them', async () => {
  await ada('PUT', '/alerts/1/settings', { kinds: ['milestone'] });
  for (let days = 10; days <= 24; days += 7) await live(addDays(SPIKE, days));
  const { alerts } = await list('?kind=milestone');
  expect(alerts).toMatchObject([
    {
      kind: 'milestone',
      state: 'past',
      ending: null,
      title: expect.stringMatching(/^1?\d,000 views in all/),
    },
  ]);
  expect(told('/json/all').at(-1)).toMatchObject({ phase: 'began', alert: { kind: 'milestone' } });
});

test('what is snoozed is kept, and nobody is told', async () => {
  await ada('PUT', '/alerts/1/settings', { kinds: ['spike'] });
  const until = addDays(today, 30);
  for (const wrong of [
    { until },
    { kind: 'spike', until: today },
    { kind: 'spike', until: addDays(today, 400) },
  ])
    expect((await ada('POST', '/alerts/1/snoozes', wrong)).status).toBe(400);
  const snooze = { repositoryId: ids.calm, until };
  const made = await ada('POST', '/alerts/1/snoozes', snooze);
  expect(made.status).toBe(201);
  const again = await ada('POST', '/alerts/1/snoozes', { ...snooze, until: addDays(today, 20) });
  expect(again.body).toMatchObject({ snoozeId: made.body.snoozeId, until: addDays(today, 20) });
  expect((await list('', vera)).snoozes).toEqual([]);
  const calm = (await ada('GET', `/repositories/1/${ids.calm}`)).body.repository.githubId;
  const before = told('/json/all').length;
  const day = addDays(today, 1);
  const undo = installation.github.fail({
    kind: 'status',
    status: 200,
    match: { repository: calm, path: /traffic\/views/ },
    body: crowdedDays(day),
  });
  expect(await live(addDays(day, 1))).toMatchObject({ alerts: 1, sent: 0 });
  undo();
  const { alerts, snoozes } = await list('?state=open');
  expect(alerts).toMatchObject([{ snoozed: true, subject: `${DEMO_USERS.octocat}/alerts-calm` }]);
  expect(snoozes).toMatchObject([{ repository: { repositoryId: ids.calm }, kind: null }]);
  expect(told('/json/all')).toHaveLength(before);
  expect((await ada('DELETE', `/alerts/1/snoozes/${made.body.snoozeId}`)).status).toBe(200);
  expect(await watch()).toMatchObject({ sent: 4 });
  expect((await ada('DELETE', `/alerts/1/snoozes/${made.body.snoozeId}`)).status).toBe(404);
});

/** GitHub's answer with 14 days, the last of them crowded. */
function crowdedDays(last: Day) {
  const views = Array.from({ length: 14 }, (_, place) => {
    const isLast = place === 13;
    const timestamp = `${addDays(last, place - 13)}T00:00:00Z`;
    return { timestamp, count: isLast ? 2000 : 100, uniques: isLast ? 900 : 40 };
  });
  const sumOf = (figure: 'count' | 'uniques') => views.reduce((sum, day) => sum + day[figure], 0);
  return { count: sumOf('count'), uniques: sumOf('uniques'), views };
}

test('an alert goes with its only repository', async () => {
  const path = `/repositories/1/${ids.calm}`;
  const { fullName } = (await ada('GET', path)).body.repository;
  expect((await ada('DELETE', path, { confirmName: fullName })).status).toBe(200);
  expect((await list('?state=open')).alerts).toEqual([]);
});

test('a spike of a group that no repository of it explains is an alert of the group', async () => {
  const members = SMALL.map((name) => ids[name]);
  const { body } = await ada('POST', '/groups/1', { name: 'Small', rule: null, repositoryIds: members });
  ids.group = body.groupId;
  // A group that holds the same is no second alert.
  await ada('POST', '/groups/1', { name: 'The same', rule: null, repositoryIds: members });
  expect(await live(SMALL_CROWD)).toMatchObject({ alerts: 0 });
  expect(await live(addDays(SMALL_CROWD, 1))).toMatchObject({ alerts: 1 });
  const { alerts } = await list('?state=open');
  expect(alerts).toMatchObject([
    {
      kind: 'spike',
      subject: 'Small and The same',
      title: expect.stringMatching(/^384 views instead of about 128 on/),
    },
  ]);
  expect(alerts[0].changes[0]).toMatchObject({ repository: null, group: { groupId: ids.group }, people: 96 });
  const { link, alert } = told('/json/all').at(-1);
  expect(alert.alertId).toBe(alerts[0].alertId);
  expect(link).toContain(`group=${ids.group}`);
  // Who sees one repository would learn of the others.
  expect(told('/json/hit').at(-1).alert.alertId).not.toBe(alert.alertId);
});

test('the alert of a group outlives a repository of it', async () => {
  const path = `/repositories/1/${ids['small-4']}`;
  const { fullName } = (await ada('GET', path)).body.repository;
  expect((await ada('DELETE', path, { confirmName: fullName })).status).toBe(200);
  delete ids['small-4'];
  let over = 0;
  for (let days = 2; days <= 8; days += 1) over += (await live(addDays(SMALL_CROWD, days))).alertsOver;
  expect(over).toBe(1);
  const { alerts } = await list(`?group=${ids.group}`);
  expect(alerts).toMatchObject([{ state: 'past', ending: expect.stringContaining('as usual again since') }]);
});

test('a referrer that is new to a group, but not among the top of any repository, is told of', async () => {
  await ada('PUT', '/alerts/1/settings', { kinds: ['referrer'] });
  expect(await live(addDays(NEWCOMER_FROM, -1))).toMatchObject({ alerts: 0 });
  expect(await live(NEWCOMER_FROM)).toMatchObject({ alerts: 1 });
  const { alerts } = await list('?kind=referrer');
  expect(alerts).toMatchObject([
    {
      subject: 'Small and The same',
      referrer: NEWCOMER,
      title: `${NEWCOMER} is new among the top three referrers, with 90 views in 14 days`,
    },
  ]);
  expect(await live(addDays(NEWCOMER_FROM, 1))).toMatchObject({ alerts: 0 });
});

test('a round number of a group is told of once, and none of the first weeks of a repository', async () => {
  await ada('PUT', '/alerts/1/settings', { kinds: ['milestone'] });
  await addRepository('young', { views: 700, regulars: 60 });
  await installation.host.settled();
  const first = addDays(NEWCOMER_FROM, 2);
  for (const days of [0, 4, 6]) await live(addDays(first, days));
  // A group that is made later is told of nothing that it has reached.
  const members = SMALL.flatMap((name) => ids[name] ?? []);
  await ada('POST', '/groups/1', { name: 'Late', rule: null, repositoryIds: members });
  for (const days of [7, 10]) await live(addDays(first, days));
  const { alerts } = await list('?kind=milestone');
  const reached = alerts.filter(({ date }: { date: Day }) => date >= first);
  expect(
    reached.map(({ subject, title }: { subject: string; title: string }) => `${subject}: ${title}`),
  ).toEqual([
    'Small and The same: 10,000 views in all, reached on 16 April',
    `${DEMO_USERS.octocat}/alerts-hit: 20,000 views in all, reached on 16 April`,
  ]);
});

test('many alerts at once are one message, which lists them, and is sent once', async () => {
  await ada('PUT', '/alerts/1/settings', { kinds: ['spike'] });
  const undo = ['hit', 'twin'].map((name) =>
    installation.github.fail({
      kind: 'status',
      status: 200,
      match: { repository: githubIds[name] ?? 0, path: /traffic\/views/ },
      body: crowdedDays(LARGE_CROWD),
    }),
  );
  const before = told('/json/all').length;
  await live(LARGE_CROWD);
  const restore = installation.webhooks.fail({ kind: 'status', status: 503, path: '/json/all' });
  await live(addDays(LARGE_CROWD, 1));
  for (const one of [...undo, restore]) one();
  expect((await list('?state=open')).page.total).toBe(5);
  expect(told('/json/all')).toHaveLength(before);
  installation.now(`${addDays(LARGE_CROWD, 1)}T09:00:00.000Z`);
  const rounds = await Promise.all([watch(), watch(), watch()]);
  expect(rounds.reduce((sum, { sent }) => sum + sent, 0)).toBe(1);
  expect(messages('/json/all', 'alerts')).toMatchObject([
    {
      title: expect.stringMatching(/: 5 alerts$/),
      link: expect.stringMatching(/\/t\/1\/alerts$/),
      alerts: Array.from({ length: 5 }, () => ({ phase: 'began', alert: { kind: 'spike' } })),
    },
  ]);
  // What it hears of is cut to its group, and few enough for a message each.
  expect(messages('/json/hit', 'alerts')).toEqual([]);
  expect(told('/json/hit').at(-1).alert.subject).toBe(`${DEMO_USERS.octocat}/alerts-hit`);
});

test('what is not known for 45 days ends by itself, and nobody is told', async () => {
  expect((await list()).openCount).toBe(5);
  const before = told('/json/all').length;
  installation.now(`${addDays(LARGE_CROWD, 45)}T08:00:00.000Z`);
  await watch();
  expect((await list()).openCount).toBe(5);
  installation.now(`${addDays(LARGE_CROWD, 46)}T08:00:00.000Z`);
  expect(await watch()).toMatchObject({ sent: 0 });
  const { alerts, openCount } = await list('?kind=spike');
  expect(openCount).toBe(0);
  expect(alerts[0]).toMatchObject({
    state: 'past',
    ending: expect.stringContaining('Too few days are known'),
  });
  expect(told('/json/all')).toHaveLength(before);
});

test('alerts go with their tenant', async () => {
  const { name } = (await ada('GET', '/tenants/1')).body;
  expect((await ada('DELETE', '/tenants/1', { confirmName: name })).status).toBe(200);
  expect(await db.selectFrom('alert').selectAll().execute()).toEqual([]);
});
