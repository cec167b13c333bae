import { afterEach, beforeEach, expect, test } from 'vitest';
import { addDays, type Day } from '../lib/day.ts';
import { readRepositoryDay, readTenantDay } from '../lib/stats/day.ts';
import { at, type Collecting, openCollecting, START } from './collecting.ts';

let collecting: Collecting;

beforeEach(async () => {
  collecting = await openCollecting(`${START}T06:00:00.000Z`);
});

afterEach(() => collecting.close());

const dayOf = (repositoryId: number, date: Day) =>
  readRepositoryDay(
    collecting.db,
    { tenantId: collecting.tenantId, repositoryIds: null },
    { repositoryId, date },
    collecting.clock(),
  );

const dayOfAll = (date: Day) =>
  readTenantDay(
    collecting.db,
    { tenantId: collecting.tenantId, repositoryIds: null },
    { date, metric: 'viewCount' },
    collecting.clock(),
  );

/** Collects as rarely as loses nothing. */
async function collectThrough(last: Day) {
  for (let day = START; day <= last; day = addDays(day, 13)) await collecting.collect(at(day, '08:00'));
  await collecting.collect(at(last, '08:00'));
}

test('a day stands beside the median of the last twelve same weekdays that are final', async () => {
  const { repositoryId } = await collecting.add('steady', { views: 90 });
  const { repositoryId: other } = await collecting.add('second', { views: 300 });
  await collectThrough(addDays(START, 27));
  const date = addDays(START, 25);
  const stored = await collecting.days(repositoryId);
  const same = Array.from({ length: 12 }, (_, week) => addDays(date, -7 * (week + 1)));
  const views = stored
    .filter(({ trafficDate }) => same.includes(trafficDate))
    .map(({ viewCount }) => viewCount ?? -1)
    .sort((one, another) => one - another);
  expect(views.length).toBe(5);
  const shown = await dayOf(repositoryId, date);
  expect(shown).toMatchObject({ state: 'measured', reason: null, usual: { days: 5, viewCount: views[2] } });
  expect(shown.figures.viewCount).toBe(stored.find(({ trafficDate }) => trafficDate === date)?.viewCount);
  // Fewer weekdays are known of an early day, and none of the first.
  expect((await dayOf(repositoryId, addDays(date, -14))).usual.days).toBe(3);
  expect((await dayOf(repositoryId, stored[0]?.trafficDate ?? '')).usual).toEqual({
    days: 0,
    viewCount: null,
    viewUniques: null,
    cloneCount: null,
    cloneUniques: null,
  });
  const both = await dayOfAll(date);
  const second = await dayOf(other, date);
  expect(both.figures.viewCount).toBe((shown.figures.viewCount ?? 0) + (second.figures.viewCount ?? 0));
  expect(both.compared).toMatchObject({ repositories: { compared: 2, total: 2 }, usual: { days: 5 } });
  for (const one of both.repositories)
    expect(one.figures.viewCount).toBeGreaterThan(one.usual.viewCount ?? 0);
});

test('a day names the run that brought it, and the last one that read it', async () => {
  const { repositoryId } = await collecting.add('read', { views: 40 });
  await collecting.collectDaily(START, addDays(START, 18));
  const date = addDays(START, 3);
  const runs = await collecting.rows('collectionRun');
  const runOn = (day: Day) => runs.find(({ startedAt }) => String(startedAt).startsWith(day))?.runId;
  const { broughtBy, lastReadBy, readCount } = await dayOf(repositoryId, date);
  expect(broughtBy).toEqual({ runId: runOn(addDays(date, 1)), reason: 'alarm', at: at(addDays(date, 1)) });
  expect(lastReadBy?.runId).toBe(runOn(addDays(date, 14)));
  expect(readCount).toBe(14);
});

test('what entered a list or rose in it since the list before is named, with how much at least', async () => {
  const { id, repositoryId } = await collecting.add('spike');
  const date = addDays(START, 1);
  const old = Array.from({ length: 10 }, (_, rank) => ({
    referrer: `site ${rank}`,
    count: 100 - rank,
    uniques: 1,
  }));
  const news = { referrer: 'Hacker News', count: 900, uniques: 300 };
  const lists = [old, [news, { ...old[0], count: 160 }, ...old.slice(1, 9)], [news]];
  for (const [index, list] of lists.entries()) {
    const lift = collecting.answer(id, /popular\/referrers$/, list);
    await collecting.collect(at(addDays(date, index)));
    lift();
  }
  const shown = await dayOf(repositoryId, date);
  expect(shown.lists).toEqual({ date: addDays(date, 1), previousDate: date });
  expect(shown.referrers).toEqual([
    {
      name: 'Hacker News',
      rank: 1,
      viewCount: 900,
      previousRank: null,
      previousViewCount: null,
      atLeast: 809,
      atMost: 900,
      isFirstSeen: true,
    },
    {
      name: 'site 0',
      rank: 2,
      viewCount: 160,
      previousRank: 1,
      previousViewCount: 100,
      atLeast: 60,
      atMost: 60,
      isFirstSeen: false,
    },
  ]);
  expect((await dayOf(repositoryId, addDays(date, 1))).referrers).toEqual([]);
  expect((await dayOf(repositoryId, addDays(date, 2))).lists).toBeNull();
  // Without a list before, nothing can have entered it.
  expect(await dayOf(repositoryId, addDays(START, -1))).toMatchObject({
    lists: { date, previousDate: null },
    referrers: [],
  });
});

test('a lost day names the run that failed last while GitHub still showed it', async () => {
  const { repositoryId } = await collecting.add('unlucky', { views: 40 });
  const { repositoryId: other } = await collecting.add('too', { views: 40 });
  await collecting.collectDaily(START, addDays(START, 1));
  const lift = collecting.served.github.fail({ kind: 'status', status: 401 });
  await collecting.collectDaily(addDays(START, 2), addDays(START, 20));
  lift();
  await collecting.collectDaily(addDays(START, 21), addDays(START, 22));
  const { lostDays } = await collecting.traffic(repositoryId, START, addDays(START, 22));
  const [date = ''] = lostDays;
  const runs = await collecting.rows('collectionRun');
  const failed = runs.filter(({ state }) => state === 'failed');
  const lastShown = addDays(date, 14);
  const last = failed.find(({ startedAt }) => String(startedAt).startsWith(lastShown));
  const reason = { code: 'token_invalid', runId: last?.runId, at: last?.finishedAt };
  const shown = await dayOf(repositoryId, date);
  expect(shown).toMatchObject({ state: 'lost', reason, figures: { viewCount: null } });
  expect(shown.reason?.failedRuns).toBeGreaterThan(10);
  const all = await dayOfAll(date);
  expect(all.states).toEqual([{ state: 'lost', repositories: 2 }]);
  expect(all.reasons).toMatchObject([{ ...reason, state: 'lost', repositories: 2 }]);
  expect(other).not.toBe(repositoryId);
});

test('a lost day without any run, before the log, or missing in GitHub’s answers says so', async () => {
  const { repositoryId } = await collecting.add('paused', { views: 40 });
  await collecting.collect(at(START));
  await collecting.collect(at(addDays(START, 30)));
  const [date = ''] = (await collecting.traffic(repositoryId, START, addDays(START, 30))).lostDays;
  expect((await dayOf(repositoryId, date)).reason).toMatchObject({ code: 'no_run', runId: null });
  await collecting.db
    .updateTable('runRepository')
    .set({ finishedAt: at(addDays(date, 5)) })
    .execute();
  await collecting.db
    .updateTable('collectionRun')
    .set({ startedAt: at(addDays(date, 5)) })
    .execute();
  expect((await dayOf(repositoryId, date)).reason).toMatchObject({ code: 'not_in_answer' });
  await collecting.db.deleteFrom('runRepository').execute();
  collecting.now(at(addDays(date, 500)));
  expect((await dayOf(repositoryId, date)).reason).toMatchObject({ code: 'log_deleted' });
});

test('days before tracking, not yet published and in the future are answered as such', async () => {
  const { repositoryId } = await collecting.add('young', { views: 40 });
  expect((await dayOf(repositoryId, START)).reason).toMatchObject({ code: 'not_collected' });
  await collecting.collect(at(START));
  const before = await dayOf(repositoryId, '1970-01-01');
  expect(before).toMatchObject({ state: 'before', reason: { code: 'before_tracking' } });
  expect((await dayOf(repositoryId, START)).reason).toMatchObject({ code: 'not_published' });
  await expect(dayOf(repositoryId, addDays(START, 1))).rejects.toMatchObject({ code: 'day_in_future' });
  await expect(dayOfAll(addDays(START, 1))).rejects.toMatchObject({ code: 'day_in_future' });
  const all = await dayOfAll('1970-01-01');
  expect(all.states).toEqual([{ state: 'before', repositories: 1 }]);
});
