import { RepositoryDay, TenantDay } from '../../lib/answers/day.ts';
import {
  BeforeAfter,
  Overview,
  RepositoryStats,
  TrafficSeries,
  TrafficTableAnswer,
} from '../../lib/answers/stats.ts';
import { WidgetsAnswer } from '../../lib/answers/widgets.ts';
import type { FailureCode } from '../../lib/failure.ts';
import {
  BeforeAfterQuery,
  OverviewQuery,
  RepositoryQuery,
  SeriesQuery,
  TableQuery,
  TenantDayQuery,
  WidgetsRequest,
} from '../stats.ts';
import type { Operation } from './operation.ts';

const ranges: FailureCode[] = ['range_too_long', 'range_reversed', 'too_many_points'];

export const statsOperations: Operation[] = [
  {
    action: 'stats',
    method: 'get',
    path: '/{tenantId}',
    summary: 'Get the overview of a tenant’s repositories',
    needs: 'seeTraffic',
    query: OverviewQuery,
    responses: { 200: Overview },
    csv: true,
    failures: [...ranges, 'group_not_found'],
  },
  {
    action: 'stats',
    method: 'get',
    path: '/{tenantId}/table',
    summary: 'Get the traffic of a tenant’s repositories as rows, by day, week or month',
    needs: 'seeTraffic',
    note: 'A data token with its secret works too.',
    query: TableQuery,
    responses: { 200: TrafficTableAnswer },
    csv: true,
    failures: [...ranges, 'group_not_found', 'data_token_expired', 'data_token_invalid'],
  },
  {
    action: 'stats',
    method: 'get',
    path: '/{tenantId}/series',
    summary: 'Get several repositories bucket by bucket, for charts that show them together',
    needs: 'seeTraffic',
    query: SeriesQuery,
    responses: { 200: TrafficSeries },
    failures: [...ranges, 'repository_not_found', 'group_not_found'],
  },
  {
    action: 'stats',
    method: 'get',
    path: '/{tenantId}/before-after',
    summary: 'Compare the days before and after an event',
    needs: 'seeTraffic',
    query: BeforeAfterQuery,
    responses: { 200: BeforeAfter },
    failures: ['repository_not_found', 'group_not_found'],
  },
  {
    action: 'stats',
    method: 'get',
    path: '/{tenantId}/{repositoryId}',
    summary: 'Get everything that a repository’s page shows',
    needs: 'seeTraffic',
    query: RepositoryQuery,
    responses: { 200: RepositoryStats },
    csv: true,
    failures: [...ranges, 'repository_not_found'],
  },
  {
    action: 'stats',
    method: 'get',
    path: '/{tenantId}/days/{date}',
    summary: 'Get what is known about a day of a tenant’s repositories',
    needs: 'seeTraffic',
    query: TenantDayQuery,
    responses: { 200: TenantDay },
    failures: ['day_in_future', 'group_not_found'],
  },
  {
    action: 'stats',
    method: 'get',
    path: '/{tenantId}/{repositoryId}/days/{date}',
    summary: 'Get what is known about a day of a repository',
    needs: 'seeTraffic',
    responses: { 200: RepositoryDay },
    failures: ['day_in_future', 'repository_not_found'],
  },
  {
    action: 'stats',
    method: 'post',
    path: '/{tenantId}/widgets',
    summary: 'Get the figures of a dashboard’s widgets',
    needs: 'seeTraffic',
    note: 'It changes nothing. What is wrong with one widget alone, such as a group that was deleted, is that widget’s answer.',
    body: WidgetsRequest,
    responses: { 200: WidgetsAnswer },
    failures: [...ranges, 'group_not_found'],
  },
];
