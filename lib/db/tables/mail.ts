import { instant, integer, optional, text } from '../columns.ts';

/** Where mails of a tenant may go, and what the receivers said. */
export const mailTables = {
  mailAddress: {
    tenantId: integer,
    /** ASCII, in lower case. */
    email: text(320),
    /** When the last mail asked to confirm it; null for somebody's own address, which nobody had to confirm. */
    askedAt: optional(instant),
    /** Who wanted that. */
    askedBy: optional(text(320)),
    /** How many such mails it got since it was last confirmed. */
    askedCount: integer,
    confirmedAt: optional(instant),
    /** The receiver wants no such mails any more. */
    declinedAt: optional(instant),
    /** The receiver ended the mails. */
    stoppedAt: optional(instant),
  },
};
