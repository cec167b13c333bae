import { Group, GroupDeleted, GroupList, GroupPreview } from '../../lib/answers/groups.ts';
import { GroupPreviewRequest, GroupRequest } from '../groups.ts';
import type { Operation } from './operation.ts';

export const groupOperations: Operation[] = [
  {
    action: 'groups',
    method: 'get',
    path: '/{tenantId}',
    summary: 'List the groups of repositories',
    needs: 'seeTraffic',
    responses: { 200: GroupList },
    failures: [],
  },
  {
    action: 'groups',
    method: 'post',
    path: '/{tenantId}',
    summary: 'Create a group; the same group again changes nothing',
    needs: 'changeGroups',
    body: GroupRequest,
    responses: { 200: Group, 201: Group },
    failures: ['group_exists', 'too_many_groups', 'repository_not_found'],
  },
  {
    action: 'groups',
    method: 'post',
    path: '/{tenantId}/preview',
    summary: 'Show what a group’s rule would match now',
    needs: 'changeGroups',
    body: GroupPreviewRequest,
    responses: { 200: GroupPreview },
    failures: [],
  },
  {
    action: 'groups',
    method: 'get',
    path: '/{tenantId}/{groupId}',
    summary: 'Get a group with its repositories',
    needs: 'seeTraffic',
    responses: { 200: Group },
    failures: ['group_not_found'],
  },
  {
    action: 'groups',
    method: 'put',
    path: '/{tenantId}/{groupId}',
    summary: 'Change a group',
    needs: 'changeGroups',
    body: GroupRequest,
    responses: { 200: Group },
    failures: ['group_not_found', 'group_exists', 'repository_not_found'],
  },
  {
    action: 'groups',
    method: 'delete',
    path: '/{tenantId}/{groupId}',
    summary: 'Delete a group; who saw repositories only through it sees them no more',
    needs: 'changeGroups',
    responses: { 200: GroupDeleted },
    failures: ['group_not_found'],
  },
];
