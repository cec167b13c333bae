import type { Transaction } from 'kysely';
import type { Channel } from './answers/channels.ts';
import { type Actor, recordAudit } from './audit.ts';
import { type ChannelServices, toAddressColumns } from './channels/address.ts';
import type { Db } from './db/database.ts';
import { inTransaction } from './db/portable.ts';
import type { ChannelContents, ChannelKind } from './db/tables/channels.ts';
import type { Tables } from './db/tables.ts';
import { deleteDeliveries } from './deliveries/records.ts';
import { Failure } from './failure.ts';
import { requireGroups } from './groups.ts';
import { lockTenant } from './locks.ts';
import { notFound } from './request.ts';

interface NewChannel {
  kind: ChannelKind;
  name: string;
  contents: ChannelContents;
  /** The group that its weekly report is about; null for the whole tenant. */
  groupId: number | null;
  url: string;
}

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
    .where('channel.tenantId', '=', tenantId);
}

type ChannelRow = Awaited<ReturnType<ReturnType<typeof selectChannels>['execute']>>[number];

function toChannel({
  failureCode,
  failureMessage,
  failureAt,
  groupId,
  groupName,
  ...channel
}: ChannelRow): Channel {
  const group = groupId === null ? null : { groupId, name: groupName };
  if (failureCode === null || failureAt === null) return { ...channel, group, failure: null };
  return { ...channel, group, failure: { code: failureCode, message: failureMessage ?? '', at: failureAt } };
}

/** A tenant's channels, oldest first. */
export async function listChannels(db: Db, tenantId: number): Promise<Channel[]> {
  const rows = await selectChannels(db, tenantId).orderBy('channel.channelId').execute();
  return rows.map(toChannel);
}

/** One channel of the tenant. Throws `channel_not_found`. */
export async function getChannel(db: Db, tenantId: number, channelId: number): Promise<Channel> {
  const row = await selectChannels(db, tenantId)
    .where('channel.channelId', '=', channelId)
    .executeTakeFirst();
  if (!row) throw notFound('channel');
  return toChannel(row);
}

/**
 * Adds a channel, with its address sealed. Sends nothing. Throws `invalid_input`, `private_address`,
 * `server_unreachable`, `group_not_found`, `too_many_channels` and `tenant_not_found`.
 */
export async function createChannel(
  services: ChannelServices,
  tenantId: number,
  { url, ...channel }: NewChannel,
  by: Actor,
): Promise<Channel> {
  const { db } = services;
  const address = await toAddressColumns(services, url);
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
      .values({ tenantId, ...channel, ...address, ...created })
      .returning('channelId')
      .executeTakeFirstOrThrow();
    const { name: subject, contents } = channel;
    await recordAudit(trx, by, { tenantId, kind: 'channel_added', subject, detail: CONTENTS[contents] });
    return inserted.channelId;
  });
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
  { url, ...change }: { [F in keyof NewChannel]?: NewChannel[F] | undefined },
  by: Actor,
): Promise<Channel> {
  const { db } = services;
  const before = await getChannel(db, tenantId, channelId);
  const address = url === undefined ? {} : await toAddressColumns(services, url);
  const isOther = url !== undefined || change.kind !== undefined;
  const unknown = isOther ? { failureCode: null, failureMessage: null, failureAt: null } : {};
  const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
  const changed = [
    ...Object.keys(given).map((field) => (field === 'groupId' ? 'group' : field)),
    ...(url === undefined ? [] : ['address']),
  ];
  await inTransaction(db, async (trx) => {
    await requireGroup(trx, tenantId, change.groupId);
    await trx
      .updateTable('channel')
      .set({ ...given, ...address, ...unknown })
      .where('tenantId', '=', tenantId)
      .where('channelId', '=', channelId)
      .execute();
    const audited = { subject: change.name ?? before.name, detail: changed.join(', ') };
    await recordAudit(trx, by, { tenantId, kind: 'channel_changed', ...audited });
  });
  return getChannel(db, tenantId, channelId);
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
