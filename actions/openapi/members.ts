import * as z from 'zod';
import { MemberRequest, SystemMemberRequest } from '../members.ts';
import { Instant, Role, SystemRole } from './figures.ts';
import type { Operation } from './operation.ts';

export const Member = z.object({
  email: z.string(),
  role: Role,
  /** For a repository viewer: the repositories it may see; empty otherwise. */
  repositoryIds: z.array(z.int()),
  addedAt: Instant,
});
export type Member = z.infer<typeof Member>;

/** The tenant's repositories come along, to choose from for repository viewers. */
export const MemberList = z.object({
  members: z.array(Member),
  repositories: z.array(z.object({ repositoryId: z.int(), fullName: z.string() })),
});
export type MemberList = z.infer<typeof MemberList>;

export const MemberRemoved = z.object({ email: z.string() });
export type MemberRemoved = z.infer<typeof MemberRemoved>;

export const SystemMember = z.object({ email: z.string(), role: SystemRole, grantedAt: Instant });
export type SystemMember = z.infer<typeof SystemMember>;

export const SystemMemberList = z.object({ members: z.array(SystemMember) });
export type SystemMemberList = z.infer<typeof SystemMemberList>;

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
