import { expect, test } from 'vitest';
import { type ReadWindows, toStalledThrough, toStallMessage } from '../../lib/traffic/publication.ts';
import { daysUntilLoss } from '../../lib/traffic/window.ts';

const END = '2026-09-23';
const stalled: ReadWindows = {
  repositoryCount: 2,
  sparseCount: 0,
  oldestEnd: END,
  newestEnd: END,
  oldestReadAt: '2026-09-26T08:00:00.000Z',
};

test('GitHub stands still when every window that was read ends on the same day, three days before', () => {
  expect(toStalledThrough(stalled)).toBe(END);
  expect(toStalledThrough({ ...stalled, repositoryCount: 1 })).toBeNull();
  expect(toStalledThrough({ ...stalled, oldestEnd: '2026-09-22' })).toBeNull();
  expect(toStalledThrough({ ...stalled, sparseCount: 1 })).toBeNull();
  expect(toStalledThrough({ ...stalled, oldestReadAt: '2026-09-25T23:59:59.000Z' })).toBeNull();
  expect(toStalledThrough({ ...stalled, oldestEnd: null, newestEnd: null, oldestReadAt: null })).toBeNull();
});

test('a stall is reported with the last published day', () => {
  expect(toStallMessage({ serverId: 1, visibility: 'public', publishedThrough: END })).toBe(
    'GitHub has published no traffic of public repositories since 23 September.',
  );
});

test('while GitHub stands still, no day comes closer to being lost', () => {
  const read = { lastCoveredDate: '2026-10-08', publishedThrough: END };
  const left = (stalledThrough: string | null) => daysUntilLoss({ ...read, stalledThrough }, '2026-10-08');
  expect(left(null)).toBe(0);
  expect(left(END)).toBe(14);
  expect(left('2026-09-30')).toBe(7);
});
