import { afterEach, beforeEach, expect, test } from 'vitest';
import { lockRepositories } from '../lib/collector/outcome.ts';
import { addDays } from '../lib/day.ts';
import { inTransaction } from '../lib/db/portable.ts';
import { Failure } from '../lib/failure.ts';
import { putMember } from '../lib/members.ts';
import { addRepository } from '../lib/repositories/add.ts';
import { removeRepository } from '../lib/repositories/removal.ts';
import { closeAbandoned } from '../lib/runs/end.ts';
import { startAddedRun } from '../lib/runs/start.ts';
import { findActiveRun, readRun } from '../lib/runs.ts';
import { deleteTenant } from '../lib/tenants/deletion.ts';
import { saveDays } from '../lib/traffic/tables.ts';
import { at, type Collecting, openCollecting, START, STORED } from './collecting.ts';
import { QUIET } from './github-server.ts';

let collecting: Collecting;

beforeEach(async () => {
  collecting = await openCollecting(`${START}T06:00:00.000Z`);
});

afterEach(() => collecting.close());

test('before its deadline a run is handed over to a fresh activation, which finishes it', async () => {
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
  expect(started).toEqual([['collect-tenant', { tenantId: collecting.tenantId, runId }]]);
  const { run } = await collecting.lastRun();
  expect(run.state).toBe('running');
  expect(run.succeededCount).toBe(handed.repoCount);
  const rest = await collecting.work(runId);
  expect(rest.repoCount).toBe(8 - handed.repoCount);
  expect((await collecting.lastRun()).run).toMatchObject({ state: 'succeeded', succeededCount: 8 });
  expect(await collecting.work(runId)).toMatchObject({ repoCount: 0 });
});

test('a run that cannot be continued says so, and its uncollected repositories are due again', async () => {
  for (const name of ['one', 'two', 'three', 'four', 'five']) await collecting.add(name);
  const runId = await collecting.start();
  const refused = new Failure('start_failed', 'The platform did not start it.');
  let begun = false;
  const github = collecting.github();
  const late = {
    openGitHub: async () => {
      const getRepository: typeof github.getRepository = (repository, memory) => {
        begun = true;
        return github.getRepository(repository, memory);
      };
      return { github: { ...github, getRepository }, fingerprint: 'one token' };
    },
    timeLeft: () => (begun ? 0 : 60_000),
    activations: { start: () => Promise.reject(refused) },
  };
  await expect(collecting.work(runId, late)).rejects.toThrow(refused);
  const { run, repositories } = await collecting.lastRun();
  expect(run).toMatchObject({ state: 'partial', failure: { code: 'start_failed' } });
  expect(repositories.filter(({ code }) => code === 'start_failed')).toMatchObject([{ daysUntilLoss: 0 }]);
  expect(run.succeededCount).toBe(4);
  await collecting.collect(at(START, '07:00'));
  expect((await collecting.lastRun()).run).toMatchObject({ state: 'succeeded', repositoryCount: 1 });
});

test('no second run starts while one is at work; a dead run is taken over when its lease ends', async () => {
  await collecting.add('one');
  await collecting.collect(at(addDays(START, -3)));
  await collecting.add('new');
  collecting.now(at(START));
  const runId = await collecting.start();
  expect(await collecting.start()).toBe(runId);
  await collecting.collect(at(START, '06:05'));
  expect(await collecting.rows('collectionRun')).toHaveLength(2);
  await collecting.collect(at(START, '06:11'));
  const { run, repositories } = await readRun(collecting.db, collecting.tenantId, runId, {
    page: 1,
    size: 10,
  });
  expect(run).toMatchObject({ state: 'failed', failure: { code: 'abandoned' } });
  expect(repositories).toMatchObject([
    { fullName: 'ada/new', code: 'abandoned', daysUntilLoss: 0 },
    { fullName: 'ada/one', code: 'abandoned', daysUntilLoss: 10 },
  ]);
  expect((await collecting.lastRun()).run).toMatchObject({
    reason: 'alarm',
    state: 'succeeded',
    succeededCount: 2,
  });
  expect(await collecting.work(runId)).toMatchObject({ repoCount: 0 });
});

test('pages show a run as at work until the sweep may close it, with or without a lease', async () => {
  const { repositoryId } = await collecting.add('one');
  const { db, tenantId } = collecting;
  const activations = { start: async () => {} };
  const added = { tenantId, startedBy: 'ada@example.com', repositoryIds: [repositoryId] };
  const unleased = await startAddedRun({ db, activations, now: collecting.clock() }, added);
  const leased = await collecting.start();
  const look = async (time: string) => {
    const now = new Date(at(START, time));
    return { active: await findActiveRun(db, tenantId, now), closed: await closeAbandoned(db, now) };
  };
  expect(await look('06:09')).toEqual({ active: leased, closed: 0 });
  expect(await look('06:11')).toEqual({ active: unleased, closed: 1 });
  expect(await look('06:14')).toEqual({ active: unleased, closed: 0 });
  expect(await look('06:16')).toEqual({ active: null, closed: 1 });
});

test('the alarm collects daily repositories once a day, weekly ones once a week, paused ones never', async () => {
  collecting.served.github.setAnswers('sparse');
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
    const { run, repositories } = await collecting.lastRun();
    return [run.startedAt.slice(0, 10), ...repositories.map(({ fullName }) => fullName)];
  };
  await collecting.collect(at(START));
  expect(await collected()).toEqual([START, 'ada/daily', 'ada/weekly']);
  await collecting.collect(at(START, '23:00'));
  expect(await collecting.rows('collectionRun')).toHaveLength(1);
  const thursday = addDays(START, 3);
  for (const [before, day] of [
    [addDays(START, 1), thursday] as const,
    [addDays(thursday, 1), addDays(thursday, 7)] as const,
  ]) {
    await collecting.collectDaily(before, addDays(day, -1));
    expect(await collected()).toEqual([addDays(day, -1), 'ada/daily']);
    await collecting.collect(at(day));
    expect(await collected()).toEqual([day, 'ada/daily', 'ada/weekly']);
  }
});

test('a repository removed during its collection stays removed', async () => {
  const { repositoryId } = await collecting.add('one');
  const runId = await collecting.start();
  collecting.served.github.fail({ kind: 'slow', milliseconds: 150, match: { path: /referrers/ } });
  const working = collecting.work(runId);
  const { db, tenantId, by } = collecting;
  await removeRepository(db, { tenantId, repositoryIds: null }, repositoryId, by());
  await working;
  for (const table of STORED) expect([table, await collecting.rows(table)]).toEqual([table, []]);
  expect((await collecting.lastRun()).run.state).toBe('succeeded');
});

test('a tenant is deleted at once, even during a collection', async () => {
  for (const name of ['one', 'two', 'three', 'four', 'five', 'six']) await collecting.add(name);
  const runId = await collecting.start();
  // A collection that has locked its row and not yet written its days.
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
    const { tenantId, repositoryId } = key;
    if ((await lockRepositories(trx, tenantId, [repositoryId])).length === 0) return;
    begun();
    await released;
    const observed = { views: [{ date: START, count: 3, uniques: 1 }], clones: [] };
    const reading = { now: collecting.clock(), createdDate: START };
    await saveDays(trx, tenantId, [
      { repositoryId, observed, reading, lastCoveredDate: null, importedThrough: null },
    ]);
  });
  await holds;
  const deleting = deleteTenant(collecting.db, collecting.tenantId, 'Tenant', collecting.by());
  setTimeout(release, 200);
  await expect(deleting).resolves.toMatchObject({ repositories: 6 });
  await storing;
  expect(await collecting.work(runId)).toMatchObject({ repoCount: 0 });
  for (const table of STORED) expect([table, await collecting.rows(table)]).toEqual([table, []]);
});

test('once GitHub has given traffic, a repository’s requests go together, but not those of one that was refused', async () => {
  const { github } = collecting.served;
  const ids: number[] = [];
  for (const name of ['one', 'two', 'three', 'four', 'five', 'six', 'seven'])
    ids.push((await collecting.add(name)).id);
  const [first = 0, , , , , sixth = 0, seventh = 0] = ids;
  const askedOf = (id: number) =>
    github.requests().flatMap(({ path }) => path.split(`/repositories/${id}/traffic/`)[1] ?? []);
  for (const repository of [first, sixth])
    github.fail({ kind: 'slow', milliseconds: 400, match: { repository, path: /traffic\/views$/ } });
  const refused = { repository: seventh, path: /traffic/ };
  github.fail({
    kind: 'status',
    status: 403,
    message: 'Must have push access to repository',
    match: refused,
  });
  github.resetRequests();
  await collecting.collect(at(START));
  // Four begin before GitHub has answered anything.
  expect(askedOf(first)[0]).toBe('views');
  expect(askedOf(sixth).indexOf('views')).toBeGreaterThanOrEqual(3);
  expect(askedOf(seventh)).toHaveLength(4);
  github.resetRequests();
  await collecting.collect(at(addDays(START, 1)));
  expect(askedOf(seventh)).toEqual(['views']);
});

test('an activation that collected nothing does not start another', async () => {
  await collecting.add('one');
  const runId = await collecting.start();
  const started: string[] = [];
  const activations = { start: async (action: string) => void started.push(action) };
  await collecting.work(runId, { timeLeft: () => 0, activations });
  expect(started).toEqual([]);
  expect(await collecting.lastRun()).toMatchObject({
    run: { state: 'failed', failure: { code: 'out_of_time' } },
    repositories: [{ state: 'failed', code: 'out_of_time' }],
  });
});

test('never collected repositories come first, then those collected longest ago', async () => {
  const ids: Record<string, number> = {};
  for (const name of ['new', 'older', 'newer']) ids[name] = (await collecting.add(name)).repositoryId;
  const collected = { older: at(addDays(START, -2)), newer: at(addDays(START, -1)) };
  for (const [name, lastSuccessAt] of Object.entries(collected))
    await collecting.db
      .updateTable('repository')
      .set({ lastSuccessAt })
      .where('repositoryId', '=', ids[name] ?? 0)
      .execute();
  const asked: number[] = [];
  const github = collecting.github();
  const getRepository: typeof github.getRepository = (repository, memory) => {
    if ('id' in repository) asked.push(repository.id);
    return github.getRepository(repository, memory);
  };
  await collecting.work(await collecting.start(), {
    openGitHub: async () => ({ github: { ...github, getRepository }, fingerprint: 'one token' }),
  });
  const names = new Map((await collecting.rows('repository')).map(({ githubId, name }) => [githubId, name]));
  expect(asked.map((id) => names.get(id))).toEqual(['new', 'older', 'newer']);
});

test('adding a repository or member to a tenant deleted meanwhile gives “not found”', async () => {
  const { db, tenantId } = collecting;
  collecting.served.github.addRepository({ owner: 'ada', name: 'late', createdOn: START, story: QUIET });
  const github = collecting.github();
  const getTraffic: typeof github.getTraffic = async (id, parts) => {
    const traffic = await github.getTraffic(id, parts);
    await deleteTenant(db, tenantId, 'Tenant', collecting.by());
    return traffic;
  };
  const adding = { db, tenantId, by: collecting.by() };
  const late = addRepository(
    { ...adding, github: { ...github, getTraffic } },
    { owner: 'ada', name: 'late' },
  );
  await expect(late).rejects.toMatchObject({ status: 404, code: 'tenant_not_found' });
  const member = { email: 'grace@example.com', role: 'viewer' } as const;
  const joining = putMember(
    db,
    tenantId,
    { ...member, repositoryIds: [], groupIds: [] },
    collecting.by(),
    'i',
  );
  await expect(joining).rejects.toMatchObject({ status: 404, code: 'tenant_not_found' });
});
