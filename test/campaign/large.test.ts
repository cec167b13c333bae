import { afterAll, beforeAll, expect, test } from 'vitest';
import { addDays, type Day, daysFrom, toDay } from '../../lib/day.ts';
import { settledThrough } from '../../lib/traffic/window.ts';
import { at, type Collecting, openCollecting, START } from '../collecting.ts';
import { QUIET } from '../github-server.ts';
import { SEED } from '../seed.ts';
import { readLargeSize } from './size.ts';

const { repositories: REPOSITORIES, days: DAYS } = readLargeSize({ repositories: 1000, days: 6 });
/** As long as an activation may take. */
const ACTIVATION_SECONDS = 600;
/** On this day GitHub refuses the token in the middle of the extras. */
const BAD_DAY = 2;
const EXTRAS = /^\/repositories\/(\d+)\/(?:stargazers|releases|actions)\b/;
const HOURS = 3_600_000;

interface Tracked {
  repositoryId: number;
  githubId: number;
}

let collecting: Collecting;
let tracked: Tracked[];

beforeAll(async () => {
  collecting = await openCollecting(at(START, '08:00'), { seed: SEED, bans: true });
  const { db, served, tenantId } = collecting;
  const rows = Array.from({ length: REPOSITORIES }, (_, number) => {
    const story = {
      ...QUIET,
      views: [60, 4, 0.5, 900, 12][number % 5] ?? 1,
      starsPerDay: number % 3 === 0 ? 0.7 : 0,
      ...(number % 4 === 1 && { ciClones: 9 }),
      ...(number % 6 === 2 && { releases: { everyDays: 11, downloads: 30, assets: ['tool-TAG.zip'] } }),
    };
    const name = `repository-${number}`;
    const { id } = served.github.addRepository({ owner: 'ada', name, createdOn: '2025-05-01', story });
    return {
      tenantId,
      githubId: id,
      owner: 'ada',
      name,
      visibility: 'public' as const,
      schedule: 'daily' as const,
      addedAt: at(START),
      addedBy: 'ada@example.com',
    };
  });
  await db.insertInto('repository').values(rows).execute();
  tracked = await db.selectFrom('repository').select(['repositoryId', 'githubId']).execute();
}, HOURS);

afterAll(() => collecting?.close());

/** Lives through the activations of one day's run. Returns how many there were. */
async function liveThrough(day: Day): Promise<number> {
  collecting.now(at(day, '08:00'));
  const runId = await collecting.start({ reason: 'alarm', startedBy: null });
  for (let activations = 1; ; activations += 1) {
    const { rateLimiter, ...activation } = collecting.activation(ACTIVATION_SECONDS);
    // What was handed over goes on with a fresh activation.
    const { handedOver } = await collecting.work(runId, {
      ...activation,
      activations: { start: async () => {} },
    });
    await rateLimiter.release();
    if (!handedOver) return activations;
  }
}

/** The repositories whose extras were asked for, in the order of their first request. */
function listAskedExtras(): number[] {
  const ids = collecting.served.github
    .requests()
    .flatMap(({ path }) => Number(EXTRAS.exec(path)?.[1] ?? Number.NaN))
    .filter((id) => !Number.isNaN(id));
  return [...new Set(ids)];
}

/** The repositories with an extra that was not tried on a day, by GitHub's id. */
async function listLeftOut(day: Day): Promise<Set<number>> {
  const tried = await collecting.rows('repositoryExtra');
  const ofDay = tried.filter(({ triedAt }) => toDay(new Date(String(triedAt))) === day);
  const known = new Set(ofDay.map(({ repositoryId, kind }) => `${repositoryId} ${kind}`));
  const isTried = ({ repositoryId }: Tracked) =>
    ['releases', 'workflow runs'].every((kind) => known.has(`${repositoryId} ${kind}`));
  return new Set(tracked.filter((one) => !isTried(one)).map(({ githubId }) => githubId));
}

test(
  `of ${REPOSITORIES} repositories of one token nothing is dropped in ${DAYS} days, and a run that leaves something out says so`,
  async () => {
    const { github } = collecting.served;
    const days = daysFrom(START, addDays(START, DAYS - 1));
    let leftOut = new Set<number>();
    for (const [place, day] of days.entries()) {
      const isBad = place + 1 === BAD_DAY;
      const middle = tracked[Math.floor(REPOSITORIES / 2)]?.githubId ?? 0;
      const match = { repository: middle, path: /\/releases/ };
      const lift = isBad ? github.fail({ kind: 'rate-limit', match }) : () => {};
      github.resetRequests();
      const activations = await liveThrough(day);
      lift();
      const { run } = await collecting.lastRun();
      const before = leftOut;
      leftOut = await listLeftOut(day);
      console.log(
        `${day}: ${github.requests().length} requests, ${activations} activations, ${run.state}, extras left out of ${leftOut.size}`,
      );
      expect(run).toMatchObject({ succeededCount: REPOSITORIES, failedCount: 0 });
      expect(leftOut.size > 0).toBe(isBad);
      if (isBad) {
        const count = Number(/of (\d+) repositor/.exec(run.failure?.message ?? '')?.[1]);
        expect(run).toMatchObject({ state: 'partial', failure: { code: 'rate_limited' } });
        expect(count).toBe(leftOut.size);
      } else expect(run).toMatchObject({ state: 'succeeded', failure: null });
      // Those that have waited longest come first. Twenty are asked about at once.
      const first = listAskedExtras().slice(0, Math.max(0, before.size - 20));
      expect(first.filter((id) => !before.has(id))).toEqual([]);
    }
    expect(github.breaches()).toEqual([]);
    const last = days.at(-1) ?? START;
    for (const { repositoryId, githubId } of tracked) {
      const stored = await collecting.days(repositoryId);
      const figures = stored.map(({ trafficDate: date, state: _, observedAt: __, ...day }) => ({
        date,
        ...day,
      }));
      const covered = daysFrom(addDays(START, -14), addDays(last, -1));
      expect(figures).toEqual(covered.map((date) => ({ date, ...github.truth(githubId, date) })));
    }
    const sumsOf = async (table: 'starDay' | 'workflowDay' | 'releaseAsset', count: string) => {
      const sums = new Map<number, number>();
      for (const row of await collecting.rows(table)) {
        const id = Number(row.repositoryId);
        sums.set(id, (sums.get(id) ?? 0) + Number((row as Record<string, unknown>)[count]));
      }
      return sums;
    };
    const stars = await sumsOf('starDay', 'gained');
    const runs = await sumsOf('workflowDay', 'runCount');
    const downloads = await sumsOf('releaseAsset', 'downloadCount');
    const runDays = new Map<number, Day[]>();
    for (const { repositoryId, runDate } of await collecting.rows('workflowDay'))
      runDays.set(Number(repositoryId), [...(runDays.get(Number(repositoryId)) ?? []), String(runDate)]);
    const states = await collecting.rows('repositoryExtra');
    const readAt = new Map(
      states.map((state) => [`${state.repositoryId} ${state.kind}`, new Date(String(state.readAt))]),
    );
    const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
    for (const { repositoryId, githubId } of tracked) {
      const starsRead = readAt.get(`${repositoryId} stars`) ?? new Date(0);
      const whole = daysFrom('2025-05-01', addDays(toDay(starsRead), -1));
      const gained = sum(whole.map((day) => github.truthOfStars(githubId, day)));
      expect(stars.get(repositoryId) ?? 0).toBeGreaterThanOrEqual(gained);
      const read = runDays.get(repositoryId) ?? [];
      expect(runs.get(repositoryId) ?? 0).toBe(
        sum(read.map((day) => github.truthOfRuns(githubId, day).runs)),
      );
      // Five days are read at a time, the newest first.
      expect(read).toContain(settledThrough(collecting.clock()));
      const at = readAt.get(`${repositoryId} releases`) ?? new Date(0);
      const known = sum([...github.truthOfDownloads(githubId, at).values()]);
      expect(downloads.get(repositoryId) ?? 0).toBe(known);
    }
    expect(await collecting.rows('trafficWindow')).toHaveLength(REPOSITORIES * DAYS);
  },
  6 * HOURS,
);
