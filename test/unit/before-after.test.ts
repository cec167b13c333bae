import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addDays, type Day, daysBetween, daysFrom, startOf } from '../../lib/day.ts';
import { SIDE_DAYS, toSides } from '../../lib/stats/before-after-days.ts';
import { SEED } from '../seed.ts';

const weekdaysOf = ({ from, to }: { from: Day; to: Day }) =>
  daysFrom(from, to).map((day) => startOf(day).getUTCDay());

test('a launch on Monday is compared with the week before', () => {
  expect(toSides({ date: '2026-11-16', to: '2026-11-16' }, { days: 7, finalThrough: '2026-11-25' })).toEqual({
    before: { from: '2026-11-09', to: '2026-11-15' },
    after: { from: '2026-11-16', to: '2026-11-22' },
    days: 7,
  });
});

test('soon after a launch, its first days are compared with the same weekdays', () => {
  expect(toSides({ date: '2026-11-16', to: '2026-11-16' }, { days: 14, finalThrough: '2026-11-18' })).toEqual(
    {
      before: { from: '2026-11-09', to: '2026-11-11' },
      after: { from: '2026-11-16', to: '2026-11-18' },
      days: 3,
    },
  );
});

test('a span is on neither side', () => {
  expect(toSides({ date: '2026-11-08', to: '2026-11-10' }, { days: 7, finalThrough: '2026-11-25' })).toEqual({
    before: { from: '2026-10-28', to: '2026-11-03' },
    after: { from: '2026-11-11', to: '2026-11-17' },
    days: 7,
  });
});

test('whatever the event: final days, equally many, the same weekdays, on their side, and none nearer than needed', () => {
  const event = fc.record({
    first: fc.integer({ min: 0, max: 400 }),
    length: fc.integer({ min: 1, max: 60 }),
    final: fc.integer({ min: 0, max: 500 }),
    days: fc.constantFrom(...SIDE_DAYS),
  });
  const property = fc.property(event, ({ first, length, final, days }) => {
    const date = addDays('2024-01-01', first);
    const to = addDays(date, length - 1);
    const finalThrough = addDays('2024-01-01', final);
    const sides = toSides({ date, to }, { days, finalThrough });
    const begin = length === 1 ? date : addDays(to, 1);
    if (!sides) {
      expect(finalThrough < begin).toBe(true);
      return;
    }
    const { before, after } = sides;
    expect(after.from).toBe(begin);
    expect(after.to <= finalThrough).toBe(true);
    expect(before.to < date).toBe(true);
    expect(sides.days).toBe(Math.min(days, daysBetween(begin, finalThrough) + 1));
    expect(daysFrom(after.from, after.to)).toHaveLength(sides.days);
    expect(weekdaysOf(before)).toEqual(weekdaysOf(after));
    expect(addDays(before.to, 7) >= date).toBe(true);
  });
  fc.assert(property, { numRuns: 300, seed: SEED });
});
