import { afterEach, beforeEach, expect, test } from 'vitest';
import { addDays, type Day, daysFrom } from '../lib/day.ts';
import { inTransaction } from '../lib/db/portable.ts';
import type { Tables } from '../lib/db/tables.ts';
import { Failure } from '../lib/failure.ts';
import { readOverview } from '../lib/overview.ts';
import { saveSuccess } from '../lib/repository-collected.ts';
import { removeRepository } from '../lib/repository-removal.ts';
import { readRepositoryTraffic } from '../lib/repository-traffic.ts';
import { readRun } from '../lib/runs.ts';
import { deleteTenant } from '../lib/tenant-deletion.ts';
import { listDays, saveDays } from '../lib/traffic.ts';
import { type Collecting, openCollecting, TOKEN } from './collecting.ts';

const START = '2025-11-03';
let collecting: Collecting;

beforeEach(async () => {
  collecting = await openCollecting(`${START}T06:00:00.000Z`);
});

afterEach(() => collecting.close());

const days = (repositoryId: number, from = '2000-01-01', to = '2099-01-01') =>
  listDays(collecting.db, { tenantId: collecting.tenantId, repositoryId }, from, to);

const STORED = [
  ...(['trafficDay', 'trafficRevision', 'trafficWeek', 'trafficWindow', 'referrerSnapshot'] as const),
  ...(['pathSnapshot', 'repositoryFact', 'repositoryEvent', 'repository'] as const),
] satisfies (keyof Tables)[];

const allRows = async () =>
  Object.fromEntries(await Promise.all(STORED.map(async (table) => [table, await collecting.rows(table)])));

const at = (day: Day, time = '06:00') => `${day}T${time}:00.000Z`;

async function collectDaily(from: Day, to: Day) {
  for (const day of daysFrom(from, to)) await collecting.collect(at(day));
}

async function traffic(repositoryId: number, from: Day, to: Day) {
  const access = { tenantId: collecting.tenantId, repositoryIds: null };
  return readRepositoryTraffic(collecting.db, access, repositoryId, { from, to }, collecting.clock());
}

async function lastRun() {
  const runs = await collecting.rows('collectionRun');
  const runId = Math.max(...runs.map((run) => Number(run.runId)));
  return readRun(collecting.db, collecting.tenantId, runId);
}

/** Lets GitHub answer a part of one repository's traffic with something else. */
function answer(repository: number, path: RegExp, body: unknown, status = 200) {
  return collecting.served.github.fail({ kind: 'status', status, body, match: { repository, path } });
}

function withoutNulls<T extends object>(figures: T, instead: object = {}) {
  return {
    ...instead,
    ...Object.fromEntries(Object.entries(figures).filter(([, figure]) => figure !== null)),
  };
}

test('over 50 days every settled day is what really happened, and every day since the first run is known', async () => {
  const { served } = collecting;
  const stories = [
    await collecting.add('busy', { views: 60, clones: 20, regulars: 9, weekend: 0.3 }),
    await collecting.add('quiet', { views: 0.4, clones: 0.1 }),
    await collecting.add('idle', {
      idle: [{ from: '2025-10-01', until: '2025-12-01' }],
      whenIdle: 'old-window',
    }),
    await collecting.add('young', { views: 4 }, '2025-10-30'),
  ];
  served.github.fail({ kind: 'late', hours: 40, times: 100, match: { repository: stories[0]?.id ?? 0 } });
  const last = addDays(START, 50);
  await collectDaily(START, last);
  for (const { id, repositoryId, name } of stories) {
    const rows = await days(repositoryId);
    const settled = rows.filter(({ state }) => state !== 'provisional');
    const truth = settled.map(({ trafficDate }) => ({
      trafficDate,
      ...served.github.truth(id, trafficDate),
    }));
    // Of the days long ago that an idle repository names, one list may say nothing.
    const told = settled.map(({ state: _, observedAt: __, ...figures }, index) =>
      figures.trafficDate < '2025-10-01' ? withoutNulls(figures, truth[index]) : figures,
    );
    expect([name, told]).toEqual([name, truth]);
    const known = settled
      .filter(({ trafficDate }) => trafficDate >= START)
      .map(({ trafficDate }) => trafficDate);
    expect([name, known]).toEqual([name, daysFrom(START, addDays(last, -4))]);
  }
});

test('every stored week that has settled is what really happened', async () => {
  const { repositoryId, id } = await collecting.add('busy', { views: 60, clones: 20, regulars: 9 });
  const last = addDays(START, 30);
  await collectDaily(START, last);
  const weeks = (await collecting.rows('trafficWeek')).filter((week) => week.repositoryId === repositoryId);
  const settled = weeks.filter(({ weekStart }) => String(weekStart) <= addDays(last, -10));
  expect(settled.map(({ weekStart }) => weekStart)).toEqual([
    '2025-10-27',
    '2025-11-03',
    '2025-11-10',
    '2025-11-17',
  ]);
  for (const { weekStart, tenantId: _, repositoryId: __, observedAt: ___, ...figures } of settled)
    expect(figures).toEqual(collecting.served.github.truthOfWeek(id, String(weekStart)));
  const { series, buckets } = await readRepositoryTraffic(
    ...([collecting.db, { tenantId: collecting.tenantId, repositoryIds: null }, repositoryId] as const),
    ...([{ from: '2025-10-27', to: last, by: 'week' }, collecting.clock()] as const),
  );
  expect(buckets.map((bucket, place) => [bucket, series.uniquesExact[place]])).toEqual([
    ['2025-10-27', true],
    ['2025-11-03', true],
    ['2025-11-10', true],
    ['2025-11-17', true],
    ['2025-11-24', false],
    ['2025-12-01', false],
  ]);
  expect(series.viewUniques[1]).toBe(collecting.served.github.truthOfWeek(id, '2025-11-03').viewUniques);
});

test('collecting again changes nothing', async () => {
  const { id } = await collecting.add('busy', { views: 60, clones: 20 });
  await collecting.add('quiet');
  await collectDaily(START, addDays(START, 4));
  collecting.served.github.rename(id, { name: 'busier' });
  await collecting.collect(at(addDays(START, 5)));
  const before = await allRows();
  await collecting.work(await collecting.start());
  expect((await lastRun()).run).toMatchObject({ state: 'succeeded', succeededCount: 2 });
  expect(await allRows()).toEqual(before);
});

test('two runs at once leave what one leaves', async () => {
  const { id } = await collecting.add('busy', { views: 60, clones: 20 });
  await collecting.add('quiet');
  await collectDaily(START, addDays(START, 4));
  collecting.served.github.rename(id, { name: 'busier' });
  collecting.served.github.archive(id);
  collecting.now(at(addDays(START, 6)));
  const first = await collecting.start();
  await collecting.db.updateTable('tenant').set({ leasedUntil: null, leasedRunId: null }).execute();
  const { rows } = collecting;
  const { db, tenantId } = collecting;
  const second = await db
    .insertInto('collectionRun')
    .values({ tenantId, reason: 'added', state: 'running', startedAt: at(START), repositoryCount: 2 })
    .returning('runId')
    .executeTakeFirstOrThrow();
  for (const { repositoryId, owner, name } of (await rows('repository')) as {
    repositoryId: number;
    owner: string;
    name: string;
  }[])
    await db
      .insertInto('runRepository')
      .values({
        tenantId,
        runId: second.runId,
        repositoryId,
        fullName: `${owner}/${name}`,
        state: 'waiting',
        requestCount: 0,
      })
      .execute();
  await Promise.all([collecting.work(first), collecting.work(second.runId)]);
  const both = await allRows();
  expect((await rows('repositoryEvent')).map(({ kind }) => kind)).toEqual(['archived', 'renamed']);
  await collecting.work(await collecting.start());
  expect(await allRows()).toEqual(both);
  expect((await rows('collectionRun')).map(({ state }) => state)).not.toContain('running');
});

test('days that no run covered and GitHub has forgotten are lost, exactly those', async () => {
  const { repositoryId } = await collecting.add('busy', { views: 60, clones: 20 });
  const stopped = addDays(START, 5);
  await collectDaily(START, stopped);
  const again = addDays(stopped, 28);
  await collecting.collect(at(again));
  const { lostDays, series, buckets, totals } = await traffic(repositoryId, START, again);
  const expected = daysFrom(addDays(stopped, 1), addDays(again, -14)).filter(
    (day) => !series.state.some((state, place) => buckets[place] === day && state === 'provisional'),
  );
  expect(lostDays).toEqual(expected);
  expect(lostDays.length).toBeGreaterThanOrEqual(13);
  const request = { from: START, to: again, sort: 'name', page: 1, size: 1 } as const;
  const access = { tenantId: collecting.tenantId, repositoryIds: null };
  const overview = await readOverview(collecting.db, access, request, collecting.clock());
  expect([overview.totals.lostDays, overview.totals.viewCount]).toEqual([lostDays.length, totals.viewCount]);
  expect(overview.series.lostDays).toEqual(buckets.map((day) => (lostDays.includes(day) ? 1 : 0)));
  const figures = lostDays.map((day) => series.viewCount[buckets.indexOf(day)]);
  expect(figures.every((figure) => figure === null)).toBe(true);
  const states = (from: Day, to: Day) =>
    new Set(daysFrom(from, to).map((day) => series.state[buckets.indexOf(day)]));
  expect(states(START, addDays(stopped, -4))).toEqual(new Set(['measured']));
  expect(states(addDays(stopped, -3), stopped)).toEqual(new Set(['provisional']));
  expect(states(addDays(again, -12), addDays(again, -4))).toEqual(new Set(['measured']));
});

test('a later, smaller figure for a settled day is kept as a revision, once', async () => {
  const { id, repositoryId } = await collecting.add('busy', { views: 60 });
  await collectDaily(START, addDays(START, 2));
  const day = addDays(START, -5);
  const [row] = await days(repositoryId, day, day);
  const views = [{ timestamp: `${day}T00:00:00Z`, count: 1, uniques: 1 }];
  answer(id, /traffic\/views$/, { count: 1, uniques: 1, views });
  await collecting.collect(at(addDays(START, 3)));
  await collecting.collect(at(addDays(START, 4)));
  expect((await days(repositoryId, day, day))[0]).toEqual(row);
  const { revisions } = await traffic(repositoryId, day, START);
  const observedAt = at(addDays(START, 3));
  expect(revisions).toEqual([
    { date: day, metric: 'viewCount', kept: row?.viewCount, observed: 1, observedAt },
    { date: day, metric: 'viewUniques', kept: row?.viewUniques, observed: 1, observedAt },
  ]);
});

test('a renamed and then transferred repository goes on under its new name, and tells both', async () => {
  const { id, repositoryId } = await collecting.add('before', { views: 60 });
  await collectDaily(START, addDays(START, 1));
  collecting.served.github.rename(id, { name: 'after' }, new Date(at(addDays(START, 1), '12:00')));
  await collecting.collect(at(addDays(START, 2)));
  collecting.served.github.addUser('newowner');
  collecting.served.github.rename(id, { owner: 'newowner' }, new Date(at(addDays(START, 2), '12:00')));
  collecting.served.github.setCollaborator(id, 'ada', 'push');
  await collectDaily(addDays(START, 3), addDays(START, 4));
  const { repository: shown, events } = await traffic(repositoryId, START, addDays(START, 4));
  expect(shown).toMatchObject({
    fullName: 'newowner/after',
    webUrl: 'https://github.example/newowner/after',
    problem: null,
  });
  expect(events).toEqual([
    { kind: 'renamed', occurredAt: at(addDays(START, 2)), nameBefore: 'ada/before', nameAfter: 'ada/after' },
    {
      kind: 'transferred',
      occurredAt: at(addDays(START, 3)),
      nameBefore: 'ada/after',
      nameAfter: 'newowner/after',
    },
  ]);
  expect((await days(repositoryId, START, addDays(START, 4))).length).toBe(5);
});

test('the same page under the old and the new name is one path', async () => {
  const { id, repositoryId } = await collecting.add('before', { views: 60 });
  await collecting.collect(at(START));
  collecting.served.github.rename(id, { name: 'after' });
  const path = (name: string, count: number, title = 'Title') => ({
    path: name,
    title,
    count,
    uniques: count,
  });
  const paths = [
    ...[path('/ada/before', 20, 'Old'), path('/ada/after', 30, 'New'), path('/ADA/Before/issues', 5)],
    ...[path('/ada/after/issues', 4), path('/ada/before-and-after', 3), path('/ada/before?tab=readme', 2)],
  ];
  answer(id, /popular\/paths$/, paths);
  await collecting.collect(at(addDays(START, 1)));
  await collecting.collect(at(addDays(START, 2)));
  const { paths: shown } = await traffic(repositoryId, START, addDays(START, 2));
  expect(
    shown.filter(({ current }) => current).map((one) => [one.rank, one.path, one.title, one.viewCount]),
  ).toEqual([
    [1, '/', 'New', 50],
    [2, '/issues', 'Title', 9],
    [3, '/ada/before-and-after', 'Title', 3],
    [4, '?tab=readme', 'Title', 2],
  ]);
});

test('referrers tell their rank before, when they were first seen, and that they left', async () => {
  const { id, repositoryId } = await collecting.add('busy');
  const lists = [['Google', 'Bing'], ['Bing', 'Google', 'news'], ['news']];
  for (const [index, names] of lists.entries()) {
    const lift = answer(
      id,
      /popular\/referrers$/,
      names.map((referrer, rank) => ({ referrer, count: 9 - rank, uniques: 1 })),
    );
    await collecting.collect(at(addDays(START, index)));
    lift();
  }
  const { referrers, snapshotDate } = await traffic(repositoryId, START, addDays(START, 2));
  expect(snapshotDate).toBe(addDays(START, 2));
  const row = (
    referrer: string,
    rank: number,
    previousRank: number | null,
    seen: [Day, Day],
    current: boolean,
  ) => ({
    ...{ referrer, rank, previousRank, current, viewCount: 10 - rank, viewUniques: 1 },
    ...{ firstSeen: seen[0], lastSeen: seen[1] },
  });
  expect(referrers).toEqual([
    row('news', 1, 3, [addDays(START, 1), addDays(START, 2)], true),
    row('Bing', 1, 1, [START, addDays(START, 1)], false),
    row('Google', 2, 2, [START, addDays(START, 1)], false),
  ]);
  expect((await traffic(repositoryId, START, START)).referrers.map(({ referrer }) => referrer)).toEqual([
    'Google',
    'Bing',
  ]);
});

test('texts that GitHub passes on from strangers are stored unharmed', async () => {
  const { id, repositoryId } = await collecting.add('awkward');
  const texts = [
    '<script>alert(1)</script>',
    `'; drop table tenant; --`,
    '=1+1',
    '日本語 🦆 Â·',
    '\u202etxt.exe',
    'a\nb\tc',
    '\\',
    '{"a":[1]}',
  ];
  answer(
    id,
    /popular\/referrers$/,
    texts.map((referrer) => ({ referrer, count: 1, uniques: 1 })),
  );
  const long = `/ada/awkward/${'é'.repeat(3000)}`;
  answer(id, /popular\/paths$/, [
    { path: long, title: `nul\u0000${'🦆'.repeat(2500)}`, count: 1, uniques: 1 },
  ]);
  await collecting.collect(at(START));
  const { referrers, paths } = await traffic(repositoryId, START, START);
  expect(referrers.map(({ referrer }) => referrer)).toEqual(texts);
  expect(paths.map(({ path, title }) => [path, title])).toEqual([
    [`/${'é'.repeat(1999)}`, `nul${'🦆'.repeat(1997)}`],
  ]);
});

test('a repository that fails says why and does not keep the others', async () => {
  const broken = await collecting.add('broken');
  await collecting.add('fine');
  await collecting.collect(at(START));
  const lift = answer(broken.id, /traffic\/views$/, { message: 'Must have push access to repository' }, 403);
  await collecting.collect(at(addDays(START, 1)));
  await collecting.collect(at(addDays(START, 2)));
  const { run, repositories } = await lastRun();
  expect(run).toMatchObject({ state: 'partial', succeededCount: 1, failedCount: 1, failure: null });
  expect(repositories).toMatchObject([
    { fullName: 'ada/broken', state: 'failed', code: 'no_push_access', daysUntilLoss: 11 },
    { fullName: 'ada/fine', state: 'succeeded', code: null, daysUntilLoss: null },
  ]);
  const { problem } = (await traffic(broken.repositoryId, START, START)).repository;
  expect(problem).toMatchObject({ code: 'no_push_access', since: at(addDays(START, 1)), daysUntilLoss: 11 });
  lift();
  await collecting.collect(at(addDays(START, 3)));
  expect((await traffic(broken.repositoryId, START, START)).repository.problem).toBeNull();
});

test('a repository that disappeared and one whose answer is garbage fail by their own names', async () => {
  const gone = await collecting.add('gone');
  const garbled = await collecting.add('garbled');
  collecting.served.github.remove(gone.id);
  collecting.served.github.fail({ kind: 'garbage', match: { repository: garbled.id, path: /clones/ } });
  await collecting.collect(at(START));
  const { run, repositories } = await lastRun();
  expect(run.state).toBe('failed');
  expect(repositories.map(({ fullName, code }) => [fullName, code])).toEqual([
    ['ada/garbled', 'unreadable_answer'],
    ['ada/gone', 'not_found'],
  ]);
  expect(await collecting.rows('trafficDay')).toEqual([]);
});

test('days on which GitHub was down are caught up afterwards', async () => {
  const added = [];
  for (const name of ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight'])
    added.push(await collecting.add(name, { views: 20 }));
  await collectDaily(START, addDays(START, 1));
  const lift = collecting.served.github.fail({ kind: 'down' });
  collecting.served.github.resetRequests();
  await collectDaily(addDays(START, 2), addDays(START, 7));
  expect(await lastRun()).toMatchObject({ run: { state: 'failed', failedCount: 8 } });
  lift();
  await collectDaily(addDays(START, 8), addDays(START, 12));
  for (const { repositoryId, id } of added) {
    const rows = await days(repositoryId, START, addDays(START, 8));
    expect(rows.map(({ viewCount }) => viewCount)).toEqual(
      daysFrom(START, addDays(START, 8)).map((day) => collecting.served.github.truth(id, day).viewCount),
    );
  }
});

test('a refused token fails every repository by name and is not asked about again and again', async () => {
  for (const name of ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight'])
    await collecting.add(name);
  collecting.served.github.removeToken(TOKEN);
  collecting.served.github.resetRequests();
  await collecting.collect(at(START));
  const { run, repositories } = await lastRun();
  expect(run.state).toBe('failed');
  expect(repositories.map(({ code, daysUntilLoss }) => [code, daysUntilLoss])).toEqual(
    Array(8).fill(['token_invalid', 0]),
  );
  expect(collecting.served.github.requests().length).toBeLessThanOrEqual(4);
});

test('a token that cannot be opened fails every repository', async () => {
  await collecting.add('one');
  const runId = await collecting.start();
  const openGitHub = () =>
    Promise.reject(new Failure(409, 'token_unreadable', 'The token cannot be opened.'));
  await collecting.work(runId, { openGitHub });
  expect(await lastRun()).toMatchObject({
    run: { state: 'failed' },
    repositories: [{ code: 'token_unreadable' }],
  });
});

test('before its deadline a run is handed over to a fresh activation, which ends it', async () => {
  for (const name of ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight'])
    await collecting.add(name);
  const runId = await collecting.start();
  const started: unknown[] = [];
  let asked = 0;
  const handed = await collecting.work(runId, {
    timeLeft: () => (asked++ < 6 ? 60_000 : 19_000),
    activations: { start: async (action, args) => void started.push([action, args]) },
  });
  expect(handed).toMatchObject({ handedOver: true, failedCount: 0 });
  expect(started).toEqual([['collect-tenant', { tenantId: collecting.tenantId, runId, begun: [] }]]);
  const { run } = await lastRun();
  expect(run.state).toBe('running');
  expect(run.succeededCount).toBe(handed.repoCount);
  const rest = await collecting.work(runId);
  expect(rest.repoCount).toBe(8 - handed.repoCount);
  expect((await lastRun()).run).toMatchObject({ state: 'succeeded', succeededCount: 8 });
  expect(await collecting.work(runId)).toMatchObject({ repoCount: 0 });
});

test('a run that is not started again says so, and what it did not collect is due again', async () => {
  for (const name of ['one', 'two', 'three', 'four', 'five']) await collecting.add(name);
  const runId = await collecting.start();
  const refused = new Failure(503, 'start_failed', 'The platform did not start it.');
  let begun = false;
  const github = collecting.github();
  const late = {
    openGitHub: async () => {
      const getRepository: typeof github.getRepository = (repository) => {
        begun = true;
        return github.getRepository(repository);
      };
      return { github: { ...github, getRepository } };
    },
    timeLeft: () => (begun ? 0 : 60_000),
    activations: { start: () => Promise.reject(refused) },
  };
  await expect(collecting.work(runId, late)).rejects.toThrow(refused);
  const { run, repositories } = await lastRun();
  expect(run).toMatchObject({ state: 'partial', failure: { code: 'start_failed' } });
  expect(repositories.filter(({ code }) => code === 'start_failed')).toMatchObject([{ daysUntilLoss: 0 }]);
  expect(run.succeededCount).toBe(4);
  await collecting.collect(at(START, '07:00'));
  expect((await lastRun()).run).toMatchObject({ state: 'succeeded', repositoryCount: 1 });
});

test('while a run is at work no other is started, and one that died is taken over when its lease has ended', async () => {
  await collecting.add('one');
  await collecting.collect(at(addDays(START, -3)));
  await collecting.add('new');
  collecting.now(at(START));
  const runId = await collecting.start();
  expect(await collecting.start()).toBe(runId);
  await collecting.collect(at(START, '06:05'));
  expect(await collecting.rows('collectionRun')).toHaveLength(2);
  await collecting.collect(at(START, '06:11'));
  const { run, repositories } = await readRun(collecting.db, collecting.tenantId, runId);
  expect(run).toMatchObject({ state: 'failed', failure: { code: 'abandoned' } });
  expect(repositories).toMatchObject([
    { fullName: 'ada/new', code: 'abandoned', daysUntilLoss: 0 },
    { fullName: 'ada/one', code: 'abandoned', daysUntilLoss: 10 },
  ]);
  expect((await lastRun()).run).toMatchObject({ reason: 'alarm', state: 'succeeded', succeededCount: 2 });
  expect(await collecting.work(runId)).toMatchObject({ repoCount: 0 });
});

test('the alarm takes what is due: daily ones once a day, weekly ones once a week, paused ones never', async () => {
  const { db } = collecting;
  for (const name of ['daily', 'weekly', 'paused']) {
    const { repositoryId } = await collecting.add(name);
    await db
      .updateTable('repository')
      .set({ schedule: name as 'daily' })
      .where('repositoryId', '=', repositoryId)
      .execute();
  }
  const collected = async () => {
    const { run, repositories } = await lastRun();
    return [run.startedAt.slice(0, 10), ...repositories.map(({ fullName }) => fullName)];
  };
  await collecting.collect(at(START));
  expect(await collected()).toEqual([START, 'ada/daily', 'ada/weekly']);
  await collecting.collect(at(START, '23:00'));
  expect(await collecting.rows('collectionRun')).toHaveLength(1);
  await collectDaily(addDays(START, 1), addDays(START, 6));
  expect(await collected()).toEqual([addDays(START, 6), 'ada/daily']);
  await collecting.collect(at(addDays(START, 7)));
  expect(await collected()).toEqual([addDays(START, 7), 'ada/daily', 'ada/weekly']);
});

test('a repository that is removed while it is collected stays removed', async () => {
  const { repositoryId } = await collecting.add('one');
  const runId = await collecting.start();
  collecting.served.github.fail({ kind: 'slow', milliseconds: 150, match: { path: /referrers/ } });
  const working = collecting.work(runId);
  await removeRepository(collecting.db, { tenantId: collecting.tenantId, repositoryIds: null }, repositoryId);
  await working;
  for (const table of STORED) expect([table, await collecting.rows(table)]).toEqual([table, []]);
  expect((await lastRun()).run.state).toBe('succeeded');
});

test('a tenant is deleted at once, also while its repositories are collected', async () => {
  for (const name of ['one', 'two', 'three', 'four', 'five', 'six']) await collecting.add(name);
  const runId = await collecting.start();
  // A collection that has its row and has not written its days yet.
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const [first] = await collecting.rows('repository');
  const key = { tenantId: collecting.tenantId, repositoryId: Number(first?.repositoryId) };
  let begun = () => {};
  const holds = new Promise<void>((resolve) => {
    begun = resolve;
  });
  const storing = inTransaction(collecting.db, async (trx) => {
    const collected = { visibility: 'public', firstCoveredDate: START, now: collecting.clock() } as const;
    if (!(await saveSuccess(trx, key, collected))) return;
    begun();
    await released;
    const observed = { views: [{ date: START, count: 3, uniques: 1 }], clones: [] };
    await saveDays(trx, key, observed, { now: collecting.clock(), createdDate: START });
  });
  await holds;
  const deleting = deleteTenant(collecting.db, collecting.tenantId, 'Tenant');
  setTimeout(release, 200);
  await expect(deleting).resolves.toMatchObject({ repositories: 6 });
  await storing;
  expect(await collecting.work(runId)).toMatchObject({ repoCount: 0 });
  for (const table of STORED) expect([table, await collecting.rows(table)]).toEqual([table, []]);
});

test('where the database fails for one repository, the others are finished before the activation ends', async () => {
  for (const name of ['one', 'two', 'three', 'four', 'five', 'six']) await collecting.add(name);
  const runId = await collecting.start();
  const lost = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
  let asked = 0;
  let atWork = 0;
  const openGitHub = async () => {
    const github = collecting.github();
    const getTraffic: typeof github.getTraffic = async (id, parts) => {
      asked += 1;
      if (asked === 1) throw lost;
      atWork += 1;
      await new Promise((resolve) => setTimeout(resolve, 100));
      return github.getTraffic(id, parts).finally(() => {
        atWork -= 1;
      });
    };
    return { github: { ...github, getTraffic } };
  };
  await expect(collecting.work(runId, { openGitHub })).rejects.toMatchObject({
    code: 'database_unavailable',
  });
  expect(atWork).toBe(0);
  expect(asked).toBe(4);
  const { run } = await lastRun();
  expect([run.state, run.succeededCount]).toEqual(['running', 3]);
});

test('an activation that collected nothing starts no other, which would do no better', async () => {
  await collecting.add('one');
  const runId = await collecting.start();
  const started: string[] = [];
  const activations = { start: async (action: string) => void started.push(action) };
  await collecting.work(runId, { timeLeft: () => 0, activations });
  expect(started).toEqual([]);
  expect(await lastRun()).toMatchObject({
    run: { state: 'failed', failure: { code: 'out_of_time' } },
    repositories: [{ state: 'failed', code: 'out_of_time' }],
  });
});
