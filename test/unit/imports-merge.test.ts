import { expect, test } from 'vitest';
import type { ReadDay, ReadHistory, ReadRepository } from '../../lib/imports/history.ts';
import { toHistoryToSend, toTenantToSend } from '../../lib/imports/merge.ts';

const NOTHING: ReadRepository = {
  key: 'octo-org/alpha',
  label: 'octo-org/alpha',
  githubId: 7,
  owner: 'octo-org',
  name: 'alpha',
  namedBy: 'column',
  formerNames: [],
  tools: ['homemade'],
  files: ['views.csv'],
  days: [],
  weeks: [],
  lists: [],
  undatedLists: [],
  facts: [],
  exported: null,
};

const day = (date: string, viewCount: number | null, more: Partial<ReadDay> = {}): ReadDay => ({
  date,
  viewCount,
  viewUniques: null,
  cloneCount: null,
  cloneUniques: null,
  lowerBound: [],
  provisional: [],
  doubtfulZero: [],
  ...more,
});

test('of two folders about one repository, the larger figure of a day is sent, in the order of days', () => {
  const one = { ...NOTHING, days: [day('2024-03-02', 5), day('2024-03-03', 9)] };
  const other = { ...NOTHING, days: [day('2024-03-01', 1), day('2024-03-02', 8, { cloneCount: 2 })] };
  const { days } = toHistoryToSend(3, [one, other]);
  expect(days.map(({ date, viewCount, cloneCount }) => [date, viewCount, cloneCount])).toEqual([
    ['2024-03-01', 1, null],
    ['2024-03-02', 8, 2],
    ['2024-03-03', 9, null],
  ]);
});

test('a day is a lower bound unless a file that saw all of it has the figure', () => {
  const partial = { ...NOTHING, days: [day('2024-03-01', 5, { lowerBound: ['views'] })] };
  const running = { ...NOTHING, days: [day('2024-03-01', 4, { provisional: ['views'] })] };
  const whole = { ...NOTHING, days: [day('2024-03-01', 5)] };
  expect(toHistoryToSend(3, [partial]).days[0]?.lowerBound).toEqual(['viewCount']);
  expect(toHistoryToSend(3, [running]).days[0]?.lowerBound).toEqual(['viewCount']);
  expect(toHistoryToSend(3, [running, partial]).days[0]).toMatchObject({
    viewCount: 5,
    lowerBound: ['viewCount'],
  });
  expect(toHistoryToSend(3, [partial, whole]).days[0]?.lowerBound).toBeUndefined();
});

test('of several lists of a day, the last capture is sent', () => {
  const list = (capturedAt: string, name: string) => ({
    kind: 'referrers' as const,
    date: '2024-03-01',
    capturedAt,
    rows: [{ name, title: null, count: 1, uniques: 1 }],
  });
  const lists = [list('2024-03-01T22:00:00', 'late.example'), list('2024-03-01T02:00:00', 'early.example')];
  const sent = toHistoryToSend(3, [{ ...NOTHING, lists }]).lists ?? [];
  expect(sent.map(({ rows }) => rows[0]?.name)).toEqual(['late.example']);
});

test('annotations of an export follow their repositories, and those of no repository are left out', () => {
  const annotation = {
    from: '2024-03-01',
    to: '2024-03-01',
    text: 'Talk',
    link: null,
    group: null,
    author: 'Ada',
    createdAt: '2024-03-01T00:00:00Z',
  };
  const history: ReadHistory = {
    files: [],
    problems: [],
    repositories: [NOTHING],
    tenants: [
      {
        exportedAt: '2024-03-02T00:00:00.000Z',
        files: [],
        repositoryIds: [],
        groups: [],
        groupRepositories: [],
        dashboards: [],
        imports: [],
        importFiles: [],
        importRepositories: [],
        annotations: [
          { ...annotation, key: 'a', scope: 'all', repositories: [] },
          { ...annotation, key: 'b', scope: 'repositories', repositories: [7, 8] },
          { ...annotation, key: 'c', scope: 'repositories', repositories: [8] },
        ],
      },
    ],
  };
  const sent = toTenantToSend(history, { 'octo-org/alpha': 3 });
  expect(sent.annotations.map(({ repositoryIds }) => repositoryIds)).toEqual([null, [3]]);
});

/** A repository of an export, as it was at a time. */
const exportedAt = (instant: string, views: number, state: NonNullable<ReadDay['state']>) => ({
  ...NOTHING,
  days: [{ ...day('2024-03-01', views), state, observedAt: instant }],
  lists: [
    {
      kind: 'referrers' as const,
      date: '2024-03-01',
      capturedAt: null,
      rows: [{ name: instant, title: null, count: 1, uniques: 1 }],
    },
  ],
  exported: {
    schedule: null,
    firstCoveredDate: instant.slice(0, 10),
    revisions: [],
    weeks: [],
    windows: [],
    starDays: [{ date: '2024-03-01', gained: views }],
    releases: [],
    releaseFiles: [],
    downloads: [],
    workflowDays: [],
    events: [],
  },
});

test('of two exports of one repository, the newest says what a day is, and the oldest how far back it goes', () => {
  const old = exportedAt('2024-03-02T08:00:00.000Z', 5, 'provisional');
  const young = exportedAt('2024-03-09T08:00:00.000Z', 9, 'measured');
  const { days, lists, starDays, coverage } = toHistoryToSend(3, [young, old]);
  expect(days).toMatchObject([{ viewCount: 9, state: 'measured', observedAt: '2024-03-09T08:00:00.000Z' }]);
  expect(toHistoryToSend(3, [old, young]).days).toEqual(days);
  expect(lists?.map(({ rows }) => rows[0]?.name)).toEqual(['2024-03-09T08:00:00.000Z']);
  // What comes last is stored.
  expect(starDays?.at(-1)).toEqual({ date: '2024-03-01', gained: 9 });
  expect(coverage).toEqual([{ firstCoveredDate: '2024-03-02' }]);
});
