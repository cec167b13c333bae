import { afterEach, expect, test } from 'vitest';
import type { Database } from '../lib/db/database.ts';
import { Failure } from '../lib/failure.ts';
import { type GitHubClient, openGitHub } from '../lib/github.ts';
import { createPersonRateLimiter } from '../lib/github-limits/person-rate-limiter.ts';
import { createRunRateLimiter } from '../lib/github-limits/run-rate-limiter.ts';
import { openTestDatabase } from './database.ts';
import { QUIET, type ServedGitHub, serveGitHub } from './github-server.ts';

const START = '2025-11-03T06:00:00.000Z';
const TOKEN = 'ghp_test_limits_00000000000000000000000000';
const MINUTE = 60_000;

let served: ServedGitHub;
let database: Database;

afterEach(async () => {
  await database.db.destroy();
  await served.close();
});

/** A GitHub that bans clients that break its limits, with one token's repositories. Time passes only while somebody waits. */
async function open(repositories: number, quota = 5000): Promise<number[]> {
  served = await serveGitHub(START, '', { bans: true, latency: 5 });
  database = await openTestDatabase();
  served.github.addUser('ada');
  served.github.addToken({ token: TOKEN, login: 'ada', kind: 'classic', scopes: ['repo'], quota });
  const plan = { owner: 'ada', createdOn: '2025-10-01', story: QUIET };
  return Array.from(
    { length: repositories },
    (_, number) => served.github.addRepository({ ...plan, name: `one-${number}` }).id,
  );
}

/** GitHub as one activation sees it, with its maximum wait, and how to end the activation. */
function activate(minutes = Number.POSITIVE_INFINITY) {
  const end = Date.parse(START) + minutes * MINUTE;
  const now = () => served.now.getTime();
  const wait = async (milliseconds: number) => {
    const until = now() + milliseconds;
    await new Promise((resolve) => setImmediate(resolve));
    if (now() < until) served.now = new Date(until);
  };
  const timeLeft = () => end - now();
  const rateLimiter = createRunRateLimiter({
    db: database.db,
    fingerprint: 'one token',
    timeLeft,
    time: { now, wait },
  });
  const deadline = new Date(Math.min(end, 8e15));
  const github = openGitHub({
    apiUrl: served.apiUrl,
    token: TOKEN,
    clock: () => served.now,
    deadline,
    secondLasts: 0,
    rateLimiter,
  });
  return { ...github, release: () => rateLimiter.release() };
}

/** GitHub as seen by a person's call, which has two minutes. */
function call() {
  const now = () => served.now.getTime();
  const wait = async (milliseconds: number) => {
    served.now = new Date(now() + milliseconds);
  };
  const rateLimiter = createPersonRateLimiter({
    db: database.db,
    fingerprint: 'one token',
    maxWait: 2 * MINUTE,
    time: { now, wait },
  });
  const deadline = new Date(now() + 3 * MINUTE);
  return openGitHub({
    apiUrl: served.apiUrl,
    token: TOKEN,
    clock: () => served.now,
    deadline,
    secondLasts: 0,
    rateLimiter,
  });
}

/** Makes the requests of a collection, twelve at once. */
async function collect(github: GitHubClient, ids: number[]): Promise<void> {
  const queue = [...ids];
  const work = async () => {
    for (let id = queue.shift(); id !== undefined; id = queue.shift()) {
      await github.getRepository({ id });
      await github.getTraffic(id, { wantsWeeks: () => false });
    }
  };
  await Promise.all(Array.from({ length: 12 }, work));
}

test('two activations collect five hundred repositories of one token within the limits, nearly at full speed', {
  timeout: 240_000,
}, async () => {
  const ids = await open(500, 2500);
  await Promise.all([collect(activate(), ids.slice(0, 250)), collect(activate(), ids.slice(250))]);
  const requests = served.github.requests();
  expect(served.github.breaches()).toEqual([]);
  expect(requests.filter(({ status }) => status === 200)).toHaveLength(2500);
  const at = (place: number) => (requests[place]?.at.getTime() ?? 0) - Date.parse(START);
  const bound = Math.floor(2199 / 900) * MINUTE;
  expect(at(2199)).toBeGreaterThanOrEqual(bound);
  expect(at(2199)).toBeLessThan(bound * 1.1);
  // The last ones exceed the hour's quota, except for the reserve.
  expect(at(2499)).toBeGreaterThanOrEqual(60 * MINUTE);
});

test('work that does not fit into an activation is not begun, and the run says when it can be', async () => {
  const ids = await open(200);
  const github = activate(0.5);
  await expect(collect(github, ids)).rejects.toMatchObject({ code: 'out_of_time' });
  expect(served.github.requests().length).toBeLessThanOrEqual(880);
  expect(served.github.breaches()).toEqual([]);
});

test('a quota used up by others is respected and named', async () => {
  const ids = await open(5);
  served.github.addToken({ token: TOKEN, login: 'ada', kind: 'classic', scopes: ['repo'], quota: 100 });
  for (let request = 0; request < 85; request += 1)
    await served.get('/user', TOKEN, { 'user-agent': 'other' });
  served.github.resetRequests();
  const failure = { code: 'rate_limited', details: { retryAt: '2025-11-03T07:00:00.000Z' } };
  await expect(collect(activate(30), ids)).rejects.toMatchObject(failure);
  await expect(collect(activate(30), ids)).rejects.toMatchObject(failure);
  expect(served.github.requests()).toHaveLength(1);
});

test('when GitHub asks to slow down, every activation waits that long', async () => {
  const ids = await open(30);
  served.github.fail({ kind: 'secondary-limit', retryAfter: 40, times: 1, match: { path: /views/ } });
  await Promise.all([collect(activate(), ids.slice(0, 15)), collect(activate(), ids.slice(15))]);
  expect(served.github.breaches()).toEqual([]);
  const waited = served.github.requests().filter(({ at }) => at.getTime() >= Date.parse(START) + 40_000);
  expect(waited.length).toBeGreaterThan(50);
});

test('an activation with points left stops as soon as another one is asked to slow down', async () => {
  const ids = await open(12);
  const [first = 0] = ids;
  const refused = activate(0.5);
  const other = activate();
  await refused.getRepository({ id: first });
  for (const id of ids.slice(0, 2)) await other.getRepository({ id });
  const { github } = served;
  github.fail({ kind: 'slow', milliseconds: 60, match: { path: /^\/repositories\/\d+$/ } });
  github.fail({ kind: 'secondary-limit', retryAfter: 40, times: 1, match: { path: /views/ } });
  const askOne = async () => {
    for (const id of ids) await other.getRepository({ id });
  };
  const refusal = refused.getTraffic(first, { wantsWeeks: () => false });
  await Promise.all([askOne(), expect(refusal).rejects.toBeInstanceOf(Failure)]);
  expect(github.breaches()).toEqual([]);
});

test('collections one after the other, and six at once, wait only until the quota is known', async () => {
  const ids = await open(60);
  const waited = () => served.now.getTime() - Date.parse(START);
  const run = async (some: number[]) => {
    const github = activate();
    await collect(github, some);
    await github.release();
  };
  for (let place = 0; place < 6; place += 1) await run(ids.slice(place, place + 1));
  expect(waited()).toBe(0);
  await Promise.all([0, 1, 2, 3, 4, 5].map((place) => run(ids.slice(place * 10, place * 10 + 10))));
  expect(waited()).toBeLessThanOrEqual(1000);
  expect(served.github.breaches()).toEqual([]);
});

test('after runs have used up the minute, a person’s twenty requests go at once, a hundred in the next minute, and runs wait', async () => {
  const ids = await open(200);
  await expect(collect(activate(0.5), ids)).rejects.toMatchObject({ code: 'out_of_time' });
  const person = call();
  const ask = (some: number[]) => Promise.all(some.map((id) => person.getRepository({ id })));
  const present = served.now;
  await ask(ids.slice(0, 20));
  expect(served.now).toEqual(present);
  await ask(ids.slice(0, 50));
  await ask(ids.slice(50, 100));
  expect(served.now.getTime()).toBeGreaterThanOrEqual(Date.parse(START) + MINUTE);
  const before = served.github.requests().length;
  await collect(activate(), ids.slice(0, 170));
  expect(served.github.breaches()).toEqual([]);
  const minute = served.github.requests().filter(({ at }) => at.getTime() < served.now.getTime());
  expect(minute.length - before).toBeLessThanOrEqual(780);
  expect(served.github.requests().length).toBe(before + 850);
});

test('another version’s data about a token is neither read nor changed', async () => {
  const [id = 0] = await open(1);
  const other = { tokenFingerprint: 'one token', state: '{"told":{}}', usedAt: START };
  await database.db.insertInto('tokenUse').values(other).execute();
  await activate().getRepository({ id });
  const rows = await database.db.selectFrom('tokenUse').select(['tokenFingerprint', 'state']).execute();
  expect(rows).toHaveLength(2);
  expect(rows).toContainEqual({ tokenFingerprint: 'one token', state: '{"told":{}}' });
});
