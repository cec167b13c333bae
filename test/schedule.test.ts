import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addDays, daysBetween, daysFrom, startOf, toDay, weekOf } from '../lib/day.ts';
import {
  dueLimits,
  isAskedAgain,
  isDue,
  setSchedule,
  whereAskedAgain,
  whereDue,
} from '../lib/repositories/schedule.ts';
import { readRepositoryTraffic } from '../lib/stats/repository.ts';
import { listSample } from '../lib/traffic/publication.ts';
import { mergeWeeks } from '../lib/traffic/week.ts';
import { DEMO_USERS } from '../local/demo/github.ts';
import { ANSWERS, openCollecting } from './collecting.ts';
import { type Call, openTestInstallation, type TestInstallation } from './installation.ts';
import { SEED } from './seed.ts';

const START = '2025-11-03';

/** The days on which a repository is collected when the alarm fires at the given minutes of the given days. */
function collectionsOf(
  schedule: 'daily' | 'weekly',
  alarms: { day: number; minute: number; fails: boolean }[],
) {
  let lastSuccessAt: string | null = null;
  let failureAt: string | null = null;
  const collected: string[] = [];
  for (const { day, minute, fails } of alarms) {
    const now = new Date(startOf(addDays(START, day)).getTime() + minute * 60_000);
    if (!isDue({ schedule, lastSuccessAt, failureAt, publishedThrough: null }, now)) continue;
    failureAt = fails ? (failureAt ?? now.toISOString()) : null;
    if (fails) continue;
    lastSuccessAt = now.toISOString();
    collected.push(toDay(now));
  }
  return collected;
}

/** Sixty days of alarms at any minute; at most so many in a row fail or do not come. */
const alarmsWith = (mostBad: number) =>
  fc
    .array(
      fc.record({
        minute: fc.integer({ min: 0, max: 1439 }),
        outcome: fc.constantFrom('well', 'fails', 'stays out'),
      }),
      { minLength: 60, maxLength: 60 },
    )
    .map((alarms) => {
      let badInARow = 0;
      return alarms.flatMap(({ minute, outcome }, day) => {
        badInARow = outcome === 'well' || badInARow === mostBad ? 0 : badInARow + 1;
        if (badInARow === 0) return [{ day, minute, fails: false }];
        return outcome === 'fails' ? [{ day, minute, fails: true }] : [];
      });
    });

test('weekly is once from each Thursday to the next, and never so late that GitHub cuts a day, though four alarms in a row fail or stay out', () => {
  const property = fc.property(alarmsWith(4), (fired) => {
    const collected = collectionsOf('weekly', fired);
    const gaps = collected.slice(1).map((day, index) => daysBetween(collected[index] ?? '', day));
    expect(collected.length).toBeGreaterThan(4);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(12);
    const thursdays = collected.map((day) => addDays(weekOf(addDays(day, -3)), 3));
    expect(new Set(thursdays).size).toBe(collected.length);
  });
  fc.assert(property, { numRuns: 300, seed: SEED });
});

test('every week gets GitHub’s own figures on the weekly schedule, on whichever day it begins, though two alarms in a row fail or stay out', () => {
  const property = fc.property(alarmsWith(2), fc.integer({ min: 0, max: 6 }), (fired, begins) => {
    const collected = collectionsOf(
      'weekly',
      fired.filter(({ day }) => day >= begins),
    );
    const stored = new Set<string>();
    for (const day of collected) {
      const names = [0, 7, 14].map((before) => addDays(weekOf(day), -before));
      const views = names.map((date) => ({ date, count: 5, uniques: 2 }));
      const midnight = startOf(day);
      const read = { weeks: { views, clones: views }, days: { views: [], clones: [] } };
      for (const { weekStart } of mergeWeeks([], read, midnight)) stored.add(weekStart);
    }
    const first = collected[0] ?? '';
    const last = collected.at(-1) ?? '';
    const mondays = daysFrom(weekOf(addDays(first, 6)), addDays(last, -12)).filter(
      (day) => weekOf(day) === day,
    );
    expect(mondays.length).toBeGreaterThan(3);
    expect([...stored].filter((week) => week >= (mondays[0] ?? '')).sort()).toEqual(
      expect.arrayContaining(mondays),
    );
  });
  fc.assert(property, { numRuns: 300, seed: SEED });
});

test('a failed weekly repository is retried the next day, not the same day', () => {
  const lastSuccessAt = '2025-11-06T06:00:00.000Z';
  const failed = {
    schedule: 'weekly',
    lastSuccessAt,
    failureAt: '2025-11-08T09:00:00.000Z',
    publishedThrough: null,
  } as const;
  expect(isDue(failed, new Date('2025-11-06T23:00:00Z'))).toBe(false);
  expect(isDue(failed, new Date('2025-11-09T06:00:00Z'))).toBe(true);
  expect(isDue({ ...failed, failureAt: null }, new Date('2025-11-09T06:00:00Z'))).toBe(false);
  expect(isDue({ ...failed, schedule: 'paused' }, new Date('2025-12-06T06:00:00Z'))).toBe(false);
});

test('where GitHub publishes whole windows, a weekly repository is due on Mondays', () => {
  const weekly = { schedule: 'weekly', failureAt: null, publishedThrough: '2025-11-05' } as const;
  const isDueOn = (now: string) =>
    isDue({ ...weekly, lastSuccessAt: '2025-11-06T08:00:00.000Z' }, new Date(now));
  expect(isDueOn('2025-11-09T23:59:59Z')).toBe(false);
  expect(isDueOn('2025-11-10T08:00:00Z')).toBe(true);
});

test('SQL and code agree on what is asked again, whatever was read and when', async () => {
  const collecting = await openCollecting(`${START}T06:00:00.000Z`);
  const { db, tenantId } = collecting;
  const day = [START, addDays(START, 1)];
  const instants = [
    null,
    ...day.flatMap((one) => ['02:00', '07:59', '08:00', '09:30'].map((t) => `${one}T${t}:00.000Z`)),
  ];
  const rows = (['daily', 'weekly', 'paused'] as const).flatMap((schedule) =>
    instants.flatMap((lastSuccessAt) =>
      [null, addDays(START, -2), addDays(START, -1), START].flatMap((publishedThrough) =>
        [null, addDays(START, -4)].flatMap((oldCopyThrough) =>
          [1, 3, 4].flatMap((readsToday) =>
            (['public', 'private'] as const).map((visibility) => ({
              schedule,
              lastSuccessAt,
              publishedThrough,
              oldCopyThrough,
              readsToday,
              visibility,
            })),
          ),
        ),
      ),
    ),
  );
  try {
    const values = rows.map((row, index) => ({
      ...row,
      tenantId,
      githubId: index + 1,
      owner: 'ada',
      name: `r${index}`,
      addedAt: `${START}T00:00:00.000Z`,
      addedBy: 'ada',
    }));
    // A statement holds only so many parameters.
    for (let start = 0; start < values.length; start += 100)
      await db
        .insertInto('repository')
        .values(values.slice(start, start + 100))
        .execute();
    const publication = { serverId: 1, publishedThrough: START };
    await db
      .insertInto('publication')
      .values([
        { ...publication, visibility: 'public', stalledAt: `${START}T08:30:00.000Z` },
        { ...publication, visibility: 'private', stalledAt: null },
      ])
      .execute();
    const sample = await listSample(db);
    expect(sample.length).toBe(3);
    for (const time of ['07:30', '08:30', '10:30']) {
      const now = new Date(`${addDays(START, 1)}T${time}:00Z`);
      const found = await db
        .selectFrom('repository')
        .select('githubId')
        .where(whereAskedAgain(now, sample))
        .execute();
      const isHeld = (visibility: string, id: number) => visibility === 'public' && !sample.includes(id);
      const expected = rows.flatMap((row, index) =>
        isAskedAgain({ ...row, isHeld: isHeld(row.visibility, index + 1) }, now) ? [index + 1] : [],
      );
      expect(expected.length).toBeGreaterThan(0);
      expect(found.map(({ githubId }) => githubId).sort((a, b) => a - b)).toEqual(expected);
    }
  } finally {
    await collecting.close();
  }
});

test('a success that a clock which was ahead has dated does not put off a repository', () => {
  const ahead = { lastSuccessAt: '2029-11-05T08:00:00.000Z', failureAt: null, publishedThrough: null };
  const now = new Date('2025-11-05T08:00:00Z');
  expect(isDue({ schedule: 'daily', ...ahead }, now)).toBe(true);
  expect(isDue({ schedule: 'weekly', ...ahead }, now)).toBe(true);
  expect(isDue({ schedule: 'paused', ...ahead }, now)).toBe(false);
  const early = { ...ahead, lastSuccessAt: '2025-11-05T20:00:00.000Z' };
  expect(isDue({ schedule: 'daily', ...early }, now)).toBe(false);
});

test('SQL and code agree on what is due, for every schedule, last success and failure', async () => {
  const collecting = await openCollecting(`${START}T06:00:00.000Z`);
  const { db, tenantId } = collecting;
  try {
    const hours = [0, 1, 23, 24, 25, 47, 48, 71, 96, 120, 143, 144, 168, 169, 200, 240, 336];
    const now = (hour: number) => new Date(startOf(START).getTime() + hour * 3_600_000);
    const instants = [null, ...hours.map((hour) => now(hour).toISOString())];
    const rows = (['daily', 'weekly', 'paused'] as const).flatMap((schedule) =>
      instants.flatMap((lastSuccessAt) =>
        [null, now(0).toISOString()].flatMap((failureAt) =>
          [null, START].map((publishedThrough) => ({ schedule, lastSuccessAt, failureAt, publishedThrough })),
        ),
      ),
    );
    for (const [index, row] of rows.entries())
      await db
        .insertInto('repository')
        .values({
          ...row,
          tenantId,
          githubId: index + 1,
          owner: 'ada',
          name: `repository-${index}`,
          visibility: 'public',
          addedAt: now(0).toISOString(),
          addedBy: 'ada@example.com',
        })
        .execute();
    for (const hour of hours) {
      const due = await db
        .selectFrom('repository')
        .select('githubId')
        .where(whereDue(dueLimits(now(hour))))
        .orderBy('githubId')
        .execute();
      const expected = rows.flatMap((row, index) => (isDue(row, now(hour)) ? [index + 1] : []));
      expect(due.map(({ githubId }) => githubId)).toEqual(expected);
    }
  } finally {
    await collecting.close();
  }
});

test.each(ANSWERS)(
  'over 60 days a weekly repository loses no day and no week and has what really happened, with five alarms that did not come (%s)',
  async (answers) => {
    const collecting = await openCollecting(`${START}T06:00:00.000Z`, { answers });
    const { db, tenantId, served } = collecting;
    try {
      const { id, repositoryId } = await collecting.add('weekly', { views: 30, clones: 5 });
      await setSchedule(db, tenantId, { repositoryIds: [repositoryId], schedule: 'weekly' }, collecting.by());
      const missed = daysFrom(addDays(START, 14), addDays(START, 18));
      // Thursdays, once the week before has settled; Mondays, where the week is published as it ends.
      const daysOfRuns = {
        sparse: [0, 3, 10, 19, 24, 31, 38, 45, 52, 59],
        published: [0, 7, 19, 21, 28, 35, 42, 49, 56],
      };
      const end = addDays(START, 60);
      for (const day of daysFrom(START, end))
        if (!missed.includes(day)) await collecting.collect(`${day}T08:00:00.000Z`);
      const runs = await collecting.rows('collectionRun');
      expect(runs.map(({ startedAt }) => String(startedAt).slice(0, 10)).sort()).toEqual(
        daysOfRuns[answers].map((day) => addDays(START, day)),
      );
      const from = addDays(START, -12);
      const to = addDays(START, 50);
      const answer = await readRepositoryTraffic(
        db,
        { tenantId, repositoryIds: null },
        repositoryId,
        { from, to },
        collecting.clock(),
      );
      expect(answer.lostDays).toEqual([]);
      const truth = daysFrom(from, to).map((day) => served.github.truth(id, day));
      expect(answer.series.viewCount).toEqual(truth.map(({ viewCount }) => viewCount));
      expect(answer.series.cloneUniques).toEqual(truth.map(({ cloneUniques }) => cloneUniques));
      const weeks = await collecting.rows('trafficWeek');
      const firstWeek = addDays(START, answers === 'sparse' ? -7 : -14);
      const mondays = daysFrom(firstWeek, addDays(end, -10)).filter((day) => weekOf(day) === day);
      expect(weeks.map(({ weekStart }) => weekStart)).toEqual(mondays);
      expect(weeks.map(({ viewUniques }) => viewUniques)).toEqual(
        mondays.map((monday) => served.github.truthOfWeek(id, monday).viewUniques),
      );
    } finally {
      await collecting.close();
    }
  },
);

let installation: TestInstallation;
let tenantId: number;
let ada: Call;
const ids: Record<string, number> = {};

beforeAll(async () => {
  installation = await openTestInstallation({ now: '2026-01-14T06:00:00.000Z', demo: true });
  installation.github.setAnswers('sparse');
  ({ tenantId } = await installation.initialize());
  ada = installation.as('ada@example.com');
  const repositories = ['burrow', 'tidy-dates', 'build-cache-action'].map((name) => ({
    owner: DEMO_USERS.northwind,
    name,
  }));
  const { body } = await ada('POST', `/repositories/${tenantId}/batch`, { repositories });
  for (const { name, repositoryId } of body.added) ids[name] = repositoryId;
  await installation.host.settled();
});

afterAll(() => installation.close());

const id = (name: string) => ids[name] ?? 0;

test('a schedule is set for one repository or several, and alarms and people follow it', async () => {
  const path = `/repositories/${tenantId}`;
  const one = await ada('PATCH', path, { repositoryIds: [id('burrow')], schedule: 'weekly' });
  expect([one.status, one.body.repositories.length]).toEqual([200, 1]);
  const several = { repositoryIds: [id('tidy-dates'), id('build-cache-action')], schedule: 'paused' };
  expect((await ada('PATCH', path, several)).body.repositories).toMatchObject([
    { name: 'build-cache-action', schedule: 'paused' },
    { name: 'tidy-dates', schedule: 'paused' },
  ]);
  installation.now('2026-01-15T06:00:00.000Z');
  await installation.collect();
  installation.now('2026-01-15T07:00:00.000Z');
  await installation.collect();
  const { body } = await ada('GET', `/runs/${tenantId}`);
  expect(body.runs).toMatchObject([{ reason: 'alarm', repositoryCount: 1 }, { reason: 'added' }]);
  const started = await ada('POST', `/runs/${tenantId}`);
  expect(started.body.repositoryCount).toBe(1);
  await installation.host.settled();
  await ada('PATCH', path, { ...several, schedule: 'daily' });
  installation.now('2026-01-15T08:00:00.000Z');
  await installation.collect();
  expect((await ada('GET', `/runs/${tenantId}`)).body.runs[0]).toMatchObject({
    reason: 'alarm',
    repositoryCount: 2,
    state: 'succeeded',
  });
});

test('a paused repository is no problem, but its days until loss are counted', async () => {
  const path = `/repositories/${tenantId}`;
  const match = { path: /traffic\/views/ };
  const lift = installation.github.fail({
    kind: 'status',
    status: 403,
    message: 'Must have push access',
    match,
  });
  installation.now('2026-01-17T06:00:00.000Z');
  await ada('POST', `/runs/${tenantId}`, { repositoryIds: [id('burrow')] });
  await installation.host.settled();
  lift();
  expect((await ada('GET', `/stats/${tenantId}`)).body.problemCount).toBe(1);
  expect((await ada('GET', '/me')).body.tenants).toMatchObject([{ problemCount: 1 }]);
  await ada('PATCH', path, { repositoryIds: [id('burrow')], schedule: 'paused' });
  expect((await ada('GET', `/stats/${tenantId}`)).body.problemCount).toBe(0);
  expect((await ada('GET', '/me')).body.tenants).toMatchObject([{ problemCount: 0 }]);
  const { body } = await ada('GET', `${path}/${id('burrow')}`);
  expect(body.repository).toMatchObject({ schedule: 'paused', problem: null, daysUntilLoss: 11 });
});

test('an unknown schedule or repository changes nothing', async () => {
  const path = `/repositories/${tenantId}`;
  const before = (await ada('GET', path)).body;
  const wrong = [
    [{ repositoryIds: [id('burrow'), 999_999], schedule: 'daily' }, 'repository_not_found'],
    [{ repositoryIds: [id('burrow')], schedule: 'hourly' }, 'invalid_input'],
    [{ repositoryIds: [], schedule: 'daily' }, 'invalid_input'],
  ] as const;
  for (const [request, code] of wrong) expect((await ada('PATCH', path, request)).body.error.code).toBe(code);
  expect((await ada('GET', path)).body).toEqual(before);
});
