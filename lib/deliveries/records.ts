import type { Transaction } from 'kysely';
import type { Db } from '../db/database.ts';
import type { About, ReceiverKind } from '../db/tables/deliveries.ts';
import type { Tables } from '../db/tables.ts';
import { logsKeptSince } from '../retention.ts';
import { claimedUntil, type Tried } from './attempt.ts';

/** A channel or a subscription. */
export interface ReceiverKey {
  tenantId: number;
  kind: ReceiverKind;
  id: number;
}

/** One thing that receivers are told once. */
export interface Topic {
  about: About;
  /** Which one: the first day of a report, or the id and phase of an alert. */
  key: string;
}

const toColumns = ({ tenantId, kind, id }: ReceiverKey, { about, key }: Topic) => ({
  tenantId,
  receiverKind: kind,
  receiverId: id,
  about,
  deliveryKey: key,
});

const updateDelivery = (db: Db, receiver: ReceiverKey, { about, key }: Topic) =>
  db
    .updateTable('delivery')
    .where('tenantId', '=', receiver.tenantId)
    .where('receiverKind', '=', receiver.kind)
    .where('receiverId', '=', receiver.id)
    .where('about', '=', about)
    .where('deliveryKey', '=', key);

/**
 * Claims a delivery, so that no other activation sends it for the next minutes. Returns the number of attempts, including
 * this one; null if it was sent, is claimed, or waits for its retry. Lock the receiver's row first.
 */
export async function claimDelivery(
  trx: Transaction<Tables>,
  receiver: ReceiverKey,
  topic: Topic,
  now: Date,
): Promise<number | null> {
  const columns = toColumns(receiver, topic);
  const known = await trx
    .selectFrom('delivery')
    .select(['attempts', 'dueAt'])
    .where((eb) => eb.and(columns))
    .executeTakeFirst();
  const claim = { dueAt: claimedUntil(now), triedAt: now.toISOString() };
  if (!known) {
    await trx
      .insertInto('delivery')
      .values({ ...columns, attempts: 1, ...claim })
      .execute();
    return 1;
  }
  if (known.dueAt === null || known.dueAt > now.toISOString()) return null;
  const attempts = known.attempts + 1;
  await updateDelivery(trx, receiver, topic)
    .set({ attempts, ...claim })
    .execute();
  return attempts;
}

/** Stores the outcome of a claimed delivery. */
export async function noteDelivery(db: Db, receiver: ReceiverKey, topic: Topic, tried: Tried): Promise<void> {
  await updateDelivery(db, receiver, topic).set(tried).execute();
}

/** Deletes what is known of deliveries to a receiver that is deleted. */
export async function deleteDeliveries(
  trx: Transaction<Tables>,
  { tenantId, kind, id }: ReceiverKey,
): Promise<void> {
  await trx
    .deleteFrom('delivery')
    .where('tenantId', '=', tenantId)
    .where('receiverKind', '=', kind)
    .where('receiverId', '=', id)
    .execute();
}

/**
 * Deletes deliveries that are older than the logs that are kept, by their last try. Returns how many. Nothing goes out twice
 * because of it: only the newest report and the alerts of the last days are ever sent.
 */
export async function deleteOldDeliveries(db: Db, now: Date): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom('delivery')
    .where('triedAt', '<', logsKeptSince(now))
    .executeTakeFirst();
  return Number(numDeletedRows);
}
