import { generated, instant, integer, optional, text } from '../columns.ts';

/** The log of who did what. */
export const auditTables = {
  auditEvent: {
    /** 0 for what concerns the whole installation. */
    tenantId: integer,
    eventId: generated(integer),
    occurredAt: instant,
    kind: text(40),
    /** An e-mail address; null for the installation itself. */
    actor: optional(text(320)),
    tenantName: optional(text(100)),
    subject: text(400),
    detail: optional(text(500)),
  },
};
