import { expect, test } from 'vitest';
import type { ChartEvent } from '../../lib/answers/events.ts';
import { addDays } from '../../lib/day.ts';
import type { EventKind } from '../../lib/events/kinds.ts';
import { toSpans } from '../../lib/events/lost.ts';
import { shareOut } from '../../lib/events/share.ts';

function toEvents(kind: EventKind, count: number): ChartEvent[] {
  return Array.from({ length: count }, (_, index) => ({
    date: addDays('2026-01-01', index),
    to: addDays('2026-01-01', index),
    kind,
    repositoryId: 1,
    fullName: 'ada/one',
    title: `${kind} ${index}`,
    subject: null,
    detail: null,
    url: null,
    annotationId: null,
    author: null,
    alertId: null,
  }));
}

const found = (kind: EventKind, count: number) => ({ events: toEvents(kind, count), count });
const countOf = (events: readonly ChartEvent[], kind: EventKind) =>
  events.filter((event) => event.kind === kind).length;

test('events are listed newest first, all of them while they are few', () => {
  const { events, eventCounts } = shareOut([found('release', 3), found('annotation', 2), found('lost', 0)]);
  expect(events.map(({ date, kind }) => `${date} ${kind}`)).toEqual([
    '2026-01-03 release',
    '2026-01-02 annotation',
    '2026-01-02 release',
    '2026-01-01 annotation',
    '2026-01-01 release',
  ]);
  expect(eventCounts).toEqual([
    { kind: 'annotation', count: 2 },
    { kind: 'release', count: 3 },
  ]);
});

test('frequent events leave room for rare ones, and the answer says how many there are', () => {
  const referrers = { ...found('referrer', 150), count: 4000 };
  const { events, eventCounts } = shareOut([
    referrers,
    found('release', 500),
    found('renamed', 2),
    found('annotation', 30),
  ]);
  expect(events).toHaveLength(150);
  expect(countOf(events, 'annotation')).toBe(30);
  expect(countOf(events, 'renamed')).toBe(2);
  expect(countOf(events, 'release')).toBe(59);
  expect(countOf(events, 'referrer')).toBe(59);
  expect(eventCounts).toContainEqual({ kind: 'referrer', count: 4000 });
  expect(events.find(({ kind }) => kind === 'release')?.date).toBe(addDays('2026-01-01', 499));
});

test('days in a row are one span', () => {
  expect(toSpans([])).toEqual([]);
  expect(toSpans(['2026-02-27', '2026-02-28', '2026-03-01', '2026-03-03'])).toEqual([
    { from: '2026-02-27', to: '2026-03-01' },
    { from: '2026-03-03', to: '2026-03-03' },
  ]);
});
