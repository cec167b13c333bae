import * as z from 'zod';
import { Instant } from './figures.ts';

/** What a first visitor may know before signing in. */
export const InitState = z.object({
  initialized: z.boolean(),
  displayName: z.string().nullable(),
  /** True where the GitHub simulator is offered as "Demo". */
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
});
export type InitAnswer = z.infer<typeof InitAnswer>;
