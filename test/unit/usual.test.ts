import { expect, test } from 'vitest';
import { addDays } from '../../lib/day.ts';
import { compareDay, medianOf, type StoredDay, sameWeekdays } from '../../lib/stats/usual.ts';

const DATE = '2026-03-16';

const dayOf = (repositoryId: number, trafficDate: string, viewCount: number): StoredDay => ({
  repositoryId,
  trafficDate,
  state: 'measured',
  viewCount,
  viewUniques: 1,
  cloneCount: 0,
  cloneUniques: 0,
});

/** A repository with the same views on each of the weekdays before, and others on the day. */
const repository = (
  id: number,
  { usual, views, weeks = 12 }: { usual: number; views: number; weeks?: number },
) => [
  dayOf(id, DATE, views),
  ...sameWeekdays(DATE)
    .slice(0, weeks)
    .map((date) => dayOf(id, date, usual)),
];

test('the median of an even number of values is between the two in the middle', () => {
  expect([[], [3], [1, 10], [9, 1, 5], [1, 2, 4, 100]].map(medianOf)).toEqual([null, 3, 6, 5, 3]);
});

test('a day is compared with twelve same weekdays, the newest a week before', () => {
  const weekdays = sameWeekdays(DATE);
  expect([weekdays.length, weekdays[0], weekdays[11]]).toEqual([12, addDays(DATE, -7), addDays(DATE, -84)]);
});

test('a young repository is left out of the comparison, and the others are compared', () => {
  const rows = [
    ...repository(1, { usual: 10, views: 100 }),
    ...repository(2, { usual: 20, views: 20 }),
    ...repository(3, { usual: 50, views: 500, weeks: 2 }),
  ];
  expect(compareDay(DATE, rows)).toMatchObject({
    repositoryIds: [1, 2],
    figures: { viewCount: 120 },
    usual: { days: 12, viewCount: 30 },
  });
});

test('a weekday that most repositories lost does not count, and one that few lost rules these out', () => {
  const [monday = '', another = ''] = sameWeekdays(DATE);
  const rows = [1, 2, 3, 4].flatMap((id) => repository(id, { usual: 10, views: 10 }));
  const lost = rows.filter(
    ({ repositoryId, trafficDate }) =>
      !(trafficDate === monday && repositoryId < 4) && !(trafficDate === another && repositoryId === 2),
  );
  expect(compareDay(DATE, lost)).toMatchObject({
    repositoryIds: [1, 3, 4],
    usual: { days: 11, viewCount: 30 },
  });
});

test('a day that is not final, or has no weekday before, is not compared', () => {
  const provisional = repository(1, { usual: 10, views: 10 }).map((row) =>
    row.trafficDate === DATE ? { ...row, state: 'provisional' as const } : row,
  );
  expect(compareDay(DATE, provisional)).toMatchObject({
    repositoryIds: [],
    usual: { days: 0, viewCount: null },
  });
  expect(compareDay(DATE, repository(1, { usual: 10, views: 10, weeks: 0 })).repositoryIds).toEqual([]);
});
