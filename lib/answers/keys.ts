import * as z from 'zod';
import { choiceField } from '../fields.ts';
import { Count, Instant } from './figures.ts';

/** An API key, without its secret, which is stored nowhere. */
export const ApiKey = z.object({
  keyId: z.int(),
  name: z.string(),
  scope: choiceField('apiKey', 'scope'),
  reach: choiceField('apiKey', 'reach'),
  /** Of a key for a group. Without a name, the group was deleted, and the key sees nothing. */
  group: z.object({ groupId: z.int(), name: z.string().nullable() }).nullable(),
  /** Of a key for some repositories: how many, and the names of the first few. */
  repositoryCount: Count,
  repositories: z.array(z.string()),
  /** The beginning of the key's random part, to know it by. */
  hint: z.string(),
  state: z.enum(['active', 'expired', 'revoked']),
  createdAt: Instant,
  createdBy: z.string(),
  /** Whether its maker still has a role in the tenant or in the system. The key works without. */
  makerHasRole: z.boolean(),
  expiresAt: Instant,
  /** To the minute. */
  lastUsedAt: Instant.nullable(),
  revokedAt: Instant.nullable(),
  revokedBy: z.string().nullable(),
  /** When it was first sent in an address where it does not belong: logs may hold it. */
  exposedAt: Instant.nullable(),
});
export type ApiKey = z.infer<typeof ApiKey>;

/** A tenant's keys: the active ones, then those that ended, each the newest first. */
export const KeyList = z.object({ keys: z.array(ApiKey), callsPerMinute: Count });
export type KeyList = z.infer<typeof KeyList>;

/** What the key of a request is, for the program that has it. */
export const OwnKey = z.object({
  tenantId: z.int(),
  tenantName: z.string(),
  name: z.string(),
  scope: choiceField('apiKey', 'scope'),
  reach: choiceField('apiKey', 'reach'),
  rights: z.array(z.string()),
  expiresAt: Instant,
});
export type OwnKey = z.infer<typeof OwnKey>;
