import { afterEach, beforeEach, expect, test } from 'vitest';
import { addDays, type Day, daysFrom } from '../../lib/day.ts';
import { readRepositoryTraffic } from '../../lib/stats/repository.ts';
import type { FailureRule } from '../../local/github/failures.ts';
import { unit } from '../../local/github/random.ts';
import { ANSWERS, type Collecting, openCollecting } from '../collecting.ts';
import { SEED } from '../seed.ts';

const START = '2025-11-03';
const at = (day: Day, time = '06:00') => `${day}T${time}:00.000Z`;
const BUSY = { views: 60, clones: 20, regulars: 9 };
let collecting: Collecting;

beforeEach(async () => {
  collecting = await openCollecting(at(START));
});
afterEach(() => collecting.close());

async function collectDaily(from: Day, to: Day) {
  for (const day of daysFrom(from, to)) await collecting.collect(at(day));
}

function read(repositoryId: number, from: Day, to: Day) {
  const access = { tenantId: collecting.tenantId, repositoryIds: null };
  const request = { from, to, by: 'day' } as const;
  return readRepositoryTraffic(collecting.db, access, repositoryId, request, collecting.clock());
}

/** The settled days of the series, each with what really happened. */
async function compare(id: number, repositoryId: number, from: Day, to: Day) {
  const { buckets, series } = await read(repositoryId, from, to);
  return buckets.flatMap((day, place) => {
    if (series.state[place] !== 'measured' && series.state[place] !== 'zero') return [];
    const { viewCount, viewUniques, cloneCount, cloneUniques } = series;
    const shown = [viewCount[place], viewUniques[place], cloneCount[place], cloneUniques[place]];
    return [{ day, shown, truth: Object.values(collecting.served.github.truth(id, day)) }];
  });
}

/** Takes GitHub down for a number of days from the day after a collection, and collects every day. */
async function liveThroughOutage(days: number) {
  const { id, repositoryId } = await collecting.add('busy', BUSY, '2025-06-01');
  const before = addDays(START, 5);
  await collectDaily(START, before);
  const lift = collecting.served.github.fail({ kind: 'down' });
  await collectDaily(addDays(before, 1), addDays(before, days));
  const { repository } = await read(repositoryId, START, before);
  expect(repository.problem).toMatchObject({ code: 'github_down' });
  lift();
  const resumed = addDays(before, days + 1);
  await collectDaily(resumed, addDays(resumed, 5));
  return { id, repositoryId, before, resumed };
}

test.each(ANSWERS)(
  'when GitHub is down for 11 days, no day is lost and every figure is what really happened (%s)',
  async (answers) => {
    collecting.served.github.setAnswers(answers);
    const { id, repositoryId, resumed } = await liveThroughOutage(11);
    const found = await read(repositoryId, START, addDays(resumed, 1));
    expect(found.lostDays).toEqual([]);
    expect(found.repository.problem).toBeNull();
    const compared = await compare(id, repositoryId, START, addDays(resumed, 1));
    // Of sparse answers three days had not settled before, and are no longer wholly in the first window after.
    const unsettled = answers === 'sparse' ? daysFrom(addDays(START, 2), addDays(START, 4)) : [];
    const all = daysFrom(START, addDays(resumed, 1));
    expect(compared.map(({ day }) => day)).toEqual(all.filter((day) => !unsettled.includes(day)));
    for (const day of unsettled) {
      const place = found.buckets.indexOf(day);
      expect([found.series.state[place], found.series.viewCount[place]]).toEqual([
        'cut',
        collecting.served.github.truth(id, day).viewCount,
      ]);
    }
    for (const { day, shown, truth } of compared) expect([day, shown]).toEqual([day, truth]);
  },
);

test.each(ANSWERS)('when GitHub is down for 13 days, no day is lost (%s)', async (answers) => {
  collecting.served.github.setAnswers(answers);
  const { repositoryId, resumed } = await liveThroughOutage(13);
  const found = await read(repositoryId, START, addDays(resumed, 1));
  expect(found.lostDays).toEqual([]);
  expect(found.series.viewCount).not.toContain(null);
});

test.each(ANSWERS)(
  'when GitHub is down for 20 days, exactly the days that it forgot are lost, and shown so (%s)',
  async (answers) => {
    collecting.served.github.setAnswers(answers);
    const { id, repositoryId, before, resumed } = await liveThroughOutage(20);
    const found = await read(repositoryId, START, addDays(resumed, 1));
    // A sparse answer had the last day before, while it grew; its window reaches 13 or 14 days back, a published one 14.
    const firstForgotten = answers === 'sparse' ? addDays(before, 1) : before;
    const forgotten = daysFrom(firstForgotten, addDays(resumed, answers === 'sparse' ? -15 : -16));
    expect(found.lostDays.slice(0, forgotten.length)).toEqual(forgotten);
    expect(found.lostDays.length - forgotten.length).toBeLessThanOrEqual(1);
    const lost = found.buckets.filter((_, place) => found.series.state[place] === 'lost');
    expect(lost).toEqual(found.lostDays);
    for (const day of lost) expect(found.series.viewCount[found.buckets.indexOf(day)]).toBeNull();
    const compared = await compare(id, repositoryId, START, addDays(resumed, 1));
    for (const { day, shown, truth } of compared) expect([day, shown]).toEqual([day, truth]);
  },
);

const FAULTS: FailureRule[] = [
  { kind: 'down', status: 502, times: 4 },
  { kind: 'cut', times: 3 },
  { kind: 'reset', times: 3 },
  { kind: 'garbage', times: 1 },
  { kind: 'status', status: 404, message: 'Not Found', times: 2 },
  { kind: 'secondary-limit', retryAfter: 1, times: 2 },
  { kind: 'late', hours: 30, times: 20 },
];

test.each(ANSWERS)(
  'through weeks of faults, double and missed alarms and broken-off workers every covered day is what happened (%s)',
  async (answers) => {
    collecting.served.github.setAnswers(answers);
    const draw = (...salts: number[]) => unit(SEED, ...salts);
    const stories = await Promise.all(
      [{ ...BUSY, weekend: 0.1 }, { views: 3 }, { views: 0.4, clones: 0.1 }].map((story, index) =>
        collecting.add(`repository-${index}`, story, '2025-06-01'),
      ),
    );
    const last = addDays(START, 39);
    for (const [number, day] of daysFrom(START, last).entries()) {
      // Five missed alarms in a row lose nothing.
      if (draw(number, 1) < 0.25 && number % 6 !== 0) continue;
      const fault = FAULTS[Math.floor(draw(number, 2) * FAULTS.length * 2)];
      const lift = fault ? collecting.served.github.fail({ ...fault }) : () => {};
      collecting.now(at(day));
      if (draw(number, 3) < 0.3) {
        // A worker that is killed after a while: its run stays open, and a second works at the same time.
        const runId = await collecting.start();
        let left = Math.floor(draw(number, 4) * 12);
        const timeLeft = () => (left-- > 0 ? 1_000_000 : 0);
        await Promise.all([collecting.work(runId, { timeLeft }), collecting.work(runId)]);
      }
      await collecting.collect(at(day, '07:00'));
      lift();
      if (draw(number, 5) < 0.3) await collecting.collect(at(day, '19:00'));
    }
    for (const { id, repositoryId, name } of stories) {
      const { lostDays, repository } = await read(repositoryId, START, last);
      expect([name, lostDays]).toEqual([name, []]);
      const compared = await compare(id, repositoryId, START, last);
      expect(compared.length).toBeGreaterThan(30);
      for (const { day, shown, truth } of compared) expect([name, day, shown]).toEqual([name, day, truth]);
      if (repository.problem) expect(repository.problem.message).not.toBe('');
    }
    const failed = (await collecting.rows('runRepository')).filter(({ state }) => state === 'failed');
    expect(failed.filter(({ code, message }) => !code || !message)).toEqual([]);
    expect((await collecting.rows('collectionRun')).filter(({ state }) => state === 'running')).toEqual([]);
  },
  300_000,
);
