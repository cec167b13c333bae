import * as z from 'zod';
import { RIGHTS } from '../access.ts';
import { Count } from './figures.ts';
import { Role, SystemRole } from './members.ts';

const Rights = z.array(z.enum(RIGHTS));

const OwnTenant = z.object({
  tenantId: z.int(),
  name: z.string(),
  /** Null for somebody with only a system role. */
  role: Role.nullable(),
  /** What the role in this tenant allows, besides the rights of the system role. */
  rights: Rights,
  repositoryCount: Count,
  /** Repositories whose newest collection failed; 0 for somebody who sees only some. */
  problemCount: Count,
});
export type OwnTenant = z.infer<typeof OwnTenant>;

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
  /**
   * The tenants that you may see, by name: all, if they are at most 50. Otherwise some 50 of them: the one that you asked for,
   * those that gave you a role last, and then, with a system role, others.
   */
  tenants: z.array(OwnTenant),
  /** True if these are not all. `GET /me/tenants` lists them, a page at a time. */
  moreTenants: z.boolean(),
  /** What the roles in tenants, also in those that are not listed, allow in at least one of them. */
  tenantRights: Rights,
  /** Why the only roles for this address or account do not count: `role_claimed` or `address_changed`. */
  lostRole: z.object({ code: z.string(), message: z.string() }).nullable(),
});
export type Me = z.infer<typeof Me>;

/** The tenants that you may see, by name. */
export const OwnTenantList = z.object({ tenants: z.array(OwnTenant), nextCursor: z.string().nullable() });
export type OwnTenantList = z.infer<typeof OwnTenantList>;

/** Which account has signed out. */
export const SignedOut = z.object({ issuer: z.string(), subject: z.string() });
export type SignedOut = z.infer<typeof SignedOut>;
