import { expect, test } from 'vitest';
import { HISTORY_DAYS } from '../../lib/alerts/baseline.ts';
import {
  isJudged,
  judgeDays,
  judgeMilestone,
  judgeReferrers,
  REFERRER_HISTORY_DAYS,
  type SubjectDay,
  sumGroupDays,
} from '../../lib/alerts/detect.ts';
import { addDays, type Day, daysFrom } from '../../lib/day.ts';

const DATE = '2026-03-16';
const FROM = addDays(DATE, -HISTORY_DAYS);

const toDays = (from: Day, through: Day, viewsOn: (date: Day) => number): SubjectDay[] =>
  daysFrom(from, through).map((date) => ({
    date,
    state: 'measured' as const,
    viewCount: viewsOn(date),
    viewUniques: Math.round(viewsOn(date) / 4),
    cloneCount: 5,
    cloneUniques: 2,
  }));

test('a day with four times the usual views begins a spike once, and it is over once', () => {
  const days = toDays(FROM, addDays(DATE, 20), (date) => (date >= DATE && date < '2026-03-20' ? 400 : 100));
  const { began, over } = judgeDays(days, { from: DATE, through: addDays(DATE, 20), known: [] });
  expect(began).toMatchObject([
    { kind: 'spike', metric: 'views', date: DATE, count: { value: 400, expected: 100 }, factor: 4 },
  ]);
  expect(over).toMatchObject([
    { kind: 'spike', metric: 'views', date: DATE, overOn: '2026-03-20', overReason: 'back' },
  ]);
});

test('days that are not final are not judged', () => {
  expect([
    isJudged({ state: 'suspect' }),
    isJudged({ state: 'imported' }),
    isJudged({ state: 'zero' }),
  ]).toEqual([false, false, true]);
});

test('a group has the days on which each of its repositories is known', () => {
  const days = [1, 2].flatMap((repositoryId) =>
    toDays(FROM, DATE, () => 10 * repositoryId).map((day) => ({ ...day, repositoryId })),
  );
  const lost = days.filter(({ repositoryId, date }) => repositoryId === 1 || date !== addDays(DATE, -3));
  const sums = sumGroupDays(lost, DATE);
  expect(sums).toHaveLength(HISTORY_DAYS);
  expect(sums.every(({ viewCount }) => viewCount === 30)).toBe(true);
});

test('a referrer that was in no list before is new among the top three, once', () => {
  const lists = daysFrom(addDays(DATE, -REFERRER_HISTORY_DAYS), addDays(DATE, 5)).map((date) => ({
    date,
    referrers: [
      { referrer: 'Google', viewCount: 300, viewUniques: 100 },
      ...(date >= DATE ? [{ referrer: 'news.ycombinator.com', viewCount: 200, viewUniques: 90 }] : []),
    ],
  }));
  expect(judgeReferrers(lists, { from: DATE, through: addDays(DATE, 5) })).toMatchObject([
    { referrer: 'news.ycombinator.com', date: DATE, firstSeen: DATE, rank: 2 },
  ]);
});

test('a total that passes a round number is told, with the day', () => {
  const totals = [980, 995, 1010, 1020].map((total, place) => ({ date: addDays(DATE, place), total }));
  const span = { from: addDays(DATE, 1), through: addDays(DATE, 3), told: null };
  expect(judgeMilestone('stars', totals, span)).toMatchObject({ milestone: 1000, date: addDays(DATE, 2) });
  expect(judgeMilestone('stars', totals, { ...span, told: 1000 })).toBeNull();
});
