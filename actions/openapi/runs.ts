import { ProblemLog, RunDetail, RunList, RunStarted, RunsStarted } from '../../lib/answers/runs.ts';
import { RunDetailQuery, RunListQuery, RunRequest } from '../runs.ts';
import type { Operation } from './operation.ts';

export const runOperations: Operation[] = [
  {
    action: 'runs',
    method: 'get',
    path: '/',
    summary: 'List the collection runs of all tenants, newest first',
    needs: 'seeAllRuns',
    query: RunListQuery,
    responses: { 200: RunList },
    failures: [],
  },
  {
    action: 'runs',
    method: 'post',
    path: '/',
    summary: 'Collect all tenants now',
    needs: 'startAllRuns',
    responses: { 202: RunsStarted },
    failures: ['start_failed'],
  },
  {
    action: 'runs',
    method: 'get',
    path: '/problems',
    summary: 'List the current problems of all tenants',
    needs: 'seeAllRuns',
    responses: { 200: ProblemLog },
    failures: [],
  },
  {
    action: 'runs',
    method: 'get',
    path: '/{tenantId}',
    summary: 'List the collection runs of a tenant, newest first',
    needs: 'seeRuns',
    query: RunListQuery,
    responses: { 200: RunList },
    failures: [],
  },
  {
    action: 'runs',
    method: 'post',
    path: '/{tenantId}',
    summary: 'Collect or verify all or some repositories of a tenant now',
    needs: 'startRuns',
    body: RunRequest,
    responses: { 200: RunStarted, 202: RunStarted },
    failures: ['repository_not_found', 'nothing_to_collect', 'start_failed'],
  },
  {
    action: 'runs',
    method: 'get',
    path: '/{tenantId}/{runId}',
    summary: 'Get a collection run with the outcome of each repository',
    needs: 'seeRuns',
    query: RunDetailQuery,
    responses: { 200: RunDetail },
    failures: ['run_not_found'],
  },
];
