import { type ExpressionBuilder, sql, type Transaction } from 'kysely';
import { type TenantAccess, toTenantAccess } from '../access.ts';
import { toDay } from '../day.ts';
import type { Db } from '../db/database.ts';
import type { About, ReceiverKind } from '../db/tables/deliveries.ts';
import type { Tables } from '../db/tables.ts';
import { Failure } from '../failure.ts';
import { inGroup } from '../groups.ts';
import { isHeldByPrincipal } from '../identity/claims.ts';
import type { Instant } from '../instant.ts';
import { isConfirmed } from '../mail-addresses.ts';
import { type QuietHours, toQuietHours } from './quiet.ts';
import type { ReceiverKey, Topic } from './records.ts';

/** What somebody may be told of. */
export interface Scope {
  tenantName: string;
  /** The repositories that they may see. */
  access: TenantAccess;
  /** Of these, only those of this group; null for all. */
  groupId: number | null;
}

/** Who is told: a channel of a tenant, or a subscription of one of its members. */
export interface Receiver extends ReceiverKey, Scope {
  quiet: QuietHours | null;
  /** Where a subscription's mails go, and whether its member signs in with that address; null for a channel. */
  address: { email: string; isOwn: boolean } | null;
}

/** Narrows a list of receivers. */
export interface ReceiverFilter {
  /** Only of this tenant. */
  tenantId?: number;
  /** Only those that existed then. */
  createdBy?: Instant;
  /** Only those to whom this one has to be sent, or tried again, now. */
  dueKey?: string;
}

/**
 * The channels and subscriptions that take this, tenant by tenant. Left out is who may see nothing: whose group was deleted,
 * who is no longer a member, or may see no repository of it. So are subscriptions that are paused, were stopped by the link in a
 * mail, or go to an address that was not confirmed.
 */
export async function listReceivers(
  db: Db,
  about: About,
  now: Date,
  filter: ReceiverFilter = {},
): Promise<Receiver[]> {
  const channels = await listChannelReceivers(db, about, now, filter);
  return [...channels, ...(await listSubscribers(db, about, now, filter))];
}

/** Of a group that was deleted there is nothing to tell; the whole tenant would be more than was asked for. */
const hasItsGroup = (
  eb: ExpressionBuilder<
    { of: { groupId: number | null }; repositoryGroup: Tables['repositoryGroup'] },
    'of' | 'repositoryGroup'
  >,
) => eb.or([eb('of.groupId', 'is', null), eb('repositoryGroup.groupId', 'is not', null)]);

function selectChannels(db: Db, about: About) {
  const query = db
    .selectFrom('channel as of')
    .innerJoin('tenant', 'tenant.tenantId', 'of.tenantId')
    .leftJoin('repositoryGroup', (join) =>
      join
        .onRef('repositoryGroup.tenantId', '=', 'of.tenantId')
        .onRef('repositoryGroup.groupId', '=', 'of.groupId'),
    )
    .select(['of.tenantId', 'of.channelId', 'tenant.name as tenantName', 'of.groupId'])
    .select(['of.quietFrom', 'of.quietTo', 'of.quietZone'])
    .where(hasItsGroup);
  if (about === 'weekly') return query.where('of.contents', '<>', 'problems');
  return query.where(`of.${about}`, '=', 1);
}

type ChannelRow = Awaited<ReturnType<ReturnType<typeof selectChannels>['executeTakeFirstOrThrow']>>;

function toChannelReceiver({ channelId, ...row }: ChannelRow): Receiver {
  const { tenantId, tenantName, groupId } = row;
  return {
    tenantId,
    kind: 'channel',
    id: channelId,
    tenantName,
    access: { tenantId, repositoryIds: null },
    groupId,
    quiet: toQuietHours(row),
    address: null,
  };
}

async function listChannelReceivers(
  db: Db,
  about: About,
  now: Date,
  { tenantId, createdBy, dueKey }: ReceiverFilter,
): Promise<Receiver[]> {
  let query = selectChannels(db, about);
  if (tenantId !== undefined) query = query.where('of.tenantId', '=', tenantId);
  if (createdBy !== undefined) query = query.where('of.createdAt', '<=', createdBy);
  if (dueKey !== undefined)
    query = query.where(({ not, exists }) =>
      not(exists(selectSettled(db, 'channel', { about, key: dueKey }, now))),
    );
  const rows = await query.orderBy('of.tenantId').orderBy('of.channelId').execute();
  return rows.map(toChannelReceiver);
}

/** What a list of receivers leaves out: to whom it was sent, who waits for a retry, and what nobody tries again. */
function selectSettled(db: Db, kind: ReceiverKind, { about, key }: Topic, now: Date) {
  return db
    .selectFrom('delivery')
    .select('delivery.deliveryKey')
    .whereRef('delivery.tenantId', '=', sql.ref('of.tenantId'))
    .whereRef('delivery.receiverId', '=', sql.ref(`of.${kind}Id`))
    .where('delivery.receiverKind', '=', kind)
    .where('delivery.about', '=', about)
    .where('delivery.deliveryKey', '=', key)
    .where((eb) => eb.or([eb('delivery.dueAt', 'is', null), eb('delivery.dueAt', '>', now.toISOString())]));
}

function selectSubscriptions(db: Db, about: About, now: Date) {
  return db
    .selectFrom('subscription as of')
    .innerJoin('tenant', 'tenant.tenantId', 'of.tenantId')
    .innerJoin('principal', (join) =>
      join.onRef('principal.issuer', '=', 'of.issuer').onRef('principal.subject', '=', 'of.subject'),
    )
    .leftJoin('member', (join) =>
      join.onRef('member.tenantId', '=', 'of.tenantId').on(isHeldByPrincipal('member')),
    )
    .leftJoin('systemRole', (join) => join.on(isHeldByPrincipal('systemRole')))
    .leftJoin('mailAddress', (join) =>
      join.onRef('mailAddress.tenantId', '=', 'of.tenantId').onRef('mailAddress.email', '=', 'of.email'),
    )
    .leftJoin('repositoryGroup', (join) =>
      join
        .onRef('repositoryGroup.tenantId', '=', 'of.tenantId')
        .onRef('repositoryGroup.groupId', '=', 'of.groupId'),
    )
    .select(['of.tenantId', 'of.subscriptionId', 'tenant.name as tenantName', 'of.groupId', 'of.email'])
    .select(['of.quietFrom', 'of.quietTo', 'of.quietZone', 'principal.email as ownEmail'])
    .select(['member.role as role', 'systemRole.role as systemRole'])
    .where(hasItsGroup)
    .where(`of.${about}`, '=', 1)
    .where('of.stoppedAt', 'is', null)
    .where((eb) => eb.or([eb('of.pausedUntil', 'is', null), eb('of.pausedUntil', '<=', toDay(now))]))
    .where((eb) => eb.or([eb('member.role', 'is not', null), eb('systemRole.role', 'is not', null)]))
    .where((eb) => eb.or([eb('of.email', 'is', null), isConfirmed]));
}

type SubscriptionRow = Awaited<ReturnType<ReturnType<typeof selectSubscriptions>['executeTakeFirstOrThrow']>>;

/** Null if the member may see nothing of it. */
async function toSubscriber(db: Db, row: SubscriptionRow): Promise<Receiver | null> {
  const { tenantId, tenantName, groupId, subscriptionId, ownEmail, role, systemRole } = row;
  const access = await toTenantAccess(db, { tenantId, email: ownEmail, role, systemRole });
  if (!(await seesAnything(db, access, groupId))) return null;
  return {
    tenantId,
    kind: 'subscription',
    id: subscriptionId,
    tenantName,
    access,
    groupId,
    quiet: toQuietHours(row),
    address: { email: row.email ?? ownEmail, isOwn: row.email === null },
  };
}

async function seesAnything(db: Db, access: TenantAccess, groupId: number | null): Promise<boolean> {
  if (access.repositoryIds === null) return true;
  const within = await inGroup(db, access, groupId ?? undefined).catch(toNothing);
  return within.repositoryIds === null || within.repositoryIds.length > 0;
}

function toNothing(error: unknown): { repositoryIds: number[] } {
  if (error instanceof Failure && error.code === 'group_not_found') return { repositoryIds: [] };
  throw error;
}

async function listSubscribers(
  db: Db,
  about: About,
  now: Date,
  { tenantId, createdBy, dueKey }: ReceiverFilter,
): Promise<Receiver[]> {
  let query = selectSubscriptions(db, about, now);
  if (tenantId !== undefined) query = query.where('of.tenantId', '=', tenantId);
  if (createdBy !== undefined) query = query.where('of.createdAt', '<=', createdBy);
  if (dueKey !== undefined)
    query = query.where(({ not, exists }) =>
      not(exists(selectSettled(db, 'subscription', { about, key: dueKey }, now))),
    );
  const rows = await query.orderBy('of.tenantId').orderBy('of.subscriptionId').execute();
  const receivers: Receiver[] = [];
  for (const row of rows) {
    const receiver = await toSubscriber(db, row);
    if (receiver) receivers.push(receiver);
  }
  return receivers;
}

/** Locks the receiver and reads it as it is now. Null if it is gone, or does not take this any more. */
export async function lockReceiver(
  trx: Transaction<Tables>,
  { tenantId, kind, id }: ReceiverKey,
  about: About,
  now: Date,
): Promise<Receiver | null> {
  return kind === 'channel'
    ? lockChannel(trx, { tenantId, channelId: id }, about)
    : lockSubscription(trx, { tenantId, subscriptionId: id }, about, now);
}

async function lockChannel(
  trx: Transaction<Tables>,
  { tenantId, channelId }: { tenantId: number; channelId: number },
  about: About,
): Promise<Receiver | null> {
  const locked = await trx
    .selectFrom('channel')
    .select('channelId')
    .where('tenantId', '=', tenantId)
    .where('channelId', '=', channelId)
    .forUpdate()
    .executeTakeFirst();
  if (!locked) return null;
  const row = await selectChannels(trx, about)
    .where('of.tenantId', '=', tenantId)
    .where('of.channelId', '=', channelId)
    .executeTakeFirst();
  return row ? toChannelReceiver(row) : null;
}

async function lockSubscription(
  trx: Transaction<Tables>,
  { tenantId, subscriptionId }: { tenantId: number; subscriptionId: number },
  about: About,
  now: Date,
): Promise<Receiver | null> {
  const locked = await trx
    .selectFrom('subscription')
    .select('subscriptionId')
    .where('tenantId', '=', tenantId)
    .where('subscriptionId', '=', subscriptionId)
    .forUpdate()
    .executeTakeFirst();
  if (!locked) return null;
  const row = await selectSubscriptions(trx, about, now)
    .where('of.tenantId', '=', tenantId)
    .where('of.subscriptionId', '=', subscriptionId)
    .executeTakeFirst();
  return row ? toSubscriber(trx, row) : null;
}
