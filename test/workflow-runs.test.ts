import { afterEach, beforeEach, expect, test } from 'vitest';
import { addDays, daysFrom, startOf } from '../lib/day.ts';
import { ciClonesOf, estimateCiClones } from '../lib/extras/ci-clones.ts';
import type { RangeRequest } from '../lib/stats/range.ts';
import { readRepositoryTraffic } from '../lib/stats/repository.ts';
import { deleteTenant } from '../lib/tenants/deletion.ts';
import { type Collecting, openCollecting } from './collecting.ts';

const START = '2025-11-03';
const at = (day: string) => `${day}T06:00:00.000Z`;
const RUNS = /\/actions\/runs$/;
let collecting: Collecting;

beforeEach(async () => {
  collecting = await openCollecting(at(START));
});
afterEach(() => collecting.close());

async function workflowRuns(repositoryId: number, request: RangeRequest) {
  const { db, tenantId, clock } = collecting;
  const access = { tenantId, repositoryIds: null };
  const found = await readRepositoryTraffic(db, access, repositoryId, request, clock());
  if (!found.workflowRuns) throw new Error('Workflow runs were never asked for.');
  return { ...found.workflowRuns, buckets: found.buckets, cloneCount: found.series.cloneCount };
}

async function collectDaily(from: string, to: string) {
  for (const day of daysFrom(from, to)) await collecting.collect(at(day));
}

const asked = () =>
  collecting.served.github.requests().filter(({ path }) => RUNS.test(path.replace(/\?.*/, '')));

/** Days with `perRun` clones per run, plus people's clones, fewer at weekends. */
function makeDays(count: number, perRun: number, runsOf: (index: number) => number) {
  return daysFrom('2025-06-02', addDays('2025-06-02', count - 1)).map((date, index) => {
    const weekend = [0, 6].includes(startOf(date).getUTCDay());
    const runs = runsOf(index) * (weekend ? 1 : 3);
    return { date, runs, clones: runs * perRun + (weekend ? 4 : 90), uniques: null };
  });
}

test('settled days are read a few at a time until all are known, each once', async () => {
  const { id, repositoryId } = await collecting.add('built', { ciClones: 120, clones: 10 }, '2025-01-01');
  const counts: number[] = [];
  for (const day of daysFrom(START, addDays(START, 4))) {
    collecting.served.github.resetRequests();
    await collecting.collect(at(day));
    counts.push(asked().length);
  }
  // Nine settled days in the first window (or ten, with a cut one), then one more a day.
  expect(counts.slice(0, 2)).toEqual([5, 5]);
  expect(counts.slice(3)).toEqual([1, 1]);
  const settled = addDays(START, 0);
  const { runs, buckets } = await workflowRuns(repositoryId, { from: addDays(START, -10), to: settled });
  const truth = buckets.map((day) => collecting.served.github.truthOfRuns(id, day).runs);
  expect(runs).toEqual(truth);
});

test('days that have not settled are not asked for', async () => {
  const { repositoryId } = await collecting.add('built', { ciClones: 120 }, '2025-01-01');
  await collecting.collect(at(START));
  const days = asked().map(({ path }) =>
    new URLSearchParams(path.replace(/.*\?/, '')).get('created')?.slice(0, 10),
  );
  expect(days[0]).toBe(addDays(START, -4));
  expect((await workflowRuns(repositoryId, {})).reason).toBe('too_few_days');
});

test('after some weeks the estimate of CI clones is close to what really happened', async () => {
  const story = { ciClones: 300, clones: 30, weekend: 0.4, views: 40 };
  const { id, repositoryId } = await collecting.add('built', story, '2025-01-01');
  const last = addDays(START, 33);
  await collectDaily(START, last);
  const from = START;
  const to = addDays(last, -4);
  const { estimate, cloneCount, buckets } = await workflowRuns(repositoryId, { from, to, by: 'day' });
  if (!estimate) throw new Error('There is no estimate.');
  expect(estimate.clonesPerRun).toBeGreaterThan(3.1);
  expect(estimate.clonesPerRun).toBeLessThan(3.9);
  expect(estimate.correlation).toBeGreaterThan(0.9);
  const sum = (values: (number | null)[]) => values.reduce<number>((total, value) => total + (value ?? 0), 0);
  const truth = sum(buckets.map((day) => collecting.served.github.truthOfRuns(id, day).ciClones));
  expect(Math.abs(sum(estimate.ciClones) - truth) / truth).toBeLessThan(0.1);
  for (const [place, clones] of estimate.ciClones.entries()) {
    expect(clones ?? 0).toBeLessThanOrEqual(cloneCount[place] ?? 0);
    if (clones !== null) expect(estimate.ciUniques[place]).toBe(clones > 0 ? 1 : 0);
  }
  expect(sum(estimate.ciUniques)).toBeGreaterThan(20);
}, 120_000);

test('a day with a thousand runs, GitHub’s limit, says “at least”', async () => {
  const { repositoryId } = await collecting.add('busy', { ciClones: 8000, weekend: 1 }, '2025-01-01');
  await collecting.collect(at(START));
  const { runs, runsAtLeast } = await workflowRuns(repositoryId, { from: addDays(START, -9), to: START });
  expect(runs).toContain(1000);
  expect(runsAtLeast).toEqual(runs.map((count) => count === 1000));
});

test('a refusal fails nothing, names the missing permission and is retried the next day', async () => {
  const { id, repositoryId } = await collecting.add('built', { ciClones: 120 }, '2025-01-01');
  const lift = collecting.served.github.fail({
    kind: 'status',
    status: 403,
    message: 'Resource not accessible by personal access token',
    headers: { 'x-accepted-github-permissions': 'actions=read' },
    match: { repository: id, path: RUNS },
  });
  await collecting.collect(at(START));
  await collecting.work(await collecting.start());
  expect(asked()).toHaveLength(1);
  const runs = await collecting.rows('collectionRun');
  expect(new Set(runs.map(({ state }) => state))).toEqual(new Set(['succeeded']));
  expect((await workflowRuns(repositoryId, {})).problem).toEqual({
    code: 'missing_permission',
    message: 'The token lacks the permission actions=read to read the workflow runs.',
    since: at(START),
  });
  lift();
  await collecting.collect(at(addDays(START, 1)));
  expect((await workflowRuns(repositoryId, {})).problem).toBeNull();
});

test('workflow runs are deleted with their tenant', async () => {
  await collecting.add('built', { ciClones: 120 }, '2025-01-01');
  await collecting.collect(at(START));
  expect(await collecting.rows('workflowDay')).toHaveLength(5);
  await deleteTenant(collecting.db, collecting.tenantId, 'Tenant', collecting.by());
  expect(await collecting.rows('workflowDay')).toEqual([]);
});

test('the ratio is exact if people’s clones are steady, even if both drop at weekends', () => {
  const found = estimateCiClones(makeDays(60, 2.5, (index) => 10 + ((index * 7) % 13)));
  if (typeof found === 'string') throw new Error(found);
  expect(found.clonesPerRun).toBeCloseTo(2.5, 10);
  expect(found.correlation).toBeCloseTo(1, 10);
  expect(found.days).toBe(60);
});

test('there is no estimate from few days, without runs, or if clones do not follow runs', () => {
  const busy = (index: number) => 10 + ((index * 7) % 13);
  expect(estimateCiClones(makeDays(27, 2.5, busy))).toBe('too_few_days');
  expect(estimateCiClones(makeDays(60, 2.5, () => 0))).toBe('no_runs');
  expect(estimateCiClones(makeDays(60, 2.5, () => 5))).toBe('no_relation');
  const unrelated = makeDays(60, 0, busy).map((day, index) => ({ ...day, clones: (index * 11) % 17 }));
  expect(estimateCiClones(unrelated)).toBe('no_relation');
});

test('a day at GitHub’s limit of a thousand runs is left out', () => {
  const days = makeDays(60, 2, (index) => 10 + ((index * 7) % 13));
  const more = [...days, { date: '2025-09-01', runs: 1000, clones: 9000, uniques: null }];
  expect(estimateCiClones(more)).toEqual(estimateCiClones(days));
});

test('CI never has more clones than the day', () => {
  const estimate = { clonesPerRun: 3.5, correlation: 0.9, days: 60 };
  const day = { date: START, runs: 10, uniques: null };
  expect(ciClonesOf({ ...day, clones: 20 }, estimate)).toBe(20);
  expect(ciClonesOf({ ...day, clones: 90 }, estimate)).toBe(35);
});

test('each unique cloner besides CI keeps a clone of its own', () => {
  const estimate = { clonesPerRun: 3.5, correlation: 0.9, days: 60 };
  expect(ciClonesOf({ date: START, runs: 10, clones: 40, uniques: 21 }, estimate)).toBe(20);
  expect(ciClonesOf({ date: START, runs: 10, clones: 40, uniques: 1 }, estimate)).toBe(35);
});

test('a Pages build a day is not counted as CI, and more clones than a run can have checkouts are no estimate', () => {
  const busy = (index: number) => 10 + ((index * 7) % 13);
  const withPages = makeDays(60, 2, busy).map((day) => ({ ...day, clones: day.clones + 1 }));
  expect(estimateCiClones(withPages)).toEqual(estimateCiClones(makeDays(60, 2, busy)));
  expect(estimateCiClones(makeDays(60, 300, busy))).toBe('no_relation');
});
