import {
  Member,
  MemberList,
  MemberRemoved,
  SystemMember,
  SystemMemberList,
} from '../../lib/answers/members.ts';
import { MemberRequest, SystemMemberRequest } from '../members.ts';
import type { Operation } from './operation.ts';

const managers = 'administrator, manager';

export const memberOperations: Operation[] = [
  {
    action: 'members',
    method: 'get',
    path: '/system',
    summary: 'Who has a system role',
    roles: 'administrator, maintainer',
    responses: { 200: SystemMemberList },
    failures: [],
  },
  {
    action: 'members',
    method: 'put',
    path: '/system/{email}',
    summary: 'Give a system role',
    roles: 'administrator',
    body: SystemMemberRequest,
    responses: { 200: SystemMember, 201: SystemMember },
    failures: ['last_administrator'],
  },
  {
    action: 'members',
    method: 'delete',
    path: '/system/{email}',
    summary: 'Take a system role away',
    roles: 'administrator',
    responses: { 200: MemberRemoved },
    failures: ['last_administrator', 'member_not_found'],
  },
  {
    action: 'members',
    method: 'get',
    path: '/{tenantId}',
    summary: 'The members of a tenant',
    roles: 'administrator, maintainer, manager',
    responses: { 200: MemberList },
    failures: ['tenant_not_found'],
  },
  {
    action: 'members',
    method: 'put',
    path: '/{tenantId}/{email}',
    summary: 'Add a member or change its role',
    roles: managers,
    body: MemberRequest,
    responses: { 200: Member, 201: Member },
    failures: ['tenant_not_found', 'repository_not_found'],
  },
  {
    action: 'members',
    method: 'delete',
    path: '/{tenantId}/{email}',
    summary: 'Remove a member',
    roles: managers,
    responses: { 200: MemberRemoved },
    failures: ['tenant_not_found', 'member_not_found'],
  },
];
