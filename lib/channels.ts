import type { Transaction } from 'kysely';
import type { Channel } from './answers/channels.ts';
import { type Actor, recordAudit } from './audit.ts';
import { type ChannelServices, toAddressColumns } from './channels/address.ts';
import { type ChannelKey, noteOutcome } from './channels/sending.ts';
import type { Db } from './db/database.ts';
import { inTransaction } from './db/portable.ts';
import type { ChannelContents, ChannelKind } from './db/tables/channels.ts';
import type { Tables } from './db/tables.ts';
import { type QuietHours, toQuietColumns, toQuietHours } from './deliveries/quiet.ts';
import { deleteDeliveries } from './deliveries/records.ts';
import { Failure } from './failure.ts';
import { requireGroups } from './groups.ts';
import { lockTenant } from './locks.ts';
import { listMailAddresses, type MailAddress, prepareMailAddress } from './mail-addresses.ts';
import { notFound } from './request.ts';
import { toStoredFailure } from './storable.ts';

interface NewChannel {
  kind: ChannelKind;
  name: string;
  contents: ChannelContents;
  /** The group that its reports and alerts are about; null for the whole tenant. */
  groupId: number | null;
  monthly: boolean;
  alerts: boolean;
  /** Reports and alerts wait until they are over. */
  quietHours: QuietHours | null;
  /** Where messages go: a URL, or an e-mail address. */
  address: string;
}

type ChannelChange = { [F in Exclude<keyof NewChannel, 'address'>]?: NewChannel[F] | undefined };

const MAX_CHANNELS = 20;

/** What a channel is sent, in words. */
const CONTENTS: Record<ChannelContents, string> = {
  problems: 'problems',
  reports: 'reports',
  both: 'problems and reports',
};

function selectChannels(db: Db, tenantId: number) {
  return db
    .selectFrom('channel')
    .leftJoin('repositoryGroup', (join) =>
      join
        .onRef('repositoryGroup.tenantId', '=', 'channel.tenantId')
        .onRef('repositoryGroup.groupId', '=', 'channel.groupId'),
    )
    .select(['channel.channelId', 'channel.kind', 'channel.name', 'channel.contents', 'channel.addressHint'])
    .select(['channel.createdAt', 'channel.createdBy', 'channel.sentAt'])
    .select(['channel.failureCode', 'channel.failureMessage', 'channel.failureAt'])
    .select(['channel.groupId', 'repositoryGroup.name as groupName'])
    .select(['channel.monthly', 'channel.alerts'])
    .select(['channel.quietFrom', 'channel.quietTo', 'channel.quietZone'])
    .where('channel.tenantId', '=', tenantId);
}

type ChannelRow = Awaited<ReturnType<ReturnType<typeof selectChannels>['execute']>>[number];

function toChannel(row: ChannelRow, mails: ReadonlyMap<string, MailAddress>): Channel {
  const { channelId, kind, name, contents, addressHint, createdAt, createdBy, sentAt } = row;
  const { groupId, groupName, failureCode, failureMessage, failureAt } = row;
  const hasFailed = failureCode !== null && failureAt !== null;
  return {
    channelId,
    kind,
    name,
    contents,
    monthly: row.monthly === 1,
    alerts: row.alerts === 1,
    group: groupId === null ? null : { groupId, name: groupName },
    quietHours: toQuietHours(row),
    addressHint,
    mail: kind === 'email' ? toMailState(mails.get(addressHint)) : null,
    createdAt,
    createdBy,
    sentAt,
    failure: hasFailed ? { code: failureCode, message: failureMessage ?? '', at: failureAt } : null,
  };
}

function toMailState(address: MailAddress | undefined): Channel['mail'] {
  return { state: address?.state ?? 'waiting', askedAt: address?.askedAt ?? null };
}

/** Asks only for tenants that have such channels. */
async function toChannels(db: Db, tenantId: number, rows: readonly ChannelRow[]): Promise<Channel[]> {
  const hasMail = rows.some(({ kind }) => kind === 'email');
  const mails = hasMail ? await listMailAddresses(db, tenantId) : new Map<string, MailAddress>();
  return rows.map((row) => toChannel(row, mails));
}

/** A tenant's channels, oldest first. */
export async function listChannels(db: Db, tenantId: number): Promise<Channel[]> {
  const rows = await selectChannels(db, tenantId).orderBy('channel.channelId').execute();
  return toChannels(db, tenantId, rows);
}

/** One channel of the tenant. Throws `channel_not_found`. */
export async function getChannel(db: Db, tenantId: number, channelId: number): Promise<Channel> {
  const row = await selectChannels(db, tenantId)
    .where('channel.channelId', '=', channelId)
    .executeTakeFirst();
  const [channel] = row ? await toChannels(db, tenantId, [row]) : [];
  if (!channel) throw notFound('channel');
  return channel;
}

/**
 * Adds a channel, with its address sealed. Sends nothing, but for the question that an e-mail address is asked; if that fails, the channel says
 * so. Throws `invalid_input`, `private_address`, `server_unreachable`, `mail_not_configured`, `group_not_found`, `too_many_channels` and
 * `tenant_not_found`.
 */
export async function createChannel(
  services: ChannelServices,
  tenantId: number,
  { address: given, monthly, alerts, quietHours, ...channel }: NewChannel,
  by: Actor,
): Promise<Channel> {
  const { db, mailer } = services;
  if (channel.kind === 'email' && !mailer) throw new Failure('mail_not_configured');
  const address = await toAddressColumns(services, channel.kind, given);
  const created = { createdAt: by.now.toISOString(), createdBy: by.email };
  const channelId = await inTransaction(db, async (trx) => {
    await lockTenant(trx, tenantId);
    await requireGroup(trx, tenantId, channel.groupId);
    const { length } = await selectChannels(trx, tenantId).execute();
    if (length >= MAX_CHANNELS) {
      const message = `A tenant has at most ${MAX_CHANNELS} channels. Delete one first.`;
      throw new Failure('too_many_channels', message);
    }
    const inserted = await trx
      .insertInto('channel')
      .values({
        tenantId,
        ...channel,
        monthly: Number(monthly),
        alerts: Number(alerts),
        ...toQuietColumns(quietHours),
        ...address,
        ...created,
      })
      .returning('channelId')
      .executeTakeFirstOrThrow();
    const { name: subject, contents } = channel;
    await recordAudit(trx, by, { tenantId, kind: 'channel_added', subject, detail: CONTENTS[contents] });
    return inserted.channelId;
  });
  if (channel.kind === 'email') await askOnce(services, { tenantId, channelId }, address.addressHint, by);
  return getChannel(db, tenantId, channelId);
}

/** Asks the receiver, if need be. The channel keeps why that failed. */
async function askOnce(services: ChannelServices, key: ChannelKey, email: string, by: Actor): Promise<void> {
  try {
    await prepareMailAddress(services, { tenantId: key.tenantId, email }, by);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const { code: failureCode, message: failureMessage } = toStoredFailure(error);
    await noteOutcome(services, key, { failureCode, failureMessage, failureAt: by.now.toISOString() });
  }
}

/**
 * Asks the receiver of an e-mail channel once more. Does nothing for a confirmed address. Throws `channel_not_found`, `invalid_input` for
 * another kind of channel, and what `prepareMailAddress` throws.
 */
export async function askAgain(
  services: ChannelServices,
  { tenantId, channelId }: ChannelKey,
  by: Actor,
): Promise<Channel> {
  const { db } = services;
  const { kind, addressHint: email } = await getChannel(db, tenantId, channelId);
  if (kind !== 'email') throw new Failure('invalid_input', 'Only e-mail addresses are confirmed.');
  await prepareMailAddress(services, { tenantId, email }, by);
  return getChannel(db, tenantId, channelId);
}

/**
 * Changes the given fields. A new address or kind clears the last failure. Throws `channel_not_found`,
 * `invalid_input`, `private_address`, `server_unreachable` and `group_not_found`.
 */
export async function updateChannel(
  services: ChannelServices,
  tenantId: number,
  channelId: number,
  { address: given, ...change }: ChannelChange & { address?: string | undefined },
  by: Actor,
): Promise<Channel> {
  const { db } = services;
  const before = await getChannel(db, tenantId, channelId);
  const kind = change.kind ?? before.kind;
  if ((kind === 'email') !== (before.kind === 'email') && given === undefined)
    throw new Failure('invalid_input', 'Give the address of the new kind, too.');
  if (kind === 'email' && given !== undefined && !services.mailer) throw new Failure('mail_not_configured');
  const address = given === undefined ? null : await toAddressColumns(services, kind, given);
  const isOther = given !== undefined || change.kind !== undefined;
  const unknown = isOther ? { failureCode: null, failureMessage: null, failureAt: null } : {};
  const changed = [
    ...Object.entries(change).flatMap(([field, value]) =>
      value === undefined ? [] : [FIELDS[field] ?? field],
    ),
    ...(given === undefined ? [] : ['address']),
  ];
  await inTransaction(db, async (trx) => {
    await requireGroup(trx, tenantId, change.groupId);
    await trx
      .updateTable('channel')
      .set({ ...toChange(change), ...address, ...unknown })
      .where('tenantId', '=', tenantId)
      .where('channelId', '=', channelId)
      .execute();
    const audited = { subject: change.name ?? before.name, detail: changed.join(', ') };
    await recordAudit(trx, by, { tenantId, kind: 'channel_changed', ...audited });
  });
  if (kind === 'email' && address !== null)
    await askOnce(services, { tenantId, channelId }, address.addressHint, by);
  return getChannel(db, tenantId, channelId);
}

/** Fields in the words of the log. */
const FIELDS: Record<string, string> = {
  groupId: 'group',
  monthly: 'monthly report',
  quietHours: 'quiet hours',
};

/** The columns of the given fields. */
function toChange({ monthly, alerts, quietHours, ...change }: ChannelChange) {
  const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
  return {
    ...given,
    ...(monthly !== undefined && { monthly: Number(monthly) }),
    ...(alerts !== undefined && { alerts: Number(alerts) }),
    ...(quietHours !== undefined && toQuietColumns(quietHours)),
  };
}

async function requireGroup(
  trx: Transaction<Tables>,
  tenantId: number,
  groupId: number | null | undefined,
): Promise<void> {
  if (groupId != null) await requireGroups(trx, tenantId, [groupId]);
}

/** Deletes a channel and the records of its messages. Throws `channel_not_found`. */
export async function deleteChannel(db: Db, tenantId: number, channelId: number, by: Actor): Promise<void> {
  await inTransaction(db, async (trx) => {
    const { name: subject, contents } = await getChannel(trx, tenantId, channelId);
    const { numDeletedRows } = await trx
      .deleteFrom('channel')
      .where('tenantId', '=', tenantId)
      .where('channelId', '=', channelId)
      .executeTakeFirst();
    if (numDeletedRows === 0n) throw notFound('channel');
    await deleteDeliveries(trx, { tenantId, kind: 'channel', id: channelId });
    await recordAudit(trx, by, { tenantId, kind: 'channel_deleted', subject, detail: CONTENTS[contents] });
  });
}
