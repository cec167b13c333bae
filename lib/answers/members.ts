import * as z from 'zod';
import { choiceField } from '../fields.ts';
import { Instant } from './figures.ts';
import { GroupChoice } from './groups.ts';

export const Role = choiceField('member', 'role');
export const SystemRole = choiceField('systemRole', 'role');

/**
 * `invited`: nobody has signed in with the address yet. `active`: the role belongs to the account that did. `address changed`:
 * that account has another address now, so the role does not count.
 */
const State = z.enum(['invited', 'active', 'address changed']);

export const Member = z.object({
  email: z.string(),
  role: Role,
  /** The repositories that a repository viewer may see; empty for other roles. */
  repositoryIds: z.array(z.int()),
  /** The groups whose repositories they may see too; empty for other roles. */
  groupIds: z.array(z.int()),
  addedAt: Instant,
  state: State,
});
export type Member = z.infer<typeof Member>;

/** Includes the tenant's repositories and groups, to choose from for repository viewers. */
export const MemberList = z.object({
  members: z.array(Member),
  repositories: z.array(z.object({ repositoryId: z.int(), fullName: z.string() })),
  groups: z.array(GroupChoice),
});
export type MemberList = z.infer<typeof MemberList>;

export const MemberRemoved = z.object({ email: z.string() });
export type MemberRemoved = z.infer<typeof MemberRemoved>;

export const SystemMember = z.object({
  email: z.string(),
  role: SystemRole,
  grantedAt: Instant,
  state: State,
});
export type SystemMember = z.infer<typeof SystemMember>;

export const SystemMemberList = z.object({ members: z.array(SystemMember) });
export type SystemMemberList = z.infer<typeof SystemMemberList>;
