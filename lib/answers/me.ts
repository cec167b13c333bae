import * as z from 'zod';
import { RIGHTS } from '../access.ts';
import { Count } from './figures.ts';
import { Role, SystemRole } from './members.ts';

const Rights = z.array(z.enum(RIGHTS));

/** Who is signed in, and what they may do. */
export const Me = z.object({
  email: z.string(),
  displayName: z.string(),
  issuer: z.string(),
  subject: z.string(),
  installation: z.string(),
  systemRole: SystemRole.nullable(),
  /** What the system role allows, in every tenant and in the whole installation. */
  rights: Rights,
  tenants: z.array(
    z.object({
      tenantId: z.int(),
      name: z.string(),
      /** Null for somebody with only a system role. */
      role: Role.nullable(),
      /** What the role in this tenant allows, besides the rights of the system role. */
      rights: Rights,
      repositoryCount: Count,
    }),
  ),
  /** Why the only roles for this address or account do not count: `role_claimed` or `address_changed`. */
  lostRole: z.object({ code: z.string(), message: z.string() }).nullable(),
});
export type Me = z.infer<typeof Me>;
export type OwnTenant = Me['tenants'][number];

/** Which account has signed out. */
export const SignedOut = z.object({ issuer: z.string(), subject: z.string() });
export type SignedOut = z.infer<typeof SignedOut>;
