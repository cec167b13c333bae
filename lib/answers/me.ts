import * as z from 'zod';
import { Count } from './figures.ts';
import { Role, SystemRole } from './members.ts';

/** The signed-in principal and what it may see. */
export const Me = z.object({
  email: z.string(),
  displayName: z.string(),
  issuer: z.string(),
  subject: z.string(),
  installation: z.string(),
  systemRole: SystemRole.nullable(),
  tenants: z.array(
    z.object({
      tenantId: z.int(),
      name: z.string(),
      /** Null where only the system role lets the principal in. */
      role: Role.nullable(),
      repositoryCount: Count,
    }),
  ),
});
export type Me = z.infer<typeof Me>;
export type OwnTenant = Me['tenants'][number];
