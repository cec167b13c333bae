import { expect, test } from 'vitest';
import { addressOf, newestPeriods, periodOf, requestOf } from '../../static/reports/period.ts';

const TODAY = '2026-11-26';
const asked = (query: string) => periodOf(new URLSearchParams(query), TODAY);

test('an address asks for a month, a week or any days, and also by the range of another page', () => {
  expect(asked('')).toBeNull();
  expect(asked('period=2026-10')?.label).toBe('October 2026');
  expect(asked('period=2026-W47')).toMatchObject({ from: '2026-11-16', to: '2026-11-22' });
  expect(asked('period=2025-W53')).toBeNull();
  expect(asked('period=nonsense')).toBeNull();
  expect(asked('from=2026-10-03&to=2026-10-20')).toMatchObject({ kind: 'range', key: null });
  expect(asked('from=2026-10-01&to=2026-10-31')?.key).toBe('2026-10');
  expect(asked('from=2026-11-16&to=2026-11-22')?.key).toBe('2026-W47');
  expect(asked('range=last-month')?.key).toBe('2026-10');
  expect(asked('range=month')?.key).toBe('2026-11');
  expect(asked('range=week')?.key).toBe('2026-W47');
  expect(asked('range=last-quarter')).toMatchObject({ from: '2026-07-01', to: '2026-09-30' });
  expect(asked('range=all')).toBeNull();
});

test('a period is asked of the API and kept in the address as it was chosen', () => {
  const month = asked('period=2026-10');
  const days = asked('from=2026-10-03&to=2026-10-20');
  const requested = (query: string) => requestOf(new URLSearchParams(query));
  expect(requested('period=2026-10')).toEqual({ period: '2026-10' });
  expect(requested('from=2026-10-03&to=2026-10-20')).toEqual({ from: '2026-10-03', to: '2026-10-20' });
  expect(requested('from=2026-10-01&to=2026-10-31')).toEqual({ period: '2026-10' });
  // The API knows what day it is.
  expect(requested('range=last-month')).toEqual({ range: 'last-month' });
  expect(requested('range=all')).toEqual({ range: null });
  expect(requested('')).toEqual({ range: null });
  expect(requested('period=nonsense')).toEqual({ period: 'nonsense' });
  expect(month && addressOf(month)).toEqual({ period: '2026-10', range: null, from: null, to: null });
  expect(days && addressOf(days)).toMatchObject({ period: null, from: '2026-10-03', to: '2026-10-20' });
});

test('the menu has the running month and the five before, and the four weeks that ended last', () => {
  const { months, weeks } = newestPeriods('2026-01-05');
  expect(months.map(({ key }) => key)).toEqual([
    '2026-01',
    '2025-12',
    '2025-11',
    '2025-10',
    '2025-09',
    '2025-08',
  ]);
  expect(weeks.map(({ key }) => key)).toEqual(['2026-W01', '2025-W52', '2025-W51', '2025-W50']);
});
