import * as z from 'zod';
import { Instant } from './figures.ts';

/** What visitors may know before they sign in. */
export const InitState = z.object({
  initialized: z.boolean(),
  /** The start made a tenant from GITHUB_TOKEN and TRACK; the installation only needs an administrator. */
  provisioned: z.boolean(),
  displayName: z.string().nullable(),
  /** Whether the GitHub simulator is available as the server "Demo". */
  demoAvailable: z.boolean(),
  schema: z.object({ stored: z.int().nullable(), expected: z.int() }),
});
export type InitState = z.infer<typeof InitState>;

export const InitAnswer = z.object({
  tenantId: z.int(),
  serverId: z.int(),
  email: z.string(),
  displayName: z.string(),
  tokenExpiresAt: Instant.nullable(),
  /** What the database does not enforce, in sentences. */
  weaknesses: z.array(z.string()),
});
export type InitAnswer = z.infer<typeof InitAnswer>;
