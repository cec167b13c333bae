import { afterEach, beforeEach, expect, test } from 'vitest';
import { addDays } from '../lib/day.ts';
import { changeUse } from '../lib/github-limits/stored-token-use.ts';
import { grantPoints } from '../lib/github-limits/token-use.ts';
import { at, type Collecting, FINGERPRINT, openCollecting, START } from './collecting.ts';

const COUNT = 30;
let collecting: Collecting;
let githubIds: number[];

beforeEach(async () => {
  collecting = await openCollecting(at(START, '08:00'));
  githubIds = [];
  for (let place = 0; place < COUNT; place += 1) githubIds.push((await collecting.add(`r${place}`)).id);
});
afterEach(() => collecting.close());

/** Others have used this many of the minute's points with the token. */
async function usePoints(points: number): Promise<void> {
  const now = collecting.clock().getTime();
  const quota = { limit: 1_000_000, remaining: 1_000_000, reset: now + 3_600_000 };
  const request = { holder: 'another', now, points, inFlight: 0, limits: { quota, retryAt: 0 } };
  await changeUse({ db: collecting.db, fingerprint: FINGERPRINT, now }, (use) => grantPoints(use, request));
}

async function countRead(): Promise<number> {
  return (await collecting.rows('repositoryExtra')).filter(({ readAt }) => readAt !== null).length;
}

test('when the minute is full, what is left is handed over, and no repository stays without its extras', async () => {
  await usePoints(620);
  const runId = await collecting.start();
  const started: string[] = [];
  const activations = { start: async (action: string) => void started.push(action) };
  const first = await collecting.work(runId, { ...collecting.activation(50), activations });
  expect(first).toMatchObject({ repoCount: COUNT, failedCount: 0, handedOver: true });
  expect(started).toEqual(['collect-tenant']);
  expect((await collecting.lastRun()).run.state).toBe('running');
  const read = await countRead();
  expect(read).toBeGreaterThan(0);
  expect(read).toBeLessThan(3 * COUNT);

  expect(await collecting.work(runId, collecting.activation(300))).toMatchObject({
    repoCount: 0,
    handedOver: false,
  });
  expect((await collecting.lastRun()).run).toMatchObject({ state: 'succeeded', failure: null });
  expect(await countRead()).toBe(3 * COUNT);
});

test('an activation that ends with the last repository hands its extras over', async () => {
  const runId = await collecting.start();
  let collected = 0;
  const github = collecting.github();
  const getTraffic: typeof github.getTraffic = async (...given) => {
    const traffic = await github.getTraffic(...given);
    collected += 1;
    return traffic;
  };
  const ending = {
    openGitHub: async () => ({ github: { ...github, getTraffic }, fingerprint: FINGERPRINT }),
    timeLeft: () => (collected === COUNT ? 19_000 : 60_000),
    activations: { start: async () => {} },
  };
  expect(await collecting.work(runId, ending)).toMatchObject({ repoCount: COUNT, handedOver: true });
  expect(await countRead()).toBe(0);
  await collecting.work(runId);
  expect(await countRead()).toBe(3 * COUNT);
});

test('repositories that have waited longest for their extras come first', async () => {
  /** Begins twenty repositories, and has no time for more. */
  const workShortly = async (day: string) => {
    collecting.now(at(day, '08:00'));
    let begun = false;
    const github = collecting.github();
    const getReleases: typeof github.getReleases = (...given) => {
      begun = true;
      return github.getReleases(...given);
    };
    await collecting.work(await collecting.start(), {
      openGitHub: async () => ({ github: { ...github, getReleases }, fingerprint: FINGERPRINT }),
      timeLeft: () => (begun ? 19_000 : 60_000),
      activations: { start: async () => {} },
    });
    const tried = await collecting.rows('repositoryExtra');
    return new Set(tried.map(({ repositoryId }) => repositoryId)).size;
  };
  expect(await workShortly(START)).toBe(20);
  expect(await workShortly(addDays(START, 1))).toBe(COUNT);
});

test('a run that leaves extras out says of how many repositories, and why', async () => {
  const match = { repository: githubIds[9] ?? 0, path: /\/stargazers\/history$/ };
  collecting.served.github.fail({ kind: 'rate-limit', match });
  await collecting.collect(at(START, '08:00'));
  const { run } = await collecting.lastRun();
  expect(run).toMatchObject({ state: 'partial', succeededCount: COUNT, failedCount: 0 });
  expect(run.failure).toMatchObject({
    code: 'rate_limited',
    message: expect.stringMatching(
      /^Stars, releases or workflow runs of \d+ repositories were left out, and come first next time\. /,
    ),
  });
});
