import * as z from 'zod';

export const MemberRequest = z.strictObject({
  role: z.enum(['manager', 'viewer', 'repository viewer']),
  /** For a repository viewer: which repositories it may see. */
  repositoryIds: z.array(z.int().positive()).max(1000).default([]),
});
export type MemberRequest = z.input<typeof MemberRequest>;

export const SystemMemberRequest = z.strictObject({ role: z.enum(['administrator', 'maintainer']) });
export type SystemMemberRequest = z.infer<typeof SystemMemberRequest>;
