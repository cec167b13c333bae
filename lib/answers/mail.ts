import * as z from 'zod';

/** What a link in a mail is for, and what was said with it. */
export const MailLink = z.object({
  /** `confirm`: asks whether mails may come. `unsubscribe`: ends them. */
  use: z.enum(['confirm', 'unsubscribe']),
  email: z.string(),
  /** Null if the tenant is gone. */
  tenant: z.object({ name: z.string() }).nullable(),
  /** Who wanted these mails; null if the tenant does not know the address any more. */
  askedBy: z.string().nullable(),
  /** Null if the tenant does not know the address any more: nothing is sent there. */
  state: z.enum(['waiting', 'confirmed', 'declined', 'stopped']).nullable(),
});
export type MailLink = z.infer<typeof MailLink>;
