import { expect, test } from 'vitest';
import { viewOf, withView } from '../../static/view.ts';

const AT = { pathname: '/t/1', search: '?range=90&compare=year&group=4&metric=stars&page=2' };

test('a link keeps the days, the comparison and the group, and nothing else of the page', () => {
  expect(withView('/t/1/r/7', AT)).toBe('/t/1/r/7?range=90&compare=year&group=4');
  expect(withView('/t/1/repositories?state=paused', AT)).toBe(
    '/t/1/repositories?state=paused&range=90&compare=year&group=4',
  );
});

test('a link to another tenant drops the group', () => {
  expect(withView('/t/2', AT)).toBe('/t/2?range=90&compare=year');
});

test('what a link says itself goes first, and a range replaces a first and last day', () => {
  expect(withView('/t/1?range=7', AT)).toBe('/t/1?range=7&compare=year&group=4');
  const custom = { pathname: '/t/1', search: '?from=2026-01-01&to=2026-01-31&by=day' };
  expect(withView('/t/1', custom)).toBe('/t/1?from=2026-01-01&to=2026-01-31&by=day');
  expect(withView('/t/1?range=7', custom)).toBe('/t/1?range=7&by=day');
  expect(withView(withView('/t/1', custom), custom)).toBe(withView('/t/1', custom));
});

test('a view names what is not asked for as null', () => {
  expect(viewOf(new URLSearchParams('range=week&by=day&page=3'))).toEqual({
    range: 'week',
    from: null,
    to: null,
    by: 'day',
    compare: null,
    group: null,
  });
});

test('the month of a report is kept by links to reports, and its days by links to other pages', () => {
  const month = { pathname: '/t/1/reports', search: '?period=2026-10&group=4' };
  expect(withView('/t/1/reports', month)).toBe('/t/1/reports?period=2026-10&group=4');
  expect(withView('/t/1/r/7', month)).toBe('/t/1/r/7?from=2026-10-01&to=2026-10-31&group=4');
  expect(withView('/t/1?range=7', month)).toBe('/t/1?range=7&group=4');
  const week = { pathname: '/t/1/reports', search: '?period=2026-W47' };
  expect(withView('/t/1', week)).toBe('/t/1?from=2026-11-16&to=2026-11-22');
  expect(withView('/t/1', { pathname: '/t/1/reports', search: '?period=nonsense' })).toBe('/t/1');
});
