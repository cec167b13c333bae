import { afterEach, beforeEach, expect, test } from 'vitest';
import { addDays } from '../lib/day.ts';
import { findProblems } from '../lib/problems/rules.ts';
import { listRepositoryRows, toFullName } from '../lib/repositories/repository.ts';
import { readOverview } from '../lib/stats/overview.ts';
import { at, type Collecting, openCollecting, START } from './collecting.ts';

let collecting: Collecting;

beforeEach(async () => {
  collecting = await openCollecting(`${START}T08:00:00.000Z`);
});
afterEach(() => collecting.close());

const ARCHIVED_FROM = addDays(START, 20);

test('an archived repository keeps its history, bothers nobody and loses no day', async () => {
  const old = await collecting.add('old', { views: 40, clones: 10 });
  await collecting.add('alive', { views: 40, clones: 10 });
  for (const count of [0, 10, 19]) await collecting.collect(at(addDays(START, count), '08:00'));
  const before = await collecting.days(old.repositoryId);
  collecting.served.github.archive(old.id);
  const until = addDays(ARCHIVED_FROM, 40);
  for (const count of [0, 1, 10, 20, 30, 40])
    await collecting.collect(at(addDays(ARCHIVED_FROM, count), '08:00'));

  const { run, repositories } = await collecting.lastRun();
  expect(run).toMatchObject({ state: 'succeeded', failedCount: 0 });
  expect(repositories.find(({ fullName }) => fullName === 'ada/old')).toMatchObject({
    state: 'succeeded',
    code: 'archived',
    message: 'GitHub gives no traffic of archived repositories. What is stored stays.',
  });
  expect(await collecting.days(old.repositoryId)).toEqual(before);
  const { repository, lostDays, events } = await collecting.traffic(old.repositoryId, START, until);
  expect(repository).toMatchObject({ archived: true, problem: null, daysUntilLoss: null });
  expect(lostDays).toEqual([]);
  expect(events).toMatchObject([{ kind: 'archived' }, { kind: 'tracking' }]);

  const { db, tenantId } = collecting;
  const access = { tenantId, repositoryIds: null };
  const rows = await listRepositoryRows(db, access);
  const watched = rows.map((row) => ({ ...row, fullName: toFullName(row) }));
  const tenant = { tokenExpiresAt: null, lastSuccessAt: null, lastRunAt: null, failingRules: [] };
  const onlyOld = watched.filter(({ repositoryId }) => repositoryId === old.repositoryId);
  expect(findProblems({ ...tenant, repositories: onlyOld }, collecting.clock())).toEqual([]);
  const request = { from: addDays(until, -6), to: until, sort: 'name', page: 1, size: 10 } as const;
  const overview = await readOverview(db, access, request, collecting.clock());
  expect(overview).toMatchObject({ problemCount: 0, attention: [], comparison: { comparable: true } });
  // GitHub publishes nothing more of it, so only today's figure of the other one can still come.
  expect(overview.series.pendingDays).toEqual([0, 0, 0, 0, 0, 0, 1]);
  const around = { ...request, from: addDays(ARCHIVED_FROM, -4), to: addDays(ARCHIVED_FROM, 3) };
  const { comparison, series, totals } = await readOverview(db, access, around, collecting.clock());
  expect(comparison.comparable).toBe(true);
  expect(totals.viewCount).toBeGreaterThan(comparison.current.viewCount ?? 0);
  expect(series.pendingDays).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);

  collecting.served.github.unarchive(old.id);
  await collecting.collect(at(addDays(until, 1), '08:00'));
  expect((await collecting.traffic(old.repositoryId, until, until)).repository).toMatchObject({
    archived: false,
    problem: null,
    daysUntilLoss: 14,
  });
});

test('a refused token stays a problem, although a repository is archived', async () => {
  const old = await collecting.add('old');
  collecting.served.github.archive(old.id);
  collecting.answer(old.id, /traffic/, { message: 'Bad credentials' }, 401);
  await collecting.collect(at(START, '09:00'));
  const { repositories } = await collecting.lastRun();
  expect(repositories).toMatchObject([{ state: 'failed', code: 'token_invalid' }]);
});
