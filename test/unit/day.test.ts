import { expect, test } from 'vitest';
import {
  addDays,
  daysBetween,
  daysFrom,
  isDay,
  monthOf,
  toDay,
  toDayAndMonth,
  toDayNumber,
  weekOf,
} from '../../lib/day.ts';
import { bucketDays, bucketsOf, defaultBucket, weekLabel, wholeWeeks } from '../../lib/stats/buckets.ts';
import { earlierSpanOf, type RangeRequest, spansOf, toRange } from '../../lib/stats/range.ts';

const TODAY = '2026-03-10';

const rangeOf = (request: Parameters<typeof toRange>[0], mostBuckets = 130) =>
  toRange(request, TODAY, '2025-05-20', mostBuckets);

test('days are computed across leap days and years', () => {
  expect(addDays('2028-02-28', 1)).toBe('2028-02-29');
  expect(addDays('2026-01-01', -1)).toBe('2025-12-31');
  expect(daysBetween('2024-02-28', '2024-03-01')).toBe(2);
  expect(daysFrom('2025-12-30', '2026-01-02')).toEqual([
    '2025-12-30',
    '2025-12-31',
    '2026-01-01',
    '2026-01-02',
  ]);
  expect(daysFrom('2026-01-02', '2026-01-01')).toEqual([]);
  expect(toDayNumber('2026-01-02') - toDayNumber('2025-12-31')).toBe(2);
});

test('an instant belongs to its UTC day', () => {
  expect(toDay(new Date('2026-01-14T23:59:59.999Z'))).toBe('2026-01-14');
  expect(toDay(new Date('2026-01-14T23:30:00-02:00'))).toBe('2026-01-15');
});

test('a sentence names the day and the month in English, as Intl does', () => {
  const format = new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', day: 'numeric', month: 'long' });
  const days = Array.from({ length: 12 }, (_, month) => `2026-${String(month + 1).padStart(2, '0')}-03`);
  expect(days.map(toDayAndMonth)).toEqual(days.map((day) => format.format(new Date(day))));
});

test('only calendar days are valid', () => {
  expect(['2024-02-29', '2026-12-31'].every(isDay)).toBe(true);
  const wrong = [
    '2026-02-29',
    '2026-13-01',
    '2026-1-1',
    '26-01-01',
    '2026-01-01T00:00:00Z',
    '+020260-01',
    '',
    '٢٠٢٦-٠١-٠١',
  ];
  expect(wrong.filter(isDay)).toEqual([]);
});

test('weeks begin on Monday and belong to the year of their Thursday', () => {
  expect(weekOf('2026-01-01')).toBe('2025-12-29');
  expect(weekOf('2025-12-29')).toBe('2025-12-29');
  expect(['2025-12-28', '2025-12-29', '2026-01-01', '2026-01-04', '2026-01-05'].map(weekLabel)).toEqual([
    '2025-W52',
    '2026-W01',
    '2026-W01',
    '2026-W01',
    '2026-W02',
  ]);
  expect(['2021-01-03', '2020-12-31', '2027-01-03'].map(weekLabel)).toEqual([
    '2020-W53',
    '2020-W53',
    '2026-W53',
  ]);
  expect(monthOf('2026-02-28')).toBe('2026-02-01');
});

test('the default range is the last 30 days', () => {
  expect(rangeOf({})).toEqual({ from: '2026-02-09', to: TODAY, by: 'day', days: 30 });
  expect(rangeOf({ from: '2026-03-01' })).toMatchObject({ from: '2026-03-01', to: TODAY });
  expect(rangeOf({ to: '2026-03-01' })).toMatchObject({ from: '2026-01-31', to: '2026-03-01' });
});

test('a range never ends after today', () => {
  expect(rangeOf({ from: '2026-03-01', to: '2026-12-31' })).toMatchObject({ to: TODAY, days: 10 });
});

test('all begins on the first stored day, and is 30 days if nothing is stored', () => {
  expect(rangeOf({ range: 'all' })).toEqual({ from: '2025-05-20', to: TODAY, by: 'week', days: 295 });
  expect(toRange({ range: 'all' }, TODAY, null, 130)).toMatchObject({ from: '2026-02-09', days: 30 });
  expect(toRange({ range: 'all' }, TODAY, '2010-01-01', 130)).toMatchObject({ days: 3660, by: 'month' });
  expect(toRange({ range: 'all' }, TODAY, '2026-03-11', 130)).toMatchObject({ from: TODAY, days: 1 });
});

test('longer ranges have longer buckets by default', () => {
  expect(rangeOf({ range: '90' }).by).toBe('day');
  expect(rangeOf({ range: '365' }).by).toBe('week');
  expect(rangeOf({ from: '2023-01-01' }).by).toBe('month');
  expect(rangeOf({ range: '365', by: 'month' }).by).toBe('month');
});

test('reversed, too long and too detailed ranges each get their own error', () => {
  expect(() => rangeOf({ from: '2026-03-02', to: '2026-03-01' })).toThrow(/begins on 2026-03-02/);
  expect(() => rangeOf({ from: '2026-03-11' })).toThrow(/after its end on 2026-03-10/);
  expect(() => rangeOf({ from: '2016-01-01' })).toThrow(/at most 3660 days/);
  expect(() => rangeOf({ range: '365', by: 'day' })).toThrow(/365 points/);
});

test('a range may have as many points as are answered, and no more', () => {
  expect(rangeOf({ range: '30' }, 30)).toMatchObject({ days: 30, by: 'day' });
  expect(() => rangeOf({ range: '30' }, 29)).toThrow(/30 points, and at most 29/);
  expect(rangeOf({ range: '90', by: 'week' }, 14)).toMatchObject({ days: 90, by: 'week' });
  expect(() => rangeOf({ range: '90', by: 'week' }, 13)).toThrow(/14 points, and at most 13/);
});

test('buckets cover the range; the first may begin before it', () => {
  expect(bucketsOf({ from: '2026-01-01', to: '2026-01-12', by: 'week', days: 12 })).toEqual([
    '2025-12-29',
    '2026-01-05',
    '2026-01-12',
  ]);
  expect(bucketsOf({ from: '2025-11-30', to: '2026-02-01', by: 'month', days: 64 })).toEqual([
    '2025-11-01',
    '2025-12-01',
    '2026-01-01',
    '2026-02-01',
  ]);
});

test('the compared spans end with the last settled day, are equally long, and have the same weekdays', () => {
  const range = rangeOf({ range: '7' });
  expect(spansOf(range, '2026-03-06')).toEqual({
    kind: 'previous',
    from: '2026-03-04',
    to: '2026-03-06',
    previousFrom: '2026-02-25',
    previousTo: '2026-02-27',
  });
  expect(spansOf({ ...range, to: '2026-03-05' }, '2026-03-06').to).toBe('2026-03-05');
  expect(spansOf(range, '2026-01-01')).toMatchObject({ to: '2026-03-04', previousFrom: '2026-02-25' });
});

const NEVER_CUT = '9999-12-31';

test.each([
  ['30', undefined, '2026-02-09 2026-03-10', '2026-01-05 2026-02-03'],
  ['week', undefined, '2026-03-02 2026-03-08', '2026-02-23 2026-03-01'],
  ['month', undefined, '2026-03-01 2026-03-10', '2026-02-01 2026-02-10'],
  // 28 days of January lie four weeks before as many of February: no day is on both sides.
  ['last-month', undefined, '2026-02-01 2026-02-28', '2026-01-04 2026-01-31'],
  ['quarter', undefined, '2026-01-01 2026-03-10', '2025-10-02 2025-12-09'],
  ['last-quarter', undefined, '2025-10-01 2025-12-30', '2025-07-02 2025-09-30'],
  ['year', undefined, '2026-01-01 2026-03-10', '2025-01-02 2025-03-11'],
  ['last-year', undefined, '2025-01-01 2025-12-30', '2024-01-03 2024-12-31'],
  ['30', 'year', '2026-02-09 2026-03-10', '2025-02-10 2025-03-11'],
  ['30', '2025-07-01', '2026-02-09 2026-03-10', '2025-07-01 2025-07-30'],
  ['30', '1970-01-01', '2026-02-09 2026-03-10', '1970-01-01 1970-01-30'],
] as const)('%s compared with %s is %s against %s', (range, compare, span, before) => {
  const request = { range, compare };
  const spans = spansOf(rangeOf(request), NEVER_CUT, request);
  expect([`${spans.from} ${spans.to}`, `${spans.previousFrom} ${spans.previousTo}`]).toEqual([span, before]);
  expect(spans.kind).toBe(compare === undefined ? 'previous' : compare === 'year' ? 'year' : 'span');
});

test('the earlier line covers the whole range, but no day of the range itself unless another span is asked for', () => {
  const lineOf = (request: RangeRequest) => {
    const range = rangeOf(request);
    return earlierSpanOf(range, spansOf(range, '2026-03-06', request));
  };
  expect(lineOf({ range: '30' })).toEqual({ shift: 35, from: '2026-01-05', to: '2026-02-03' });
  expect(lineOf({ range: 'last-quarter' })).toEqual({ shift: 91, from: '2025-07-02', to: '2025-09-30' });
  expect(lineOf({ from: '2024-03-11', to: '2026-03-10', compare: 'year' })).toMatchObject({
    shift: 364,
    to: '2025-03-11',
  });
  expect(lineOf({ range: '30', compare: 'none' })).toBeUndefined();
});

test('buckets are days up to 92 days, weeks up to two years, then months', () => {
  expect([1, 92, 93, 731, 732].map(defaultBucket)).toEqual(['day', 'day', 'week', 'week', 'month']);
});

test('a range may be one day', () => {
  expect(rangeOf({ from: '2026-03-01', to: '2026-03-01' })).toMatchObject({ days: 1 });
});

test('a bucket has only days of the range', () => {
  const range = { from: '2026-01-07', to: '2026-01-20', by: 'week' } as const;
  expect(bucketDays('2026-01-05', range)).toEqual({ from: '2026-01-07', to: '2026-01-11' });
  expect(bucketDays('2026-01-12', range)).toEqual({ from: '2026-01-12', to: '2026-01-18' });
  expect(bucketDays('2026-01-19', range)).toEqual({ from: '2026-01-19', to: '2026-01-20' });
});

test('a week counts only if the range has all its days', () => {
  expect(wholeWeeks({ from: '2026-01-01', to: '2026-01-18' })).toEqual({
    from: '2026-01-01',
    to: '2026-01-12',
  });
  expect(wholeWeeks({ from: '2026-01-01', to: '2026-01-17' })).toEqual({
    from: '2026-01-01',
    to: '2026-01-05',
  });
});
