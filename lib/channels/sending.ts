import { Failure } from '../failure.ts';
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
 * Sends a message to a channel and stores whether that worked. Throws `channel_not_found`,
 * `channel_unreadable` and what `postJson` throws.
 */
export async function sendMessage(
  services: ChannelServices,
  key: ChannelKey,
  message: Message,
): Promise<void> {
  const now = () => services.clock().toISOString();
  try {
    await send(services, key, message);
    await note(services, key, { sentAt: now(), failureCode: null, failureMessage: null, failureAt: null });
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const { code, message: failureMessage } = toStoredFailure(error);
    await note(services, key, { failureCode: code, failureMessage, failureAt: now() });
    throw error;
  }
}

async function send(
  { db, secrets, config }: ChannelServices,
  { tenantId, channelId }: ChannelKey,
  message: Message,
): Promise<void> {
  const channel = await db
    .selectFrom('channel')
    .select(['kind', 'addressSealed'])
    .where('tenantId', '=', tenantId)
    .where('channelId', '=', channelId)
    .executeTakeFirst();
  if (!channel) throw notFound('channel');
  const url = new URL(await secrets.open(channel.addressSealed).catch(toUnreadable));
  const allowPrivate = config.allowPrivateAddresses || isStandIn(url, config);
  await postJson(url, toPayload(channel.kind, message), { allowPrivate });
}

function toUnreadable(): never {
  throw new Failure('channel_unreadable');
}

type Outcome =
  | { sentAt: string; failureCode: null; failureMessage: null; failureAt: null }
  | { failureCode: string; failureMessage: string; failureAt: string };

async function note(
  { db }: ChannelServices,
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
