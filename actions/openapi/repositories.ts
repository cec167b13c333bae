import * as z from 'zod';
import {
  DiscoverQuery,
  RepositoryBatch,
  RepositoryListQuery,
  RepositoryRequest,
  Schedule,
  ScheduleRequest,
} from '../repositories.ts';
import { githubFailures } from './failures.ts';
import { Count, Day, Instant, Page, Problem } from './figures.ts';
import type { Operation } from './operation.ts';

export const Repository = z.object({
  repositoryId: z.int(),
  githubId: z.int(),
  owner: z.string(),
  name: z.string(),
  fullName: z.string(),
  webUrl: z.string(),
  visibility: z.enum(['public', 'private', 'internal']),
  archived: z.boolean(),
  schedule: Schedule,
  addedAt: Instant,
  addedBy: z.string(),
  firstCoveredDate: Day.nullable(),
  lastCoveredDate: Day.nullable(),
  lastSuccessAt: Instant.nullable(),
  /** Days until GitHub forgets a day that no run has covered, also while collection is paused; 0: days are being lost now. */
  daysUntilLoss: Count,
  problem: Problem.nullable(),
});
export type Repository = z.infer<typeof Repository>;

export const RepositoryList = z.object({
  repositories: z.array(Repository),
  page: Page,
  /** Repositories of the tenant that the principal may see, whatever was searched for. */
  repositoryCount: Count,
  /** The run that is at work for the tenant, to show progress. */
  activeRunId: z.int().nullable(),
});
export type RepositoryList = z.infer<typeof RepositoryList>;

export const RepositoryAdded = z.object({
  repository: Repository,
  /** The run that collects it at once; null when it could not be started (the next alarm collects it). */
  runId: z.int().nullable(),
});
export type RepositoryAdded = z.infer<typeof RepositoryAdded>;

export const RepositoriesAdded = z.object({
  added: z.array(Repository),
  refused: z.array(z.object({ owner: z.string(), name: z.string(), code: z.string(), message: z.string() })),
  runId: z.int().nullable(),
});
export type RepositoriesAdded = z.infer<typeof RepositoriesAdded>;

export const ScheduleSet = z.object({ repositories: z.array(Repository) });
export type ScheduleSet = z.infer<typeof ScheduleSet>;

export const Discovered = z.object({
  candidates: z.array(
    z.object({
      githubId: z.int(),
      owner: z.string(),
      name: z.string(),
      fullName: z.string(),
      visibility: z.enum(['public', 'private', 'internal']),
      archived: z.boolean(),
      /** Traffic needs push access. */
      pushAccess: z.boolean(),
      tracked: z.boolean(),
    }),
  ),
  /** True when GitHub has more than were read. */
  truncated: z.boolean(),
});
export type Discovered = z.infer<typeof Discovered>;

/** What would be deleted with a repository, or was. */
export const Stored = z.object({
  trafficDays: Count,
  firstDate: Day.nullable(),
  lastDate: Day.nullable(),
  snapshots: Count,
});

export const RepositoryDetail = z.object({ repository: Repository, stored: Stored });
export type RepositoryDetail = z.infer<typeof RepositoryDetail>;

export const RepositoryRemoved = z.object({ repositoryId: z.int(), fullName: z.string(), deleted: Stored });
export type RepositoryRemoved = z.infer<typeof RepositoryRemoved>;

const adders = 'administrator, maintainer, manager';
const refusals = ['tenant_not_found', 'repository_not_on_github', 'already_tracked', ...githubFailures];

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
