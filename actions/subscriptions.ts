import * as z from 'zod';
import { json } from '../lib/answer.ts';
import type { Subscription, SubscriptionDeleted, SubscriptionList } from '../lib/answers/subscriptions.ts';
import { type Call, createApp, serve } from '../lib/app.ts';
import { type PersonAccess, requirePersonAccess } from '../lib/caller.ts';
import { dayField, emailField, quietHoursField } from '../lib/fields.ts';
import { withMailer } from '../lib/mail.ts';
import { MAX_ID, parseBody, parseId } from '../lib/request.ts';
import {
  askAgain,
  countSubscriptions,
  createSubscription,
  deleteSubscription,
  listSubscriptions,
  type Subscriber,
  updateSubscription,
} from '../lib/subscriptions.ts';

const fields = {
  /** Where mails go; null: to the address that you sign in with. Another one is asked first, and gets nothing before it is confirmed. */
  email: emailField('subscription', 'email').nullable(),
  /** The report of the week, on Mondays. */
  weekly: z.boolean(),
  /** The report of the month. */
  monthly: z.boolean(),
  /** A mail when something happens. */
  alerts: z.boolean(),
  /** Only about this group; null: about all that you see. */
  groupId: z.int().positive().max(MAX_ID).nullable(),
  quietHours: quietHoursField.nullable(),
  /** Nothing is sent before this day. */
  pausedUntil: dayField.nullable(),
};

export const SubscriptionRequest = z.strictObject({
  ...fields,
  email: fields.email.default(null),
  groupId: fields.groupId.default(null),
  quietHours: fields.quietHours.default(null),
  pausedUntil: fields.pausedUntil.default(null),
});
export type SubscriptionRequest = z.input<typeof SubscriptionRequest>;

export const SubscriptionUpdate = z
  .strictObject({
    ...fields,
    /** Sends again what the link in a mail stopped. */
    resume: z.literal(true),
  })
  .partial()
  .refine((update) => Object.keys(update).length > 0, 'Send at least one field.');
export type SubscriptionUpdate = z.input<typeof SubscriptionUpdate>;

const app = createApp();

const subscriptionIdOf = (c: Call) => parseId(c.req.param('subscriptionId'), 'subscription');

const toSubscriber = ({ access, principal: person, by }: PersonAccess): Subscriber => ({
  access,
  person,
  by,
});

app.get('/:tenantId', async (c) => {
  const caller = await requirePersonAccess(c, 'seeTraffic');
  const { db, tenantId, principal } = caller;
  const isManager = await caller.hasRight('changeChannels');
  return json<SubscriptionList>({
    subscriptions: await listSubscriptions(db, toSubscriber(caller)),
    email: principal.email,
    sendsMail: c.env.config.mail !== null,
    ofTenant: isManager ? await countSubscriptions(db, tenantId) : null,
  });
});

app.post('/:tenantId', async (c) => {
  const caller = await requirePersonAccess(c, 'seeTraffic');
  const request = await parseBody(c.req.raw, SubscriptionRequest);
  const created = await withMailer(caller.services, (sending) =>
    createSubscription(sending, toSubscriber(caller), request),
  );
  return json<Subscription>(created, 201);
});

app.patch('/:tenantId/:subscriptionId', async (c) => {
  const caller = await requirePersonAccess(c, 'seeTraffic');
  const subscriptionId = subscriptionIdOf(c);
  const change = await parseBody(c.req.raw, SubscriptionUpdate);
  const changed = await withMailer(caller.services, (sending) =>
    updateSubscription(sending, toSubscriber(caller), subscriptionId, change),
  );
  return json<Subscription>(changed);
});

app.delete('/:tenantId/:subscriptionId', async (c) => {
  const caller = await requirePersonAccess(c, 'seeTraffic');
  const subscriptionId = subscriptionIdOf(c);
  await deleteSubscription(caller.db, toSubscriber(caller), subscriptionId);
  return json<SubscriptionDeleted>({ subscriptionId });
});

app.post('/:tenantId/:subscriptionId/confirmation', async (c) => {
  const caller = await requirePersonAccess(c, 'seeTraffic');
  const subscriptionId = subscriptionIdOf(c);
  const asked = await withMailer(caller.services, (sending) =>
    askAgain(sending, toSubscriber(caller), subscriptionId),
  );
  return json<Subscription>(asked);
});

export const main = serve(app);
