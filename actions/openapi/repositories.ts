import {
  Discovered,
  RepositoriesAdded,
  RepositoryAdded,
  RepositoryDetail,
  RepositoryList,
  RepositoryRemoved,
  ScheduleSet,
} from '../../lib/answers/repositories.ts';
import type { FailureCode } from '../../lib/failure.ts';
import {
  DiscoverQuery,
  RepositoryBatch,
  RepositoryListQuery,
  RepositoryRequest,
  ScheduleRequest,
} from '../repositories.ts';
import { githubFailures } from './failures.ts';
import type { Operation } from './operation.ts';

const adders = 'administrator, maintainer, manager';
const refusals: FailureCode[] = [
  'tenant_not_found',
  'repository_not_on_github',
  'already_tracked',
  ...githubFailures,
];

export const repositoryOperations: Operation[] = [
  {
    action: 'repositories',
    method: 'get',
    path: '/{tenantId}',
    summary: 'The repositories of a tenant that the principal may see',
    roles: 'administrator, maintainer, manager, viewer; repository viewer: its own',
    query: RepositoryListQuery,
    responses: { 200: RepositoryList },
    failures: ['tenant_not_found'],
  },
  {
    action: 'repositories',
    method: 'post',
    path: '/{tenantId}',
    summary: 'Add a repository by owner and name, and collect it at once',
    roles: adders,
    body: RepositoryRequest,
    responses: { 201: RepositoryAdded },
    failures: refusals,
  },
  {
    action: 'repositories',
    method: 'post',
    path: '/{tenantId}/batch',
    summary: 'Add many repositories, each accepted or refused by itself',
    roles: adders,
    body: RepositoryBatch,
    responses: { 200: RepositoriesAdded },
    failures: ['tenant_not_found', ...githubFailures],
  },
  {
    action: 'repositories',
    method: 'patch',
    path: '/{tenantId}',
    summary: 'Set when repositories are collected: all that are named, or none',
    roles: adders,
    body: ScheduleRequest,
    responses: { 200: ScheduleSet },
    failures: ['tenant_not_found', 'repository_not_found'],
  },
  {
    action: 'repositories',
    method: 'get',
    path: '/{tenantId}/discover',
    summary: 'The repositories that the tenant’s token can see on GitHub',
    roles: adders,
    query: DiscoverQuery,
    responses: { 200: Discovered },
    failures: ['tenant_not_found', ...githubFailures],
  },
  {
    action: 'repositories',
    method: 'get',
    path: '/{tenantId}/{repositoryId}',
    summary: 'One repository, and what is stored for it',
    roles: 'administrator, maintainer, manager, viewer; repository viewer: its own',
    responses: { 200: RepositoryDetail },
    failures: ['tenant_not_found', 'repository_not_found'],
  },
  {
    action: 'repositories',
    method: 'delete',
    path: '/{tenantId}/{repositoryId}',
    summary: 'Remove a repository with everything that was collected for it',
    roles: adders,
    responses: { 200: RepositoryRemoved },
    failures: ['tenant_not_found', 'repository_not_found'],
  },
];
