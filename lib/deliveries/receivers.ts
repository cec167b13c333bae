import type { ExpressionBuilder, Transaction } from 'kysely';
import type { TenantAccess } from '../access.ts';
import type { Db } from '../db/database.ts';
import type { About } from '../db/tables/deliveries.ts';
import type { Tables } from '../db/tables.ts';
import type { Instant } from '../instant.ts';
import { type QuietHours, toQuietHours } from './quiet.ts';
import type { ReceiverKey } from './records.ts';

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
}

/** Narrows a list of receivers. */
export interface ReceiverFilter {
  /** Only of this tenant. */
  tenantId?: number;
  /** Only those that existed then. */
  createdBy?: Instant;
  /** Only those to whom this has to be sent, or tried again, now. */
  due?: { key: string; now: Date };
}

/**
 * The channels and subscriptions that take this, tenant by tenant. Left out is who may see nothing: whose group was deleted,
 * or who is no longer a member.
 */
export async function listReceivers(db: Db, about: About, filter: ReceiverFilter = {}): Promise<Receiver[]> {
  return listChannelReceivers(db, about, filter);
}

function selectChannels(db: Db, about: About) {
  const query = db
    .selectFrom('channel as c')
    .innerJoin('tenant as t', 't.tenantId', 'c.tenantId')
    .leftJoin('repositoryGroup as g', (join) =>
      join.onRef('g.tenantId', '=', 'c.tenantId').onRef('g.groupId', '=', 'c.groupId'),
    )
    .select(['c.tenantId', 'c.channelId', 't.name as tenantName', 'c.groupId'])
    .select(['c.quietFrom', 'c.quietTo', 'c.quietZone'])
    // Of a group that was deleted there is nothing to report; the whole tenant would be more than was asked for.
    .where((eb) => eb.or([eb('c.groupId', 'is', null), eb('g.groupId', 'is not', null)]));
  if (about === 'weekly') return query.where('c.contents', '<>', 'problems');
  return query.where(`c.${about}`, '=', 1);
}

type ChannelRow = Awaited<ReturnType<ReturnType<typeof selectChannels>['executeTakeFirstOrThrow']>>;

function toReceiver({ channelId, ...row }: ChannelRow): Receiver {
  const { tenantId, tenantName, groupId } = row;
  return {
    tenantId,
    kind: 'channel',
    id: channelId,
    tenantName,
    access: { tenantId, repositoryIds: null },
    groupId,
    quiet: toQuietHours(row),
  };
}

async function listChannelReceivers(
  db: Db,
  about: About,
  { tenantId, createdBy, due }: ReceiverFilter,
): Promise<Receiver[]> {
  let query = selectChannels(db, about);
  if (tenantId !== undefined) query = query.where('c.tenantId', '=', tenantId);
  if (createdBy !== undefined) query = query.where('c.createdAt', '<=', createdBy);
  if (due !== undefined)
    query = query.where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('delivery as d')
            .select('d.deliveryKey')
            .whereRef('d.tenantId', '=', 'c.tenantId')
            .where('d.receiverKind', '=', 'channel')
            .whereRef('d.receiverId', '=', 'c.channelId')
            .where('d.about', '=', about)
            .where('d.deliveryKey', '=', due.key)
            .where(isSettled(due.now)),
        ),
      ),
    );
  const rows = await query.orderBy('c.tenantId').orderBy('c.channelId').execute();
  return rows.map(toReceiver);
}

/** A condition on deliveries: sent, given up, claimed, or waiting for a retry. */
const isSettled = (now: Date) => (eb: ExpressionBuilder<Tables & { d: Tables['delivery'] }, 'd'>) =>
  eb.or([eb('d.dueAt', 'is', null), eb('d.dueAt', '>', now.toISOString())]);

/** Locks the receiver and reads it as it is now. Null if it is gone, or does not take this any more. */
export async function lockReceiver(
  trx: Transaction<Tables>,
  { tenantId, id }: ReceiverKey,
  about: About,
): Promise<Receiver | null> {
  await trx
    .selectFrom('channel')
    .select('channelId')
    .where('tenantId', '=', tenantId)
    .where('channelId', '=', id)
    .forUpdate()
    .execute();
  const row = await selectChannels(trx, about)
    .where('c.tenantId', '=', tenantId)
    .where('c.channelId', '=', id)
    .executeTakeFirst();
  return row ? toReceiver(row) : null;
}
