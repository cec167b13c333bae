import * as z from 'zod';
import { Count, Role, SystemRole } from './figures.ts';
import type { Operation } from './operation.ts';

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

export const meOperations: Operation[] = [
  {
    action: 'me',
    method: 'get',
    path: '/',
    summary: 'Who is signed in, with which roles in which tenants',
    roles: 'whoever is signed in',
    responses: { 200: Me },
    failures: ['not_initialized'],
  },
];
