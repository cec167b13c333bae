import type { Report, ReportRepository } from '../lib/answers/reports.ts';
import { addDays, daysFrom } from '../lib/day.ts';

const FROM = '2026-10-01';
const TO = '2026-10-31';
const buckets = daysFrom(FROM, TO);
const zeros = buckets.map(() => 0);
const views = buckets.map((_, place) => 300 + ((place * 7919) % 500));

const CHANGE = { change: 0.083, difference: 1400, reason: null };
const UNKNOWN = { change: null, difference: null, reason: 'nothing_earlier' } as const;
const changes = { previous: CHANGE, year: UNKNOWN };

const TOTALS = {
  viewCount: 12_345,
  viewUniquesLower: 600,
  viewUniquesUpper: 4567,
  cloneCount: 2345,
  cloneUniquesLower: 100,
  cloneUniquesUpper: 890,
  knownDays: 31,
  lostDays: 0,
};

const comparison = {
  kind: 'previous' as const,
  from: FROM,
  to: '2026-10-28',
  previousFrom: '2026-09-03',
  previousTo: '2026-09-30',
  current: TOTALS,
  previous: TOTALS,
  comparable: true,
  repositories: { compared: 1, total: 1 },
  leftOut: [],
};

/** A repository of a report. */
export function sampleRepository(repositoryId: number, fullName: string): ReportRepository {
  return {
    repositoryId,
    fullName,
    webUrl: `https://github.com/${fullName}`,
    colorIndex: repositoryId % 8,
    archived: false,
    totals: TOTALS,
    weekUniques: null,
    starsGained: 12,
    ...changes,
  };
}

/** The report of October 2026 of one repository, with other contents where these are given. */
export function sampleReport(contents: Partial<Report> = {}): Report {
  return {
    tenant: { tenantId: 1, name: 'Northwind' },
    group: null,
    period: { kind: 'month', key: '2026-10', label: 'October 2026', from: FROM, to: TO },
    madeAt: '2026-11-03T12:00:00.000Z',
    title: 'Traffic in October 2026',
    headline: '12,345 views in October 2026, 8% more a day than in September 2026.',
    range: { from: FROM, to: TO, by: 'day', days: 31 },
    repositoryCount: 1,
    totals: {
      viewCount: { count: 12_345, perDay: 398, ...changes },
      viewUniques: { lower: 600, upper: 4567, ...changes },
      cloneCount: { count: 2345, perDay: 76, ...changes },
      cloneUniques: { lower: 100, upper: 890, ...changes },
      stars: { total: 3861, gained: 58, ...changes },
      downloads: { total: null, gained: null, previous: UNKNOWN, year: UNKNOWN },
    },
    comparisons: {
      previous: { label: 'September 2026', ...comparison },
      year: { label: 'a year earlier', ...comparison, kind: 'year' },
    },
    buckets,
    series: {
      viewCount: views,
      viewUniques: views.map((count) => Math.round(count / 3)),
      cloneCount: views,
      cloneUniques: views,
      lostDays: zeros,
      provisionalDays: zeros,
      suspectDays: zeros,
      pendingDays: zeros,
      stars: zeros,
      downloads: zeros,
    },
    comparisonSeries: {
      dates: buckets.map((day) => addDays(day, -28)),
      viewCount: views,
      viewUniques: views,
      cloneCount: views,
      cloneUniques: views,
      stars: zeros,
      downloads: zeros,
    },
    repositories: [sampleRepository(1, 'northwind/burrow')],
    risers: [],
    fallers: [],
    referrers: [],
    referrerCount: 0,
    events: [],
    eventCounts: [],
    newlyTracked: { count: 0, repositories: [] },
    groups: [],
    completeness: {
      repositoryDays: 31,
      knownDays: 31,
      lostDays: 0,
      unpublishedDays: 0,
      provisionalDays: 0,
      suspectDays: 0,
      failingRepositories: 0,
      notCompared: 0,
    },
    ...contents,
  };
}
