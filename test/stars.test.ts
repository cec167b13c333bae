import { afterEach, beforeEach, expect, test } from 'vitest';
import { addDays, daysBetween, daysFrom } from '../lib/day.ts';
import { removeRepository } from '../lib/repositories/removal.ts';
import { readRepositoryTraffic } from '../lib/stats/repository.ts';
import { deleteTenant } from '../lib/tenants/deletion.ts';
import { type Collecting, openCollecting, TOKEN } from './collecting.ts';

const START = '2025-11-03';
const at = (day: string, time = '06:00') => `${day}T${time}:00.000Z`;
const HISTORY = /\/stargazers\/history$/;
const LAUNCH = [{ on: '2025-10-20', views: 4000, halfLife: 1.5, referrer: 'news.ycombinator.com' }];
let collecting: Collecting;

beforeEach(async () => {
  collecting = await openCollecting(at(START));
});
afterEach(() => collecting.close());

async function read(repositoryId: number, span: { from?: string; to?: string } = {}) {
  const { db, tenantId, clock } = collecting;
  return readRepositoryTraffic(db, { tenantId, repositoryIds: null }, repositoryId, span, clock());
}

async function history(repositoryId: number) {
  const { starHistory } = await read(repositoryId);
  if (!starHistory) throw new Error('The star history was never asked for.');
  return starHistory;
}

async function gainedByDay(repositoryId: number) {
  const rows = (await collecting.rows('starDay')).filter((row) => row.repositoryId === repositoryId);
  return Object.fromEntries(rows.map(({ starDate, gained }) => [starDate, gained]));
}

/** The true gains since the repository was created, without days that gained none. */
function truth(id: number, createdOn: string, to: string) {
  const days = daysFrom(createdOn, to).map((day) => [day, collecting.served.github.truthOfStars(id, day)]);
  return Object.fromEntries(days.filter(([, gained]) => gained !== 0));
}

async function starsAtGitHub(id: number): Promise<number> {
  const response = await collecting.served.get(`/repositories/${id}`, TOKEN);
  return ((await response.json()) as { stargazers_count: number }).stargazers_count;
}

const historyRequests = () =>
  collecting.served.github.requests().filter(({ path }) => HISTORY.test(path.replace(/\?.*/, '')));

test('the first collection reads all years, and each day’s gain is what really happened', async () => {
  const { id, repositoryId } = await collecting.add(
    'rising',
    { starsPerDay: 1.7, spikes: LAUNCH },
    '2023-02-01',
  );
  await collecting.collect(at(START));
  const gained = await gainedByDay(repositoryId);
  expect({ ...gained, [START]: undefined }).toEqual({
    ...truth(id, '2023-02-01', addDays(START, -1)),
    [START]: undefined,
  });
  const { complete, problem, readAt, stars, starsGained, range, buckets } = await history(repositoryId);
  expect({ complete, problem, readAt, by: range.by }).toEqual({
    complete: true,
    problem: null,
    readAt: at(START),
    by: 'month',
  });
  const total = await starsAtGitHub(id);
  expect(stars.at(-1)).toBe(total);
  expect(starsGained.reduce<number>((sum, one) => sum + (one ?? 0), 0)).toBe(total);
  const untilMarch = daysFrom('2023-02-01', '2023-03-31').map((day) => gained[day] ?? 0);
  expect(stars[buckets.indexOf('2023-03-01')]).toBe(
    untilMarch.reduce<number>((sum, one) => sum + Number(one), 0),
  );
});

test('days before the first collection have computed stars; later days have the stars that collections saw', async () => {
  const { id, repositoryId } = await collecting.add(
    'rising',
    { starsPerDay: 1.7, spikes: LAUNCH },
    '2025-09-01',
  );
  for (const day of [START, addDays(START, 1), addDays(START, 4)]) await collecting.collect(at(day));
  const { facts, buckets } = await read(repositoryId, { from: '2025-10-18', to: addDays(START, 4) });
  const counted = buckets.map((day) => {
    const days = daysFrom('2025-09-01', day).map((one) => collecting.served.github.truthOfStars(id, one));
    return days.reduce((sum, one) => sum + one, 0);
  });
  const before = buckets.indexOf(START);
  expect(facts.stars.slice(0, before)).toEqual(counted.slice(0, before));
  expect(facts.stars.slice(before).map((one) => one !== null)).toEqual([true, true, false, false, true]);
  expect(facts.stars.at(-1)).toBe(await starsAtGitHub(id));
  expect(facts.starsGained.slice(0, -1)).toEqual(
    buckets.slice(0, -1).map((day) => collecting.served.github.truthOfStars(id, day)),
  );
});

test('a long history is read over several days, ten pages each, and nothing is missing at the end', async () => {
  const { id, repositoryId } = await collecting.add('old', { starsPerDay: 0.3 }, '2008-05-01');
  const seen: [number, boolean][] = [];
  for (const day of daysFrom(START, addDays(START, 3))) {
    collecting.served.github.resetRequests();
    await collecting.collect(at(day));
    const { complete } = await history(repositoryId);
    seen.push([historyRequests().length, complete]);
  }
  expect(seen).toEqual([
    [10, false],
    [10, false],
    [10, false],
    [4, true],
  ]);
  const last = addDays(START, 2);
  const gained = await gainedByDay(repositoryId);
  const until = Object.entries(gained).filter(([day]) => day <= last);
  expect(Object.fromEntries(until)).toEqual(truth(id, '2008-05-01', last));
});

test('while the oldest years are missing, nothing is claimed about them', async () => {
  const { repositoryId } = await collecting.add('old', { starsPerDay: 1 }, '2008-05-01');
  await collecting.collect(at(START));
  const { complete, stars, buckets } = await history(repositoryId);
  expect(complete).toBe(false);
  expect(stars.filter((one) => one !== null)).toHaveLength(1);
  expect(daysBetween(buckets[0] ?? '', START)).toBeLessThan(301 * 7);
});

test('reading that stops in the middle goes on the next day where it stopped', async () => {
  const { id, repositoryId } = await collecting.add('old', { starsPerDay: 0.5 }, '2022-01-01');
  const { github } = collecting.served;
  const answer = github.handle;
  let lift = () => {};
  github.handle = (request, response) => {
    if (historyRequests().length === 3)
      lift = github.fail({ kind: 'status', status: 403, message: 'No more', match: { path: HISTORY } });
    return answer(request, response);
  };
  await collecting.collect(at(START));
  const stopped = await history(repositoryId);
  expect([stopped.complete, stopped.problem?.code]).toEqual([false, 'blocked']);
  github.handle = answer;
  lift();
  github.resetRequests();
  await collecting.collect(at(addDays(START, 1)));
  const pages = historyRequests().map(({ path }) => Number(/[?&]page=(\d+)/.exec(path)?.[1]));
  expect(pages.slice(0, 2)).toEqual([1, 4]);
  expect(await history(repositoryId)).toMatchObject({ complete: true, problem: null });
  const until = Object.entries(await gainedByDay(repositoryId)).filter(([day]) => day <= START);
  expect(Object.fromEntries(until)).toEqual(truth(id, '2022-01-01', START));
});

test('a refused history fails neither repository nor run, and is retried the next day', async () => {
  const { id, repositoryId } = await collecting.add('rising', { starsPerDay: 2 }, '2025-06-01');
  const lift = collecting.served.github.fail({
    kind: 'status',
    status: 404,
    message: 'Not Found',
    match: { repository: id, path: HISTORY },
  });
  await collecting.collect(at(START));
  const runId = await collecting.start();
  await collecting.work(runId);
  expect(historyRequests().map(({ status }) => status)).toEqual([404]);
  const runs = await collecting.rows('collectionRun');
  expect(runs.map(({ state }) => state)).toEqual(runs.map(() => 'succeeded'));
  const { repository } = await read(repositoryId);
  expect(repository.problem).toBeNull();
  expect((await history(repositoryId)).problem).toEqual({
    code: 'not_found',
    message: 'GitHub shows this token no star history for the repository.',
    since: at(START),
  });
  lift();
  await collecting.collect(at(addDays(START, 1)));
  expect(await history(repositoryId)).toMatchObject({ complete: true, problem: null });
});

test('an unreadable answer is reported, and the stored stars stay', async () => {
  const { id, repositoryId } = await collecting.add('rising', { starsPerDay: 2 }, '2025-06-01');
  await collecting.collect(at(START));
  const before = await gainedByDay(repositoryId);
  const body = [{ week: 1, total: 3, days: [1, 2] }];
  collecting.served.github.fail({
    kind: 'status',
    status: 200,
    body,
    match: { repository: id, path: HISTORY },
  });
  await collecting.collect(at(addDays(START, 1)));
  const { problem, complete } = await history(repositoryId);
  expect([problem?.code, complete]).toEqual(['unreadable_answer', true]);
  expect(await gainedByDay(repositoryId)).toEqual(before);
});

test('after the first reading, only the newest page is read, when the stars changed or a week has passed', async () => {
  await collecting.add('still', { starsPerDay: 0.04 }, '2024-01-01');
  await collecting.add('rising', { starsPerDay: 2 }, '2021-01-01');
  await collecting.collect(at(START));
  collecting.served.github.resetRequests();
  for (const day of daysFrom(addDays(START, 1), addDays(START, 8))) await collecting.collect(at(day));
  const paths = historyRequests().map(({ path }) => path.replace(/\?.*/, ''));
  const counts = [...new Set(paths)].map((path) => paths.filter((one) => one === path).length);
  expect(counts.sort()).toEqual([1, 8]);
  expect(historyRequests().every(({ path }) => /[?&]page=1(&|$)/.test(path))).toBe(true);
});

test('days without a collection are filled in, however long the pause', async () => {
  const { id, repositoryId } = await collecting.add('rising', { starsPerDay: 1.3 }, '2025-01-01');
  await collecting.collect(at(START));
  const later = addDays(START, 400);
  await collecting.collect(at(later));
  const last = addDays(later, -1);
  const until = Object.entries(await gainedByDay(repositoryId)).filter(([day]) => day <= last);
  expect(Object.fromEntries(until)).toEqual(truth(id, '2025-01-01', last));
});

test('removed stars do not lower a day’s gain', async () => {
  const { id, repositoryId } = await collecting.add('rising', { starsPerDay: 3 }, '2025-10-01');
  await collecting.collect(at(START));
  const before = await gainedByDay(repositoryId);
  const week = Date.parse('2025-10-26T00:00:00Z') / 1000;
  const body = [{ week, total: 7, days: [1, 1, 1, 1, 1, 1, 1] }];
  collecting.served.github.fail({
    kind: 'status',
    status: 200,
    body,
    match: { repository: id, path: HISTORY },
  });
  await collecting.collect(at(addDays(START, 1)));
  expect(await gainedByDay(repositoryId)).toEqual(before);
});

test('two runs at once store every day once', async () => {
  const { id, repositoryId } = await collecting.add('rising', { starsPerDay: 2 }, '2025-06-01');
  const runId = await collecting.start();
  await Promise.all([collecting.work(runId), collecting.work(runId)]);
  const until = Object.entries(await gainedByDay(repositoryId)).filter(([day]) => day < START);
  expect(Object.fromEntries(until)).toEqual(truth(id, '2025-06-01', addDays(START, -1)));
});

test('a run out of time continues with the stars in a fresh activation', async () => {
  // More than are asked at once.
  const names = Array.from({ length: 25 }, (_, n) => `repository-${n}`);
  for (const name of names) await collecting.add(name, { starsPerDay: 1 }, '2025-06-01');
  const runId = await collecting.start();
  const activations: string[] = [];
  const start = async (action: string) => void activations.push(action);
  const timeLeft = () => (historyRequests().length > 0 ? 0 : 1_000_000);
  const first = await collecting.work(runId, { timeLeft, activations: { start } });
  expect([first.repoCount, first.handedOver, activations]).toEqual([25, true, ['collect-tenant']]);
  const readAt = async () =>
    (await collecting.rows('repositoryExtra')).flatMap(({ kind, readAt }) =>
      kind === 'stars' ? [readAt] : [],
    );
  expect((await readAt()).length).toBeLessThan(25);
  const second = await collecting.work(runId);
  expect([second.repoCount, second.handedOver]).toEqual([0, false]);
  expect(await readAt()).toEqual(names.map(() => at(START)));
  expect(historyRequests()).toHaveLength(25);
});

test('a rate limit while reading stars fails no repository, and the run names it', async () => {
  const { repositoryId } = await collecting.add('rising', { starsPerDay: 1 }, '2025-06-01');
  collecting.served.github.fail({ kind: 'rate-limit', match: { path: HISTORY }, times: 1 });
  await collecting.collect(at(START));
  const { run } = await collecting.lastRun();
  expect(run).toMatchObject({ state: 'partial', succeededCount: 1, failure: { code: 'rate_limited' } });
  expect((await read(repositoryId)).starHistory).toBeNull();
});

test('requests for stars count toward the repository’s', async () => {
  await collecting.add('rising', { starsPerDay: 1 }, '2025-06-01');
  collecting.served.github.resetRequests();
  await collecting.collect(at(START));
  const [row] = await collecting.rows('runRepository');
  expect(row?.requestCount).toBe(collecting.served.github.requests().length);
  expect(historyRequests()).toHaveLength(1);
});

test('stars are deleted with their repository or tenant', async () => {
  const { db, tenantId } = collecting;
  const { repositoryId } = await collecting.add('one', { starsPerDay: 1 }, '2025-06-01');
  const other = await collecting.add('two', { starsPerDay: 1 }, '2025-06-01');
  await collecting.collect(at(START));
  await removeRepository(db, { tenantId, repositoryIds: null }, repositoryId, collecting.by());
  const left = [...(await collecting.rows('starDay')), ...(await collecting.rows('repositoryExtra'))];
  expect(new Set(left.map((row) => row.repositoryId))).toEqual(new Set([other.repositoryId]));
  await deleteTenant(db, tenantId, 'Tenant', collecting.by());
  expect(await collecting.rows('starDay')).toEqual([]);
});
