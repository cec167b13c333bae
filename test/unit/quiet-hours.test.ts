import { expect, test } from 'vitest';
import {
  isQuiet,
  isTimeZone,
  lengthOfQuiet,
  toQuietColumns,
  toQuietHours,
} from '../../lib/deliveries/quiet.ts';

const night = { from: '22:00', to: '07:00', zone: 'Europe/Berlin' };
const quietAt = (instant: string, quiet = night) => isQuiet(quiet, new Date(instant));

test('quiet hours go over midnight, by the clocks of their zone', () => {
  expect(quietAt('2026-01-14T20:59:59Z')).toBe(false);
  expect(quietAt('2026-01-14T21:00:00Z')).toBe(true);
  expect(quietAt('2026-01-15T05:59:59Z')).toBe(true);
  expect(quietAt('2026-01-15T06:00:00Z')).toBe(false);
});

test('quiet hours keep to the clock when it changes', () => {
  // Clocks go forward on 29 March and back on 25 October.
  expect(quietAt('2026-03-29T05:00:00Z')).toBe(false);
  expect(quietAt('2026-03-29T04:59:00Z')).toBe(true);
  expect(quietAt('2026-10-25T05:59:00Z')).toBe(true);
  expect(quietAt('2026-10-25T06:00:00Z')).toBe(false);
});

test('quiet hours within a day, and in zones off the hour', () => {
  const lunch = { from: '12:30', to: '13:15', zone: 'Asia/Kolkata' };
  expect(quietAt('2026-01-14T06:59:00Z', lunch)).toBe(false);
  expect(quietAt('2026-01-14T07:00:00Z', lunch)).toBe(true);
  expect(quietAt('2026-01-14T07:45:00Z', lunch)).toBe(false);
  expect(isQuiet(null, new Date('2026-01-14T07:00:00Z'))).toBe(false);
});

test('the length of quiet hours is known, and zones that nobody knows are', () => {
  expect([lengthOfQuiet(night), lengthOfQuiet({ from: '07:00', to: '07:00' })]).toEqual([540, 0]);
  expect(['Europe/Berlin', 'UTC', 'Mars/Olympus', ''].map(isTimeZone)).toEqual([true, true, false, false]);
});

test('quiet hours are stored in three columns, or in none', () => {
  expect(toQuietHours(toQuietColumns(night))).toEqual(night);
  expect(toQuietHours(toQuietColumns(null))).toBeNull();
});
