import type { Transaction } from 'kysely';
import { sendMessage } from './channels/sending.ts';
import { inTransaction } from './db/portable.ts';
import type { About } from './db/tables/deliveries.ts';
import type { Tables } from './db/tables.ts';
import { attempt, type DeliveryServices, type Tried } from './deliveries/attempt.ts';
import type { Content } from './deliveries/content.ts';
import { isQuiet } from './deliveries/quiet.ts';
import {
  listReceivers,
  lockReceiver,
  type Receiver,
  type ReceiverFilter,
  type Scope,
} from './deliveries/receivers.ts';
import { claimDelivery, noteDelivery, type Topic } from './deliveries/records.ts';
import { Failure, type FailureCode } from './failure.ts';
import { type Mailer, toMessageMail } from './mail.ts';
import { sendMail } from './mail-addresses.ts';
import { workOff } from './queue.ts';
import { notingOutcome } from './subscriptions.ts';

/** What came of it. `waiting`: its quiet hours are not over; nothing was noted. */
type Outcome = 'sent' | 'failed' | 'waiting';

/** How many are sent to at once. */
const CONCURRENCY = 5;
/** How many of a tenant are sent to before it is the next tenant's turn. */
const TURN = 50;
/** How many texts are kept for others who may be told the same. */
const MAX_KEPT = 10;

/** Things of one kind that are told in one message. */
interface Topics {
  about: About;
  keys: readonly string[];
}

/**
 * Tells a receiver one thing or several in one message, each once, however often this is called and however many call it at once:
 * each is claimed in the database before the message is sent. What failed is tried again by a later call, after a pause that doubles.
 * Null: all were sent, another activation is sending them, their retry is not due, or the receiver does not take them any more. They
 * arrive twice only if the activation ends between the receiver's answer and the note of it. `toContent` is called only if something
 * is sent, with the keys that this call has claimed: only these may be told.
 */
export async function deliverTogether(
  services: DeliveryServices,
  receiver: Receiver,
  topics: Topics,
  toContent: (scope: Scope, keys: readonly string[]) => Promise<Content>,
): Promise<Outcome | null> {
  const { db, clock, mailer } = services;
  if (receiver.kind === 'subscription' && mailer === null) return null;
  const claimed = await inTransaction(db, (trx) => claim(trx, receiver, topics, clock()));
  if (claimed === null || claimed === 'waiting') return claimed;
  const { attempts, current, keys } = claimed;
  return attempt(services, {
    attempts,
    send: async () => send(services, current, await toContent(receiver, keys)),
    note: (tried) =>
      inTransaction(db, async (trx) => {
        for (const key of keys)
          await noteDelivery(trx, receiver, { about: topics.about, key }, giveUp(tried));
      }),
  });
}

/** Another try at an address that does not exist helps nobody. */
function giveUp(tried: Tried): Tried {
  return tried.failureCode === 'mail_recipient_refused' ? { ...tried, dueAt: null } : tried;
}

interface Claim {
  /** The number of attempts, including this one; of several things, the largest. */
  attempts: number;
  /** The receiver as it is now. */
  current: Receiver;
  keys: string[];
}

async function claim(
  trx: Transaction<Tables>,
  receiver: Receiver,
  { about, keys }: Topics,
  now: Date,
): Promise<Claim | 'waiting' | null> {
  const current = await lockReceiver(trx, receiver, about, now);
  // Whoever may see something else by now is told by the next round.
  if (!current || toScopeKey(current) !== toScopeKey(receiver)) return null;
  if (isQuiet(current.quiet, now)) return 'waiting';
  const claimed: Claim = { attempts: 0, current, keys: [] };
  for (const key of keys) {
    const attempts = await claimDelivery(trx, receiver, { about, key }, now);
    if (attempts === null) continue;
    claimed.attempts = Math.max(claimed.attempts, attempts);
    claimed.keys.push(key);
  }
  return claimed.keys.length === 0 ? null : claimed;
}

async function send(services: DeliveryServices, receiver: Receiver, content: Content): Promise<void> {
  const { tenantId, id, tenantName, address } = receiver;
  const { message, toMail } = content;
  if (address === null) return sendMessage(services, { tenantId, channelId: id }, message, toMail);
  const reason = `You get this because you subscribed to it on the page Notifications of “${tenantName}”.`;
  const to = { tenantId, ...address, receiver: { kind: 'subscription', id } } as const;
  const key = { tenantId, subscriptionId: id };
  await notingOutcome(services, key, () =>
    sendMail(services, to, toMail?.({ reason }) ?? toMessageMail(message, { reason })),
  );
}

/** The same for receivers that may be told the same. */
function toScopeKey({ access: { tenantId, repositoryIds }, groupId }: Scope): string {
  return JSON.stringify([tenantId, groupId, repositoryIds]);
}

/**
 * Tells everybody who takes this and was not told, while there is time; a later call goes on. Tenants take turns. What to say is
 * asked once for all who may be told the same, as far as they come one after the other.
 */
export async function deliverToAll(
  services: DeliveryServices,
  topic: Topic,
  filter: Pick<ReceiverFilter, 'createdBy'>,
  toContent: (scope: Scope) => Promise<Content>,
): Promise<{ sent: number; failed: number }> {
  const { db, clock, isTime } = services;
  const receivers = await listReceivers(db, topic.about, clock(), { ...filter, dueKey: topic.key });
  const total = { sent: 0, failed: 0 };
  const toKept = keep(toContent);
  const { mailer, isDown } = watchMailer(services.mailer);
  await workOff(inTurns(receivers), { concurrency: CONCURRENCY, isTime }, async (receiver) => {
    if (receiver.kind === 'subscription' && isDown()) return 'done';
    const topics = { about: topic.about, keys: [topic.key] };
    const outcome = await deliverTogether({ ...services, mailer }, receiver, topics, toKept);
    if (outcome === 'sent' || outcome === 'failed') total[outcome] += 1;
    return 'done';
  });
  return total;
}

/** Failures of the mail server that all mails would meet. */
const SERVER_FAILURES = new Set<string>([
  'mail_unreachable',
  'mail_timeout',
  'mail_certificate',
  'mail_login_refused',
  'mail_not_encrypted',
] satisfies FailureCode[]);

/** A mailer that notices when the mail server itself fails: thousands of mails would each wait for it. */
function watchMailer(mailer: Mailer | null): { mailer: Mailer | null; isDown: () => boolean } {
  if (mailer === null) return { mailer, isDown: () => true };
  let isDown = false;
  return {
    mailer: {
      async send(mail) {
        try {
          await mailer.send(mail);
        } catch (error) {
          isDown ||= error instanceof Failure && SERVER_FAILURES.has(error.code);
          throw error;
        }
      },
      close: () => mailer.close(),
    },
    isDown: () => isDown,
  };
}

/** Up to fifty of each tenant, then up to fifty more of each. Those who may be told the same stay together. */
function inTurns(receivers: readonly Receiver[]): Receiver[] {
  const tenants = groupBy(receivers, ({ tenantId }) => String(tenantId)).map((those) =>
    groupBy(those, toScopeKey).flat(),
  );
  const longest = Math.max(0, ...tenants.map(({ length }) => length));
  const turns: Receiver[] = [];
  for (let start = 0; start < longest; start += TURN)
    for (const those of tenants) turns.push(...those.slice(start, start + TURN));
  return turns;
}

/** The items with the same key together, in the order in which the keys came. */
function groupBy<T>(items: readonly T[], toKey: (item: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = toKey(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return [...groups.values()];
}

/** Remembers the newest texts. One that could not be made is asked for again. */
function keep(toContent: (scope: Scope) => Promise<Content>): (scope: Scope) => Promise<Content> {
  const kept = new Map<string, Promise<Content>>();
  return async (scope) => {
    const key = toScopeKey(scope);
    const content = kept.get(key) ?? toContent(scope);
    kept.delete(key);
    kept.set(key, content);
    const [oldest] = kept.keys();
    if (kept.size > MAX_KEPT && oldest !== undefined) kept.delete(oldest);
    try {
      return await content;
    } catch (error) {
      kept.delete(key);
      throw error;
    }
  };
}
