import { expect, test } from 'vitest';
import type { TrafficSeries } from '../../lib/answers/stats.ts';
import { looksOf } from '../../lib/charts/model.ts';
import { addDays, daysFrom } from '../../lib/day.ts';
import { shownModel } from '../../static/charts/shown.ts';
import {
  absoluteModel,
  type Compared,
  hollowIds,
  indexedModel,
  summaryOf,
} from '../../static/compare/model.ts';
import { comparedIds } from '../../static/compare/view.ts';

const FROM = '2026-08-03';

const NO_TOTALS = {
  viewCount: null,
  viewUniquesLower: null,
  viewUniquesUpper: null,
  cloneCount: null,
  cloneUniquesLower: null,
  cloneUniquesUpper: null,
  knownDays: 0,
  lostDays: 0,
};

/** A repository that has these views a day, and nothing else. */
function repository(
  repositoryId: number,
  views: (number | null)[],
  fullName = `ada/r${repositoryId}`,
): Compared {
  const unknown = views.map(() => null);
  return {
    repositoryId,
    fullName,
    colorIndex: repositoryId,
    archived: false,
    totals: { ...NO_TOTALS, knownDays: views.filter((count) => count !== null).length },
    comparison: {
      kind: 'none',
      from: FROM,
      to: FROM,
      previousFrom: FROM,
      previousTo: FROM,
      current: NO_TOTALS,
      previous: NO_TOTALS,
      comparable: false,
      repositories: { compared: 0, total: 1 },
      leftOut: [],
    },
    series: {
      viewCount: views,
      viewUniques: unknown,
      cloneCount: unknown,
      cloneUniques: unknown,
      state: views.map((count) => (count === null ? 'before' : 'measured')),
      uniquesExact: views.map(() => true),
      stars: unknown,
      forks: unknown,
      starsGained: unknown,
      downloads: unknown,
    },
  };
}

function answerOf(...repositories: Compared[]): TrafficSeries {
  const days = repositories[0]?.series.viewCount.length ?? 0;
  const to = addDays(FROM, days - 1);
  const buckets = daysFrom(FROM, to);
  return {
    tenantId: 1,
    range: { from: FROM, to, by: 'day', days },
    buckets,
    repositories,
    events: [],
    eventCounts: [],
  };
}

const constant = (count: number, days: number) => new Array<number>(days).fill(count);

test('indexed lines are averages of seven days that begin with 100, each on its own first day', () => {
  const old = repository(1, [...constant(50, 14), ...constant(200, 14)]);
  const young = repository(2, [...new Array(10).fill(null), ...constant(4, 18)]);
  const answer = answerOf(old, young);
  const { model, isAverage, bases } = indexedModel(answer, 'viewCount');
  expect([isAverage, bases]).toEqual([true, [addDays(FROM, 6), addDays(FROM, 16)]]);
  const [one, other] = model.layers.map(({ values }) => values);
  expect([one?.[5], one?.[6], one?.[13], one?.at(-1)]).toEqual([null, 100, 100, 400]);
  expect(new Set(other)).toEqual(new Set([null, 100]));
  expect(absoluteModel(answer, 'viewCount').marks.every((mark) => mark === 'known')).toBe(true);
});

test('a repository without figures, or with zeros only, has no index', () => {
  const answer = answerOf(repository(1, constant(0, 30)), repository(2, new Array(30).fill(null)));
  const { model, bases } = indexedModel(answer, 'viewCount');
  expect(bases).toEqual([null, null]);
  expect(model.layers.every(({ values }) => values.every((value) => value === null))).toBe(true);
});

test('a short range is indexed day by day', () => {
  const { model, isAverage, bases } = indexedModel(
    answerOf(repository(1, [0, 20, 10, null, 30])),
    'viewCount',
  );
  expect([isAverage, bases, model.layers[0]?.values]).toEqual([
    false,
    [addDays(FROM, 1)],
    [null, 100, 50, null, 150],
  ]);
});

test('the table has the sum, the mean, the change from the first week to the last, and the highest day', () => {
  const one = repository(1, [...constant(10, 7), 99, ...constant(25, 7), null]);
  expect(summaryOf(one, answerOf(one), 'viewCount')).toEqual({
    total: 344,
    perDay: 344 / 15,
    change: 1.5,
    highest: { bucket: addDays(FROM, 7), value: 99 },
  });
  const short = repository(1, constant(3, 13));
  expect(summaryOf(short, answerOf(short), 'viewCount').change).toBeNull();
  expect(summaryOf(one, answerOf(one), 'stars')).toMatchObject({ total: null, change: null, highest: null });
});

test('repositories of the same name keep their owner', () => {
  const answer = answerOf(
    repository(1, [1], 'ada/docs'),
    repository(2, [1], 'bob/docs'),
    repository(3, [1], 'bob/site'),
  );
  expect(absoluteModel(answer, 'viewCount').layers.map(({ label }) => label)).toEqual([
    'ada/docs',
    'bob/docs',
    'site',
  ]);
});

test('an address names at most six repositories, each once', () => {
  const idsOf = (repositories: string) => comparedIds(new URLSearchParams({ repositories }));
  expect(idsOf('3,1,3,2')).toEqual([3, 1, 2]);
  expect(idsOf('1,2,3,4,5,6,7')).toEqual([1, 2, 3, 4, 5, 6]);
  expect(idsOf('x,-1,0,1.5,9999999999')).toEqual([]);
  expect(comparedIds(new URLSearchParams())).toEqual([]);
});

test('two repositories with the same color are told apart: the later line is hollow', () => {
  const answer = answerOf(repository(1, [1, 2]), repository(2, [1, 2]), {
    ...repository(3, [1, 2]),
    colorIndex: 1,
  });
  expect(looksOf(absoluteModel(answer, 'viewCount')).map(({ line }) => line)).toEqual([
    'normal',
    'normal',
    'hollow',
  ]);
  expect([...hollowIds(answer)]).toEqual([3]);
});

test('indexed lines are averages already, so the 7-day average changes nothing', () => {
  const answer = answerOf(repository(1, constant(10, 30).concat(constant(40, 10))));
  const { model } = indexedModel(answer, 'viewCount');
  const view = { scale: 'linear', average: true, events: true, line: true } as const;
  expect(shownModel(model, view).layers).toEqual(model.layers);
  const absolute = absoluteModel(answer, 'viewCount');
  expect(shownModel(absolute, view).layers).not.toEqual(absolute.layers);
});
