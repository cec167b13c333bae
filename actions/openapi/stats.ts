import * as z from 'zod';
import { OverviewQuery, RepositoryQuery, TableQuery } from '../stats.ts';
import {
  Comparison,
  Count,
  Day,
  DayState,
  Figure,
  FigureColumns,
  Instant,
  Page,
  Problem,
  ProblemGroup,
  Range,
  Totals,
} from './figures.ts';
import type { Operation } from './operation.ts';
import { RepositoryStats } from './repository-stats.ts';

export const Overview = z.object({
  tenantId: z.int(),
  range: Range,
  /** First day of each bucket. */
  buckets: z.array(Day),
  /** All repositories together; uniques are sums of days, an upper bound. `lostDays` counts repositories' lost days. */
  series: z.object({ ...FigureColumns, lostDays: z.array(Count), provisionalDays: z.array(Count) }),
  totals: Totals,
  comparison: Comparison,
  repositories: z.array(
    z.object({
      repositoryId: z.int(),
      fullName: z.string(),
      webUrl: z.string(),
      archived: z.boolean(),
      stars: Count.nullable(),
      totals: Totals,
      comparison: Comparison,
      /** A small chart's points, one per bucket. */
      viewCount: z.array(Figure),
      cloneCount: z.array(Figure),
      lastSuccessAt: Instant.nullable(),
      problem: Problem.nullable(),
    }),
  ),
  page: Page,
  /** Repositories of the tenant, whatever was searched for; zero: nothing was added yet. */
  repositoryCount: Count,
  problemCount: Count,
  /** What needs a person, by its cause, the most urgent first. */
  attention: z.array(ProblemGroup),
  activeRunId: z.int().nullable(),
});
export type Overview = z.infer<typeof Overview>;

/** Traffic as a table: one row per repository and day, week or month that has figures, newest first. */
export const TrafficTable = z.object({
  tenantId: z.int(),
  range: Range,
  rows: z.array(
    z.object({
      repositoryId: z.int(),
      fullName: z.string(),
      date: Day,
      /** 'YYYY-Www' (ISO 8601) for weeks. */
      label: z.string(),
      viewCount: Figure,
      viewUniques: Figure,
      cloneCount: Figure,
      cloneUniques: Figure,
      /** As in a repository's series. */
      uniquesExact: z.boolean(),
      state: DayState,
    }),
  ),
  page: Page,
});
export type TrafficTable = z.infer<typeof TrafficTable>;

export type { Bucket, Comparison, DayState, Totals } from './figures.ts';

const readers = 'administrator, maintainer, manager, viewer; repository viewer: its own repositories';
const ranges = ['tenant_not_found', 'range_too_long', 'range_reversed', 'too_many_points'];

export const statsOperations: Operation[] = [
  {
    action: 'stats',
    method: 'get',
    path: '/{tenantId}',
    summary: 'The overview of all repositories of a tenant',
    roles: readers,
    query: OverviewQuery,
    responses: { 200: Overview },
    csv: true,
    failures: ranges,
  },
  {
    action: 'stats',
    method: 'get',
    path: '/{tenantId}/table',
    summary: 'Traffic of all repositories by day, week or month as rows',
    roles: `${readers}; whoever has a dashboard’s data token`,
    query: TableQuery,
    responses: { 200: TrafficTable },
    csv: true,
    failures: [...ranges, 'data_token_expired', 'data_token_invalid'],
  },
  {
    action: 'stats',
    method: 'get',
    path: '/{tenantId}/{repositoryId}',
    summary: 'Everything a repository’s page shows',
    roles: readers,
    query: RepositoryQuery,
    responses: { 200: RepositoryStats },
    csv: true,
    failures: [...ranges, 'repository_not_found'],
  },
];
