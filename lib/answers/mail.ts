import * as z from 'zod';
import { Instant } from './figures.ts';

/** What the owner of an address said to mails: nothing yet, yes, no, or yes at first. */
const MailState = z.enum(['waiting', 'confirmed', 'declined', 'stopped']);

/** The same, with when a mail last asked them. */
export const MailConsent = z.object({ state: MailState, askedAt: Instant.nullable() });

/** What a link in a mail is for, and what was said with it. */
export const MailLink = z.object({
  /** `confirm`: asks whether mails may come. `unsubscribe`: ends them. */
  use: z.enum(['confirm', 'unsubscribe']),
  email: z.string(),
  /** Null if the tenant is gone. */
  tenant: z.object({ name: z.string() }).nullable(),
  /** Who wanted these mails; null if the tenant does not know the address any more. */
  askedBy: z.string().nullable(),
  /** Null if the tenant does not know the address, or the subscription, any more: nothing is sent there. */
  state: MailState.nullable(),
  /** True if it ends one subscription; others, and mails of channels, still come. */
  onlySubscription: z.boolean(),
});
export type MailLink = z.infer<typeof MailLink>;
