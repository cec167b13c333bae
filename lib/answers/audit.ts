import * as z from 'zod';
import { Instant } from './figures.ts';

/** Something that somebody did. Names are those of the time, of deleted things too. */
export const AuditEvent = z.object({
  eventId: z.int(),
  occurredAt: Instant,
  /** Null for what concerns the whole installation. */
  tenantId: z.int().nullable(),
  tenantName: z.string().nullable(),
  kind: z.string(),
  area: z.string(),
  /** Who did it; null for the installation itself. */
  actor: z.string().nullable(),
  subject: z.string(),
  detail: z.string().nullable(),
  /** All of it in words. */
  sentence: z.string(),
});
export type AuditEvent = z.infer<typeof AuditEvent>;

/** Newest first. */
export const AuditLog = z.object({ events: z.array(AuditEvent), nextCursor: z.string().nullable() });
export type AuditLog = z.infer<typeof AuditLog>;
