import { ProblemLog, RunDetail, RunList, RunStarted, RunsStarted } from '../../lib/answers/runs.ts';
import { RunDetailQuery, RunListQuery, RunRequest } from '../runs.ts';
import type { Operation } from './operation.ts';

export const runOperations: Operation[] = [
  {
    action: 'runs',
    method: 'get',
    path: '/',
    summary: 'The system log: collection runs of all tenants, newest first',
    needs: 'seeAllRuns',
    query: RunListQuery,
    responses: { 200: RunList },
    failures: [],
  },
  {
    action: 'runs',
    method: 'post',
    path: '/',
    summary: 'Start the collector for all tenants, as the alarm does',
    needs: 'startAllRuns',
    responses: { 202: RunsStarted },
    failures: ['start_failed'],
  },
  {
    action: 'runs',
    method: 'get',
    path: '/problems',
    summary: 'What the watchdog noted in any tenant and that is not over',
    needs: 'seeAllRuns',
    responses: { 200: ProblemLog },
    failures: [],
  },
  {
    action: 'runs',
    method: 'get',
    path: '/{tenantId}',
    summary: 'The collection runs of a tenant, newest first',
    needs: 'seeRuns',
    query: RunListQuery,
    responses: { 200: RunList },
    failures: [],
  },
  {
    action: 'runs',
    method: 'post',
    path: '/{tenantId}',
    summary: 'Collect or verify a tenant now, whole or some of its repositories',
    needs: 'startRuns',
    body: RunRequest,
    responses: { 200: RunStarted, 202: RunStarted },
    failures: ['repository_not_found', 'nothing_to_collect', 'start_failed'],
  },
  {
    action: 'runs',
    method: 'get',
    path: '/{tenantId}/{runId}',
    summary: 'One collection run with the outcome of each repository',
    needs: 'seeRuns',
    query: RunDetailQuery,
    responses: { 200: RunDetail },
    failures: ['run_not_found'],
  },
];
