import { afterEach, beforeEach, expect, test } from 'vitest';
import { addDays, type Day, daysFrom } from '../lib/day.ts';
import { openGitHub } from '../lib/github.ts';
import { readOverview } from '../lib/stats/overview.ts';
import { readRepositoryTraffic } from '../lib/stats/repository.ts';
import { ANSWERS, at, type Collecting, openCollecting, START, TOKEN } from './collecting.ts';

let collecting: Collecting;

beforeEach(async () => {
  collecting = await openCollecting(`${START}T06:00:00.000Z`);
});

afterEach(() => collecting.close());

function withoutNulls<T extends object>(figures: T, instead: object = {}) {
  return {
    ...instead,
    ...Object.fromEntries(Object.entries(figures).filter(([, figure]) => figure !== null)),
  };
}

test.each(ANSWERS)(
  'over 50 days every settled day is what really happened, and every day since the first run is known (%s)',
  async (answers) => {
    collecting.served.github.setAnswers(answers);
    const { served } = collecting;
    const stories = [
      await collecting.add('busy', { views: 60, clones: 20, regulars: 9, weekend: 0.3 }),
      await collecting.add('quiet', { views: 0.4, clones: 0.1 }),
      await collecting.add('idle', {
        idle: [{ from: '2025-10-01', until: '2025-12-01' }],
        whenIdle: 'old-window',
      }),
      await collecting.add('young', { views: 4 }, '2025-10-30'),
    ];
    served.github.fail({ kind: 'late', hours: 40, times: 100, match: { repository: stories[0]?.id ?? 0 } });
    const last = addDays(START, 50);
    await collecting.collectDaily(START, last);
    for (const { id, repositoryId, name } of stories) {
      const rows = await collecting.days(repositoryId);
      // A late sparse answer of a busy repository looks like a published window, whose oldest day would be whole.
      const cutAtFirst = name === 'busy' && answers === 'sparse' ? addDays(START, -15) : '';
      const settled = rows.filter(
        ({ state, trafficDate }) => (state === 'measured' || state === 'zero') && trafficDate !== cutAtFirst,
      );
      const truth = settled.map(({ trafficDate }) => ({
        trafficDate,
        ...served.github.truth(id, trafficDate),
      }));
      // Of the days long ago that an idle repository names, one list may say nothing.
      const told = settled.map(({ state: _, observedAt: __, ...figures }, index) =>
        figures.trafficDate < '2025-10-01' ? withoutNulls(figures, truth[index]) : figures,
      );
      expect([name, told]).toEqual([name, truth]);
      const known = settled
        .filter(({ trafficDate }) => trafficDate >= START)
        .map(({ trafficDate }) => trafficDate);
      // At 06:00 yesterday may be published or not.
      const newest = answers === 'sparse' ? addDays(last, -4) : (rows.at(-1)?.trafficDate ?? '');
      expect(newest >= addDays(last, answers === 'sparse' ? -4 : -2)).toBe(true);
      expect([name, known]).toEqual([name, daysFrom(START, newest)]);
    }
  },
  120_000,
);

test.each(ANSWERS)('every stored week that has settled is what really happened (%s)', async (answers) => {
  collecting.served.github.setAnswers(answers);
  const { repositoryId, id } = await collecting.add('busy', { views: 60, clones: 20, regulars: 9 });
  const last = addDays(START, 30);
  await collecting.collectDaily(START, last);
  const weeks = (await collecting.rows('trafficWeek')).filter((week) => week.repositoryId === repositoryId);
  const settled = weeks.filter(({ weekStart }) => String(weekStart) <= addDays(last, -10));
  const inFirstWindow = answers === 'sparse' ? [] : ['2025-10-20'];
  expect(settled.map(({ weekStart }) => weekStart)).toEqual([
    ...inFirstWindow,
    '2025-10-27',
    '2025-11-03',
    '2025-11-10',
    '2025-11-17',
  ]);
  for (const {
    weekStart,
    tenantId: _,
    repositoryId: __,
    observedAt: ___,
    importId: ____,
    ...figures
  } of settled)
    expect(figures).toEqual(collecting.served.github.truthOfWeek(id, String(weekStart)));
  const { series, buckets } = await readRepositoryTraffic(
    ...([collecting.db, { tenantId: collecting.tenantId, repositoryIds: null }, repositoryId] as const),
    ...([{ from: '2025-10-27', to: last, by: 'week' }, collecting.clock()] as const),
  );
  expect(buckets.map((bucket, place) => [bucket, series.uniquesExact[place]])).toEqual([
    ['2025-10-27', true],
    ['2025-11-03', true],
    ['2025-11-10', true],
    ['2025-11-17', true],
    // It ended three days ago.
    ['2025-11-24', answers === 'published'],
    ['2025-12-01', false],
  ]);
  expect(series.viewUniques[1]).toBe(collecting.served.github.truthOfWeek(id, '2025-11-03').viewUniques);
});

test('the ended week can have more unique visitors than 32 bits hold', async () => {
  const { repositoryId, id } = await collecting.add('large', { views: 60, regulars: 9 });
  const uniques = 3_000_000_007;
  const weeks = [{ timestamp: `${START}T00:00:00Z`, count: uniques, uniques }];
  const body = { count: uniques, uniques, views: weeks, clones: weeks };
  const match = { repository: id, query: /per=week/ };
  collecting.served.github.fail({ kind: 'status', status: 200, body, match });
  await collecting.collectDaily(START, addDays(START, 7));
  const stored = (await collecting.rows('repository')).find((row) => row.repositoryId === repositoryId);
  expect(stored).toMatchObject({ endedWeek: START, endedWeekViewers: uniques });
});

test('on Monday the ended week has its uniques so far, and is read once more when it has settled', async () => {
  const { repositoryId, id } = await collecting.add('so far', { views: 60, regulars: 9 });
  const stored = async () =>
    (await collecting.rows('repository')).find((row) => row.repositoryId === repositoryId);
  const monday = addDays(START, 7);
  await collecting.collectDaily(START, monday);
  const { weeks } = await collecting.github().getTraffic(id);
  const uniques = weeks?.views?.find(({ date }) => date === START)?.uniques;
  expect(uniques).toBeGreaterThan(0);
  expect(await stored()).toMatchObject({ endedWeek: START, endedWeekViewers: uniques });
  const body = { count: 0, uniques: 0, views: [], clones: [] };
  const ofWeeks = { repository: id, query: /per=week/ };
  const lift = collecting.served.github.fail({ kind: 'status', status: 200, body, match: ofWeeks });
  await collecting.collectDaily(addDays(monday, 1), addDays(monday, 2));
  expect(await stored()).toMatchObject({ endedWeek: START, endedWeekViewers: uniques });
  lift();
  await collecting.collectDaily(addDays(monday, 3), addDays(monday, 3));
  const weekStored = (await collecting.rows('trafficWeek')).find(
    (row) => row.repositoryId === repositoryId && row.weekStart === START,
  );
  expect(weekStored).toMatchObject(collecting.served.github.truthOfWeek(id, START));
});

test('collecting again changes nothing', async () => {
  const { id } = await collecting.add('busy', { views: 60, clones: 20 });
  await collecting.add('quiet');
  await collecting.collectDaily(START, addDays(START, 4));
  collecting.served.github.rename(id, { name: 'busier' });
  await collecting.collect(at(addDays(START, 5)));
  const before = await collecting.allRows();
  await collecting.work(await collecting.start());
  expect((await collecting.lastRun()).run).toMatchObject({ state: 'succeeded', succeededCount: 2 });
  expect(await collecting.allRows()).toEqual(before);
});

test('two runs at once store the same as one', async () => {
  const { id } = await collecting.add('busy', { views: 60, clones: 20 });
  await collecting.add('quiet');
  await collecting.collectDaily(START, addDays(START, 4));
  collecting.served.github.rename(id, { name: 'busier' });
  collecting.served.github.archive(id);
  collecting.now(at(addDays(START, 6)));
  const first = await collecting.start();
  await collecting.db.updateTable('tenant').set({ leasedUntil: null, leasedRunId: null }).execute();
  const { rows } = collecting;
  const { db, tenantId } = collecting;
  const second = await db
    .insertInto('collectionRun')
    .values({ tenantId, reason: 'added', state: 'running', startedAt: at(START), repositoryCount: 2 })
    .returning('runId')
    .executeTakeFirstOrThrow();
  for (const { repositoryId, owner, name } of (await rows('repository')) as {
    repositoryId: number;
    owner: string;
    name: string;
  }[])
    await db
      .insertInto('runRepository')
      .values({
        tenantId,
        runId: second.runId,
        repositoryId,
        fullName: `${owner}/${name}`,
        state: 'waiting',
        requestCount: 0,
      })
      .execute();
  await Promise.all([collecting.work(first), collecting.work(second.runId)]);
  const both = await collecting.allRows();
  expect((await rows('repositoryEvent')).map(({ kind }) => kind)).toEqual(['archived', 'renamed']);
  await collecting.work(await collecting.start());
  expect(await collecting.allRows()).toEqual(both);
  expect((await rows('collectionRun')).map(({ state }) => state)).not.toContain('running');
});

test.each(ANSWERS)(
  'days that no run covered and GitHub has forgotten are lost, exactly those (%s)',
  async (answers) => {
    collecting.served.github.setAnswers(answers);
    const { repositoryId } = await collecting.add('busy', { views: 60, clones: 20 });
    const stopped = addDays(START, 5);
    await collecting.collectDaily(START, addDays(stopped, -1));
    await collecting.collect(at(stopped, '08:00'));
    const again = addDays(stopped, 28);
    await collecting.collect(at(again, '08:00'));
    const { lostDays, series, buckets, totals } = await collecting.traffic(repositoryId, START, again);
    const [firstLost, lastLost] =
      answers === 'sparse' ? [addDays(stopped, 1), addDays(again, -14)] : [stopped, addDays(again, -15)];
    const expected = daysFrom(firstLost, lastLost).filter(
      (day) => !series.state.some((state, place) => buckets[place] === day && state === 'cut'),
    );
    expect(lostDays).toEqual(expected);
    expect(lostDays.length).toBeGreaterThanOrEqual(13);
    const request = { from: START, to: again, sort: 'name', page: 1, size: 1 } as const;
    const access = { tenantId: collecting.tenantId, repositoryIds: null };
    const overview = await readOverview(collecting.db, access, request, collecting.clock());
    expect([overview.totals.lostDays, overview.totals.viewCount]).toEqual([
      lostDays.length,
      totals.viewCount,
    ]);
    expect(overview.series.lostDays).toEqual(buckets.map((day) => (lostDays.includes(day) ? 1 : 0)));
    const figures = lostDays.map((day) => series.viewCount[buckets.indexOf(day)]);
    expect(figures.every((figure) => figure === null)).toBe(true);
    const states = (from: Day, to: Day) =>
      new Set(daysFrom(from, to).map((day) => series.state[buckets.indexOf(day)]));
    expect(states(START, addDays(stopped, -4))).toEqual(new Set(['measured']));
    expect(states(addDays(stopped, -3), addDays(firstLost, -1))).toEqual(
      new Set([answers === 'sparse' ? 'cut' : 'measured']),
    );
    expect(states(addDays(again, -12), addDays(again, -4))).toEqual(new Set(['measured']));
    expect(states(addDays(again, -3), addDays(again, -1))).toEqual(
      new Set([answers === 'sparse' ? 'provisional' : 'measured']),
    );
  },
);

test('a later, smaller figure for a settled day is kept as a revision, once', async () => {
  const { id, repositoryId } = await collecting.add('busy', { views: 60 });
  await collecting.collectDaily(START, addDays(START, 2));
  const day = addDays(START, -5);
  const [row] = await collecting.days(repositoryId, day, day);
  const views = [{ timestamp: `${day}T00:00:00Z`, count: 1, uniques: 1 }];
  collecting.answer(id, /traffic\/views$/, { count: 1, uniques: 1, views });
  await collecting.collect(at(addDays(START, 3)));
  await collecting.collect(at(addDays(START, 4)));
  expect((await collecting.days(repositoryId, day, day))[0]).toEqual(row);
  const { revisions } = await collecting.traffic(repositoryId, day, START);
  const observedAt = at(addDays(START, 3));
  expect(revisions).toEqual([
    { date: day, metric: 'viewCount', kept: row?.viewCount, observed: 1, observedAt },
    { date: day, metric: 'viewUniques', kept: row?.viewUniques, observed: 1, observedAt },
  ]);
});

test('a clock some days ahead makes no zeros of future days: GitHub’s own time counts', async () => {
  const { served } = collecting;
  const { repositoryId } = await collecting.add('busy', { views: 60, clones: 20 });
  const today = addDays(START, 10);
  collecting.now(at(today));
  const ahead = new Date(at(addDays(today, 6)));
  const github = openGitHub({ apiUrl: served.apiUrl, token: TOKEN, clock: () => ahead, secondLasts: 0 });
  await collecting.work(await collecting.start(), {
    clock: () => ahead,
    openGitHub: async () => ({ github, fingerprint: 'one token' }),
  });
  const days = await collecting.days(repositoryId);
  expect(days.length).toBeGreaterThan(10);
  expect(days.filter(({ trafficDate }) => trafficDate > today)).toEqual([]);
  expect(
    days.filter(({ trafficDate, state }) => state === 'zero' && trafficDate >= addDays(today, -3)),
  ).toEqual([]);
  expect(await collecting.rows('repository')).toMatchObject([{ lastCoveredDate: today }]);

  // Nor does a minute's difference matter: then our own clock is as good.
  collecting.now(ahead.toISOString());
  const later = new Date(ahead.getTime() + 60_000);
  const near = openGitHub({ apiUrl: served.apiUrl, token: TOKEN, clock: () => later, secondLasts: 0 });
  const [repository] = await collecting.rows('repository');
  expect((await near.getTraffic(Number(repository?.githubId))).readAt).toEqual(later);
});

test('while the machine’s clock is four years ahead, and when it is right again, no day is lost or wrong', async () => {
  let atGitHub = new Date(at(START));
  const ahead = await openCollecting(at(START), { clock: () => atGitHub });
  const live = async (day: Day, ours = day) => {
    atGitHub = new Date(at(day));
    await ahead.collect(at(ours));
  };
  try {
    const { id, repositoryId } = await ahead.add('busy', { views: 60, clones: 20 }, '2025-06-01');
    for (const day of daysFrom(START, addDays(START, 4))) await live(day);
    for (const day of [5, 6]) await live(addDays(START, day), addDays('2029-11-03', day));
    const last = addDays(START, 20);
    for (const day of daysFrom(addDays(START, 7), last)) await live(day);
    const found = await ahead.traffic(repositoryId, START, addDays(last, -1));
    expect([found.lostDays, found.repository.problem]).toEqual([[], null]);
    const truth = found.buckets.map((day) => ahead.served.github.truth(id, day).viewCount);
    expect(found.series.viewCount).toEqual(truth);
    const runs = await ahead.rows('collectionRun');
    expect(runs.map(({ state }) => state)).toEqual(Array(21).fill('succeeded'));
  } finally {
    await ahead.close();
  }
});
