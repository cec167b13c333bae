import { afterEach, beforeEach, expect, test } from 'vitest';
import { addDays, daysFrom } from '../lib/day.ts';
import { Failure } from '../lib/failure.ts';
import { addRepository } from '../lib/repositories/add.ts';
import { setSchedule } from '../lib/repositories/schedule.ts';
import { at, type Collecting, openCollecting, START, TOKEN } from './collecting.ts';
import { QUIET } from './github-server.ts';

let collecting: Collecting;

beforeEach(async () => {
  collecting = await openCollecting(`${START}T06:00:00.000Z`);
});

afterEach(() => collecting.close());

test('a failing repository says why and does not stop the others', async () => {
  collecting.served.github.setAnswers('sparse');
  const broken = await collecting.add('broken');
  await collecting.add('fine');
  await collecting.collect(at(START));
  const lift = collecting.answer(
    broken.id,
    /traffic\/views$/,
    { message: 'Must have push access to repository' },
    403,
  );
  await collecting.collect(at(addDays(START, 1)));
  await collecting.collect(at(addDays(START, 2)));
  const { run, repositories } = await collecting.lastRun();
  expect(run).toMatchObject({ state: 'partial', succeededCount: 1, failedCount: 1, failure: null });
  expect(repositories).toMatchObject([
    { fullName: 'ada/broken', state: 'failed', code: 'no_push_access', daysUntilLoss: 11 },
    { fullName: 'ada/fine', state: 'succeeded', code: null, daysUntilLoss: null },
  ]);
  const { problem } = (await collecting.traffic(broken.repositoryId, START, START)).repository;
  expect(problem).toMatchObject({ code: 'no_push_access', since: at(addDays(START, 1)), daysUntilLoss: 11 });
  lift();
  await collecting.collect(at(addDays(START, 3)));
  expect((await collecting.traffic(broken.repositoryId, START, START)).repository.problem).toBeNull();
});

test('a missing repository and one with an unreadable answer fail with their own codes', async () => {
  const gone = await collecting.add('gone');
  const garbled = await collecting.add('garbled');
  collecting.served.github.remove(gone.id);
  collecting.served.github.fail({ kind: 'garbage', match: { repository: garbled.id, path: /views|clones/ } });
  await collecting.collect(at(START));
  const { run, repositories } = await collecting.lastRun();
  expect(run.state).toBe('failed');
  expect(repositories.map(({ fullName, code }) => [fullName, code])).toEqual([
    ['ada/garbled', 'unreadable_answer'],
    ['ada/gone', 'not_found'],
  ]);
  expect(await collecting.rows('trafficDay')).toEqual([]);
});

test('views are stored when clones cannot be read; clones stay unknown until they can', async () => {
  const { repositoryId, id } = await collecting.add('half', { views: 30, clones: 9 });
  const lift = collecting.served.github.fail({ kind: 'down', match: { repository: id, path: /clones/ } });
  await collecting.collect(at(START));
  const { repositories } = await collecting.lastRun();
  expect(repositories).toMatchObject([{ state: 'succeeded', code: 'partly_collected' }]);
  const halves = await collecting.days(repositoryId);
  expect(halves.length).toBeGreaterThan(8);
  expect(halves.every(({ viewCount, cloneCount }) => viewCount !== null && cloneCount === null)).toBe(true);
  lift();
  await collecting.collect(at(addDays(START, 1)));
  const known = (await collecting.days(repositoryId)).filter(({ state }) => state === 'measured');
  expect(known.every(({ cloneCount }) => cloneCount !== null)).toBe(true);
  expect(known.length).toBeGreaterThan(8);
});

test('a week whose clones GitHub did not give has its views, and its clones once they are read, never zero', async () => {
  const { id } = await collecting.add('half', { views: 60, clones: 20, regulars: 9 });
  const lift = collecting.answer(id, /clones$/, { message: 'Server Error' }, 500);
  await collecting.collect(at(START, '08:00'));
  const lastWeek = async () => {
    const week = (await collecting.rows('trafficWeek')).at(-1);
    return [week?.weekStart, week?.viewCount, week?.viewUniques, week?.cloneCount, week?.cloneUniques];
  };
  const monday = addDays(START, -7);
  const truth = collecting.served.github.truthOfWeek(id, monday);
  expect(await lastWeek()).toEqual([monday, truth.viewCount, truth.viewUniques, null, null]);
  lift();
  await collecting.collect(at(addDays(START, 1), '08:00'));
  expect(await lastWeek()).toEqual([monday, ...Object.values(truth)]);
});

test('days on which GitHub was down are collected afterwards', async () => {
  const added = [];
  for (const name of ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight'])
    added.push(await collecting.add(name, { views: 20 }));
  await collecting.collectDaily(START, addDays(START, 1));
  const lift = collecting.served.github.fail({ kind: 'down' });
  collecting.served.github.resetRequests();
  await collecting.collectDaily(addDays(START, 2), addDays(START, 7));
  expect(await collecting.lastRun()).toMatchObject({ run: { state: 'failed', failedCount: 8 } });
  lift();
  await collecting.collectDaily(addDays(START, 8), addDays(START, 12));
  for (const { repositoryId, id } of added) {
    const rows = await collecting.days(repositoryId, START, addDays(START, 8));
    expect(rows.map(({ viewCount }) => viewCount)).toEqual(
      daysFrom(START, addDays(START, 8)).map((day) => collecting.served.github.truth(id, day).viewCount),
    );
  }
});

test('a refused token fails every repository, and GitHub is not asked again for each', async () => {
  for (const name of ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight'])
    await collecting.add(name);
  collecting.served.github.removeToken(TOKEN);
  collecting.served.github.resetRequests();
  await collecting.collect(at(START));
  const { run, repositories } = await collecting.lastRun();
  expect(run.state).toBe('failed');
  expect(repositories.map(({ code, daysUntilLoss }) => [code, daysUntilLoss])).toEqual(
    Array(8).fill(['token_invalid', 0]),
  );
  expect(collecting.served.github.requests().length).toBeLessThanOrEqual(4);
});

test('a token that cannot be unsealed fails every repository', async () => {
  await collecting.add('one');
  const runId = await collecting.start();
  const openGitHub = () => Promise.reject(new Failure('token_unreadable'));
  await collecting.work(runId, { openGitHub });
  expect(await collecting.lastRun()).toMatchObject({
    run: { state: 'failed' },
    repositories: [{ code: 'token_unreadable' }],
  });
});

test('if the database fails for one repository, the others finish before the activation ends', async () => {
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
    return { github: { ...github, getTraffic }, fingerprint: 'one token' };
  };
  await expect(collecting.work(runId, { openGitHub })).rejects.toMatchObject({
    code: 'database_unavailable',
  });
  expect(atWork).toBe(0);
  expect(asked).toBe(4);
  const { run } = await collecting.lastRun();
  expect([run.state, run.succeededCount]).toEqual(['running', 3]);
});

test('a repository without its referrers, paths or weeks is still collected and says what is missing', async () => {
  collecting.served.github.setAnswers('sparse');
  const { id, repositoryId } = await collecting.add('partly', { views: 20 });
  await collecting.collect(at(START));
  const before = await collecting.traffic(repositoryId, START, START);
  expect(before.referrers.length).toBeGreaterThan(0);
  const monday = '2025-11-16';
  const lifts = [
    collecting.answer(id, /popular\/referrers$/, { message: 'Not Found' }, 404),
    collecting.answer(id, /popular\/paths$/, [{ path: 7 }]),
  ];
  await collecting.collect(at(monday));
  const { run, repositories } = await collecting.lastRun();
  expect(run).toMatchObject({ state: 'succeeded', succeededCount: 1, failedCount: 0 });
  expect(repositories).toMatchObject([{ state: 'succeeded', code: 'partly_collected', daysUntilLoss: null }]);
  expect(repositories[0]?.message).toMatch(
    /^Everything is stored but the referrers and the paths: GitHub shows this token no such/,
  );
  const shown = await collecting.traffic(repositoryId, START, monday);
  expect(shown.repository).toMatchObject({
    lastCoveredDate: monday,
    problem: { code: 'partly_collected', since: at(monday), daysUntilLoss: 13 },
  });
  expect((await collecting.days(repositoryId, addDays(monday, -3), addDays(monday, -3))).length).toBe(1);
  expect(shown.snapshotDate).toBe(START);
  for (const lift of lifts) lift();
  await collecting.collect(at(addDays(monday, 1)));
  const after = await collecting.traffic(repositoryId, START, addDays(monday, 1));
  expect([after.repository.problem, after.snapshotDate]).toEqual([null, addDays(monday, 1)]);
});

test('lists that the day’s second run cannot read stay as the first run stored them', async () => {
  const { id, repositoryId } = await collecting.add('partly', { views: 20 });
  await collecting.collect(at(START));
  const { referrers, paths } = await collecting.traffic(repositoryId, START, START);
  collecting.answer(id, /popular/, { message: 'Server Error' }, 404);
  await collecting.work(await collecting.start());
  const again = await collecting.traffic(repositoryId, START, START);
  expect([again.referrers, again.paths]).toEqual([referrers, paths]);
});

test('a token refused mid-repository ends the run for all', async () => {
  for (const name of ['one', 'two']) await collecting.add(name);
  collecting.served.github.fail({ kind: 'status', status: 401, match: { path: /referrers/ } });
  await collecting.collect(at(START));
  const { run, repositories } = await collecting.lastRun();
  expect(run).toMatchObject({ state: 'failed', failedCount: 2 });
  expect(repositories.map(({ code }) => code)).toEqual(['token_invalid', 'token_invalid']);
});

test('the alarm does not retry a refusal within a day, unless a person, a new token or a new schedule asks for it', async () => {
  const { id, repositoryId } = await collecting.add('refused');
  const asked = () => {
    const requests = collecting.served.github.requests().length;
    collecting.served.github.resetRequests();
    return requests;
  };
  collecting.answer(id, /views$/, { message: 'Must have push access to repository' }, 403);
  asked();
  await collecting.collect(at(START));
  expect(asked()).toBe(2);
  await collecting.collect(at(START, '23:00'));
  expect(await collecting.rows('collectionRun')).toHaveLength(1);
  expect(asked()).toBe(0);
  await collecting.collect(at(addDays(START, 1), '05:50'));
  expect(asked()).toBe(2);
  await collecting.work(await collecting.start());
  expect(asked()).toBe(2);
  await collecting.collect(at(addDays(START, 1), '12:00'));
  expect(asked()).toBe(0);
  const change = { repositoryIds: [repositoryId], schedule: 'daily' } as const;
  await setSchedule(collecting.db, collecting.tenantId, change, collecting.by());
  await collecting.collect(at(addDays(START, 1), '12:10'));
  expect(asked()).toBe(2);
  const problem = (await collecting.traffic(repositoryId, START, START)).repository.problem;
  expect(problem).toMatchObject({ code: 'no_push_access', since: at(START) });
});

test('every alarm retries while GitHub is down', async () => {
  await collecting.add('one');
  const lift = collecting.served.github.fail({ kind: 'down' });
  await collecting.collect(at(START));
  lift();
  await collecting.collect(at(START, '07:00'));
  expect((await collecting.lastRun()).run).toMatchObject({ state: 'succeeded', succeededCount: 1 });
});

test('a repository that was deleted and made again under its name: the run says which id has the name now', async () => {
  const { served } = collecting;
  const { id } = await collecting.add('phoenix');
  served.github.remove(id);
  const again = served.github.addRepository({
    owner: 'ada',
    name: 'phoenix',
    createdOn: START,
    story: QUIET,
  });
  await collecting.collect(at(addDays(START, 1)));
  const { repositories } = await collecting.lastRun();
  expect(repositories).toMatchObject([{ state: 'failed', code: 'not_found' }]);
  expect(repositories[0]?.message).toContain(
    `The name ada/phoenix belongs to another repository now, with the id ${again.id}.`,
  );
  // The advice works.
  const { db, tenantId } = collecting;
  const adding = { db, tenantId, github: collecting.github(), by: collecting.by() };
  const added = await addRepository(adding, { owner: 'ada', name: 'phoenix' });
  expect(added.githubId).toBe(again.id);
});
