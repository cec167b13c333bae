import type { ToMail } from '../deliveries/content.ts';
import { Failure } from '../failure.ts';
import { toMessageMail } from '../mail.ts';
import { sendMail } from '../mail-addresses.ts';
import { notFound } from '../request.ts';
import { toStoredFailure } from '../storable.ts';
import { type ChannelServices, isStandIn } from './address.ts';
import { type Message, toPayload } from './message.ts';
import { postJson } from './webhook.ts';

/** A channel of a tenant. */
export interface ChannelKey {
  tenantId: number;
  channelId: number;
}

/**
 * Sends a message to a channel and stores whether that worked. A channel of mails gets its own mail if there is one, else the message as a
 * mail. Throws `channel_not_found`, `channel_unreadable` and what `postJson` and `sendMail` throw.
 */
export async function sendMessage(
  services: ChannelServices,
  key: ChannelKey,
  message: Message,
  toMail: ToMail | null = null,
): Promise<void> {
  const now = () => services.clock().toISOString();
  try {
    await send(services, key, { message, toMail });
    await noteOutcome(services, key, {
      sentAt: now(),
      failureCode: null,
      failureMessage: null,
      failureAt: null,
    });
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const { code, message: failureMessage } = toStoredFailure(error);
    await noteOutcome(services, key, { failureCode: code, failureMessage, failureAt: now() });
    throw error;
  }
}

interface Sent {
  message: Message;
  toMail: ToMail | null;
}

async function send(
  services: ChannelServices,
  { tenantId, channelId }: ChannelKey,
  { message, toMail }: Sent,
): Promise<void> {
  const { db, secrets, config } = services;
  const channel = await db
    .selectFrom('channel')
    .innerJoin('tenant', 'tenant.tenantId', 'channel.tenantId')
    .select(['kind', 'addressSealed', 'channel.createdBy', 'tenant.name as tenantName'])
    .where('channel.tenantId', '=', tenantId)
    .where('channelId', '=', channelId)
    .executeTakeFirst();
  if (!channel) throw notFound('channel');
  const address = await secrets.open(channel.addressSealed).catch(toUnreadable);
  if (channel.kind === 'email') {
    const reason = `You get this because ${channel.createdBy} added ${address} to the notifications of “${channel.tenantName}”.`;
    const receiver = { kind: 'channel', id: channelId } as const;
    const to = { tenantId, email: address, receiver, isOwn: false };
    return sendMail(services, to, toMail?.({ reason }) ?? toMessageMail(message, { reason }));
  }
  const url = new URL(address);
  const allowPrivate = config.allowPrivateAddresses || isStandIn(url, config);
  await postJson(url, toPayload(channel.kind, message), { allowPrivate });
}

function toUnreadable(): never {
  throw new Failure('channel_unreadable');
}

/** The outcome of a channel's last message. */
export type Outcome =
  | { sentAt: string; failureCode: null; failureMessage: null; failureAt: null }
  | { failureCode: string; failureMessage: string; failureAt: string };

/** Stores the outcome of a channel's last message. */
export async function noteOutcome(
  { db }: Pick<ChannelServices, 'db'>,
  { tenantId, channelId }: ChannelKey,
  outcome: Outcome,
): Promise<void> {
  await db
    .updateTable('channel')
    .set(outcome)
    .where('tenantId', '=', tenantId)
    .where('channelId', '=', channelId)
    .execute();
}

/** The message that tests a channel. */
export function toTestMessage(tenant: { tenantId: number; name: string }, pagesUrl: string | null): Message {
  const summary = `This is a test. Messages about ${tenant.name} arrive here.`;
  const href = pagesUrl && `${pagesUrl}/t/${tenant.tenantId}/notifications`;
  return {
    title: 'GitHub Traffic Analytics: test',
    summary,
    sections: [{ heading: tenant.name, lines: [{ text: summary }] }],
    link: href ? { label: 'Notifications of this tenant', href } : null,
    facts: { type: 'test', tenant },
  };
}
