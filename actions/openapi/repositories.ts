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

const refusals: FailureCode[] = ['repository_not_on_github', 'already_tracked', ...githubFailures];

export const repositoryOperations: Operation[] = [
  {
    action: 'repositories',
    method: 'get',
    path: '/{tenantId}',
    summary: 'List the repositories of a tenant that you may see',
    needs: 'seeTraffic',
    query: RepositoryListQuery,
    responses: { 200: RepositoryList },
    failures: [],
  },
  {
    action: 'repositories',
    method: 'post',
    path: '/{tenantId}',
    summary: 'Add a repository and collect it now',
    needs: 'changeRepositories',
    body: RepositoryRequest,
    responses: { 201: RepositoryAdded },
    failures: refusals,
  },
  {
    action: 'repositories',
    method: 'post',
    path: '/{tenantId}/batch',
    summary: 'Add several repositories; each is added or refused on its own',
    needs: 'changeRepositories',
    body: RepositoryBatch,
    responses: { 200: RepositoriesAdded },
    failures: githubFailures,
  },
  {
    action: 'repositories',
    method: 'patch',
    path: '/{tenantId}',
    summary: 'Set the schedule of several repositories, or of none if one is not found',
    needs: 'changeRepositories',
    body: ScheduleRequest,
    responses: { 200: ScheduleSet },
    failures: ['repository_not_found'],
  },
  {
    action: 'repositories',
    method: 'get',
    path: '/{tenantId}/discover',
    summary: 'List the GitHub repositories that the tenant’s token can see',
    needs: 'changeRepositories',
    query: DiscoverQuery,
    responses: { 200: Discovered },
    failures: githubFailures,
  },
  {
    action: 'repositories',
    method: 'get',
    path: '/{tenantId}/{repositoryId}',
    summary: 'Get a repository and how much is stored for it',
    needs: 'seeTraffic',
    responses: { 200: RepositoryDetail },
    failures: ['repository_not_found'],
  },
  {
    action: 'repositories',
    method: 'delete',
    path: '/{tenantId}/{repositoryId}',
    summary: 'Remove a repository and everything collected for it',
    needs: 'changeRepositories',
    responses: { 200: RepositoryRemoved },
    failures: ['repository_not_found'],
  },
];
