import { expect, test } from 'vitest';
import { addDays, daysFrom } from '../../lib/day.ts';
import { findSilentDays, type JudgedDay } from '../../lib/traffic/silence.ts';

const DAY = '2026-11-14';
const daysOf = (repositoryId: number, busy: (day: string) => boolean): JudgedDay[] =>
  daysFrom('2026-10-20', addDays(DAY, 2)).map((trafficDate) => ({
    repositoryId,
    trafficDate,
    state: busy(trafficDate) ? 'measured' : 'zero',
    isBusy: busy(trafficDate),
  }));
const find = (...days: JudgedDay[][]) => findSilentDays(days.flat(), '2026-11-03', '2026-11-17');
const silentOnce = (day: string) => day !== DAY;

test('a day is silent when all repositories with usual traffic are zero, and nobody else has any', () => {
  expect(find(daysOf(1, silentOnce), daysOf(2, silentOnce))).toEqual([DAY]);
  expect(find(daysOf(1, silentOnce))).toEqual([]);
  expect(
    find(
      daysOf(1, silentOnce),
      daysOf(2, () => true),
    ),
  ).toEqual([]);
  const rare = daysOf(3, (day) => day === DAY);
  expect(find(daysOf(1, silentOnce), daysOf(2, silentOnce), rare)).toEqual([]);
  const weekdays = (day: string) => new Date(day).getUTCDay() % 6 !== 0;
  expect(find(daysOf(1, weekdays), daysOf(2, weekdays))).toEqual([]);
});

test('silence of several days does not make itself usual', () => {
  const from = (day: string) => day < addDays(DAY, -3);
  expect(find(daysOf(1, from), daysOf(2, from))).toEqual(daysFrom(addDays(DAY, -3), addDays(DAY, 2)));
});

test('a day that is not yet read of all is not judged', () => {
  const unread = daysOf(2, silentOnce).filter(({ trafficDate }) => trafficDate < DAY);
  expect(find(daysOf(1, silentOnce), unread)).toEqual([]);
});
