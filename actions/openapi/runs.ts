import { ProblemLog, RunDetail, RunList, RunStarted, RunsStarted } from '../../lib/answers/runs.ts';
import { RunDetailQuery, RunListQuery, RunRequest } from '../runs.ts';
import type { Operation } from './operation.ts';

const readers = 'administrator, maintainer, manager, viewer';

export const runOperations: Operation[] = [
  {
    action: 'runs',
    method: 'get',
    path: '/',
    summary: 'The system log: collection runs of all tenants, newest first',
    roles: 'administrator, maintainer',
    query: RunListQuery,
    responses: { 200: RunList },
    failures: [],
  },
  {
    action: 'runs',
    method: 'post',
    path: '/',
    summary: 'Start the collector for all tenants, as the alarm does',
    roles: 'administrator, maintainer',
    responses: { 202: RunsStarted },
    failures: ['start_failed'],
  },
  {
    action: 'runs',
    method: 'get',
    path: '/problems',
    summary: 'What the watchdog noted in any tenant and that is not over',
    roles: 'administrator, maintainer',
    responses: { 200: ProblemLog },
    failures: [],
  },
  {
    action: 'runs',
    method: 'get',
    path: '/{tenantId}',
    summary: 'The collection runs of a tenant, newest first',
    roles: readers,
    query: RunListQuery,
    responses: { 200: RunList },
    failures: ['tenant_not_found'],
  },
  {
    action: 'runs',
    method: 'post',
    path: '/{tenantId}',
    summary: 'Collect or verify a tenant now, whole or some of its repositories',
    roles: 'administrator, maintainer, manager',
    body: RunRequest,
    responses: { 200: RunStarted, 202: RunStarted },
    failures: ['tenant_not_found', 'repository_not_found', 'nothing_to_collect', 'start_failed'],
  },
  {
    action: 'runs',
    method: 'get',
    path: '/{tenantId}/{runId}',
    summary: 'One collection run with the outcome of each repository',
    roles: readers,
    query: RunDetailQuery,
    responses: { 200: RunDetail },
    failures: ['tenant_not_found', 'run_not_found'],
  },
];
