import {
  Member,
  MemberList,
  MemberRemoved,
  SystemMember,
  SystemMemberList,
} from '../../lib/answers/members.ts';
import { MemberRequest, SystemMemberRequest } from '../members.ts';
import type { Operation } from './operation.ts';

export const memberOperations: Operation[] = [
  {
    action: 'members',
    method: 'get',
    path: '/system',
    summary: 'List who has a system role',
    needs: 'seeSystemRoles',
    responses: { 200: SystemMemberList },
    failures: [],
  },
  {
    action: 'members',
    method: 'put',
    path: '/system/{email}',
    summary: 'Give a system role',
    needs: 'changeSystemRoles',
    body: SystemMemberRequest,
    responses: { 200: SystemMember, 201: SystemMember },
    failures: ['last_administrator'],
  },
  {
    action: 'members',
    method: 'delete',
    path: '/system/{email}',
    summary: 'Remove a system role',
    needs: 'changeSystemRoles',
    responses: { 200: MemberRemoved },
    failures: ['last_administrator', 'member_not_found'],
  },
  {
    action: 'members',
    method: 'get',
    path: '/{tenantId}',
    summary: 'List the members of a tenant',
    needs: 'seeMembers',
    responses: { 200: MemberList },
    failures: [],
  },
  {
    action: 'members',
    method: 'put',
    path: '/{tenantId}/{email}',
    summary: 'Add a member or change its role',
    needs: 'changeMembers',
    body: MemberRequest,
    responses: { 200: Member, 201: Member },
    failures: ['repository_not_found', 'group_not_found'],
  },
  {
    action: 'members',
    method: 'delete',
    path: '/{tenantId}/{email}',
    summary: 'Remove a member',
    needs: 'changeMembers',
    responses: { 200: MemberRemoved },
    failures: ['member_not_found'],
  },
];
