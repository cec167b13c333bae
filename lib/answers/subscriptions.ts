import * as z from 'zod';
import { Count, Day, Instant } from './figures.ts';
import { MailConsent } from './mail.ts';
import { QuietHours } from './quiet-hours.ts';

/**
 * Whether a subscription sends. `stopped`: somebody followed the link that ends it in a mail. `unconfirmed`: its address was
 * not confirmed yet, or refused. `group_gone`: its group was deleted, or holds nothing that you see. `paused`: until a day.
 */
const SubscriptionState = z.enum(['active', 'paused', 'stopped', 'unconfirmed', 'group_gone']);

export const Subscription = z.object({
  subscriptionId: z.int(),
  state: SubscriptionState,
  /** Where mails go. */
  email: z.string(),
  /** What its owner said, and when they were last asked; null for the address that you sign in with, whatever it is at the time. */
  mail: MailConsent.nullable(),
  weekly: z.boolean(),
  monthly: z.boolean(),
  alerts: z.boolean(),
  /** Only about this group; null for all that you see. Without a name, the group was deleted: nothing is sent. */
  group: z.object({ groupId: z.int(), name: z.string().nullable() }).nullable(),
  quietHours: QuietHours.nullable(),
  /** Nothing is sent before this day. */
  pausedUntil: Day.nullable(),
  createdAt: Instant,
  /** When a mail was last sent. */
  sentAt: Instant.nullable(),
  /** Why the last mail was not sent. */
  failure: z.object({ code: z.string(), message: z.string(), at: Instant }).nullable(),
});
export type Subscription = z.infer<typeof Subscription>;

export const SubscriptionList = z.object({
  /** Your own. */
  subscriptions: z.array(Subscription),
  /** The address that you sign in with. */
  email: z.string(),
  /** False if the installation has no mail server: then nothing is sent. */
  sendsMail: z.boolean(),
  /** How many members of the tenant have how many subscriptions; null unless you may change channels. */
  ofTenant: z.object({ members: Count, subscriptions: Count }).nullable(),
});
export type SubscriptionList = z.infer<typeof SubscriptionList>;

export const SubscriptionDeleted = z.object({ subscriptionId: z.int() });
export type SubscriptionDeleted = z.infer<typeof SubscriptionDeleted>;
